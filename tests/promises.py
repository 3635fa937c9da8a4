"""What this project promises, attacker by attacker: sentence -> the test that keeps it.

A promise without a test is no promise: `tests/architecture/test_promises.py` fails when a test
named here is gone, and `docs/promises.md` is written from this table.
"""

AGENT = {
    "An agent that was sent to do one thing after another does nothing else unasked.": "attack/"
    "test_out_of_plan.py::test_what_is_not_the_step_that_is_next_is_a_question",
    "When the task is done, one call more is a question, whichever tool makes it.": "attack/"
    "test_one_more_than_asked.py::test_after_the_task_is_done_one_call_more_is_a_question",
    "An approved call whose answer was lost does not run twice: made again, it is told how it ended.": "attack/"
    "test_answer_that_was_lost.py::test_the_same_call_is_told_how_it_ended_and_nobody_is_asked",
    "A task is used up wherever it is carried, and the next one neither inherits nor loses by it.": "attack/"
    "test_task_after_a_task.py::test_going_back_to_a_task_brings_nothing_back",
    "An amount is converted into what the person said, and into nothing else.": "attack/"
    "test_another_thing_than_was_said.py::test_an_amount_is_converted_into_what_was_said",
    "A file that a task makes has a name and a place of which the person spoke.": "attack/"
    "test_file_of_another_name.py::test_a_file_of_another_name_or_place_is_a_question",
    "A secret that was cleared clears no other.": "attack/test_secret_after_it_was_cleared.py::"
    "test_the_next_secret_counts_again",
    "A site that has heard nothing for too long runs nothing, whatever its rules say.": "flow/"
    "test_offline.py::test_no_rule_can_open_what_age_has_closed",
    "Setting the clock of a site back gives it no time.": "attack/"
    "test_site_against_its_owner.py::test_a_clock_that_was_set_back_stops_the_site_until_a_bundle_made_since",
    "A sub-agent does nothing that an agent above it may not do.": "attack/test_sub_agent_does_more.py::"
    "test_what_the_agent_above_may_not_do_its_sub_agent_may_not_do",
    "More sub-agents are not more budget.": "attack/test_sub_agent_does_more.py::"
    "test_sub_agents_spend_the_budget_of_the_session_and_get_no_new_one",
    "An agent cannot give itself a task.": "attack/test_intent_widening.py::"
    "test_an_agent_without_a_task_cannot_declare_itself_one",
    "What a framework calls the prompt of its run gives nothing: a model may have written it.": "attack/"
    "test_prompt_of_a_run.py::test_the_same_words_as_a_prompt_do_not",
    "What an agent declares never gives what its host did not.": "attack/test_intent_widening.py::"
    "test_no_declaration_of_an_agent_gives_what_the_host_did_not",
    "A look-alike of an approved address or name never counts as it.": "attack/"
    "test_lookalikes.py::test_a_look_alike_of_what_the_person_named_is_refused_by_every_letter",
    "A new session handle does not reset a budget.": "attack/test_budget_of_a_new_session.py::"
    "test_a_new_session_handle_does_not_reset_a_budget",
    "Declaring again does not refill a budget.": "attack/test_intent_widening.py::"
    "test_declaring_again_does_not_refill_the_budget",
    "A mandate answers so many calls and no more, and nothing brings back one that ended.": "flow/"
    "test_mandates.py::"
    "test_after_it_was_ended_the_next_call_is_not_answered_and_nothing_brings_it_back",
    "What an operator stopped is stopped in every session, and for every sub-agent.": "attack/"
    "test_around_the_kill_switch.py::"
    "test_a_new_session_a_sub_agent_or_many_calls_at_once_are_stopped_too",
    "Neither a new task nor an old yes gives a narrowed session back what it lost.": "attack/"
    "test_way_out_of_a_narrowed_session.py::"
    "test_neither_a_new_task_nor_an_old_yes_gives_back_what_was_taken",
    "The bytes that were judged are the bytes that leave.": "adapters/front/test_mcp_gate.py::"
    "test_the_bytes_that_were_judged_are_the_bytes_that_leave",
    "What a layer after the guard changed does not leave.": "adapters/front/test_wire_mint.py::"
    "test_what_a_layer_in_between_changed_never_leaves_and_ends_the_session",
    "A path or query with two readings reaches no API behind the guard.": "attack/"
    "test_around_the_route_table.py::test_a_path_or_query_with_two_readings_reaches_nobody",
    "Two lengths of one body smuggle no second request.": "attack/"
    "test_around_the_route_table.py::test_two_lengths_of_one_body_smuggle_no_second_request",
    "A server that pulls its credential gets it in its own call, and no other process does.": "attack/"
    "test_hook_behind_serve.py::"
    "test_over_http_a_server_pulls_in_its_own_call_and_no_other_process_does",
    "A call's credential goes to no other address, however it is spelled.": "attack/"
    "test_egress_to_another_host.py::test_no_spelling_of_another_address_gets_it",
    "What a tool leaves running after its call has no credential.": "attack/"
    "test_egress_to_another_host.py::test_a_task_that_outlives_its_call_gets_nothing",
    "A refused call never reaches the server.": "adapters/front/test_mcp_stdio_desk.py::"
    "test_a_refused_call_never_reaches_the_server",
    "A tool that is hidden cannot be called by its name.": "attack/test_hidden_tool_called.py::"
    "test_a_hidden_tool_is_not_listed_and_its_call_does_not_reach_the_server",
    "A message with two readings goes no further: spelling of keys.": "attack/"
    "test_case_variant_keys.py::test_a_protocol_key_in_another_spelling_goes_no_further",
    "A message with two readings goes no further: headers.": "attack/test_header_smuggling.py::"
    "test_a_header_that_differs_from_the_body_or_repeats_goes_no_further",
    "A session opens for its owner only.": "attack/test_session_id_of_another_user.py::"
    "test_a_session_id_opens_for_its_owner_only",
    "An id in use cannot be taken to get another call's answer.": "attack/test_id_collision.py::"
    "test_a_second_request_with_an_id_in_flight_is_refused_and_the_first_goes_on",
}
TOOL_OUTPUT = {
    "Labels that a server writes into its own result are taken out.": "attack/"
    "test_forged_guard_meta.py::test_what_a_server_writes_under_the_guards_names_is_taken_out",
    "A changed definition stops the call and hides the tool.": "attack/test_rug_pull.py::"
    "test_one_changed_character_stops_the_call_and_hides_the_tool",
    "A server uses the client's model only if the operator says so.": "adapters/front/"
    "test_mcp_stdio_desk.py::"
    "test_a_server_may_use_the_clients_model_only_if_the_operator_says_so",
    "A server cannot answer what nobody asked, or answer twice.": "attack/test_id_collision.py::"
    "test_a_server_cannot_answer_what_nobody_asked_or_answer_twice",
}
UPSTREAM = {
    "A credential that is stolen is good for what its level says.": "attack/"
    "test_stolen_credential.py::test_a_stolen_credential_is_good_for_what_its_level_says",
    "A server that pulls credentials gets none outside its call.": "attack/"
    "test_hook_outside_a_call.py::"
    "test_a_server_that_knows_nothing_of_the_guard_gets_them_in_its_call_and_not_before",
    "A secret is with the tool and nowhere else.": "attack/test_secret_of_an_issuer.py::"
    "test_it_is_nowhere_but_with_the_tool",
    "A guard that dies leaves nothing at a target after its next start.": "crash/test_crash.py::"
    "test_12_kills_leave_nothing_after_a_restart_and_no_sweep_is_needed",
    "What a target's library says goes nowhere: it may have put a secret in its words.": "adapters/"
    "issuer/test_made.py::test_what_a_library_said_is_in_nothing_that_is_raised",
    "A target that hangs keeps no other credential from being taken back at a signal.": "flow/"
    "test_recalled_together.py::"
    "test_a_signal_takes_back_all_leases_at_once_and_does_not_wait_for_a_dead_target",
    "No level is claimed that the tool server was not seen to check.": "adapters/issuer/"
    "test_exchanged_level.py::test_the_level_is_what_the_server_showed_and_policy_reads_it",
    "A revoked credential does not come back with the end of its call.": "adapters/store/"
    "test_contracts.py::test_an_ending_does_not_bring_a_revoked_lease_back",
    "No session is opened that nobody would cut.": "flow/test_leases.py::"
    "test_no_session_is_opened_that_nobody_would_cut",
    "A call token runs once.": "adapters/front/test_mcp_verify.py::"
    "test_a_token_shown_twice_pays_once",
    "Servers that share a memory take a token once between them.": "adapters/store/"
    "test_replay_contract.py::test_of_sixty_four_workers_with_one_token_exactly_one_wins",
    "A token that is bound to a key is nothing without the key.": "attack/"
    "test_stolen_key_bound_token.py::test_a_thief_runs_nothing_and_the_holder_still_can",
    "A call token is for one tool with one set of arguments.": "adapters/front/"
    "test_mcp_verify.py::test_swapped_arguments_and_swapped_tools_do_not_run",
    "A stolen access token of an agent that is bound to a key lets nobody in.": "attack/"
    "test_stolen_access_token.py::test_a_thief_calls_nothing_and_the_holder_still_can",
    "A token stolen at one server is worthless at another.": "attack/test_call_token.py::"
    "test_a_token_stolen_at_one_server_is_worthless_at_another",
    "Without a token nothing runs.": "adapters/front/test_mcp_verify.py::test_no_token_no_call",
    "A restart does not make a spent token new.": "attack/test_call_token.py::"
    "test_a_restart_does_not_make_a_spent_token_new",
    "The token does not choose how it is checked.": "attack/test_call_token.py::"
    "test_the_token_does_not_choose_its_algorithm",
    "What is sent between calls carries a token of its session, and nothing is sent once that has ended.": "adapters/issuer/"
    "test_between.py::"
    "test_a_session_that_ended_gets_none_and_the_old_one_is_void_at_the_server",
    "Who waits for a token between calls gets none after the session's end.": "attack/"
    "test_token_after_the_last_word.py::"
    "test_who_waited_for_another_gets_none_after_the_last_word",
    "A token between calls that one guard holds is void at once when another guard is told so.": "adapters/issuer/"
    "test_between_two_guards.py::"
    "test_what_another_guard_ended_is_void_at_the_server_at_once",
    "A server that refuses three credentials in a row is shown no other one for a while.": "flow/"
    "test_leases.py::test_calls_whose_credential_the_server_refuses_get_none_for_a_while",
    "The client's own credential is never passed on.": "attack/test_header_smuggling.py::"
    "test_no_credential_or_foreign_header_ever_reaches_an_upstream",
    "A challenge of the server never reaches the client.": "attack/"
    "test_upstream_challenge_not_relayed.py::test_a_challenge_of_the_server_never_passes",
}
PEOPLE = {
    "A yes is a passkey's signature over the stored question; a changed row voids it.": "attack/"
    "test_row_changed_after_the_signature.py::"
    "test_whoever_changes_the_row_voids_what_was_signed",
    "A signature is for one question, one person and one answer.": "attack/"
    "test_row_changed_after_the_signature.py::"
    "test_a_signature_is_for_one_question_one_person_and_one_answer",
    "A stolen login looks and says no; it never says yes.": "attack/"
    "test_another_program_as_the_console.py::"
    "test_a_stolen_cookie_looks_and_says_no_and_never_yes",
    "Nobody reviews what their own agent asks for.": "attack/"
    "test_row_changed_after_the_signature.py::"
    "test_nobody_reviews_what_their_own_agent_asks_for",
    "Each signed yes can be checked again from the log alone.": "guard/audit/"
    "test_signatures.py::test_a_signed_yes_is_checked_again_from_the_log_alone",
    "A session that ends between the last look and the use of a yes runs nothing.": "attack/"
    "test_session_ended_between_look_and_use.py::"
    "test_a_session_that_is_closed_in_between_uses_nothing_and_runs_nothing",
    "One signature answers the calls that were ticked, each whole on the page, and no other.": "browser/"
    "test_several.py::test_one_signature_answers_the_ticked_calls_and_no_other",
    "A script that skips the page's check says no yes: every argument and every shown secret has a "
    "mark.": "attack/test_yes_without_reading.py::"
    "test_a_yes_without_the_mark_of_one_part_is_refused_before_and_after_the_signature",
    "Every argument byte is on the page, spelled out where it would hide.": "browser/"
    "test_screens.py::test_every_argument_byte_is_on_the_page",
    "Enter never approves, and Deny has the focus.": "browser/test_screens.py::"
    "test_enter_never_approves_and_deny_has_the_focus",
    "A standing yes covers what its lines say, and nothing beside it.": "attack/"
    "test_grant_covers_what_it_said.py::"
    "test_no_mutated_call_is_covered_that_the_lines_do_not_cover",
    "New untrusted text asks again, whatever was said yes to before.": "flow/"
    "test_standing_yes.py::test_new_taint_asks_anyway",
    "New sessions bring no new questions to people who are being worn out.": "attack/"
    "test_prompt_bombing.py::test_new_sessions_bring_no_new_questions",
    "Nobody is asked about a call that a deny rule refuses anyway.": "attack/"
    "test_step_up_complaints.py::test_no_prompt_when_a_deny_rule_fires",
    "A message to a channel holds no argument, and nothing in it approves.": "adapters/approver/"
    "test_webhook.py::test_slack_gets_two_links_and_nothing_that_says_yes",
    "No one's silence is a yes.": "adapters/approver/test_terminal.py::"
    "test_nobody_at_the_keyboard_is_no",
    "Only the whole word approves.": "adapters/approver/test_terminal.py::"
    "test_enter_and_everything_else_is_no",
    "What cannot be seen is spelled out for the reviewer.": "attack/test_bidi_in_the_prompt.py::"
    "test_a_character_that_cannot_be_seen_is_spelled_out",
    "An argument cannot forge a line of the question.": "attack/test_bidi_in_the_prompt.py::"
    "test_a_newline_cannot_forge_a_line_of_the_prompt",
    "A web page of the reviewer's browser cannot answer.": "adapters/front/test_operator.py::"
    "test_a_browser_is_refused_even_with_the_token",
    "What listens where a guard was killed never gets the operator's token.": "attack/"
    "test_another_program_as_the_guard.py::"
    "test_what_took_the_port_of_a_killed_guard_never_gets_the_operators_token",
    "Nobody approves over the operator's interface.": "adapters/front/test_operator.py::"
    "test_nobody_can_approve_here",
}
NETWORK = {
    "An access token of another issuer, audience or kind lets nobody in.": "adapters/front/"
    "test_mcp_auth.py::test_a_bad_token_gets_401_its_code_and_an_advice",
    "A foreign Host name is refused.": "adapters/front/test_mcp_edge.py::"
    "test_any_other_host_gets_421_and_an_advice",
    "Unknown key names cannot make the guard fetch without pause.": "adapters/front/"
    "test_mcp_auth.py::"
    "test_unknown_key_ids_cannot_make_us_fetch_more_often_than_every_ten_seconds",
}
LOG = {
    "What a task says cannot be tried out on a token, a question, a row or the log.": "attack/"
    "test_secret_tried_out_of_a_task.py::"
    "test_no_guess_at_a_task_can_be_checked_against_token_rows_and_log",
    "A code is hidden by its name where nobody called it a secret.": "attack/test_secret_by_its_name.py::"
    "test_a_code_is_left_out_by_the_name_of_its_argument",
    "A replay judges each call by the task of its moment.": "attack/test_log_of_several_tasks.py::"
    "test_a_replay_without_recorded_facts_judges_each_call_by_its_own_task",
    "One flipped bit in the log is found.": "attack/test_flipped_byte_in_the_log.py::"
    "test_one_flipped_bit_in_any_byte_of_any_leaf_is_found",
    "A log that was cut short is found.": "attack/test_flipped_byte_in_the_log.py::"
    "test_a_log_cut_short_is_found",
    "A log cut together with its checkpoints is found from an exported one.": "attack/"
    "test_flipped_byte_in_the_log.py::"
    "test_an_exported_checkpoint_finds_a_log_that_was_cut_together_with_its_checkpoints",
    "A call that only waited for people when the guard died is recorded as one that did not run.": "adapters/"
    "wiring/test_recovery.py::test_a_call_that_only_waited_for_people_did_not_run",
    "A call that was running when the guard died is recorded as unknown.": "adapters/wiring/"
    "test_recovery.py::test_a_call_that_was_running_is_unknown_after_a_restart",
}
OPERATOR = {
    "What is malformed is refused with its code and changes nothing.": "attack/"
    "test_bad_input.py::test_what_is_malformed_is_refused_with_its_code_and_changes_nothing",
}
PROMISES = {
    "The agent": AGENT,
    "Tool output, and the servers that make it": TOOL_OUTPUT,
    "The credential, and the upstream that takes it": UPSTREAM,
    "The people who answer": PEOPLE,
    "The network": NETWORK,
    "The record": LOG,
    "The operator's own mistakes": OPERATOR,
}
"""Attacker -> promise -> its test, as file (below tests/) and function."""
