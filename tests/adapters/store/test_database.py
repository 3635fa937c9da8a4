"""The queue before the file: order, groups, and who learns how a transaction ended."""

import asyncio
import sqlite3
import threading
from concurrent.futures import Future
from contextlib import closing

import pytest

from guard.errors import Unavailable, Unusable
from guard_adapters.store.sqlite.database import Database


class Counting(sqlite3.Connection):
    """Counts commits, so that a test can see what was grouped."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.commits = []
        self.set_trace_callback(self.commits.append)


@pytest.fixture
def said(monkeypatch):
    """Return the statements that the store's connection has executed."""
    made = []
    connect = sqlite3.connect

    def counting(*args, **kwargs):
        made.append(connect(*args, factory=Counting, **kwargs))
        return made[-1]

    monkeypatch.setattr(sqlite3, "connect", counting)
    return lambda word: sum(one.startswith(word) for one in made[0].commits)


@pytest.fixture
def database(tmp_path, said):
    one = Database(
        tmp_path / "t.sqlite",
        prepare=lambda db: db.execute("CREATE TABLE t (n INTEGER) STRICT") and None,
        timeout_ms=5_000,
    )
    yield one
    one.close()


def insert(number):
    return lambda db: db.execute("INSERT INTO t VALUES (?)", (number,)) and None


def numbers(db):
    return [row[0] for row in db.execute("SELECT n FROM t ORDER BY rowid")]


def test_a_start_that_breaks_off_leaves_the_file_as_it_was(tmp_path, said):
    def half(db):
        db.execute("CREATE TABLE t (n INTEGER) STRICT")
        raise sqlite3.OperationalError

    with pytest.raises(Unusable):
        Database(tmp_path / "t.sqlite", prepare=half, timeout_ms=5_000)

    with sqlite3.connect(tmp_path / "t.sqlite") as db:
        assert db.execute("SELECT name FROM sqlite_schema").fetchall() == []
    db.close()


async def test_what_nobody_waits_for_is_committed_with_what_follows_it(database, said):
    before = said("COMMIT")
    database.later(insert(1))
    database.later(insert(2))
    await database.run(insert(3))
    assert said("COMMIT") == before + 1
    assert await database.run(numbers) == [1, 2, 3]


async def test_what_nobody_waits_for_is_on_its_way_when_the_turn_of_the_loop_ends(database):
    database.later(insert(1))
    assert database._queue.qsize() == 0
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert database._held_back == []
    assert await database.run(numbers) == [1]


