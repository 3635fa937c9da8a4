"""What several sessions are counted in together: by task, by person, by agent."""

import json
from dataclasses import replace

import pytest

from guard.errors import Refused, Unavailable
from guard.model.call import Outcome, ToolCall, ToolSpec, argument_bytes
from guard.model.facts import ClockFacts, CredentialFacts, Derived, Evidence, Input
from guard.model.identity import Agent, Principal, Who
from guard.model.labels import Label, Secrecy, Trust
from guard.model.ledger import LedgerSpec, SequenceStep
from guard.session.calls import admitted, forwarded, lent, pools_of, settled, wanted_by
from guard.session.counted import counted
from guard.session.facts import facts
from guard.session.intent import parse_intent
from guard.session.pool_key import Subjects
from guard.session.shared import FLIGHTS, NEW, Pool, changed
from guard.session.state import new_session, subjects_of, told
from guard.session.stored_tallies import pool_from, pool_json
from guard.session.tally import Tally

NOW = 1_767_607_200_000
SEND = ToolSpec(server="mail", tool="send", effect=frozenset({"write", "egress"}))
READ = ToolSpec(
    server="docs", tool="read", effect=frozenset({"read"}), extract={"key": "id"},
    output=Label(trust=Trust.TRUSTED, secrecy=Secrecy.SECRET),
)  # fmt: skip
ANA = Who(principal=Principal(issuer="idp", subject="ana"), agent=Agent(id="clerk"))
LEAK = (SequenceStep(event="label", label="secret"), SequenceStep(event="request", of="egress"))
KINDS = {
    "calls": {"of": "mail/send"},
    "results": {"of": "mail/send"},
    "running": {"of": "mail/send"},
    "sum": {"of": "mail/send", "path": "derived.amount_minor"},
    "distinct": {"of": "mail/send", "path": "input.to"},
    "repeated": {"of": "mail/send", "times": 2},
    "labels": {"of": "any"},
    "sequence": {"of": "any", "steps": LEAK},
    "formerly": {"of": "docs/read", "match": (("result.key", "input.to"),)},
    "sessions": {"of": "any"},
}
EVERY = tuple(
    LedgerSpec(name=f"{key}_{kind}", kind=kind, key=key, window_ms=window, **more)
    for key in ("task", "principal", "agent")
    for kind, more in KINDS.items()
    for window in ((0,) if kind == "running" else (60_000,))
)


def task(purpose="mail"):
    return parse_intent(
        {"purpose": purpose, "tools": ["mail/send"]}, declared_by="host", max_bytes=999
    )


class House:
    """Sessions that share what they are counted in, with nothing kept but what a store keeps."""

    def __init__(self, *ledgers):
        self.ledgers, self.pools, self.sessions, self.now, self.n = ledgers, {}, {}, NOW, 0

    def open(self, name, who=ANA, **more):
        self.sessions[name] = new_session(name, who, now_ms=self.now, **more)
        return self

    def _lent(self, name, wanted=lambda _: frozenset()):
        session = self.sessions[name]
        keys = pools_of(session) | wanted(session)
        pools = {key: self.pools.get(key, pool_json(NEW)) for key in keys}
        return lent(session, {key: pool_from(text) for key, text in pools.items()})

    def _kept(self, before, after):
        new = changed(before.shared, after.shared)
        self.pools |= {key: pool_json(pool) for key, pool in new.items()}
        self.sessions[after.id] = lent(after, {})

    def call(self, name, spec, to):
        return ToolCall(
            id=f"c{self.n}", session=name, server=spec.server, tool=spec.tool,
            arguments=argument_bytes({"to": to}),
        )  # fmt: skip

    def starts(self, name, spec=SEND, to="a", amount=5):
        self.n += 1
        call, given = self.call(name, spec, to), given_of(to, amount)
        before = self._lent(name, wanted_by(spec, self.ledgers))
        self._kept(before, admitted(before, call, spec, given, self.now, self.ledgers))
        return call.id

    def ends(self, name, call, outcome=Outcome.OK, labels=(), found=None):
        before = self._lent(name)
        after = settled(before, call, outcome, frozenset(labels), found or {}, self.now)
        self._kept(before, after)

    def did(self, name, spec=SEND, to="a", amount=5, **end):
        self.ends(name, self.starts(name, spec, to, amount), **end)
        return self

    def asks(self, name, spec=SEND, to="a", amount=5, call=""):
        session = self._lent(name, wanted_by(spec, self.ledgers))
        asked = replace(self.call(name, spec, to), id=call or "new")
        return facts(
            session, asked, spec, given_of(to, amount), now_ms=self.now,
            clock=ClockFacts(at_ms=self.now, hour=11, weekday=0), credential=CredentialFacts(),
            evidence=Evidence(), ledger_specs=self.ledgers,
        ).history  # fmt: skip


def given_of(to, amount):
    return Input(values={"to": to}, derived=Derived(amount_minor=amount))


