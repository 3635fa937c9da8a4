from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.model.call import Outcome, ToolSpec
from guard.model.facts import Derived, Input
from guard.model.ledger import LedgerSpec
from guard.session.chains import TALLIES, End, kinds_of_end, labelled, own, settle, values
from guard.session.plan import DENIED, charges_of, plan_of
from guard.session.pool_key import Subjects
from guard.session.tally import BUCKETS, DIFFERENT, LARGEST, MARKS, LedgerState, Tally

NOW = 1_767_607_200_000
PAY = ToolSpec(
    server="bank",
    tool="pay",
    effect=frozenset({"write", "irreversible"}),
    extract={"receipt_id": "id"},
)
READ = ToolSpec(server="files", tool="read", effect=frozenset({"read"}))
NOTHING = Input(values={}, derived=Derived())
EVENTS = st.lists(st.tuples(st.integers(-500, 40_000), st.integers(0, 50)), max_size=80)


def spec_of(kind: str = "calls", of: str = "any", **more: object) -> LedgerSpec:
    return LedgerSpec(name="it", kind=kind, of=of, **more)


def event(state, ledger, spec=PAY, outcome="ok", at=NOW, given_input=NOTHING, **more):
    charges = charges_of(plan_of((ledger,), spec, Subjects()), given_input)
    denied, approved = more.get("denied", False), more.get("approved", False)
    kinds = kinds_of_end(Outcome(outcome), denied=denied, approved=approved)
    return settle(state, charges, End(kinds=kinds, at_ms=at, found=more.get("facts", {})))


def read(state, ledger, spec=PAY, at=NOW, given_input=NOTHING):
    plan = plan_of((ledger,), spec, Subjects())
    return values(plan, own(state, ()), given_input, at)


@settings(deadline=None)
@given(EVENTS, st.sampled_from([60, 61, 1000, 60_000, 3_600_000]))
def test_a_windowed_sum_is_never_below_the_exact_one(events, window):
    tally, exact, now = Tally(window_ms=window), [], 1_000_000
    for step, amount in events:
        now += step
        tally = tally.plus(amount, now)
        exact.append((now, amount))
        exact = [one for one in exact if one[0] >= now - window]  # gone is gone, whatever the clock
        assert sum(one for _, one in exact) <= tally.value(now)
        assert len(tally.buckets) <= BUCKETS + 2


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40_000), st.integers(0, 50)), max_size=80))
def test_a_windowed_sum_counts_at_most_one_bucket_too_long(events):
    tally, exact, now, window = Tally(window_ms=60_000), [], 1_000_000, 60_000
    for step, amount in events:
        now += step
        tally = tally.plus(amount, now)
        exact.append((now, amount))
        assert tally.value(now) <= sum(
            one for at, one in exact if at >= now - window - window // BUCKETS
        )


def test_a_long_pause_empties_a_window():
    tally = Tally(window_ms=60_000).plus(5, NOW)
    assert tally.value(NOW + 59_999) == 5
    assert tally.value(NOW + 62_000) == 0


def test_sums_saturate_and_stay_saturated_while_in_the_window():
    tally = Tally(window_ms=60_000).plus(LARGEST, NOW).plus(LARGEST, NOW + 5_000)
    assert tally.value(NOW + 5_000) == LARGEST
    assert tally.value(NOW + 62_500) == LARGEST
    assert tally.plus(1, NOW + 120_000).value(NOW + 120_000) == 1


@pytest.mark.parametrize(
    ("kind", "outcome", "more", "counted"),
    [
        ("calls", "ok", {}, 1),
        ("calls", "error", {}, 1),
        ("calls", "unknown", {}, 1),
        ("calls", "refused", {"denied": True}, 0),
        ("results", "ok", {}, 1),
        ("results", "unknown", {}, 0),
        ("errors", "error", {}, 1),
        ("errors", "ok", {}, 0),
        ("denied", "refused", {"denied": True}, 1),
        ("denied", "refused", {}, 0),
        ("denied", "ok", {}, 0),
        ("approvals", "ok", {"approved": True}, 1),
        ("approvals", "refused", {"approved": True}, 0),
        ("approvals", "ok", {}, 0),
    ],
)
def test_each_kind_counts_its_own_end(kind, outcome, more, counted):
    ledger = spec_of(kind)
    state = event(LedgerState(), ledger, outcome=outcome, **more)
    own = 1 if kind == "calls" else 0  # this call itself
    assert read(state, ledger)[0]["it"] == counted + own


def test_a_tool_outside_the_class_adds_nothing_and_still_reads_the_sum():
    ledger = spec_of(of="write")
    state = event(event(LedgerState(), ledger), ledger, spec=READ)
    assert read(state, ledger, spec=READ)[0]["it"] == 1


def test_a_count_by_tool_is_apart_for_each_tool():
    ledger = spec_of(per="tool")
    state = event(LedgerState(), ledger)
    assert read(state, ledger)[0]["it"] == 2
    assert read(state, ledger, spec=READ)[0]["it"] == 1


@pytest.mark.parametrize("amount", ["5", 5.0, True, ["x"]])
def test_an_amount_that_cannot_be_added_passes_no_cap(amount):
    ledger = spec_of("sum", path="input.amount")
    given_input = Input(values={"amount": amount}, derived=Derived())
    assert read(LedgerState(), ledger, given_input=given_input)[0]["it"] == LARGEST


