"""The guard's end of a framework's process: its calls are judged here and run there.

Rule 1: a process works in the sessions that it opened on this connection, and in no others. Rule 2:
whoever leaves takes the calls with it: what was held ends, what ran is unknown.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final, Protocol

from guard.errors import GuardError, Refused, Unavailable
from guard.grant.credential import Credential
from guard.model.call import ToolCall, ToolResult
from guard.model.rerun import Rerun
from guard.session.intent import TaskIntent, from_json
from guard_adapters.front import seat_words as words
from guard_adapters.front.intake import Calls
from guard_adapters.front.mcp.protocol.json import RESPONSE_LIMITS, loads
from guard_adapters.front.mcp.socket.desk import Message
from guard_adapters.front.mcp.socket.frames import VERSION, Frames

MOST_HOLD_MS: Final = 300_000


class Seating(Calls, Protocol):
    """What a process may ask for: the calls of one person and agent."""

    async def start(
        self, native: str, *, intent: TaskIntent | None = None, words: tuple[str, ...] = ()
    ) -> str:
        """Open the session of a conversation; see `Seat.start`."""

    async def tell(self, native: str, words: str) -> None:
        """Take in what the person said meanwhile; see `Seat.tell`."""


class SeatEnd(Frames):
    """Answers one process.

    Args:
        seat: returns the seat of a person and an agent.
        hello: the first frame.
    """

    def __init__(self, seat: Callable[[str, str], Seating], hello: Message, _: Message) -> None:
        super().__init__()
        said = hello["seat"]
        person, agent = said["person"], said["agent"]
        if hello["hello"] != VERSION or not (isinstance(person, str) and isinstance(agent, str)):
            raise KeyError("seat")
        self._seat = seat(person, agent)
        self._mine: set[str] = set()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._ran: dict[int, asyncio.Future[ToolResult]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet back."""
        super().connection_made(transport)
        self.send({"hello": VERSION})

    def connection_lost(self, exc: Exception | None) -> None:
        """End what the process has under way."""
        super().connection_lost(exc)
        for task in self._tasks.values():
            task.cancel()

    def frame(self, frame: Message, raw: bytes) -> None:
        """Act on what the process says."""
        number, do = int(frame["n"]), frame["do"]
        body = loads(raw, limits=RESPONSE_LIMITS) if raw else {}
        if do == "cancel":
            if (held := self._tasks.get(number)) is not None:
                held.cancel()
        elif do == "ran":
            if (waiting := self._ran.pop(number, None)) is not None and not waiting.done():
                waiting.set_result(words.result_of(body))
        elif number in self._tasks:
            raise KeyError("n")
        else:
            work = self._done(number, self._asked(do, number, body))
            self._tasks[number] = asyncio.create_task(work)
            self._tasks[number].add_done_callback(lambda _: self._tasks.pop(number, None))

    async def _done(self, number: int, work: Awaitable[words.Words]) -> None:
        try:
            told, do = await work, "done"
        except GuardError as no:
            told, do = words.of_error(no), "no"
        except (KeyError, TypeError, ValueError):
            self.close()  # the other end is no front of ours
            return
        except Exception:  # noqa: BLE001  the edge: a bug is a no to this call, and to no other
            told, do = words.of_error(Unavailable("The guard failed.", code="guard_failed")), "no"
        self.send({"do": do, "n": number}, told)

    async def _asked(self, do: str, number: int, body: dict[str, Any]) -> words.Words:
        match do:
            case "start":
                return {"session": await self._started(body)}
            case "adopted":
                session = await self._seat.adopted(str(body["native"]), str(body["asked"]))
                self._mine.add(session)
                return {"session": session}
            case "look":
                return words.of_look(await self._seat.look(self._own(words.call_of(body))))
            case "claim":
                row = self._own_row(words.rerun_of(body))
                return words.of_rerun(await self._seat.claim(row))
            case "settle" | "tell":
                await self._noted(do, body)
                return {}
            case "call":
                call = self._own(words.call_of(body["call"]))
                hold_ms = min(int(body["hold_ms"]), MOST_HOLD_MS)
                tool = _Far(lambda: self._running(number), self._told(number))
                return words.of_result(await self._seat.call(call, tool, hold_ms=hold_ms))
            case _:
                raise KeyError(do)

    async def _noted(self, do: str, body: dict[str, Any]) -> None:
        if do == "tell":
            await self._seat.tell(str(body["native"]), str(body["words"]))
        else:
            await self._seat.settle(self._own_row(words.rerun_of(body)))

    async def _started(self, body: dict[str, Any]) -> str:
        said, intent = tuple(map(str, body["words"])), body["intent"]
        declared = None
        if intent is not None:
            # A signature is shown, never claimed: what answers for people comes as a contract.
            declared = replace(from_json(str(intent)), declared_by="host", signed_at_s=0, also=())
        session = await self._seat.start(str(body["native"]), intent=declared, words=said)
        self._mine.add(session)
        return session

    def _own(self, call: ToolCall) -> ToolCall:
        if call.session not in self._mine:
            raise Refused("The session is not this process's.", code="session_unknown")
        return call

    def _own_row(self, row: Rerun | None) -> Rerun:
        if row is None or row.session not in self._mine:
            raise Refused("The session is not this process's.", code="session_unknown")
        return row

    def _running(self, number: int) -> asyncio.Future[ToolResult]:
        found = self._ran[number] = asyncio.get_running_loop().create_future()
        return found

    def _told(self, number: int) -> Callable[[words.Words], None]:
        return lambda said: self.send({"do": "run", "n": number}, said)


class _Far:
    """The `Tool` port around a tool in the other process."""

    def __init__(
        self,
        ran: Callable[[], asyncio.Future[ToolResult]],
        tell: Callable[[words.Words], None],
    ) -> None:
        self._ran, self._tell = ran, tell

    async def run(self, call: ToolCall, credential: Credential | None) -> ToolResult:
        ran = self._ran()
        self._tell(words.of_run(call, credential))
        return await ran
