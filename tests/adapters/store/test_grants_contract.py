"""The contract of the hole for standing yeses, kept by SQLite, PostgreSQL and the public fake."""

import asyncio
import json
from dataclasses import dataclass, replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guard.audit.event import Event
from guard.errors import Refused
from guard.grant.approval import ApprovalState, NewApproval
from guard.grant.plan import Item, NewPlan, PlanEvent, PlanState
from guard.grant.reach import Reach
from guard.grant.scoped import GrantState, Ground
from guard.grant.votes import Vote, Voter
from guard.model.decision import Requirement
from guard.model.identity import Agent, Principal, Who
from guard.model.limits import Equal
from guard.ports import Attempt
from guard.ports.grants import Use
from guard.session.state import new_session
from guard.testing import FrozenClock, MemoryApprovals
from guard.testing.grants import MemoryGrants
from guard_adapters.store.log import LogKey
from guard_adapters.store.sqlite.store import SqliteStore
from tests import postgres

KEY = LogKey(origin="t/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))
NOW = 1_767_607_200_000
WHO = Who(principal=Principal(issuer="i", subject="ada"), agent=Agent(id="bot"))
SESSION = new_session("gs_1", WHO, now_ms=NOW)
ASK = Requirement(rule="PAY-1", reason="amount", kind="self")
GROUND = Ground(session="gs_1", requester="i|ada", agent="bot", policy_version="p")
REACH = Reach(server="s", tool="t", constraints=(Equal(path="a", value="1"),))
ITEM = Item(reach=REACH, uses=2, ground=GROUND, requirements=(ASK,))


@dataclass
class Holes:
    """One implementation of the two holes, and the kinds of what it wrote down."""

    grants: Any
    approvals: Any
    kinds: Any


def store_on(kind, path):
    if kind == "postgres":
        return postgres.store(KEY)
    return SqliteStore(path, KEY, timeout_ms=5_000, cooldown_ms=600_000)


@pytest.fixture(params=["sqlite", "memory", postgres.POSTGRES])
async def holes(request, tmp_path):
    if request.param == "memory":
        approvals = MemoryApprovals(clock=FrozenClock(), sessions={SESSION.id: SESSION})

        async def said():
            return [one.kind for one in approvals.events]

        yield Holes(MemoryGrants(approvals=approvals), approvals, said)
        return
    store = store_on(request.param, tmp_path / "guard.sqlite")
    await store.sessions.open(SESSION)

    async def kinds():
        return [json.loads(leaf)["kind"] for _, leaf in (await store.log.page(0)).leaves]

    yield Holes(store.grants, store.approvals, kinds)
    store.close(NOW + 10_000)


def event(kind):
    return Event(kind=kind, at_ms=NOW, session="gs_1")


def plan(number=1, **changes):
    fields = {
        "id": f"pln_{number}", "kind": "plan", "session": "gs_1", "requester": "i|ada", "agent": "bot",
        "items": (ITEM,), "ttl_s": 600, "nonce": "00", "created_ms": NOW + number,
        "pending_until_ms": NOW + 60_000,
    }  # fmt: skip
    return NewPlan(**{**fields, **changes})


def vote(decision="approve", at_ms=NOW + 10, number=1):
    voter = Voter(principal="i|ada", uv=True)
    return Vote(
        approval_id=f"pln_{number}", voter=voter, decision=decision, method="webauthn", at_ms=at_ms
    )


def question(number=1, **changes):
    fields = {
        "id": f"apr_{number}", "binding": f"b{number}", "envelope": b"{}", "call_id": f"c{number}",
        "call_bytes": b'{"a":1}', "view_json": b"{}", "nonce": "00", "requester": "i|ada",
        "agent": "bot", "session": "gs_1", "requirements": (ASK,), "policy_version": "p",
        "pending_until_ms": NOW + 60_000, "grant_ttl_s": 60, "created_ms": NOW + 20,
    }  # fmt: skip
    return NewApproval(**{**fields, **changes})


def use(number=1, **changes):
    return Use(grant="grt_1_1", new=question(number, **changes), asked="asked")


def attempt(number=1, now_ms=NOW + 21):
    return Attempt(
        consume_id=f"use_{number}", judged=SESSION, binding=f"b{number}", policy_version="p", now_ms=now_ms,
        outcome_due_ms=now_ms + 99,
    )  # fmt: skip


async def given(holes):
    await holes.grants.propose(plan(), [event("plan_opened")])
    return await holes.grants.vote(vote(), [event("vote")])


async def test_a_plan_gives_its_grants_with_the_yes_and_both_are_written_down(holes):
    await holes.grants.propose(plan(), [event("plan_opened")])
    assert await holes.grants.active("gs_1", NOW + 10) == []

    done = await holes.grants.vote(vote(), [event("vote")])

    (grant,) = await holes.grants.active("gs_1", NOW + 11)
    assert (done.status, grant.uses_left, grant.until_ms) == ("approved", 2, NOW + 10 + 600_000)
    assert (await holes.grants.grant(grant.id), await holes.grants.plan("pln_1")) == (grant, done)
    assert await holes.kinds() == ["plan_opened", "vote", "grant_made"]


async def test_a_no_gives_nothing(holes):
    await holes.grants.propose(plan(), [])
    assert (await holes.grants.vote(vote("deny"), [])).status == "denied"
    assert await holes.grants.grants() == []
    with pytest.raises(Refused, match="plan_transition"):
        await holes.grants.vote(vote(), [event("vote")])
    assert await holes.kinds() == []


async def test_a_use_counts_down_and_leaves_an_ordinary_approved_row(holes):
    await given(holes)

    row = await holes.grants.use(use(), [event("approval_opened")])

    assert (row.status, row.via, row.grant, row.votes) == ("approved", "grant", "grt_1_1", ())
    assert (await holes.grants.grant("grt_1_1")).uses_left == 1
    used = await holes.approvals.consume("apr_1", attempt(), [event("consume")])
    assert used.status is ApprovalState.CONSUMED
    assert await holes.approvals.consume("apr_1", attempt(2), []) is None
    assert (await holes.kinds())[-2:] == ["approval_opened", "consume"]


async def test_racing_uses_never_exceed_what_was_given(holes):
    await given(holes)
    rows = await asyncio.gather(*(holes.grants.use(use(n), [event("consume")]) for n in range(9)))
    assert len([row for row in rows if row is not None]) == 2
    assert (await holes.grants.grant("grt_1_1")).status(NOW + 30) is GrantState.USED_UP
    assert (await holes.kinds()).count("consume") == 2


@pytest.mark.parametrize("at_ms", [NOW + 10 + 600_000, NOW + 10 + 600_001])
async def test_after_its_time_a_grant_is_not_used(holes, at_ms):
    await given(holes)
    assert await holes.grants.use(use(created_ms=at_ms), [event("consume")]) is None
    assert await holes.grants.active("gs_1", at_ms) == []
    assert "consume" not in await holes.kinds()


async def test_grants_of_another_session_are_not_active(holes):
    await given(holes)
    assert await holes.grants.active("gs_2", NOW + 11) == []


async def test_an_open_question_about_the_same_call_ends_with_the_use(holes):
    await given(holes)
    await holes.approvals.open(question(5, binding="asked"), [])
    await holes.grants.use(use(), [])
    asked = await holes.approvals.get("apr_5")
    assert (asked.status, asked.reason_code) == ("cancelled", "granted")


async def test_a_yes_that_stands_for_the_same_call_is_taken_before_a_use(holes):
    await given(holes)
    await holes.approvals.open(question(5, binding="asked"), [])
    await holes.approvals.vote(replace(vote(), approval_id="apr_5"), [])
    row = await holes.grants.use(use(), [event("consume")])
    assert row.id == "apr_5"
    assert (await holes.grants.grant("grt_1_1")).uses_left == 2


async def test_revoking_a_grant_voids_what_it_left_unused(holes):
    await given(holes)
    await holes.grants.use(use(), [])
    ended = await holes.grants.revoke("grt_1_1", "operator", NOW + 21, [event("grant_ended")])
    assert ended.status(NOW + 21) is GrantState.REVOKED
    assert await holes.approvals.consume("apr_1", attempt(), []) is None
    assert (await holes.approvals.get("apr_1")).reason_code == "operator"
    assert await holes.grants.use(use(2), []) is None
    with pytest.raises(Refused, match="grant_ended"):
        await holes.grants.revoke("grt_1_1", "again", NOW + 22, [])


@pytest.mark.parametrize("late_no", [True, False])
async def test_what_ends_a_plan_ends_its_grants_and_what_they_left(holes, late_no):
    await given(holes)
    await holes.grants.use(use(1), [])
    await holes.grants.use(use(2), [])  # used up, and both rows still wait
    if late_no:
        ended = await holes.grants.vote(vote("deny", NOW + 21), [])
    else:
        ended = await holes.grants.end("pln_1", PlanEvent.VOID, "risk", NOW + 21, [])
    assert ended.status is PlanState.REVOKED
    for number in (1, 2):
        assert await holes.approvals.consume(f"apr_{number}", attempt(number), []) is None
    assert await holes.grants.active("gs_1", NOW + 22) == []


async def test_open_plans_are_listed_oldest_first_and_ended_ones_on_request(holes):
    for number in (1, 2, 3):
        await holes.grants.propose(plan(number), [])
    await holes.grants.vote(vote("deny", number=2), [])
    assert [one.id for one in await holes.grants.plans(open_only=True)] == ["pln_1", "pln_3"]
    assert len(await holes.grants.plans(open_only=False)) == 3


async def test_what_is_unknown_is_refused(holes):
    with pytest.raises(Refused, match="plan_unknown"):
        await holes.grants.vote(vote(), [])
    with pytest.raises(Refused, match="plan_unknown"):
        await holes.grants.end("pln_1", PlanEvent.VOID, "x", NOW, [])
    with pytest.raises(Refused, match="grant_unknown"):
        await holes.grants.revoke("grt_9", "x", NOW, [])
    assert await holes.grants.use(use(), []) is None
    assert (await holes.grants.plan("pln_1"), await holes.grants.grant("grt_1_1")) == (None, None)


async def test_all_open_plans_of_a_session_are_listed_whatever_came_later_in_others(
    holes, monkeypatch
):
    for store in ("sqlite", "postgres"):
        monkeypatch.setattr(f"guard_adapters.store.{store}.grants.LAST", 2)
    for number in (1, 2, 3):
        await holes.grants.propose(plan(number), [])
    for number in (4, 5, 6):
        await holes.grants.propose(plan(number, session="gs_9"), [])
    await holes.grants.vote(vote("deny", number=2), [])
    found = await holes.grants.plans(open_only=True, session="gs_1")
    assert [one.id for one in found] == ["pln_1", "pln_3"]
    assert len(await holes.grants.plans(open_only=False, session="gs_1")) == 3
