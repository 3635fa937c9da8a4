"""Servers that pull their credentials, behind `guard serve`: each gets its own, in its call alone."""

import asyncio
import json
import os
import re
import sys
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from guard_adapters._http.pool import HttpClient
from guard_adapters.front.mcp.auth.access_token import Caller
from guard_adapters.wiring.build import build
from guard_adapters.wiring.load import load
from guard_adapters.wiring.running import serving
from tests.adapters.front.for_relays import listening_for_relays
from tests.adapters.front.relaying import Answer, legacy
from tests.forked import OF_GUARD, python

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "tests" / "adapters" / "front" / "pulling_server.py"
MAIN = "import sys; from guard_adapters.cli import main; sys.exit(main())"
CONFIG = """
version: 1
guard:
  policies: [all.cedar]
  state: state
  serve: {{port: 0}}
  issuers: {{key: {{kind: static, secret_file: api.key, origins: ["https://git.example"]}}}}
servers:
  repo:
    trust: trusted
    command: ["{python}", "{server}"]
    hooks: [git]
    tools:
      pull:
        effect: [read]
        confirmed: true
        input_schema: {{type: object, properties: {{folder: {{type: string}}}}}}
        credential: {{issuer: key}}
      peek: {{effect: [read], confirmed: true, input_schema: {{type: object}}}}
"""
POLICY = '@id("ALL") @reason("everything") permit (principal, action, resource);'


SEEN = r"([2-9]|\d\d+) sockets, 0 answered"  # its own, the other one's, and those of other tests


def caller(name):
    return Caller(issuer="t", subject=name, agent="a", scopes={"mcp:repo"})


KEYS = {sha256(name.encode()).hexdigest(): caller(name) for name in ("ann", "bob")}


@pytest.fixture
def folder(tmp_path):
    text = CONFIG.format(python=sys.executable, server=SERVER)
    (tmp_path / "guard.yaml").write_text(text)
    (tmp_path / "all.cedar").write_text(POLICY)
    (tmp_path / "api.key").write_text("API-KEY-CANARY-0123456789")
    (tmp_path / "api.key").chmod(0o600)
    return tmp_path


@asynccontextmanager
async def served(folder):
    """A guard over HTTP, and a way to call its server for somebody."""
    wired, http = build(load(folder / "guard.yaml")), HttpClient()
    try:
        async with serving(wired, KEYS) as url:

            async def call(who, tool, **arguments):
                head = [
                    (b"content-type", b"application/json"),
                    (b"authorization", f"Bearer {who}".encode()),
                    (b"accept", b"application/json, text/event-stream"),
                ]
                body = json.dumps(legacy("tools/call", {"name": tool, "arguments": arguments}))
                found = await http.open_upstream(
                    "POST", f"{url}/mcp/repo", head, body.encode(), read_s=20
                )
                raw = await found.read(2**20)
                await found.aclose()
                answer = Answer(
                    found.status, {k.decode(): v.decode() for k, v in found.headers}, raw
                )
                return answer.message["result"]["content"][0]["text"]

            yield call
    finally:
        await http.aclose()
        wired.close()


async def until(file, lines):
    async with asyncio.timeout(10):
        while not file.exists() or len(file.read_text().splitlines()) < lines:
            await asyncio.sleep(0.01)


async def test_over_http_a_server_pulls_in_its_own_call_and_no_other_process_does(folder):
    async with served(folder) as call:
        assert await call("ann", "pull") == "got the key"
        assert (await call("ann", "peek")).startswith("got nothing; ")
        held = asyncio.create_task(call("ann", "pull", folder=str(folder)))
        await until(folder / "log", 1)
        # Ann's call runs; Bob's process looks for a way to her key, in her call's time.
        own, around = (await call("bob", "peek")).split("; ")
        (folder / "go").touch()
        assert await held == "got the key"
        assert (await call("ann", "peek")).startswith("got nothing; ")
    assert own == "got nothing"
    assert re.fullmatch(SEEN, around)


