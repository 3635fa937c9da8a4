"""Calls, answers, completions, signals and the end of a session, in any order: after it nothing runs.

Small here, 10,000 interleavings of each store in `make soak`. What a target has made for a call ends
with its task, at the latest when the target itself ends it.
"""

import asyncio
from collections import Counter
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from guard.access.killing import Killing
from guard.errors import GuardError, Refused, Unavailable
from guard.lease.revoking import Revoking
from guard.model.identity import Agent, Principal, Who
from guard.model.secevent import SecurityEvent, Subject
from guard.session.intent import parse_intent
from guard.session.risk import signal
from guard.session.state import declared
from tests.flow.conftest import bundle_of
from tests.flow.stepwise import LONGEST_S, TTL_MS, Forgetful, Gate, Hasty, real_flow
from tests.postgres import POSTGRES
from tests.soak.kept import keep

pytestmark = pytest.mark.signals

ENDS = ("revoked", "task", "token_reuse", "set", "kill")
BEGINS = (
    "note",
    "note",
    "pay",
    "pay",
    "approve",
    "approve",
    "deny",
    *("credential-change", "assurance-level-change", "token-claims-change"),
)
TOOLS = st.sampled_from(["note", "note", "pay"])
MANY = st.sampled_from([0, 1, 2, 5, 10, 20, -3, -10])
"""How many steps go on, one after the other; below zero: at the same time, and nobody waits."""

ORDER = st.integers(0, 8**8 - 1)
"""Which of those that wait go on: a digit a step, the oldest is 0."""

SPANS = st.sampled_from([0, 0, 0, 7, 5_000, 20_000])
TASK = parse_intent(
    {"purpose": "work", "tools": ["any"]}, declared_by="host", max_bytes=4096
)  # fmt: skip
POLICY = """
@id("OK-1") @reason("task") permit (principal is Guard::Agent, action in Guard::Action::"any", resource is Guard::Server)
when { context.intent.covers };
@id("ASK-1") @decision("step_up") @approvers("session-owner") @ttl("300s") @grant_ttl("60s") @reason("money")
forbid (principal, action == Guard::Action::"bank/pay", resource);
"""


@pytest.fixture(params=["sqlite", POSTGRES])
def world(request):
    with TemporaryDirectory() as folder, asyncio.Runner() as runner:
        flow = real_flow(request.param, Path(folder), bundle_of(POLICY))
        flow.name, flow.counts, flow.runner = request.param, Counter(), runner
        yield flow
        flow.store.close(flow.clock.now_ms())


