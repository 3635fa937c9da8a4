"""Five endings of a question to people, each with its own text and its own object."""

import json

import pytest

from guard.errors import ApprovalPending, GuardError, NobodyToAsk, NotApproved, Refused
from guard.model.decision import Reason
from guard_adapters.front.mcp.judging.verdict import refusal_of

UNTIL_MS = 1_767_607_500_000  # 2026-01-05T10:05:00Z

ENDINGS: list[tuple[GuardError, str, dict[str, object]]] = [
    (
        ApprovalPending("apr_1", pending_until_ms=UNTIL_MS, retry_after_s=5),
        (
            "APPROVAL_PENDING apr_1: not executed. A person has been asked until "
            "2026-01-05T10:05:00Z. Call the same tool with the same arguments again to keep waiting."
        ),
        {
            "status": "pending",
            "next_action": "call_again",
            "retry_after_s": 5,
            "expires_at": "2026-01-05T10:05:00Z",
            "reason_code": "waiting",
        },
    ),
    (
        NotApproved(
            "apr_1",
            "denied",
            "not today",
            retry_after_s=300,
            reason_code="denied",
            until_ms=UNTIL_MS,
        ),
        (
            'DENIED apr_1: not executed. A person said no: "not today". The same call is refused '
            "without asking until 2026-01-05T10:05:00Z."
        ),
        {
            "status": "denied",
            "next_action": "stop",
            "retry_after_s": 300,
            "expires_at": "2026-01-05T10:05:00Z",
            "reason_code": "denied",
        },
    ),
    (
        NotApproved("apr_1", "no_answer", "late", reason_code="no_answer", asked_s=120),
        (
            "NO_ANSWER apr_1: not executed. Nobody decided within 120 s. This is not a refusal. "
            "Calling again asks again."
        ),
        {
            "status": "no_answer",
            "next_action": "may_ask_again",
            "retry_after_s": None,
            "expires_at": None,
            "reason_code": "no_answer",
        },
    ),
    (
        NotApproved("apr_1", "revoked", "x", reason_code="policy_changed"),
        (
            "REVOKED apr_1: not executed. It ended before it ran: the rules changed. "
            "Calling again asks again."
        ),
        {
            "status": "revoked",
            "next_action": "may_ask_again",
            "retry_after_s": None,
            "expires_at": None,
            "reason_code": "policy_changed",
        },
    ),
    (
        NotApproved("apr_1", "unknown", "x", reason_code="outcome_unknown"),
        "OUTCOME_UNKNOWN apr_1: it may have run. Do not repeat it; read the state first.",
        {
            "status": "unknown",
            "next_action": "read_state",
            "retry_after_s": None,
            "expires_at": None,
            "reason_code": "outcome_unknown",
        },
    ),
]


@pytest.mark.parametrize(
    ("error", "text", "said"), ENDINGS, ids=[text.split()[0] for _, text, _ in ENDINGS]
)
def test_each_ending_has_a_text_for_models_and_an_object_for_programs(error, text, said):
    no = refusal_of(error)

    assert no.text == text
    assert {name: no.data[name] for name in said} == said
    assert no.data["approval_id"] == "apr_1"
    assert no.data["approval"]["status"] == said["status"]


@pytest.mark.parametrize("code", ["no_approver", "no_reviewer"])
def test_who_could_ask_nobody_is_told_to_stop_and_why_a_person_is_needed(code):
    asks = Reason(code="pays", rule="PAY-1")
    no = refusal_of(NobodyToAsk("Nobody is there.", code=code, reasons=[asks]))

    assert (no.word, no.data["code"], no.data["next_action"]) == ("DENIED", code, "stop")
    assert no.data["reasons"] == [{"rule": "PAY-1", "reason": "pays"}]
    assert no.text.startswith("DENIED: not executed. A person would have to say yes")
    assert "again later" not in no.text


def test_the_texts_tell_the_endings_apart():
    assert len({refusal_of(error).text.split()[0] for error, _, _ in ENDINGS}) == len(ENDINGS)


def test_a_no_without_a_reason_quotes_nobody():
    no = refusal_of(NotApproved("apr_1", "denied", "a person said no"))

    assert no.text == "DENIED apr_1: not executed. A person said no."


def test_a_no_to_the_same_call_before_names_no_question_that_was_never_asked():
    before = NotApproved(
        "", "denied", "a person said no to the same call", until_ms=UNTIL_MS, retry_after_s=9
    )

    assert refusal_of(before).text.startswith("DENIED: not executed. A person said no. The same")
    assert str(before) == "approval_denied: A person said no to the same call."


def test_the_place_where_people_answer_is_told_once_the_guard_has_one():
    no = refusal_of(ENDINGS[0][0], held_at="https://guard.example/a/apr_1")

    assert no.data["remediationHints"] == [{"type": "url", "url": "https://guard.example/a/apr_1"}]
    assert no.text.endswith("They answer at https://guard.example/a/apr_1.")


@pytest.mark.parametrize(
    "reason", ["line\nbreak\u2028", 'say "yes"', "\u202eevil", "\u200bhidden", "x" * 5_000]
)
def test_what_a_person_wrote_stays_one_short_quoted_line(reason):
    text = refusal_of(NotApproved("apr_1", "denied", reason)).text

    assert len(text.splitlines()) == 1
    assert text.count('"') == 2
    assert len(text) < 400
    assert not {"\u202e", "\u200b"} & set(text)
    json.dumps(text)


def test_an_agent_does_not_read_which_signal_about_it_came_in():
    no = refusal_of(NotApproved("apr_1", "revoked", "x", reason_code="exfiltration_suspected"))

    assert "exfiltration" not in json.dumps([no.text, dict(no.data)])
    assert no.data["reason_code"] == "changed"


def test_a_client_whose_session_ended_reads_who_can_open_another_and_no_command():
    over = Refused("The session has ended.", code="session_ended")
    no = refusal_of(over)
    assert no.text.startswith("DENIED: Its session was ended; this call did not run.")
    assert "give this client its handle" in no.text
    assert "guard tasks" not in no.text
    assert no.data["next_action"] == "stop"


def test_what_ran_before_its_session_ended_is_never_told_not_to_have_run():
    no = refusal_of(Refused("The session has ended.", code="session_ended"), ran=True)
    assert no.text.startswith("RESULT_WITHHELD: The call ran;")
    assert "did not run" not in no.text
