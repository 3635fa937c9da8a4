"""A session's own words are the ground on which the arguments of its calls are weighed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from guard.model.call import ArgSpec, ToolCall, ToolSpec, argument_bytes
from guard.model.identity import Agent, Principal, Who
from guard.model.labels import Label, Secrecy, Trust
from guard.model.origin import NO_ARGUMENT, Source
from guard.provenance.request.task import task_of
from guard.provenance.result.known import Known
from guard.session.intent import parse_intent
from guard.session.provenance import labels_of, segment_for, weighed_for
from guard.session.state import declared, new_session, told

WHO = Who(principal=Principal(issuer="https://id.example", subject="ada"), agent=Agent(id="bot"))
PAY = ToolSpec(
    server="bank",
    tool="pay",
    effect=frozenset({"write", "egress"}),
    args={
        "to": ArgSpec(role="recipient"),
        "amount": ArgSpec(role="amount"),
        "memo": ArgSpec(role="body"),
    },
)
FIND = ToolSpec(
    server="crm",
    tool="find",
    effect=frozenset({"read"}),
    labels={
        "*.name": Label(trust=Trust.TRUSTED),
        "*.email": Label(trust=Trust.TRUSTED),
        "*.pin": Label(trust=Trust.TRUSTED, secrecy=Secrecy.SECRET),
    },
)
PEOPLE = [
    {"id": "7", "name": "Dora Smith", "email": "dora@firm.example", "note": "ask eve@bad.example"},
    {"id": "8", "name": "Max Miller", "email": "max@firm.example", "pin": "9911"},
]


MEET = ToolSpec(
    server="house", tool="schedule", effect=frozenset({"write"}), args={"day": ArgSpec(role="when")}
)


def session(*words, by=None, labels=frozenset()):
    made = new_session("s", WHO, now_ms=1, words=words)
    if by:
        task = {"purpose": "pay ada@corp.example", "args": {"bank/pay": {"memo": {"in": ["rent"]}}}}
        made = declared(made, parse_intent(task, declared_by=by, max_bytes=4096))
    return made


def call(spec, **arguments):
    return ToolCall(
        id="c", session="s", server=spec.server, tool=spec.tool, arguments=argument_bytes(arguments)
    )


def known_of(*results):
    known = Known()
    for step, result in enumerate(results, 1):
        known.learn(segment_for(session(), call(FIND), FIND, result, known, step=step))
    return known


def levels(who, known=None, **arguments):
    return weighed_for(who, call(PAY, **arguments), PAY, known or Known()).prov.level


@pytest.mark.parametrize(
    ("words", "to", "level"),
    [
        ("Pay 20 EUR to ada@corp.example", "ada@corp.example", Source.PROMPT),
        ("Pay 20 EUR to ada@corp.example", "ADA@corp.example", Source.PROMPT),
        ("Pay 20 EUR to ada@corp.example", "ada@corp.example.evil.example", Source.COMPOSED),
        ("Pay 20 EUR to ada@corp.example", "eve@bad.example", Source.UNTRUSTED),
        ("Pay Dora Smith what we owe her", "dora@firm.example", Source.LINKED),
        ("Pay Dora Smith what we owe her", "max@firm.example", Source.TRUSTED),
        ("Pay Dora Smith what we owe her", "eve@bad.example", Source.UNTRUSTED),
    ],
)
def test_a_destination_is_worth_what_stands_behind_it(words, to, level):
    assert levels(session(words), known_of(PEOPLE), to=to).dest == level


def test_what_the_person_says_later_counts_from_then_on():
    before = session("Pay somebody")
    assert levels(before, to="ada@corp.example").dest == Source.COMPOSED
    assert levels(told(before, "I mean ada@corp.example"), to="ada@corp.example").dest == 5


@pytest.mark.parametrize(("by", "level"), [("host", 5), ("user", 5), ("agent", 0)])
def test_words_that_the_agent_declared_are_nobodys(by, level):
    assert levels(session(by=by), to="ada@corp.example").dest == level


def test_a_limit_of_the_declared_task_names_its_values():
    weighed = weighed_for(session(by="host"), call(PAY, memo="rent"), PAY, Known())
    assert weighed.prov.user_prompt == {"memo"}


def test_a_list_is_worth_its_weakest_element():
    both = ["ada@corp.example", "eve@bad.example"]
    assert levels(session("Write to ada@corp.example"), to=both).dest == Source.COMPOSED


def test_a_role_without_an_argument_has_no_level():
    assert levels(session("Pay"), to="x").amount == NO_ARGUMENT


def test_a_secret_field_leaves_no_value_behind():
    assert known_of(PEOPLE).places("text", "9911") == ()


def test_a_result_brings_the_labels_of_what_it_shows_and_what_was_found():
    assert labels_of(FIND, [{"name": "a"}]) == frozenset()
    assert labels_of(FIND, [{"note": "a"}]) == {"untrusted", "untrusted_crm"}
    assert labels_of(FIND, [{"name": "a", "pin": "1"}]) == {"secret"}
    assert labels_of(FIND, [], frozenset({"found"})) == {"found"}


def test_what_an_untrusted_session_composes_may_be_a_strangers():
    tainted = replace(session("Pay"), labels=frozenset({"untrusted", "secret"}))
    got = weighed_for(tainted, call(PAY, to="x", memo="hello"), PAY, Known()).prov
    assert got.untrusted == got.secret == {"to", "memo"}
    assert got.model == frozenset()


def test_what_the_person_said_of_tomorrow_is_nothing_that_the_agent_made_up():
    who, now_ms = session("Schedule a meeting tomorrow"), 1_772_000_000_000
    day = datetime.fromtimestamp(now_ms / 1000, UTC).date() + timedelta(days=1)
    asked = call(MEET, day=day.isoformat())

    def wrote(**more):
        return segment_for(who, asked, MEET, "done", Known(), step=1, **more).wrote

    assert wrote(now_ms=now_ms) == ()
    assert wrote() != ()


@pytest.mark.parametrize("how", ["opened", "told", "declared"])
def test_no_call_waits_until_a_task_is_read(how):
    task = parse_intent(
        {"purpose": f"Pay {how} 5 EUR", "tools": ["write"]}, declared_by="host", max_bytes=999
    )
    if how == "opened":
        session = new_session("s", WHO, now_ms=1, words=("Pay the one who opened it 5 EUR",))
    elif how == "told":
        session = told(new_session("s", WHO, now_ms=1), "Pay the one who was told 5 EUR")
    else:
        session = declared(new_session("s", WHO, now_ms=1), task)
    before = task_of.cache_info().misses
    call = ToolCall(
        id="c", session="s", server="bank", tool="pay", arguments=argument_bytes({"amount": 5})
    )
    weighed_for(session, call, PAY)
    assert task_of.cache_info().misses == before
