"""Tallies that sessions share, on every store: read with a session, changed in its transaction."""

import asyncio
from dataclasses import replace

import pytest

from guard.errors import Refused, Unavailable
from guard.model.call import Outcome, ToolCall, ToolSpec
from guard.model.facts import Derived, Input
from guard.model.ledger import LedgerSpec
from guard.ports import Ending
from guard.session.calls import admitted, settled, wanted_by
from guard.session.shared import Pool
from guard.session.state import new_session, subjects_of
from guard.session.tally import Tally
from guard.testing.tallies import MemoryTallies
from guard_adapters.store.sqlite.store import SqliteStore
from tests import postgres
from tests.adapters.store.test_contracts import KEY, NOW, WHO, counting, ending, made_on, showed

SEND = ToolSpec(server="mail", tool="send", effect=frozenset({"write"}))
CAPS = (
    LedgerSpec(name="cap", kind="calls", of="any", key="principal"),
    LedgerSpec(name="rate", kind="calls", of="any", key="agent", window_ms=60_000),
)
NOTHING = Input(values={}, derived=Derived())
WANTED = wanted_by(SEND, CAPS)


@pytest.fixture(params=["sqlite", "memory", postgres.POSTGRES])
async def ports(request, tmp_path):
    made = made_on(request.param, tmp_path)
    made.tallies = made.store.tallies if made.store else made.sessions.tallies
    for name in ("gs_1", "gs_2"):
        await made.sessions.open(new_session(name, WHO, now_ms=NOW))
    yield made
    if made.store is not None:
        made.store.close(NOW + 10_000)


def entering(name, call):
    made = ToolCall(id=call, session=name, server="mail", tool="send", arguments=b"{}")
    return lambda one: admitted(one, made, SEND, NOTHING, NOW, CAPS, in_flight=500)


async def starts(ports, name, call):
    return await ports.sessions.update(name, entering(name, call), WANTED)


async def ends(ports, name, call, outcome=Outcome.OK, at_ms=NOW):
    def change(one):
        return settled(one, call, outcome, frozenset(), {}, at_ms)

    await ports.outcomes.close(Ending(session=name, change=change, events=(), outcome=outcome))


def running(session):
    return [len(pool.flights) for _, pool in sorted(session.shared.items())]


def settled_counts(session):
    return [pool.tally.value(NOW) for _, pool in sorted(session.shared.items())]


async def test_a_session_comes_with_what_other_sessions_left_in_its_pools(ports):
    await starts(ports, "gs_1", "c1")
    other = await ports.sessions.get("gs_2", WANTED)
    assert running(other) == [1, 1]

    await ends(ports, "gs_1", "c1")

    other = await ports.sessions.get("gs_2", WANTED)
    assert (running(other), settled_counts(other)) == ([0, 0], [1, 1])
    assert (await ports.sessions.get("gs_2")).shared == {}


async def test_parallel_calls_of_two_sessions_are_all_counted_in_one_order(ports):
    names = [f"gs_{1 + n % 2}" for n in range(40)]
    heads = await asyncio.gather(*(starts(ports, name, f"c{n}") for n, name in enumerate(names)))
    assert sorted(running(head)[0] for head in heads) == list(range(1, 41))
    await asyncio.gather(*(ends(ports, name, f"c{n}") for n, name in enumerate(names)))
    left = await ports.sessions.get("gs_1", WANTED)
    assert (running(left), settled_counts(left)) == ([0, 0], [40, 40])


async def test_a_change_that_is_refused_leaves_the_pools_as_they_were(ports):
    await starts(ports, "gs_1", "c1")
    with pytest.raises(Refused):
        await starts(ports, "gs_1", "c1")
    assert running(await ports.sessions.get("gs_2", WANTED)) == [1, 1]


async def test_a_pool_that_nobody_asked_for_is_not_overwritten(ports):
    await starts(ports, "gs_1", "c1")
    with pytest.raises(Unavailable) as caught:
        await ports.sessions.update("gs_2", entering("gs_2", "c2"))
    assert caught.value.code == "state_conflict"
    assert (await ports.sessions.get("gs_2")).step == 0
    assert running(await ports.sessions.get("gs_2", WANTED)) == [1, 1]


async def test_a_refused_call_leaves_no_row_behind(ports):
    await starts(ports, "gs_1", "c1")
    await ends(ports, "gs_1", "c1", Outcome.REFUSED)
    assert list(await ports.tallies.of(subjects_of(await ports.sessions.get("gs_1")))) == []


