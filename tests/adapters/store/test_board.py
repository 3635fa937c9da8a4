"""What people look through is the same on both stores: bounded, ordered, and provable."""

import asyncio
import json
from dataclasses import replace

import pytest

from guard.audit.tree import leaf_hash, opened_note, verify_inclusion
from guard.model.call import Outcome
from guard.session.state import new_session
from guard_adapters.store.board import Part
from tests import postgres
from tests.adapters.store.test_contracts import (
    ASK,
    KEY,
    NOW,
    SESSION,
    WHO,
    approved,
    attempt,
    ending,
    event,
    made_on,
    question,
    vote,
)
from tests.adapters.store.test_grants_contract import plan
from tests.adapters.store.test_grants_contract import vote as plan_vote


@pytest.fixture(params=["sqlite", postgres.POSTGRES])
async def ports(request, tmp_path):
    made = made_on(request.param, tmp_path)
    await made.sessions.open(SESSION)
    yield made
    made.store.close(NOW + 10_000)


async def numbered(store):
    """Number and sign what is queued: several guards do it a little later, one does it at once."""
    if store.shared:
        work = store._sequencer.all_now(sign=True)
        await store._database.settled(store._database.hand(work))


async def test_pending_questions_that_end_first_come_first_and_are_counted(ports):
    for n in (1, 2, 3):
        asked = question(n, binding=f"b{n}", created_ms=NOW - n, pending_until_ms=NOW + 60_000 + n)
        await ports.approvals.open(asked, [])
    await ports.approvals.vote(replace(vote("deny"), approval_id="apr_2"), [])
    board = ports.store.board

    rows, total = await board.waiting(Part(principal="i|ada", limit=1))
    assert ([one.id for one in rows], total) == (["apr_1"], 2)
    assert [one.id for one in await board.answered(10)] == ["apr_2"]


async def test_the_questions_that_ask_who_looks_come_before_fifty_of_others(ports):
    finance, legal = (
        replace(ASK, kind="review", groups=frozenset({one})) for one in ("fin", "law")
    )
    whose = {52: ("i|bob", (ASK,)), 53: ("i|ada", (legal, finance))}
    for n in range(1, 54):
        requester, asks = whose.get(n, ("i|bob", (legal,)))
        row = question(n, binding=f"b{n}", requirements=asks, requester=requester)
        row = replace(row, action=f"a/{n % 2}", pending_until_ms=NOW + 60_000 + n)
        await ports.approvals.open(row, [])
    board, bob = ports.store.board, {"principal": "i|bob", "groups": frozenset({"fin", "x"})}

    async def seen(**part):
        rows, total = await board.waiting(Part(**{**bob, "limit": 3, **part}))
        assert total == 53
        return [one.id for one in rows]

    assert await seen() == ["apr_52", "apr_53", "apr_1"]
    assert await seen(groups=frozenset()) == ["apr_52", "apr_1", "apr_2"]
    assert await seen(principal="i|eve", groups=frozenset()) == ["apr_1", "apr_2", "apr_3"]
    assert await seen(skip=51) == ["apr_50", "apr_51"]
    assert await seen(action="a/1") == ["apr_53", "apr_1", "apr_3"]


def ids(rows):
    return [one and one.id for one in rows]


async def said(store, statement):
    """Run one statement in the store's own database."""

    async def work(db):
        await db.execute(statement)

    plain = store._database.run
    await (plain(work) if store.shared else plain(lambda db: db.execute(statement)))


async def test_the_order_of_the_queue_is_known_without_reading_the_questions(ports):
    finance = replace(ASK, kind="review", groups=frozenset({"fin"}))
    for n in (1, 2, 3):
        asks = (finance,) if n == 3 else (ASK,)
        row = question(n, binding=f"b{n}", requirements=asks, requester="i|bob")
        await ports.approvals.open(row, [])
    await said(ports.store, "UPDATE approvals SET row = 'unreadable' WHERE id <> 'apr_3'")

    part = Part(principal="i|ada", groups=frozenset({"fin"}), limit=1, action=row.action)
    rows, total = await ports.store.board.waiting(part)
    assert ([one.id for one in rows], total) == (["apr_3"], 3)


