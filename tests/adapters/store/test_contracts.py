"""The contracts of the store's ports, kept by SQLite, PostgreSQL and the public fakes alike."""

import asyncio
import json
from dataclasses import dataclass, field, replace
from typing import Any

import anyio
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guard.audit.event import Event
from guard.errors import Refused
from guard.grant.approval import ApprovalState, NewApproval
from guard.grant.lease import Lease, LeaseEvent, LeaseState, NoLeaseTransition, ended
from guard.grant.votes import Vote, Voter
from guard.model.call import Outcome
from guard.model.decision import Requirement
from guard.model.identity import Agent, Principal, Who
from guard.model.origin import Source
from guard.ports import Attempt, Ending
from guard.provenance.result.segment import Seen, Segment
from guard.session.state import new_session, remembering
from guard.testing import FrozenClock, MemoryApprovals, MemoryStore
from guard_adapters.store.log import LogKey
from guard_adapters.store.rows import approval_from, approval_text
from guard_adapters.store.sqlite.store import SqliteStore
from tests import postgres

KEY = LogKey(origin="t/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))
WHO = Who(principal=Principal(issuer="i", subject="ada"), agent=Agent(id="bot"))
ASK = Requirement(rule="PAY-1", reason="amount", kind="self")
NOW = 1_767_607_200_000
SESSION = new_session("gs_1", WHO, now_ms=NOW)


@dataclass
class Ports:
    """One implementation of every port of a store."""

    sessions: Any
    approvals: Any
    leases: Any
    outcomes: Any
    sink: Any
    leaves: Any
    store: Any = None
    path: Any = None
    clock: FrozenClock = field(default_factory=FrozenClock)

    async def kinds(self):
        return [one["kind"] for one in await self.leaves()]


def stored(store, path=None):

    async def leaves():
        return [json.loads(leaf) for _, leaf in (await store.log.page(0)).leaves]

    return Ports(
        store.sessions,
        store.approvals,
        store.leases,
        store.sessions,
        store.sink,
        leaves,
        store,
        path,
    )


def memory():
    clock = FrozenClock()
    approvals = MemoryApprovals(clock=clock)
    fake = MemoryStore(approvals=approvals, events=approvals.events)
    approvals.sessions = fake.held

    async def leaves():
        return [event.body() for event in fake.events]

    return Ports(fake, approvals, fake, fake, fake, leaves)


def made_on(kind, tmp_path):
    match kind:
        case "memory":
            return memory()
        case "sqlite":
            path = tmp_path / "guard.sqlite"
            return stored(SqliteStore(path, KEY, timeout_ms=5_000, cooldown_ms=600_000), path)
        case "postgres":
            return stored(postgres.store(KEY))


@pytest.fixture(params=["sqlite", "memory", postgres.POSTGRES])
async def ports(request, tmp_path):
    made = made_on(request.param, tmp_path)
    await made.sessions.open(SESSION)
    yield made
    if made.store is not None:
        made.store.close(NOW + 10_000)


def event(kind="signal"):
    return Event(kind=kind, at_ms=NOW, session="gs_1")


def one_more(session):
    return replace(session, step=session.step + 1)


def question(number=1, **changes):
    fields = {
        "id": f"apr_{number}", "binding": "b", "envelope": b"{}", "call_id": f"c{number}",
        "call_bytes": b'{"a":1}', "view_json": b"{}", "nonce": "00", "requester": "i|ada",
        "agent": "bot", "session": "gs_1", "requirements": (ASK,), "policy_version": "p",
        "pending_until_ms": NOW + 60_000, "grant_ttl_s": 60, "cooldown_key": "k", "created_ms": NOW,
    }  # fmt: skip
    return NewApproval(**{**fields, **changes})


def vote(decision="approve", at_ms=NOW):
    voter = Voter(principal="i|ada", uv=True)
    return Vote(approval_id="apr_1", voter=voter, decision=decision, method="terminal", at_ms=at_ms)


def attempt(number=1, **changes):
    fields = {
        "judged": SESSION, "binding": "b", "policy_version": "p", "now_ms": NOW + 1,
        "outcome_due_ms": NOW + 99,
    }  # fmt: skip
    return Attempt(consume_id=f"use_{number}", **{**fields, **changes})


def ending(**changes):
    fields = {"session": "gs_1", "change": one_more, "events": (event("outcome"),)}
    return Ending(**{**fields, "outcome": Outcome.OK, **changes})


def showed(step):
    seen = Seen("email", "a@firm.example", "*.email", Source.TRUSTED, 1)
    return Segment(step=step, action="crm/find", seen=(seen,))


def counting(segment):
    return lambda session: remembering(session, segment)


async def approved(ports):
    await ports.approvals.open(question(), [event("approval_opened")])
    await ports.approvals.vote(vote(), [event("vote")])


# Sessions


async def test_a_hundred_parallel_updates_lose_none(ports):
    await ports.sessions.open(new_session("gs_1", WHO, now_ms=NOW))

    await asyncio.gather(*(ports.sessions.update("gs_1", one_more) for _ in range(100)))

    session = await ports.sessions.get("gs_1")
    assert (session.step, session.version) == (100, 100)


async def test_a_session_that_ended_is_not_live(ports):
    await ports.sessions.open(SESSION)
    await ports.sessions.open(replace(SESSION, id="gs_2"))
    assert [one.id for one in await ports.sessions.live()] == ["gs_1", "gs_2"]
    await ports.sessions.update("gs_1", lambda one: replace(one, ended_at_ms=NOW))
    assert [one.id for one in await ports.sessions.live()] == ["gs_2"]


async def test_opening_a_session_twice_keeps_the_first(ports):
    await ports.sessions.open(new_session("gs_1", WHO, now_ms=NOW))
    await ports.sessions.update("gs_1", one_more)

    again = await ports.sessions.open(new_session("gs_1", WHO, now_ms=NOW + 5))

    assert (again.step, again.opened_at_ms) == (1, NOW)
    assert [one.id for one in await ports.sessions.all()] == ["gs_1"]


@pytest.mark.parametrize("ask", ["get", "update"])
async def test_an_unknown_session_is_refused(ports, ask):
    more = (one_more,) if ask == "update" else ()

    with pytest.raises(Refused) as caught:
        await getattr(ports.sessions, ask)("gs_x", *more)

    assert caught.value.code == "session_unknown"


async def test_a_change_that_raises_changes_nothing(ports):
    await ports.sessions.open(new_session("gs_1", WHO, now_ms=NOW))

    def wrong(_session):
        raise Refused("no", code="budget_spent")

    with pytest.raises(Refused):
        await ports.sessions.update("gs_1", wrong)

    assert (await ports.sessions.update("gs_1", one_more)).step == 1


async def test_what_a_result_showed_is_known_to_the_next_call(ports):
    await ports.sessions.open(new_session("gs_1", WHO, now_ms=NOW))
    assert (await ports.sessions.known("gs_1")).learned == 0

    for step in (1, 2):
        segment = showed(step)
        await ports.outcomes.close(ending(segment=segment, change=counting(segment)))

    known = await ports.sessions.known("gs_1")
    session = await ports.sessions.get("gs_1")
    assert (
        (known.learned, known.chain)
        == (session.observed, session.observed_sha256)
        == (2, known.chain)
    )
    assert [place.step for place in known.places("email", "a@firm.example")] == [1, 2]


async def test_nothing_is_known_of_an_unknown_session(ports):
    with pytest.raises(Refused) as caught:
        await ports.sessions.known("gs_x")

    assert caught.value.code == "session_unknown"


# Approvals


async def test_the_same_call_joins_the_open_question_and_is_not_asked_again(ports):
    first = await ports.approvals.open(question(1), [event("approval_opened")])
    joined = await ports.approvals.open(question(2), [event("approval_opened")])

    assert (first.id, joined.id, joined.waiting) == ("apr_1", "apr_1", 2)
    assert await ports.kinds() == ["approval_opened"]


async def test_another_binding_is_another_question(ports):
    await ports.approvals.open(question(1), [])
    other = await ports.approvals.open(question(2, binding="other"), [])

    assert other.id == "apr_2"
    assert len(await ports.approvals.listed(open_only=True)) == 2


async def test_a_question_past_its_limit_is_not_joined(ports):
    await ports.approvals.open(question(1), [])
    late = {"created_ms": NOW + 60_000, "pending_until_ms": NOW + 120_000}

    assert (await ports.approvals.open(question(2, **late), [])).id == "apr_2"


async def test_of_fifty_who_use_an_approval_one_wins(ports):
    await approved(ports)

    tries = [ports.approvals.consume("apr_1", attempt(n), [event("consume")]) for n in range(50)]
    used = [row for row in await asyncio.gather(*tries) if row is not None]

    assert len(used) == 1
    assert (await ports.kinds()).count("consume") == 1


async def test_the_last_used_question_of_a_tool_and_person_is_found(ports):
    for n in (1, 2, 3):
        asked = question(n, binding=f"b{n}", action="bank/pay" if n < 3 else "bank/other")
        await ports.approvals.open(asked, [])
        said = replace(vote(at_ms=NOW + n), approval_id=f"apr_{n}")
        await ports.approvals.vote(said, [])
        used = attempt(n, binding=f"b{n}", now_ms=NOW + n)
        await ports.approvals.consume(f"apr_{n}", used, [])

    assert (await ports.approvals.last_used("bank/pay", "i|ada")).id == "apr_2"
    assert await ports.approvals.last_used("bank/pay", "i|bob") is None
    assert await ports.approvals.last_used("bank/wipe", "i|ada") is None


async def test_the_question_that_the_same_call_used_last_is_found(ports):
    for n, key in ((1, "same"), (2, "same"), (3, "other"), (4, "same")):
        await ports.approvals.open(question(n, binding=f"b{n}", cooldown_key=key), [])
        said = replace(vote(at_ms=NOW + n), approval_id=f"apr_{n}")
        await ports.approvals.vote(said, [])
        if n < 4:
            used = attempt(n, binding=f"b{n}", now_ms=NOW + n)
            await ports.approvals.consume(f"apr_{n}", used, [])

    assert (await ports.approvals.last_same("same")).id == "apr_2"
    assert await ports.approvals.last_same("another") is None


async def test_a_question_that_was_only_answered_was_not_used(ports):
    await ports.approvals.open(question(action="bank/pay"), [])
    await ports.approvals.vote(vote(), [])

    assert await ports.approvals.last_used("bank/pay", "i|ada") is None


async def test_the_winner_may_ask_again_and_is_written_down_once(ports):
    await approved(ports)

    for _ in range(2):
        assert await ports.approvals.consume("apr_1", attempt(), [event("consume")]) is not None

    assert (await ports.kinds()).count("consume") == 1


@pytest.mark.parametrize(
    "wrong", [{"binding": "x"}, {"policy_version": "x"}, {"now_ms": NOW + 60_001}]
)
async def test_an_approval_for_something_else_or_too_late_is_not_used(ports, wrong):
    await approved(ports)

    assert await ports.approvals.consume("apr_1", attempt(**wrong), [event("consume")]) is None
    assert "consume" not in await ports.kinds()


async def test_an_answer_to_an_ended_question_is_refused_and_not_written_down(ports):
    await ports.approvals.open(question(), [])
    await ports.approvals.vote(vote("deny"), [])

    with pytest.raises(Refused) as caught:
        await ports.approvals.vote(vote(at_ms=NOW + 1), [event("vote")])

    assert caught.value.code == "approval_transition"
    assert await ports.kinds() == []


async def test_a_no_refuses_the_same_call_for_a_while(ports):
    await ports.approvals.open(question(), [])
    await ports.approvals.vote(vote("deny"), [])

    assert await ports.approvals.cooling("k", NOW + 1_000) == 599_000
    assert await ports.approvals.cooling("k", NOW + 600_000) == 0
    assert await ports.approvals.cooling("other", NOW) == 0


async def test_a_sweep_expires_questions_and_loses_sight_of_runs(ports):
    await approved(ports)
    await ports.approvals.consume("apr_1", attempt(), [])
    await ports.approvals.open(question(2, binding="other"), [])

    swept = {row.id: row for row in await ports.approvals.sweep(NOW + 60_000)}

    assert swept["apr_1"].outcome is Outcome.UNKNOWN
    assert swept["apr_2"].status is ApprovalState.EXPIRED
    assert await ports.approvals.sweep(NOW + 60_000) == []


# Leases


def a_lease(number=1, **changes):
    fields = {
        "id": f"l{number}", "call_id": "c1", "session": "gs_1", "kind": "calltoken",
        "deadline_ms": NOW + 30, "changed_ms": NOW + number, "server": "crm", "tool": "read",
        "issuer": "db", "guard": "abcdef", "handle": f"g_abcdef_{number}", "binding": 1,
    }  # fmt: skip
    return Lease(**{**fields, **changes})


def recall(row):
    return row.after(LeaseEvent.RECALL, NOW)


def gone(row):
    return row.after(LeaseEvent.GONE, NOW)


async def test_a_lease_is_unsettled_until_nothing_is_left_of_it(ports):
    await ports.leases.reserve(a_lease(), [event("lease_reserved")])
    pending = await ports.leases.advance("l1", recall, [])
    before = await ports.leases.unsettled()
    await ports.leases.advance("l1", gone, [event("credential_revoked")])

    assert list(before) == [pending] == [recall(a_lease())]
    assert list(await ports.leases.unsettled()) == []
    assert await ports.leases.lease("l1") == gone(pending)
    assert await ports.kinds() == ["lease_reserved", "credential_revoked"]


async def test_the_unsettled_leases_of_a_session_are_its_own_in_every_state_that_may_live(ports):
    for n, state in enumerate(LeaseState):
        for m, session in enumerate(("gs_1", "gs_2", "gs_\u00e9")):
            row = a_lease(10 * n + m, session=session, tool=f"{n}{m}")
            await ports.leases.reserve(row, [])
            await ports.leases.advance(row.id, lambda row, to=state: replace(row, state=to), [])
    for session in ("gs_1", "gs_2", "gs_\u00e9", "gs_9"):
        held = [one for one in await ports.leases.unsettled() if one.session == session]
        found = await ports.leases.unsettled_of(session)
        assert sorted(one.id for one in found) == sorted(one.id for one in held)
        assert len(held) == (5 if session != "gs_9" else 0)


async def test_a_change_that_changes_nothing_is_not_written(ports):
    await ports.leases.reserve(a_lease(), [])
    assert await ports.leases.advance("l1", lambda row: row, [event()]) == a_lease()
    assert await ports.kinds() == []


async def test_a_change_that_cannot_be_leaves_the_row_and_writes_nothing(ports):
    await ports.leases.reserve(a_lease(), [])
    with pytest.raises(NoLeaseTransition):
        await ports.leases.advance("l1", gone, [event()])
    assert await ports.leases.lease("l1") == a_lease()
    assert await ports.kinds() == []


async def test_an_unknown_lease_is_none_and_cannot_be_changed(ports):
    assert await ports.leases.lease("l9") is None
    with pytest.raises(Refused) as no:
        await ports.leases.advance("l9", recall, [])
    assert no.value.code == "lease_unknown"


async def test_a_tool_is_in_quarantine_while_one_of_its_leases_cannot_be_revoked(ports):
    stuck = replace(a_lease(), state=LeaseState.REVOKE_PENDING, tries=7)
    await ports.leases.reserve(stuck, [])
    await ports.leases.advance("l1", lambda row: row.tried(NOW), [])
    with pytest.raises(Refused) as no:
        await ports.leases.reserve(a_lease(2), [event("lease_reserved")])
    assert no.value.code == "tool_quarantined"
    assert await ports.leases.lease("l2") is None
    await ports.leases.reserve(a_lease(3, tool="write"), [])
    assert [row.id for row in await ports.leases.unsettled()] == ["l1", "l3"]
    assert [row.id for row in await ports.leases.irrevocable()] == ["l1"]
    await ports.leases.advance("l1", gone, [])
    await ports.leases.reserve(a_lease(2), [])
    assert list(await ports.leases.irrevocable()) == []
    assert await ports.kinds() == []


async def test_the_newest_leases_come_first_and_no_more_than_asked(ports):
    for number in (1, 2, 3):
        await ports.leases.reserve(a_lease(number), [])
    assert [row.id for row in await ports.leases.recent(2)] == ["l3", "l2"]


async def test_ended_leases_are_forgotten_but_the_newest_and_those_that_still_live(ports):
    for number in range(1, 7):
        row = replace(a_lease(number), changed_ms=NOW + number)
        await ports.leases.reserve(row, [])
        if number != 1:
            await ports.leases.advance(row.id, recall, [])
            await ports.leases.advance(
                row.id, lambda one, at=NOW + number: one.after(LeaseEvent.GONE, at), []
            )

    async def left():
        return sorted(row.id for row in await ports.leases.recent(10))

    assert await ports.leases.prune(NOW + 99, 6, 10) == 0  # no more than are kept
    assert await ports.leases.prune(NOW, 2, 10) == 0  # none is that old
    assert await ports.leases.prune(NOW + 99, 2, 1) == 1
    assert await left() == ["l1", "l3", "l4", "l5", "l6"]
    assert await ports.leases.prune(NOW + 4, 2, 10) == 1
    assert await ports.leases.prune(NOW + 99, 2, 10) == 1
    assert await left() == ["l1", "l5", "l6"]


async def test_an_ending_does_not_bring_a_revoked_lease_back(ports):
    await ports.sessions.open(new_session("gs_1", WHO, now_ms=NOW))
    await ports.leases.reserve(a_lease(), [])
    await ports.leases.advance("l1", recall, [])
    await ports.leases.advance("l1", gone, [])
    closing = ending(lease="l1", lease_change=lambda row: ended(row, NOW, leaves=True))
    await ports.outcomes.close(closing)
    row = await ports.leases.lease("l1")
    assert row.state is LeaseState.REVOKED


# Outcomes


async def ended_plainly(ports):
    await ports.outcomes.close(ending())


async def ended_by_raising(ports):
    try:
        await asyncio.wait_for(asyncio.Event().wait(), 0)
    except TimeoutError:
        await ports.outcomes.close(ending())


async def ended_by_a_scope(ports):
    with anyio.CancelScope() as scope:
        try:
            scope.cancel()
            await anyio.sleep(5)
        finally:
            done = ports.outcomes.close(ending())
        await done


async def ended_by_cancelling(ports, times=1):
    started = asyncio.Event()

    async def call():
        try:
            started.set()
            await asyncio.sleep(5)
        finally:
            done = ports.outcomes.close(ending())
            await done

    task = asyncio.create_task(call())
    await started.wait()
    for _ in range(times):
        task.cancel()
        await asyncio.sleep(0)
    await asyncio.gather(task, return_exceptions=True)


async def ended_by_cancelling_twice(ports):
    await ended_by_cancelling(ports, times=2)


@pytest.mark.parametrize(
    "ended",
    [
        ended_plainly,
        ended_by_raising,
        ended_by_a_scope,
        ended_by_cancelling,
        ended_by_cancelling_twice,
    ],
)
async def test_however_a_call_ends_its_ending_is_recorded(ports, ended):
    await ports.sessions.open(new_session("gs_1", WHO, now_ms=NOW))
    await approved(ports)
    await ports.approvals.consume("apr_1", attempt(), [])
    used = {"approval": "apr_1", "consume_id": "use_1"}
    ports.outcomes = _Using(ports.outcomes, used)

    await asyncio.wait_for(ended(ports), 5)
    await ports.sink.write([event()])

    assert (await ports.sessions.get("gs_1")).step == 1
    assert (await ports.approvals.get("apr_1")).outcome is Outcome.OK
    assert (await ports.kinds()).count("outcome") == 1


class _Using:
    """Ends every call as one that used this approval."""

    def __init__(self, outcomes, used):
        self._outcomes, self._used = outcomes, used

    def close(self, plain):
        return self._outcomes.close(replace(plain, **self._used))


async def test_an_ending_is_in_memory_before_anything_is_awaited(ports):
    await ports.sessions.open(new_session("gs_1", WHO, now_ms=NOW))

    done = ports.outcomes.close(ending())
    seen = (await ports.sessions.get("gs_1")).step
    await done

    assert seen == 1


# Runs that nobody knows the end of


async def lost_run(ports):
    await approved(ports)
    await ports.approvals.consume("apr_1", attempt(), [])
    await ports.approvals.sweep(NOW + 99)


async def test_an_unknown_run_is_listed_until_somebody_says_how_it_ended(ports):
    await lost_run(ports)
    assert [row.id for row in await ports.approvals.unknown()] == ["apr_1"]

    row = await ports.approvals.resolve("apr_1", Outcome.ERROR, [event("outcome_resolved")])

    assert row.outcome is Outcome.ERROR
    assert list(await ports.approvals.unknown()) == []
    assert (await ports.kinds())[-1] == "outcome_resolved"


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.RUNNING, Outcome.REFUSED])
async def test_an_unknown_run_ends_as_ok_or_error_and_nothing_else(ports, outcome):
    await lost_run(ports)

    with pytest.raises(Refused) as caught:
        await ports.approvals.resolve("apr_1", outcome, [event("outcome_resolved")])

    assert caught.value.code == "approval_transition"
    assert "outcome_resolved" not in await ports.kinds()


