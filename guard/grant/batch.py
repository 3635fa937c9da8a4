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
from guard.model.decision import Requirement

BATCH_LABEL: Final = b"guard/batch/v1\0"
MAX_BATCH: Final = 20
MAX_SHOWN: Final = 36 * 1024
"""Bytes of views on one page: more than that nobody reads in one go."""


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


def alike(
    row: Approval, others: Sequence[Approval], reviewer: str, now_ms: int
) -> tuple[Approval, ...]:
    """Return the questions that this person may answer together with `row`, itself first.

    It holds as many as one page shows whole, in the order given; questions that the person has
    answered already are not among them.

    Args:
        row: a question, as stored.
        others: what else waits.
        reviewer: the principal who would answer.
        now_ms: the moment (Unix milliseconds).
    """
    found: list[Approval] = []
    room, action = MAX_SHOWN, action_of(row)
    for one in {each.id: each.at(now_ms) for each in (row, *others)}.values():
        if len(found) == MAX_BATCH:
            break
        known = any(vote.voter.principal == reviewer for vote in one.votes)
        fits = len(one.view_json) <= room or not found
        same = kind_of(one) == kind_of(row) and action_of(one) == action
        if fits and same and not known and not batch_fault([one]):
            found.append(one)
            room -= len(one.view_json)
    return tuple(found)


def kind_of(row: Approval) -> tuple[str, tuple[Requirement, ...]]:
    """Return what questions that are answered together have in common: their tool, their rules."""
    return row.action, row.requirements


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
