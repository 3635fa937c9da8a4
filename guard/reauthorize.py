"""Judge again when something changes: a signal about a live session, or an operator's word.

It only narrows: a signal is recorded in the session, open questions and standing yeses of that
session are void, and leases that can be cut are revoked. Calls that come later are judged on the
new facts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from guard.audit.event import Event
from guard.detect.finding import Finding
from guard.lease.revoking import Revoking
from guard.model.call import Json
from guard.model.secevent import SecurityEvent
from guard.ports import World
from guard.session.heard import heard, narrows
from guard.session.risk import DETECTOR, Signal
from guard.session.state import Session, ended, signalled
from guard.session.tasks import task_ended
from guard.stepup.voiding import void_session


@dataclass(frozen=True, slots=True, kw_only=True)
class Reauthorizing:
    """Applies signals to live sessions."""

    world: World

    async def signal(self, session_id: str, signal: Signal) -> Session:
        """Record a signal; void what people were asked or said before it.

        Raises:
            Refused: `session_unknown`.
        """
        now_ms = self.world.clock.now_ms()
        session = await self.world.sessions.update(
            session_id, lambda session: signalled(session, signal, now_ms)
        )
        event = Event(
            kind="signal",
            at_ms=now_ms,
            session=session_id,
            leaf={"signal": signal.kind, "source": signal.source, "weight": signal.weight},
        )
        await self._lowered(session, [event], signal.kind)
        return session

    async def found(self, session: Session, findings: Sequence[Finding], call: str = "") -> None:
        """Let follow what the guard itself found: its signals are in the session already.

        Args:
            session: as it is stored with those signals.
            findings: what was found; nothing, nearly always.
            call: at which call.
        """
        if not findings:
            return
        now_ms = self.world.clock.now_ms()
        weigh = {one.kind: one.weight for one in session.signals if one.source == DETECTOR}
        events = [one.event(session.id, call, now_ms, weigh.get(one.kind, 0)) for one in findings]
        if any(weigh.values()):
            await self._lowered(session, events, findings[0].kind)
        else:  # the operator only wants to see
            await self.world.sink.write(events)

    async def _lowered(self, session: Session, events: Sequence[Event], why: str) -> None:
        await self.world.sink.write(events)
        await void_session(self.world, session.id, why, self.world.clock.now_ms())
        if session.ended_at_ms:  # some signals end a session: what it holds ends with it
            await self._recall(session.id, why)

    async def hear(self, event: SecurityEvent) -> Sequence[Session]:
        """Let a checked event of somebody else reach every live session that it is about.

        From here on their calls are judged on it. What they hold already is cut by `follow`: its
        sender need not wait for that.

        Returns:
            The sessions as they are now; empty where it is about none.

        Raises:
            Unavailable: a session could not be written; the event must come again.
        """
        now_ms = self.world.clock.now_ms()
        about = [
            one
            for one in await self.world.sessions.all()
            if not one.ended_at_ms and event.subject.fits(one.who, one.id)
        ]
        changed = [
            await self.world.sessions.update(one.id, lambda held: heard(held, event, now_ms))
            for one in about
        ]
        await self.world.sink.write([_heard(event, one.id, now_ms) for one in changed])
        return changed

    async def follow(self, event: SecurityEvent, sessions: Sequence[Session]) -> None:
        """Void what people said before the event, and take back what ended sessions hold."""
        if not narrows(event):
            return
        now_ms = self.world.clock.now_ms()
        for session in sessions:
            if session.ended_at_ms:
                await self._recall(session.id, event.kind)
            await void_session(self.world, session.id, event.kind, now_ms)

    async def end(self, session_id: str, why: str) -> Session:
        """End a session: nothing runs in it any more, and its live credentials are revoked."""
        now_ms = self.world.clock.now_ms()
        session = await self.world.sessions.update(session_id, lambda one: ended(one, now_ms))
        event = Event(kind="session_ended", at_ms=now_ms, session=session_id, leaf={"why": why})
        await self.world.sink.write([event])
        await void_session(self.world, session_id, why, now_ms)
        await self._recall(session_id, why)
        return session

    async def end_task(self, session_id: str, why: str) -> Session:
        """End the task of a session: what was asked, said and issued for it ends with it.

        Raises:
            Refused: `session_unknown`; `task_undeclared`: nobody but the agent declared one.
        """
        now_ms = self.world.clock.now_ms()
        session = await self.world.sessions.update(session_id, lambda one: task_ended(one, now_ms))
        leaf: dict[str, Json] = {"task": session.task, "why": why}
        event = Event(kind="task_ended", at_ms=now_ms, session=session_id, leaf=leaf)
        await self.world.sink.write([event])
        await void_session(self.world, session_id, why, now_ms)
        await self._recall(session_id, why)
        return session

    async def _recall(self, session_id: str, why: str) -> None:
        revoking = Revoking(world=self.world)
        held = [row for row in await self.world.leases.unsettled() if row.session == session_id]
        # All of them first: while one target hangs, the watchdog takes back the others.
        for row in held:
            await revoking.marked(row, why)
        for row in held:
            await revoking.tried(row.id, why)


def _heard(event: SecurityEvent, session_id: str, now_ms: int) -> Event:
    """Return the record; what the sender says to administrators is kept beside the tree."""
    said = event.claims.get("reason_admin")
    return Event(
        kind="signal",
        at_ms=now_ms,
        session=session_id,
        leaf={
            "signal": event.kind,
            "source": event.issuer,
            "set": event.jti,
            "said_ms": event.at_ms,
        },
        side={} if said is None else {"reason_admin": said},
    )
