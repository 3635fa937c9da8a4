"""Whose task is it: what one caller's call has started, nobody else may read, feed or cancel.

Behind a credential that the guard injects, a server may see one identity for all callers, and
hands any of them any task. Rule 1: a task belongs to the caller whose call made it. Rule 2: one
that nobody is known to own is nobody's: unknown and foreign read the same. It judges no call.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from guard.errors import Unavailable
from guard_adapters.front.mcp.judging.gate import Asked
from guard_adapters.front.mcp.protocol.wire import INVALID_PARAMS, refuse

Message = dict[str, Any]

_PREFIX: Final = "tasks/"
_NOTICES: Final = "notifications/tasks"
_LISTEN: Final = "subscriptions/listen"
_DAY_MS: Final = 86_400_000
_LONGEST_MS: Final = 30 * _DAY_MS
"""How long an owner is remembered of a task that names no end, or a later one."""


class Owners(Protocol):
    """Remembers whose each task is. Contract: what was kept outlives the process.

    Several guards on one database remember together.
    """

    async def keep(self, server: str, task: str, owner: str, until_ms: int, now_ms: int) -> bool:
        """Note the owner; False if the task is somebody else's already.

        Raises:
            Unavailable: it could not be kept.
        """
        ...

    async def owner(self, server: str, task: str, now_ms: int) -> str | None:
        """Return the owner, None if there is none. Raises Unavailable."""
        ...

    def close(self) -> None:
        """Let go of what it is kept in."""
        ...


class MemoryOwners:
    """Remembers for as long as the process lives; for tests, and where there is no folder."""

    def __init__(self) -> None:
        self._owners: dict[tuple[str, str], tuple[str, int]] = {}

    async def keep(self, server: str, task: str, owner: str, until_ms: int, now_ms: int) -> bool:
        """Note the owner of a task."""
        held = await self.owner(server, task, now_ms)
        if held is None:
            self._owners[server, task] = owner, until_ms
        return held in {None, owner}

    async def owner(self, server: str, task: str, now_ms: int) -> str | None:
        """Return the owner of a task."""
        owner, until_ms = self._owners.get((server, task), ("", 0))
        return owner if until_ms > now_ms else None

    def close(self) -> None:
        """Forget everything."""
        self._owners.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTasks:
    """The tasks of one caller at one server."""

    owners: Owners
    server: str
    who: str

    async def admitted(self, asked: Asked, now_ms: int) -> Asked:
        """Return a request as it may go up: in a subscription, foreign tasks are left out.

        Raises:
            WireRefused: -32602: it is about a task that is not this caller's.
            Unavailable: nobody can say whose it is.
        """
        if asked.method == _LISTEN:
            return await self._listening(asked, now_ms)
        named = asked.method.startswith(_PREFIX) and "taskId" in asked.params
        if named and not await self._is_mine(asked.params, now_ms):
            text = "There is no such task. Use the id that your own call was answered with."
            refuse(INVALID_PARAMS, "task_unknown", text)
        return asked

    async def answered(self, asked: Asked, message: Message | None, now_ms: int) -> Message | None:
        """Return an answer as this caller may have it: new tasks become theirs, lists hold theirs.

        Raises:
            Unavailable: a new task's owner could not be kept; the answer must not go out.
            WireRefused: the server names a task that is another caller's as a new one.
        """
        result = message.get("result") if message else None
        if message is None or not isinstance(result, Mapping):
            return message
        if asked.method == "tasks/list" and isinstance(tasks := result.get("tasks"), list):
            mine = [one for one in tasks if await self._is_mine(one, now_ms)]
            return {**message, "result": {**result, "tasks": mine}}
        made = _made(result)
        if made is None or asked.method.startswith(_PREFIX):
            return message
        task, life_ms = made
        if not await self.owners.keep(self.server, task, self.who, now_ms + life_ms, now_ms):
            text = "The server answered with the task of another caller. Ask its operator."
            refuse(INVALID_PARAMS, "task_of_another", text)
        return message

    async def may_hear(self, message: Mapping[str, Any], now_ms: int) -> bool:
        """Return whether a server's notification may be told: of tasks, their maker hears alone."""
        if not str(message.get("method")).startswith(_NOTICES):
            return True
        try:
            return await self._is_mine(message.get("params"), now_ms)
        except Unavailable:
            return False

    async def _listening(self, asked: Asked, now_ms: int) -> Asked:
        wanted = asked.params.get("notifications")
        if not isinstance(wanted, Mapping) or "taskIds" not in wanted:
            return asked
        tasks = wanted["taskIds"]
        if not isinstance(tasks, list):
            refuse(INVALID_PARAMS, "task_unknown", "taskIds must be a list of task ids. Send one.")
        mine = [one for one in tasks if await self._is_mine({"taskId": one}, now_ms)]
        params = {**asked.params, "notifications": {**wanted, "taskIds": mine}}
        return replace(asked, message={**asked.message, "params": params})

    async def _is_mine(self, one: object, now_ms: int) -> bool:
        task = one.get("taskId") if isinstance(one, Mapping) else None
        if not isinstance(task, str):
            return False
        return await self.owners.owner(self.server, task, now_ms) == self.who


def _made(result: Mapping[str, Any]) -> tuple[str, int] | None:
    """Return id and life (ms) of the task that a result stands for (2025-11-25, SEP-2663)."""
    inside = result.get("task")
    found = inside if isinstance(inside, Mapping) else result
    task = found.get("taskId")
    if not isinstance(task, str) or (found is result and result.get("resultType") != "task"):
        return None
    ttl = found.get("ttl", found.get("ttlMs"))
    known = isinstance(ttl, int) and not isinstance(ttl, bool) and 0 < ttl < _LONGEST_MS
    return task, ttl + _DAY_MS if known else _LONGEST_MS
