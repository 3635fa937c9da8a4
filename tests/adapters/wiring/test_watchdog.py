"""What is late is cut, what could not be revoked is tried again, and the marks say who is awake."""

import asyncio
from dataclasses import replace

import pytest

from guard.errors import Unavailable
from guard.grant.lease import KEPT_MS, KEPT_ROWS, Fate, Lease, LeaseState
from guard.model.facts import Binding
from guard.ports import World
from guard.testing import CountedIds, FrozenClock, MemoryApprovals, MemoryStore
from guard_adapters.store.clock import Heartbeat
from guard_adapters.wiring.process.together import AT_ONCE
from guard_adapters.wiring.recovery import prune, sweep_targets, take_back_all
from guard_adapters.wiring.watchdog import Watchdog


class Target:
    """An issuer whose target forgets, or does not, as it is told."""

    kind, max_binding, min_ttl_s, max_ttl_s = "t", Binding.L1, 1, 30
    leaves_object = can_cut = True

    def __init__(self):
        self.fates, self.asked, self.alive = [], [], []

    async def revoke(self, lease, why):
        self.asked.append((lease.id, why))
        fate = self.fates.pop(0) if self.fates else Fate.GONE
        if fate is None:
            raise Unavailable("The target is away.", code="issuer_unavailable")
        return fate

    async def sweep(self):
        return self.alive


@pytest.fixture
def target():
    return Target()


@pytest.fixture
def world(target):
    clock, store = FrozenClock(), MemoryStore()
    return World(
        clock=clock, ids=CountedIds(), sessions=store, approvals=MemoryApprovals(clock=clock, sessions=store.held),
        leases=store, outcomes=store, sink=store, issuers={"db": target}, guard_id="abcdef",
    )  # fmt: skip


def lease(world, number, state, **more):
    row = Lease(
        id=f"l{number}", call_id=f"c{number}", session="gs_1", kind="t", issuer="db", guard="abcdef",
        server="crm", tool="read", deadline_ms=world.clock.ms + 30_000, state=state, **more,
    )  # fmt: skip
    world.leases.leases[row.id] = row
    return row


async def looked(world, said=None):
    dog = Watchdog(world, Heartbeat(world.clock), (said if said is not None else []).append)
    async with asyncio.timeout(5):
        await dog.look()
        await dog.settled()
    return {row.id: row.state.value for row in world.leases.leases.values()}


async def test_only_what_is_late_is_cut(world, target):
    for number, state in enumerate((LeaseState.RESERVED, LeaseState.ISSUED, LeaseState.DELIVERED)):
        lease(world, number, state)
    assert set((await looked(world)).values()) == {"reserved", "issued", "delivered"}
    world.clock.advance(30_000)
    assert set((await looked(world)).values()) == {"revoked"}
    assert {why for _, why in target.asked} == {"deadline"}


async def test_a_call_that_just_ended_revokes_by_itself(world, target):
    lease(world, 1, LeaseState.REVOKE_PENDING, changed_ms=world.clock.ms)
    assert await looked(world) == {"l1": "revoke_pending"}
    world.clock.advance(500)
    assert await looked(world) == {"l1": "revoked"}
    assert target.asked == [("l1", "ended")]


async def test_a_target_that_is_away_for_a_moment_is_asked_again(world, target):
    target.fates = [None, Fate.STILL_THERE, Fate.GONE]
    lease(world, 1, LeaseState.REVOKE_PENDING)
    assert await looked(world) == {"l1": "revoked"}
    assert len(target.asked) == 3


async def test_who_is_told_when_a_lease_cannot_be_revoked(world, target):
    said = []
    target.fates = [None]
    lease(world, 1, LeaseState.REVOKE_PENDING, tries=7)
    assert await looked(world, said) == {"l1": "irrevocable"}
    assert said == ["lease l1 of crm/read cannot be revoked."]
    assert await looked(world) == {"l1": "irrevocable"}
    world.clock.advance(300_000)
    assert await looked(world) == {"l1": "revoked"}


async def test_a_store_that_fails_leaves_the_mark_old(world):
    heart = Heartbeat(world.clock)
    dog = Watchdog(world, heart)
    await dog.look()
    first = heart.beat_ms()

    async def down():
        raise Unavailable("It is down.", code="store_unavailable")

    world.leases.__class__.unsettled, real = lambda _self: down(), world.leases.__class__.unsettled
    try:
        world.clock.advance(2_000)
        with pytest.raises(Unavailable):
            await dog.look()
    finally:
        world.leases.__class__.unsettled = real
    assert heart.beat_ms() == first


