"""What a caller is told of an approval that it cannot use, and for how long it may wait for one.

Nothing here decides: the row has ended, or the question is open, and this puts it into words.
"""

from collections.abc import Callable
from typing import Final

from guard.errors import NotApproved
from guard.grant.approval import Approval, ApprovalState
from guard.model.call import Outcome
from guard.model.decision import Decision, Deny

Invite = Callable[[Approval, bool], int]
"""Told once of the question that a call waits for, and whether it joined one that was open
already; returns how long the call is held (milliseconds). It must not raise."""

Hold = int | Invite
"""How long a call waits for people (milliseconds), or what says so once it is known for whom."""

SAID_NO: Final = "a person said no"
"""The reason of a no for which nobody gave one."""

_SAID_AS_IT_IS: Final = frozenset({"tool_changed", "session_ended", "session_suspended"})
"""Codes of a second look that are told as they are; others would say which rule fired."""

_SETTLED: Final = frozenset({Outcome.OK, Outcome.ERROR})


def hold_ms(hold: Hold, approval: Approval, *, joined: bool) -> int:
    """Return how long a call waits for this approval (milliseconds)."""
    return hold if isinstance(hold, int) else hold(approval, joined)


def cooling(left_ms: int, now_ms: int, earlier: Approval | None) -> NotApproved:
    """Return what to say of a call that a person said no to a moment ago: in that question."""
    return NotApproved(
        earlier.id if earlier else "",
        "denied",
        (earlier and _given(earlier)) or f"{SAID_NO} to the same call",
        retry_after_s=left_ms // 1000,
        reason_code="denied_before",
        until_ms=now_ms + left_ms,
    )


def unusable(approval: Approval, left_ms: int, now_ms: int) -> NotApproved:
    """Return what to say of an approval that has ended without a yes for this call.

    `left_ms` is how long the same call is refused without asking.
    """
    ident, code = approval.id, approval.reason_code
    match approval.status:
        case ApprovalState.DENIED:
            return NotApproved(
                ident,
                "denied",
                _given(approval) or SAID_NO,
                retry_after_s=left_ms // 1000,
                reason_code=code,
                until_ms=now_ms + left_ms if left_ms else 0,
            )
        case ApprovalState.EXPIRED if code == "no_answer":
            asked_s = (approval.pending_until_ms - approval.created_ms) // 1000
            why = "nobody decided in time"
            return NotApproved(ident, "no_answer", why, reason_code=code, asked_s=asked_s)
        case ApprovalState.CONSUMED if approval.outcome in _SETTLED:
            return used_up(ident)
        case ApprovalState.CONSUMED:
            return _may_have_run(ident)
        case _:
            return NotApproved(ident, "revoked", code or "it ended", reason_code=code or "ended")


def _given(approval: Approval) -> str:
    """Return the reason that somebody gave for a no, or nothing."""
    return next((v.reason for v in approval.votes if v.decision == "deny" and v.reason), "")


def lost(approval: Approval) -> NotApproved:
    """Return what to say of the same call, which ran and whose answer reached nobody."""
    if approval.outcome not in _SETTLED:
        return _may_have_run(approval.id)
    why = "the same call ran, and its answer was lost"
    end = "ran_ok" if approval.outcome is Outcome.OK else "ran_error"
    return NotApproved(approval.id, "ran", why, reason_code=end, ran_ms=approval.consumed_ms)


def _may_have_run(approval_id: str) -> NotApproved:
    why = "an identical call used it and may have run"
    return NotApproved(approval_id, "unknown", why, reason_code="outcome_unknown")


def used_up(approval_id: str) -> NotApproved:
    """Return what to say where an identical call used the approval."""
    why = "it was used by an identical call, or has ended"
    return NotApproved(approval_id, "revoked", why, reason_code="used")


def moved(answer: Decision, *, same_policy: bool) -> str:
    """Return the stable word for what changed after the yes, from the answer to the second look."""
    if not same_policy:
        return "policy_changed"
    if isinstance(answer, Deny) and answer.code in _SAID_AS_IT_IS:
        return answer.code
    return "changed"
