"""What others were reported for, tried here: prompts in vain, answers used twice, ids from agents."""

import asyncio

import pytest

from guard.errors import ApprovalPending, GuardError, NobodyToAsk, NotAllowed
from guard.model.call import ToolCall, argument_bytes
from tests.adapters.console.desk import Desk
from tests.flow.conftest import POLICY, bundle, bundle_of, flow  # noqa: F401  the fixtures


async def test_no_prompt_when_a_deny_rule_fires(flow):  # noqa: F811
    deny = '@id("NO-9") @reason("late") forbid (principal, action == Guard::Action::"bank/pay", resource) when { context.input has amount_minor && context.input.amount_minor > 300 };'
    flow.bundle = bundle_of(POLICY + deny)
    with pytest.raises(NotAllowed, match="late"):
        await flow.call("pay", amount_minor=500)
    assert flow.approver.seen == []


async def test_no_prompt_where_a_yes_would_not_help(flow):  # noqa: F811
    flow.bundle = bundle_of(
        POLICY.replace('@id("OK-1")', '@id("OK-1")').replace(
            "resource is Guard::Server);",
            'resource is Guard::Server) unless { action == Guard::Action::"bank/pay" };',
            1,
        )
    )
    with pytest.raises(NotAllowed):
        await flow.call("pay", amount_minor=500)
    assert flow.approver.seen == []


async def test_resume_runs_once(flow):  # noqa: F811
    with pytest.raises(ApprovalPending):
        await flow.call("pay", amount_minor=500)
    flow.approver.script = ["approve"]
    await flow.approver.announce(flow.approver.seen[0])
    done = await asyncio.wait_for(
        asyncio.gather(
            *(flow.call("pay", amount_minor=500) for _ in range(10)), return_exceptions=True
        ),
        5,
    )
    assert len(flow.tool.runs) == 1
    assert sum(not isinstance(one, GuardError) for one in done) == 1


@pytest.mark.parametrize(
    "change",
    [{"amount_minor": 501}, {"amount_minor": 500, "recipient": "EVE"}, {"amount_minor": 101}],
)
async def test_override_args_ask_again(flow, change):  # noqa: F811
    with pytest.raises(ApprovalPending):
        await flow.call("pay", amount_minor=500)
    flow.approver.script = ["approve"]
    await flow.approver.announce(flow.approver.seen[0])
    with pytest.raises(ApprovalPending):
        await flow.call("pay", **change)
    assert flow.tool.runs == []
    assert len(flow.approver.seen) == 3  # the new arguments are a new question


async def test_agent_supplied_ids_select_nothing(flow):  # noqa: F811
    with pytest.raises(ApprovalPending):
        await flow.call("pay", amount_minor=500)
    flow.approver.script = ["approve"]
    (asked,) = flow.approver.seen
    await flow.approver.announce(asked)
    for ident in (asked.id, asked.call_id, asked.binding, asked.nonce):
        call = ToolCall(
            id=ident,
            session="gs_1",
            server="bank",
            tool="pay",
            arguments=argument_bytes({"amount_minor": 900}),
        )
        with pytest.raises(GuardError):
            await flow.guard.call(call, flow.tool, hold_ms=0)
    for name in ("approval", "approval_id", "_approval", "guard"):
        with pytest.raises(GuardError):
            await flow.call("pay", **{"amount_minor": 900, name: asked.id})
    assert flow.tool.runs == []


async def test_no_approver_means_no(flow):  # noqa: F811
    flow.but(approvers=())
    with pytest.raises(NobodyToAsk, match="no_approver"):
        await flow.call("pay", amount_minor=500)
    assert flow.tool.runs == []
    assert await flow.world.approvals.listed(open_only=False) == []


def test_click_by_stranger_refused():
    desk = Desk()
    approval = desk.asks()
    stranger, eve = desk.visitor("bob"), desk.enrolled("eve")
    page = stranger.http.get(f"/a/{approval}", follow_redirects=True)
    assert page.status_code >= 400
    assert "250000" not in page.text
    for visitor in (stranger, eve):
        for path, body in (("approve", {}), ("deny", {"reason": "x"}), ("options", {"seen": []})):
            assert visitor.post(f"approvals/{approval}/{path}", body).status_code >= 400
    assert eve.yes(approval).json()["error"] == "not_in_group"
    assert eve.no(approval, "x").json()["error"] == "not_in_group"
    ana = desk.enrolled("ana")
    foreign = ana.post(f"approvals/{approval}/deny", {"reason": "x"}, origin="https://evil.example")
    assert foreign.status_code >= 400
    assert str(desk.row(approval).status) == "pending"
