"""A guard whose tool and target wait at each step until a test lets them go on."""

import asyncio
from dataclasses import replace

from guard.grant.lease import Fate
from guard.model.call import Outcome, ToolResult
from guard.ports import World
from guard.testing import CountedIds, FrozenClock, ScriptedApprover
from guard_adapters.store.live import LiveCalls
from guard_adapters.store.sqlite.store import SqliteStore
from tests import postgres
from tests.flow.conftest import LOG_KEY, Flow, RecordingIssuer
from tests.flow.test_narrowing import Beating

TTL_MS = RecordingIssuer.max_ttl_s * 1000


class Steps:
    """What waits until somebody lets one of it go on, the oldest first."""

    def __init__(self):
        self.begun, self.waiting = [], []

    async def reach(self, call):
        self.begun.append(call)
        go = asyncio.Event()
        self.waiting.append(go)
        await go.wait()

    def go_on(self):
        if self.waiting:
            self.waiting.pop(0).set()


class Gate(Steps):
    """A tool that runs until it may end, and remembers until when its credentials would be good."""

    stoppable = True

    def __init__(self):
        super().__init__()
        self.given = {}

    async def run(self, call, credential):
        self.given[credential.lease_id] = credential.expires_at_ms
        await self.reach(call.id)
        return ToolResult(outcome=Outcome.OK, value="done", shown="done")


class Target(RecordingIssuer):
    """An issuer that takes its time, and the target that knows what it made until when."""

    def __init__(self, clock):
        super().__init__(leaves_object=True)
        self.clock, self.making, self.alive = clock, Steps(), {}

    async def issue(self, call, terms, lease):
        if len(self.issued) % 2:
            await self.making.reach(lease.id)
        self.alive[lease.id] = lease.session
        made = await super().issue(call, terms, lease)
        # As targets do: its time begins when it is made.
        return replace(made, expires_at_ms=self.clock.now_ms() + TTL_MS)

    async def revoke(self, lease, why):
        self.alive.pop(lease.id, None)
        return Fate.GONE

    def living(self, session):
        return {name for name, of in self.alive.items() if of == session}


def real_flow(kind, folder, bundle):
    """Return a guard on a real store, whose target and tool wait to be let go on."""
    if kind == "postgres":
        store = postgres.store(LOG_KEY)
    else:
        store = SqliteStore(folder / "g.sqlite", LOG_KEY, timeout_ms=5_000, cooldown_ms=1)
    clock = FrozenClock()
    made = World(
        clock=clock, ids=CountedIds(), sessions=store.sessions, approvals=store.approvals,
        leases=store.leases, outcomes=store.sessions, sink=store.sink, grants=store.grants,
        asked=store.asked, kills=store.kills, tallies=store.tallies, live=LiveCalls(),
        issuers={"calltoken": Target(clock)}, watchdog=Beating(clock),
        approvers=(ScriptedApprover(approvals=store.approvals, clock=clock),),
    )  # fmt: skip
    return Flow(
        store=store, approvals=store.approvals, clock=clock, approver=made.approvers[0],
        world=made, bundle=bundle, hold_ms=0,
    )  # fmt: skip
