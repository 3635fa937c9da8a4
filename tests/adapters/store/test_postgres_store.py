"""What only a shared database can promise: several guards, one row, one log."""

import asyncio
import json
from dataclasses import replace
from functools import partial

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guard.audit.check import check_log
from guard.audit.event import Event
from guard.errors import Unavailable, Unusable
from guard.grant.approval import ApprovalState, NewApproval
from guard.grant.lease import Lease
from guard.grant.votes import Vote, Voter
from guard.model.call import Outcome
from guard.model.decision import Requirement
from guard.model.identity import Agent, Principal, Who
from guard.model.origin import Source
from guard.ports import Attempt, Ending
from guard.provenance.result.segment import Seen, Segment
from guard.session.history import Step
from guard.session.state import new_session, remembering
from guard_adapters.store.log import LogKey
from guard_adapters.store.postgres.database import Address
from guard_adapters.store.postgres.reading import read_log
from guard_adapters.store.postgres.store import PostgresStore
from tests import postgres

pytestmark = pytest.mark.peer

KEY = LogKey(origin="t/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))
WHO = Who(principal=Principal(issuer="i", subject="ada"), agent=Agent(id="bot"))
NOW = 1_767_607_200_000
SESSION = new_session("gs_1", WHO, now_ms=NOW)


SOON = {"timeout_ms": 300, "cooldown_ms": 600_000}


def opened(url, key=KEY):
    return PostgresStore(Address(url), key, timeout_ms=5_000, cooldown_ms=600_000)


@pytest.fixture
def url():
    return postgres.fresh(own_clock=False)


@pytest.fixture
def two(url):
    """Two guards on one database."""
    stores = opened(url), opened(url)
    yield stores
    for store in stores:
        store.close(NOW)


def event(kind="signal", call=""):
    return Event(kind=kind, at_ms=NOW, session="gs_1", call=call)


def one_more(session):
    return replace(session, step=session.step + 1)


def question(number=1, **changes):
    fields = {
        "id": f"apr_{number}", "binding": f"b{number}", "envelope": b"{}", "call_id": "c",
        "call_bytes": '{"to":"Ü"}'.encode(), "view_json": b"{}", "nonce": "00",
        "requester": "i|ada", "agent": "bot", "session": "gs_1",
        "requirements": (Requirement(rule="PAY-1", reason="amount", kind="self"),),
        "policy_version": "p", "pending_until_ms": NOW + 60_000, "grant_ttl_s": 60,
        "created_ms": NOW,
    }  # fmt: skip
    return NewApproval(**{**fields, **changes})


def yes(number=1, **changes):
    voter = Voter(principal="i|ada", uv=True)
    fields = {"decision": "approve", "method": "webauthn", "at_ms": NOW}
    return Vote(approval_id=f"apr_{number}", voter=voter, **{**fields, **changes})


def attempt(use, number=1, now_ms=NOW + 1):
    return Attempt(
        consume_id=use, judged=SESSION, binding=f"b{number}", policy_version="p", now_ms=now_ms,
        outcome_due_ms=NOW + 330_000,
    )  # fmt: skip


async def whole(url):
    return await asyncio.to_thread(read_log, Address(url))


async def soon(ready, seconds=5):
    async with asyncio.timeout(seconds):
        while not (found := await ready()):
            await asyncio.sleep(0.02)
    return found


async def test_after_a_restart_every_row_is_still_there(url):
    store = opened(url)
    lease = Lease(id="l1", call_id="c1", session="gs_1", kind="calltoken", deadline_ms=NOW)
    await store.sessions.open(new_session("gs_1", WHO, now_ms=NOW))
    session = await store.sessions.update("gs_1", one_more)
    await store.approvals.open(question(), [event("approval_opened")])
    approval = await store.approvals.vote(yes(), [event("vote")])
    await store.leases.reserve(lease, [event("lease_reserved")])
    store.close(NOW)

    again = opened(url)
    rows = await again.sessions.get("gs_1"), await again.approvals.get("apr_1")
    leases = await again.leases.unsettled()
    again.close(NOW)

    assert rows == (session, approval)
    assert list(leases) == [lease]
    assert (await whole(url)).size == 3


@pytest.mark.parametrize("made", [True, False])
async def test_a_guard_that_starts_waits_for_no_other_unless_it_has_tables_to_make(url, made):
    opened(url).close(NOW)
    if not made:
        await asyncio.to_thread(postgres.execute, url, "DELETE FROM guard_meta WHERE name='tables'")

    async def beside(db):
        async with db.transaction():
            await db.execute(
                "UPDATE sessions SET version = 2"
            )  # what every guard does all the time
            starting = asyncio.to_thread(PostgresStore, Address(url), KEY, **SOON)
            return (await asyncio.gather(starting, return_exceptions=True))[0]

    found = await asyncio.to_thread(postgres.execute, url, work=beside)
    if made:
        found.close(NOW)
    else:
        assert found.code == "store_unusable"


async def test_what_an_older_guard_wrote_down_for_a_session_is_found(url):
    store = opened(url)
    lease = Lease(id="l1", call_id="c1", session="gs_1", kind="calltoken", deadline_ms=NOW)
    for one in (lease, replace(lease, id="l2", session="gs_2")):
        await store.leases.reserve(one, [])
    await asyncio.to_thread(postgres.execute, url, "UPDATE leases SET session = ''")
    found = await store.leases.unsettled_of("gs_1")
    store.close(NOW)
    assert list(found) == [lease]


async def test_two_guards_that_change_one_session_lose_nothing(two):
    await two[0].sessions.open(new_session("gs_1", WHO, now_ms=NOW))

    await asyncio.gather(*(two[n % 2].sessions.update("gs_1", one_more) for n in range(100)))

    for store in two:
        assert (await store.sessions.get("gs_1")).step == 100


async def test_what_one_guard_was_shown_the_other_knows(two):
    one, other = two
    await one.sessions.open(new_session("gs_1", WHO, now_ms=NOW))
    for step, store in enumerate((one, other, one), start=1):
        seen = Seen("text", f"v{step}", "*.name", Source.TRUSTED, 1)
        segment = Segment(step=step, action="crm/find", seen=(seen,))
        done = Ending(
            session="gs_1", change=partial(remembering, segment=segment), segment=segment,
            events=(event("outcome"),), outcome=Outcome.OK,
        )  # fmt: skip
        await store.sessions.close(done)
        known = [await each.sessions.known("gs_1") for each in two]
        assert [each.learned for each in known] == [step, step]


async def test_of_fifty_uses_by_two_guards_one_wins(two):
    await two[0].sessions.open(SESSION)
    await two[0].approvals.open(question(), [event("approval_opened")])
    await two[1].approvals.vote(yes(), [event("vote")])

    tries = [
        two[n % 2].approvals.consume("apr_1", attempt(f"use_{n}"), [event("consume")])
        for n in range(50)
    ]
    used = [row for row in await asyncio.gather(*tries) if row is not None]

    assert len(used) == 1
    leaves = [json.loads(leaf)["kind"] for _, leaf in (await two[0].log.page(0)).leaves]
    assert leaves == ["approval_opened", "vote", "consume"]


@pytest.mark.parametrize("cut", [False, True])
async def test_who_waits_at_one_guard_is_woken_by_a_yes_at_the_other(two, cut):
    one, other = two
    async with one.approvals.waiter("apr_1") as waiter:
        await one.approvals.open(question(), [])
        if cut:
            one.hints.cut()
        await other.approvals.vote(yes(), [])
        assert await waiter.wait(5_000)
    assert (await one.approvals.get("apr_1")).status is ApprovalState.APPROVED


async def test_the_run_of_a_guard_that_is_gone_is_unknown(two, url):
    await two[0].sessions.open(SESSION)
    one, other = two
    await one.approvals.open(question(), [])
    await one.approvals.vote(yes(), [])
    await one.approvals.consume("apr_1", attempt("use"), [])
    assert list(await other.approvals.sweep(NOW + 2)) == []

    gone = "UPDATE replicas SET seen_ms = -30000 WHERE id = (SELECT holder FROM approvals)"
    await asyncio.to_thread(postgres.execute, url, gone)
    (lost,) = await other.approvals.sweep(NOW + 2)

    assert (lost.id, lost.outcome) == ("apr_1", Outcome.UNKNOWN)


async def test_a_late_ending_of_an_unknown_run_is_taken(two, url):
    await two[0].sessions.open(SESSION)
    await two[0].approvals.open(question(), [])
    await two[0].approvals.vote(yes(), [])
    await two[0].approvals.consume("apr_1", attempt("use"), [])
    await two[1].approvals.sweep(NOW + 330_001)

    done = Ending(
        session="gs_x", change=one_more, events=(event("outcome"),), outcome=Outcome.OK,
        approval="apr_1", consume_id="use",
    )  # fmt: skip
    await two[0].sessions.close(done)

    assert (await two[1].approvals.get("apr_1")).outcome is Outcome.OK


async def test_calls_and_leases_are_lost_only_with_their_guard(two, url):
    one, other = two
    await one.sessions.open(new_session("gs_1", WHO, now_ms=NOW))
    running = Step(n=1, call="c1", action="a/b", classes=frozenset(), at_ms=NOW)
    await one.sessions.update("gs_1", lambda s: replace(s, steps=(running,)))
    await one.leases.reserve(
        Lease(id="l", call_id="c1", session="gs_1", kind="k", deadline_ms=1), []
    )
    assert (await other.sessions.lost(), list(await other.leases.lost())) == ({}, [])

    await asyncio.to_thread(
        postgres.execute,
        url,
        "UPDATE replicas SET seen_ms = -30000 WHERE id = (SELECT holder FROM leases)",
    )

    assert await other.sessions.lost() == {"gs_1": frozenset({"c1"})}
    assert [lease.id for lease in await other.leases.lost()] == ["l"]


async def test_what_two_guards_write_at_once_is_one_log_without_a_gap(two, url):
    await asyncio.gather(*(two[n % 2].sink.write([event(), event()]) for n in range(200)))
    for store in two:
        store.close(NOW)

    rows = await whole(url)
    assert [seq for seq, _ in rows.leaves] == list(range(400))
    report = check_log(rows.leaves, rows.sides, rows.notes, KEY.origin, KEY.key.public_key())
    assert (report.size, report.signed, list(report.findings)) == (400, 400, [])


async def test_events_without_a_number_are_in_the_log_that_is_read(url):
    store = opened(url)
    await store.sink.write([event()])
    rows = await whole(url)
    store.close(NOW)

    assert [json.loads(leaf)["kind"] for _, leaf in rows.leaves] == ["signal"]


async def test_a_guard_with_another_key_is_refused(url):
    opened(url).close(NOW)
    other = LogKey(origin="t/audit", key=Ed25519PrivateKey.from_private_bytes(b"x" * 32))

    with pytest.raises(Unusable) as caught:
        opened(url, other)

    assert caught.value.code == "store_of_another_log"


async def test_a_database_of_a_newer_guard_is_refused(url):
    opened(url).close(NOW)
    await asyncio.to_thread(
        postgres.execute, url, "UPDATE guard_meta SET value='99' WHERE name='format'"
    )

    with pytest.raises(Unusable) as caught:
        opened(url)

    assert caught.value.code == "store_unusable"


@pytest.mark.parametrize(
    "wrong",
    [
        "postgresql://u:canary-secret@127.0.0.1:1/x",
        "postgresql://u:canary-secret@/x?host=/nowhere",
        "nonsense-canary-secret",
        "postgresql://u:canary-secret@127.0.0.1:canary-secret/x",
    ],
)
def test_an_address_is_in_no_error_and_no_repr(wrong):
    with pytest.raises(Unusable) as caught:
        opened(wrong)

    shown = f"{caught.value!r} {caught.value} {Address(wrong)!r} {caught.value.__cause__!r}"
    assert "canary" not in shown


async def test_what_was_approved_before_a_failover_is_not_used_after_it(two, url):
    await two[0].sessions.open(SESSION)
    await two[0].approvals.open(question(), [])
    await two[0].approvals.vote(yes(), [])
    await asyncio.to_thread(postgres.execute, url, "UPDATE approvals SET timeline = '0000000F'")

    assert await two[0].approvals.consume("apr_1", attempt("use"), []) is None

    row = await two[0].approvals.get("apr_1")
    assert (row.status, row.reason_code) == (ApprovalState.REVOKED, "failover")


async def test_the_databases_clock_ends_what_a_guard_that_stood_still_would_use(two, url):
    await two[0].sessions.open(SESSION)
    await two[0].approvals.open(question(), [])
    await two[0].approvals.vote(yes(), [])
    later = (
        "CREATE OR REPLACE FUNCTION guard_now_ms() RETURNS bigint LANGUAGE sql VOLATILE"
        f" AS $$ SELECT {NOW + 60_001}::bigint $$"
    )
    await asyncio.to_thread(postgres.execute, url, later)

    assert await two[0].approvals.consume("apr_1", attempt("use"), []) is None


async def test_when_connections_are_cut_the_next_call_gets_a_new_one(two, url):
    one, _ = two
    await one.approvals.open(question(), [])
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
    await asyncio.to_thread(postgres.execute, url, cut)

    assert (await one.approvals.get("apr_1")).id == "apr_1"


async def test_a_commit_whose_answer_is_lost_is_a_use_of_the_same_attempt(two, monkeypatch):
    one, _ = two
    await one.sessions.open(SESSION)
    await one.approvals.open(question(), [])
    await one.approvals.vote(yes(), [])
    lose_answers(one, monkeypatch, times=2)

    used = await one.approvals.consume("apr_1", attempt("use"), [event("consume")])

    assert (used.consume_id, used.outcome) == ("use", Outcome.RUNNING)
    kinds = [json.loads(leaf)["kind"] for _, leaf in (await one.log.page(0)).leaves]
    assert kinds.count("consume") == 1


async def test_an_ending_whose_answer_is_lost_is_written_once(two, monkeypatch):
    one, _ = two
    await one.sessions.open(new_session("gs_1", WHO, now_ms=NOW))
    lose_answers(one, monkeypatch, times=3)

    await one.sessions.close(
        Ending(session="gs_1", change=one_more, events=(event("outcome"),), outcome=Outcome.OK)
    )

    assert (await one.sessions.get("gs_1")).step == 1
    assert len((await one.log.page(0)).leaves) == 1


async def test_closing_waits_for_the_ends_of_calls_that_nobody_waits_for(two):
    one, other = two
    await one.sessions.open(new_session("gs_1", WHO, now_ms=NOW))
    for _ in range(20):
        one.sessions.close(
            Ending(session="gs_1", change=one_more, events=(event("outcome"),), outcome=Outcome.OK)
        )

    await asyncio.to_thread(one.close, NOW)

    assert (await other.sessions.get("gs_1")).step == 20


def lose_answers(store, monkeypatch, times):
    """Let the next transactions commit, and their callers believe that the connection broke."""
    database = store._database
    whole, left = database.connection, [times]

    class Lost:
        def __init__(self, found):
            self.found = found

        async def __aenter__(self):
            return await self.found.__aenter__()

        async def __aexit__(self, *error):
            await self.found.__aexit__(*error)
            if error == (None, None, None) and left[0] > 0:
                left[0] -= 1
                raise ConnectionResetError

    monkeypatch.setattr(database, "connection", lambda: Lost(whole()))


async def test_a_database_that_went_away_says_so_and_names_no_secret(url):
    store = opened(url)
    name = url.partition("?")[0].rpartition("/")[2]
    await asyncio.to_thread(
        postgres.execute, postgres.address(), f"DROP DATABASE {name} WITH (FORCE)"
    )

    with pytest.raises(Unavailable) as caught:
        await store.sink.write([event()])
    store.close(NOW)

    assert caught.value.code == "store_unavailable"
