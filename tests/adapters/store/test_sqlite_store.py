"""What only a file can promise: it survives a restart, and a lost commit stops everything."""

import asyncio
import sqlite3
from dataclasses import replace
from functools import partial

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guard.audit.event import Event
from guard.audit.tree import Tree, opened_note
from guard.errors import GuardError, Unavailable, Unusable
from guard.grant.approval import ApprovalState, NewApproval
from guard.grant.lease import Lease
from guard.grant.votes import Vote, Voter
from guard.model.call import Outcome
from guard.model.decision import Requirement
from guard.model.identity import Agent, Principal, Who
from guard.model.origin import Source
from guard.ports import Attempt, Ending
from guard.provenance.result.segment import Seen, Segment
from guard.session.state import new_session, remembering
from guard_adapters.store import folding
from guard_adapters.store.clock import ThisMachine
from guard_adapters.store.log import LogKey
from guard_adapters.store.rows import picked
from guard_adapters.store.sqlite import approval_rows, audit, board, leases
from guard_adapters.store.sqlite.reading import read_log
from guard_adapters.store.sqlite.store import FORMAT, SqliteStore

KEY = LogKey(origin="t/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))
WHO = Who(principal=Principal(issuer="i", subject="ada"), agent=Agent(id="bot"))
NOW = 1_767_607_200_000


def opened(path):
    return SqliteStore(path, KEY, timeout_ms=5_000, cooldown_ms=600_000)


def event(kind="signal"):
    return Event(kind=kind, at_ms=NOW, session="gs_1")


def one_more(session):
    return replace(session, step=session.step + 1)


async def test_after_a_restart_every_row_is_still_there(tmp_path):
    store = opened(tmp_path / "guard.sqlite")
    asked = Requirement(rule="PAY-1", reason="amount", kind="self", match=("to",))
    new = NewApproval(
        id="apr_1", binding="b", envelope=b"{}", call_id="c", call_bytes='{"to":"Ü"}'.encode(),
        view_json=b"{}", nonce="00", requester="i|ada", agent="bot", session="gs_1",
        requirements=(asked,), policy_version="p", pending_until_ms=NOW + 60_000, grant_ttl_s=60,
    )  # fmt: skip
    typed = Vote(
        approval_id="apr_1", voter=Voter(principal="i|ada", uv=True), decision="approve",
        method="terminal", at_ms=NOW, typed=("Ü",),
    )  # fmt: skip
    lease = Lease(id="l1", call_id="c1", session="gs_1", kind="calltoken", deadline_ms=NOW)
    await store.sessions.open(new_session("gs_1", WHO, now_ms=NOW))
    session = await store.sessions.update("gs_1", one_more)
    await store.approvals.open(new, [event("approval_opened")])
    approval = await store.approvals.vote(typed, [event("vote")])
    await store.leases.reserve(lease, [event("lease_reserved")])
    store.close(NOW)

    again = opened(tmp_path / "guard.sqlite")
    rows = await again.sessions.get("gs_1"), await again.approvals.get("apr_1")
    leases = await again.leases.unsettled()
    await again.sink.write([event()])
    again.close(NOW)

    assert rows == (session, approval)
    assert approval.status is ApprovalState.APPROVED
    assert list(leases) == [lease]
    assert read_log(tmp_path / "guard.sqlite").size == 4


async def lost(store):
    """Let the store find that somebody else wrote a session that it holds."""
    await store.sessions.open(new_session("gs_1", WHO, now_ms=NOW))
    await store._database.run(lambda db: db.execute("UPDATE sessions SET version = 99") and None)
    await store.sessions.update("gs_1", one_more)
    with pytest.raises(Unavailable):
        await store.sink.write([event()])


async def test_after_a_lost_commit_nothing_more_is_taken(tmp_path):
    store = opened(tmp_path / "guard.sqlite")
    await lost(store)

    for ask in (
        store.sink.write([event()]),
        store.approvals.get("apr_1"),
        store.leases.unsettled(),
        store.sessions.all(),
    ):
        with pytest.raises(Unavailable) as caught:
            await ask
        assert caught.value.code == "store_unavailable"
    store.close(NOW)

    assert read_log(tmp_path / "guard.sqlite").size == 0


async def test_an_ending_that_was_not_kept_says_that_the_tool_may_have_run(tmp_path):
    store = opened(tmp_path / "guard.sqlite")
    await lost(store)
    done = Ending(session="gs_1", change=one_more, events=(event("outcome"),), outcome=Outcome.OK)

    with pytest.raises(GuardError) as caught:
        await store.sessions.close(done)
    store.close(NOW)

    assert caught.value.code == "outcome_unrecorded"


async def test_one_wrong_change_spoils_no_other_of_the_same_commit(tmp_path):
    store = opened(tmp_path / "guard.sqlite")

    async def wrong():
        with pytest.raises(GuardError):
            await store.approvals.end("apr_x", "void", "changed", NOW, [event("approval_ended")])

    await asyncio.gather(
        *(wrong() for _ in range(20)), *(store.sink.write([event()]) for _ in range(20))
    )
    store.close(NOW)

    assert read_log(tmp_path / "guard.sqlite").size == 20


async def test_a_second_guard_on_the_same_file_is_refused(tmp_path):
    store = opened(tmp_path / "guard.sqlite")

    with pytest.raises(Unusable) as caught:
        opened(tmp_path / "guard.sqlite")
    store.close(NOW)

    assert caught.value.code == "store_locked"


async def test_what_two_hundred_write_at_once_has_numbers_without_a_gap(tmp_path):
    store = opened(tmp_path / "guard.sqlite")
    await asyncio.gather(*(store.sink.write([event(), event()]) for _ in range(200)))
    store.close(NOW)

    assert [seq for seq, _ in read_log(tmp_path / "guard.sqlite").leaves] == list(range(400))


async def remembered(path, steps=3):
    store = opened(path)
    await store.sessions.open(new_session("gs_1", WHO, now_ms=NOW))
    for step in range(steps):
        seen = Seen("text", f"v{step}", "*.name", Source.TRUSTED, 1)
        segment = Segment(step=step, action="crm/find", seen=(seen,))
        done = Ending(
            session="gs_1",
            change=partial(remembering, segment=segment),
            events=(event("outcome"),),
            outcome=Outcome.OK,
            segment=segment,
        )
        await store.sessions.close(done)
    return store


async def test_what_was_shown_is_known_after_a_restart(tmp_path):
    path = tmp_path / "guard.sqlite"
    (await remembered(path)).close(NOW)
    store = opened(path)

    known = await store.sessions.known("gs_1")
    store.close(NOW)

    assert known.learned == 3
    assert known.places("text", "v2")


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM observations WHERE n = 2",
        "UPDATE observations SET segment = (SELECT segment FROM observations WHERE n = 1)",
        "INSERT INTO observations SELECT session, 9, segment FROM observations WHERE n = 1",
        "UPDATE observations SET segment = 'nonsense' WHERE n = 3",
    ],
)
async def test_lines_that_were_altered_missing_or_added_answer_nothing(tmp_path, harm):
    path = tmp_path / "guard.sqlite"
    (await remembered(path)).close(NOW)
    with sqlite3.connect(path) as db:
        db.execute(harm)
    db.close()
    store = opened(path)

    with pytest.raises(Unavailable) as caught:
        await store.sessions.known("gs_1")
    store.close(NOW)

    assert caught.value.code == "state_corrupt"


