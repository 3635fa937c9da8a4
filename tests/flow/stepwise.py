"""A guard that waits before each step that others could come in between, until a test lets it go on.

Steps are the calls of its ports, the work of a target and the work of a tool. Which of those that
wait goes on is the test's choice: no interleaving depends on how fast a disk or a database is.
"""

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from inspect import iscoroutinefunction

from guard.grant.lease import Fate
from guard.model.call import Outcome, ToolResult
from guard.pipeline import Guard
from guard.ports import World
from guard.testing import CountedIds, FrozenClock, ScriptedApprover
from guard_adapters.store.live import LiveCalls
from guard_adapters.store.sqlite.store import SqliteStore
from tests import postgres
from tests.flow.conftest import LOG_KEY, SALT, Flow, RecordingIssuer
from tests.flow.test_narrowing import Beating

TTL_MS = RecordingIssuer.max_ttl_s * 1000
LONGEST_S = 30
"""How long a step may take before it hangs: a busy machine is no reason."""

PLAYED = ContextVar("PLAYED", default=False)
"""Whether this is a work whose steps wait; what a test looks at by itself never does."""


class Turns:
    """Works under way, those of them that wait for their turn, and how many do not."""

    def __init__(self):
        self._still = asyncio.Event()
        self.anew()

    def anew(self):
        """Begin again, once everything has ended."""
        self.works, self._waiting, self._moving = [], [], 0
        self._still.set()

    def begin(self, work):
        self._moves(1)
        self.works.append(asyncio.get_running_loop().create_task(self._played(work)))
        return self.works[-1]

    async def _played(self, work):
        PLAYED.set(True)  # of this task alone
        try:
            return await work
        finally:
            self._moves(-1)

    def _moves(self, more):
        self._moving += more
        if self._moving:
            self._still.clear()
        else:
            self._still.set()

    async def reach(self):
        """Wait here until it is this work's turn."""
        if not PLAYED.get():
            return
        go = asyncio.Event()
        self._waiting.append(go)
        self._moves(-1)
        try:
            await go.wait()
        except asyncio.CancelledError:
            if go in self._waiting:
                self._go(go)
            raise

    def _go(self, one):
        self._waiting.remove(one)
        self._moves(1)
        one.set()

    def go_on(self, which):
        """Let one of those that wait do its next step: `which` of them, the oldest is 0."""
        if self._waiting:
            self._go(self._waiting[which % len(self._waiting)])

    async def rest(self):
        """Return when everything under way waits for its turn, or has ended."""
        if self._moving:
            async with asyncio.timeout(LONGEST_S):
                await self._still.wait()

    async def all_end(self):
        while not all(one.done() for one in self.works):
            self.go_on(0)
            await self.rest()


class Stepped:
    """A port whose calls wait for their turn before each of them is made."""

    def __init__(self, port, turns):
        self._port, self._turns = port, turns

    def __getattr__(self, name):
        real = getattr(self._port, name)
        if not iscoroutinefunction(real):
            return real

        async def stepped(*given, **named):
            await self._turns.reach()
            return await real(*given, **named)

        return stepped


class Gate:
    """A tool that runs until it may end, and remembers until when its credentials would be good."""

    stoppable = True

    def __init__(self, turns):
        self.turns, self.begun, self.given = turns, [], {}

    async def run(self, call, credential):
        self.given[credential.lease_id] = credential.expires_at_ms
        self.begun.append(call.id)
        await self.turns.reach()
        return ToolResult(outcome=Outcome.OK, value="done", shown="done")


class Target(RecordingIssuer):
    """An issuer that takes its time, and the target that knows what it made until when."""

    def __init__(self, clock, turns):
        super().__init__(leaves_object=True)
        self.clock, self.turns, self.alive = clock, turns, {}

    async def issue(self, call, terms, lease):
        await self.turns.reach()
        self.alive[lease.id] = lease.session
        made = await super().issue(call, terms, lease)
        # As targets do: its time begins when it is made.
        return replace(made, expires_at_ms=self.clock.now_ms() + TTL_MS)

    async def revoke(self, lease, why):
        await self.turns.reach()
        self.alive.pop(lease.id, None)
        return Fate.GONE

    def living(self, session):
        return {name for name, of in self.alive.items() if of == session}


@dataclass
class StepFlow(Flow):
    """A flow on a real store whose ports, target and tools take turns."""

    turns: Turns = field(default_factory=Turns)
    kind: type[Guard] = Guard

    @property
    def guard(self):
        return self.kind(
            world=self.world, policy=lambda: self.bundle, settings=self.settings, salt=SALT
        )


class Hasty(Guard):
    """A guard without the last look: it runs what was allowed when it was judged."""

    async def _forward(self, course, spec, judging, flight):
        pass


class Forgetful(Stepped):
    """Sessions that answer an end of one, and do not keep it."""

    async def update(self, session_id, change, *wanted):
        ended = []

        def kept(session):
            now = change(session)
            ended[:] = [now] if now.closed else []
            return session if now.closed else now

        await self._turns.reach()
        now = await self._port.update(session_id, kept, *wanted)
        return ended[0] if ended else now

    async def tell(self, about, change):
        await self._turns.reach()
        return []


def real_flow(kind, folder, bundle):
    """Return a guard on a real store, whose ports, target and tool wait to be let go on."""
    if kind == "postgres":
        store = postgres.store(LOG_KEY)
    else:
        store = SqliteStore(folder / "g.sqlite", LOG_KEY, timeout_ms=5_000, cooldown_ms=1)
    clock, turns = FrozenClock(), Turns()
    names = ("sessions", "approvals", "leases", "sink", "grants", "asked", "kills", "tallies")
    ports = {name: Stepped(getattr(store, name), turns) for name in names}
    made = World(
        clock=clock, ids=CountedIds(), outcomes=store.sessions, live=LiveCalls(),
        issuers={"calltoken": Target(clock, turns)}, watchdog=Beating(clock),
        approvers=(ScriptedApprover(approvals=store.approvals, clock=clock),), **ports,
    )  # fmt: skip
    return StepFlow(
        store=store, approvals=ports["approvals"], clock=clock, approver=made.approvers[0],
        world=made, bundle=bundle, hold_ms=0, turns=turns,
    )  # fmt: skip
