"""An agent that asks until somebody gives in: over new sessions, with small changes, after a no."""

from hashlib import sha256

import pytest

from guard.errors import ApprovalPending, NotApproved, Refused
from tests.flow.conftest import bundle, flow  # noqa: F401  the fixtures


async def bomb(flow, sessions, each, start=200):  # noqa: F811
    """Ask for ever new calls from ever new sessions; return how often people were told."""
    for session in range(sessions):
        await flow.open(f"gs_bomb{session}")
        for number in range(each):
            with pytest.raises((ApprovalPending, NotApproved, Refused)):
                await flow.call(
                    "pay", session=f"gs_bomb{session}", amount_minor=start + session * 100 + number
                )
    return len(flow.approver.seen)


async def test_new_sessions_bring_no_new_questions(flow):  # noqa: F811
    assert await bomb(flow, sessions=10, each=5) == 5
    assert flow.tool.runs == []


async def test_after_three_denials_no_session_asks_any_more(flow):  # noqa: F811
    flow.approver.script = ["deny"] * 50
    assert await bomb(flow, sessions=10, each=5) == 3
    assert flow.tool.runs == []


async def test_a_denied_call_is_not_asked_again_from_anywhere(flow):  # noqa: F811
    flow.approver.script = ["deny", "approve"]
    with pytest.raises(NotApproved):
        await flow.call("pay", amount_minor=500, recipient="EVE")
    for number in range(5):
        await flow.open(f"gs_again{number}")
        with pytest.raises(NotApproved, match="denied"):
            await flow.call("pay", session=f"gs_again{number}", recipient="EVE", amount_minor=500)
    assert len(flow.approver.seen) == 1
    flow.clock.advance(600_001)
    await flow.call("pay", amount_minor=500, recipient="EVE")
    assert len(flow.approver.seen) == 2


async def test_what_is_kept_of_a_no_does_not_tell_what_was_asked(flow):  # noqa: F811
    flow.approver.script = ["deny"]
    with pytest.raises(NotApproved):
        await flow.call("pay", amount_minor=500)
    (asked,) = flow.approver.seen
    guesses = {
        sha256(f"{a}\0{b}".encode()).hexdigest()
        for a in ("bank/pay", "pay")
        for b in (asked.call_bytes, asked.binding)
    }
    assert asked.cooldown_key not in guesses
    assert len(asked.cooldown_key) == 64