@pytest.mark.parametrize(
    ("name", "who", "intent", "alike"),
    [
        ("same", ANA, task(), {"task", "principal", "agent"}),
        ("another task", ANA, task("pay"), {"principal", "agent"}),
        ("another agent", replace(ANA, agent=Agent(id="bot")), task(), {"task", "principal"}),
        (
            "another person",
            replace(ANA, principal=Principal(issuer="idp", subject="bo")),
            task(),
            {"agent"},
        ),
        (
            "the same name elsewhere",
            Who(principal=Principal(issuer="other", subject="ana"), agent=Agent(id="clerk")),
            task(),
            set(),
        ),
    ],
)
def test_every_kind_of_ledger_counts_the_sessions_of_its_key_and_no_others(
    name, who, intent, alike
):
    house = House(*EVERY).open("one", intent=task()).open(name, who, intent=intent)
    house.did("one", amount=7).did("one", READ, labels=["secret"], found={"key": "a"})
    house.starts("one", amount=3)

    said = house.asks(name).ledgers

    for key in ("task", "principal", "agent"):
        mine = {kind: said[f"{key}_{kind}"] for kind in KINDS}
        if key in alike:
            assert mine == {
                "calls": 3, "results": 1, "running": 2, "sum": 15, "distinct": 1, "repeated": True,
                "labels": {"secret"}, "sequence": True, "formerly": True, "sessions": 2,
            }, key  # fmt: skip
        else:
            assert mine == {
                "calls": 1, "results": 0, "running": 1, "sum": 5, "distinct": 1, "repeated": False,
                "labels": frozenset(), "sequence": False, "formerly": False, "sessions": 1,
            }, key  # fmt: skip


def test_a_session_that_was_refused_is_one_of_those_that_called():
    open_now = LedgerSpec(name="open", kind="sessions", of="any", key="agent", window_ms=60_000)
    house = House(open_now).open("one").open("two").open("three")
    house.did("one").did("one").did("two", outcome=Outcome.REFUSED)
    house.starts("three")
    assert [house.asks(name).ledgers["open"] for name in ("one", "three")] == [3, 3]
    assert house.open("four").asks("four").ledgers["open"] == 4
    house.now += 60_001
    assert house.asks("four").ledgers["open"] == 2  # with the one whose call is still in flight


def test_what_one_session_did_fades_in_the_other_with_its_window():
    house = House(*EVERY).open("one", intent=task()).open("two", intent=task()).did("one")
    house.now += 62_000
    assert house.asks("two").ledgers["task_calls"] == 1


def test_calls_of_two_sessions_count_in_the_order_in_which_they_came():
    cap = LedgerSpec(name="cap", kind="calls", of="any", key="principal")
    house = House(cap).open("one").open("two")
    calls = [(name, house.starts(name)) for name in ("one", "two", "one", "two")]
    said = [house.asks(name, call=call).ledgers["cap"] for name, call in calls]
    assert said == [1, 2, 3, 4]
    house.ends(*calls[0], outcome=Outcome.REFUSED)
    assert house.asks("two", call=calls[1][1]).ledgers["cap"] == 1


def test_a_ledger_that_only_another_tool_feeds_is_read_all_the_same():
    cap = LedgerSpec(name="sent", kind="calls", of="mail/send", key="agent")
    house = House(cap).open("one").open("two").did("one")
    assert house.asks("two", READ).ledgers["sent"] == 1


def test_a_pool_that_was_not_read_is_not_taken_for_an_empty_one():
    cap = LedgerSpec(name="cap", kind="calls", of="any", key="principal")
    house = House(cap).open("one").did("one")
    session = house.sessions["one"]
    found = facts(
        session, house.call("one", SEND, "a"), SEND, given_of("a", 1), now_ms=NOW,
        clock=ClockFacts(at_ms=NOW, hour=1, weekday=1), credential=CredentialFacts(),
        evidence=Evidence(), ledger_specs=[cap],
    )  # fmt: skip
    assert found.history.overflow
    after = admitted(session, house.call("one", SEND, "a"), SEND, given_of("a", 1), NOW, [cap])
    with pytest.raises(Unavailable) as caught:
        changed(session.shared, after.shared)
    assert caught.value.code == "state_conflict"


def test_a_narrowed_call_keeps_its_turn_and_costs_less_for_everybody():
    spent = LedgerSpec(name="spent", kind="sum", of="any", path="derived.amount_minor", key="agent")
    house = House(spent).open("one").open("two")
    first, second = house.starts("one", amount=9), house.starts("two", amount=1)
    before = house._lent("one", wanted_by(SEND, house.ledgers))
    house._kept(before, forwarded(before, first, SEND, given_of("a", 2), house.ledgers, now_ms=NOW))
    assert house.asks("two", amount=1, call=second).ledgers["spent"] == 3
    assert house.asks("one", amount=2, call=first).ledgers["spent"] == 2


