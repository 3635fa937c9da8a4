"""What people look through is the same on both stores: bounded, ordered, and provable."""

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

    assert await ports.store.board.sessions(2) == ["gs_3", "gs_2"]


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

    assert await board.sessions(1, 1) == ["gs_2"]
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
