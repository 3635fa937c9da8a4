"""The contract of the hole for what others are told, kept by both stores and by the public fake."""

import asyncio
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guard.ports.transmit import OutStream, OutToken, Told
from guard.testing.transmit import MemoryTransmissions
from guard_adapters.store.log import LogKey
from guard_adapters.store.sqlite.store import SqliteStore
from tests import postgres
from tests.postgres import POSTGRES

KEY = LogKey(origin="t/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))
NOW = 4_000_000_000_000  # after the database's own time
SOC = OutStream(id="str_1", receiver="soc", url="https://soc.example/e", header="sealed", events=("a", "b"))  # fmt: skip
POLLED = OutStream(id="str_2", receiver="idp")


def token(n, stream="str_1"):
    return OutToken(id=f"jti_{n}", stream=stream, token=f"t{n}", at_ms=NOW + n)


@pytest.fixture(params=["sqlite", "memory", POSTGRES])
async def hole(request, tmp_path):
    if request.param == "memory":
        yield MemoryTransmissions()
        return
    if request.param == "postgres":
        store = postgres.store(KEY)
    else:
        store = SqliteStore(tmp_path / "guard.sqlite", KEY, timeout_ms=5_000, cooldown_ms=1_000)
    yield store.transmissions
    store.close(NOW + 10_000)


async def test_streams_come_back_as_they_were_put_in_their_order(hole):
    await hole.put(SOC)
    await hole.put(POLLED)
    await hole.put(replace(SOC, status="paused", reason="night"))
    assert [*await hole.streams()] == [replace(SOC, status="paused", reason="night"), POLLED]


async def test_a_dropped_stream_takes_its_tokens_with_it(hole):
    await hole.put(SOC)
    await hole.add([token(1)])
    assert await hole.drop("str_1") is True
    assert await hole.drop("str_1") is False
    await hole.put(SOC)
    assert await hole.count("str_1") == 0


async def test_a_disabled_stream_holds_nothing_and_gets_nothing(hole):
    await hole.put(SOC)
    await hole.add([token(1)])
    await hole.put(replace(SOC, status="disabled"))
    await hole.add([token(2)])
    assert await hole.count("str_1") == 0
    await hole.put(replace(SOC, status="paused"))
    await hole.add([token(3)])
    assert await hole.count("str_1") == 1  # held until it goes on


async def test_tokens_of_a_stream_that_is_not_there_are_no_tokens(hole):
    await hole.add([token(1, "str_9")])
    assert await hole.count("str_9") == 0


async def test_of_several_that_tell_the_same_one_does(hole):
    await hole.put(SOC)
    start = await hole.told()
    assert (start.version, start.cursor, dict(start.levels)) == (0, -1, {})
    new = replace(start, cursor=7, levels={"gs_1": ("HIGH", "idp|ana")})
    won = await asyncio.gather(*(hole.tell(new, [token(n)]) for n in range(5)))
    assert sorted(won) == [False] * 4 + [True]
    assert await hole.told() == Told(version=1, cursor=7, levels={"gs_1": ("HIGH", "idp|ana")})
    assert await hole.count("str_1") == 1


async def test_tokens_leave_in_their_order_and_to_one_sender(hole):
    await hole.put(SOC)
    await hole.add([token(1), token(2)])
    heads = await asyncio.gather(*(hole.head("str_1", NOW, 1_000) for _ in range(4)))
    assert [one.id for one in heads if one] == ["jti_1"]
    assert await hole.head("str_1", NOW + 500, 1_000) is None  # the second waits for the first
    again = await hole.head("str_1", NOW + 1_001, 1_000)  # whoever had it is gone
    assert (again.id, again.token) == ("jti_1", "t1")
    await hole.done("str_1", ["jti_1"], taken=True)
    assert (await hole.head("str_1", NOW + 1_002, 1_000)).id == "jti_2"


async def test_what_could_not_be_sent_is_due_later_and_counted(hole):
    await hole.put(SOC)
    await hole.add([token(1)])
    await hole.head("str_1", NOW, 1_000)
    await hole.later("jti_1", NOW + 60_000)
    assert await hole.head("str_1", NOW + 59_999, 1_000) is None
    assert (await hole.head("str_1", NOW + 60_000, 1_000)).tries == 1


async def test_what_is_done_is_gone_and_counted_for_its_own_stream_only(hole):
    await hole.put(SOC)
    await hole.put(POLLED)
    await hole.add([token(1), token(2), token(3, "str_2")])
    await hole.done("str_2", ["jti_1", "jti_3", "jti_9"], taken=True)
    await hole.done("str_1", ["jti_2"], taken=False)
    assert [one.id for one in await hole.waiting("str_1", 9)] == ["jti_1"]
    assert await hole.count("str_2") == 0
    counts = [(one.taken, one.refused) for one in await hole.streams()]
    assert counts == [(0, 1), (1, 0)]
    await hole.put(replace(SOC, description="new words"))
    assert (await hole.streams())[0].refused == 1


async def test_of_many_streams_that_a_receiver_begins_at_once_one_is_made(hole):
    await hole.put(POLLED)
    new = [replace(SOC, id=f"str_{n}") for n in range(10, 20)]
    made = await asyncio.gather(*(hole.begin(one) for one in new))
    assert sorted(made) == [False] * 9 + [True]
    assert [*await hole.streams()] == [POLLED, new[made.index(True)]]


async def test_of_many_changes_at_once_none_undoes_another(hole):
    await hole.put(SOC)

    def more(held):
        return replace(held, description=held.description + "x")

    def paused(held):
        return replace(held, status="paused")

    changes = [hole.change("str_1", one) for one in [more] * 5 + [paused] + [more] * 5]
    await asyncio.gather(*changes)
    (held,) = await hole.streams()
    assert held == replace(SOC, description="x" * 10, status="paused")


async def test_a_change_of_a_stream_that_is_gone_does_not_bring_it_back(hole):
    await hole.put(SOC)
    await asyncio.gather(
        hole.drop("str_1"), *(hole.change("str_1", lambda held: held) for _ in range(5))
    )
    assert await hole.change("str_1", lambda held: held) is None
    assert [*await hole.streams()] == []


async def test_a_change_keeps_counts_and_ends_tokens_of_a_stream_that_it_disables(hole):
    await hole.put(SOC)
    await hole.add([token(1), token(2)])
    await hole.done("str_1", ["jti_1"], taken=True)
    after = await hole.change("str_1", lambda held: replace(held, status="disabled"))
    assert (after.taken, after.status) == (1, "disabled")
    assert [*await hole.streams()] == [after]
    assert await hole.count("str_1") == 0


async def test_a_change_that_raises_writes_nothing(hole):
    class No(Exception):
        pass

    def refused(_):
        raise No

    await hole.put(SOC)
    with pytest.raises(No):
        await hole.change("str_1", refused)
    assert [*await hole.streams()] == [SOC]


async def test_an_acknowledgement_of_what_no_id_can_be_is_none(hole):
    await hole.put(SOC)
    await hole.add([token(1)])
    await hole.done("str_1", ["jti_\0", "\u00e9", "jti_1"], taken=True)
    assert await hole.count("str_1") == 0


async def test_the_same_token_is_queued_once(hole):
    await hole.put(SOC)
    await hole.add([token(1)])
    await hole.add([token(1)])
    assert await hole.count("str_1") == 1


async def test_what_nobody_took_in_time_is_forgotten(hole):
    await hole.put(SOC)
    await hole.add([token(1), token(9)])
    await hole.forget(NOW + 5)
    assert [one.id for one in await hole.waiting("str_1", 9)] == ["jti_9"]