def test_a_call_that_leaves_on_another_task_is_counted_there_and_no_longer_here():
    cap = LedgerSpec(name="cap", kind="calls", of="any", key="task")
    house = House(cap).open("one", words=("mail bo",)).open("two", words=("mail bo",))
    call = house.starts("one")
    house.sessions["one"] = replace(house.sessions["one"], task="signed meanwhile")
    before = house._lent("one", wanted_by(SEND, house.ledgers))
    house._kept(before, forwarded(before, call, SEND, given_of("a", 1), house.ledgers, now_ms=NOW))
    assert house.asks("two").ledgers["cap"] == 1
    assert house.asks("one", call=call).ledgers["cap"] == 1
    assert house.asks("one").ledgers["cap"] == 2


def test_labels_of_the_tool_reach_other_sessions_before_the_result_does():
    seen = LedgerSpec(name="seen", kind="labels", of="any", key="principal", window_ms=60_000)
    house = House(seen).open("one").open("two")
    call = house.starts("one", READ)
    before = house._lent("one", wanted_by(READ, house.ledgers))
    house._kept(before, forwarded(before, call, READ, now_ms=NOW))
    assert house.asks("two").ledgers["seen"] == {"secret"}


def test_the_task_is_what_others_declared_else_the_first_words_else_the_session_itself():
    def of(name, **more):
        return subjects_of(new_session(name, ANA, now_ms=NOW, **more)).task

    assert of("a", intent=task()) == of("b", intent=task(), words=("hello",))
    assert of("a", words=("pay bo",)) == of("b", words=("pay bo",))
    assert of("a", words=("pay bo",)) != of("a", words=("pay al",))
    assert of("a") != of("b")
    own = parse_intent({"purpose": "p", "tools": ["any"]}, declared_by="agent", max_bytes=999)
    assert of("a", intent=own) == of("a")
    later = told(new_session("a", ANA, now_ms=NOW, words=("pay bo",)), "and al")
    assert subjects_of(later).task == of("b", words=("pay bo",))


def test_parts_of_a_name_cannot_be_moved_into_each_other():
    def of(issuer, subject):
        who = Who(principal=Principal(issuer=issuer, subject=subject), agent=Agent(id="a"))
        return subjects_of(new_session("s", who, now_ms=NOW)).principal

    assert len({of("ab", "c"), of("a", "bc"), of("a\0b", "c"), of("a", "b\0c"), of("", "abc")}) == 5


def test_more_calls_in_flight_than_a_pool_counts_are_refused():
    cap = LedgerSpec(name="cap", kind="calls", of="any", key="agent")
    house = House(cap).open("one")
    call = house.starts("one")
    (key,) = house.pools
    pool = pool_from(house.pools[key])
    full = tuple(replace(pool.flights[0], call=f"x{n}") for n in range(FLIGHTS))
    house.pools[key] = pool_json(replace(pool, flights=full))
    house.open("two")
    with pytest.raises(Refused) as caught:
        house.starts("two")
    assert caught.value.code == "too_many_in_flight"
    assert call


@pytest.mark.parametrize("text", ["", "{}", "[1]", "[2,[0,0,[],{},-1],[],0]", '["x",1,2,3]'])
def test_a_damaged_row_is_refused(text):
    with pytest.raises(Unavailable) as caught:
        pool_from(text)
    assert caught.value.code == "tally_unreadable"


def test_a_pool_goes_when_it_counts_no_more_and_never_while_a_call_is_in_flight():
    house = House(*EVERY).open("one", intent=task())
    call = house.starts("one")
    assert {pool_from(one).gone_at_ms(5) for one in house.pools.values()} == {0}
    house.ends("one", call)
    pools = {key: pool_from(one) for key, one in house.pools.items()}
    assert pools[next(p for p in pools if p.ledger == "task_calls")].gone_at_ms(5) == NOW + 60_001
    assert Pool(tally=Tally(total=1), used_at_ms=NOW).gone_at_ms(5) == NOW + 6


def test_a_person_sees_what_a_session_is_counted_in():
    own = LedgerSpec(name="mine", kind="calls", of="any")
    shared = LedgerSpec(name="ours", kind="sum", of="any", path="derived.amount_minor", key="agent",
                        per="tool", window_ms=60_000)  # fmt: skip
    house = House(own, shared).open("one").open("two").did("one", amount=40)
    house.starts("two", amount=2)
    pools = [(key, pool_from(one)) for key, one in house.pools.items()]
    found = counted(house.sessions["two"], pools, NOW)
    rows = [(one.by, one.ledger, one.action, one.amount, one.running) for one in found]
    assert rows == [("agent", "ours", "mail/send", 40, 1)]
    rows = [(one.by, one.ledger, one.amount) for one in counted(house.sessions["one"], (), NOW)]
    assert rows == [("session", "mine", 1)]


def test_a_row_names_nobody():
    house = House(*EVERY).open("one", words=("send it to mallory",))
    house.starts("one")
    kept = json.dumps([[key, text] for key, text in house.pools.items()])
    assert "ana" not in kept
    assert "mallory" not in kept
    assert Subjects() != subjects_of(house.sessions["one"])