async def test_what_comes_a_moment_later_shares_the_commit_of_what_nobody_waits_for(
    database, said, monkeypatch
):
    monkeypatch.setattr("guard_adapters.store.sqlite.database.HELD_S", 5)
    before = said("COMMIT")
    database.later(insert(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert database._held_back == []
    await database.run(insert(2))
    assert said("COMMIT") == before + 1
    assert await database.run(numbers) == [1, 2]


async def test_closing_writes_what_was_held_back(tmp_path):
    path = tmp_path / "closed.sqlite"
    one = Database(
        path, prepare=lambda db: db.execute("CREATE TABLE t (n INTEGER)") and None, timeout_ms=5_000
    )
    one.later(insert(1))
    one.close()
    with sqlite3.connect(path) as db:
        assert numbers(db) == [1]
    db.close()


async def test_the_failure_of_a_waited_for_transaction_undoes_its_own_writes_only(database):
    def half(db):
        insert(2)(db)
        raise KeyError("half")

    database.later(insert(1))
    with pytest.raises(KeyError):
        await database.run(half)
    await database.run(insert(3))
    assert await database.run(numbers) == [1, 3]


async def test_after_a_lost_change_nothing_more_is_taken(database):
    def wrong(db):
        insert(1)(db)
        raise sqlite3.IntegrityError("somebody else wrote")

    database.later(wrong)
    with pytest.raises(Unavailable, match="store_unavailable"):
        await database.run(insert(2))
    with pytest.raises(Unavailable, match="store_unavailable"):
        await database.run(numbers)
    database.later(insert(3))
    with pytest.raises(Unavailable, match="store_unavailable"):
        database.submit(insert(4)).result(5)


async def test_what_was_queued_behind_a_lost_change_is_not_written(tmp_path, database):
    inside, free = threading.Event(), threading.Event()

    def wrong(_):
        inside.set()
        free.wait(5)
        raise sqlite3.IntegrityError("somebody else wrote")

    database.submit(wrong, vital=True)
    assert await asyncio.to_thread(inside.wait, 5)
    behind = database.submit(insert(1), vital=True)
    free.set()
    with pytest.raises(sqlite3.IntegrityError):
        behind.result(5)
    database.close()
    with closing(sqlite3.connect(tmp_path / "t.sqlite")) as db:
        assert numbers(db) == []


async def test_whoever_comes_after_the_end_is_told_at_once(tmp_path):
    one = Database(tmp_path / "ended.sqlite", prepare=lambda _: None, timeout_ms=60_000)
    one.close()
    async with asyncio.timeout(5):
        with pytest.raises(Unavailable, match="store_unavailable"):
            await one.run(numbers)
    with pytest.raises(Unavailable, match="store_unavailable"):
        one.submit(numbers).result(5)


async def test_whoever_was_queued_behind_the_end_is_told(tmp_path):
    one = Database(tmp_path / "ending.sqlite", prepare=lambda _: None, timeout_ms=60_000)
    free = threading.Event()
    one.submit(lambda _: free.wait(5))
    ending = asyncio.create_task(asyncio.to_thread(one.close))
    await asyncio.sleep(0.05)
    behind = one.submit(numbers)
    free.set()
    await ending
    with pytest.raises(sqlite3.ProgrammingError):
        behind.result(5)


async def test_a_cancelled_waiter_does_not_cancel_its_transaction(database):
    free = threading.Event()
    database.submit(lambda _: free.wait(5))
    waiting = asyncio.create_task(database.run(insert(1)))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    free.set()
    assert await database.run(numbers) == [1]


@pytest.mark.parametrize("turns", range(8))
async def test_who_is_cancelled_as_the_answer_comes_ends(database, turns):
    answer = Future()

    async def work():
        await database.settled(answer)
        await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    answer.set_result(None)
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    ended, _ = await asyncio.wait({task}, timeout=1)
    task.cancel()
    assert ended, "its cancellation was lost"


async def test_whoever_waits_too_long_is_told_and_the_transaction_goes_on(tmp_path):
    one = Database(tmp_path / "slow.sqlite", prepare=lambda _: None, timeout_ms=20)
    free = threading.Event()
    one.submit(lambda _: free.wait(5))
    with pytest.raises(Unavailable, match="store_unavailable"):
        await one.run(lambda db: db.execute("CREATE TABLE t (n INTEGER)") and None)
    free.set()
    found = one.submit(lambda db: db.execute("SELECT name FROM sqlite_master").fetchall())
    assert found.result(5) == [("t",)]
    one.close()


def test_a_loop_that_is_closed_before_the_commit_stops_nobody_else(database):
    free, inside = threading.Event(), threading.Event()
    database.submit(lambda _: inside.set() or free.wait(5))

    async def leave():
        task = asyncio.create_task(database.run(insert(1)))
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(leave())
    free.set()
    assert database.submit(numbers).result(5) == [1]


async def test_callers_of_several_loops_each_get_their_own_answer(database):
    def other(number, found):
        found.append(asyncio.run(database.run(lambda _: number)))

    found: list[int] = []
    threads = [threading.Thread(target=other, args=(number, found)) for number in range(8)]
    for one in threads:
        one.start()
    mine = await asyncio.gather(*(database.run(lambda _, n=n: n) for n in range(100, 108)))
    for one in threads:
        await asyncio.to_thread(one.join, 5)
    assert mine == list(range(100, 108))
    assert sorted(found) == list(range(8))
