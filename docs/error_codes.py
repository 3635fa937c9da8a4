"""What each stable error code means, in a sentence: by where a reader meets it.

`docs/generate.py` fails when a code of the sources has no sentence here, or a sentence no code.
"""

CALLS = {
    "already_ran": "A framework made a call again that has run. What it returned is not kept. Do not "
    "run it again; read the state.",
    "approval_would_not_help": "A person would be asked, but another rule forbids the call anyway: "
    "nobody is asked.",
    "access_narrowed": "The session may do less than this call needs, since something spoke against it; "
    "`reasons` say what. A fresh yes of the person, time or an operator gives it back.",
    "arguments_not_canonical": "The arguments have no RFC 8785 form (an integer beyond 2^53, NaN, "
    "a lone surrogate), so no call token can be bound to them. Send such a value as a string.",
    "bad_argument": "An argument does not fit the tool's schema or is not JSON. Correct it.",
    "call_cut": "The session was narrowed, or ended, while the call ran. Whether it acted is unknown: "
    "read the state.",
    "call_id_in_use": "A call with this id is already in the session's history. Use a fresh id.",
    "call_id_reused": "A framework gave one id to two calls, and the first has run. Look for a saved "
    "state that was changed.",
    "call_running": "The same call of a framework runs already. Wait for its end.",
    "delegation_conflict": "A sub-agent calls, and the rules for an agent above it cut the arguments in "
    "another way than those for itself. Send a call that needs no cut.",
    "extractor_failed": "A recipient, amount, path or URL could not be read out of the arguments. "
    "Write it plainly.",
    "grant_expired": "People said yes, and the call came too late to use it. Ask again.",
    "contract_forged": "No key in `intent_keys` signed the task, or it is no signed task. Sign it again.",
    "contract_not_yours": "The signed task is for another guard, person, agent, session or time.",
    "contract_superseded": "The session already has a later task. Have the host sign the task anew.",
    "guard_failed": "The guard failed, or its answer was none; the call did not run. Read its log.",
    "decision_unknown": "A gateway told of the end of a call that was never allowed, or that has ended. Look for "
    "a gateway that tells twice.",
    "guard_gone": "No guard listens at the socket, or it left before it answered. Nothing runs; a tool "
    "that ran already has its result withheld.",
    "guard_silent": "The guard did not answer within the hold time; the call did not run.",
    "hook_event_unknown": "A coding agent's hook was called for an event that it does not know. Install "
    "it anew with `guard hook install`.",
    "intent_too_many": "The declaration for one call holds more entries than are read. Shorten it.",
    "intent_unusable": "The declared intent is not one, or would widen the session's. Correct it.",
    "run_given_up": "Whoever ran the agent has cancelled its run, and a thread of it goes on calling. Begin a "
    "new run.",
    "session_changed": "Something was said of the session between the judgement and the tool, and the call would "
    "not be allowed now. Make it again if you still may.",
    "stopped_by_operator": "An operator has stopped this tool, server, agent, person or device, or everything. Do "
    "not try again; `guard kill list` says what is stopped.",
    "tool_quarantined": "An earlier credential of this tool could not be revoked at its target. An "
    "operator must look at the target; `guard leases list` names it.",
    "narrowing_impossible": "The call may run without one of its arguments only, and this agent can "
    "change arguments but not take one out. It did not run.",
    "ledger_overflow": "A count that a rule reads can no longer be told exactly. Start a new "
    "session.",
    "narrow_unavailable": "A rule narrows this call, and what would be left is not a valid call.",
    "no_active_call": "The credential was asked for outside a guarded call. Ask inside the tool.",
    "no_idempotency_key": "The key was asked for outside a guarded call, or the catalogue names none for "
    "this tool. Write `idempotency: meta` in its entry.",
    "no_permit": "No rule permits the call. An operator must write one, or the task must cover it.",
    "obligation_unsupported": "Policy demands something that cannot be done here: a binding that "
    "this upstream does not verify, or a narrower scope than it knows.",
    "outcome_unknown": "A call began to run and its end was never recorded. It is not run again; read "
    "the state of the target.",
    "offline_approval": "A person would be asked, and the control plane lets nobody at this site answer for "
    "that rule.",
    "offline_expired": "The site has heard nothing of its control plane for too long, or does not know the "
    "time. Import a new bundle.",
    "offline_read_only": "The site's bundle is stale: only reading goes on. Import a new bundle.",
    "offline_revoked": "The control plane took back this person, agent, session, server or tool.",
    "policy_error": "A rule could not be evaluated on these facts. What cannot be judged is denied; "
    "`guard policy explain` names the rule.",
    "session_ended": "The session is over. Open a new one with `guard tasks start`, and give its handle to the client: "
    "calls that name no session stay refused where the one that they share was ended.",
    "session_unknown": "There is no such session, or it is somebody else's.",
    "state_conflict": "The session or the question changed too often in between. Call again.",
    "too_large": "An argument is longer, deeper or has more elements than the catalogue allows.",
    "too_many_in_flight": "Too many calls of this session run at once. Wait for one to end.",
    "too_large_to_review": "A person would be asked, and nobody could read that many arguments. Send "
    "less in one call, or have the operator declare the argument a blob.",
    "task_undeclared": "The session has no task that somebody other than its agent declared.",
    "tool_changed": "The tool's definition is not the one that a person accepted. An operator must "
    "look at the change.",
    "unconfirmed": "No person has confirmed this tool in guard.yaml yet (`confirmed: true`).",
    "unknown_argument": "The tool's schema has no such argument. Leave it out.",
    "unknown_tool": "The catalogue does not list this tool. An operator must add it.",
}
PEOPLE = {
    "draft_unconfirmed": "A drafted task is a proposal, and nobody was there to confirm it.",
    "draft_unsupported": "A drafted task asks for more than the person's words or the catalogue bear.",
    "drafter_unavailable": "The model that drafts tasks gave no answer in the agreed form.",
    "batch_unfit": "These questions cannot be answered with one signature: another tool, other rules, "
    "ended, or something must be typed.",
    "no_report": "This store cannot look back at what people were asked.",
    "plan_denied": "A call of the plan would be refused, needs no yes, or may never stand: nobody is asked.",
    "plan_unusable": "The declared plan is not a list of calls with constraints.",
    "no_terminal": "The terminal application needs a terminal. Use `guard approvals` instead.",
    "grant_overused": "The log shows more uses of a scoped grant than were given.",
    "grant_unmade": "The log shows a use of a scoped grant that nobody gave.",
    "grant_used_after_end": "The log shows a use of a scoped grant after it was taken back.",
    "grant_used_late": "The log shows a use of a scoped grant after its time.",
    "kill_unlisted": "The catalogue lists no tool or server of this name: nothing was stopped. Stop one of the "
    "names that the answer offers; `guard kill ... --unlisted` stops a name that another guard has.",
    "kill_unknown": "Nothing is stopped under this name. `guard kill list` says what is.",
    "narrowing_stays": "The session has no narrowing that an operator may give back.",
    "no_grants": "This guard keeps no standing yeses: people are asked each time.",
    "not_offered": "No standing yes may be asked for beside this question: it is irreversible, outgoing, "
    "tainted, holds a secret, or people said no.",
    "not_read": "A yes came without the mark of every part of its question: open its page and read it to "
    "the end, secrets included.",
    "plan_refused": "Nobody is asked about such a plan: it is empty, too large, too long, or holds calls "
    "that no standing yes may cover.",
    "session_suspended": "People said no too often in this session. An operator lets it go on (`guard "
    "sessions resume`) or ends it.",
    "too_many_denials": "This agent was refused too often. Where people said no, nobody is asked for a "
    "while and calls that need no question still run; where RATE-002 of a starter says it, nothing runs in "
    "this session until an hour has passed since the refusals of other rules. `guard sessions resume` ends "
    "the second at once, and the first where the refusals were in this session.",
    "too_many_open_plans": "As many plans of this agent wait for a person as may. Wait until one is answered.",
    "too_many_open_questions": "As many questions of this agent wait for a person as may. Wait until one "
    "is answered.",
    "approval_denied": "A person said no. The same call is refused without asking for a while.",
    "approval_lost": "The row of the question is gone. Nothing ran; call again.",
    "approval_no_answer": "Nobody answered in time. It is no refusal: it may be asked later.",
    "approval_pending": "A person has been asked. Call the same tool with the same arguments again "
    "to keep waiting.",
    "approval_ran": "The same call ran a short while ago with a person's yes, and its answer reached "
    "nobody: the error says how it ended. Read the state; the next same call asks a person again.",
    "approval_revoked": "The yes no longer holds: it was used, or the situation changed after it.",
    "approval_transition": "The question has ended, so this cannot happen to it any more.",
    "view_unreadable": "What people were to be shown cannot be read, so nobody can say yes to it. Let "
    "the question expire and ask again.",
    "argument_unknown": "The question has no such argument, or none that is masked or a blob.",
    "approval_unknown": "There is no question with this id.",
    "declined": "The person behind the client did not want to open the page of the question: a no.",
    "denied_before": "A person said no to the same call a moment ago; they are not asked again until "
    "`expires_at`.",
    "ended": "The question ended without a yes, and nobody said why. Calling again asks again.",
    "used": "An identical call used the yes and was sent instead. Calling again asks again, and people "
    "are told that it ran.",
    "waiting": "A person has been asked and has not answered yet.",
    "offer_unknown": "The standing yes that was asked for is not one that was offered beside the question.",
    "grant_ended": "The scoped grant is used up, over or revoked, so this cannot happen to it any more.",
    "grant_unknown": "There is no scoped grant with this id.",
    "plan_unknown": "There is no plan with this id.",
    "plan_transition": "The plan has ended, so this cannot happen to it any more.",
    "plan_expired": "The time for which the plan's calls were approved is over.",
    "reach_unusable": "What an argument may be under a standing yes is not one of equal, one_of, range "
    "and prefix, or says less than it seems.",
    "no_answer": "Nobody answered before the question's limit.",
    "no_approver": "A rule asks people, and nobody is configured to answer. List who may in `reviewers.yaml` "
    "beside guard.yaml, or give `build` an approver.",
}
PASSKEYS = {
    "admin_needed": "An admin holds a passkey, so the operator's key alone lets nobody in any more.",
    "already_voted": "This person has said yes already.",
    "ceremony_unknown": "The answer is to nothing that was asked, or comes twice or late. Begin again.",
    "enrolment_refused": "The new passkey does not hold what its standard asks for, or was made without the "
    "person being verified.",
    "invite_unknown": "The invitation was used, is too old (`guard.console.invite_s`), or was replaced by another.",
    "key_changed": "The passkey says otherwise of itself than when it was enrolled.",
    "key_counter": "The passkey's counter went back: there may be a copy of it.",
    "key_foreign": "The passkey is somebody else's.",
    "key_unknown": "The passkey is not known here, or was revoked.",
    "login_needed": "The login has ended, or there was none. Sign in.",
    "login_refused": "Nobody signs in with this passkey here.",
    "no_console": "The guard's address is none for which browsers make passkeys, so nobody can be invited.",
    "no_reviewer": "A rule asks people, and nobody who may answer has a passkey. "
    "`guard reviewers invite` lets one in.",
    "not_admin": "Only admins of the reviewers file let others in.",
    "reviewer_unknown": "The reviewers file that is in force has no such name. Add it, then start the guard "
    "again or `POST /guard/v1/policy/reload` ([operator](operator.md)).",
    "reviewers_unusable": "The reviewers file has a word that is unknown, or one person under two names.",
    "too_many_keys": "One person has as many passkeys as may be. Revoke one first.",
    "assertion_bad_signature": "Another passkey signed it, or something was changed after it was signed.",
    "assertion_framed": "It was signed on a page inside another page, which may have covered what it showed.",
    "assertion_malformed": "The browser's answer is not what the standard says, or has two readings.",
    "assertion_no_presence": "Nobody touched the authenticator.",
    "assertion_wrong_alg": "The passkey uses an algorithm that is not taken: EdDSA, ES256 and RS256 are.",
    "assertion_wrong_challenge": "It signs something else: another question, person, answer, call or view.",
    "assertion_wrong_origin": "It was signed on a page of another origin. Open the console at its own address.",
    "assertion_wrong_rp": "The passkey is for another domain.",
    "assertion_wrong_type": "It is not an answer of a passkey to a request to sign.",
    "disabled": "Who answers is not listed among the reviewers (any more).",
    "is_agent": "An agent does not review itself.",
    "is_agent_owner": "Who owns the agent does not review it.",
    "is_requester": "Nobody reviews what their own agent asks for.",
    "key_enrolled_by_requester": "The person whom the agent acts for let this passkey in.",
    "key_not_device_bound": "The rule wants a passkey that provably never leaves its device.",
    "key_too_new": "A further passkey of one person counts some minutes after it was added (`guard.console.key_wait_s`).",
    "linked_by_enrolment": "Two who let each other in count as one. Somebody else must answer.",
    "match_wrong": "What was typed is not what the call holds.",
    "no_uv": "The device did not make sure that it is this person: by PIN, finger or face.",
    "not_in_group": "None of this person's groups is asked.",
    "not_session_owner": "Only the person whom the agent acts for may answer this.",
    "nothing_to_match": "A rule wants a person to type a value (@match), and the call holds none. Name it.",
}
GUARD = {
    "argument_unusable": "An argument cannot be a word of the command or policy that the credential is "
    "bound to. Give one plain word or number.",
    "peer_refused": "A process that the guard did not start asked for a credential.",
    "answer_unreadable": "The server compressed its answer although it was asked not to, so that it "
    "could not be searched for the credential.",
    "destination_not_listed": "The credential of this call may not go to this address: scheme, host and "
    "port must each be listed exactly (`origins` of a key, `audience` of a token), without a user in the "
    "address or another Host header. Nothing was sent.",
    "hooks_unreachable": "The server was started without the guard that runs now, so it does not know where "
    "to ask for the credential of its call: nothing ran. Start the server again.",
    "token_unbound": "An authorization server gave a token that is bound to no key, although a proof "
    "came with the request (`key_bound`). Register the client for DPoP there.",
    "changed_in_flight": "What was about to be sent to an MCP server is not the call that was decided: "
    "some layer after the guard changed tool or arguments. Nothing was sent.",
    "credential_not_for_http": "The credential of this call does not travel in HTTP headers. Hand its "
    "parts to the client of its target.",
    "credential_needs_transport": "This key travels in a header that redirects would carry to other "
    "hosts. Use a transport of `guard_adapters.front.egress`.",
    "credential_recalled": "The credential was taken back before the call began: nothing ran.",
    "credentials_turned_away": "The server refused the last three credentials of this person and agent, or more: none "
    "is made for 1 minute, then up to 5. Look at `credential` of the server.",
    "grant_unusable": "`credential.grant` of the catalogue is no word that this issuer can give.",
    "issuer_unavailable": "The target of a credential refused, or cannot be reached: nothing ran.",
    "header_taken": "A tool's idempotency key would travel in the header of its static key: one of them would "
    "be lost.",
    "issuer_unknown": "The catalogue names an issuer that `guard.issuers` does not list.",
    "lease_unknown": "The journal holds no lease of this id.",
    "watchdog_stalled": "The watchdog has not looked for a second, so nobody would cut the session "
    "of this credential at its deadline: nothing ran.",
    "secret_unknown": "The session has read no secret that could be cleared.",
    "endorsement_unknown": "Nobody approved this destination in this session.",
    "decision_point_unavailable": "The remote decision point failed, so nobody can say yes for it.",
    "guard_error": "The root of all errors; nothing raises it bare.",
    "guard_unavailable": "A store, sink, clock, approver, issuer or decision point failed. Nothing "
    "ran.",
    "lease_transition": "This cannot happen to a lease in this state: a fault of the guard.",
    "outcome_unrecorded": "The tool ran, its outcome could not be written, and its result is "
    "withheld. Read the state before you try again.",
    "session_unreadable": "The stored session is damaged or of another version.",
    "state_corrupt": "What results of this session showed was altered or lost in the store. End the "
    "session, start a new one, and keep the store for whoever looks.",
    "tally_unreadable": "A stored tally of a task, a person or an agent is damaged or of another "
    "version. Restore the database.",
    "store_unavailable": "The database did not answer in time or failed. Nothing ran.",
}
TOKENS = {
    "args_mismatch": "The arguments are not those that were authorized.",
    "audience_missing": "A call token needs exactly one audience. Set it in guard.yaml.",
    "bad_header": "The token's header has other members than alg, kid and typ; or an HTTP header "
    "holds a line break.",
    "bad_key": "A key of the key set is not a public P-256 key.",
    "bad_signature": "The token is not signed by the key that it names.",
    "binding_too_low": "The token is tied to its call less closely than this tool demands.",
    "claims_malformed": "A claim is missing, has the wrong type or two readings.",
    "delegation_exceeded": "The certificate of the site's key does not allow this tool, life or binding.",
    "delegation_expired": "The certificate of the site's key has ended.",
    "delegation_missing": "The token was signed by a key without a certificate of the control plane.",
    "expired": "The token's life is over. The guard makes a new one for each call.",
    "signer_unavailable": "Whoever holds the key of call tokens does not sign. Nothing ran.",
    "signer_unusable": "`guard.signer` is wrong, or the key there is of another type or can be exported.",
    "profile_foreign": "Access tokens are signed by an authorization server, not by the guard.",
    "issuer_ttl_floor": "A call token lives 5 to 60 seconds; policy or settings want otherwise.",
    "json_not_strict": "The JSON has duplicate keys, a float or another second reading.",
    "not_sender_constrained": "This tool takes only tokens bound to a key.",
    "not_yet_valid": "The token is from the future: the two clocks differ too much.",
    "proof_binding": "The proof is for another method, address or token. Make one for this request.",
    "proof_key": "The token is bound to another key than the one of the proof.",
    "proof_malformed": "The proof is not a DPoP proof with ES256 and a public key.",
    "proof_signature": "The signature of the proof does not verify.",
    "proof_stale": "The proof was made more than a minute ago, or is of the future. Make a new one.",
    "use_nonce": "This server asks for a nonce of its own in the proof. Make one with the nonce that came "
    "with the refusal.",
    "proof_missing": "The token is bound to a key, and no proof of that key came with it.",
    "replay_store_cold": "The memory of shown tokens has just begun, so the token may have been shown before. "
    "Nothing ran: call again once the skew (2 s, unless its verifier says otherwise) has passed.",
    "replay_store_unavailable": "The memory of shown tokens is full or out of reach.",
    "replayed": "The token has been shown before. Each is good for one call.",
    "revoked": "The session, agent, person, tool, server, key or token was revoked.",
    "schema_mismatch": "The tool's definition is not the one that was accepted.",
    "token_malformed": "The token is not a compact JWS.",
    "token_missing": "The call carries no token. Send one.",
    "token_too_large": "The token is longer than 8 KiB.",
    "tool_mismatch": "The token is for another tool.",
    "ttl_too_long": "The token claims a longer life than any call token has.",
    "unknown_key": "No key with this kid is in the key set.",
    "wrong_alg": "The token's algorithm is not ES256.",
    "wrong_audience": "The token is for another server.",
    "wrong_issuer": "The token is from another issuer.",
    "wrong_typ": "The token is no call token; access tokens never pass for one.",
}
WIRE = {
    "answer_refused": "This protocol version takes no answers by POST; send `inputResponses`.",
    "arguments_too_large": "The arguments of the call are longer than `max_args_bytes`.",
    "bad_arguments": "`params.arguments` is not an object.",
    "bad_content_type": "The body is not `application/json`.",
    "bad_envelope": "Members that the protocol requires in `_meta` are missing or wrong.",
    "bad_http_method": "The address takes POST, GET and DELETE only.",
    "bad_id": "A JSON-RPC id must be a string or a whole number.",
    "bad_intent": "The declared intent is not a JSON object (in the header: base64url of one).",
    "bad_method": "`method` is not a string.",
    "bad_params": "`params` is not an object.",
    "probe_unsupported": "Nothing can be measured of this server: it is sent no token of a call, or not without harm.",
    "task_unknown": "There is no such task of this caller. Use the id that your own call was answered with.",
    "task_of_another": "The server answered with the task of another caller; the answer is withheld.",
    "answer_not_asked": "An input response holds a field that the form did not have. Send what was asked.",
    "bad_input_responses": "`inputResponses` is not an object with one answer under each question's name.",
    "bad_request_state": "The request state is not one that this guard gave to this caller.",
    "bad_location": "The header that says where a caller is holds no geo URI. Have the proxy send one, "
    "or none.",
    "bad_session": "The session handle is not a string.",
    "bad_tool_name": "The tool's name is not a string, or is empty.",
    "batch_refused": "JSON-RPC batches are not taken. Send one message at a time.",
    "body_cut_off": "The body ended early.",
    "body_too_large": "The message is longer than `max_body_bytes`.",
    "route_unknown": "No tool of this plain HTTP API has a `request` of this method and path.",
    "path_unclear": "A path has an empty or dotted segment, an escaped slash, or bytes that are no text: two "
    "servers could read two paths.",
    "query_unclear": "A parameter of the query stands twice, has no name, or is no text.",
    "form_unclear": "A field of the form stands twice, has no name, or is no text.",
    "parameter_unknown": "The query has a parameter that the route of this tool does not have.",
    "argument_twice": "The body holds an argument that belongs to the path or the query.",
    "argument_unreadable": "A text of path, query or form is not of the type that the schema has for it.",
    "argument_unwritable": "A judged or narrowed argument has no place in the request: it would lead to "
    "another path.",
    "body_refused": "A request that has no body came with one.",
    "body_kind_refused": "The body is neither JSON nor a form in UTF-8, or is compressed.",
    "client_gone": "The client went away before it had sent its request.",
    "session_twice": "User name and `Guard-Session` name two sessions.",
    "control_in_key": "A key holds a control character.",
    "duplicate_key": "An object has one key twice: two readers would see two messages.",
    "event_too_large": "One event of the upstream is longer than `max_event_bytes`.",
    "header_mismatch": "A header says something else than the body.",
    "header_repeated": "A header came more than once.",
    "host_refused": "The Host header names none of the guard's own names.",
    "id_in_use": "A request with this id is still open.",
    "intent_too_large": "The declared intent is longer than `max_intent_bytes`.",
    "line_too_long": "One line of an event stream is longer than the limit.",
    "lone_surrogate": "A string holds half a character.",
    "near_key": "A key differs from a known one in case only: two readers would see two messages.",
    "no_answer_came": "The server's stream ended without an answer. The call may have run.",
    "no_challenge": "The guard sends challenges with 401 and 403 only: a fault of the guard.",
    "not_a_message": "The JSON is neither a request, a notification nor an answer.",
    "not_an_object": "The message is not a JSON object.",
    "not_json": "The message is not JSON.",
    "not_jsonrpc": '`jsonrpc` is not "2.0".',
    "not_utf8": "The message is not UTF-8.",
    "number_out_of_range": "A number cannot be kept exactly.",
    "origin_refused": "A web page of this origin may not call. See `serve.allowed_origins`.",
    "protocol_violation": "The server answered with something that is not MCP.",
    "server_ask_refused": "The server asked for something that no policy lets it ask of a client.",
    "session_not_found": "The MCP session has ended. Initialize again.",
    "too_deep": "The message is nested deeper than `max_depth`.",
    "too_many_members": "The message has more members than `max_members`.",
    "unknown_server": "The guard serves no upstream of this name.",
    "unsupported_version": "The guard does not speak this protocol version.",
    "upstream_broke_off": "The server broke off before its answer. The call may have run.",
    "upstream_credential_refused": "The server refused the guard's own credential.",
    "upstream_error": "The server answered with an error status and no JSON.",
    "upstream_redirects": "The server answered with a redirect; the guard follows none.",
    "upstream_unreachable": "The server cannot be reached. Nothing ran.",
}
CALLERS = {
    "keys_unavailable": "The authorization server's keys cannot be fetched. Nobody gets in.",
    "no_token_check": "The front was built with no way to check callers.",
    "proof_replayed": "This proof came before. An agent makes a new one for each request.",
    "proof_required": "The access token is bound to a key. Send it under the scheme DPoP, with a proof.",
    "proofs_too_many": "More proofs came in a minute than are remembered. Nobody with a bound token gets in.",
    "token_binding_unknown": "The access token is bound to a key in another way than DPoP (`cnf.jkt`).",
    "token_not_bound": "The token came under the scheme DPoP and names no key. Send it as a bearer token.",
    "assertion_replayed": "A client's assertion was shown a second time. Make one for each request.",
    "bad_certificate": "The header with the client's certificate is not as RFC 9440 has it.",
    "certificate_mismatch": "The token is bound to a client certificate that is not the one of this "
    "connection, or no proxy hands one over.",
    "posture_foreign": "The statement is about the device of another person.",
    "token_ttl_too_long": "The assertion, SVID or statement lives longer than is taken. Make a shorter one.",
    "workload_foreign": "The workload is of a trust domain that the operator does not list.",
    "workload_wrong": "This agent may only run as certain workloads (`callers.workloads`), and this is none.",
    "scope_missing": "The access token lacks a scope that this address demands.",
    "token_alg_refused": "The access token's algorithm is not an allowed one.",
    "token_audience_wrong": "The access token is for another resource.",
    "token_claims_bad": "A claim of the access token is missing or has the wrong type.",
    "token_crit_refused": "The access token demands an extension that is not understood.",
    "token_duplicate_claim": "The access token has a claim twice.",
    "token_expired": "The access token has expired.",
    "token_issuer_wrong": "The access token is from another authorization server.",
    "token_key_unknown": "The access token names a key that its issuer does not publish.",
    "token_not_yet_valid": "The access token is not valid yet.",
    "token_signature_bad": "The access token's signature does not verify.",
    "token_type_refused": "The token is not an access token (`typ`).",
    "token_unknown": "The static token is not one that this guard knows.",
}
FILES = {
    "extra_missing": "A part of the guard that was not installed is needed. Install the named extra.",
    "between_unusable": "A server is to get a token between calls (`credential.between`), and its issuer makes "
    "none, or no message to it could carry one.",
    "delivery_unusable": "A server at a URL takes tokens of an authorization server, and its `delivery` "
    "puts none in a header. Set it to `dpop` or `bearer`.",
    "issuer_unusable": "An entry of `guard.issuers` has an unknown kind or setting, or a file it names "
    "cannot be used.",
    "secret_file_unusable": "A file with a secret is missing, empty, a link, or others can read it.",
    "console_origin": "No browser makes a passkey for the guard's address: it takes https and a full domain "
    "name, or this machine.",
    "pin_line_missing": "The tool has no `pin:` line of its own in guard.yaml. Write it by hand.",
    "tool_unknown": "The server publishes no tool of this name. Run `guard pin diff`.",
    "bundle_forged": "The control plane of this site did not sign that bundle.",
    "bundle_malformed": "It is no bundle, or of another version.",
    "bundle_of_another_site": "The bundle is for another site (`guard.name`).",
    "bundle_superseded": "A later bundle was already taken. Only a later one takes its place.",
    "chains_unusable": "What was learned of tool chains cannot be read. Learn it again.",
    "checkpoint_file_unusable": "The file given with --against holds no checkpoint that can be read. "
    "Give an export of this log.",
    "export_exists": "The file to export to is already there. Name another one.",
    "export_unwritable": "The file to export to cannot be written. Name a folder that can.",
    "facts_unreadable": "Recorded facts cannot be read back. The record was made by another version, "
    "or was changed: run `guard audit verify`.",
    "event_unknown": "The log holds no event of this call or session. `guard audit show` shows the last ones.",
    "key_not_yet_usable": "The next key of call tokens was published less than five minutes ago. Wait.",
    "keys_missing": "The state folder holds no keys yet. Start the guard once.",
    "labels_by_hand": "A proposed label does not fit into the text of guard.yaml. Write it yourself.",
    "log_key_missing": "The state folder holds no key of a log. Name the right folder with --state.",
    "log_page_unusable": "The running guard's answer is no page of a log. Update the older of the two.",
    "address_in_use": "Another program listens on this address. Choose another port.",
    "auth_missing": "`guard serve` was told no way to know its callers. Set `serve.issuer`.",
    "bad_salt": "The salt that blinds secrets has the wrong length.",
    "bad_trace": "A line of recorded sessions is not what the format says.",
    "call_unusable": "The file with the call to explain is not what the command takes.",
    "clock_behind": "The bundle was made later than it is here. Set the clock of the site.",
    "command_missing": "`guard proxy` needs the server's command after two dashes.",
    "config_anchor": "YAML anchors and aliases are not taken: write the value out.",
    "config_boolean_word": "yes, no, on, off are words in one YAML and booleans in another: write "
    "true, false or quotes.",
    "config_depth": "The file is nested too deeply.",
    "config_documents": "The file holds more than one YAML document.",
    "config_duplicate_key": "A key is given twice.",
    "config_empty": "The file says nothing.",
    "config_exists": "The file is there already; nothing is overwritten without `--force`.",
    "config_key": "A key is not a plain string.",
    "config_missing": "There is no such file.",
    "config_not_mapping": "The file, or the place in it that an entry is for, is not a mapping.",
    "config_not_utf8": "The file is not UTF-8.",
    "config_syntax": "The file is not YAML.",
    "config_tag": "YAML tags are not taken.",
    "config_too_large": "The file is larger than any configuration.",
    "config_unreadable": "The file cannot be read.",
    "tool_not_guarded": "A tool of an agent does not run through a function here, so that no call of it "
    "can be judged. Leave it out, or accept by name that it runs unguarded.",
    "config_unusable": "A value has the wrong type, is out of range or has an unknown name.",
    "config_zone": "The time zone is unknown here. Write an IANA name.",
    "coverage_nothing": "What `guard coverage` was told to look at leads to no tool. Name the agent.",
    "coverage_unloadable": "What `guard coverage` was told to look at cannot be imported, or is too large. "
    "Nobody knows what it reaches.",
    "env_malformed": "`--env` needs NAME=VALUE.",
    "guard_already_running": "Another guard listens on this socket.",
    "guard_not_running": "No `guard serve` answers here. Start it; a program that guards its own "
    "tools cannot be asked, and its store is read once it has ended.",
    "init_token": "`--token-env` of `guard init` names a variable with an access token, for a server at an https URL.",
    "init_server": "`guard init` needs a server: a command after two dashes, or `--url`.",
    "key_file_unreadable": "A key file is damaged. Restore it, or delete it and a new one is made.",
    "key_unusable": "A key in `guard.intent_keys` is no public P-256 key. List it as a JWK.",
    "receiver_seal_broken": "The token for a receiver of signals was sealed by another key, or its row "
    "is damaged. Restore `keys/receivers-seal.key`, or have the stream made anew.",
    "receiver_unusable": "A receiver in `guard.receivers` names an address that is none. Write origins as "
    "https://host or https://host:port.",
    "stream_unknown": "guard.yaml has no stream of this name with a `stream_id`. See `guard signals list`.",
    "transmitter_unusable": "A transmitter of security events is not there, or cannot do what is asked. Check "
    "its URL, the token for its configuration, and what it supports.",
    "key_file_unsafe": "Others can read a key file. Delete it, and a new one is made.",
    "no_authority": "This guard is no site: `guard.offline_authority` is not set.",
    "policy_missing": "There is no such policy file, folder or starter policy.",
    "policy_unusable": "The catalogue or the rules hold errors; the findings list them all.",
    "receipts_forged": "The receipts do not lead from what came before to what the site signed.",
    "receipts_gap": "The receipts do not begin where the last ones ended. Bring those between.",
    "receipts_none": "No checkpoint covers anything that was not written yet.",
    "receipts_unsigned": "At the site a yes was used that no passkey gave. The records are taken in, and the site "
    "is given nothing until somebody has looked.",
    "site_asks_passkeys": "A guard that is a site of a control plane was told to ask in a terminal.",
    "receipts_overrun": "The site issued more call tokens than its bundles allowed.",
    "request_unusable": "The operator's request is not what its route takes.",
    "serve_file_unusable": "The file that says where the guard listens is damaged. Start the guard again.",
    "server_env_reserved": "This variable is the guard's own and is not passed to a server.",
    "server_not_started": "The server's command could not be started.",
    "server_wants_token": "The server lists its tools only with an access token, or did not take the one it was shown.",
    "server_unreachable": "The server could not be asked for its tools. Look whether its URL, path included, is that of its "
    "MCP endpoint; a command, start by hand to see why.",
    "server_unknown": "guard.yaml has no server of this name.",
    "access_unknown": "The policy has no access of this name. It knows `reduced`, `read_only`, `stopped` and "
    "those under `access` in guard.yaml.",
    "signal_unknown": "The guard knows no risk signal of this kind.",
    "settings_unreadable": "The settings file of a coding agent is not one. Nothing was written.",
    "site_keys_unusable": "What was brought is not the output of `guard keys show --json` of that site.",
    "site_record_unusable": "The control plane's record of a site cannot be read.",
    "site_unknown": "The control plane never gave anything to a site of that name.",
    "socket_dir_unsafe": "Others can write to the folder of the guard's socket.",
    "store_driver_missing": "`guard.store` names a database, and its driver is not installed.",
    "store_locked": "Another guard holds this database: `guard serve`, or a program that guards its own "
    "tools. Commands that have `--live` ask `guard serve`; otherwise wait for its end.",
    "store_missing": "There is no database there yet.",
    "store_url_missing": "`guard.store` names a variable or file, and no URL is there.",
    "store_url_unsafe": "Others can read the file that holds the database's URL.",
    "store_of_another_log": "The database belongs to a guard with another name or other keys.",
    "store_unusable": "The database is damaged, of another version, or cannot be reached.",
    "table_invalid": "A decision table is not what the format says.",
    "table_missing": "There is no decision table to run.",
    "trace_missing": "The file of recorded sessions cannot be read.",
}
POLICY = {
    "G100": "An entry of the catalogue cannot be used.",
    "G101": "A role stands on an argument that the tool lacks, or the tool's schema is unknown.",
    "G102": "A tool that writes or sends has neither a budget nor `budget: none` with a reason.",
    "G103": "A tool that sends data away has no recipient, no URL and no fixed destination.",
    "G104": "An argument looks like a recipient, an amount, a path or the like, and has no role.",
    "G105": "Policy cannot see an argument of a privileged tool, and nobody accepted that: `opaque: true` at the argument.",
    "G106": "`says` leaves out what a reviewer must see, or names what the tool lacks.",
    "G107": "An irreversible tool has no rule that asks a person.",
    "G108": "`impact: low` stands on a tool that moves money, gives power or cannot be undone.",
    "G109": "A permission has no `order` from the least to the most, so that each one is asked.",
    "G201": "A rule is not Cedar, or does not fit the generated schema.",
    "G202": "A forbid reads an optional value only where it is present: absent is unrestricted.",
    "G203": "`containsAll` of an empty set is true: test `isEmpty` as well.",
    "G204": "Arithmetic on what an agent sends can overflow, and the engine skips such a rule: use a ledger.",
    "G205": "`like` on text that an attacker may choose is no check of identity.",
    "G206": "A rule applies to no tool, or is always or never true.",
    "G207": "A rule reads approvals; the guard does that.",
    "G301": "An annotation is unknown, missing or out of range.",
    "G302": "A narrow rule names a transform that a tool in its scope lacks.",
    "G303": "A rule about sessions is not written as one, or leaves an access that nobody described.",
    "G401": "A ledger cannot be kept.",
    "G501": "A decision table fails, or no case fires a forbid.",
}
AUDIT = {
    "evidence_changed": "The stored evidence of a reviewer's signature is not that which was logged.",
    "quorum_missed": "A call ran on the yes of fewer people than its rules ask.",
    "vote_foreign": "The signature of a vote is of another person, question or answer.",
    "vote_key_unknown": "A vote was signed with a key that was not this reviewer's at that time.",
    "vote_other_call": "What was signed is not the call that ran.",
    "vote_unsigned": "The signature of a vote does not hold.",
    "approval_unasked": "An approval was used that was never asked for.",
    "approval_used_twice": "An approval was used twice.",
    "checkpoint_foreign": "The checkpoint is of another log.",
    "checkpoint_malformed": "The checkpoint is not a signed note.",
    "checkpoint_missing": "No checkpoint of this log is signed by its key.",
    "checkpoint_signature": "The checkpoint is not signed by the log's key.",
    "consistency_not_proven": "The log does not begin with what an earlier checkpoint signed.",
    "facts_changed": "The stored facts of a decision are not those that were logged.",
    "inclusion_not_proven": "The event is not in the log that the checkpoint signs.",
    "leaf_gap": "An event is missing between two others.",
    "leaf_malformed": "An event is not in its canonical form.",
    "leaf_out_of_range": "The log is shorter than the position asked for.",
    "leaves_missing": "The log is shorter than its last checkpoint says.",
    "outcome_missing": "A call was let through and never ended.",
    "outcome_twice": "A call ended twice.",
    "outcome_undecided": "A call ran that no decision let through.",
    "reason_changed": "The stored words of a reviewer are not those that were logged.",
    "root_mismatch": "An event before this checkpoint was changed.",
    "words_changed": "The stored words of a person, or their stored task, are not those that were "
    "logged.",
    "vkey_malformed": "The verification key is not name+id+key.",
}
GROUPS = {
    "What an agent reads: the call": CALLS,
    "What an agent reads: people": PEOPLE,
    "What a reviewer reads: passkeys": PASSKEYS,
    "When the guard itself fails": GUARD,
    "Call tokens, at the tool server": TOKENS,
    "Messages on the wire": WIRE,
    "Callers of the HTTP front": CALLERS,
    "Files, commands and stores": FILES,
    "Findings about a policy": POLICY,
    "Findings about an audit log": AUDIT,
}
"""Heading -> code -> sentence."""

SENTENCES = {code: text for group in GROUPS.values() for code, text in group.items()}
