"""How far a session is trusted now, from signals that age. Integers only, never from the agent.

The strongest signal of each kind counts, kinds add up, and time takes halves away; rounding goes
to the careful side. Weights are starting values, to be calibrated where the guard runs.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from guard.model.facts import RiskFacts
from guard.model.identity import Device

CAP = 1000
DETECTOR = "detector"
"""The source of what the guard itself found in the course of a session."""
LEVELS = (200, 500, 800)  # from here on level 1, 2, 3
POSTURE_FRESH_MS = 24 * 3_600_000  # an older statement about a device is no statement
HALVINGS = 20  # 1000 >> 20 is nothing

_MINUTE = 60_000
_SECOND_PROOF_MS = 10 * _MINUTE

WEIGHTS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "token_reuse": (1000, 0),
        "proof_mismatch": (400, 0),
        "impossible_travel": (400, 60 * _MINUTE),
        "risk_level_high": (800, 0),
        "risk_level_medium": (350, 0),
        "risk_level_low": (0, 0),
        "operator_narrow": (500, 0),
        "protocol_violation": (150, 30 * _MINUTE),
        "upstream_credential_refused": (150, 30 * _MINUTE),
        "intent_widened": (150, 30 * _MINUTE),
        "credential_changed": (500, 0),
        "assurance_lowered": (500, 0),
        "claims_changed": (200, 0),
        "approval_reuse": (400, 60 * _MINUTE),
        "workload_moved": (300, 30 * _MINUTE),
        "device_changed": (250, 30 * _MINUTE),
        "posture_lost": (250, 30 * _MINUTE),
        "abnormal_chain": (250, 30 * _MINUTE),
        "velocity": (200, 10 * _MINUTE),
        "fan_out": (200, 30 * _MINUTE),
        "definition_changed": (150, 60 * _MINUTE),
    }
)
"""Kind -> weight of 1000 and half-life in ms (0 = it does not age)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One observation about a session, a person or a device. `half_life_ms` 0 never fades."""

    kind: str
    subject: str
    at_ms: int
    source: str
    weight: int
    half_life_ms: int
    said_ms: int = 0  # when it happened by its sender's clock; 0 = ours

    def weight_at(self, now_ms: int) -> int:
        """Return what is left of the weight; a clock that stepped back takes nothing away."""
        half = self.half_life_ms
        age = now_ms - self.at_ms
        if half <= 0 or age <= 0:
            return self.weight
        halvings, rest = divmod(age, half)
        if halvings >= HALVINGS:
            return 0
        return (self.weight * (2 * half - rest) // (2 * half)) >> halvings


def signal(kind: str, *, subject: str, at_ms: int, source: str) -> Signal:
    """Return a signal of a known kind with its weight.

    Raises:
        KeyError: the kind has no weight: our own mistake, as kinds never come from outside.
    """
    weight, half_life_ms = WEIGHTS[kind]
    return Signal(
        kind=kind,
        subject=subject,
        at_ms=at_ms,
        source=source,
        weight=weight,
        half_life_ms=half_life_ms,
    )


def joined(signals: tuple[Signal, ...], new: Signal, *, keep: int) -> tuple[Signal, ...]:
    """Return the signals with one more, without those that can never count again.

    A risk level replaces the level that the same source stated before. Beyond `keep` the weakest
    goes.
    """
    kept = [one for one in signals if not _outdone(one, new)]
    kept.append(new)
    if len(kept) > keep:
        kept.remove(min(kept, key=lambda one: one.weight_at(new.at_ms)))
    return tuple(kept)


def _outdone(old: Signal, new: Signal) -> bool:
    if old.kind.startswith("risk_level_") and new.kind.startswith("risk_level_"):
        return old.source == new.source and old.subject == new.subject
    return (
        old.kind == new.kind
        and old.source == new.source  # what one takes back, another may still stand by
        and old.at_ms <= new.at_ms
        and old.weight <= new.weight
        and (new.half_life_ms == 0 or 0 < old.half_life_ms <= new.half_life_ms)
    )


def ends_session(signals: tuple[Signal, ...], new: Signal) -> bool:
    """Return whether this signal ends the session: a reused token, a second bad proof soon.

    One without weight ends nothing: its operator only wants to see it.
    """
    if not new.weight:
        return False
    if new.kind == "token_reuse":
        return True
    return new.kind == "proof_mismatch" and any(
        one.kind == new.kind and abs(new.at_ms - one.at_ms) <= _SECOND_PROOF_MS for one in signals
    )


def contributions(signals: Iterable[Signal], now_ms: int) -> Mapping[str, tuple[Signal, int]]:
    """Return what the score is made of: the strongest signal of each kind, and its weight now."""
    strongest: dict[str, tuple[Signal, int]] = {}
    for one in signals:
        weight = one.weight_at(now_ms)
        if weight > 0 and (one.kind not in strongest or weight > strongest[one.kind][1]):
            strongest[one.kind] = one, weight
    return strongest


def score(signals: Iterable[Signal], now_ms: int) -> int:
    """Return 0 to 1000: the strongest of each kind, summed."""
    return min(CAP, sum(weight for _, weight in contributions(signals, now_ms).values()))


def findings(signals: Iterable[Signal], now_ms: int) -> frozenset[str]:
    """Return the kinds of what the guard itself found and that still counts."""
    return frozenset(
        one.kind for one in signals if one.source == DETECTOR and one.weight_at(now_ms)
    )


def risk_facts(
    signals: tuple[Signal, ...], device: Device, now_ms: int, *, offline: bool = False
) -> RiskFacts:
    """Return the level 0 to 3 and what is known of the device; an old statement is not known."""
    age_ms = max(0, now_ms - device.seen_at_ms)
    total = score(signals, now_ms) if signals else 0
    return RiskFacts(
        session=bisect_right(LEVELS, total),
        score=total,
        token_reuse="token_reuse" in [one.kind for one in signals],
        device_compliant=device.compliant and device.seen_at_ms > 0 and age_ms <= POSTURE_FRESH_MS,
        device_age_s=age_ms // 1000,
        offline=offline,
    )
