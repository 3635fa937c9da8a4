"""`kill -9` of a real `guard serve` while a person is asked: the question outlives it.

The agent sends its call again, joins the question, and reads its answer; the call runs once.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import struct
import subprocess
from pathlib import Path

import httpx2
import pytest
import uvicorn

from guard.grant.people import Account, Invite, Passkey
from guard.grant.votes import Vote, Voter
from guard_adapters.cli import main
from guard_adapters.store.postgres.database import Address
from guard_adapters.store.postgres.store import PostgresStore
from guard_adapters.wiring.build import build, log_key
from guard_adapters.wiring.load import load
from tests import postgres
from tests.forked import OF_GUARD, python

pytestmark = pytest.mark.peer

MODERN = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "agent", "version": "1"},
}
CONFIG = """
version: 1
guard:
  policies: [rules.cedar]
  state: state
  serve: {port: 0}
  settings: {hold_s: HOLD}
  store: STORE
servers:
  bank:
    trust: trusted
    url: http://127.0.0.1:PORT/mcp
    tools:
      pay:
        effect: [write]
        budget: none
        budget_reason: limited by the people who are asked
        says: "Pays {amount}"
        input_schema: {type: object, properties: {amount: {type: integer}}, required: [amount]}
        confirmed: true
"""
RULES = """
@id("OK-1") @reason("open") permit (principal, action, resource);
@id("ASK-1") @decision("step_up") @approvers("finance") @ttl("900s") @grant_ttl("900s") @reason("money")
forbid (principal, action == Guard::Action::"bank/pay", resource);
"""
PEOPLE = """
version: 1
reviewers:
  bob: {issuer: idp, subject: bob, groups: [finance]}
"""


class Bank:
    """An MCP server that pays, and remembers how often."""

    def __init__(self) -> None:
        self.paid: list[int] = []
        self.hangs, self.reached, self.let_go = False, asyncio.Event(), asyncio.Event()

    async def __call__(self, scope, receive, send) -> None:
        raw = b""
        while True:
            part = await receive()
            raw += part.get("body", b"")
            if not part.get("more_body"):
                break
        message = json.loads(raw)
        if message["method"] == "tools/list":
            schema = {"type": "object", "properties": {"amount": {"type": "integer"}}}
            result = {"tools": [{"name": "pay", "inputSchema": schema}], "resultType": "complete"}
        else:
            self.paid.append(message["params"]["arguments"]["amount"])
            if self.hangs:
                self.reached.set()
                await self.let_go.wait()
            result = {"content": [{"type": "text", "text": "paid"}], "resultType": "complete"}
        body = json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}).encode()
        head = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": body})


class Serving:
    """A `guard serve` in a process of its own, forked; it is killed itself, not what stands for it."""

    def __init__(self, config: Path) -> None:
        self.pipe = config.parent / "guard.sock"
        self.process = subprocess.Popen(
            [
                python(*OF_GUARD), "-c", "from guard_adapters.cli import main; raise SystemExit(main())",
                "serve", "--config", str(config), "--socket", str(self.pipe),
            ],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.url = ""

    async def up(self) -> Serving:
        said = ""
        async with asyncio.timeout(30):
            while not (found := re.search(r"Listening on (\S+)/mcp/", said)):
                line = await asyncio.to_thread(self.process.stderr.readline)
                assert line, said
                said += line
        self.url = found[1]
        return self

    def end(self, how: signal.Signals) -> None:
        if self.process.poll() is None:
            os.kill(listener(self.pipe), how)
        self.process.wait(10)
        self.process.stderr.close()


def listener(pipe: Path) -> int:
    """Return the process that listens at a socket."""
    with socket.socket(socket.AF_UNIX) as to:
        to.connect(str(pipe))
        pid, _, _ = struct.unpack("3i", to.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return int(pid)


async def pay(url: str, token: str) -> str:
    """Send the agent's call and return the text that the agent reads."""
    headers = {
        "Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/call", "Mcp-Name": "pay",
    }  # fmt: skip
    params = {"name": "pay", "arguments": {"amount": 5}, "_meta": META}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
        return (await http.post(f"{url}/mcp/bank", json=message)).text


@pytest.fixture
async def bank():
    made = Bank()
    server = uvicorn.Server(
        uvicorn.Config(made, port=0, log_level="error", lifespan="off", ws="none")
    )
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(5):
        while not server.started:
            await asyncio.sleep(0.01)
    made.port = server.servers[0].sockets[0].getsockname()[1]
    yield made
    made.let_go.set()
    server.should_exit = True
    await task


