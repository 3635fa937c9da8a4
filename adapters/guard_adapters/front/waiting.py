"""Things that wait to be fetched, each for a while only: under one key, the first one first.

What nobody fetches in time is given up. It runs nothing.
"""

import asyncio
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
One = TypeVar("One")


class WaitingList(Generic[Key, One]):
    """Keeps things by key.

    Args:
        for_s: how long a thing waits (seconds).
        given_up: told of each thing whose time is over.
    """

    def __init__(self, for_s: float, given_up: Callable[[One], object]) -> None:
        self._for_s, self._given_up = for_s, given_up
        self._kept: dict[Key, list[One]] = {}

    def __iter__(self) -> Iterator[One]:
        """Return what waits now; it may be fetched meanwhile."""
        return iter([one for waiting in self._kept.values() for one in waiting])

    def keep(self, key: Key, one: One) -> None:
        """Let it wait."""
        self._kept.setdefault(key, []).append(one)
        asyncio.get_running_loop().call_later(self._for_s, self._late, key, one)

    def take(self, key: Key) -> One | None:
        """Return the first that waits under a key, or None."""
        waiting = self._kept.get(key, [])
        found = waiting.pop(0) if waiting else None
        if not waiting:
            self._kept.pop(key, None)
        return found

    def clear(self) -> None:
        """Forget everything, and tell nobody."""
        self._kept.clear()

    def _late(self, key: Key, late: One) -> None:
        waiting = self._kept.get(key, [])
        left = [one for one in waiting if one is not late]
        if len(left) == len(waiting):
            return  # fetched in time
        if left:
            self._kept[key] = left
        else:
            del self._kept[key]
        self._given_up(late)
