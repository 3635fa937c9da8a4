"""What every MCP front needs of the guard behind it, and of the caller before it.

Both are shapes only: wiring builds the one around the pipeline, authentication yields the other.
"""

from typing import TYPE_CHECKING, Protocol

from guard.model.call import ToolCall, ToolResult, ToolSpec
from guard.model.identity import Device, Place, Workload

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from guard.config import Settings
    from guard.grant.unanswered import Hold
    from guard.ports import Tool, Waiter


class Caller(Protocol):
    """Who calls, as authentication established it: never what a client says of itself."""

    @property
    def issuer(self) -> str:
        """Return who vouches for the principal."""
        ...

    @property
    def claims(self) -> tuple[tuple[str, str], ...]:
        """Return what else its issuer says of the principal: name and value."""
        ...

    @property
    def subject(self) -> str:
        """Return the principal's name at its issuer."""
        ...

    @property
    def agent(self) -> str:
        """Return the program that acts for the principal."""
        ...

    @property
    def acting(self) -> tuple[str, ...]:
        """Return the sub-agents below that program, the calling one last."""
        ...

    @property
    def workload(self) -> Workload:
        """Return the process of the program, as its platform attests it; unnamed: unknown."""
        ...

    @property
    def device(self) -> Device:
        """Return the device of the principal; unnamed: unknown."""
        ...

    @property
    def place(self) -> Place | None:
        """Return where their network is, if the front was told."""
        ...


class GuardFront(Protocol):
    """What a front needs of the guard. Each method raises `GuardError` when the answer is no."""

    settings: "Settings"

    async def session(self, who: Caller, handle: str, intent: bytes) -> str:
        """Return the session id of this caller; an empty handle means the default session.

        Raises:
            Refused: `session_unknown` for a handle that is unknown or somebody else's.
        """
        ...

    def spec(self, server: str, tool: str) -> ToolSpec | None:
        """Return what the catalogue knows of a tool, or None."""
        ...

    def allow_methods(self, server: str) -> frozenset[str]:
        """Return the methods that the operator lets through to this server without judging."""
        ...

    async def call(self, call: ToolCall, tool: "Tool", *, hold_ms: "Hold") -> ToolResult:
        """Judge the call, run the tool if it may run, return the labelled result.

        Raises:
            NotAllowed, NotApproved, ApprovalPending: it did not run; for the statuses `ran` and
                `unknown` of NotApproved the same call did before, or may have.
            Unavailable: the guard could not do its part.
        """
        ...

    async def visible(self, session_id: str, server: str, names: frozenset[str]) -> frozenset[str]:
        """Return the tools of `names` that this session could ever be allowed to call."""
        ...

    def list_turn(self, who: Caller) -> int:
        """Return how often the tools of this caller have changed since the guard started."""
        ...

    def relisted(self, who: Caller) -> "AbstractAsyncContextManager[Waiter]":
        """Return what wakes when the tools of this caller may have changed."""
        ...

    def hold_ms(self, who: Caller) -> int:
        """Return how long calls of this agent are held for people (milliseconds)."""
        ...

    def approve_at(self, approval_id: str) -> str:
        """Return the address of the page where people answer, empty where there is none."""
        ...

    async def shown(self, who: Caller, handle: str, code: str) -> None:
        """Take in that something this caller showed was refused with a code of reuse.

        Raises:
            Refused: `session_unknown`.
        """
        ...

    async def declined(self, who: Caller, approval_id: str) -> None:
        """Record that the person behind this caller did not want to look at their question.

        Raises:
            Refused: `approval_unknown`: there is none, or it is somebody else's;
                `approval_transition`: it has ended.
        """
        ...

    def new_id(self) -> str:
        """Return a fresh id, not guessable."""
        ...

    def now_ms(self) -> int:
        """Return Unix time in whole milliseconds."""
        ...
