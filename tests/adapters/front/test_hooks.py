"""Pull hooks, asked by the real programs: an approved call is answered, nothing else is."""

import asyncio
import os
import shutil
import socket
import sys
import time
from pathlib import Path

import httpx
import pytest

from guard.grant.credential import Credential
from guard.model.facts import Binding
from guard_adapters.front.hooks.aws import AwsEndpoint, owner
from guard_adapters.front.hooks.child import hooked
from guard_adapters.front.hooks.gate import HookGate, descends
from guard_adapters.store.clock import SystemClock
from tests.adapters.front.relaying import listening

SECRET = "HOOK-SECRET-CANARY"
AWS = {"access_key_id": "AKIA1", "secret_access_key": SECRET, "session_token": "TOKEN-CANARY"}
GIT = {"origins": "https://git.example:443", "header": "Authorization", "value": "x"}


def credential(parts, left_ms=30_000):
    return Credential(
        kind="k", lease_id="l", audience="a", binding=Binding.L1, secret=SECRET, parts=parts,
        expires_at_ms=int(time.time() * 1000) + left_ms,
    )  # fmt: skip


async def ran(*argv, text="", env=None):
    process = await asyncio.create_subprocess_exec(
        *argv, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **(env or {})},
    )  # fmt: skip
    async with asyncio.timeout(10):
        out, err = await process.communicate(text.encode())
    return process.returncode, out.decode(), err.decode()


# The cloud's endpoint


async def asked(environ, token=None, **more):
    url = environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
    given = {
        "authorization": environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"] if token is None else token
    }
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        return await client.get(url, headers={**given, **more})


async def test_an_sdk_gets_cloud_credentials_during_the_call_alone():
    async with hooked(["aws"], SystemClock()) as hooks:
        before = await asked(hooks.environ)
        async with hooks.during(credential(AWS)):
            during = await asked(hooks.environ)
        after = await asked(hooks.environ)
    assert [one.status_code for one in (before, during, after)] == [403, 200, 403]
    assert (before.json()["code"], after.json()["code"]) == ("no_active_call", "no_active_call")
    found = during.json()
    assert (found["AccessKeyId"], found["SecretAccessKey"]) == ("AKIA1", SECRET)
    assert found["Expiration"].endswith("Z")
    assert SECRET not in before.text + after.text


async def test_without_the_spawn_secret_or_from_a_web_page_there_is_nothing():
    async with hooked(["aws"], SystemClock()) as hooks, hooks.during(credential(AWS)):
        wrong = await asked(hooks.environ, token="guess")
        page = await asked(hooks.environ, origin="https://evil.example")
        other = httpx.URL(hooks.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"]).copy_with(path="/x")
        path = await asked({**hooks.environ, "AWS_CONTAINER_CREDENTIALS_FULL_URI": str(other)})
    assert [one.status_code for one in (wrong, page, path)] == [403, 404, 404]


async def test_the_owner_of_a_connection_is_told_by_the_kernel(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 4242)
    gate = HookGate(os.getpid())
    endpoint = AwsEndpoint(gate, SystemClock())
    await endpoint.open()
    async with gate.opened(credential(AWS)):
        answer = await asked(endpoint.environ)
    await endpoint.aclose()
    assert (answer.status_code, answer.json()["code"]) == (403, "peer_refused")
    assert SECRET not in f"{endpoint!r}"


def test_a_port_that_nobody_has_has_no_owner():
    listener, port = listening()
    listener.close()
    assert owner(port, port) == -1


def test_a_port_that_is_connected_to_somewhere_else_as_well_is_owned_by_this_connection():
    """A port may be used twice, by two accounts: what counts is who is connected to us."""
    (first, to), (second, elsewhere) = listening(), listening()
    with first, second, socket.create_connection(("127.0.0.1", to)) as mine:
        port = mine.getsockname()[1]
        assert owner(port, to) == os.geteuid()
        assert owner(port, elsewhere) == -1


async def test_a_credential_that_has_ended_is_not_given():
    async with hooked(["aws"], SystemClock()) as hooks, hooks.during(credential(AWS, left_ms=-1)):
        assert (await asked(hooks.environ)).status_code == 403


# git


async def filled(environ, host="git.example", protocol="https"):
    text = f"protocol={protocol}\nhost={host}\n\n"
    return await ran("git", "credential", "fill", text=text, env=environ)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not here")
async def test_git_gets_the_key_for_its_address_during_the_call_alone():
    async with hooked(["git"], SystemClock()) as hooks:
        before = await filled(hooks.environ)
        async with hooks.during(credential(GIT)):
            during = await filled(hooks.environ)
            elsewhere = await filled(hooks.environ, host="evil.example")
            plain = await filled(hooks.environ, protocol="http")
            port = await filled(hooks.environ, host="git.example:8443")
        after = await filled(hooks.environ)
    assert during[0] == 0
    assert f"username=x-access-token\npassword={SECRET}\n" in during[1]
    for one in (before, elsewhere, plain, port, after):
        assert one[0] != 0
        assert SECRET not in one[1] + one[2]


# PostgreSQL


async def test_the_files_hold_something_during_the_call_alone():
    parts = {"host": "h", "port": "1", "database": "d:b", "user": "g_x", "password": "p:\\w"}
    async with hooked(["postgres"], SystemClock()) as hooks:
        files = {name: Path(hooks.environ[name]) for name in ("PGPASSFILE", "PGSERVICEFILE")}
        assert [file.read_text() for file in files.values()] == ["", ""]
        async with hooks.during(credential(parts)):
            assert files["PGPASSFILE"].read_text() == "h:1:d\\:b:g_x:p\\:\\\\w\n"
            assert "user=g_x" in files["PGSERVICEFILE"].read_text()
            assert {file.stat().st_mode & 0o777 for file in files.values()} == {0o600}
        assert [file.read_text() for file in files.values()] == ["", ""]
        async with hooks.during(credential(AWS)):  # not of this kind
            assert files["PGPASSFILE"].read_text() == ""
    assert not files["PGPASSFILE"].parent.exists()


# Who may ask


async def test_a_process_that_is_not_ours_is_not_one_of_ours():
    assert descends(os.getpid(), os.getpid())
    assert descends(os.getpid(), os.getppid())
    assert not descends(os.getppid(), os.getpid())
    assert not descends(1, os.getpid())
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "input()", stdin=asyncio.subprocess.PIPE
    )
    assert descends(child.pid, os.getpid())
    child.stdin.close()
    await asyncio.wait_for(child.wait(), 5)
    assert not descends(child.pid, os.getpid())


async def test_calls_that_need_a_credential_take_turns_in_one_process():
    order = []
    async with hooked(["aws"], SystemClock()) as hooks:

        async def call(name):
            async with hooks.during(credential({**AWS, "access_key_id": name})):
                order.append(f"{name} in")
                answer = await asked(hooks.environ)
                assert answer.json()["AccessKeyId"] == name
                order.append(f"{name} out")

        async with asyncio.timeout(10):
            await asyncio.gather(*(call(name) for name in "abc"))
    assert [word.split()[1] for word in order] == ["in", "out"] * 3


async def test_nothing_is_left_open_or_on_disk():
    async with hooked(["aws", "git", "postgres", "ssh"], SystemClock()) as hooks:
        places = [
            Path(hooks.environ["SSH_AUTH_SOCK"]).parent,
            Path(hooks.environ["PGPASSFILE"]).parent,
        ]
        assert all(place.stat().st_mode & 0o777 == 0o700 for place in places)
    assert not any(place.exists() for place in places)
