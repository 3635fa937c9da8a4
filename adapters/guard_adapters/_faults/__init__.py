"""What goes wrong behind the scenes, said to whoever operates the guard: once, not every round.

Work that nobody waits for has nobody to raise at. What stands is kept for whoever asks later; what
a library wrote of it is not, for it may hold a secret. It mends nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from guard.errors import GuardError

MOST: Final = 500
"""Faults that are remembered; the oldest are forgotten, and said again when they come again."""


@dataclass(slots=True, kw_only=True)
class Faults:
    """Remembers what was said. `tell` is given one sentence for each new fault. From any thread."""

    tell: Callable[[str], None] = lambda _: None
    _said: dict[str, str] = field(default_factory=dict[str, str])
    _turn: Lock = field(default_factory=Lock, repr=False)

    def met(self, what: str, error: Exception) -> None:
        """Say that something failed, by its code."""
        self.note(what, error.code if isinstance(error, GuardError) else type(error).__name__)

    def note(self, what: str, fault: str) -> None:
        """Say that something is as it should not be; `fault` is a stable code or a few words."""
        with self._turn:
            new = self._said.get(what) != fault
            self._said[what] = fault
            if len(self._said) > MOST:
                del self._said[next(iter(self._said))]
        if new:
            self.tell(f"{what} ({fault}).")

    def over(self, what: str) -> None:
        """Note that it works again: its next fault is a new one."""
        with self._turn:
            self._said.pop(what, None)

    @contextmanager
    def around(self, what: str) -> Iterator[None]:
        """Let a step fail: it is said, and does not go further."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  whatever failed: what comes next is not given up
            self.met(what, error)
        else:
            self.over(what)

    def standing(self) -> Sequence[tuple[str, str]]:
        """Return what does not work now, oldest first, each with its fault."""
        with self._turn:
            return [*self._said.items()]
