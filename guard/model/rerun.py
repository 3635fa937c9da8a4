"""A call that a framework may make a second time under one id, when it resumes a paused run.

It runs once. What it returned is kept, so that the second time is answered and not run.
"""

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Literal

from guard.model.call import Outcome

MAX_KEPT = 256 * 2**10
"""Largest result that is kept (bytes); of a larger one only the outcome is known later."""

Again = Literal["mine", "running", "unknown", "reused", "answered", "withheld"]
"""What a second attempt under a key means: see `Rerun.met_by`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """One row: a call under its framework's own id. Times in Unix milliseconds.

    A row that still says `running` after `due_ms` belongs to a process that is gone: its tool may
    have acted, so nobody runs it again.
    """

    key: str
    session: str
    call: str  # the id of the call that took the key
    arguments_sha256: str
    due_ms: int
    until_ms: int
    outcome: Outcome = Outcome.RUNNING
    kept: bytes | None = field(default=None, repr=False)

    def ended(self, outcome: Outcome, kept: bytes | None) -> "Rerun":
        """Return the row after its call; a result that is too large is not kept."""
        small = kept if kept is not None and len(kept) <= MAX_KEPT else None
        return replace(self, outcome=outcome, kept=small)

    def met_by(self, again: "Rerun", now_ms: int) -> Again:
        """Return what this row means for another attempt under the same key."""
        if now_ms >= self.until_ms:
            return "mine"
        if self.outcome is Outcome.RUNNING and now_ms < self.due_ms:
            return "running"
        if self.outcome in {Outcome.RUNNING, Outcome.UNKNOWN}:
            return "unknown"
        if self.arguments_sha256 != again.arguments_sha256:
            return "reused"
        return "withheld" if self.kept is None else "answered"


def rerun_key(*parts: str) -> str:
    """Return the key of a call (lower-case hex): its parts, told apart by their length."""
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return sha256(b"guard/rerun/v1\0" + text.encode()).hexdigest()
