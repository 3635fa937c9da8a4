"""Several things at the same time: what a target that hangs must not make others wait for."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

Work = tuple[str, Callable[[], Awaitable[object]]]
"""Of which target, and what is to be done there."""


class Together(Protocol):
    """Does several things at once. Contract: returns when all have ended, or after `most_ms`.

    What has not ended by then is cancelled. Works of one target wait for each other where they are
    many; those of another never wait for them. A work that raises does not end the others; the
    first such error is raised once all have ended.
    """

    async def run(self, works: Sequence[Work], most_ms: int) -> None: ...


class InTurn:
    """Does one thing after the other, however long it takes: for a guard with one target."""

    async def run(self, works: Sequence[Work], most_ms: int) -> None:  # noqa: ARG002  the port's shape
        """Do them in their order."""
        for _, work in works:
            await work()
