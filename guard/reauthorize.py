"""Judge again when something changes: a signal about a live session, or an operator's word.

It only narrows: a signal is recorded in the session, open questions and standing yeses of that
session are void, and leases that can be cut are revoked. Calls that come later are judged on the
new facts.
"""

from dataclasses import dataclass

from guard.audit.event import Event
from guard.ports import World
from guard.revoking import Revoking
from guard.session.risk import Signal
from guard.session.state import Session, ended, signalled
from guard.voiding import void_session


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
        await self.world.sink.write([event])
        await void_session(self.world, session_id, signal.kind, now_ms)
        if session.ended_at_ms:  # some signals end a session: what it holds ends with it
            await self._recall(session_id, signal.kind)
        return session

    async def end(self, session_id: str, why: str) -> Session:
        """End a session: nothing runs in it any more, and its live credentials are revoked."""
        now_ms = self.world.clock.now_ms()
        session = await self.world.sessions.update(session_id, lambda one: ended(one, now_ms))
        event = Event(kind="session_ended", at_ms=now_ms, session=session_id, leaf={"why": why})
        await self.world.sink.write([event])
        await void_session(self.world, session_id, why, now_ms)
        await self._recall(session_id, why)
        return session

    async def _recall(self, session_id: str, why: str) -> None:
        revoking = Revoking(world=self.world)
        for lease in await self.world.leases.unsettled():
            if lease.session == session_id:
                await revoking.take_back(lease, why)
