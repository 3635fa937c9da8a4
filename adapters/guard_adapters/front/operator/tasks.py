"""The part of the operator's API about tasks: which are in force, starting and ending one.

It widens none: a new task takes the place of the one before. It signs no mandate.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from starlette.requests import Request

from guard.model.call import Json
from guard.session.belongs import mandated
from guard.session.intent import TaskIntent
from guard.session.state import Session
from guard_adapters.front.operator.routes import Answer, read_body, unusable

MAX_LASTS_S: Final = 31 * 86_400


class TaskOperating(Protocol):
    """What this part asks of a guard."""

    async def tasks(self) -> Sequence[Session]:
        """Return the open sessions with a task that others declared."""

    async def start_task(self, session_id: str, said: Mapping[str, Json], lasts_s: int) -> Session:
        """Give one session its next task; 0 s lasts as long as it says itself."""

    async def end_task(self, session_id: str) -> Session:
        """End the task of one session, and all that was given for it."""

    def unlisted(self, task: TaskIntent) -> Mapping[str, Sequence[str]]:
        """Return what a task names and the catalogue does not list, each with names like it."""

    def now_ms(self) -> int:
        """Return the moment."""


def task_table(desk: TaskOperating) -> tuple[tuple[str, str, Answer], ...]:
    """Return method, path and answer of each route."""

    async def tasks(request: Request) -> Json:  # noqa: ARG001  the routes' shape
        return {"tasks": [task_json(one, desk.now_ms()) for one in await desk.tasks()]}

    async def end(request: Request) -> Json:
        return task_json(await desk.end_task(request.path_params["id"]), desk.now_ms())

    async def start(request: Request) -> Json:
        body = await read_body(request)
        said, lasts_s = body.get("intent"), body.get("lasts_s", 0)
        if set(body) - {"intent", "lasts_s"} or not isinstance(said, dict):
            raise unusable("the body must hold 'intent' as an object and, at will, 'lasts_s'")
        if type(lasts_s) is not int or not 0 <= lasts_s <= MAX_LASTS_S:
            raise unusable(f"lasts_s is a number of seconds, at most {MAX_LASTS_S}")
        found = await desk.start_task(request.path_params["id"], said, lasts_s)
        odd = desk.unlisted(found.intent) if found.intent is not None else {}
        rows: dict[str, Json] = {name: [*like] for name, like in odd.items()}
        return {**task_json(found, desk.now_ms()), **({"unlisted": rows} if rows else {})}

    return (
        ("GET", "/tasks", tasks),
        ("POST", "/sessions/{id}/task", start),
        ("POST", "/sessions/{id}/task/end", end),
    )


def task_json(session: Session, now_ms: int) -> dict[str, Json]:
    """Return what a session was sent to do, every clause whole, and whether it still may."""
    task = session.intent
    if task is None:
        return {"session": session.id}
    return {
        "session": session.id,
        "principal": session.who.principal.key,
        "agent": session.who.agent.id,
        "mandate": mandated(task),
        "ended": bool(session.ended_at_ms or session.task_over_ms) or not _stands(task, now_ms),
        "purpose": task.purpose,
        "task": task.as_json(),
    }


def _stands(task: TaskIntent, now_ms: int) -> bool:
    return not any(0 < one.expires_at_ms <= now_ms for one in task.clauses)
