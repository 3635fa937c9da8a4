"""The upstream can tell one run from another by a key that nobody but the guard has a part in."""

from copy import deepcopy
from dataclasses import replace

import pytest

from guard.model.call import Outcome
from guard.model.idempotency import Idempotency, IdempotencyKey, idempotency_key
from guard.testing import RecordingTool

PLACE = Idempotency(header="Idempotency-Key")


@pytest.fixture
def bundle(make_bundle, policy, catalogue):
    named = deepcopy(catalogue)
    bank = named["servers"]["bank"]
    bank["url"] = "http://127.0.0.1:1/mcp"
    trusted = {"output": {"trust": "trusted"}}  # receipts: else the first one taints the session
    bank["tools"]["pay"] |= {"idempotency": {"header": PLACE.header}, **trusted}
    bank["tools"]["note"] |= {"idempotency": "meta", **trusted}
    return make_bundle(policy, named)


@pytest.fixture(params=["flow", "durable"])
def world(request):
    return request.getfixturevalue(request.param)


async def paid(flow, tool=None, **more):
    flow.approver.script = ["approve"]
    await flow.call("pay", by=tool, amount_minor=500, recipient="DE1", **more)


def ran(flow):
    return [call.idempotency for call, _ in flow.tool.runs]


async def test_an_approved_run_is_named_after_the_use_of_its_approval(world):
    await paid(world)
    await paid(world)
    rows = await world.world.approvals.listed(open_only=False)
    used = {row.consume_id for row in rows}
    assert len(used) == 2
    assert set(ran(world)) == {idempotency_key(PLACE, call_id="", consume_id=one) for one in used}


async def test_a_run_whose_end_is_unknown_can_be_named_again_from_its_row(flow):
    tool = RecordingTool(raises=ConnectionResetError())
    with pytest.raises(ConnectionResetError):
        await paid(flow, tool)
    (row,) = await flow.world.approvals.listed(open_only=False)
    ((call, _),) = tool.runs
    assert row.outcome == Outcome.UNKNOWN
    again = idempotency_key(PLACE, call_id="another", consume_id=row.consume_id)
    assert call.idempotency == again


async def test_the_bytes_that_people_approved_are_the_bytes_that_run(flow):
    await paid(flow)
    ((call, _),) = flow.tool.runs
    assert call.idempotency is not None
    assert call.arguments == flow.approver.seen[0].call_bytes


async def test_every_use_of_a_standing_yes_is_another_run(flow):
    await paid(flow)
    (asked,) = flow.approver.seen
    await flow.standing(asked, {}, uses=2)
    for _ in range(2):
        await flow.call("pay", amount_minor=500, recipient="DE1")
    assert len(flow.approver.seen) == 1
    assert len(set(ran(flow))) == 3


async def test_a_run_that_nobody_was_asked_about_is_named_after_its_call(flow):
    await flow.call("note", text="same")
    await flow.call("note", text="same")
    calls = [call for call, _ in flow.tool.runs]
    assert [call.idempotency for call in calls] == [
        idempotency_key(Idempotency(), call_id=call.id, consume_id="") for call in calls
    ]
    assert calls[0].idempotency != calls[1].idempotency


async def test_a_tool_whose_entry_names_no_key_gets_none(flow):
    await flow.call("read", id="1")
    assert ran(flow) == [None]


@pytest.mark.parametrize(("tool", "arguments"), [("read", {"id": "1"}), ("note", {"text": "x"})])
async def test_a_key_that_came_with_the_call_is_not_the_one_that_leaves(flow, tool, arguments):
    chosen = IdempotencyKey(value="chosen", header="x-chosen")
    call = replace(flow.request(tool, **arguments), idempotency=chosen)
    await flow.guard.call(call, flow.tool, hold_ms=0)
    (sent,) = ran(flow)
    assert sent != chosen
    assert "chosen" not in str(sent)


def test_a_call_and_a_use_of_the_same_id_have_different_keys():
    call = idempotency_key(Idempotency(), call_id="x", consume_id="")
    use = idempotency_key(Idempotency(), call_id="x", consume_id="x")
    assert call.value != use.value
    assert len(call.value) == len(use.value) == 64