async def test_what_a_session_shares_is_found_by_whose_it_is(ports):
    await starts(ports, "gs_1", "c1")
    session = await ports.sessions.get("gs_2")
    found = await ports.tallies.of(subjects_of(session))
    assert [(p.by, p.ledger, len(pool.flights)) for p, pool in found] == [
        ("agent", "rate", 1),
        ("principal", "cap", 1),
    ]
    stranger = replace(session, who=replace(WHO, principal=replace(WHO.principal, subject="bo")))
    found = await ports.tallies.of(subjects_of(stranger))
    assert [p.ledger for p, _ in found] == ["rate"]


async def test_what_counts_no_more_is_forgotten_and_a_call_in_flight_never(ports):
    await starts(ports, "gs_1", "c1")
    assert await ports.tallies.forget(NOW + 10**9, 1_000) == 0
    await ends(ports, "gs_1", "c1")
    assert await ports.tallies.forget(NOW + 1_000, 1_000) == 0

    assert await ports.tallies.forget(NOW + 2_000, 1_000) == 1  # the one without a window
    left = await ports.sessions.get("gs_2", WANTED)
    assert settled_counts(left) == [1, 0]

    assert await ports.tallies.forget(NOW + 60_002, 10**9) == 1
    left = await ports.sessions.get("gs_2", WANTED)
    assert settled_counts(left) == [0, 0]


async def test_a_restart_forgets_neither_what_is_counted_nor_what_runs(tmp_path):
    path = tmp_path / "guard.sqlite"
    ports = made_on("sqlite", tmp_path)
    await ports.sessions.open(new_session("gs_1", WHO, now_ms=NOW))
    await starts(ports, "gs_1", "c1")
    await ends(ports, "gs_1", "c1")
    await starts(ports, "gs_1", "c2")
    ports.store.close(NOW)

    ports.store = SqliteStore(path, KEY, timeout_ms=5_000, cooldown_ms=0)
    ports.sessions = ports.outcomes = ports.store.sessions
    await ports.sessions.open(new_session("gs_1", WHO, now_ms=NOW))
    await ports.sessions.open(new_session("gs_2", WHO, now_ms=NOW))
    other = await ports.sessions.get("gs_2", WANTED)
    assert (running(other), settled_counts(other)) == ([1, 1], [1, 1])
    await ports.sessions.get("gs_1")
    await ends(ports, "gs_1", "c2", Outcome.UNKNOWN)
    other = await ports.sessions.get("gs_2", WANTED)
    assert (running(other), settled_counts(other)) == ([0, 0], [2, 2])
    ports.store.close(NOW)


def test_an_empty_pool_is_blank_whatever_its_window_was():
    assert Pool(tally=Tally(window_ms=5), used_at_ms=NOW).blank
    assert not Pool(tally=Tally(total=1)).blank
    assert MemoryTallies().pools == {}


# Idle sessions


async def test_a_session_that_nobody_used_goes_with_what_its_results_showed(ports):
    segment = showed(1)
    await ports.outcomes.close(ending(segment=segment, change=counting(segment)))
    assert (await ports.sessions.known("gs_1")).learned == 1
    assert await ports.sessions.forget(NOW) == 0
    assert await ports.sessions.forget(NOW + 1) == 2

    assert list(await ports.sessions.all()) == []
    with pytest.raises(Refused) as caught:
        await ports.sessions.get("gs_1")
    assert caught.value.code == "session_unknown"
    again = await ports.sessions.open(new_session("gs_1", WHO, now_ms=NOW + 5))
    assert (again.observed, again.opened_at_ms) == (0, NOW + 5)
    assert (await ports.sessions.known("gs_1")).learned == 0
    assert (await starts(ports, "gs_1", "c1")).step == 1


async def test_a_session_in_use_stays_and_so_does_one_with_a_call_in_flight(ports):
    await starts(ports, "gs_1", "c1")
    assert await ports.sessions.forget(NOW + 10**9) == 1
    assert [one.id for one in await ports.sessions.all()] == ["gs_1"]
    await ends(ports, "gs_1", "c1", at_ms=NOW + 50)
    assert await ports.sessions.forget(NOW + 50) == 0
    assert await ports.sessions.forget(NOW + 51) == 1


async def test_whoever_comes_while_sessions_go_finds_a_whole_one_or_none(ports):
    async def come():
        await ports.sessions.open(new_session("gs_1", WHO, now_ms=NOW))
        return await starts(ports, "gs_1", "c1")

    gone, came = await asyncio.gather(
        ports.sessions.forget(NOW + 1), come(), return_exceptions=True
    )

    assert gone in {1, 2}
    if isinstance(came, Refused):
        assert came.code == "session_unknown"
    else:
        assert (came.step, (await ports.sessions.get("gs_1")).step) == (1, 1)
    await ports.sessions.open(new_session("gs_1", WHO, now_ms=NOW))
    await starts(ports, "gs_1", "c2")  # the store still takes records
