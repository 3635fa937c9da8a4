"""The hole for known-bad calls, by which attention is measured."""

from typing import Protocol


class Baits(Protocol):
    """Calls that nobody should approve. Contract: seldom one, and only of the same tool."""

    def draw(self, action: str, roll: bytes) -> bytes | None: ...  # arguments, or mostly None
