"""A session is taken away after the last look at the call and before its yes is used: nothing runs."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from guard.errors import NotApproved, SessionMoved
from guard.grant.approval import ApprovalState
from guard.session.state import ended, suspended, told
from tests.flow.conftest import bundle, catalogue, flow, make_bundle, policy  # noqa: F401  fixtures


@dataclass
class Between:
    """Approvals before whose use something happens to the session, as often as it says."""

    inner: Any
    happens: Any
    times: int = 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    async def consume(self, approval_id: str, attempt: Any, events: Any) -> Any:
        if self.times:
            self.times -= 1
            await self.happens()
        return await self.inner.consume(approval_id, attempt, events)


def meanwhile(flow, change, times=1):  # noqa: F811
    async def happens():
        await flow.world.sessions.update("gs_1", change)

    between = Between(flow.world.approvals, happens, times)
    flow.world = replace(flow.world, approvals=between)


async def the_row(flow):  # noqa: F811
    (row,) = await flow.world.approvals.listed(open_only=False)
    return row


@pytest.mark.parametrize(
    "change", [lambda one: ended(one, 1), lambda one: suspended(one, 1)], ids=["ended", "suspended"]
)
async def test_a_session_that_is_closed_in_between_uses_nothing_and_runs_nothing(flow, change):  # noqa: F811
    flow.approver.script = ["approve"]
    meanwhile(flow, change)

    with pytest.raises(NotApproved, match="revoked") as no:
        await flow.call("pay", amount_minor=500)

    assert no.value.reason_code in {"session_ended", "session_suspended"}
    assert flow.tool.runs == []
    row = await the_row(flow)
    assert (row.status, row.consume_id) == (ApprovalState.REVOKED, "")


async def test_text_that_came_in_between_is_judged_before_the_yes_is_used(flow):  # noqa: F811
    flow.approver.script = ["approve"]
    meanwhile(flow, lambda one: replace(one, labels=one.labels | {"untrusted"}))

    await flow.call("pay", amount_minor=500)  # no rule of this world minds: it was looked at again

    decisions = [one for one in flow.store.events if one.kind == "decision"]
    assert "untrusted" in str(decisions[-1].side["facts"])
    assert len(flow.tool.runs) == 1


async def test_a_session_that_never_rests_ends_the_attempt_and_keeps_the_yes(flow):  # noqa: F811
    flow.approver.script = ["approve"]
    meanwhile(flow, lambda one: told(one, "more"), times=100)

    with pytest.raises(SessionMoved):
        await flow.call("pay", amount_minor=500)

    assert flow.tool.runs == []
    assert (await the_row(flow)).status is ApprovalState.APPROVED
    flow.world.approvals.times = 0
    await flow.call("pay", amount_minor=500)  # the same call uses the same yes
    assert len(flow.tool.runs) == 1