async def test_a_run_whose_end_is_known_or_still_to_come_is_not_resolved(ports):
    await approved(ports)
    for _ in range(2):  # not used yet; then running
        with pytest.raises(Refused) as caught:
            await ports.approvals.resolve("apr_1", Outcome.OK, [])
        assert caught.value.code == "approval_transition"
        await ports.approvals.consume("apr_1", attempt(), [])


async def test_an_unknown_run_that_is_used_again_is_not(ports):
    await lost_run(ports)
    await ports.approvals.resolve("apr_1", Outcome.ERROR, [])

    assert await ports.approvals.consume("apr_1", attempt(2), [event("consume")]) is None


async def test_every_try_of_the_attempt_that_used_an_approval_is_counted(ports):
    await approved(ports)
    tries = [await ports.approvals.consume("apr_1", attempt(), []) for _ in range(3)]

    assert [row.consume_try for row in tries] == [1, 2, 3]
    assert (await ports.approvals.get("apr_1")).consume_try == 3


async def test_what_ends_unused_is_written_down_with_its_reason_and_what_was_used_is_not(ports):
    for number in (1, 2, 3):
        await ports.approvals.open(question(number, binding=f"b{number}"), [])
    await ports.approvals.end("apr_1", "void", "risk_rose", NOW + 1, [])
    await ports.approvals.vote(replace(vote(), approval_id="apr_2"), [])
    await ports.approvals.consume("apr_2", attempt(binding="b2"), [])
    await ports.approvals.sweep(NOW + 70_000)
    await ports.approvals.sweep(NOW + 80_000)

    ended = [one for one in await ports.leaves() if one["kind"] == "approval_ended"]
    assert [(one["approval"], one["status"], one["why"]) for one in ended] == [
        ("apr_1", "cancelled", "risk_rose"), ("apr_3", "expired", "no_answer"),
    ]  # fmt: skip


