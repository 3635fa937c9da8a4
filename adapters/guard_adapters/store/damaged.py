"""Rows of sessions that cannot be read: left out of lists, and never in silence."""

from guard.errors import GuardError
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