async def test_an_index_that_was_let_go_is_folded_anew_with_what_came_since(tmp_path, monkeypatch):
    monkeypatch.setattr(folding, "KEPT", 1)
    store = await remembered(tmp_path / "guard.sqlite")
    await store.sessions.known("gs_1")
    await store.sessions.open(new_session("gs_2", WHO, now_ms=NOW))
    await store.sessions.known("gs_2")

    assert (await store.sessions.known("gs_1")).learned == 3
    store.close(NOW)


async def test_an_append_that_was_undone_leaves_nothing_in_the_tree(tmp_path):
    store = opened(tmp_path / "guard.sqlite")
    await store.sink.write([event(), event()])

    def half(db):
        store._journal.append(db, [event("export"), event("erase")])
        raise KeyError("half")

    for _ in range(2):
        with pytest.raises(KeyError):
            await store._database.run(half)
        await store.sink.write([event()])
    store.close(NOW + 5_000)

    rows = read_log(tmp_path / "guard.sqlite")
    tree = Tree()
    for _, leaf in rows.leaves:
        tree, _ = tree.appended(leaf)
    assert [number for number, _ in rows.leaves] == [0, 1, 2, 3]
    assert opened_note(rows.notes[-1], KEY.origin, KEY.key.public_key()).root == tree.root()


