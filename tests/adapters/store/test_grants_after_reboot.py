"""A standing yes does not outlive a machine whose clock cannot be trusted any more."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guard_adapters.store.log import LogKey
from guard_adapters.store.sqlite.store import SqliteStore
from tests.adapters.store.test_clock import Machine
from tests.adapters.store.test_grants_contract import plan, vote

KEY = LogKey(origin="t/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))


@pytest.mark.parametrize("rebooted", [False, True])
async def test_after_a_reboot_people_are_asked_again(tmp_path, rebooted):
    machine, path = Machine(), tmp_path / "guard.sqlite"
    store = SqliteStore(path, KEY, timeout_ms=5_000, cooldown_ms=1, machine=machine)
    now = store.clock.now_ms()
    new = plan(created_ms=now, pending_until_ms=now + 60_000, ttl_s=600)
    await store.grants.propose(new, [])
    await store.grants.vote(vote(at_ms=now + 1), [])
    store.close(now + 2)
    if rebooted:
        machine.boot, machine.booted = machine.boot + 1, machine.real
    store = SqliteStore(path, KEY, timeout_ms=5_000, cooldown_ms=1, machine=machine)
    await store.lose_runs(store.clock.now_ms())
    active = await store.grants.active("gs_1", store.clock.now_ms())
    assert len(active) == (0 if rebooted else 1)
    store.close(now + 3)
