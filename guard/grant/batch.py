"""Several questions answered with one signature: the same tool, the same rules, each ticked.

Rule 1: a batch is only a list of the challenges of its questions, so that no question can be
slipped in, left out or changed after the signature. Rule 2: what one question would not allow, the
batch does not allow either; each vote is counted on its own.
"""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

from guard.grant.approval import Approval, ApprovalState
from guard.grant.signing import canonical
from guard.model.call import Json

BATCH_LABEL: Final = b"guard/batch/v1\0"
MAX_BATCH: Final = 20


def action_of(row: Approval) -> str:
    """Return `<server>/<tool>` of a question, as it is bound."""
    bound: dict[str, Any] = json.loads(row.envelope)
    return f"{bound['server']}/{bound['tool']}"


def batch_fault(rows: Sequence[Approval]) -> str:
    """Return why these questions may not be answered together, or nothing.

    Args:
        rows: the ticked questions, as they stand now.
    """
    if not 1 <= len(rows) <= MAX_BATCH or len({row.id for row in rows}) < len(rows):
        return "batch_size"
    if any(row.status is not ApprovalState.PENDING for row in rows):
        return "batch_ended"
    if len({action_of(row) for row in rows}) > 1:
        return "batch_mixed_tools"
    if len({row.requirements for row in rows}) > 1:
        return "batch_mixed_rules"
    if any(asked.match for row in rows for asked in row.requirements):
        return "batch_must_be_typed"
    return ""


def batch_signed(challenges: Sequence[bytes]) -> bytes:
    """Return the bytes whose digest is signed for these questions, in this order.

    Args:
        challenges: what a signature of each question alone would be over (32 bytes each).
    """
    listed: list[Json] = [one.hex() for one in challenges]
    return BATCH_LABEL + canonical({"challenges": listed})


def batch_challenge(challenges: Sequence[bytes]) -> bytes:
    """Return the 32 bytes that one signature over these questions is for."""
    return sha256(batch_signed(challenges)).digest()
