"""The contract of the hole for messages, kept by SQLite and by the public fake alike."""

import asyncio
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guard.testing import FrozenClock, MemoryApprovals
from guard.testing.grants import MemoryGrants
from guard.testing.outbox import MemoryOutbox
from guard_adapters.store.log import LogKey
from guard_adapters.store.sqlite.store import SqliteStore
from tests import postgres
from tests.adapters.store.test_grants_contract import ASK, ITEM, NOW, plan, question
from tests.postgres import POSTGRES

KEY = LogKey(origin="t/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))
AT = NOW + 20
CHANNELS = ("ops", "slack")


def sqlite(path):
    return SqliteStore(path, KEY, timeout_ms=5_000, cooldown_ms=1_000, channels=CHANNELS)


@pytest.fixture(params=["sqlite", "memory", POSTGRES])
async def three(request, tmp_path):
    """The holes for questions, messages and plans of one store."""
    if request.param == "memory":
        outbox = MemoryOutbox(channels=CHANNELS)
        approvals = MemoryApprovals(clock=FrozenClock(), noted=outbox.noted)
        yield approvals, outbox, MemoryGrants(approvals=approvals)
        return
    if request.param == "postgres":
        store = postgres.store(KEY)
        store.approvals.channels = CHANNELS
    else:
        store = sqlite(tmp_path / "guard.sqlite")
    yield store.approvals, store.outbox, store.grants
    store.close(NOW + 10_000)


@pytest.fixture
def holes(three):
    return three[:2]


async def test_opening_a_question_leaves_one_note_for_each_channel(holes):
    approvals, outbox = holes
    await approvals.open(question(1), [])
    notes = await outbox.take(AT, 1_000)
    assert sorted(one.channel for one in notes) == ["ops", "slack"]
    assert {(one.approval, one.until_ms, one.tries) for one in notes} == {
        ("apr_1", NOW + 60_000, 0)
    }
    assert len({one.id for one in notes}) == 2


async def test_a_call_that_joins_a_question_leaves_no_second_note(holes):
    approvals, outbox = holes
    await approvals.open(question(1), [])
    await approvals.open(replace(question(2), binding="b1"), [])
    assert len(await outbox.take(AT, 1_000)) == 2


async def test_what_is_taken_is_nobody_elses_until_the_lease_ends(holes):
    approvals, outbox = holes
    await approvals.open(question(1), [])
    taken = await asyncio.gather(*(outbox.take(AT, 1_000) for _ in range(5)))
    found = [one.id for some in taken for one in some]  # two may have shared them
    assert len(found) == len({*found}) == 2
    assert await outbox.take(AT + 999, 1_000) == []
    again = await outbox.take(AT + 1_000, 1_000)
    assert {one.id for one in again} == {*found}


async def test_what_is_done_is_not_taken_again_and_what_waits_is_later(holes):
    approvals, outbox = holes
    await approvals.open(question(1), [])
    one, two = await outbox.take(AT, 1_000)
    await outbox.done(one.id, "sent")
    await outbox.later(two.id, AT + 5_000)
    assert await outbox.take(AT + 4_999, 1_000) == []
    (left,) = await outbox.take(AT + 5_000, 1_000)
    assert (left.id, left.tries) == (two.id, 1)


async def test_a_starting_guard_takes_what_the_last_one_had_taken(holes, request):
    approvals, outbox = holes
    if "postgres" in request.node.callspec.id:
        return  # other guards may be sending: there the lease ends it
    await approvals.open(question(1), [])
    one, _ = await outbox.take(AT, 60_000)
    await outbox.done(one.id, "sent")
    await outbox.reopened()
    assert len(await outbox.take(AT, 60_000)) == 1


async def test_a_note_survives_a_restart(tmp_path):
    store = sqlite(tmp_path / "guard.sqlite")
    await store.approvals.open(question(1), [])
    first = await store.outbox.take(AT, 60_000)
    store.close(NOW)
    store = sqlite(tmp_path / "guard.sqlite")
    await store.outbox.reopened()
    assert [one.id for one in await store.outbox.take(AT, 1_000)] == sorted(one.id for one in first)
    store.close(NOW)


async def test_a_plan_is_told_to_each_channel(three):
    _, outbox, grants = three
    await grants.propose(plan(), [])
    notes = await outbox.take(AT, 1_000)
    assert {(one.channel, one.approval, one.until_ms) for one in notes} == {
        (name, "pln_1", NOW + 60_000) for name in CHANNELS
    }


@pytest.mark.parametrize(("quorum", "told"), [(1, 0), (2, 2)])
async def test_a_standing_yes_is_told_where_more_than_its_asker_must_sign(three, quorum, told):
    _, outbox, grants = three
    item = replace(ITEM, requirements=(replace(ASK, quorum=quorum),))
    await grants.propose(plan(kind="grant", items=(item,)), [])
    assert len(await outbox.take(AT, 1_000)) == told