async def installed(folder: Path, port: int, store: str, hold_s: int) -> Path:
    config = CONFIG.replace("PORT", str(port)).replace("STORE", store)
    (folder / "guard.yaml").write_text(config.replace("HOLD", str(hold_s)))
    (folder / "rules.cedar").write_text(RULES)
    (folder / "reviewers.yaml").write_text(PEOPLE)
    wired = build(load(folder / "guard.yaml"))
    now_ms = wired.world.clock.now_ms()
    invite = Invite(token_sha256="t", reviewer="bob", until_ms=now_ms + 60_000)
    account = Account(name="bob", user_handle=b"h" * 64, created_ms=now_ms)
    key = Passkey(
        credential_id="k", reviewer="bob", spki=b"s", cose=b"c", alg=-7, created_ms=now_ms,
        usable_from_ms=now_ms,
    )  # fmt: skip
    await wired.store.reviewers.invite(invite, [])
    assert await wired.store.reviewers.enrol("t", account, key, [])
    wired.close()
    return folder / "guard.yaml"


def dev_key(config: Path) -> str:
    return (config.parent / "state" / "keys" / "dev.key").read_bytes().hex()


def approval_of(text: str) -> str:
    return re.search(r"apr_[0-9a-f]+", text)[0]


async def test_a_question_outlives_its_guard_and_its_answer_is_read(tmp_path, bank, capsys):
    config = await installed(tmp_path, bank.port, "{}", hold_s=0)
    first = await Serving(config).up()
    asked = await pay(first.url, dev_key(config))
    first.end(signal.SIGKILL)
    second = await Serving(config).up()
    joined = await pay(second.url, dev_key(config))

    words = [
        "approvals",
        "deny",
        approval_of(asked),
        "--reason",
        "not today",
        "--config",
        str(config),
    ]
    assert await asyncio.to_thread(main, words) == 0
    answered = await pay(second.url, dev_key(config))
    second.end(signal.SIGTERM)

    assert "APPROVAL_PENDING" in asked
    assert approval_of(joined) == approval_of(asked)
    assert "DENIED" in answered
    assert bank.paid == []


async def test_a_yes_after_the_guard_was_killed_lets_the_repeated_call_run_once(
    tmp_path, bank, monkeypatch
):
    url = postgres.fresh()
    monkeypatch.setenv("TEST_STORE", url)
    config = await installed(tmp_path, bank.port, "{url_env: TEST_STORE}", hold_s=0)
    first = await Serving(config).up()
    asked = await pay(first.url, dev_key(config))
    first.end(signal.SIGKILL)
    (tmp_path / "guard.yaml").write_text(config.read_text().replace("hold_s: 0", "hold_s: 20"))
    second = await Serving(config).up()
    waiting = asyncio.create_task(pay(second.url, dev_key(config)))

    key = log_key(tmp_path / "state", "guardcall")
    beside = PostgresStore(Address(url), key, timeout_ms=5_000, cooldown_ms=0)
    async with asyncio.timeout(10):  # the repeated call has joined
        while (row := await beside.approvals.get(approval_of(asked))).waiting < 2:
            await asyncio.sleep(0.02)
    bob = Voter(principal="idp|bob", groups=frozenset({"finance"}), uv=True)
    yes = Vote(
        approval_id=row.id, voter=bob, decision="approve", method="webauthn",
        at_ms=beside.clock.now_ms(),
    )  # fmt: skip
    await beside.approvals.vote(yes, [])
    answer = await asyncio.wait_for(waiting, 20)
    used = await beside.approvals.get(row.id)
    await asyncio.to_thread(beside.close, 0)
    second.end(signal.SIGTERM)

    assert ("paid" in answer, bank.paid) == (True, [5])
    assert (used.consume_try, used.outcome.value) == (1, "ok")
    assert os.environ["TEST_STORE"] not in (tmp_path / "guard.yaml").read_text()


async def test_a_run_that_the_guard_died_in_is_not_run_again_by_the_repeated_call(tmp_path, bank):
    config = await installed(tmp_path, bank.port, "{}", hold_s=0)
    first = await Serving(config).up()
    asked = approval_of(await pay(first.url, dev_key(config)))
    first.end(signal.SIGTERM)
    wired = build(load(config))
    bob = Voter(principal="idp|bob", groups=frozenset({"finance"}), uv=True)
    yes = Vote(
        approval_id=asked, voter=bob, decision="approve", method="webauthn",
        at_ms=wired.world.clock.now_ms(),
    )  # fmt: skip
    await wired.world.approvals.vote(yes, [])
    wired.close()

    bank.hangs = True
    second = await Serving(config).up()
    lost = asyncio.create_task(pay(second.url, dev_key(config)))
    await asyncio.wait_for(bank.reached.wait(), 20)
    second.end(signal.SIGKILL)
    await asyncio.wait({lost})
    third = await Serving(config).up()
    told = await pay(third.url, dev_key(config))
    again = await pay(third.url, dev_key(config))
    third.end(signal.SIGTERM)

    assert isinstance(lost.exception(), httpx2.HTTPError)
    assert f"OUTCOME_UNKNOWN {asked}: it may have run" in told
    assert "APPROVAL_PENDING" in again  # told once, whoever wants it again has to ask a person
    assert bank.paid == [5]
