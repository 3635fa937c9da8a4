import asyncio
import shutil
import sqlite3
from contextlib import closing

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guard.audit.check import check_log
from guard.audit.event import Event
from guard.errors import Unusable
from guard_adapters.store.log import PAGE, LogKey
from guard_adapters.store.sqlite.reading import read_log
from guard_adapters.store.sqlite.store import SqliteStore

KEY = LogKey(origin="t/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))


def opened(path):
    return SqliteStore(path, KEY, timeout_ms=5_000, cooldown_ms=0)


def event(number):
    leaf = {"number": number}
    return Event(
        kind="signal", at_ms=10_000 + number, session="gs_1", leaf=leaf, side={"beside": number}
    )


async def filled(path, count=5):
    store = opened(path)
    await store.sink.write([event(number) for number in range(count)])
    return store


async def test_a_closed_file_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "guard.sqlite"
    (await filled(path)).close(20_000)

    rows = read_log(path)

    assert [seq for seq, _ in rows.leaves] == [0, 1, 2, 3, 4]
    assert rows.size == 5
    assert rows.sides[4] == '{"beside":4}'
    report = check_log(rows.leaves, rows.sides, rows.notes, KEY.origin, KEY.key.public_key())
    assert (report.findings, report.unsigned) == ((), 0)


async def test_a_file_that_a_guard_has_open_is_refused(tmp_path):
    path = tmp_path / "guard.sqlite"
    store = await filled(path)

    with pytest.raises(Unusable) as caught:
        read_log(path)
    store.close(20_000)

    assert caught.value.code == "store_locked"
    assert read_log(path).size == 5


async def test_a_guard_cannot_start_while_its_file_is_read_and_can_afterwards(tmp_path):
    path = tmp_path / "guard.sqlite"
    (await filled(path)).close(20_000)

    read_log(path)

    opened(path).close(30_000)


async def test_what_a_crash_left_unmerged_is_read_too(tmp_path):
    path = tmp_path / "guard.sqlite"
    store = await filled(path)
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for name in ("guard.sqlite", "guard.sqlite-wal"):
        shutil.copy(tmp_path / name, crashed / name)
    store.close(20_000)

    assert read_log(crashed / "guard.sqlite").size == 5


async def test_reading_changes_no_byte_of_a_closed_file(tmp_path):
    path = tmp_path / "guard.sqlite"
    (await filled(path)).close(20_000)
    before = path.read_bytes(), sorted(tmp_path.iterdir())

    read_log(path)

    assert (path.read_bytes(), sorted(tmp_path.iterdir())) == before


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 500])
def test_a_file_that_is_no_store_is_refused(tmp_path, content):
    path = tmp_path / "guard.sqlite"
    path.write_bytes(content)

    with pytest.raises(Unusable) as caught:
        read_log(path)

    assert caught.value.code == "store_unusable"


def test_a_database_of_something_else_is_refused(tmp_path):
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE songs (name TEXT)")

    with pytest.raises(Unusable) as caught:
        read_log(path)

    assert caught.value.code == "store_unusable"


def test_a_missing_file_is_said_to_be_missing_and_is_not_made(tmp_path):
    with pytest.raises(Unusable) as caught:
        read_log(tmp_path / "guard.sqlite")

    assert caught.value.code == "store_missing"
    assert list(tmp_path.iterdir()) == []


async def test_a_running_log_is_read_page_by_page(tmp_path):
    store = await filled(tmp_path / "guard.sqlite", PAGE + 3)

    first, second = await asyncio.gather(store.log.page(0), store.log.page(PAGE))
    store.close(20_000)

    assert (len(first.leaves), first.size) == (PAGE, PAGE + 3)
    assert [seq for seq, _ in second.leaves] == [PAGE, PAGE + 1, PAGE + 2]


async def test_the_newest_checkpoint_of_a_running_log_can_be_taken_away(tmp_path):
    store = await filled(tmp_path / "guard.sqlite")
    note = await store.log.checkpoint()
    store.close(20_000)

    assert note.startswith("t/audit\n5\n")
