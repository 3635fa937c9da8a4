"""Rows of sessions that cannot be read: left out of lists, and never in silence."""

from guard.audit.event import Event
from guard.errors import GuardError
from guard.ports import Lost
from guard.session.stored import UNREADABLE
from guard_adapters._faults import Faults


def left_out(faults: Faults, session_id: str, error: GuardError) -> None:
    """Say that the row of a session is damaged, so that a list goes on without it.

    No call can be made of it; a stop, a signal and a start have to reach the others.

    Raises:
        GuardError: the same, where it is something else than damage.
    """
    if error.code not in UNREADABLE:
        raise error
    faults.met(f"Session {session_id} cannot be read: none of its calls runs", error)


class Unreached:
    """Damaged sessions that no word of others reaches, until that is written down."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._codes: dict[str, str] = {}

    def met(self, session_id: str, error: GuardError) -> None:
        """Take in one more; from any thread.

        Raises:
            GuardError: the same, where it is something else than damage.
        """
        left_out(self._faults, session_id, error)
        self._codes[session_id] = error.code

    def taken(self, lost: Lost) -> list[Event]:
        """Return what is to be written of them, each once."""
        events: list[Event] = []
        while self._codes:
            events += lost(*self._codes.popitem())
        return events
