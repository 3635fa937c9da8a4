"""What an agent usually does next, what it never did, and what nobody knows."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.detect.chain import BEGIN, Chains, class_of
from guard.detect.learned import Course, from_json, learned, to_json
from guard.detect.numbers import Detectors
from guard.errors import Unusable
from guard.model.call import ToolSpec

NUMBERS = Detectors()
PAY = ToolSpec(server="bank", tool="pay", effect=frozenset({"write", "irreversible"}))
SEND = ToolSpec(server="mail", tool="send", effect=frozenset({"write", "egress"}))
READ = ToolSpec(server="mail", tool="read", effect=frozenset({"read"}))
CLASSES = ("mail/read", "mail/write", "files/read", "bank/irreversible")


def triage(sessions, *, agent="triage", odd=0):
    """Mail is read, a file is looked at, an answer is sent; `odd` sessions pay."""
    usual = ["mail/read", "mail/read", "files/read", "mail/read", "mail/write"]
    rows = [Course(agent=agent, classes=usual) for _ in range(sessions - odd)]
    return [*rows, *(Course(agent=agent, classes=["mail/read", "bank/irreversible"]),) * odd]


MODEL = learned(triage(4_212))


def test_a_class_is_the_server_and_the_strongest_thing_that_a_tool_does():
    assert [class_of(one) for one in (PAY, SEND, READ)] == [
        "bank/irreversible", "mail/write", "mail/read"
    ]  # fmt: skip


def test_what_the_agent_never_did_is_said_in_one_sentence():
    found = MODEL.judged(("files/read", "mail/read"), PAY, "triage", NUMBERS)
    assert found.kind == "abnormal_chain"
    assert found.said == (
        "After files/read and mail/read agent triage has never called bank/irreversible in 4,212 sessions."
    )
    assert found.evidence["sessions"] == 4212


def test_at_the_beginning_of_a_session_that_is_said_so():
    found = MODEL.judged((), PAY, "triage", NUMBERS)
    assert found.said.startswith("At the beginning of a session agent triage has never called")


def test_what_it_has_always_done_is_usual():
    assert MODEL.judged(("files/read", "mail/read"), SEND, "triage", NUMBERS) is None


def test_reading_and_repeating_are_always_usual():
    assert MODEL.judged(("bank/read",), READ, "triage", NUMBERS) is None
    assert MODEL.judged(("mail/read", "bank/irreversible"), PAY, "triage", NUMBERS) is None


def test_a_cold_start_says_unknown_and_never_fine():
    for model, agent in (
        (Chains(), "triage"),
        (MODEL, "newcomer"),
        (learned(triage(49)), "triage"),
    ):
        found = model.judged(("files/read", "mail/read"), PAY, agent, NUMBERS)
        assert found.kind == "chain_unknown"
    never_there = MODEL.judged(("shell/privileged",), PAY, "triage", NUMBERS)
    assert (never_there.kind, "0 sessions" in never_there.said) == ("chain_unknown", True)


def test_what_happens_now_and_then_is_usual_and_what_happened_once_is_not():
    often = learned(triage(4_000, odd=40))
    once = learned(triage(4_000, odd=1))
    assert often.judged(("mail/read",), PAY, "triage", NUMBERS) is None
    found = once.judged(("mail/read",), PAY, "triage", NUMBERS)
    assert "in 1 of 4,000 sessions" in found.said


def test_a_session_counts_once_however_long_it_goes_on():
    loop = [Course(agent="a", classes=["mail/read", "mail/write"] * 500)]
    assert learned(loop).agents["a"].held[("mail/read",)] == 1


@given(st.lists(st.lists(st.sampled_from(CLASSES), max_size=12), max_size=30))
def test_chances_are_chances_and_the_model_comes_back_from_its_text(sessions):
    model = learned(Course(agent="a", classes=one) for one in sessions)
    assert from_json(to_json(model), "x") == model
    habits = model.agents.get("a")
    for context in habits.held if habits else ():
        chances = [habits.ppm(context, kind) for kind in (*habits.then[()], "new/one")]
        assert sum(chances) <= 1_000_000
        assert habits.held[context] == len(sessions) or context


def test_more_sessions_never_make_the_unseen_likelier():
    chances = [
        learned(triage(count)).agents["triage"].ppm((BEGIN, "mail/read"), "bank/irreversible")
        for count in (50, 500, 5_000)
    ]
    assert chances == sorted(chances, reverse=True)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"v":2,"agents":{}}', '{"v":1,"agents":{"a":{"sessions":-1,"rows":[]}}}',
             '{"v":1,"agents":{"a":{"sessions":1,"rows":[[["x"],1,{"y":true}]]}}}'],
)  # fmt: skip
def test_a_damaged_model_is_refused_whole(text):
    with pytest.raises(Unusable, match="chains_unusable"):
        from_json(text, "chains.json")


def test_the_order_of_sessions_does_not_matter():
    rows = triage(200, odd=7)
    random.Random(1).shuffle(rows)
    assert learned(rows) == learned(triage(200, odd=7))
