"""What one person, agent or task may do, however many sessions and guards it is spread over."""

import asyncio
import copy
import json
import random
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guard.errors import NotAllowed
from guard.model.identity import Agent, Principal, Who
from guard.replay.judge import Options
from guard.replay.line import replay_lines
from guard.replay.logged import Again, decided_again
from guard.session.intent import parse_intent
from guard.session.state import new_session
from guard_adapters.store.log import LogKey
from tests import postgres

LOG_KEY = LogKey(origin="t/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))
ANA = Who(principal=Principal(issuer="idp", subject="ana"), agent=Agent(id="clerk"))
BO = Who(principal=Principal(issuer="idp", subject="bo"), agent=Agent(id="clerk"))
TASK = parse_intent({"purpose": "p", "tools": ["any"]}, declared_by="host", max_bytes=999)
CAP = 7
RULES = """
@id("OK-1") @reason("open") permit (principal is Guard::Agent, action in Guard::Action::"any", resource is Guard::Server);
@id("SUM-1") @reason("spent") forbid (principal, action == Guard::Action::"bank/pay", resource) when { context.history.paid > 100 };
@id("MANY-1") @reason("receivers") forbid (principal, action == Guard::Action::"bank/tell", resource) when { context.history.told > 2 };
@id("AGAIN-1") @reason("again") forbid (principal, action == Guard::Action::"bank/tell", resource) when { context.history.same };
@id("BUSY-1") @reason("busy") forbid (principal, action == Guard::Action::"bank/slow", resource) when { context.history.busy > 1 };
"""
LEDGERS = {
    "paid": {"sum": "derived.amount_minor", "of": "bank/pay", "key": "principal", "window": "1d"},
    "told": {"distinct": "input.text", "of": "bank/tell", "key": "principal", "window": "1h"},
    "same": {"repeated": 3, "of": "bank/tell", "key": "principal", "window": "10m"},
    "busy": {"count": "running", "of": "bank/slow", "key": "agent"},
}


@pytest.fixture(scope="session")
def shared_bundle(make_bundle, catalogue):
    changed = copy.deepcopy(catalogue)
    tools = changed["servers"]["bank"]["tools"]
    capped = tools["ten"]
    for per in ("task", "principal", "agent"):
        tools[f"by_{per}"] = {**capped, "budget": {"calls": CAP, "per": per}}
    tools["tell"] = tools["slow"] = tools["note"]
    changed["ledgers"] = LEDGERS
    return make_bundle(RULES, changed)


@pytest.fixture
async def world(durable, shared_bundle):
    durable.bundle = shared_bundle
    durable.settings = durable.settings.model_copy(update={"in_flight": 500})
    return durable


async def opened(flow, *names, who=ANA, intent=TASK):
    for name in names:
        fresh = new_session(name, who, intent=intent, now_ms=flow.clock.now_ms())
        await flow.world.sessions.open(fresh)
    return names


def denied(ends):
    refused = [end for end in ends if isinstance(end, BaseException)]
    assert {type(one) for one in refused} <= {NotAllowed}
    return [one.answer.reasons[0].code for one in refused]


async def allowed(flow, tool, **arguments):
    try:
        await flow.call(tool, **arguments)
    except NotAllowed as no:
        return no.answer.reasons[0].code
    return "ran"


CALLS = pytest.mark.parametrize("calls", [60, pytest.param(200, marks=pytest.mark.soak)])


@CALLS
@pytest.mark.parametrize("sessions", [2, 8])
@pytest.mark.parametrize("per", ["task", "principal", "agent"])
async def test_of_many_calls_over_several_sessions_as_many_pass_as_one_may(
    world, gather, sessions, per, calls
):
    names = await opened(world, *(f"gs_{n}_{per}" for n in range(sessions)))
    order = [names[n % sessions] for n in range(calls)]
    random.Random(sessions).shuffle(order)

    ends = await gather(*(world.call(f"by_{per}", session=one, n=n) for n, one in enumerate(order)))

    assert len(denied(ends)) == calls - CAP
    assert set(denied(ends)) == {"budget_exceeded"}
    assert len(world.tool.runs) == CAP


async def test_who_is_counted_together_is_what_the_ledger_says(world):
    await opened(world, "ana_1", "ana_2")
    await opened(world, "bo", who=BO)
    await opened(world, "ana_other", intent=None)
    for per in ("task", "principal", "agent"):
        for n in range(CAP):
            await world.call(f"by_{per}", session="ana_1", n=n)
    said = {
        (per, name): await allowed(world, f"by_{per}", session=name, n=99)
        for per in ("task", "principal", "agent")
        for name in ("ana_2", "ana_other", "bo")
    }
    spent = {key for key, one in said.items() if one == "budget_exceeded"}
    assert spent == {
        ("task", "ana_2"),
        ("principal", "ana_2"), ("principal", "ana_other"),
        ("agent", "ana_2"), ("agent", "ana_other"), ("agent", "bo"),
    }  # fmt: skip


async def test_sums_receivers_and_repeats_of_one_person_go_on_in_the_next_session(world):
    one, two = await opened(world, "one", "two")
    assert await allowed(world, "pay", session=one, amount_minor=60) == "ran"
    assert await allowed(world, "pay", session=two, amount_minor=60) == "spent"
    assert await allowed(world, "pay", session=two, amount_minor=40) == "ran"
    assert [await allowed(world, "tell", session=s, text="a") for s in (one, two, two)] == [
        "ran", "ran", "again",
    ]  # fmt: skip
    assert await allowed(world, "tell", session=two, text="b") == "ran"
    assert await allowed(world, "tell", session=one, text="c") == "receivers"


async def test_a_window_that_has_passed_in_one_session_has_passed_in_all(world):
    one, two = await opened(world, "one", "two")
    assert await allowed(world, "pay", session=one, amount_minor=100) == "ran"
    assert await allowed(world, "pay", session=two, amount_minor=1) == "spent"
    world.clock.advance(25 * 3_600_000)
    assert await allowed(world, "pay", session=two, amount_minor=1) == "ran"


class Held:
    """A tool that runs until it is let go."""

    def __init__(self, tool):
        self.tool, self.let_go, self.running = tool, asyncio.Event(), asyncio.Event()

    async def run(self, call, credential):
        self.running.set()
        await asyncio.wait_for(self.let_go.wait(), 5)
        return await self.tool.run(call, credential)


async def test_what_runs_in_one_session_holds_up_the_other_until_it_ends(world):
    one, two = await opened(world, "one", "two")
    tool = Held(world.tool)
    running = asyncio.create_task(world.call("slow", session=one, by=tool, text="x"))
    await asyncio.wait_for(tool.running.wait(), 5)
    assert await allowed(world, "slow", session=two, text="y") == "busy"
    tool.let_go.set()
    await asyncio.wait_for(running, 5)
    assert await allowed(world, "slow", session=two, text="y") == "ran"


async def test_the_log_of_shared_ledgers_is_decided_again_the_same(flow, shared_bundle):
    flow.bundle = shared_bundle
    names = await opened(flow, "one", "two")
    for n in range(2 * CAP):
        await allowed(flow, "by_principal", session=names[n % 2], n=n)
    log = list(enumerate(flow.store.events))
    leaves = [(seq, json.dumps(event.body()).encode()) for seq, event in log]
    sides = {seq: json.dumps(event.side) for seq, event in log if event.side}

    found = [one.again for one in decided_again(flow.bundle, leaves, sides)]

    assert found == [Again.SAME] * 2 * CAP
    values = [
        json.loads(event.side["facts"])["history"]["ledgers"] for event in flow.events("decision")
    ]
    assert max(max(v for v in one.values() if isinstance(v, int)) for one in values) == CAP + 1


def recorded(name, steps, at=0, start="2026-01-05T10:00:00Z", **more):
    said = {
        "session": name, "principal": "ana", "agent": "clerk", "steps": [
            {"server": "bank", "tool": tool, "args": {"n": n}, "result": "x", "at": at + 2.0 * n}
            for n, tool in enumerate(steps)
        ],
        "intent": {"purpose": "p", "tools": ["any"]}, **more,
    }  # fmt: skip
    return json.dumps(said if start is None else {**said, "start": start})


def verdicts(bundle, *lines):
    found = {}
    for one in replay_lines(bundle, lines, Options()):
        found.setdefault(one["session"], []).append(one["decision"] == "allow")
    return found


def test_recorded_sessions_are_judged_in_the_order_of_their_calls(shared_bundle):
    one = recorded("one", ["by_principal"] * 6)
    two = recorded("two", ["by_principal"] * 6, at=1)
    found = verdicts(shared_bundle, two, one)
    assert found == {"one": [True] * 4 + [False] * 2, "two": [True] * 3 + [False] * 3}
    assert list(found) == ["two", "one"]


def test_recorded_sessions_without_a_start_share_people_and_agents_and_no_task(shared_bundle):
    by = {
        per: verdicts(shared_bundle, *(recorded(n, [f"by_{per}"] * 5, start=None) for n in "ab"))
        for per in ("task", "principal", "agent")
    }
    assert by["task"] == {"a": [True] * 5, "b": [True] * 5}
    assert by["principal"] == by["agent"] == {"a": [True] * 5, "b": [True] * 2 + [False] * 3}
    together = [recorded(n, ["by_task"] * 5) for n in "ab"]
    assert sum(sum(one) for one in verdicts(shared_bundle, *together).values()) == CAP


@pytest.fixture
async def replicas(flow, shared_bundle):
    """Two guards on one PostgreSQL."""
    url = postgres.fresh(own_clock=False)
    stores = [postgres.store(LOG_KEY, url=url) for _ in range(2)]
    guards = []
    for store in stores:
        one = replace(flow, tool=flow.tool, bundle=shared_bundle)
        one.settings = flow.settings.model_copy(update={"in_flight": 500})
        one.but(
            sessions=store.sessions, approvals=store.approvals, leases=store.leases,
            outcomes=store.sessions, sink=store.sink, grants=store.grants, asked=store.asked,
        )  # fmt: skip
        guards.append(one)
    yield guards
    for store in stores:
        store.close(flow.clock.now_ms())


@pytest.mark.peer
@CALLS
@pytest.mark.parametrize("sessions", [2, 8])
async def test_two_guards_on_one_database_let_no_more_through_than_one(replicas, sessions, calls):
    names = await opened(replicas[0], *(f"gs_{n}" for n in range(sessions)))
    few = asyncio.Semaphore(24)  # more would wait for one row longer than a busy machine allows

    async def one(n):
        async with few:
            guard = replicas[n % 2]
            guard.made = n  # no two guards make the same id
            return await guard.call("by_principal", session=names[n // 2 % sessions], n=n)

    ends = await asyncio.gather(*(one(n) for n in range(calls)), return_exceptions=True)

    assert len(denied(ends)) == calls - CAP
    assert len(replicas[0].tool.runs) == CAP
