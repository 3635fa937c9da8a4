"""The database's clock, followed: asked every few seconds, counted on by the boot clock between.

Guards on one database must mean the same moment, so the wall clock of their machines is not asked.
"""

from guard_adapters.store.clock import ThisMachine


class DatabaseClock:
    """Unix milliseconds of the database; in one guard they never run backwards."""

    def __init__(self) -> None:
        self._machine = ThisMachine()
        self._offset_ms = -self._machine.boot_ms()
        self._high_ms = 0

    def boot_ms(self) -> int:
        """Return when a question is asked, for `hear`."""
        return self._machine.boot_ms()

    def hear(self, database_ms: int, asked_ms: int) -> None:
        """Take over what the database answered to a question that was asked then."""
        answered_ms = self._machine.boot_ms()
        self._offset_ms = database_ms - (asked_ms + answered_ms) // 2

    def now_ms(self) -> int:
        """Return Unix time in whole milliseconds."""
        self._high_ms = max(self._high_ms, self._offset_ms + self._machine.boot_ms())
        return self._high_ms