@pytest.mark.parametrize("left", ["no columns", "empty columns"])
async def test_questions_that_an_older_guard_left_are_put_to_whom_they_ask(tmp_path, left):
    made = made_on("sqlite", tmp_path)
    finance = replace(ASK, kind="review", groups=frozenset({"fin"}))
    for n, asks in ((1, (ASK,)), (2, (finance,))):
        row = question(n, binding=f"b{n}", requirements=asks, requester="i|bob")
        await made.approvals.open(row, [])
    if left == "no columns":
        await said(made.store, "DROP INDEX approvals_asked")
        for column in ("asked", "action"):
            await said(made.store, f"ALTER TABLE approvals DROP COLUMN {column}")
    else:
        await said(made.store, "UPDATE approvals SET asked = NULL, action = NULL")
    made.store.close(NOW)

    again = made_on("sqlite", tmp_path)
    part = Part(principal="i|ada", groups=frozenset({"fin"}), limit=9, action=row.action)
    rows, _ = await again.store.board.waiting(part)
    again.store.close(NOW)
    assert [one.id for one in rows] == ["apr_2", "apr_1"]


@pytest.mark.peer
async def test_questions_of_a_guard_beside_that_is_older_are_put_to_whom_they_ask(tmp_path):
    made = made_on("postgres", tmp_path)
    law, fin = (replace(ASK, kind="review", groups=frozenset({one})) for one in ("law", "fin"))
    for n, asks in ((1, (law,)), (2, (ASK,)), (3, (law, fin)), (4, (ASK,))):
        who = "i|ada" if n == 4 else "i|bob"
        row = question(n, binding=f"b{n}", requirements=asks, requester=who)
        await made.approvals.open(row, [])
    await said(made.store, "UPDATE approvals SET asked = NULL")
    part = Part(principal="i|ada", groups=frozenset({"fin"}), limit=9)
    rows, _ = await made.store.board.waiting(part)
    made.store.close(NOW)
    assert [one.id for one in rows] == ["apr_3", "apr_4", "apr_1", "apr_2"]


async def test_a_call_of_which_nobody_knows_the_end_is_found(ports):
    await approved(ports)
    await ports.approvals.consume("apr_1", attempt(), [])
    assert await ports.store.board.unknown(5) == []
    used = ending(outcome=Outcome.UNKNOWN, approval="apr_1", consume_id="use_1")
    await ports.outcomes.close(used)

    assert [one.id for one in await ports.store.board.unknown(5)] == ["apr_1"]


async def test_a_session_has_its_own_leaves_with_what_is_beside_them(ports):
    await ports.sink.write([replace(event(), side={"why": "x"}), replace(event(), session="gs_2")])
    await numbered(ports.store)

    (row,) = await ports.store.board.of_session("gs_1", 10)
    assert (row.seq, json.loads(row.leaf)["session"], json.loads(row.side)) == (
        0, "gs_1", {"why": "x"},
    )  # fmt: skip
    assert await ports.store.board.of_session("", 10) == []


async def test_each_leaf_is_proven_to_be_in_the_signed_log(ports):
    for _ in range(7):
        await ports.sink.write([replace(event(), at_ms=NOW + 5_000)])
    board = ports.store.board
    await numbered(ports.store)

    rows, size = await board.leaves(5, 2)
    assert ([one.seq for one in rows], size) == ([4, 3], 7)
    proof = await board.proof(0)
    root = opened_note(proof.note, KEY.origin, KEY.key.public_key()).root
    verify_inclusion(leaf_hash(proof.leaf), 0, proof.size, proof.path, root)
    assert await board.proof(10_000) is None


async def test_the_newest_sessions_come_first(ports):
    for n in (1, 3, 2):
        await ports.sessions.open(new_session(f"gs_{n}", WHO, now_ms=NOW + n))

    assert ids(await ports.store.board.sessions(2)) == ["gs_3", "gs_2"]


async def test_a_listed_session_is_what_was_changed_last(ports):
    await ports.sessions.open(new_session("gs_2", WHO, now_ms=NOW + 1))
    changing = [
        asyncio.create_task(
            ports.sessions.update("gs_2", lambda one: replace(one, step=one.step + 1))
        )
        for _ in range(20)
    ]
    await asyncio.gather(*changing)

    assert (await ports.store.board.sessions(1))[0] == await ports.sessions.get("gs_2")


async def test_no_session_is_read_that_is_not_on_the_page(ports):
    for n in (1, 3, 2):
        await ports.sessions.open(new_session(f"gs_{n}", WHO, now_ms=NOW + n))
    await said(ports.store, "UPDATE sessions SET head = '{\"ended\": 0}' WHERE id <> 'gs_2'")

    assert ids(await ports.store.board.sessions(2)) == [None, "gs_2"]


