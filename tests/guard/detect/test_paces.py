"""How fast calls and sessions may come, and what a code of reuse means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from guard.detect.fan_out import HOUR_MS, opened
from guard.detect.numbers import DETECTED, Detectors
from guard.detect.reuse import KINDS, reused
from guard.detect.velocity import MINUTE_MS, paced
from guard.model.call import ToolSpec
from guard.session.risk import WEIGHTS
from guard.session.trail import WRITES, Trail

NOW = 1_800_000_000_000
READ = ToolSpec(server="s", tool="read", effect=frozenset({"read"}))
WRITE = ToolSpec(server="s", tool="write", effect=frozenset({"write"}))
NUMBERS = Detectors(calls_a_minute=10, writes_a_minute=4, sessions_an_hour=5)


def burst(spec, times, apart_ms=0, trail=None):
    trail, found = trail or Trail(), []
    for turn in range(times):
        trail, one = paced(trail, spec, NOW + turn * apart_ms, NUMBERS)
        found.append(one)
    return trail, [turn for turn, one in enumerate(found) if one]


def test_a_bucket_of_ten_takes_ten_at_once_and_finds_the_eleventh():
    assert burst(READ, 11)[1] == [10]
    assert burst(WRITE, 5)[1] == [4]


def test_what_comes_evenly_is_never_found():
    assert burst(READ, 500, apart_ms=MINUTE_MS // 10)[1] == []


def test_when_the_burst_is_over_so_is_the_finding():
    trail, found = burst(READ, 40)
    assert found == list(range(10, 40))
    _, later = paced(trail, READ, NOW + MINUTE_MS // 10, NUMBERS)
    assert later is None


@given(st.lists(st.integers(0, 20_000), max_size=80))
def test_no_minute_with_more_than_two_buckets_goes_unseen(gaps):
    trail, at_ms, quiet = Trail(), NOW, []
    for gap in gaps:
        at_ms += gap
        trail, found = paced(trail, READ, at_ms, NUMBERS)
        quiet += [] if found else [at_ms]
    assert all(sum(at <= one < at + MINUTE_MS for one in quiet) <= 20 for at in quiet)


def test_paces_of_tools_are_bounded():
    trail = Trail()
    for turn in range(100):
        spec = ToolSpec(server="s", tool=f"w{turn}", effect=frozenset({"write"}))
        trail, _ = paced(trail, spec, NOW + turn, NUMBERS)
    assert len(trail.writes_ms) == WRITES
    assert trail.writes_ms[-1][0] == "s/w99"


def test_sessions_are_counted_by_the_hour():
    full, found = 0, []
    for turn in range(7):
        full, one = opened(full, NOW + turn, NUMBERS)
        found.append(one is not None)
    assert found == [False] * 5 + [True] * 2
    assert opened(full, NOW + HOUR_MS, NUMBERS)[1] is None
    off = Detectors(sessions_an_hour=1, without={"fan_out"})
    assert opened(NOW + 10 * HOUR_MS, NOW, off)[1] is None


def test_a_delivery_that_came_twice_is_no_reuse_and_later_it_is():
    assert reused("replayed", NUMBERS).kind == "token_reuse"
    assert reused("replayed", NUMBERS, same_delivery=True, apart_ms=2_000) is None
    assert reused("replayed", NUMBERS, same_delivery=True, apart_ms=2_001) is not None
    assert reused("approval_elsewhere", Detectors(without={"approval_reuse"})) is None


@pytest.mark.parametrize("code", ["expired", "bad_signature", "wrong_audience", "token_missing"])
def test_what_strangers_can_cause_moves_no_risk(code):
    assert reused(code, NUMBERS) is None


def test_every_kind_has_a_weight_and_a_misspelt_one_is_refused():
    assert WEIGHTS.keys() >= DETECTED
    assert set(KINDS.values()) <= DETECTED
    with pytest.raises(ValidationError, match="'velocty' is not one of"):
        Detectors(without={"velocty"})
    with pytest.raises(ValidationError, match="is not one of"):
        Detectors(weights={"all": 3})