async def test_when_a_question_first_reached_somebody_is_kept_and_it_goes_on_waiting(ports):
    await ports.approvals.open(question(), [])
    await ports.approvals.delivered("apr_1", NOW + 5_000)
    await ports.approvals.delivered("apr_1", NOW + 9_000)
    await ports.approvals.delivered("apr_9", NOW)
    row = await ports.approvals.get("apr_1")

    assert (row.delivered_ms, row.status) == (NOW + 5_000, "pending")


async def test_what_was_answered_before_anybody_saw_it_was_never_delivered(ports):
    await ports.approvals.open(question(), [])
    await ports.approvals.vote(vote("deny"), [])
    await ports.approvals.delivered("apr_1", NOW + 5_000)

    assert (await ports.approvals.get("apr_1")).delivered_ms == 0


async def used(ports, **changes):
    await approved(ports)
    await ports.approvals.consume("apr_1", attempt(), [])
    fields = {"approval": "apr_1", "consume_id": "use_1", **changes}
    await ports.outcomes.close(ending(**fields))
    return await ports.approvals.get("apr_1")


async def test_an_ending_says_whether_whoever_made_the_call_hears_of_it(ports):
    row = await used(ports, told_ms=NOW + 7)

    assert (row.outcome, row.told_ms) == (Outcome.OK, NOW + 7)


