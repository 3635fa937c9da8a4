"""The kill switch: a tool, a server, an agent, a person, a device, a key, or everything.

The order holds at every fault: no call runs from the first step on, the log has it with the second,
others hear of it with the third, and whoever asked is answered before anything is cut that could
hang. Nothing is allowed here: lifting a stop only takes it away.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from guard.audit.event import Event, Kind
from guard.errors import Refused
from guard.grant.lease import Lease
from guard.lease.revoking import Revoking
from guard.model.call import Json, ToolCall
from guard.model.identity import Who
from guard.model.kill import Kill, Scope, stopped
from guard.policy.compile import Bundle
from guard.ports import World
from guard.session.state import Session
from guard.stepup.voiding import void_session


def refuse_killed(kills: Iterable[Kill], call: ToolCall, who: Who) -> None:
    """Let a call pass that nobody has stopped.

    Raises:
        Refused: `stopped_by_operator`.
    """
    found = stopped(kills, call.server, call.tool, who)
    if found is not None:
        what = "Everything is" if found.scope == "everything" else f"This {found.scope} is"
        raise Refused(
            f"{what} stopped by an operator.",
            code="stopped_by_operator",
            next_step="Do not try again; tell the person you work for.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Killing:
    """Stops, and lets go on. `policy` returns the bundle in force."""

    world: World
    policy: Callable[[], Bundle]

    async def stop(self, scope: Scope, name: str, *, why: str, by: str) -> Kill:
        """Stop something: from here on no call of it runs. `follow` cuts what runs already.

        Raises:
            Unavailable: it holds in this guard, and could not be written down: stop it again.
        """
        now_ms = self.world.clock.now_ms()
        kill = Kill(scope=scope, name=name, why=why, by=by, at_ms=now_ms)
        specs = self.policy().catalog.specs()
        audiences = [one.audience for one in specs if one.server == name and one.audience]
        event = _event("stopped", kill, now_ms)
        await self.world.kills.stop(kill, kill.epochs(audiences), [event])
        return kill

    async def lift(self, scope: Scope, name: str, *, by: str) -> None:
        """Let something go on. Tokens that were made before stay void.

        Raises:
            Refused: `kill_unknown`: it is not stopped.
        """
        now_ms = self.world.clock.now_ms()
        kill = Kill(scope=scope, name=name, why="", by=by, at_ms=now_ms)
        if not await self.world.kills.lift(scope, name, [_event("lifted", kill, now_ms)]):
            raise Refused(
                f"{scope} {name} is not stopped.".replace("  ", " "),
                code="kill_unknown",
                next_step="See what is: guard kill list.",
            )

    async def follow(self, kill: Kill) -> None:
        """Cut what a stop holds: calls that run, credentials, open questions and standing yeses."""
        sessions = {one.id: one for one in await self.world.sessions.live()}
        cut = await self.cut(kill, sessions.get)
        held = [one for one in await self.world.leases.unsettled() if _leased(kill, one, sessions)]
        revoking = Revoking(world=self.world)
        # All of them first: while one target hangs, the watchdog takes back the others.
        ending = [await revoking.marked(row, "stopped") for row in held]
        now_ms = self.world.clock.now_ms()
        for one in sessions.values():
            if kill.holds(one.who):
                await void_session(self.world, one.id, "stopped", now_ms)
        for owner in {one.who.key for one in sessions.values()}:
            self.world.live.relist(owner)
        event = _event("stop_followed", kill, now_ms, calls=cut, leases=len(held))
        await self.world.sink.write([event])
        await revoking.tried_all(ending)

    async def cut(self, kill: Kill, known: Callable[[str], Session | None]) -> int:
        """Cut the calls under way in this process that a stop meets; return how many."""
        met = 0
        for flight in self.world.live.flights():
            call = flight.call
            session = known(call.session) or await self.world.sessions.get(call.session)
            if kill.stops(call.server, call.tool, session.caller(call.acting)):
                self.world.live.cut(call.id, "stopped_by_operator")
                met += 1
        return met


def _leased(kill: Kill, lease: Lease, sessions: dict[str, Session]) -> bool:
    session = sessions.get(lease.session)
    if session is None:
        return kill.scope == "everything"
    return kill.stops(lease.server, lease.tool, session.who)


def _event(kind: Kind, kill: Kill, now_ms: int, **more: Json) -> Event:
    leaf: dict[str, Json] = {"scope": kill.scope, "name": kill.name, "by": kill.by, **more}
    side: dict[str, Json] = {"why": kill.why} if kill.why else {}
    return Event(kind=kind, at_ms=now_ms, session="", leaf=leaf, side=side)
