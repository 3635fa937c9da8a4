"""The hole for messages that must leave: written with what they tell of, sent afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from guard.grant.approval import NewApproval
from guard.grant.plan import NewPlan

About = NewApproval | NewPlan
"""What channels are told of: a question about one call, or about several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One message to one channel about one question. Times in Unix milliseconds.

    `approval` is the question's id: of an approval, or of a plan.
    """

    id: str  # stable: a receiver that has seen it ignores it
    channel: str
    approval: str
    until_ms: int  # nothing is sent from here on
    next_ms: int  # nothing is tried before
    tries: int = 0


def note_of(row: About, channel: str) -> Note:
    """Return the message about a new question to one channel."""
    named = sha256(f"guard/note/v1\0{row.id}\0{channel}".encode()).hexdigest()
    return Note(
        id=f"ntf_{named[:36]}",
        channel=channel,
        approval=row.id,
        until_ms=row.pending_until_ms,
        next_ms=row.created_ms,
    )


class Outbox(Protocol):
    """Messages that wait. Contract: a note is there if and only if its question is.

    `Approvals.open` and `Grants.propose` write one for each channel in the transaction that opens
    the question; of a plan only where it `tells`. What is
    taken is nobody else's for the lease; a sender that dies loses no note.
    """

    async def take(self, now_ms: int, lease_ms: int) -> Sequence[Note]: ...  # due, oldest first
    async def done(self, note_id: str, how: str) -> None: ...  # sent, ended, refused, late
    async def later(self, note_id: str, next_ms: int) -> None: ...  # one try more was made
    async def reopened(self) -> None: ...  # a starting guard: no earlier sender lives
