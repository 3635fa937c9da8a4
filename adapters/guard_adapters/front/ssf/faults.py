"""What goes wrong behind the scenes, said to whoever operates the guard: once, not every round."""

from collections.abc import Callable
from dataclasses import dataclass, field

from guard.errors import GuardError


@dataclass(slots=True, kw_only=True)
class Faults:
    """Remembers what was said. `tell` is given one sentence for each new fault."""

    tell: Callable[[str], None] = lambda _: None
    _said: dict[str, str] = field(default_factory=dict[str, str])

    def met(self, what: str, error: Exception) -> None:
        """Say that something failed, by a code; what a library wrote may hold a secret."""
        fault = error.code if isinstance(error, GuardError) else type(error).__name__
        if self._said.get(what) != fault:
            self._said[what] = fault
            self.tell(f"{what} ({fault}).")

    def over(self, what: str) -> None:
        """Note that it works again: its next fault is a new one."""
        self._said.pop(what, None)
