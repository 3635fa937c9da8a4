from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from guard.model.access import FULL, Access, Held, Level, Restore, meet
from guard.session.narrowing import (
    Known,
    access_of,
    added,
    by_hand,
    given_back,
    reconsidered,
    settles,
    standing,
)
from guard.session.stored_narrowing import narrowing, narrowing_row

NOW = 1_000_000
MINUTE = 60_000
READS = Access(level=Level.READ_ONLY)


def held(rule="A-1", access=READS, **restore):
    return Held(rule=rule, reason="risk", access=access, restore=Restore(**restore))


def known(at=NOW, newest=NOW):
    return Known(cause="velocity", newest_ms=newest, now_ms=at)


def narrowed(*rules, at=NOW):
    return reconsidered((), rules, known(at))[0]


def test_a_rule_that_holds_narrows_once_and_says_why():
    rows, (shift,) = reconsidered((), [held(dwell_ms=MINUTE)], known())
    assert (shift.kind, shift.why, shift.before, shift.after) == (
        "narrowed",
        "velocity",
        FULL,
        READS,
    )
    assert access_of(rows) == READS
    assert reconsidered(rows, [held(dwell_ms=MINUTE)], known(NOW + 1)) == (rows, ())


def test_time_gives_back_only_after_its_rule_was_quiet_for_so_long():
    rows = narrowed(held(dwell_ms=MINUTE))
    rows, none = reconsidered(rows, [], known(NOW + 1))
    rows, early = reconsidered(rows, [], known(NOW + MINUTE))
    rows, (shift,) = reconsidered(rows, [], known(NOW + 1 + MINUTE))
    assert (none, early, rows) == ((), (), ())
    assert (shift.kind, shift.why, shift.after) == ("restored", "quiet", FULL)


def test_a_score_on_the_threshold_does_not_flap():
    rows, shifts = narrowed(held(dwell_ms=MINUTE)), 0
    for second in range(600):
        holds = [held(dwell_ms=MINUTE)] if second % 50 == 0 else []
        rows, changed = reconsidered(rows, holds, known(NOW + second * 1000))
        shifts += len(changed)
    assert (shifts, access_of(rows)) == (0, READS)


def test_a_new_signal_starts_the_quiet_time_again():
    rows, _ = reconsidered(narrowed(held(dwell_ms=MINUTE)), [], known(NOW + 1))
    later = NOW + MINUTE
    rows, _ = reconsidered(rows, [], known(later + 1, newest=later))
    assert standing(reconsidered(rows, [], known(later + MINUTE - 1, newest=later))[0])
    assert not reconsidered(rows, [], known(later + MINUTE, newest=later))[0]


def test_never_stays_whoever_asks():
    rows = narrowed(held())
    for by in ("operator", "reauth"):
        assert given_back(rows, by, NOW + 1) == (rows, ())
    assert reconsidered(rows, [], known(NOW + 10**10)) == (rows, ())


def test_an_operator_ends_what_waits_for_time_and_a_person_only_what_is_theirs():
    rows = narrowed(held("A-1", dwell_ms=MINUTE), held("A-2", by=frozenset({"reauth"})))
    mine, (shift,) = given_back(rows, "reauth", NOW + 1)
    assert (shift.narrowing.rule, [one.rule for one in standing(mine)]) == ("A-2", ["A-1"])
    assert not standing(given_back(rows, "operator", NOW + 1)[0])
    assert len(standing(given_back(rows, "operator", NOW + 1, named=rows[0].id)[0])) == 1


def test_what_was_given_back_returns_with_new_evidence_and_not_with_old():
    rule = held(by=frozenset({"reauth"}))
    rows, _ = given_back(narrowed(rule), "reauth", NOW + 5)
    rows, same = reconsidered(rows, [rule], known(NOW + 6, newest=NOW))
    assert (same, access_of(rows)) == ((), FULL)
    rows, (shift,) = reconsidered(rows, [rule], known(NOW + 8, newest=NOW + 7))
    assert (shift.kind, access_of(rows)) == ("narrowed", READS)


def test_a_persons_yes_settles_a_call_only_where_nothing_else_stands_in_its_way():
    pay = ("bank/pay", frozenset({"write"}), {})
    rows = narrowed(held("A-1", by=frozenset({"reauth"})))
    assert settles(rows, *pay)
    assert not settles((*rows, by_hand(READS, "looked_odd", NOW)), *pay)


def test_an_operators_narrowing_is_theirs_to_end():
    rows, (shift,) = added((), by_hand(READS, "looked_odd", NOW))
    assert (shift.kind, given_back(rows, "reauth", NOW)) == ("narrowed", (rows, ()))
    assert reconsidered(rows, [], known(NOW + 10**9)) == (rows, ())


RULES = st.sampled_from(
    [
        held("A-1", dwell_ms=MINUTE),
        held("A-2", Access(level=Level.REDUCED), dwell_ms=0),
        held("A-3", Access(max_ttl_s=30), by=frozenset({"reauth"}), dwell_ms=5 * MINUTE),
        held("A-4", Access(tools=frozenset({"a/b"})), by=frozenset({"operator"})),
        held("A-5", Access(level=Level.STOPPED)),
    ]
)
MOVES = st.one_of(
    st.tuples(st.just("look"), st.frozensets(RULES, max_size=3), st.integers(0, 2 * MINUTE)),
    st.tuples(st.just("operator"), st.just(frozenset()), st.integers(0, MINUTE)),
    st.tuples(st.just("reauth"), st.just(frozenset()), st.integers(0, MINUTE)),
)


@given(st.lists(MOVES, max_size=20))
def test_access_never_grows_but_by_a_rule_that_was_fixed_when_it_was_taken(moves):
    rows, at = (), NOW
    for kind, rules, later in moves:
        at += later
        before = rows
        if kind == "look":
            rows, shifts = reconsidered(rows, rules, known(at, newest=at if rules else NOW))
            assert all(meet(access_of(rows), one.access) == access_of(rows) for one in rules)
        else:
            rows, shifts = given_back(rows, kind, at)
        restored = {one.narrowing.rule for one in shifts if one.kind == "restored"}
        kept = reduce(meet, (n.access for n in standing(before) if n.rule not in restored), FULL)
        assert meet(access_of(rows), kept) == access_of(rows)
        for one in (shift.narrowing for shift in shifts if shift.kind == "restored"):
            assert one.restore != Restore()
            assert kind == "look" or kind in one.restore.by or kind == "operator"
        assert tuple(narrowing(narrowing_row(one)) for one in rows) == rows


@given(st.permutations([held("A-1"), held("A-2", Access(level=Level.REDUCED)), held("A-3", Access(max_ttl_s=9))]))  # fmt: skip
def test_what_is_left_does_not_depend_on_the_order_of_signals(rules):
    rows = ()
    for step, rule in enumerate(rules):
        rows, _ = reconsidered(rows, [rule], known(NOW + step))
    assert access_of(rows) == Access(level=Level.READ_ONLY, max_ttl_s=9)