@pytest.mark.parametrize("left", ["no column", "empty column", "damaged rows"])
@pytest.mark.parametrize("kind", ["sqlite", postgres.POSTGRES])
async def test_sessions_that_an_older_guard_left_are_listed_newest_first(tmp_path, kind, left):
    url = postgres.fresh(own_clock=False) if kind == "postgres" else ""

    def opened():
        return postgres.store(KEY, url=url) if url else made_on(kind, tmp_path).store

    store = opened()
    for n in (1, 3, 2):
        await store.sessions.open(
            new_session(f"gs_{n}", WHO, now_ms=NOW + n, words=('"opened":9,',))
        )
    if left == "no column":
        await said(store, "DROP INDEX sessions_opened")
        await said(store, "ALTER TABLE sessions DROP COLUMN opened_ms")
    else:
        await said(store, "UPDATE sessions SET opened_ms = NULL")
    if url:  # nor did it say which tables it had made
        await said(store, "DELETE FROM guard_meta WHERE name = 'tables'")
    if left == "damaged rows":
        await said(store, "UPDATE sessions SET head = '{\"ended\": 0}' WHERE id = 'gs_3'")
    store.close(NOW)

    again = opened()
    last = ["gs_2", "gs_1", None] if left == "damaged rows" else ["gs_3", "gs_2", "gs_1"]
    assert ids(await again.board.sessions(9)) == last
    again.close(NOW)


async def test_pages_of_plans_and_grants_put_together_are_the_whole_list(ports):
    grants, board = ports.store.grants, ports.store.board
    for n in range(1, 8):
        await grants.propose(plan(n), [])
    for n in (2, 3, 5, 6):
        await grants.vote(plan_vote(number=n), [])
    await grants.revoke("grt_5_1", "operator", NOW + 20, [])
    plans = [f"pln_{n}" for n in (7, 4, 1, 6, 5, 3, 2)]
    usable = [f"grt_{n}_1" for n in (6, 3, 2, 5)]

    for most in (1, 2, 3, 9):
        parts = [await board.plans(most, skip) for skip in range(0, 7, most)]
        assert [one.id for part in parts for one in part] == plans
        parts = [await board.grants(NOW + 30, most, skip) for skip in range(0, 4, most)]
        assert [one.id for part in parts for one in part] == usable
    assert [one.id for one in await board.grants(NOW + 10**9, 2, 1)] == ["grt_5_1", "grt_3_1"]


async def test_every_list_goes_on_where_a_part_of_it_ended(ports):
    grants, board = ports.store.grants, ports.store.board
    for n in (1, 2, 3):
        await ports.sessions.open(new_session(f"gs_{n}", WHO, now_ms=NOW + n))
        await ports.approvals.open(question(n, binding=f"b{n}", created_ms=NOW + n), [])
        await ports.approvals.vote(replace(vote("deny"), approval_id=f"apr_{n}"), [])
        await grants.propose(plan(n), [])
    await grants.vote(plan_vote(number=3), [])
    await grants.vote(plan_vote(number=2), [])
    await grants.revoke("grt_3_1", "operator", NOW + 20, [])

    assert ids(await board.sessions(1, 1)) == ["gs_2"]
    assert [one.id for one in await board.answered(2, 1)] == ["apr_2", "apr_1"]
    assert [one.id for one in await board.plans(2)] == ["pln_1", "pln_3"]
    assert [one.id for one in await board.plans(2, 2)] == ["pln_2"]
    assert [one.id for one in await board.grants(NOW + 30, 5)] == ["grt_2_1", "grt_3_1"]
    assert [one.id for one in await board.grants(NOW + 30, 5, 1)] == ["grt_3_1"]
    assert await board.unknown(5, 1) == []


async def test_a_session_is_read_backwards_in_parts_with_what_followed_each(ports):
    await ports.sink.write([replace(event(), at_ms=NOW + n) for n in range(5)])
    await numbered(ports.store)
    board = ports.store.board

    assert [one.seq for one in await board.of_session("gs_1", 2)] == [3, 4]
    assert [one.seq for one in await board.of_session("gs_1", 2, 3)] == [1, 2]
    assert [one.seq for one in await board.later("gs_1", 1, 3)] == [3]
    assert await board.later("gs_2", 5, 0) == []
    assert await board.later("", 5, 0) == []
