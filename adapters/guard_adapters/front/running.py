"""Where the tool of a framework runs: inside the guard's frame, or handed to the framework.

The call's credential is the current one while the tool runs, and afterwards it is nobody's.
"""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

from guard.grant.credential import Credential
from guard.model.call import Outcome, ToolCall, ToolResult
from guard_adapters.front.function import (
    Running,
    entered,
    key_of,
    running_call,
    running_here,
    shown_as_json,
)
from guard_adapters.front.kept import Form

Run = Callable[[dict[str, Any]], object]
"""Runs one tool with the judged arguments: plainly, or as something to await."""


async def _ended(value: object) -> object:
    """Return what a tool gave, waited for where it is to be awaited."""
    return await value if inspect.isawaitable(value) else value


class NotMade(Exception):
    """A call that was handed out was not made: nothing acted."""


class Enclosed:
    """The `Tool` port around a framework's own way to run one tool."""

    def __init__(self, run: Run, form: Form) -> None:
        self._run = run
        self._form = form
        self._begun: Callable[[], None] = lambda: None
        self.started = False
        self.raised: BaseException | None = None
        self.value: object = None
        self.outcome = Outcome.UNKNOWN

    def started_by(self, tell: Callable[[], None]) -> None:
        """Call `tell` once the tool begins to run."""
        self._begun = tell

    async def run(self, call: ToolCall, credential: Credential | None) -> ToolResult:
        """Run the tool with the judged arguments; what it raises is raised to its framework."""
        self.started = True
        self._begun()
        with running_call(call, credential) as here:
            try:
                self.value = await _ended(self._run(call.parsed()))
            except NotMade as unmade:
                self.raised, self.outcome = unmade, Outcome.REFUSED
                return ToolResult(outcome=Outcome.ERROR)
            except Exception as error:  # noqa: BLE001  the tool's own: recorded, then raised to the framework
                self.raised = error
                self.outcome = Outcome.ERROR
                return ToolResult(outcome=Outcome.ERROR, refused=here.refused)
        self.outcome = Outcome.ERROR if self._form.failed(self.value) else Outcome.OK
        shown = shown_as_json(self._form.shown(self.value))
        return ToolResult(outcome=self.outcome, value=self.value, shown=shown, refused=here.refused)


class Handed:
    """A call that the framework itself may run now, once.

    `arguments` are the judged ones; `running` is the call, to be entered while the tool runs: its
    credential lives until the end is told. Whoever never tells the end, or tells that it was lost,
    leaves an unknown outcome.
    """

    def __init__(self) -> None:
        self.go: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.walk: asyncio.Future[Any] | None = None
        self.arguments: dict[str, Any] = {}
        self.running: Running | None = None
        self._end: asyncio.Future[object] = asyncio.get_running_loop().create_future()

    @property
    def credential(self) -> Credential | None:
        """Return the credential of the call, or None."""
        return self.running.credential if self.running is not None else None

    @property
    def idempotency_key(self) -> str:
        """Return the idempotency key of the call; empty unless the catalogue asks for one."""
        call = self.running.call if self.running is not None else None
        return key_of(call) if call is not None else ""

    async def taken(self, arguments: dict[str, Any]) -> object:
        """Hand the judged arguments out and wait for the end."""
        self.arguments, self.running = arguments, running_here()
        self.go.set_result(None)
        return await self._end

    async def run(self, run: Run) -> Any:  # noqa: ANN401
        """Run the tool here with the judged arguments; return the answer for the framework."""
        try:
            with entered(self.running):
                result = await _ended(run(self.arguments))
        except Exception as error:  # the tool's own: recorded, then raised to the framework
            await self.failed(error)
            raise
        except BaseException:
            await self.lost()
            raise
        return await self.returned(result)

    async def returned(self, result: object) -> Any:  # noqa: ANN401  the framework's own result
        """Tell what the tool returned; return the answer for the framework."""
        self._end.set_result(result)
        assert self.walk is not None  # noqa: S101  `before` set it
        return await self.walk

    async def failed(self, error: Exception) -> None:
        """Tell that the tool raised; the error stays the framework's."""
        self._end.set_exception(error)
        assert self.walk is not None  # noqa: S101  `before` set it
        try:
            await self.walk
        except type(error) as same:
            if same is not error:
                raise

    def give_up(self) -> None:
        """Wait for the end no more: nobody knows whether the tool acted."""
        assert self.walk is not None  # noqa: S101  `before` set it
        self.walk.cancel()

    async def lost(self) -> None:
        """Tell that nobody knows whether the tool acted; return once that is recorded."""
        self.give_up()
        assert self.walk is not None  # noqa: S101  `before` set it
        await asyncio.wait({self.walk})
