"""Narrows a session as policy says of it now, gives back what has lasted, and writes both down.

Nobody is asked: people see nothing of it but a smaller reach. It ends no session and cuts no call.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from guard.audit.event import Event
from guard.errors import Refused
from guard.judging import Judging
from guard.model.access import Access, By, dimensions
from guard.model.call import Json
from guard.model.decision import Deny, Reason
from guard.model.facts import ClockFacts
from guard.policy.generate import ACCESS_RULE
from guard.ports import World
from guard.session.narrowing import (
    Known,
    Narrowing,
    Narrowings,
    Shift,
    access_of,
    added,
    by_hand,
    given_back,
    narrower,
    reconsidered,
    standing,
)
from guard.session.risk import contributions, risk_facts
from guard.session.state import Session, narrowed_to, refuse_closed
from guard.stepup.voiding import settled, void_session

Move = Callable[[Session], tuple[Narrowings, tuple[Shift, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrower:
    """Narrows sessions by one policy."""

    world: World
    judging: Judging

    async def look(self, session: Session) -> Session:
        """Return the session as the rules about sessions leave it now."""
        after, _ = self._looked(session)
        if after == session.narrowings:
            return session
        return await self._moved(session, self._looked)

    def looked(self, session: Session) -> tuple[Session, Sequence[Event]]:
        """Return a session as those rules leave it, and what to write down; it stores nothing."""
        after, shifts = self._looked(session)
        if after == session.narrowings:
            return session, ()
        now_ms = self.world.clock.now_ms()
        events = [_event(one, session.id, now_ms) for one in shifts]
        return narrowed_to(session, after), events

    async def narrow(self, session_id: str, access: Access, reason: str) -> Session:
        """Narrow a session by an operator's word; nobody but an operator gives it back.

        Raises:
            Refused: `session_unknown`.
        """
        session = await self.world.sessions.get(session_id)
        new = by_hand(access, reason, self.world.clock.now_ms())
        return await self._moved(session, lambda held: added(held.narrowings, new))

    async def give_back(self, session_id: str, by: By, named: str = "") -> Session:
        """End narrowings that a person or an operator may end.

        Args:
            session_id: the session.
            by: who.
            named: the id of one narrowing; empty = all that they may end.

        Raises:
            Refused: `session_unknown`; `narrowing_stays`: there is none that they may end.
        """
        session, now_ms = await self.world.sessions.get(session_id), self.world.clock.now_ms()

        def move(held: Session) -> tuple[Narrowings, tuple[Shift, ...]]:
            return given_back(held.narrowings, by, now_ms, named=named)

        if by == "operator" and not move(session)[1]:
            raise Refused(
                "The session has no narrowing that an operator can give back.",
                code="narrowing_stays",
                next_step="See which it has, and what ends each: guard sessions show.",
            )
        return await self._moved(session, move)

    def _looked(self, session: Session) -> tuple[Narrowings, tuple[Shift, ...]]:
        now_ms = self.world.clock.now_ms()
        risk = risk_facts(session.signals, session.who.device, now_ms)
        clock = ClockFacts.at(now_ms, self.judging.zone)
        held = self.judging.bundle.sessions.holding(session.who, risk, clock)
        if not held and not session.narrowings:  # nearly always
            return (), ()
        return reconsidered(session.narrowings, held, known_of(session, now_ms))

    async def _moved(self, session: Session, move: Move) -> Session:
        """Store and write down a change; what people said of a wider session is void."""
        shifts: tuple[Shift, ...] = ()

        def change(held: Session) -> Session:
            nonlocal shifts
            after, shifts = move(held)
            return narrowed_to(held, after)

        now_ms = self.world.clock.now_ms()
        session = await self.world.sessions.update(session.id, change)
        if not shifts:
            return session
        await self.world.sink.write([_event(one, session.id, now_ms) for one in shifts])
        if any(one.kind == "narrowed" for one in shifts):
            await void_session(self.world, session.id, "access_narrowed", now_ms)
            session = await settled(self.world, session)
        self.world.live.relist(session.who.key)
        return session


def known_of(session: Session, now_ms: int) -> Known:
    """Return what speaks against a session: the heaviest signal, and when the last one came."""
    made = contributions(session.signals, now_ms)
    heaviest = max(made, key=lambda kind: made[kind][1], default="")
    device = session.who.device
    against = device.seen_at_ms if device.seen_at_ms and not device.compliant else 0
    cause = heaviest or ("device_not_compliant" if against else "policy")
    newest_ms = max((one.at_ms for one in session.signals), default=0)
    return Known(cause=cause, newest_ms=max(newest_ms, against), now_ms=now_ms)


def unmoved(judged: Session, now: Session) -> None:
    """Let a call pass whose session is no narrower than when it was judged.

    Raises:
        Refused: `session_ended`, `session_suspended`, `access_narrowed`.
    """
    refuse_closed(now)
    if now.narrowings != judged.narrowings and narrower(judged.narrowings, now.narrowings):
        raise Refused(
            "The session was narrowed since the call was judged.",
            code="access_narrowed",
            next_step="Make the call again if you still may.",
        )


def explained(answer: Deny, session: Session) -> Deny:
    """Return a no with the rules about the session that took away what the call needed."""
    if not any(one.rule == ACCESS_RULE for one in answer.reasons):
        return answer
    why = tuple(Reason(code=one.reason, rule=one.rule) for one in standing(session.narrowings))
    return replace(answer, reasons=(*answer.reasons, *dict.fromkeys(why)))


def told_of(session: Session) -> tuple[tuple[str, str, str], ...]:
    """Return what the agent is told of each narrowing: id, dimension, reason."""
    return tuple(
        (one.id, part, one.reason)
        for one in standing(session.narrowings)
        for part in dimensions(one.access)
    )


def level_of(session: Session) -> str:
    """Return the level of a session in words: full, reduced, read_only, stopped."""
    return access_of(session.narrowings).level.name.lower()


def _event(shift: Shift, session_id: str, now_ms: int) -> Event:
    one: Narrowing = shift.narrowing
    leaf: dict[str, Json] = {
        "id": one.id,
        "cause": one.cause,
        "rule": one.rule,
        "reason": one.reason,
        "restore": one.restore.words,
        "why": shift.why,
        "from": _words(shift.before),
        "to": _words(shift.after),
    }
    return Event(kind=shift.kind, at_ms=now_ms, session=session_id, leaf=leaf)


def _words(access: Access) -> list[Json]:
    return [*dimensions(access)] or ["full"]