async def test_a_starting_guard_takes_back_its_own_and_what_is_late_of_another(world):
    lease(world, 1, LeaseState.DELIVERED)
    theirs = lease(world, 2, LeaseState.DELIVERED)
    world.leases.leases["l2"] = Lease(
        **{**{f: getattr(theirs, f) for f in theirs.__slots__}, "guard": "zzzzzz"}
    )
    await take_back_all(world)
    assert await looked(world) == {"l1": "revoked", "l2": "delivered"}
    world.clock.advance(30_000)
    await take_back_all(world)
    assert await looked(world) == {"l1": "revoked", "l2": "revoked"}


async def test_one_target_that_is_down_does_not_stop_the_sweep_of_the_others(world, target):
    class Down(Target):
        async def sweep(self):
            raise Unavailable("The target is away.", code="issuer_unavailable")

    target.alive = ["g_abcdef_aaaqeayeaudaocajbifqydiob4", "somebody_else"]
    world.issuers.update({"a": Down(), "db": target, "z": Target()})
    assert await sweep_targets(world) == {"db": 1, "z": 0}


class Slow(Target):
    """Answers when it may, and counts how many wait for it."""

    def __init__(self):
        super().__init__()
        self.go, self.waiting, self.most = asyncio.Event(), 0, 0

    async def revoke(self, lease, why):
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        await self.go.wait()
        self.waiting -= 1
        return await super().revoke(lease, why)


async def test_many_are_taken_back_at_once_within_bounds_and_one_target_holds_up_no_other(world):
    hanging, quick = Slow(), Target()
    world.issuers.update(db=hanging, other=quick)
    for number in range(40):
        lease(world, number, LeaseState.REVOKE_PENDING, reason="token_reuse")
    for number in range(40, 60):
        row = lease(world, number, LeaseState.REVOKE_PENDING, reason="token_reuse")
        world.leases.leases[row.id] = replace(row, issuer="other")
    dog = Watchdog(world, Heartbeat(world.clock))
    async with asyncio.timeout(5):
        await dog.look()
        while len(quick.asked) < 20:
            await asyncio.sleep(0)
        assert (hanging.waiting, hanging.asked) == (AT_ONCE, [])
        hanging.go.set()
        await dog.settled()
    assert (len(hanging.asked), hanging.most) == (40, AT_ONCE)
    assert {row.state for row in world.leases.leases.values()} == {LeaseState.REVOKED}


async def test_what_a_signal_ended_is_not_left_to_who_heard_it(world, target):
    lease(world, 1, LeaseState.REVOKE_PENDING, changed_ms=world.clock.ms, reason="session_revoked")
    assert await looked(world) == {"l1": "revoked"}


class Forgetful(Target):
    """Can take back only what was made here, like an issuer whose server wants the secret itself."""

    def __init__(self, *made):
        super().__init__()
        self.made = set(made)

    async def revoke(self, lease, why):
        self.asked.append((lease.id, why))
        return Fate.GONE if lease.id in self.made else Fate.RUNS_OUT


async def test_what_another_guard_was_told_to_end_is_taken_back_where_its_secret_is(world):
    """The other guard has asked already, without the secret: it would run out by itself."""
    here = world.issuers["db"] = Forgetful("l1")
    late_ms = world.clock.ms + 31_000
    more = {"reason": "operator", "next_try_ms": late_ms, "token_sha256": "ab"}
    for number in (1, 2):
        lease(world, number, LeaseState.REVOKE_PENDING, **more)
    dog = Watchdog(world, Heartbeat(world.clock))
    for _ in range(3):
        await dog.look()
        await dog.settled()
    states = {row.id: row.state.value for row in world.leases.leases.values()}
    assert states == {"l1": "revoked", "l2": "revoke_pending"}
    assert here.asked == [("l1", "operator"), ("l2", "operator")]  # each once, not every round


async def test_what_was_made_after_it_was_recalled_is_taken_back_where_its_secret_is(world):
    here = world.issuers["db"] = Forgetful()
    early = lease(world, 1, LeaseState.REVOKE_PENDING, reason="operator", next_try_ms=10**15)
    dog = Watchdog(world, Heartbeat(world.clock))
    await dog.look()
    await dog.settled()
    here.made.add("l1")
    await world.leases.advance(early.id, lambda row: row.issued("ab" * 32, world.clock.ms), [])
    await dog.look()
    await dog.settled()
    assert world.leases.leases["l1"].state is LeaseState.REVOKED


async def test_old_rows_are_forgotten_and_what_lives_is_not(world):
    for number in range(KEPT_ROWS + 50):
        lease(world, number, LeaseState.REVOKED, changed_ms=world.clock.ms + number)
    lease(world, "live", LeaseState.DELIVERED)
    assert await prune(world) == 0
    world.clock.advance(KEPT_MS + 2_000)
    assert await prune(world) == 50
    assert "l0" not in world.leases.leases
    assert "llive" in world.leases.leases
