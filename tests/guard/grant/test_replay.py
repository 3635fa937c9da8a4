from concurrent.futures import ThreadPoolExecutor

import pytest

from guard.grant.replay import (
    SWEEP_MS,
    MemoryReplay,
    ReplayUnavailable,
    remember_until_ms,
    replay_key,
)


def test_the_second_showing_is_not_the_first():
    memory = MemoryReplay(start_ms=0)
    assert memory.first("k", 60_000, 1)
    assert not memory.first("k", 60_000, 2)
    assert memory.first("other", 60_000, 2)


def test_one_of_sixty_four_racing_callers_is_first():
    memory = MemoryReplay(start_ms=0)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: memory.first("k", 60_000, 1), range(64)))
    assert answers.count(True) == 1


def test_a_clock_that_steps_back_does_not_revive_what_was_forgotten():
    memory = MemoryReplay(start_ms=0)
    assert memory.first("k", 5_000, 1)
    assert memory.first("later", 90_000, SWEEP_MS)  # sweeps: "k" is over and forgotten
    assert not memory.first("k", 5_000, 2)


def test_a_full_memory_refuses_until_there_is_room():
    memory = MemoryReplay(start_ms=0, limit=2)
    assert memory.first("a", 100, 1)
    assert memory.first("b", 100, 1)
    with pytest.raises(ReplayUnavailable):
        memory.first("c", 100, 1)
    assert memory.first("c", 200, 100)


def test_the_key_keeps_issuers_apart_and_has_one_size():
    assert replay_key("a", "bc") != replay_key("ab", "c")
    assert len(replay_key("i", "j" * 9000)) == 43


def test_a_token_is_remembered_as_long_as_anyone_would_take_it():
    assert remember_until_ms(100, 2) == 102_000