class Booted(ThisMachine):
    """This machine after so many starts, its wall clock set by somebody."""

    def __init__(self, boots, off=0):
        self.boots, self.off = boots, off

    def boot_id(self):
        return f"boot-{self.boots}"

    def wall_ms(self):
        return super().wall_ms() + self.off


async def approved(path, machine):
    """Leave a run without an ending, an unused yes and an open question."""
    store = SqliteStore(path, KEY, timeout_ms=5_000, cooldown_ms=0, machine=machine)
    now_ms = store.clock.now_ms()
    asked = Requirement(rule="PAY-1", reason="amount", kind="self")
    for number in (1, 2, 3):
        new = NewApproval(
            id=f"apr_{number}", binding=f"b{number}", envelope=b"{}", call_id="c", call_bytes=b"{}",
            view_json=b"{}", nonce="00", requester="i|ada", agent="bot", session="gs_1",
            requirements=(asked,), policy_version="p", pending_until_ms=now_ms + 600_000,
            grant_ttl_s=600, created_ms=now_ms,
        )  # fmt: skip
        await store.approvals.open(new, [])
    ada = Voter(principal="i|ada", uv=True)
    for number in (1, 2):
        yes = Vote(
            approval_id=f"apr_{number}", voter=ada, decision="approve", method="x", at_ms=now_ms
        )
        await store.approvals.vote(yes, [])
    session = await store.sessions.open(new_session("gs_1", WHO, now_ms=now_ms))
    used = Attempt(
        consume_id="use", judged=session, binding="b1", policy_version="p", now_ms=now_ms,
        outcome_due_ms=now_ms + 330_000,
    )  # fmt: skip
    assert await store.approvals.consume("apr_1", used, [])
    store.close(now_ms)


@pytest.mark.parametrize(
    ("after", "yes", "question"),
    [
        (Booted(1), "approved", "pending"),
        (Booted(1, off=-3_600_000), "approved", "pending"),
        (Booted(2), "expired", "pending"),
        (Booted(2, off=-3_600_000), "expired", "expired"),
    ],
)
async def test_what_an_earlier_process_left_is_looked_at_by_the_next(
    tmp_path, after, yes, question
):
    path = tmp_path / "guard.sqlite"
    await approved(path, Booted(1))
    store = SqliteStore(path, KEY, timeout_ms=5_000, cooldown_ms=0, machine=after)

    changed = await store.lose_runs(store.clock.now_ms())
    rows = [await store.approvals.get(f"apr_{number}") for number in (1, 2, 3)]
    store.close(NOW)

    assert rows[0].outcome is Outcome.UNKNOWN
    assert [row.status.value for row in rows] == ["consumed", yes, question]
    assert len(changed) == 1 + [yes, question].count("expired")