async def test_calls_that_need_a_credential_take_turns_in_one_process(folder):
    async with served(folder) as call:
        calls = [asyncio.create_task(call("ann", "pull", folder=str(folder))) for _ in range(3)]
        await until(folder / "log", 1)
        (folder / "go").touch()
        assert await asyncio.gather(*calls) == ["got the key"] * 3
    assert (folder / "log").read_text().split() == ["in", "out"] * 3


HELLO = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "c", "version": "1"},
}


class Relay:
    """`guard proxy` as an agent starts it, attached to the guard of this test."""

    def __init__(self, folder, pipe, by=None):
        self.folder, self.pipe, self.ident = folder, pipe, 0
        self.by = by or python(*OF_GUARD)

    async def start(self, *more):
        await self.begun(*more)
        await self.ask("initialize", HELLO)
        return self

    async def begun(self, *more):
        words = ["proxy", "--upstream", "repo", "--agent", "a", "--socket", str(self.pipe), *more]
        self.process = await asyncio.create_subprocess_exec(
            self.by, "-c", MAIN, *words, "--", sys.executable, str(SERVER),
            cwd=self.folder, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'adapters'}"},
        )  # fmt: skip
        return self

    async def ask(self, method, params):
        self.ident += 1
        asked = json.dumps(legacy(method, params, ident=self.ident)) + "\n"
        self.process.stdin.write(asked.encode())
        async with asyncio.timeout(15):
            return json.loads(await self.process.stdout.readline())

    async def call(self, tool):
        return json.dumps(await self.ask("tools/call", {"name": tool, "arguments": {}}))

    async def stop(self):
        self.process.stdin.close()
        await asyncio.wait_for(self.process.wait(), 10)


@asynccontextmanager
async def running(folder, pipe):
    wired = build(load(folder / "guard.yaml"))
    async with listening_for_relays(wired, pipe):
        yield wired


async def test_an_attached_server_pulls_in_its_call_and_another_relays_server_does_not(folder):
    pipe = folder / "run" / "s"
    async with running(folder, pipe):
        one, other = await Relay(folder, pipe).start(), await Relay(folder, pipe).start()
        assert "got the key" in await one.call("pull")
        seen = await other.call("peek")
        assert re.search(f"got nothing; {SEEN}", seen)
        await one.stop()
        await other.stop()


async def test_a_server_that_is_older_than_the_guard_finds_it_in_the_old_places(folder):
    pipe = folder / "run" / "s"
    async with running(folder, pipe):
        relay, other = await Relay(folder, pipe).start(), await Relay(folder, pipe).start()
        assert "got the key" in await relay.call("pull")
    async with running(folder, pipe):
        assert "got the key" in await other.call("pull")
        assert "got the key" in await relay.call("pull")
        assert re.search(f"got nothing; {SEEN}", await relay.call("peek"))
    async with running(folder, pipe):
        assert "got the key" in await relay.call("pull")
        assert re.search("got nothing; ", await other.call("peek"))
        await relay.stop()
        await other.stop()


async def test_a_server_that_was_started_without_a_guard_is_refused_until_it_is_started_again(
    folder,
):
    pipe = folder / "run" / "s"
    early = await Relay(folder, pipe, by=sys.executable).begun()  # whose children can be seen
    children = Path(f"/proc/{early.process.pid}/task/{early.process.pid}/children")
    async with asyncio.timeout(10):
        while not children.read_text():  # its server runs
            await asyncio.sleep(0.01)
    async with running(folder, pipe):
        await early.ask("initialize", HELLO)
        no = await early.call("pull")
        assert "hooks_unreachable" in no
        assert "start this MCP server again" in no
        assert "got nothing" in await early.call("peek")  # it needs no credential, so it runs
        await early.stop()
        again = await Relay(folder, pipe).start()
        assert "got the key" in await again.call("pull")
        await again.stop()
