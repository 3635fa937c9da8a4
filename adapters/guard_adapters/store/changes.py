"""What must hold at once in this process: stops, and hints of what other guards changed.

A hint may come late or not at all; whoever hears one looks at the rows.
"""

from collections.abc import Callable, Iterable
from threading import Lock
from typing import Literal

from guard.model.kill import Kill, Scope

What = Literal["kills", "session"]
Hear = Callable[[What, str], None]
Key = tuple[Scope, str]
LOOKS = 2
"""Looks at the rows that a stop of this process outlasts, beside the one that sees it."""


class Stops:
    """What is stopped, in memory: read by every call, from any thread.

    A stop of this process holds until the rows were seen with it: a look that began before it was
    written must not lift it, and a fault in writing it does not either.
    """

    def __init__(self, kills: Iterable[Kill]) -> None:
        self._turn = Lock()
        self._held: dict[Key, Kill] = {(one.scope, one.name): one for one in kills}
        self._mine: dict[Key, int | None] = {}  # looks that it outlasts; None: all of them
        self.standing: tuple[Kill, ...] = tuple(self._held.values())

    def add(self, kill: Kill) -> None:
        """Stop something that is not written down yet."""
        with self._turn:
            self._mine[kill.scope, kill.name] = None
            self._held[kill.scope, kill.name] = kill
            self.standing = tuple(self._held.values())

    def written(self, kill: Kill) -> None:
        """Note that the rows have it."""
        with self._turn:
            self._mine[kill.scope, kill.name] = LOOKS

    def drop(self, scope: Scope, name: str) -> None:
        """Let it go on."""
        with self._turn:
            self._mine.pop((scope, name), None)
            self._held.pop((scope, name), None)
            self.standing = tuple(self._held.values())

    def become(self, kills: Iterable[Kill]) -> bool:
        """Take over what the rows say; return whether that is something else."""
        with self._turn:
            before = self._held
            rows: dict[Key, Kill] = {(one.scope, one.name): one for one in kills}
            for key, looks in list(self._mine.items()):
                if key in rows or looks == 0:
                    del self._mine[key]
                    continue
                rows[key] = before[key]
                self._mine[key] = None if looks is None else looks - 1
            self._held, self.standing = rows, tuple(rows.values())
        return before != rows


class Changes:
    """Hints for this process. Without a listener they are lost, and that is fine."""

    def __init__(self) -> None:
        self._hear: Hear | None = None

    def listen(self, hear: Hear | None) -> None:
        """Say who is told, from any thread; None: nobody."""
        self._hear = hear

    def tell(self, what: What, name: str) -> None:
        """Tell whoever listens; a session without a name: that a hint of any may be lost."""
        if self._hear is not None:
            self._hear(what, name)
