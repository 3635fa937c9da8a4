import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from guard.grant.replay import SWEEP_MS, ReplayUnavailable
from guard_adapters.store.replay_sqlite import SqliteReplay


@pytest.fixture
def opened(tmp_path):
    kept = []

    def open_one(now_ms=1):
        kept.append(SqliteReplay(tmp_path / "replay.db", now_ms=now_ms))
        return kept[-1]

    yield open_one
    for memory in kept:
        memory.close()


def test_the_second_showing_is_not_the_first(opened):
    memory = opened()
    assert memory.first("k", 60_000, 1)
    assert not memory.first("k", 60_000, 2)


def test_a_restart_forgets_nothing(opened):
    first = opened(now_ms=5)
    assert first.first("k", 60_000, 6)
    first.close()
    again = opened(now_ms=900)
    assert not again.first("k", 60_000, 901)
    assert again.start_ms == 5


def test_two_processes_on_one_file_agree(opened):
    one, two = opened(), opened()
    assert one.first("k", 60_000, 1)
    assert not two.first("k", 60_000, 1)


def test_one_of_sixty_four_racing_callers_is_first(opened):
    one, two = opened(), opened()
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: (one, two)[n % 2].first("k", 60_000, 1), range(64)))
    assert answers.count(True) == 1


def test_a_clock_that_steps_back_does_not_revive_what_was_forgotten(opened):
    memory = opened(now_ms=0)
    assert memory.first("k", 5_000, 1)
    assert memory.first("later", 90_000, SWEEP_MS)
    assert not memory.first("k", 5_000, 2)


def test_what_is_over_leaves_the_file(opened, tmp_path):
    memory = opened(now_ms=0)
    for number in range(20):
        memory.first(f"k{number}", 100, 1)
    memory.first("new", 90_000, SWEEP_MS)
    memory.close()
    with sqlite3.connect(tmp_path / "replay.db") as db:
        assert db.execute("SELECT key FROM shown").fetchall() == [("new",)]
    db.close()


def test_a_closed_or_missing_file_refuses(opened, tmp_path):
    memory = opened()
    memory.close()
    with pytest.raises(ReplayUnavailable):
        memory.first("k", 60_000, 1)
    with pytest.raises(ReplayUnavailable):
        SqliteReplay(tmp_path / "no" / "where.db", now_ms=1)


def test_another_writer_that_does_not_end_is_refused_and_not_waited_for(opened, tmp_path):
    memory = opened()
    other = sqlite3.connect(tmp_path / "replay.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ReplayUnavailable):
        memory.first("k", 60_000, 1)
    other.execute("ROLLBACK")
    other.close()
    assert memory.first("k", 60_000, 1)


def test_a_full_disk_refuses_and_room_again_accepts(opened):
    memory = opened(now_ms=0)
    memory._db.execute("PRAGMA max_page_count=1")  # never below the pages in use
    with pytest.raises(ReplayUnavailable):
        all(memory.first(f"{number:043}", 90_000, 1) for number in range(2000))
    memory._db.execute("PRAGMA max_page_count=100000")
    assert memory.first("after", 90_000, 1)
    assert not memory.first("after", 90_000, 1)
