import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.errors import GuardError, Unavailable
from guard.model.call import Budget, Outcome, ToolCall, ToolSpec
from guard.model.facts import Derived, Input
from guard.model.identity import Agent, Device, Place, Principal, Who, Workload
from guard.model.ledger import LedgerSpec
from guard.session.calls import admitted, forwarded, settled
from guard.session.intent import parse_intent
from guard.session.risk import WEIGHTS, signal
from guard.session.state import declared, ended, new_session, signalled
from guard.session.stored import from_json, to_json
from guard.session.trail import Trail
from tests.many import many

NOW = 1_767_607_200_000
TOOLS = [
    ToolSpec(
        server="bank",
        tool="pay",
        effect=frozenset({"write", "egress"}),
        budget=Budget(calls=3, amount_minor=9),
    ),
    ToolSpec(server="web", tool='re"ad\n', effect=frozenset({"read"}), extract={"a": "id"}),
]
LEDGERS = [
    LedgerSpec(name="a", kind="calls", of="write", per="tool", window_ms=60_000),
    LedgerSpec(name="b", kind="labels", of="any", window_ms=3_600_000),
    LedgerSpec(name="c", kind="formerly", of="read", match=(("result.a", "input.id"),), key="task"),
]
WHO = Who(
    principal=Principal(
        issuer="https://id.example", subject="adä\u2028", teams=frozenset({"x", "y"})
    ),
    agent=Agent(id="bot", groups=frozenset({"g"})),
    workload=Workload(id="pod", attested=True),
    device=Device(id="d", compliant=True, seen_at_ms=NOW),
    claims=(("amr", "hwk"),),
)


def grown(events, by="host"):
    intent = parse_intent(
        {"purpose": "pay", "calls": {"any": 3}, "budget_minor": 5}, declared_by=by, max_bytes=999
    )
    session = new_session("gs_1", WHO, intent=intent, now_ms=NOW)
    for n, (what, tool, outcome, step) in enumerate(events):
        spec, at = TOOLS[tool], NOW + step
        if what == "signal":
            session = signalled(
                session,
                signal(sorted(WEIGHTS)[n % len(WEIGHTS)], subject="s", at_ms=at, source="x"),
                at,
            )
        elif what == "agent":
            asked = parse_intent({"purpose": str(n % 3)}, declared_by="agent", max_bytes=999)
            session = declared(session, asked)
        elif what == "end" and n > 20:
            session = ended(session, at)
        elif not session.ended_at_ms:
            call = ToolCall(
                id=f"c{n}", session="gs_1", server=spec.server, tool=spec.tool, arguments=b"{}"
            )
            given_input = Input(values={"id": n}, derived=Derived(amount_minor=n))
            session = admitted(session, call, spec, given_input, at, LEDGERS, in_flight=99)
            session = forwarded(session, call.id, spec, now_ms=at)
            if outcome is not Outcome.RUNNING:
                session = settled(
                    session, call.id, outcome, frozenset({"secret"}), {"a": str(n)}, at
                )
    return session


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["call", "call", "call", "signal", "agent", "end"]),
        st.integers(0, 1),
        st.sampled_from(list(Outcome)),
        st.integers(0, 10**7),
    ),
    max_size=40,
)


@settings(deadline=None, max_examples=many(60))
@given(EVENTS)
def test_a_session_survives_its_text(events):
    session = grown(events)
    assert from_json(to_json(session)) == session
    assert to_json(from_json(to_json(session))) == to_json(session)


def test_an_older_row_is_read_without_the_steps_that_had_ended():
    session = grown([("call", 0, Outcome.RUNNING, 0)])
    row = json.loads(to_json(session))
    row["steps"].append([9, "c9", "a/b", ["read"], NOW, "ok"])
    assert from_json(json.dumps(row)) == session


def test_a_busy_session_fits_into_a_few_kilobytes():
    session = grown([("call", n % 2, Outcome.OK, n * 700) for n in range(1000)])
    assert len(to_json(session)) < 32 * 1024


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"v":2}',
        '{"v":1}',
        to_json(grown([]))[:-9],
        to_json(grown([])).replace('"who":[[', '"who":['),
    ],
)
def test_a_damaged_row_is_refused_whole(text):
    with pytest.raises(Unavailable, match="session_unreadable"):
        from_json(text)


def test_a_damaged_task_is_refused():
    row = json.loads(to_json(grown([])))
    row["intent"] = row["intent"].replace('"host"', '"root"')
    with pytest.raises(GuardError, match="intent_unusable"):
        from_json(json.dumps(row))


def test_what_detectors_remember_comes_back_and_older_rows_know_nothing_of_it():
    place = Place(lat_e4=-481_374, lon_e4=115_755, radius_km=25, source="edge", at_ms=NOW)
    kept = replace(grown([]), place=place, trail=Trail(classes=("a/read", "b/write"), calls_ms=7, writes_ms=(("b/pay", 9),)))  # fmt: skip
    call = ToolCall(id="c", session=kept.id, server="web", tool="x", arguments=b"{}")
    kept = admitted(kept, call, TOOLS[1], Input(values={}, derived=Derived()), NOW)
    kept = replace(kept, steps=(replace(kept.steps[-1], finding="chain_unknown"),))
    assert from_json(to_json(kept)) == kept
    row = json.loads(to_json(kept))
    del row["place"], row["trail"]
    assert from_json(json.dumps(row)) == replace(kept, place=None, trail=Trail())