class Interleaved(RuleBasedStateMachine):
    """One session of a person of its own; each rule begins something or lets something go on."""

    world = None

    def __init__(self):
        super().__init__()
        self.target, self.turns = self.world.world.issuers["calltoken"], self.world.turns
        self.turns.anew()
        self.gate, self.ending = Gate(self.turns), None
        self.over_ms = self.begun = None
        self.counts, number = self.world.counts, self.world.counts["interleavings"]
        self.counts["interleavings"] += 1
        self.session, self.person = f"gs_{number}", f"p{number}"
        self.do(self.opened())

    def do(self, work):
        return self.world.runner.run(work)

    async def opened(self):
        who = Who(principal=Principal(issuer="idp", subject=self.person), agent=Agent(id="clerk"))
        await self.world.open(self.session, who)
        await self.world.world.sessions.update(self.session, lambda one: declared(one, TASK))

    def call(self, tool):
        more = {"amount_minor": 1, "recipient": "DE1"} if tool == "pay" else {"text": "x"}
        return self.world.call(tool, session=self.session, by=self.gate, **more)

    @initialize(tools=st.lists(TOOLS, min_size=1, max_size=3), many=MANY, order=ORDER)
    def calls_come(self, tools, many, order):
        for tool in tools:
            self.something_begins(tool, 0, 0)
        self.do(self.moved(2 * many, order))

    @rule(what=st.sampled_from(BEGINS), many=MANY, order=ORDER)
    def something_begins(self, what, many, order):
        self.counts[what] += 1
        match what:
            case "note" | "pay" if self.over_ms is not None:
                self.do(self.refused(what))
            case "note" | "pay":
                self.do(self.moved(many, order, self.call(what)))
            case "approve" | "deny":
                self.do(self.moved(many, order, self.answered(what)))
            case _:
                self.do(self.moved(many, order, self.told(what)))

    @rule(many=MANY, order=ORDER, span_ms=SPANS)
    def something_goes_on(self, many, order, span_ms):
        self.world.clock.ms += span_ms
        self.do(self.moved(many, order))

    async def moved(self, many, order, work=None):
        """Begin a work, if there is one, and let so many steps of any of them go on."""
        if work is not None:
            self.turns.begin(work)
        for digit in range(abs(many)):
            if many > 0:
                await self.turns.rest()
            self.turns.go_on(order >> 3 * (digit % 8) & 7)
        if many >= 0:
            await self.turns.rest()

    async def refused(self, tool):
        try:
            await self.call(tool)
        except Refused:
            self.counts["refused_after_the_end"] += 1
        else:
            self.counts["allowed_after_the_end"] += 1
            raise AssertionError("a call was allowed after the end")

    async def answered(self, decision):
        rows = await self.world.approvals.listed(open_only=True, session=self.session)
        for row in rows:
            with suppress(Refused, Unavailable):
                vote = self.world.vote(row.id, decision, f"idp|{self.person}")
                await self.world.approvals.vote(vote, [])
                self.counts["answers"] += 1

    async def told(self, kind):
        event = SecurityEvent(
            issuer="idp", jti=f"{self.session}-{kind}", kind=kind, claims={},
            subject=Subject(issuer="idp", subject=self.person), at_ms=self.world.clock.now_ms(),
        )  # fmt: skip
        told = await self.world.reauthorizing.hear(event)
        if kind == "session-revoked":
            self.over()  # its sender has the answer; what the session holds is cut after that
        await self.world.reauthorizing.follow(told)

    @precondition(lambda self: self.ending is None)
    @rule(how=st.sampled_from(ENDS), many=MANY, order=ORDER)
    def it_ends(self, how, many, order):
        self.counts[f"ended_by_{how}"] += 1
        self.ending = how
        self.do(self.moved(many, order, self.ended(how)))

    async def ended(self, how):
        world, now_ms = self.world, self.world.clock.now_ms()
        match how:
            case "revoked":
                await world.reauthorizing.end(self.session, "operator")
            case "task":
                await world.reauthorizing.end_task(self.session, "operator")
            case "token_reuse":
                said = signal("token_reuse", subject="s", at_ms=now_ms, source="t")
                await world.reauthorizing.signal(self.session, said)
            case "set":
                await self.told("session-revoked")
            case _:
                killing = Killing(world=world.world, policy=lambda: world.bundle)
                kill = await killing.stop("principal", self.person, why="", by="operator")
                self.over()
                await killing.follow(kill)
        self.over()

    def over(self):
        if self.over_ms is None:
            self.over_ms, self.begun = self.world.clock.now_ms(), len(self.gate.begun)

    def teardown(self):
        self.do(self.checked())

    async def checked(self):
        if self.ending is None:
            await self.ended("revoked")
        while self.over_ms is None:
            self.turns.go_on(0)
            await self.turns.rest()
        await self.answered("approve")
        for tool in ("note", "pay"):
            await self.refused(tool)
        await self.turns.all_end()
        for done in self.turns.works:
            wrong = done.exception()
            assert wrong is None or isinstance(wrong, GuardError), wrong
        self.counts["ran_after_the_end"] += len(self.gate.begun) - self.begun
        assert len(self.gate.begun) == self.begun, "a tool began after the end"
        outlived = [ends for ends in self.gate.given.values() if ends > self.over_ms + TTL_MS]
        self.counts["credentials_outlived"] += len(outlived)
        assert outlived == []
        await self.nothing_is_left()
        for kill in self.world.world.kills.standing():
            await self.world.world.kills.lift(kill.scope, kill.name, [])

    async def rows(self):
        return await self.world.world.leases.unsettled_of(self.session)

    async def nothing_is_left(self):
        """Let the watchdog look: it ends what the end of the task met while it was being made."""
        async with asyncio.timeout(
            LONGEST_S
        ):  # endings are handed over, and written a moment later
            while rows := await self.rows():
                assert self.target.living(self.session) <= {row.id for row in rows}
                for row in rows:
                    await Revoking(world=self.world.world).take_back(row, "deadline")
        assert self.target.living(self.session) == set()
        self.counts["tools_run"] += len(self.gate.begun)
        self.counts["credentials_given"] += len(self.gate.given)


FOUND = (AssertionError, ExceptionGroup)
"""A failure of the machine; a group where it went otherwise when it was played again."""


def play(world, examples, **more):
    machine = type("Interleaved", (Interleaved,), {"world": world})
    played = settings(
        max_examples=examples, stateful_step_count=14, deadline=None, database=None,
        suppress_health_check=list(HealthCheck), **more,
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=played)
    counts = {name: world.counts[name] for name in sorted(world.counts)}
    assert counts["refused_after_the_end"] >= 2 * counts["interleavings"]
    return counts


def test_after_the_end_nothing_begins_in_any_order(world):
    print(play(world, 20, derandomize=True))


def test_a_guard_without_its_last_look_is_found(world):
    world.kind = Hasty
    with pytest.raises(FOUND):
        play(world, 1_000, derandomize=True, phases=[Phase.generate])
    assert world.counts["ran_after_the_end"]


def test_a_guard_that_forgets_the_end_is_found(world):
    forgetful = Forgetful(world.store.sessions, world.turns)
    with pytest.raises(FOUND):
        play(world.but(sessions=forgetful), 100, derandomize=True, phases=[Phase.generate])
    assert world.counts["allowed_after_the_end"]


@pytest.mark.soak
def test_after_the_end_nothing_begins_in_ten_thousand_orders(world):
    counts = play(world, 10_000)
    assert counts["interleavings"] >= 10_000
    assert min(counts["tools_run"], counts["answers"], counts["credentials_given"]) > 1_000
    keep(f"interleavings, {world.name}", **counts)
