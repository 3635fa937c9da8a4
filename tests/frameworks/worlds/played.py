"""What a world of the contract gives: a scripted model, real agents, and what came of a run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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


class Framework(Protocol):
    """One framework, its agents built anew for each run."""

    pauses: bool
    """Whether a question stops the run in the framework's own way."""

    async def start(self, world: Any, *turns: Turn) -> Played: ...
    async def resume(self, world: Any, played: Played, *turns: Turn) -> Played: ...


def functions(world: Any) -> list[Callable[..., str]]:
    """Return the tools of the bank as plain functions, typed and described as frameworks like it."""
    ran = {name: world.tool(name) for name in ("look", "read_web", "note", "pay", "wipe")}

    def look(key: str) -> str:
        """Look something up.

        Args:
            key: what to look up.
        """
        return ran["look"](key=key)

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

    return [look, read_web, note, pay, wipe]
