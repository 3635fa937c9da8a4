"""Several things at once: a target that hangs holds up no other, and nobody waits for it for long."""

import asyncio

import pytest

from guard.errors import Unavailable
from guard.grant.lease import Fate, LeaseState
from guard.lease import revoking
from guard.session.risk import signal
from guard_adapters.wiring.process.together import AT_ONCE, AtOnce
from tests.flow.test_leases import states, use


@pytest.fixture
def hanging():
    return asyncio.Event()


async def test_works_of_other_targets_end_while_one_hangs_and_that_is_given_up(hanging):
    done = []

    async def quick(name):
        done.append(name)

    works = [("a", hanging.wait)] * (AT_ONCE + 5) + [("b", lambda: quick("b"))]
    async with asyncio.timeout(5):
        await AtOnce().run(works, 20)
    assert done == ["b"]
    assert len(asyncio.all_tasks()) == 1  # nothing goes on unseen


async def test_a_work_that_raises_ends_no_other_and_is_heard_of():
    done = []

    async def breaks():
        raise Unavailable("away", code="issuer_unavailable")

    async def later():
        await asyncio.sleep(0)
        done.append(1)

    with pytest.raises(Unavailable):
        await AtOnce().run([("a", breaks), ("b", later)], 5_000)
    assert done == [1]
    await AtOnce().run([], 0)


async def test_who_waits_and_is_cancelled_takes_the_works_along(hanging):
    task = asyncio.create_task(AtOnce().run([("a", hanging.wait)], 60_000))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(asyncio.all_tasks()) == 1


class Held:
    """A tool that works until it is let go."""

    def __init__(self, flow, calls):
        self.flow, self.calls, self.count = flow, calls, 0
        self.all, self.go = asyncio.Event(), asyncio.Event()

    async def run(self, call, credential):
        self.count += 1
        if self.count == self.calls:
            self.all.set()
        await self.go.wait()
        return await self.flow.tool.run(call, credential)


async def test_a_signal_takes_back_all_leases_at_once_and_does_not_wait_for_a_dead_target(
    flow, make_issuer, monkeypatch
):
    monkeypatch.setattr(revoking, "RECALL_MS", 100)
    issuer, waiting = use(flow, make_issuer), []
    flow.but(together=AtOnce())

    async def revoke(lease, why):
        waiting.append(lease.id)
        if lease.id == waiting[0]:
            await asyncio.Event().wait()  # this one never answers
        return Fate.GONE

    issuer.revoke = revoke
    tool = Held(flow, 3)
    calls = [asyncio.create_task(flow.call("read", id=str(n), by=tool)) for n in range(3)]
    async with asyncio.timeout(5):
        await tool.all.wait()
        told = signal("token_reuse", subject="gs_1", at_ms=flow.clock.ms, source="t")
        await flow.reauthorizing.signal("gs_1", told)
    assert len(waiting) == 3
    assert sorted(states(flow)) == [
        LeaseState.REVOKE_PENDING, LeaseState.REVOKED, LeaseState.REVOKED,
    ]  # fmt: skip
    for one in calls:
        one.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
