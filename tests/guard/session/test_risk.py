import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.model.identity import Device
from guard.session.risk import WEIGHTS, Signal, ends_session, joined, risk_facts, score, signal

NOW = 1_767_607_200_000
DEVICE = Device(id="d", compliant=True, seen_at_ms=NOW)
MINUTE = 60_000


def of(kind, at_ms=NOW, source="s"):
    return signal(kind, subject="ada", at_ms=at_ms, source=source)


def level(*signals, at=NOW):
    return risk_facts(tuple(signals), DEVICE, at).session


@given(st.integers(0, 1000), st.integers(1, 10**8), st.integers(0, 10**10), st.integers(0, 10**9))
def test_a_signal_never_grows_with_age(weight, half, age, more):
    one = Signal(kind="k", subject="s", at_ms=NOW, source="x", weight=weight, half_life_ms=half)
    assert 0 <= one.weight_at(NOW + age + more) <= one.weight_at(NOW + age) <= weight


@given(st.integers(0, 1000), st.integers(1, 10**8), st.integers(0, 10**10))
def test_integer_decay_is_close_to_the_exact_curve_and_above_it(weight, half, age):
    one = Signal(kind="k", subject="s", at_ms=NOW, source="x", weight=weight, half_life_ms=half)
    exact = weight * 2.0 ** (-age / half)
    assert exact - 2 <= one.weight_at(NOW + age) <= exact + 90


def test_half_is_left_after_one_half_life():
    assert of("impossible_travel").weight_at(NOW + 60 * MINUTE) == 200


def test_a_clock_that_steps_back_takes_nothing_away():
    assert of("impossible_travel").weight_at(NOW - MINUTE) == 400


@pytest.mark.parametrize(
    ("kinds", "wanted"),
    [
        ([], 0),
        (["protocol_violation"], 0),
        (["impossible_travel"], 1),
        (["impossible_travel", "protocol_violation"], 2),
        (["impossible_travel", "impossible_travel"], 1),
        (["risk_level_medium", "impossible_travel"], 2),
        (["risk_level_high"], 3),
        (["operator_narrow"], 2),
        (["token_reuse"], 3),
    ],
)
def test_levels_come_from_the_strongest_of_each_kind(kinds, wanted):
    assert level(*[of(kind) for kind in kinds]) == wanted


def test_the_score_is_capped():
    assert score([of(kind) for kind in WEIGHTS], NOW) == 1000


def test_a_risk_level_holds_until_the_next_of_its_source():
    signals = joined((), of("risk_level_high"), keep=64)
    assert level(*signals, at=NOW + 10**10) == 3
    assert level(*joined(signals, of("risk_level_low"), keep=64)) == 0
    assert level(*joined(signals, of("risk_level_low", source="other"), keep=64)) == 3


def test_a_newer_signal_of_a_kind_replaces_the_older():
    signals = ()
    for n in range(100):
        signals = joined(signals, of("protocol_violation", NOW + n), keep=64)
    assert len(signals) == 1


@given(st.lists(st.tuples(st.sampled_from(sorted(WEIGHTS)), st.integers(0, 10**7)), max_size=30))
def test_what_is_dropped_would_not_have_counted(events):
    kept, every = (), []
    for kind, at in events:
        if kind.startswith("risk_level_"):
            continue
        kept = joined(kept, of(kind, NOW + at), keep=64)
        every.append(of(kind, NOW + at))
    for later in (0, 10**7, 10**8):
        assert score(kept, NOW + later) == score(every, NOW + later)


def test_beyond_the_limit_the_weakest_goes():
    signals = ()
    for n in range(10):
        one = Signal(kind=f"k{n}", subject="s", at_ms=NOW, source="x", weight=n, half_life_ms=0)
        signals = joined(signals, one, keep=4)
    assert [one.weight for one in signals] == [6, 7, 8, 9]


def test_a_second_bad_proof_within_ten_minutes_ends_the_session():
    first = joined((), of("proof_mismatch"), keep=64)
    assert not ends_session((), of("proof_mismatch"))
    assert ends_session(first, of("proof_mismatch", NOW + 9 * MINUTE))
    assert not ends_session(first, of("proof_mismatch", NOW + 11 * MINUTE))


@pytest.mark.parametrize(
    ("device", "compliant"),
    [
        (DEVICE, True),
        (Device(id="d", compliant=False, seen_at_ms=NOW), False),
        (Device(id="d", compliant=True, seen_at_ms=NOW - 25 * 60 * MINUTE), False),
        (Device(id="d", compliant=True), False),
        (Device(), False),
    ],
)
def test_an_unknown_or_old_device_is_not_compliant(device, compliant):
    assert risk_facts((), device, NOW).device_compliant is compliant


def test_age_is_in_seconds():
    assert risk_facts((), DEVICE, NOW + 90_500).device_age_s == 90
