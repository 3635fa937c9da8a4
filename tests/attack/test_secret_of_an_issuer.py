"""The secret of every issuer, looked for wherever it must not be: after a call that ran, one that broke, and
one whose credential could not be made because the target's library said the secret aloud."""

import base64
import json
import logging
import os
import sys
from dataclasses import replace
from hashlib import sha256

import pytest

from guard.audit.event import Event
from guard.errors import GuardError
from guard.grant.credential import Credential
from guard.grant.signing import b64u
from guard.lease.between import Between
from guard.model.call import Outcome, ToolCall, ToolResult, argument_bytes
from guard_adapters._http.pool import HttpClient
from guard_adapters.front.hooks.gate import HookGate
from guard_adapters.front.hooks.ssh import SshAgent
from guard_adapters.front.mcp.auth.access_token import Caller
from guard_adapters.front.mcp.upstream.between import ServerToken, Standing
from guard_adapters.sink.otel import OtelTrace
from guard_adapters.store.clock import SystemClock
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from guard_adapters.wiring.recovery import recover
from guard_adapters.wiring.running import serving
from guard_adapters.wiring.serve.between import BetweenAt
from tests import postgres as databases
from tests.adapters.front.relaying import legacy
from tests.adapters.issuer.test_ssh import ran
from tests.adapters.wiring.test_static_key import asked
from tests.attack.hunted.issuers import KINDS
from tests.attack.hunted.places import PLACES, Places
from tests.peers.postgres import Postgres

pytestmark = pytest.mark.peer
ANA = Caller(issuer="test", subject="ana", agent="a", scopes=frozenset({"mcp:up"}))
KEY = {sha256(b"k").hexdigest(): ANA}
CONFIG = """
version: 1
guard:
  policies: [all.cedar]
  state: state
  serve: {{port: 0}}
  settings: {{port_timeout_ms: 5000}}
{store}
{guard}
servers:
  up:
    trust: trusted
{server}
    tools:
      look_it_up:
        effect: [read]
        confirmed: true
        input_schema: {{type: object, properties: {{service: {{type: string}}, name: {{type: string}}}}}}
"""
ARGUMENTS = {"service": "web", "name": "a.txt"}


@pytest.fixture(scope="module")
def postgres():
    server = Postgres().set_up()
    yield server
    server.stop()


class Tool:
    """Keeps what it was given, as no tool should, and returns what a model would read."""

    def __init__(self, *, breaks):
        self.breaks, self.given = breaks, None

    async def run(self, call, credential):
        self.given = credential
        if credential.kind == "ssh":
            await through_the_agent(credential)
        if self.breaks:
            raise RuntimeError("the tool broke")
        return ToolResult(outcome=Outcome.OK, value="done", shown="done")


async def through_the_agent(credential):
    """Let a client take the certificate from the guard's agent, as an unmodified server would."""
    gate = HookGate(os.getpid())
    agent = SshAgent(gate, SystemClock())
    await agent.open()
    async with gate.opened(credential):
        await ran(["ssh-add", "-L"], **agent.environ)
    await agent.aclose()


class Loud:
    """Stands where a credential is made, and fails with all of it in the message."""

    def __init__(self):
        self.made = []

    def __call__(self, **fields):
        one = Credential(**fields)
        self.made.append(one)
        raise RuntimeError(f"the target said {' '.join(secrets_of(one))}")


def secrets_of(credential):
    private = {"secret", "password", "dsn", "key", "secret_access_key", "session_token"}
    words = [
        credential.secret,
        *(text for name, text in credential.parts.items() if name in private),
    ]
    if credential.prover is not None:
        words.append(credential.prover.proof("POST", "https://crm.example/mcp", token="t"))
        words += spellings(credential.prover)
    # Of a key in PEM, one line of its body: the armour is in many places.
    return {word.splitlines()[2] if "\n" in word else word for word in words}


def spellings(prover):
    """Return the private number of a session's key as somebody might have written it."""
    number = prover._key.private_numbers().private_value
    raw = number.to_bytes(32, "big")
    return [str(number), raw.hex(), b64u(raw), base64.b64encode(raw).decode()]


class Awake:
    def __init__(self, clock):
        self.beat_ms = clock.now_ms


def written(folder, guard, server, url):
    if url:
        (folder / "db.url").write_text(url)
        (folder / "db.url").chmod(0o600)
    store = "  store: {url_file: db.url}" if url else ""
    (folder / "guard.yaml").write_text(CONFIG.format(guard=guard, server=server, store=store))
    (folder / "all.cedar").write_text(
        '@id("ALL") @reason("all") permit (principal, action, resource);'
    )
    return folder / "guard.yaml"


def wired_at(config, places):
    wired = build(load(config), trace=OtelTrace(places.tracer))
    wired.world = replace(wired.world, watchdog=Awake(wired.world.clock))
    wired.guard = replace(wired.guard, world=wired.world)
    return wired


