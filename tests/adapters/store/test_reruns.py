"""The contract of the memory of repeated calls, kept by SQLite, PostgreSQL and the public fake."""

import asyncio

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guard.model.call import Outcome
from guard.model.rerun import MAX_KEPT, Rerun, rerun_key
from guard.testing.reruns import MemoryReruns
from guard_adapters.store.log import LogKey
from guard_adapters.store.sqlite.store import SqliteStore
from tests import postgres

NOW = 1_767_607_200_000
KEY = LogKey(origin="t/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))


def opened(path):
    return SqliteStore(path, KEY, timeout_ms=5_000, cooldown_ms=0)


@pytest.fixture(params=["sqlite", "memory", postgres.POSTGRES])
def reruns(request, tmp_path):
    if request.param == "memory":
        yield MemoryReruns()
        return
    on_file = request.param == "sqlite"
    store = opened(tmp_path / "guard.sqlite") if on_file else postgres.store(KEY)
    yield store.reruns
    store.close(NOW)


def row(**more):
    return Rerun(**{"key": "k", "session": "s", "call": "c", "arguments_sha256": "a", "due_ms": NOW + 9, "until_ms": NOW + 99, **more})  # fmt: skip


async def test_of_many_attempts_under_one_key_one_runs(reruns) -> None:
    answers = await asyncio.gather(*(reruns.claim(row(), NOW) for _ in range(50)))
    assert sum(one is None for one in answers) == 1


async def test_a_call_that_ran_is_answered_with_what_it_returned(reruns) -> None:
    assert await reruns.claim(row(), NOW) is None
    await reruns.settle(row().ended(Outcome.OK, b'"paid"'))
    there = await reruns.claim(row(), NOW + 1)
    assert there is not None
    assert (there.outcome, there.kept, there.met_by(row(), NOW + 1)) == (
        Outcome.OK,
        b'"paid"',
        "answered",
    )


async def test_a_call_that_did_not_run_gives_its_key_back(reruns) -> None:
    assert await reruns.claim(row(), NOW) is None
    await reruns.settle(row().ended(Outcome.REFUSED, None))
    assert await reruns.claim(row(), NOW) is None


async def test_a_row_past_its_end_is_no_answer(reruns) -> None:
    assert await reruns.claim(row(), NOW) is None
    await reruns.settle(row().ended(Outcome.OK, b"1"))
    assert await reruns.claim(row(until_ms=NOW + 500), NOW + 99) is None


async def test_a_call_that_was_running_when_the_process_died_is_not_run_again(tmp_path) -> None:
    store = opened(tmp_path / "guard.sqlite")
    assert await store.reruns.claim(row(), NOW) is None
    store.close(NOW)
    again = opened(tmp_path / "guard.sqlite")
    there = await again.reruns.claim(row(), NOW + 10)
    again.close(NOW)
    assert there is not None
    assert there.met_by(row(), NOW + 10) == "unknown"


def test_what_a_row_means_depends_on_outcome_arguments_and_time() -> None:
    other = row(arguments_sha256="b")
    assert row().met_by(row(), NOW) == "running"
    assert row(outcome=Outcome.UNKNOWN).met_by(row(), NOW) == "unknown"
    assert row(outcome=Outcome.OK).met_by(other, NOW) == "reused"
    assert row(outcome=Outcome.OK).met_by(row(), NOW) == "withheld"
    assert row().ended(Outcome.OK, b"x" * (MAX_KEPT + 1)).kept is None


def test_keys_of_parts_that_run_together_differ() -> None:
    assert rerun_key("ab", "c") != rerun_key("a", "bc")
