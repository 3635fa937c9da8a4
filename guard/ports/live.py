"""What is under way in this process: calls that tools work on, and clients that hold a list."""

from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from guard.grant.credential import Credential
from guard.model.call import ToolCall, ToolResult
from guard.model.facts import Evidence


class Tool(Protocol):
    """What is guarded. Contract: runs exactly the call's bytes."""

    async def run(self, call: ToolCall, credential: Credential | None) -> ToolResult: ...


def can_stop(tool: Tool) -> bool:
    """Return whether cancelling the run of a tool ends what it does: if it says `stoppable`.

    Any other is left to come to its own end.
    """
    return getattr(tool, "stoppable", False) is True


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """One call that a tool works on: what was judged, and what was shown for it."""

    call: ToolCall
    evidence: Evidence
    lease: str = ""


class Seat(Protocol):
    """One flight while it is under way. `cut` says why it was to stop, empty = nothing did."""

    @property
    def cut(self) -> str: ...
    async def run(self, tool: Tool, credential: Credential | None) -> ToolResult | None: ...


class Live(Protocol):
    """Runs tools so that they can be stopped. Contract: `cut` never waits.

    `run` of a seat returns None where the tool was stopped. `cut` returns None where no such call
    is aboard, else whether its tool can be stopped; what cannot comes to its own end.
    """

    def aboard(self, flight: Flight) -> AbstractContextManager[Seat]: ...
    def flights(self) -> Sequence[Flight]: ...
    def cut(self, call_id: str, why: str) -> bool | None: ...
    def relist(self, who: str) -> None: ...  # the tools of this caller have changed


@dataclass(frozen=True, slots=True)
class _Plain:
    flight: Flight
    cut: str = ""

    async def run(self, tool: Tool, credential: Credential | None) -> ToolResult | None:
        return await tool.run(self.flight.call, credential)


class Unwatched:
    """Runs each tool to its end: for a guard whose sessions nobody narrows while it runs."""

    @contextmanager
    def aboard(self, flight: Flight) -> Generator[Seat]:
        """Give out a seat that nobody cuts."""
        yield _Plain(flight)

    def flights(self) -> Sequence[Flight]:
        """Return nothing: nothing is remembered."""
        return ()

    def cut(self, call_id: str, why: str) -> bool | None:  # noqa: ARG002  the port's shape
        """Stop nothing."""
        return None

    def relist(self, who: str) -> None:
        """Tell nobody."""
