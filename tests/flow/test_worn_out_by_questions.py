"""An agent that asks and asks: people who are worn out say yes, so it may not ask without end."""

from __future__ import annotations

import pytest

from guard.errors import ApprovalPending, Refused


async def test_the_sixth_open_question_is_refused_and_nobody_is_told_of_it(flow) -> None:
    for amount in range(200, 205):
        with pytest.raises(ApprovalPending):
            await flow.call("pay", amount_minor=amount)
    with pytest.raises(Refused) as no:
        await flow.call("pay", amount_minor=300)
    assert no.value.code == "too_many_open_questions"
    assert len(flow.approver.seen) == 5
    assert flow.tool.runs == []


async def test_a_new_session_does_not_start_the_count_again(flow) -> None:
    for amount in range(200, 205):
        with pytest.raises(ApprovalPending):
            await flow.call("pay", amount_minor=amount)
    await flow.open("gs_2")
    with pytest.raises(Refused, match="too_many_open_questions"):
        await flow.call("pay", amount_minor=300, session="gs_2")


async def test_a_call_that_waits_already_may_still_join_its_question(flow) -> None:
    for amount in range(200, 205):
        with pytest.raises(ApprovalPending):
            await flow.call("pay", amount_minor=amount)
    with pytest.raises(ApprovalPending):
        await flow.call("pay", amount_minor=200)
