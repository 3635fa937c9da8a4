"""The memory of shown tokens in a database: one for all servers that take the same tokens."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from guard.grant.replay import SWEEP_MS, ReplayUnavailable
from guard_adapters.store.postgres.database import Address
from guard_adapters.store.postgres.replay import PostgresReplay
from tests import postgres

pytestmark = pytest.mark.peer
NOW = 1_767_607_200_000


@pytest.fixture
def url():
    return postgres.fresh()


@pytest.fixture
def two(url):
    made = [PostgresReplay(Address(url), now_ms=NOW) for _ in range(2)]
    yield made
    for one in made:
        one.close()


def test_of_many_servers_that_are_shown_a_token_at_once_one_takes_it(two):
    with ThreadPoolExecutor(max_workers=8) as many:
        new = list(many.map(lambda n: two[n % 2].first("k", NOW + 30_000, NOW), range(24)))

    assert sum(new) == 1


def test_what_was_shown_before_a_restart_is_known_after_it(url):
    first = PostgresReplay(Address(url), now_ms=NOW)
    assert first.first("k", NOW + 30_000, NOW)
    first.close()

    again = PostgresReplay(Address(url), now_ms=NOW + 5_000)
    seen = again.start_ms, again.first("k", NOW + 30_000, NOW + 5_000)
    again.close()

    assert seen == (NOW, False)


def test_what_is_forgotten_is_not_taken_again_when_the_clock_steps_back(two):
    one, other = two
    assert one.first("k", NOW + 1_000, NOW)
    assert other.first("x", NOW + SWEEP_MS + 9_000, NOW + SWEEP_MS)  # sweeps

    assert not one.first("k", NOW + 1_000, NOW)


def test_a_memory_that_is_closed_or_cannot_be_reached_refuses(url):
    memory = PostgresReplay(Address(url), now_ms=NOW)
    memory.close()
    with pytest.raises(ReplayUnavailable):
        memory.first("k", NOW + 1_000, NOW)
    with pytest.raises(ReplayUnavailable) as caught:
        PostgresReplay(Address("postgresql://u:canary@/x?host=/nowhere"), now_ms=NOW)
    assert "canary" not in str(caught.value)
