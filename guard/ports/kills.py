"""What operators have stopped, and which tokens are void: for the guard, and for tool servers."""

from collections.abc import Sequence
from typing import Protocol

from guard.audit.event import Event
from guard.model.kill import Epoch, Kill, Scope


class Kills(Protocol):
    """Stops and epochs. Contract: `standing` answers at once, from memory.

    `stop` holds in this process before anything is written, also where writing then fails
    (`Unavailable`): a stop is not undone by a fault. Other guards on the same rows follow. An epoch
    never moves back. `prune` forgets epochs of moments before `before_ms` (no token lives so long),
    and never the one with the highest number: numbers are not given twice.
    """

    def standing(self) -> Sequence[Kill]: ...
    async def stop(self, kill: Kill, epochs: Sequence[Epoch], events: Sequence[Event]) -> None: ...
    async def lift(self, scope: Scope, name: str, events: Sequence[Event]) -> bool: ...
    async def void(self, epochs: Sequence[Epoch]) -> None: ...
    async def epochs(self, after: int) -> Sequence[Epoch]: ...  # of a later `seq`, in its order
    async def prune(self, before_ms: int) -> int: ...  # how many


class NothingStopped:
    """Nothing is stopped and nothing can be: for a guard without an operator."""

    def standing(self) -> Sequence[Kill]:
        """Return nothing."""
        return ()

    async def stop(self, kill: Kill, epochs: Sequence[Epoch], events: Sequence[Event]) -> None:
        """Refuse: it would not hold."""
        raise NotImplementedError

    async def lift(self, scope: Scope, name: str, events: Sequence[Event]) -> bool:  # noqa: ARG002  the port's shape
        """Lift nothing."""
        return False

    async def void(self, epochs: Sequence[Epoch]) -> None:
        """Remember nothing: who verifies tokens asks no such guard."""

    async def epochs(self, after: int) -> Sequence[Epoch]:  # noqa: ARG002  the port's shape
        """Return nothing."""
        return ()

    async def prune(self, before_ms: int) -> int:  # noqa: ARG002  the port's shape
        """Forget nothing: nothing is remembered."""
        return 0
