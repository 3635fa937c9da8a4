"""What every memory of shown tokens promises, whichever it is."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from importlib.util import find_spec
from threading import Barrier

import pytest

from guard.grant.replay import SWEEP_MS, MemoryReplay
from guard.grant.verify import CallRefused, verify_call
from guard_adapters.store.replay_sqlite import SqliteReplay
from tests import postgres
from tests.guard.grant.tokens import ARGS, NOW_MS, TOOL, settings, token
from tests.peers.started import missing

WORKERS = 64
START = NOW_MS - 60_000
END = NOW_MS + 30_000


@pytest.fixture(
    params=[
        "memory",
        "sqlite",
        postgres.POSTGRES,
        pytest.param("valkey", marks=pytest.mark.peer),
    ]
)
def replicas(request, tmp_path, monkeypatch):
    """Return the memory as two tool servers hold it."""
    match request.param:
        case "memory":
            one = MemoryReplay(start_ms=START)
            yield [one, one]  # it is for one process
        case "sqlite":
            monkeypatch.setattr("guard_adapters.store.replay_sqlite.BUSY_MS", 5_000)
            path = tmp_path / "replay.db"
            with (
                closing(SqliteReplay(path, now_ms=START)) as one,
                closing(SqliteReplay(path, now_ms=START)) as two,
            ):
                yield [one, two]
        case "postgres":
            url = postgres.fresh()
            from guard_adapters.store.postgres import replay  # noqa: PLC0415  where it is there
            from guard_adapters.store.postgres.database import Address  # noqa: PLC0415

            monkeypatch.setattr(replay, "WAIT_MS", 5_000)
            with (
                closing(replay.PostgresReplay(Address(url), now_ms=START)) as one,
                closing(replay.PostgresReplay(Address(url), now_ms=START)) as two,
            ):
                yield [one, two]
        case "valkey":
            if find_spec("valkey") is None:
                missing("Valkey: its client is not installed (pip install 'guardcall[valkey]')")
            from guard_adapters.store import replay_valkey  # noqa: PLC0415  where it is there
            from tests.peers.valkey import Server  # noqa: PLC0415

            monkeypatch.setattr(replay_valkey, "WAIT_S", 5)
            server = Server()
            with (
                closing(replay_valkey.ValkeyReplay(server.url, now_ms=START)) as one,
                closing(replay_valkey.ValkeyReplay(server.url, now_ms=START)) as two,
            ):
                yield [one, two]
            server.stop()


def test_of_sixty_four_workers_with_one_token_exactly_one_wins(replicas):
    text, together = token(), Barrier(WORKERS)

    def work(number):
        together.wait(5)
        try:
            verify_call(text, TOOL, ARGS, **settings(replay=replicas[number % 2]))
        except CallRefused as no:
            return no.code
        return "ran"

    with ThreadPoolExecutor(WORKERS) as pool:
        answers = sorted(pool.map(work, range(WORKERS)))
    assert answers == ["ran", *["replayed"] * (WORKERS - 1)]


def test_the_second_showing_is_not_the_first_wherever_it_is_shown(replicas):
    one, two = replicas
    assert one.first("k", END, NOW_MS)
    assert not two.first("k", END, NOW_MS)
    assert two.first("other", END, NOW_MS)


def test_what_was_forgotten_is_not_taken_again_when_the_clock_steps_back(replicas):
    one, two = replicas
    assert one.first("k", NOW_MS + 1_000, NOW_MS)
    assert two.first("later", NOW_MS + SWEEP_MS + 9_000, NOW_MS + SWEEP_MS)
    assert not one.first("k", NOW_MS + 1_000, NOW_MS)


def test_a_memory_says_since_when_it_is_complete(replicas):
    assert [one.start_ms for one in replicas] == [START, START]
