"""Every kind of ledger against a reader who keeps the whole history and counts anew each time."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.model.call import Outcome, ToolSpec
from guard.model.facts import Derived, Input
from guard.model.identity import Agent, Principal, Who
from guard.model.ledger import LedgerSpec
from guard.session.chains import End, kinds_of_end, own, settle, values
from guard.session.history import Step
from guard.session.plan import charges_of, plan_of
from guard.session.pool_key import Subjects
from guard.session.state import new_session
from guard.session.stored import from_json, to_json
from guard.session.tally import BUCKETS, EQUAL, LedgerState
from tests.many import many

NOW = 1_767_607_200_000
WINDOW = 60_000
SPECS = {
    "pay": ToolSpec(
        server="s", tool="pay", effect=frozenset({"write"}), extract={"id": ""},
        idempotency_arg="attempt",
    ),
    "read": ToolSpec(server="s", tool="read", effect=frozenset({"read"}), extract={"id": ""}),
}  # fmt: skip
COUNTED = ("calls", "results", "errors", "denied", "approvals")
LEDGERS = (
    *(LedgerSpec(name=kind, kind=kind, of="s/pay", window_ms=WINDOW) for kind in COUNTED),
    *(LedgerSpec(name=f"all_{kind}", kind=kind, of="any") for kind in COUNTED),
    LedgerSpec(name="sum", kind="sum", of="write", path="input.amount", window_ms=WINDOW),
    LedgerSpec(name="distinct", kind="distinct", of="any", path="input.to", window_ms=WINDOW),
    LedgerSpec(
        name="formerly", kind="formerly", of="s/read", window_ms=WINDOW,
        match=(("result.id", "input.to"),),
    ),
    LedgerSpec(name="running", kind="running", of="write"),
    LedgerSpec(name="twice", kind="repeated", of="any", times=2, window_ms=WINDOW),
    LedgerSpec(name="thrice", kind="repeated", of="write", times=3, window_ms=WINDOW),
    LedgerSpec(name="four", kind="repeated", of="any", times=4),
)  # fmt: skip


@dataclass
class Told:
    """One call as the whole history holds it."""

    tool: str
    to: str
    amount: int
    ended_at: int = -1
    outcome: str = ""
    denied: bool = False
    approved: bool = False

    def has(self, kind):
        """Return whether the call, now ended, counts as this kind of end."""
        ran = self.outcome in {"ok", "error", "unknown"}
        return {
            "calls": ran,
            "results": self.outcome == "ok",
            "errors": self.outcome == "error",
            "denied": self.outcome == "refused" and self.denied,
            "approvals": ran and self.approved,
        }[kind]


def arguments(one, attempt=0):
    own = {"attempt": str(attempt)} if one.tool == "pay" else {}
    return Input(values={"to": one.to, "amount": one.amount, **own}, derived=Derived())


class Both:
    """The guard's ledgers and the whole history, fed with the same events."""

    def __init__(self):
        self.state, self.now, self.history, self.running, self.n = LedgerState(), NOW, [], [], 0

    def starts(self, one):
        self.n += 1
        plan = plan_of(LEDGERS, SPECS[one.tool], Subjects())
        step = Step(
            n=self.n, call=f"c{self.n}", action=f"s/{one.tool}", classes=SPECS[one.tool].effect,
            at_ms=self.now, charges=charges_of(plan, arguments(one, self.n)),
        )  # fmt: skip
        self.running.append((step, one))

    def ends(self, at, outcome, *, denied, approved):
        if not self.running:
            return
        step, one = self.running.pop(at % len(self.running))
        one.ended_at, one.outcome, one.denied, one.approved = self.now, outcome, denied, approved
        kinds = kinds_of_end(Outcome(outcome), denied=denied, approved=approved)
        end = End(kinds=kinds, at_ms=self.now, found={"id": one.to})
        self.state = settle(self.state, step.charges, end)
        self.history.append(one)

    def restart(self):
        """Keep nothing but what a store holds."""
        who = Who(principal=Principal(issuer="i", subject="ada"), agent=Agent(id="a"))
        session = new_session("x", who, now_ms=NOW)
        steps = tuple(step for step, _ in self.running)
        kept = from_json(to_json(replace(session, ledgers=self.state, steps=steps)))
        self.state = kept.ledgers
        told = [one for _, one in self.running]
        self.running = list(zip(kept.steps, told, strict=True))

    def guard_says(self, one):
        plan = plan_of(LEDGERS, SPECS[one.tool], Subjects())
        before = [step for step, _ in self.running]
        read, overflow = values(plan, own(self.state, before), arguments(one, "new"), self.now)
        assert not overflow
        return read

    def exact(self, one, ledger, window):
        """Return what the whole history says of a ledger."""
        since = self.now - window if window else 0
        live = [past for past in self.history if past.ended_at >= since]
        under_way = [past for _, past in self.running]
        counted = {"s/pay": {"pay"}, "s/read": {"read"}, "write": {"pay"}}.get(
            ledger.of, {"pay", "read"}
        )
        mine = [past for past in live if past.tool in counted]
        ran = [past for past in mine if past.has("calls")]
        ran += [past for past in under_way if past.tool in counted]
        with_own = [*ran, *([one] if one.tool in counted else [])]
        match ledger.kind:
            case "calls":
                return len(with_own)
            case "results" | "errors" | "denied" | "approvals" as kind:
                return sum(past.has(kind) for past in mine)
            case "sum":
                return sum(past.amount for past in with_own)
            case "distinct":
                return len({past.to for past in with_own})
            case "formerly":
                return any(past.has("results") and past.to == one.to for past in mine)
            case "running":
                return sum(past.tool in counted for past in [*under_way, one])
            case "repeated":
                same = (one.tool, one.to, one.amount)
                equal = [past for past in ran if (past.tool, past.to, past.amount) == same]
                return one.tool in counted and len(equal) + 1 >= ledger.times
        raise AssertionError(ledger)


