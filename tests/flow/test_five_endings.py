"""However a call ends, its outcome is in the file: return, raise, scope, cancel, double cancel."""

import asyncio
import json

import anyio
import pytest

from guard.model.call import Outcome
from guard.testing import RecordingTool

TIMES = 8


class Slow:
    """Runs until it is cancelled; `started` says when."""

    def __init__(self):
        self.started = asyncio.Event()

    async def run(self, call, credential):
        self.started.set()
        await asyncio.Event().wait()


async def returned(flow):
    await flow.call("pay", amount_minor=5)


async def raised(flow):
    with pytest.raises(RuntimeError, match="broken"):
        await flow.call("pay", amount_minor=5, by=RecordingTool(raises=RuntimeError("broken")))


async def failed(flow):
    await flow.call("pay", amount_minor=5, by=RecordingTool(outcome=Outcome.ERROR))


async def scoped(flow):
    tool = Slow()
    async with anyio.create_task_group() as group:
        group.start_soon(lambda: flow.call("pay", amount_minor=5, by=tool))
        await tool.started.wait()
        group.cancel_scope.cancel()


async def cancelled(flow, times=1):
    tool = Slow()
    task = asyncio.create_task(flow.call("pay", amount_minor=5, by=tool))
    await tool.started.wait()
    for _ in range(times):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task


async def cancelled_twice(flow):
    await cancelled(flow, times=2)


@pytest.mark.parametrize(
    ("ending", "outcome"),
    [
        (returned, "ok"),
        (raised, "unknown"),
        (failed, "error"),
        (scoped, "unknown"),
        (cancelled, "unknown"),
        (cancelled_twice, "unknown"),
    ],
    ids=lambda one: getattr(one, "__name__", one),
)
async def test_no_ending_loses_the_outcome(durable, ending, outcome):
    for _ in range(TIMES):
        async with asyncio.timeout(5):
            await ending(durable)
    assert await written(durable, "outcome") == [outcome] * TIMES
    assert await durable.in_flight() == []
    assert await durable.world.leases.unsettled() == []


async def test_a_call_cancelled_while_people_are_asked_did_not_run_and_says_so(durable):
    opened = asyncio.Event()

    class Told:
        async def announce(self, approval):
            opened.set()

    durable.but(approvers=(Told(),))
    task = asyncio.create_task(durable.call("pay", amount_minor=500))
    async with asyncio.timeout(5):
        await opened.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await written(durable, "outcome") == ["refused"]
    assert await durable.in_flight() == []
    assert durable.tool.runs == []


async def test_a_call_cancelled_while_it_uses_a_yes_leaves_no_approval_without_an_outcome(durable):
    durable.approver.script = ["approve"]
    consume = durable.world.approvals.consume
    task = None

    async def cancelled_in_it(approval_id, attempt, events):
        task.cancel()
        return await consume(approval_id, attempt, events)

    durable.world.approvals.consume = cancelled_in_it
    task = asyncio.create_task(durable.call("pay", amount_minor=500))
    async with asyncio.timeout(5):
        with pytest.raises(asyncio.CancelledError):
            await task
    (row,) = await durable.approvals.listed(open_only=False)
    assert (row.status, row.outcome) == ("consumed", Outcome.ERROR)
    assert durable.tool.runs == []


async def written(flow, kind):
    rows = await flow.store.log.page(0)
    leaves = [json.loads(leaf) for _, leaf in rows.leaves]
    return [leaf["outcome"] for leaf in leaves if leaf["kind"] == kind]
