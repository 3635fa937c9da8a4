"""What a world of the contract gives: a scripted model, real agents, and what came of a run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any, Protocol

Turn = tuple[tuple[str, Mapping[str, Any]], ...]
"""The calls that the model makes at once: names and arguments."""


@dataclass(frozen=True, kw_only=True)
class Played:
    """What came of a run.

    Args:
        read: what the model read in answer to its calls, as texts.
        view: what the framework shows of the first open question; None = the run did not pause.
        kept: everything that the framework keeps of the run, as text.
        state: what a later process resumes from; plain data or text.
    """

    read: list[str]
    view: Mapping[str, Any] | None = None
    kept: str = ""
    state: Any = field(default=None, repr=False)


async def value_of(result: Any) -> Any:
    """Return what a tool returned, whether it is a coroutine function or a plain one."""
    return await result if isawaitable(result) else result


def until_left(world: Any, work: Callable[[], Any]) -> Callable[[], Any]:
    """Return work for a thread, which tells the world when it has ended."""

    def run() -> Any:
        try:
            return work()
        finally:
            world.left.set()

    return run


class Framework(Protocol):
    """One framework, its agents built anew for each run."""

    pauses: bool
    """Whether a question stops the run in the framework's own way."""
    cancels: bool
    """Whether cancelling a run stops its tool: not where tools run in a thread."""
    hands: bool
    """Whether a tool is handed its credential: not where a program of its own calls it (True)."""
    asked: str
    """What its runs are asked, where the framework tells its tools; otherwise empty."""
    tells_failures: bool
    """Whether the end of a call that failed is told (True)."""

    async def start(self, world: Any, *turns: Turn) -> Played: ...
    async def resume(self, world: Any, played: Played, *turns: Turn) -> Played: ...


def functions(world: Any, *, awaited: bool = True) -> list[Callable[..., Any]]:
    """Return the tools of the bank as plain functions, typed and described as frameworks like it.

    Where the world holds one, `look` does not end before it is let go; it is a coroutine function
    where the framework takes those (`awaited`).
    """
    ran = {name: world.tool(name) for name in ("look", "read_web", "note", "pay", "wipe")}

    def look(key: str) -> str:
        """Look something up.

        Args:
            key: what to look up.
        """
        if world.held is not None:
            world.held.wait()
        return ran["look"](key=key)

    async def held(key: str) -> str:
        """Look something up.

        Args:
            key: what to look up.
        """
        await world.held.hold()
        return ran["look"](key=key)

    held.__name__ = held.__qualname__ = "look"

    def read_web(key: str) -> str:
        """Read a page.

        Args:
            key: which one.
        """
        return ran["read_web"](key=key)

    def note(text: str) -> str:
        """Write a note.

        Args:
            text: what it says.
        """
        return ran["note"](text=text)

    def pay(to: str, amount: int) -> str:
        """Pay somebody.

        Args:
            to: whom.
            amount: how much.
        """
        return ran["pay"](to=to, amount=amount)

    def wipe(key: str) -> str:
        """Wipe something.

        Args:
            key: what to wipe.
        """
        return ran["wipe"](key=key)

    found = held if awaited and world.held is not None else look
    return [found, read_web, note, pay, wipe]
