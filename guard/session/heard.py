"""What others say of a session, and what that does: it ends, trust falls, or that is taken back.

Rule 1: what narrows applies even when it comes late. Rule 2: what lifts takes back only what the
same sender said before, by the sender's own clock. Rule 3: an event that is not understood changes
nothing. It asks nobody and knows no token.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from guard.model.call import Json
from guard.model.secevent import SecurityEvent
from guard.session.risk import WEIGHTS, Signal, joined, signal
from guard.session.state import SIGNALS, Session, ended, owing

LEVELS: Final[Mapping[str, str]] = {
    "LOW": "risk_level_low",
    "MEDIUM": "risk_level_medium",
    "HIGH": "risk_level_high",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The session is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lowers:
    """One more signal of this kind."""

    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifts:
    """Signals of this kind that the same sender gave before are taken back."""

    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Posture:
    """What is known of the device from now on."""

    compliant: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """It is written down, and no session changes."""


Effect = Ends | Lowers | Lifts | Posture | Nothing


Claims = Mapping[str, Json]


def _credential(claims: Claims) -> Effect:
    # A new credential takes nothing away; one that was taken away or changed does.
    made = claims.get("change_type") == "create"
    return Nothing() if made else Lowers(kind="credential_changed")


def _assurance(claims: Claims) -> Effect:
    raised = claims.get("change_direction") == "increase"
    return Lifts(kind="assurance_lowered") if raised else Lowers(kind="assurance_lowered")


def _risk(claims: Claims) -> Effect:
    # A level that is not one of the three is taken for the highest.
    return Lowers(kind=LEVELS.get(str(claims.get("current_level")), "risk_level_high"))


EFFECTS: Final[Mapping[str, Callable[[Claims], Effect]]] = {
    "session-revoked": lambda _: Ends(),
    "token-claims-change": lambda _: Lowers(kind="claims_changed"),
    "credential-change": _credential,
    "assurance-level-change": _assurance,
    "device-compliance-change": lambda said: Posture(
        compliant=said.get("current_status") == "compliant"
    ),
    "risk-level-change": _risk,
}
"""What each event does to the sessions that it is about (CAEP 1.0, 3); others do nothing."""


def effect_of(event: SecurityEvent) -> Effect:
    """Return what an event does to the sessions that it is about."""
    made = EFFECTS.get(event.kind)
    return Nothing() if made is None else made(event.claims)


def heard(session: Session, event: SecurityEvent, now_ms: int) -> Session:
    """Return the session after an event that is about it; where it narrows, the session owes."""
    after = _after(session, event, now_ms)
    return owing(after, event.kind) if narrows(event) else after


def _after(session: Session, event: SecurityEvent, now_ms: int) -> Session:
    match effect_of(event):
        case Ends():
            return ended(session, now_ms)
        case Lowers(kind=kind):
            return _lowered(session, kind, event, now_ms)
        case Lifts(kind=kind):
            return _lifted(session, kind, event)
        case Posture(compliant=compliant):
            return _postured(session, event, compliant=compliant)
        case Nothing():
            return session


def narrows(event: SecurityEvent) -> bool:
    """Return whether what people said yes to before this event no longer holds."""
    match effect_of(event):
        case Ends():
            return True
        case Lowers(kind=kind):
            return WEIGHTS[kind][0] > 0
        case Posture(compliant=compliant):
            return not compliant
        case Lifts() | Nothing():
            return False


def _lowered(session: Session, kind: str, event: SecurityEvent, now_ms: int) -> Session:
    # By our own clock: a sender's late or early one must not age the signal.
    new = signal(kind, subject=session.who.principal.key, at_ms=now_ms, source=event.issuer)
    if kind.startswith("risk_level_") and _known_later(session, event):
        return session
    new = replace(new, said_ms=event.at_ms)
    return replace(session, signals=joined(session.signals, new, keep=SIGNALS))


def _known_later(session: Session, event: SecurityEvent) -> bool:
    """Return whether the same sender has stated a risk level after this one, by its own clock."""
    return any(
        one.kind.startswith("risk_level_")
        and one.source == event.issuer
        and one.said_ms > event.at_ms
        for one in session.signals
    )


def _lifted(session: Session, kind: str, event: SecurityEvent) -> Session:
    def stays(one: Signal) -> bool:
        taken_back = one.kind == kind and one.source == event.issuer and one.said_ms < event.at_ms
        return not taken_back

    return replace(session, signals=tuple(filter(stays, session.signals)))


def _postured(session: Session, event: SecurityEvent, *, compliant: bool) -> Session:
    device = session.who.device
    if compliant and event.at_ms <= device.seen_at_ms:
        return session
    told = replace(device, compliant=compliant, seen_at_ms=max(event.at_ms, device.seen_at_ms))
    return replace(session, who=replace(session.who, device=told))
