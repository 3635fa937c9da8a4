"""What others say, brought to every live session that it is about.

Where it fails half-way, some sessions know of it already, and it must come again.
Sessions that it does not change are not written, and those that it is not about are not looked at.
From then on their calls are judged on it; what they hold already is not cut here. One whose row
cannot be read makes no call; the log says that it was not reached.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from guard.access.narrowing import Narrower
from guard.audit.event import Event
from guard.model.call import Json
from guard.model.secevent import SecurityEvent, Subject
from guard.ports import World
from guard.session.heard import heard, narrows
from guard.session.narrowing import narrower
from guard.session.risk import Signal
from guard.session.state import Session, signalled

Change = Callable[[Session], tuple[Session, Event]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody else's word is to one session, as it is now.

    `why` says by which code it is cut, and what people said in it void; empty = it is not.
    """

    session: Session
    why: str


async def heard_by_all(world: World, rules: Narrower, event: SecurityEvent) -> Sequence[Told]:
    """Let a checked event reach every live session that it is about.

    Raises:
        Unavailable: it could not be written down; the event must come again.
    """
    now_ms = world.clock.now_ms()

    def change(session: Session) -> tuple[Session, Event]:
        return heard(session, event, now_ms), _heard(event, session.id, now_ms)

    why = event.kind if narrows(event) else ""
    return await _told(world, rules, event.subject, change, why, event.kind)


async def signal_to_all(
    world: World, rules: Narrower, about: Subject, signal: Signal
) -> Sequence[Told]:
    """Record a signal in every live session that it is about, as one of its own person.

    Raises:
        Unavailable: it could not be written down.
    """
    now_ms = world.clock.now_ms()

    def change(session: Session) -> tuple[Session, Event]:
        one = replace(signal, subject=session.who.principal.key)
        return signalled(session, one, now_ms), signal_event(one, session.id, now_ms)

    return await _told(world, rules, about, change, signal.kind, signal.kind)


async def _told(
    world: World, rules: Narrower, about: Subject, change: Change, why: str, kind: str
) -> Sequence[Told]:
    before: dict[str, Session] = {}
    now_ms = world.clock.now_ms()

    def lost(session_id: str, code: str) -> Sequence[Event]:
        leaf: dict[str, Json] = {"code": code, "signal": kind}
        made = Event(kind="session_unreadable", at_ms=now_ms, session=session_id, leaf=leaf)
        return (made,)

    def looked(session: Session) -> tuple[Session, Sequence[Event]]:
        before[session.id] = session
        changed, event = change(session)
        after, shifts = rules.looked(changed)
        return after, [event, *shifts]

    sessions = await world.sessions.tell(about, looked, lost)
    for one in sessions:
        if one.narrowings != before[one.id].narrowings:
            world.live.relist(one.who.key)
    return [Told(session=one, why=why or _narrowed(before[one.id], one)) for one in sessions]


def _narrowed(before: Session, now: Session) -> str:
    return "access_narrowed" if narrower(before.narrowings, now.narrowings) else ""


def signal_event(signal: Signal, session_id: str, now_ms: int) -> Event:
    """Return the record of a risk signal."""
    leaf: dict[str, Json] = {
        "signal": signal.kind,
        "source": signal.source,
        "weight": signal.weight,
    }
    return Event(kind="signal", at_ms=now_ms, session=session_id, leaf=leaf)


def _heard(event: SecurityEvent, session_id: str, now_ms: int) -> Event:
    """Return the record; what the sender says to administrators is kept beside the tree."""
    said = event.claims.get("reason_admin")
    leaf: dict[str, Json] = {
        "signal": event.kind,
        "source": event.issuer,
        "set": event.jti,
        "said_ms": event.at_ms,
    }
    side = {} if said is None else {"reason_admin": said}
    return Event(kind="signal", at_ms=now_ms, session=session_id, leaf=leaf, side=side)
