"""What the guard tells others of its own findings, as the nearest events that they know (CAEP 1.0).

A session that it ended is `session-revoked`; how far one is trusted, and what was taken from it, is
`risk-level-change`. Rule 1: only what the guard or its operators found themselves. What another
sender said is not said again: two guards that hear each other would keep a level up for ever.
Rule 2: a level that was told is taken back when it no longer holds. It sends nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from guard.grant.secevent import CAEP
from guard.model.access import Level as AccessLevel
from guard.model.call import Json
from guard.model.identity import Principal, Who
from guard.model.kill import Kill
from guard.ports.transmit import Level, Told
from guard.session.narrowing import BY_HAND, Narrowing, access_of, standing
from guard.session.risk import DETECTOR, LEVELS, contributions, score
from guard.session.state import Session

REVOKED: Final = CAEP + "session-revoked"
RISK: Final = CAEP + "risk-level-change"
TELLS: Final = (REVOKED, RISK)
"""The events that others can be told."""

OURS: Final = frozenset({DETECTOR, "operator"})
"""Sources of signals that are the guard's own."""

_STRICTNESS: Final[Mapping[str, int]] = {"LOW": 0, "MEDIUM": 1, "HIGH": 2}

About = Literal["session", "person"]
"""What a receiver is told of: single sessions, or the people behind them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One event about one session or one person. `at_ms` is when it happened (Unix ms)."""

    event: str
    about: About
    subject: Mapping[str, Json]
    at_ms: int
    claims: Mapping[str, Json] = field(default_factory=dict[str, Json])


def news(
    told: Told,
    leaves: Iterable[Mapping[str, Json]],
    sessions: Mapping[str, Session | None],
    kills: Sequence[Kill],
    now_ms: int,
) -> tuple[Sequence[Statement], Mapping[str, tuple[Level, str]]]:
    """Return what is to be told, and the levels that stand then.

    Args:
        told: what was told before.
        leaves: what the log has since.
        sessions: those that may have changed, and all that a level stands for; None: forgotten.
        kills: what operators have stopped.
        now_ms: the moment (Unix milliseconds).
    """
    said = [one for leaf in leaves for one in _ended(leaf, sessions)]
    after, reasons = dict(told.levels), dict[str, str]()
    for ident, session in sessions.items():
        before = told.levels.get(ident)
        after.pop(ident, None)
        if session is None:
            continue
        level, why = level_of(session, kills, now_ms)
        if level is not None:
            after[ident] = level, session.who.principal.key
            reasons[session.who.principal.key] = why
        was, now = before[0] if before else "LOW", level or "LOW"
        if not session.ended_at_ms and was != now:
            subject = subject_of_session(session.who, session.id)
            said.append(_risk("session", subject, (was, now), why, now_ms))
    said += _people(told.levels, after, reasons, now_ms)
    return said, after


def level_of(session: Session, kills: Sequence[Kill], now_ms: int) -> tuple[Level | None, str]:
    """Return how the guard's own findings leave a session, and why; None: nothing is against it."""
    if session.ended_at_ms:
        return None, ""  # that it is over is told by itself
    if any(one.holds(session.who) for one in kills):
        return "HIGH", "stopped_by_operator"
    if session.suspended_at_ms:
        return "HIGH", "session_suspended"
    own = [one for one in session.signals if one.source in OURS]
    causes = {BY_HAND, *(one.kind for one in own)}  # by source: others report the same kinds
    taken = tuple(one for one in standing(session.narrowings) if one.cause in causes)
    total = score(own, now_ms)
    if total >= LEVELS[1] or access_of(taken).level is AccessLevel.STOPPED:
        return "HIGH", _why(contributions(own, now_ms), taken)
    if total >= LEVELS[0] or taken:
        return "MEDIUM", _why(contributions(own, now_ms), taken)
    return None, ""


def _why(kinds: Iterable[str], taken: tuple[Narrowing, ...]) -> str:
    """Return codes only: the sentences of detectors and reviewers are nobody else's business."""
    return ", ".join([*sorted(kinds), *(f"narrowed: {one.reason}" for one in taken)])


def subject_of_person(key: str) -> dict[str, Json]:
    """Return a person as others know them (RFC 9493, 3.2.3), from `Principal.key`."""
    person = Principal.named(key)
    return {"format": "iss_sub", "iss": person.issuer, "sub": person.subject}


def subject_of_session(who: Who, session_id: str) -> dict[str, Json]:
    """Return a session of a person (SSF 1.0, complex subject).

    It is named as its identity provider did (`sid`), so that others know it; else by its handle.
    """
    named = dict(who.claims).get("sid") or session_id
    return {
        "format": "complex",
        "user": subject_of_person(who.principal.key),
        "session": {"format": "opaque", "id": named},
    }


def _ended(leaf: Mapping[str, Json], sessions: Mapping[str, Session | None]) -> Sequence[Statement]:
    """Return what is told of a leaf that ended a session by the guard's own finding."""
    session = sessions.get(str(leaf["session"]))
    if session is None or not session.ended_at_ms:
        return ()
    match leaf:
        case {"kind": "session_ended", "why": str(why)}:
            who, reason = "admin", why.partition(":")[0]  # which person of ours it was stays here
        case {"kind": "signal", "signal": str(kind), "source": source} if source in OURS:
            who, reason = "policy", kind
        case _:
            return ()
    at_ms = leaf["at_ms"] if isinstance(leaf["at_ms"], int) else session.ended_at_ms
    claims: dict[str, Json] = {
        "initiating_entity": who,
        "reason_admin": {"en": reason},
        "event_timestamp": at_ms // 1000,
    }
    subjects: tuple[tuple[About, dict[str, Json]], ...] = (
        ("session", subject_of_session(session.who, session.id)),
        ("person", subject_of_person(session.who.principal.key)),
    )
    return [
        Statement(event=REVOKED, about=about, subject=subject, at_ms=at_ms, claims=claims)
        for about, subject in subjects
    ]


def _people(
    before: Mapping[str, tuple[Level, str]],
    after: Mapping[str, tuple[Level, str]],
    reasons: Mapping[str, str],
    now_ms: int,
) -> Sequence[Statement]:
    """Return what changed of people: the strictest level of their sessions counts."""
    was, now = _highest(before), _highest(after)
    return [
        _risk(
            "person",
            subject_of_person(person),
            (was.get(person, "LOW"), now.get(person, "LOW")),
            reasons.get(person, ""),
            now_ms,
        )
        for person in sorted(was.keys() | now.keys())
        if was.get(person) != now.get(person)
    ]


def _highest(levels: Mapping[str, tuple[Level, str]]) -> Mapping[str, Level]:
    found: dict[str, Level] = {}
    for level, person in levels.values():
        if _STRICTNESS[level] > _STRICTNESS[found.get(person, "LOW")]:
            found[person] = level
    return found


def _risk(
    about: About, subject: Mapping[str, Json], levels: tuple[str, str], why: str, now_ms: int
) -> Statement:
    claims: dict[str, Json] = {
        "principal": "SESSION" if about == "session" else "USER",
        "previous_level": levels[0],
        "current_level": levels[1],
        "event_timestamp": now_ms // 1000,
    }
    claims |= {"risk_reason": why} if why and levels[1] != "LOW" else {}
    return Statement(event=RISK, about=about, subject=subject, at_ms=now_ms, claims=claims)
