"""Judge again when something changes: a signal about a live session, or an operator's word.

It only narrows: a signal is recorded in the session, policy says how far the session may still go,
open questions and standing yeses of it are void, and its calls that are under way are judged again.
A call that may no longer run is stopped where its tool can be stopped; where it cannot, its
credential is revoked and its result is not released.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from guard.access.narrowing import Narrower, unmoved
from guard.access.telling import Told, heard_by_all, signal_event, signal_to_all
from guard.audit.event import Event, Kind
from guard.detect.finding import Finding
from guard.detect.watch import Watch
from guard.errors import Refused
from guard.grant.lease import Lease
from guard.judging import Judging
from guard.lease.between import Between
from guard.lease.revoking import Revoking
from guard.model.access import Access, By
from guard.model.call import Json
from guard.model.decision import Allow, Deny, Narrow, StepUp
from guard.model.kill import Epoch
from guard.model.secevent import SecurityEvent, Subject
from guard.ports import World
from guard.ports.live import Flight
from guard.session.judged import moved
from guard.session.risk import DETECTOR, Signal
from guard.session.state import Session, ended, signalled, suspended
from guard.session.tasks import blinded, task_ended
from guard.stepup.voiding import settled, void_session


@dataclass(frozen=True, slots=True, kw_only=True)
class Reauthorizing:
    """Applies what changed to live sessions.

    Args:
        world: the ports.
        judging: returns what judges by the policy in force now.
    """

    world: World
    judging: Callable[[], Judging]

    async def signal(self, session_id: str, signal: Signal) -> Session:
        """Record a signal; void what people were asked or said before it.

        Raises:
            Refused: `session_unknown`.
        """
        now_ms = self.world.clock.now_ms()
        session = await self.world.sessions.update(
            session_id, lambda session: signalled(session, signal, now_ms)
        )
        return await self._lowered(session, [signal_event(signal, session_id, now_ms)], signal.kind)

    async def signals(self, about: Subject, signal: Signal) -> Sequence[Session]:
        """Record a signal in every live session that it is about; return them.

        Raises:
            Unavailable: not all of it was written down or followed: say it again.
        """
        told = await signal_to_all(self.world, self._narrower(), about, signal)
        await self.follow(told)
        return [one.session for one in told]

    async def found(self, session: Session, findings: Sequence[Finding], call: str = "") -> Session:
        """Let follow what the guard itself found: its signals are in the session already.

        Args:
            session: as it is stored with those signals.
            findings: what was found; nothing, nearly always.
            call: at which call.

        Returns:
            The session as it is now.
        """
        if not findings:
            return await self.owed(session)
        now_ms = self.world.clock.now_ms()
        weigh = {one.kind: one.weight for one in session.signals if one.source == DETECTOR}
        events = [one.event(session.id, call, now_ms, weigh.get(one.kind, 0)) for one in findings]
        if any(weigh.values()):
            return await self._lowered(session, events, findings[0].kind)
        await self.world.sink.write(events)  # the operator only wants to see
        return await self.owed(session)

    async def noticed(self, session_id: str, finding: Finding, watch: Watch) -> Session:
        """Enter what was found outside a change of the session, and let the rest follow.

        Raises:
            Refused: `session_unknown`.
        """
        now_ms = self.world.clock.now_ms()
        session = await self.world.sessions.update(
            session_id, lambda held: watch.with_findings(held, [finding], now_ms)
        )
        return await self.found(session, [finding])

    async def _lowered(self, session: Session, events: Sequence[Event], why: str) -> Session:
        await self.world.sink.write(events)
        session = await self._narrower().look(session)
        await self._tried(await self._settled(session, why))
        return await settled(self.world, session)

    async def owed(self, session: Session) -> Session:
        """Do what somebody who is gone left undone: void what people said before a signal.

        Raises:
            Unavailable: the store failed; nothing that people said may be used then.
        """
        if not session.owed.open or session.ended_at_ms:
            return session
        await self._tried(await self._settled(session, session.owed.why))
        return await settled(self.world, session)

    async def hear(self, event: SecurityEvent) -> Sequence[Told]:
        """Let a checked event of somebody else reach every live session that it is about.

        From here on their calls are judged on it. What they hold already is cut by `follow`: its
        sender need not wait for that.

        Returns:
            What it is to each session; empty where it is about none.

        Raises:
            Unavailable: it could not be written down; the event must come again.
        """
        return await heard_by_all(self.world, self._narrower(), event)

    async def follow(self, told: Sequence[Told]) -> None:
        """Void what people said before an event, and cut what the sessions may no longer do."""
        ending: list[Lease] = []  # all of them written down before the first target is asked
        for one in told:
            if one.why:
                ending += await self._settled(one.session, one.why)
        await self._tried(ending)
        for one in told:
            if one.why:
                await settled(self.world, one.session)

    async def look(self, session: Session) -> Session:
        """Let policy look at a session as time has left it; cut what it may no longer do."""
        now = await self._narrower().look(session)
        if now.narrowings != session.narrowings:
            await self.cut(now, "access_narrowed")
        return now

    async def narrow(self, session_id: str, access: Access, reason: str) -> Session:
        """Narrow a session by an operator's word, and cut what it may no longer do.

        Raises:
            Refused: `session_unknown`.
        """
        session = await self._narrower().narrow(session_id, access, reason)
        await self.cut(session, reason)
        return session

    async def give_back(self, session_id: str, by: By, named: str = "") -> Session:
        """End narrowings; see `Narrower.give_back`."""
        return await self._narrower().give_back(session_id, by, named)

    async def end(self, session_id: str, why: str) -> Session:
        """End a session: nothing runs in it any more, and its live credentials are revoked."""
        # Who it was stands in the log; what the agent reads is only which kind of person.
        return await self._closed(session_id, ended, "session_ended", why, why.partition(":")[0])

    async def suspend(self, session_id: str, why: str) -> Session:
        """Let a session do nothing until an operator looks: what it asked and holds ends now."""
        return await self._closed(
            session_id, suspended, "session_suspended", why, "session_suspended"
        )

    async def _closed(
        self, session_id: str, close: Callable[[Session, int], Session], kind: Kind, *why: str
    ) -> Session:
        now_ms, (logged, told) = self.world.clock.now_ms(), why
        session = await self.world.sessions.update(session_id, lambda one: close(one, now_ms))
        event = Event(kind=kind, at_ms=now_ms, session=session_id, leaf={"why": logged})
        await self.world.sink.write([event])
        await self._tried(await self._settled(session, told))
        return await settled(self.world, session)

    async def end_task(self, session_id: str, why: str) -> Session:
        """End the task of a session: what was asked, said and issued for it ends with it.

        Raises:
            Refused: `session_unknown`; `task_undeclared`: nobody but the agent declared one.
        """
        now_ms = self.world.clock.now_ms()
        session = await self.world.sessions.update(session_id, lambda one: task_ended(one, now_ms))
        await self.task_over(session, why)
        return session

    async def task_over(self, session: Session, why: str) -> None:
        """Take back everything that was given for a task that is over in the session already."""
        now_ms = self.world.clock.now_ms()
        task = blinded(session.task, self.judging().salt)
        leaf: dict[str, Json] = {"task": task, "why": why}
        event = Event(kind="task_ended", at_ms=now_ms, session=session.id, leaf=leaf)
        await self.world.sink.write([event])
        await void_session(self.world, session.id, why, now_ms)
        ending = await self._stopped(session, why)
        held = await Revoking(world=self.world).marked_in(session.id, why)
        await self._tried([*ending, *held])
        await settled(self.world, session)

    async def cut(self, session: Session, why: str) -> None:
        """Judge the calls of a session again that are under way here, and cut those that fail."""
        await self._tried(await self._stopped(session, why))

    async def _stopped(self, session: Session, why: str) -> Sequence[Lease]:
        """Stop the calls that may not run on; return the leases that are to end with them."""
        flights = [one for one in self.world.live.flights() if one.call.session == session.id]
        cut = [one for one in flights if session.closed or not await self.may(session, one)]
        now_ms = self.world.clock.now_ms()
        events: list[Event] = []
        for one in cut:
            stopped = self.world.live.cut(one.call.id, why)
            if stopped is not None:
                leaf: dict[str, Json] = {"why": why, "stopped": stopped}
                call = one.call.id
                event = Event(
                    kind="call_cut", at_ms=now_ms, session=session.id, call=call, leaf=leaf
                )
                events.append(event)
        if events:
            await self.world.sink.write(events)
        leases = [one.lease for one in cut if one.lease]
        leases += await Between(world=self.world).outgrown(session)
        return await Revoking(world=self.world).marked_by_id(leases, why)

    async def still(self, judged: Session, now: Session, flight: Flight) -> Session:
        """Return the session on which a call may run: judged again while anything is said of it.

        Args:
            judged: on which the call was judged last.
            now: as it is stored.
            flight: the call, about to begin.

        Raises:
            Refused: `session_changed`, `session_ended`, `session_suspended`, `access_narrowed`.
        """
        while moved(judged, now):
            if not await self.may(now, flight):
                raise Refused(
                    "The session changed since the call was judged.",
                    code="session_changed",
                    next_step="Make the call again if you still may.",
                )
            judged, now = now, await self.world.sessions.get(now.id)
            unmoved(judged, now)
        return now

    async def may(self, session: Session, flight: Flight) -> bool:
        """Return whether the bytes that run would run as they are, judged now."""
        known = await self.world.sessions.known(session.id)
        judged = await self.judging().judge(session, flight.call, known, flight.evidence)
        match judged.answer:
            case Allow():
                return True
            case Narrow(arguments=arguments):
                return arguments == flight.call.arguments
            case StepUp() | Deny():
                return False

    async def _settled(self, session: Session, why: str) -> Sequence[Lease]:
        """Void what people said, stop calls; return every lease that is to end with it."""
        stopped = await self._stopped(session, why)
        await void_session(self.world, session.id, why, self.world.clock.now_ms())
        if not session.closed:
            return stopped
        try:
            if session.ended_at_ms:
                at_ms = self.world.clock.now_ms()
                await self.world.kills.void([Epoch(kind="session", name=session.id, at_ms=at_ms)])
        finally:
            held = await Revoking(world=self.world).marked_in(session.id, why)
        return [*stopped, *held]

    async def _tried(self, rows: Sequence[Lease]) -> None:
        await Revoking(world=self.world).tried_all(rows)

    def _narrower(self) -> Narrower:
        return Narrower(world=self.world, judging=self.judging())
