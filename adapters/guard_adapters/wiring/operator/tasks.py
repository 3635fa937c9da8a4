"""What an operator does about tasks: look, start one, and end one with all that was given for it.

And what time does: a task that is over is ended, whether its agent calls again or not.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from guard.access.met import alike, lists
from guard.errors import Refused
from guard.model.call import Json
from guard.policy.catalog import Catalog
from guard.ports import World
from guard.reauthorize import Reauthorizing
from guard.session.counted import counted
from guard.session.declaration import CLASSES
from guard.session.intent import TaskIntent, parse_intent
from guard.session.narrowing import standing
from guard.session.state import Session, subjects_of
from guard.session.tasks import overdue, started, used_up
from guard_adapters.wiring.person.said import write_said


def over() -> Refused:
    """Return the refusal of what an ended session was to do next, for an operator."""
    return Refused(
        "The session has ended, and never goes on.",
        code="session_ended",
        next_step="Open another: guard tasks start --principal 'ISSUER|SUBJECT' --agent AGENT.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDesk:
    """The tasks of one guard."""

    world: World
    reauthorizing: Reauthorizing
    by: str
    max_intent_bytes: int = 4096
    catalog: Callable[[], Catalog | None] = lambda: None

    async def tasks(self) -> Sequence[Session]:
        """Return the open sessions with a task that others declared."""
        found = await self.world.sessions.live()
        return [one for one in found if one.intent and one.intent.declared]

    async def start_task(
        self, session_id: str, said: Mapping[str, Json], lasts_s: int = 0
    ) -> Session:
        """Give a session its next task; the one before it ends with all that was given for it.

        Args:
            session_id: the session.
            said: the task, as its host declares it.
            lasts_s: seconds until it expires; 0 = as it says itself.

        Raises:
            Unusable: `intent_unusable`; Refused: `session_unknown`, `session_ended`.
        """
        if lasts_s:
            said = {**said, "expires_at_ms": self.now_ms() + lasts_s * 1000}
        task = parse_intent(said, declared_by="host", max_bytes=self.max_intent_bytes)
        session = await self.world.sessions.get(session_id)
        if session.ended_at_ms:
            raise over()
        if session.intent is not None and session.intent.declared and not session.task_over_ms:
            await self.reauthorizing.end_task(session_id, "replaced")
        now_ms = self.world.clock.now_ms()
        session = await self.world.sessions.update(
            session_id, lambda one: started(one, task, now_ms)
        )
        leaf = {"by": self.by}
        await write_said(self.world, session_id, "intent_declared", leaf, now_ms, intent=task)
        return session

    async def end_task(self, session_id: str) -> Session:
        """End the task of a session; the session stays.

        Raises:
            Refused: `session_unknown`, `task_undeclared`.
        """
        return await self.reauthorizing.end_task(session_id, self.by)

    def unlisted(self, task: TaskIntent) -> Mapping[str, Sequence[str]]:
        """Return what a task names and the catalogue does not list, each with names like it.

        It covers nothing then, and is no error: another guard may list it, or this one later.
        """
        catalog = self.catalog()
        if catalog is None:
            return {}
        named = sorted((task.tools | task.calls.keys()) - CLASSES)
        known = sorted(catalog.tools)
        return {one: alike(one, known) for one in named if not lists(catalog, one)}

    def now_ms(self) -> int:
        """Return Unix time (milliseconds)."""
        return self.world.clock.now_ms()


async def tend(world: World, reauthorizing: Reauthorizing) -> None:
    """End the tasks that are over, and let policy look at narrowings that may have lasted.

    Raises:
        Unavailable: the store failed; the rest is looked at the next time.
    """
    now_ms = world.clock.now_ms()
    for session in await world.sessions.live():
        with suppress(Refused):  # somebody else was faster
            why = overdue(session, now_ms) or await _spent(world, session, now_ms)
            if why:
                await reauthorizing.end_task(session.id, why)
            await reauthorizing.owed(session)  # of a guard that died before it was done
            if standing(session.narrowings):
                await reauthorizing.look(session)


async def _spent(world: World, session: Session, now_ms: int) -> str:
    task = session.intent
    if world.tallies is None or task is None or not (task.calls or task.budget_minor):
        return ""
    pools = await world.tallies.of(subjects_of(session))
    return "budget" if used_up(session, counted(session, pools, now_ms)) else ""
