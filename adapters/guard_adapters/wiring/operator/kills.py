"""The kill switch of one running guard, and what it does when another guard used theirs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from guard.access.killing import Killing
from guard.access.met import SEEN, refuse_unlisted, unmet
from guard.errors import GuardError
from guard.model.kill import Epoch, Kill, Scope
from guard.policy.compile import Bundle
from guard.ports import World
from guard.session.state import Session
from guard_adapters._faults import Faults
from guard_adapters.store.changes import What
from guard_adapters.wiring.build import Wired

AGAIN_S: Final = 1
"""When what could not be followed is tried once more (seconds)."""

SEEN_S: Final = 1
"""How long whoever stops somebody is kept waiting to hear whether a session is met (seconds)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KillDesk:
    """The kill switch: stops at once, and cuts what runs after it has answered."""

    world: World
    policy: Callable[[], Bundle]
    by: str
    faults: Faults = field(default_factory=Faults)
    _following: set["asyncio.Task[None]"] = field(default_factory=set, repr=False)

    @property
    def _killing(self) -> Killing:
        return Killing(world=self.world, policy=self.policy)

    def kills(self) -> Sequence[Kill]:
        """Return what is stopped."""
        return self.world.kills.standing()

    async def kill(self, scope: Scope, name: str, why: str, *, unlisted: bool = False) -> Kill:
        """Stop something; `unlisted`: also a tool or server that the catalogue does not list.

        Raises:
            Refused: `kill_unlisted`: nothing was stopped.
            Unavailable: it holds here, and could not be written down.
        """
        if not unlisted:
            running = [one.call for one in self.world.live.flights()]
            refuse_unlisted(scope, name, self.policy().catalog, running)
        try:
            kill = await self._killing.stop(scope, name, why=why, by=self.by)
        finally:  # also where only the writing failed: it holds
            for one in self.kills():
                if (one.scope, one.name) == (scope, name):
                    self._follow(one)
        return kill

    async def unmet(self, kill: Kill) -> str:
        """Return what to say of a stop that meets nobody who has a session now; else nothing."""
        if kill.scope not in SEEN:
            return ""
        try:
            async with asyncio.timeout(SEEN_S):
                return unmet(kill, [one.who for one in await self.world.sessions.live()])
        except (GuardError, TimeoutError):  # the stop holds, whoever can be seen
            return ""

    def _follow(self, kill: Kill) -> None:
        task = asyncio.ensure_future(self._followed(kill))
        self._following.add(task)
        task.add_done_callback(self._following.discard)

    async def _followed(self, kill: Kill) -> None:
        # The watchdog goes on with what could not be taken back, the next start with the rest.
        with self.faults.around(f"Not all that a stop of {kill.scope} holds is cut"):
            await self._killing.follow(kill)

    async def lift(self, scope: Scope, name: str) -> None:
        """Let something go on.

        Raises:
            Refused: `kill_unknown`.
        """
        await self._killing.lift(scope, name, by=self.by)

    async def epochs(self, after: int) -> Sequence[Epoch]:
        """Return epochs of a later number."""
        return await self.world.kills.epochs(after)


@asynccontextmanager
async def following(wired: Wired) -> AsyncIterator[None]:
    """Cut calls that run here when another guard took something away."""
    loop, told = asyncio.get_running_loop(), asyncio.Queue[tuple[What, str]]()

    def hear(what: What, name: str) -> None:
        loop.call_soon_threadsafe(told.put_nowait, (what, name))

    async def follow() -> None:
        while True:
            what, name = await told.get()
            over = False
            with wired.faults.around("Calls that another guard took something from go on here"):
                await (_stops(wired) if what == "kills" else _moved(wired, name))
                over = True
            if not over:  # nobody says it again
                loop.call_later(AGAIN_S, told.put_nowait, (what, name))

    wired.store.changes.listen(hear)
    task = asyncio.create_task(follow())
    try:
        yield
    finally:
        wired.store.changes.listen(None)
        task.cancel()


async def _stops(wired: Wired) -> None:
    killing = Killing(world=wired.world, policy=lambda: wired.bundle)
    for kill in wired.world.kills.standing():
        await killing.cut(kill, _unknown)


def _unknown(session_id: str) -> Session | None:
    del session_id
    return None


async def _moved(wired: Wired, session_id: str) -> None:
    """Judge calls that run here again: those of a session; "": of all, for a hint may be lost.

    One session that cannot be read keeps no other's calls running.
    """
    running = {one.call.session for one in wired.world.live.flights()}
    failed: GuardError | None = None
    for name in running & {session_id} if session_id else running:
        try:
            await _again(wired, name, told=bool(session_id))
        except GuardError as error:
            failed = error
    if failed is not None:
        raise failed


async def _again(wired: Wired, session_id: str, *, told: bool) -> None:
    session = await wired.world.sessions.get(session_id)
    if told or session.closed or session.narrowings or session.signals:
        await wired.reauthorizing.cut(session, "changed_elsewhere")
    if told:
        wired.world.live.relist(session.who.key)