async def test_an_answer_that_reached_nobody_is_noted_once_somebody_is_told(ports):
    assert (await used(ports)).told_ms == 0
    for at_ms in (NOW + 7_000, NOW + 9_000):
        await ports.approvals.told("apr_1", at_ms)
    await ports.approvals.told("apr_9", NOW)
    row = await ports.approvals.get("apr_1")

    assert (row.told_ms, row.outcome) == (NOW + 7_000, Outcome.OK)


async def test_the_same_ending_once_more_says_that_whoever_made_the_call_has_left(ports):
    await used(ports, told_ms=NOW + 7)
    for other in ("use_2", ""):
        await ports.outcomes.close(ending(approval="apr_1", consume_id=other))
    assert (await ports.approvals.get("apr_1")).told_ms == NOW + 7

    await ports.outcomes.close(ending(approval="apr_1", consume_id="use_1"))
    row = await ports.approvals.get("apr_1")
    assert (row.outcome, row.told_ms) == (Outcome.OK, 0)


async def test_of_a_run_that_ended_under_an_older_guard_nobody_says_that_its_answer_was_lost(ports):
    row = await used(ports)

    def older(row):
        return approval_from(json.dumps({k: v for k, v in json.loads(approval_text(row)).items() if k != "told_ms"}))  # fmt: skip

    assert older(row).told_ms == row.consumed_ms
    assert older(replace(row, outcome=Outcome.RUNNING)).told_ms == 0
    assert older(await ports.approvals.open(question(2), [])).told_ms == 0
    assert approval_from(approval_text(row)).told_ms == 0


async def test_nobody_is_told_the_end_of_what_was_not_used(ports):
    await approved(ports)
    await ports.approvals.told("apr_1", NOW + 5_000)

    assert (await ports.approvals.get("apr_1")).told_ms == 0
