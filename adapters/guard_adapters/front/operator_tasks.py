"""The part of the operator's API about tasks: which are in force, and ending one.

It gives no task and widens none: a host signs a mandate, and an operator takes it back.
"""

from collections.abc import Sequence
from typing import Protocol

from starlette.requests import Request

from guard.model.call import Json
from guard.session.belongs import mandated
from guard.session.intent import TaskIntent
from guard.session.state import Session
from guard_adapters.front.operator import Answer


class TaskOperating(Protocol):
    """What this part asks of a guard."""

    async def tasks(self) -> Sequence[Session]:
        """Return the open sessions with a task that others declared."""

    async def end_task(self, session_id: str) -> Session:
        """End the task of one session, and all that was given for it."""

    def now_ms(self) -> int:
        """Return the moment."""


def task_table(desk: TaskOperating) -> tuple[tuple[str, str, Answer], ...]:
    """Return method, path and answer of each route."""

    async def tasks(request: Request) -> Json:  # noqa: ARG001  the routes' shape
        return {"tasks": [task_json(one, desk.now_ms()) for one in await desk.tasks()]}

    async def end(request: Request) -> Json:
        return task_json(await desk.end_task(request.path_params["id"]), desk.now_ms())

    return (("GET", "/tasks", tasks), ("POST", "/sessions/{id}/task/end", end))


def task_json(session: Session, now_ms: int) -> Json:
    """Return what a session was sent to do, every clause whole, and whether it still may."""
    task = session.intent
    if task is None:
        return {"session": session.id}
    return {
        "session": session.id,
        "principal": session.who.principal.key,
        "agent": session.who.agent.id,
        "mandate": mandated(task),
        "ended": bool(session.ended_at_ms) or not _stands(task, now_ms),
        "purpose": task.purpose,
        "task": task.as_json(),
    }


def _stands(task: TaskIntent, now_ms: int) -> bool:
    return not any(0 < one.expires_at_ms <= now_ms for one in task.clauses)
