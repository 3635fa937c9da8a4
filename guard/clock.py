"""What time is, for the guard: whole milliseconds that never run backwards in a process.

Reading a real clock is an adapter's job; nothing below the pipeline asks for "now".
"""

from typing import Protocol


class Clock(Protocol):
    """Tells the time. Contract: never goes backwards within one process."""

    def now_ms(self) -> int:
        """Return Unix time in whole milliseconds."""
        ...
