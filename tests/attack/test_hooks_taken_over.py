"""After a restart a relay says where its server pulls credentials: only what this guard gave it counts."""

import asyncio
import json
import os
import shlex
import socket
import sys
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from guard.errors import Refused
from guard.grant.credential import Credential
from guard.model.facts import Binding
from guard.testing import FrozenClock
from guard_adapters.front.hooks.child import Unreachable, hooked
from guard_adapters.front.hooks.gate import HookGate
from guard_adapters.front.mcp.socket.frames import Pulled
from guard_adapters.wiring.build import build
from guard_adapters.wiring.load import load
from guard_adapters.wiring.serve.pulling import pulling

CONFIG = """
version: 1
guard:
  policies: [all.cedar]
  state: state
  issuers: {{key: {{kind: static, secret_file: api.key, origins: ["https://git.example"]}}}}
servers:
  repo: {server}
  other: {server}
  plain: {{trust: trusted, command: ["{python}"]}}
"""
SERVER = '{{trust: trusted, command: ["{python}"], hooks: [aws, git, postgres, ssh]}}'
ME = os.getpid()


@pytest.fixture
def wired(tmp_path):
    text = CONFIG.replace("{server}", SERVER).format(python=sys.executable)
    (tmp_path / "guard.yaml").write_text(text)
    (tmp_path / "all.cedar").write_text(
        '@id("A") @reason("a") permit (principal, action, resource);'
    )
    (tmp_path / "api.key").write_text("API-KEY-CANARY")
    (tmp_path / "api.key").chmod(0o600)
    made = build(load(tmp_path / "guard.yaml"))
    yield made
    made.close()


async def given(wired, server="repo", pid=ME):
    async with pulling(wired, server, pid, None) as hooks:
        return Pulled(environ=dict(hooks.environ), sealed=hooks.sealed)


async def opened(wired, before, server="repo", pid=ME):
    async with pulling(wired, server, pid, before) as hooks:
        return dict(hooks.environ) if not isinstance(hooks, Unreachable) else None


async def test_the_same_process_gets_the_same_places_again_and_again(wired):
    before = await given(wired)
    assert await opened(wired, before) == before.environ
    assert await opened(wired, before) == before.environ


@pytest.mark.parametrize(
    "name",
    ["SSH_AUTH_SOCK", "PGPASSFILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN", "GIT_CONFIG_VALUE_1"],
)
async def test_places_that_somebody_else_chose_are_not_opened(wired, tmp_path, name):
    before = await given(wired)
    chosen = {**before.environ, name: str(tmp_path / "mine")}
    assert await opened(wired, replace(before, environ=chosen)) is None
    assert not (tmp_path / "mine").exists()


async def test_a_seal_is_for_one_process_and_one_server(wired):
    before = await given(wired)
    assert await opened(wired, before, pid=ME + 1) is None
    assert await opened(wired, before, server="other") is None
    assert await opened(wired, Pulled()) is None
    assert await opened(wired, replace(before, sealed="")) is None


async def test_a_server_without_hooks_has_nothing_to_open(wired):
    async with pulling(wired, "plain", ME, Pulled(environ={"SSH_AUTH_SOCK": "/x"})) as hooks:
        assert hooks is None


async def test_a_folder_that_others_can_enter_by_now_is_not_used(wired, tmp_path):
    before = await given(wired)
    folder = Path(before.environ["SSH_AUTH_SOCK"]).parent
    folder.mkdir()
    folder.chmod(0o777)
    try:
        assert await opened(wired, before) is None
    finally:
        folder.rmdir()
    folder.symlink_to(tmp_path)
    try:
        assert await opened(wired, before) is None
    finally:
        folder.unlink()
    assert await opened(wired, before) == before.environ


async def test_a_port_that_somebody_else_has_by_now_is_not_shared(wired):
    before = await given(wired)
    port = int(before.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"].split(":")[2].split("/")[0])
    with socket.socket() as thief:
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        thief.bind(("127.0.0.1", port))
        thief.listen()
        assert await opened(wired, before) is None


async def test_the_end_of_an_older_link_leaves_the_port_to_the_one_in_force():
    clock = FrozenClock()
    older, newer = HookGate(ME), HookGate(ME)
    async with AsyncExitStack() as later:
        async with hooked(["aws"], clock, older) as first:
            second = await later.enter_async_context(hooked(["aws"], clock, newer, first.environ))
            assert second.environ == first.environ
            async with newer.opened(cloud(clock)):
                assert await fetched(second.environ) == "AKIA"
            async with older.opened(cloud(clock)):  # its relay is gone
                assert await fetched(second.environ) == "no_active_call"
        async with newer.opened(cloud(clock)):
            assert await fetched(second.environ) == "AKIA"
    with pytest.raises(ConnectionRefusedError):
        await fetched(second.environ)


async def test_a_port_of_this_guard_is_given_to_no_other_child():
    clock = FrozenClock()
    async with hooked(["aws"], clock, HookGate(ME)) as first:
        chosen = {**first.environ, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "of-another-child"}
        with pytest.raises(OSError, match="in use"):
            async with hooked(["aws"], clock, HookGate(ME), chosen):
                raise AssertionError
        assert await fetched(first.environ) == "no_active_call"


def cloud(clock):
    parts = {"access_key_id": "AKIA", "secret_access_key": "s", "session_token": "t"}
    return Credential(
        kind="sts", lease_id="l", audience="a", binding=Binding.L1, secret="s",
        expires_at_ms=clock.ms + 60_000, parts=parts,
    )  # fmt: skip


async def fetched(environ):
    """Return the key that an SDK would get, or why it gets none."""
    where = urlsplit(environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"])
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    token = environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
    writer.write(f"GET {where.path} HTTP/1.1\r\nAuthorization: {token}\r\n\r\n".encode())
    said = json.loads((await asyncio.wait_for(reader.read(), 5)).partition(b"\r\n\r\n")[2])
    writer.close()
    await writer.wait_closed()
    return said.get("AccessKeyId") or said["code"]


@pytest.mark.parametrize("name", ["git", "postgres", "ssh"])
async def test_the_end_of_an_older_link_takes_nothing_from_the_one_in_force(name):
    clock, gate = FrozenClock(), HookGate(ME)
    async with AsyncExitStack() as newer:
        async with hooked([name], clock, gate) as first:
            second = await newer.enter_async_context(hooked([name], clock, gate, first.environ))
            place = place_of(name, second.environ)
        assert second.environ == first.environ
        if name == "postgres":
            assert place.is_file()
        else:
            _, writer = await asyncio.open_unix_connection(place)
            writer.close()
            await writer.wait_closed()
    assert not place.parent.exists()


def place_of(name, environ):
    match name:
        case "git":
            return Path(shlex.split(environ["GIT_CONFIG_VALUE_1"])[-1])
        case "postgres":
            return Path(environ["PGPASSFILE"])
        case _:
            return Path(environ["SSH_AUTH_SOCK"])


async def test_what_cannot_be_opened_again_lets_calls_without_a_credential_run(wired):
    async with pulling(wired, "repo", ME, Pulled()) as hooks:
        async with hooks.during(None):
            pass
        with pytest.raises(Refused) as no:
            async with hooks.during(object()):
                raise AssertionError
    assert no.value.code == "hooks_unreachable"