async def test_a_file_of_the_first_format_is_brought_up(tmp_path):
    path = tmp_path / "guard.sqlite"
    await approved(path, Booted(1))
    with sqlite3.connect(path) as db:
        for index in ("due", "unknown", "of_session", "of_requester", "asked"):
            db.execute(f"DROP INDEX approvals_{index}")
        for column in ("outcome", "due_ms", "session", "requester", "asked", "action"):
            db.execute(f"ALTER TABLE approvals DROP COLUMN {column}")
        db.execute("PRAGMA user_version = 1")
    db.close()

    store = opened(path)
    found = await store.approvals.listed(open_only=True, session="gs_1", requester="i|ada")
    lost = await store.approvals.sweep(found[0].created_ms + 330_000)
    store.close(NOW)

    assert [row.id for row in found] == ["apr_2", "apr_3"]
    assert [row.id for row in lost] == ["apr_1"]


async def test_a_file_of_before_the_list_of_sessions_is_brought_up(tmp_path):
    path = tmp_path / "guard.sqlite"
    store = opened(path)
    await store.sessions.open(new_session("gs_1", WHO, now_ms=NOW))
    store.close(NOW)
    with sqlite3.connect(path) as db:
        db.execute("DROP INDEX sessions_opened")
        db.execute("ALTER TABLE sessions DROP COLUMN opened_ms")
        db.execute("PRAGMA user_version = 2")
    db.close()

    store = opened(path)
    await store.sessions.open(new_session("gs_2", WHO, now_ms=NOW + 1))
    store.close(NOW)

    with sqlite3.connect(path) as db:
        rows = db.execute("SELECT id, opened_ms FROM sessions ORDER BY id").fetchall()
        ((now,),) = db.execute("PRAGMA user_version").fetchall()
    db.close()
    assert rows == [("gs_1", NOW), ("gs_2", NOW + 1)]
    assert now == 3  # a guard that knows format 2 refuses it: it would fail at each new session


def test_a_file_of_a_newer_guard_is_refused_at_start(tmp_path):
    path = tmp_path / "guard.sqlite"
    opened(path).close(NOW)
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {FORMAT + 1}")
    db.close()
    with pytest.raises(Unusable) as no:
        opened(path)
    assert (no.value.code, "format" in str(no.value)) == ("store_unusable", True)


@pytest.mark.parametrize("whose", ["session", "requester"])
def test_whose_questions_are_open_is_asked_of_an_index(whose):
    clause, given = picked(
        "?", *("x" if name == whose else "" for name in ("session", "requester")), open_only=True
    )
    with sqlite3.connect(":memory:") as db:
        for statement in approval_rows.SCHEMA.split(";"):
            db.execute(statement)
        plan = db.execute(f"EXPLAIN QUERY PLAN SELECT row FROM approvals WHERE {clause}", given)
        ((*_, step),) = plan.fetchall()
    db.close()
    assert step == f"SEARCH approvals USING INDEX approvals_of_{whose} ({whose}=?)"


def test_what_a_session_holds_is_asked_of_an_index():
    with sqlite3.connect(":memory:") as db:
        for statement in leases.SCHEMA.split(";"):
            db.execute(statement)
        plan = db.execute(f"EXPLAIN QUERY PLAN {leases.OF_SESSION}", ("gs_1",)).fetchall()
    db.close()
    assert plan[0][-1] == "SEARCH leases USING INDEX leases_of_session (<expr>=?)"


@pytest.mark.parametrize(
    ("page", "given", "index"),
    [
        (board.WAITING, ("i|ada", "[]", 50, "", 5_000), "approvals_asked"),
        (board.ANSWERED, (50, 5_000), "approvals_answered"),
    ],
)
def test_what_stands_on_a_page_of_questions_is_found_in_an_index_alone(page, given, index):
    with sqlite3.connect(":memory:") as db:
        for room in (approval_rows, audit, board):
            db.executescript(room.SCHEMA)
        plan = [step for *_, step in db.execute(f"EXPLAIN QUERY PLAN {page}", given).fetchall()]
    db.close()
    assert {step for step in plan if " approvals " in step} == {
        f"SCAN approvals USING COVERING INDEX {index}",
        "SEARCH approvals USING PRIMARY KEY (id=?)",
    }