CALLS = st.builds(
    Told, tool=st.sampled_from(["pay", "read"]), to=st.sampled_from("ab"), amount=st.integers(1, 2)
)
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("start"), CALLS),
        st.tuples(
            st.just("end"), st.integers(0, 9), st.sampled_from(["ok", "error", "unknown", "refused"]),
            st.booleans(), st.booleans(),
        ),
        st.tuples(st.just("pause"), st.integers(0, 40_000)),
        st.tuples(st.just("restart")),
    ),
    max_size=40,
)  # fmt: skip


def checked(both, one):
    said = both.guard_says(one)
    for ledger in LEDGERS:
        exact = both.exact(one, ledger, ledger.window_ms)
        if ledger.window_ms and ledger.kind in {*COUNTED, "sum"}:
            loose = both.exact(one, ledger, ledger.window_ms + WINDOW // BUCKETS)
            assert exact <= said[ledger.name] <= loose, ledger.name
        else:
            assert said[ledger.name] == exact, ledger.name


@settings(deadline=None, max_examples=many(150))
@given(EVENTS, CALLS)
def test_each_ledger_says_what_a_reader_of_all_history_says(events, asked):
    both = Both()
    for event in events:
        match event:
            case ("start", one):
                checked(both, one)
                both.starts(Told(tool=one.tool, to=one.to, amount=one.amount))
            case ("end", at, outcome, denied, approved):
                both.ends(at, outcome, denied=denied, approved=approved)
            case ("pause", ms):
                both.now += ms
            case ("restart",):
                both.restart()
        checked(both, asked)


THRICE = next(one for one in LEDGERS if one.name == "thrice")


def ask(state, arguments, tool="pay", at=NOW):
    given_input = Input(values=arguments, derived=Derived())
    plan = plan_of((THRICE,), SPECS[tool], Subjects())
    return values(plan, own(state, ()), given_input, at)


def ran(state, arguments, at=NOW):
    given_input = Input(values=arguments, derived=Derived())
    charges = charges_of(plan_of((THRICE,), SPECS["pay"], Subjects()), given_input)
    kinds = kinds_of_end(Outcome.OK, denied=False, approved=False)
    return settle(state, charges, End(kinds=kinds, at_ms=at))


def test_the_order_of_arguments_and_the_key_of_an_attempt_make_no_new_call():
    state = ran(LedgerState(), {"to": "a", "cc": frozenset({"x", "y"}), "attempt": "1"})
    state = ran(state, {"cc": frozenset({"y", "x"}), "attempt": "2", "to": "a"})
    assert ask(state, {"attempt": "3", "to": "a", "cc": frozenset({"x", "y"})})[0]["thrice"]
    assert not ask(state, {"to": "a", "cc": frozenset({"x"})})[0]["thrice"]


def test_a_clock_that_steps_back_forgets_no_repetition():
    state = ran(ran(LedgerState(), {"to": "a"}), {"to": "a"}, at=NOW - 10_000_000)
    assert ask(state, {"to": "a"}, at=NOW + WINDOW)[0]["thrice"]
    assert not ask(state, {"to": "a"}, at=NOW + WINDOW + 1)[0]["thrice"]


@pytest.mark.parametrize("calls", [10, 3_000])
def test_repetition_is_as_small_after_many_equal_calls_as_after_few(calls):
    state = LedgerState()
    for n in range(calls):
        state = ran(state, {"to": "a"}, at=NOW + n)
    assert sum(len(one.marks) for one in state.tallies.values()) == THRICE.times - 1


def test_more_different_calls_than_are_remembered_are_reported():
    state = LedgerState()
    for n in range(EQUAL + 1):
        state = ran(state, {"to": str(n)})
    assert ask(state, {"to": "0"})[1] is True
    assert ask(state, {"to": "0"}, at=NOW + WINDOW + 1)[1] is False
