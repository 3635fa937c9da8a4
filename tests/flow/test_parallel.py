"""Calls that race: no cap is overrun, no step is lost, no first call sets another one back."""

import asyncio
import random

import pytest

from guard.errors import NotAllowed
from guard.model.identity import Agent, Principal, Who
from guard.session.state import new_session


class Shuffled:
    """A sink that lets other calls go first, in an order of its own."""

    def __init__(self, sink, seed):
        self.sink, self.dice = sink, random.Random(seed)

    async def write(self, events):
        for _ in range(self.dice.randrange(20)):
            await asyncio.sleep(0)
        await self.sink.write(events)


@pytest.mark.parametrize("seed", range(3))
async def test_sixty_four_parallel_calls_against_a_budget_of_ten_admit_ten(durable, gather, seed):
    durable.settings = durable.settings.model_copy(update={"in_flight": 64})
    durable.but(sink=Shuffled(durable.world.sink, seed))
    ends = await gather(*(durable.call("ten", n=n) for n in range(64)))
    refused = [end for end in ends if isinstance(end, BaseException)]
    assert {type(one) for one in refused} == {NotAllowed}
    assert len(durable.tool.runs) == 10
    assert len(refused) == 54


async def test_a_hundred_parallel_calls_lose_no_step(durable, gather):
    durable.settings = durable.settings.model_copy(update={"in_flight": 200})
    await gather(*(durable.call("read", id=str(n)) for n in range(100)))
    state = await durable.state()
    assert state.step == 100
    assert await durable.in_flight() == []
    assert len(durable.tool.runs) == 100


async def test_two_first_calls_of_one_session_do_not_set_each_other_back(durable, gather):
    who = Who(principal=Principal(issuer="idp", subject="bo"), agent=Agent(id="a"))

    async def first(n):
        await durable.world.sessions.open(new_session("gs_new", who, now_ms=n))
        return await durable.call("read", session="gs_new", id=str(n))

    ends = await gather(*(first(n) for n in range(20)))
    assert [end for end in ends if isinstance(end, BaseException)] == []
    assert (await durable.world.sessions.get("gs_new")).step == 20
    await durable.call("read", id="the store still takes records")


async def test_fifty_identical_calls_on_one_approval_run_once(durable, gather):
    durable.settings = durable.settings.model_copy(update={"in_flight": 64})
    durable.approver.script = ["approve"]
    ends = await gather(*(durable.call("pay", amount_minor=500) for _ in range(50)))
    assert len(durable.tool.runs) == len(durable.approver.seen) == 1
    codes = {end.code for end in ends if isinstance(end, BaseException)}
    assert codes == {"approval_revoked"}
    (row,) = await durable.approvals.listed(open_only=False)
    assert (row.status, row.outcome) == ("consumed", "ok")