def test_a_negative_amount_gives_nothing_back():
    ledger = spec_of("sum", path="input.amount")
    state = event(
        LedgerState(), ledger, given_input=Input(values={"amount": 10}, derived=Derived())
    )
    refund = Input(values={"amount": -10}, derived=Derived())
    assert read(event(state, ledger, given_input=refund), ledger, given_input=refund)[0]["it"] == 10


def test_labels_fade_with_their_window_and_enter_before_the_end():
    ledger = spec_of("labels", window_ms=60_000)
    charges = charges_of(plan_of((ledger,), PAY, Subjects()), NOTHING)
    state = labelled(LedgerState(), charges, frozenset({"untrusted"}), NOW)
    assert read(state, ledger)[0]["it"] == {"untrusted"}
    assert read(state, ledger, at=NOW + 60_001)[0]["it"] == frozenset()
    assert read(state, ledger, at=NOW - 10**6)[0]["it"] == {"untrusted"}


MATCHED = LedgerSpec(
    name="it",
    kind="formerly",
    of="bank/pay",
    match=(("result.receipt_id", "input.id"),),
    window_ms=60_000,
)


def asked(value: object) -> Input:
    return Input(values={"id": value}, derived=Derived())


def test_only_what_a_result_brought_was_seen_before():
    state = event(LedgerState(), MATCHED, facts={"receipt_id": "r-1"})
    assert read(state, MATCHED, given_input=asked("r-1"))[0]["it"] is True
    assert read(state, MATCHED, given_input=asked("r-2"))[0]["it"] is False
    assert read(state, MATCHED, given_input=asked(["r-1", "r-2"]))[0]["it"] is False
    assert read(state, MATCHED)[0]["it"] is False
    assert read(state, MATCHED, given_input=asked("r-1"), at=NOW + 60_001)[0]["it"] is False


def test_a_result_may_name_its_facts_by_role():
    state = event(LedgerState(), MATCHED, facts={"id": "r-1"})
    assert read(state, MATCHED, given_input=asked("r-1"))[0]["it"] is True


@pytest.mark.parametrize("outcome", ["error", "unknown", "refused"])
def test_a_call_that_did_not_succeed_was_no_look_up(outcome):
    state = event(LedgerState(), MATCHED, outcome=outcome, facts={"receipt_id": "r-1"})
    assert read(state, MATCHED, given_input=asked("r-1"))[0]["it"] is False


def test_without_a_match_any_success_counts():
    ledger = spec_of("formerly", of="files/read")
    assert read(LedgerState(), ledger)[0]["it"] is False
    assert read(event(LedgerState(), ledger, spec=READ), ledger)[0]["it"] is True
    assert read(event(LedgerState(), ledger, spec=PAY), ledger)[0]["it"] is False


def test_too_many_remembered_values_are_reported_until_they_fade():
    tally = Tally(window_ms=60_000).marked([str(n) for n in range(MARKS + 1)], NOW)
    state = LedgerState(tallies={"it": tally})
    assert len(tally.marks) == MARKS
    assert read(state, MATCHED)[1] is True
    assert read(state, MATCHED, at=NOW + 60_001)[1] is False


def test_more_receivers_than_are_told_apart_are_too_many_for_every_cap():
    ledger = spec_of("distinct", path="input.to", window_ms=60_000)
    state = LedgerState()
    for n in range(DIFFERENT + 1):
        one = Input(values={"to": str(n)}, derived=Derived())
        state = event(state, ledger, given_input=one, at=NOW + n)
    assert len(state.tallies["it"].marks) == DIFFERENT
    asked = {"given_input": one, "at": NOW + DIFFERENT}
    assert read(state, ledger, **asked) == ({"it": LARGEST, DENIED.name: 0}, False)
    assert read(state, ledger, given_input=one, at=NOW + 70_000)[0]["it"] == 1


@settings(deadline=None)
@given(EVENTS, st.sampled_from([0, 60, 60_000]), st.integers(1, 6))
def test_what_is_remembered_is_the_newest_of_what_came(events, window, most):
    tally, exact, now = Tally(window_ms=window), {}, 1_000_000
    for step, name in events:
        now += step
        tally = tally.marked([str(name)], now, most)
        exact[str(name)] = max(now, exact.get(str(name), 0))
        # Gone is gone, whatever the clock.
        exact = {key: at for key, at in exact.items() if not window or at >= now - window}
        live = exact.keys()
        assert len(tally.marks) <= most
        assert list(tally.marks.values()) == sorted(tally.marks.values())
        assert tally.live(now) <= live
        assert tally.live(now) == live or tally.overflown(now)
        assert tally.different([], now) >= len(live)


def test_too_many_tallies_are_reported():
    ledger = spec_of(per="tool")
    state = LedgerState()
    for n in range(TALLIES + 1):
        state = event(state, ledger, spec=replace(PAY, tool=f"t{n}"))
    assert len(state.tallies) == TALLIES
    assert state.full


def test_a_changed_window_starts_at_zero():
    state = event(LedgerState(), spec_of(window_ms=60_000))
    assert read(event(state, spec_of(window_ms=120_000)), spec_of(window_ms=120_000))[0]["it"] == 2
