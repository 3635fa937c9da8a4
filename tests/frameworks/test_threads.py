"""Runs in threads, which cannot be stopped: once given up, nothing more of them gets through."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import fields, replace

import pytest

from guard_adapters.front.intake import Intake
from guard_adapters.front.native import Native
from guard_adapters.front.running import Handed
from guard_adapters.front.threads import OVER, ThreadRun
from tests.frameworks.conftest import Held

pytestmark = pytest.mark.frameworks

WAIT_S = 5


@pytest.fixture
def world(both):
    return both


def call(tool, **arguments):
    return Native(server="bank", tool=tool, arguments=arguments, session="t1")


async def test_a_run_that_is_cancelled_lets_its_tool_end_and_makes_no_further_call(world) -> None:
    run, held, left = ThreadRun(world.guard.intake), Held(), threading.Event()
    answers = []

    def tool(arguments):
        held.wait()
        return world.tool("look")(**arguments)

    def work():
        answers.append(run.around_sync(call("look", key="7"), tool))
        answers.append(run.around_sync(call("look", key="8"), tool))
        left.set()

    running = asyncio.create_task(run.run(work))
    assert await asyncio.to_thread(held.begun.wait, WAIT_S)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    held.let_go.set()
    assert await asyncio.to_thread(left.wait, WAIT_S)
    assert answers[0].result == "look did [('key', '7')]"
    assert (answers[1], world.ran) == (OVER, [("look", {"key": "7"})])
    assert OVER.text.startswith("DENIED")


async def test_a_call_that_waits_for_a_person_waits_no_more_once_its_run_is_given_up(world) -> None:
    run, ran = ThreadRun(replace(world.guard.intake, hold_ms=60_000)), []
    waiting = asyncio.create_task(
        asyncio.to_thread(run.around_sync, call("pay", to="x", amount=500), ran.append)
    )
    async with asyncio.timeout(WAIT_S):
        while not world.asked:
            await asyncio.sleep(0.01)
        run.give_up()
        assert await waiting is OVER
    await world.answer("approve")
    assert (ran, world.ran) == ([], [])
    assert await run.around(call("look", key="7"), None) is OVER


async def test_a_call_of_an_event_loop_waits_no_more_once_its_run_is_given_up(world) -> None:
    run, ran = ThreadRun(replace(world.guard.intake, hold_ms=60_000)), []

    async def tool(arguments):
        ran.append(arguments)

    waiting = asyncio.create_task(run.around(call("pay", to="x", amount=500), tool))
    async with asyncio.timeout(WAIT_S):
        while not world.asked:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(run.give_up)  # from another thread, as the framework's is one
        assert await waiting is OVER
    await world.answer("approve")
    assert (ran, world.ran) == ([], [])


HANDED: list[Handed] = []
THEN: list[Callable[[], object]] = []


class Meanwhile(Intake):
    """Judges calls, and does something at the moment at which one was judged."""

    async def before(self, native):
        handed = await super().before(native)
        HANDED.append(handed)
        THEN.pop()()
        return handed


def meanwhile(world):
    plain = world.guard.intake
    return ThreadRun(Meanwhile(**{one.name: getattr(plain, one.name) for one in fields(plain)}))


@pytest.mark.parametrize("looped", [False, True])
async def test_a_call_that_was_judged_as_its_run_was_given_up_is_not_made(world, looped) -> None:
    run, ran = meanwhile(world), []
    THEN.append(run.give_up)

    async def tool(arguments):
        ran.append(arguments)

    one = call("look", key="7")
    if looped:
        answer = await run.around(one, tool)
    else:
        answer = await asyncio.to_thread(run.around_sync, one, ran.append)
    assert (answer, ran, HANDED.pop().walk.done()) == (OVER, [], True)


async def test_a_call_whose_caller_is_cancelled_as_it_was_judged_ends(world) -> None:
    run = meanwhile(world)
    calling = asyncio.create_task(run.around(call("look", key="7"), None))
    THEN.append(calling.cancel)
    with pytest.raises(asyncio.CancelledError):
        await calling
    assert HANDED.pop().walk.done()


async def test_a_call_of_an_event_loop_runs_and_its_caller_can_be_cancelled(world) -> None:
    run, begun = ThreadRun(world.guard.intake), asyncio.Event()

    async def tool(arguments):
        return arguments

    async def long(_):
        begun.set()
        await asyncio.Event().wait()

    assert (await run.around(call("look", key="7"), tool)).result == {"key": "7"}
    calling = asyncio.create_task(run.around(call("look", key="8"), long))
    async with asyncio.timeout(WAIT_S):
        await begun.wait()
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling


async def test_what_a_run_returns_or_raises_is_its_callers(world) -> None:
    run = ThreadRun(world.guard.intake)
    assert await run.run(lambda: "done") == "done"
    with pytest.raises(ZeroDivisionError):
        await run.run(lambda: 1 / 0)
    found = await asyncio.to_thread(run.around_sync, call("look", key="7"), lambda one: one)
    assert found.result == {"key": "7"}
