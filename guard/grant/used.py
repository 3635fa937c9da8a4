"""Which calls used a yes, and of which of them nobody was told how they ended.

It reads rows and changes none.
"""

from collections.abc import Iterable, Mapping

from guard.grant.approval import Approval, ApprovalState
from guard.model.call import Outcome


def answer_lost(row: Approval, now_ms: int, within_ms: int) -> bool:
    """Return whether a call used this approval of late, and nobody was told how it ended.

    One that still runs is among them, however long it takes.

    Args:
        row: an approval in any state.
        now_ms: Unix milliseconds.
        within_ms: for how long after its use (milliseconds).
    """
    late = row.outcome is not Outcome.RUNNING and now_ms >= row.consumed_ms + within_ms
    return row.status is ApprovalState.CONSUMED and not row.told_ms and not late


def never_used(admitted: Mapping[str, int], rows: Iterable[Approval]) -> frozenset[str]:
    """Return the calls that were in flight, asked people, and used no yes: they did not run.

    A call that joined the question of another is not among them, nor is one whose question is of
    an earlier turn under the same id: both may have run.

    Args:
        admitted: when each call in flight was admitted (Unix milliseconds).
        rows: the approvals of their session, in any state.
    """
    own = [
        row
        for row in rows
        if not row.canary and row.created_ms >= admitted.get(row.call_id, row.created_ms + 1)
    ]
    used = {row.call_id for row in own if row.status is ApprovalState.CONSUMED}
    return frozenset(row.call_id for row in own) - used
