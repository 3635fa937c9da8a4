"""The memory of shown tokens in Valkey: shared by servers, and honest about what it forgot."""

import socket

import pytest

from guard.grant.replay import SWEEP_MS, ReplayCold, ReplayUnavailable
from guard.grant.verify import CallRefused, verify_call
from tests.guard.grant.tokens import ARGS, NOW_MS, TOOL, claims, settings, signed

pytestmark = pytest.mark.peer
pytest.importorskip("valkey")

from guard_adapters.store.replay_valkey import KEY, ValkeyReplay  # noqa: E402  where it is there
from tests.peers.valkey import Server  # noqa: E402

NOW = 1_767_607_200_000


@pytest.fixture
def server():
    started = Server()
    yield started
    started.stop()


@pytest.fixture
def opened(server):
    kept = []

    def open_one(now_ms=NOW):
        kept.append(ValkeyReplay(server.url, now_ms=now_ms))
        return kept[-1]

    yield open_one
    for memory in kept:
        memory.close()


def test_two_servers_with_one_memory_take_a_token_once(opened):
    one, two = opened(), opened(NOW + 500)
    assert one.first("k", NOW + 30_000, NOW)
    assert not two.first("k", NOW + 30_000, NOW + 600)
    assert one.start_ms == two.start_ms == NOW


def refused(memory, at_ms, jti="Z" * 22, made_ms=None):
    text = signed(claims(now_ms=at_ms if made_ms is None else made_ms, jti=jti))
    with pytest.raises(CallRefused) as no:
        verify_call(text, TOOL, ARGS, **settings(replay=memory, now_ms=at_ms))
    return no.value.code


def test_a_restart_makes_the_memory_cold_and_a_later_token_is_taken(server, opened):
    memory = opened(NOW_MS - 60_000)
    spent = signed(claims())
    verify_call(spent, TOOL, ARGS, **settings(replay=memory))
    server.restart()
    with pytest.raises(CallRefused) as no:
        verify_call(spent, TOOL, ARGS, **settings(replay=memory, now_ms=NOW_MS + 5_000))
    assert no.value.code == "replay_store_cold"
    assert memory.start_ms == NOW_MS + 5_000
    assert refused(memory, NOW_MS + 5_500, made_ms=NOW_MS) == "replay_store_cold"
    late = NOW_MS + 9_000
    fresh = signed(claims(now_ms=late, jti="F" * 22))
    assert verify_call(fresh, TOOL, ARGS, **settings(replay=memory, now_ms=late))
    assert refused(memory, late + 1, jti="F" * 22, made_ms=late) == "replayed"


def test_a_restart_that_lost_nothing_is_cold_too():
    kept = Server(saved=True)
    memory = ValkeyReplay(kept.url, now_ms=NOW)
    assert memory.first("k", NOW + 30_000, NOW)
    kept.restart()
    with pytest.raises(ReplayCold):
        memory.first("new", NOW + 30_000, NOW + 1)
    assert memory.start_ms == NOW + 1
    memory.close()
    kept.stop()


def test_a_server_that_another_saw_restart_first_is_cold_for_each(server, opened):
    one, two = opened(), opened()
    server.restart()
    for memory in (one, two):
        with pytest.raises(ReplayCold):
            memory.first("k", NOW + 30_000, NOW + 10)
    assert one.start_ms == two.start_ms == NOW + 10
    assert [two.first("k", NOW + 30_000, NOW), one.first("k", NOW + 30_000, NOW)] == [True, False]


@pytest.mark.parametrize("how", ["flushall", "delete"])
def test_an_emptied_or_evicted_memory_is_cold(server, opened, how):
    memory = opened()
    memory.first("k", NOW + 30_000, NOW)
    with server.client() as other:
        other.flushall() if how == "flushall" else other.delete(KEY)
    with pytest.raises(ReplayCold) as cold:
        memory.first("k", NOW + 30_000, NOW + 7)
    assert cold.value.code == "replay_store_cold"


def test_what_is_over_leaves_the_memory_and_is_not_taken_again(server, opened):
    memory = opened()
    for number in range(20):
        assert memory.first(f"k{number}", NOW + 100, NOW)
    assert memory.first("later", NOW + 90_000, NOW + SWEEP_MS)
    with server.client() as other:
        members = other.zrange(KEY, 0, -1)
    assert sum(one.startswith(b"jti:") for one in members) == 1
    assert not memory.first("k1", NOW + 100, NOW)


def test_a_server_that_is_gone_refuses(server, opened):
    memory = opened(NOW_MS - 60_000)
    server.stop()
    assert refused(memory, NOW_MS) == "replay_store_unavailable"
    with pytest.raises(ReplayUnavailable):
        ValkeyReplay(server.url, now_ms=NOW)


def test_a_closed_memory_and_an_address_that_is_none_refuse(opened):
    memory = opened()
    memory.close()
    with pytest.raises(ReplayUnavailable):
        memory.first("k", NOW + 1_000, NOW)
    with pytest.raises(ReplayUnavailable) as caught:
        ValkeyReplay("http://u:canary@127.0.0.1/", now_ms=NOW)
    assert "canary" not in str(caught.value)


def test_a_full_server_refuses(server, opened):
    memory = opened()
    with server.client() as other:
        other.config_set("maxmemory", "1")
    with pytest.raises(ReplayUnavailable):
        memory.first("k", NOW + 30_000, NOW)


def test_a_server_that_takes_too_long_is_not_waited_for(monkeypatch):
    monkeypatch.setattr("guard_adapters.store.replay_valkey.WAIT_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(ReplayUnavailable):
        ValkeyReplay(f"valkey://u:canary@127.0.0.1:{silent.getsockname()[1]}/0", now_ms=NOW)