async def called(wired, tool):
    desk = Desk(wired)
    session = await desk.session(ANA, "", b"")
    call = ToolCall(
        id=desk.new_id(), session=session, server="up", tool="look_it_up",
        arguments=argument_bytes(ARGUMENTS),
    )  # fmt: skip
    return await desk.call(call, tool, hold_ms=0)


async def played(wired, places):
    """Call twice as a function does: once it runs, once it breaks. Return what the tools were given."""
    tools = [Tool(breaks=False), Tool(breaks=True)]
    for tool in tools:
        try:
            places.answered(repr(await called(wired, tool)))
        except RuntimeError as broke:
            places.raised(broke)
    assert all(tool.given is not None for tool in tools)
    places.shown(wired.world, wired.guard, [tool.given for tool in tools])
    places.shown(await wired.world.leases.recent(10), *wired.world.issuers.values())
    return [*(tool.given for tool in tools), *await held(wired, places)]


async def held(wired, places):
    """Return what a session holds between calls, where its server wants something then."""
    server = wired.bundle.catalog.servers["up"]
    if not server.between:
        return []
    at = BetweenAt(Desk(wired), Between(world=wired.world), server)
    token = await at.held(ANA, "")
    standing = Standing(between=at, who=ANA, handle="")
    places.shown(at, vars(at), standing, ServerToken(credential=token))
    return [token]


async def failed(wired, places, monkeypatch):
    """Call while no credential can be made, from a function and over HTTP; return those that nearly were."""
    loud = Loud()
    for issuer in wired.world.issuers.values():
        monkeypatch.setattr(sys.modules[type(issuer).__module__], "Credential", loud)
    tool = Tool(breaks=False)
    with pytest.raises(Exception) as no:
        await called(wired, tool)
    assert tool.given is None
    if wired.bundle.catalog.servers["up"].between:
        with pytest.raises(GuardError) as none:
            await held(wired, places)
        places.raised(none.value)
    places.raised(no.value)
    places.answered(f"{no.value}")
    http = HttpClient()
    async with serving(wired, KEY) as url:
        call = legacy("tools/call", {"name": "look_it_up", "arguments": ARGUMENTS})
        answer = await asked(http, url, call)
    await http.aclose()
    monkeypatch.undo()
    assert loud.made, answer.raw
    places.answered(answer.raw)
    return loud.made


async def hunted(folder, made, url, monkeypatch):
    """Play all on one store; return the places, and every secret that there was."""
    guard, server = made
    places = Places()
    wired = wired_at(written(folder, guard, server, url), places)
    with places.logging():
        given = await played(wired, places)
        given += await failed(wired, places, monkeypatch)
        await recover(wired)
        await places.logged(wired.store)
        for issuer in wired.world.issuers.values():
            if hasattr(issuer, "aclose"):
                await issuer.aclose()
    places.dumped(folder / "state")  # as it is while the guard lives, and after it
    wired.close()
    places.dumped(folder / "state")
    if url:
        await places.dumped_rows(url)
    places.close()
    return places, set().union(*map(secrets_of, given))


@pytest.mark.parametrize("kind", KINDS)
async def test_it_is_nowhere_but_with_the_tool(kind, postgres, tmp_path, monkeypatch):
    making = KINDS[kind](postgres, tmp_path)
    made, own = next(making)
    for url in ("", databases.fresh()):
        places, secrets = await hunted(tmp_path, made, url, monkeypatch)
        looked = {*own, *secrets}
        assert own
        assert secrets
        found = {one[:8]: places.holding(one) for one in looked if places.holding(one)}
        assert found == {}, url
        # The search is not vacuous: what is no secret is found where it was.
        assert places.holding("look_it_up") >= {"traces", "audit", "reprs", "store"}
    making.close()


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
async def test_the_search_finds_a_secret_in_every_place(store, tmp_path):
    places, url = Places(), databases.fresh() if store == "postgres" else ""
    config = written(tmp_path, "", "    audience: https://crm.example/mcp", url)
    wired = wired_at(config, places)
    with places.logging():
        error = RuntimeError("CANARY-logs")
        logging.getLogger("uvicorn.error").error("it broke", exc_info=error)
        await played(wired, places)
        leaf = Event(kind="signal", at_ms=1, session="s", leaf={"x": "CANARY-audit"})
        await wired.store.sink.write([leaf])
        await places.logged(wired.store)
    behind = ValueError("another")
    behind.__context__ = KeyError("CANARY-exceptions")
    places.raised(behind)
    with places.tracer.start_as_current_span("x") as span:
        span.record_exception(RuntimeError("CANARY-traces"))
    places.shown({"a": "CANARY-reprs"})
    places.answered(json.dumps({"text": "CANARY-agent"}).encode())
    row = (await wired.world.leases.recent(1))[0]
    await wired.world.leases.advance(row.id, lambda one: replace(one, reason="CANARY-store"), [])
    places.dumped(tmp_path / "state")
    wired.close()
    places.dumped(tmp_path / "state")
    if url:
        await places.dumped_rows(url)
    places.close()
    for place in PLACES:
        held = places.holding(f"CANARY-{place}")
        assert held - {"store"} == ({place} - {"store"}), place
        assert place in held
