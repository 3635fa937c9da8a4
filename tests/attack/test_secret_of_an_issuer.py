"""The secret of every issuer, looked for wherever it must not be, after a call that ran and one that broke."""

import asyncio
import base64
import json
import logging
from dataclasses import replace
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from guard.grant.signing import b64u
from guard.model.call import Outcome, ToolCall, ToolResult, argument_bytes
from guard_adapters.front.mcp.caller import Caller
from guard_adapters.issuer.local_key import LocalSigner
from guard_adapters.sink.otel import OtelTrace
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from guard_adapters.wiring.recovery import recover
from tests.peers.authorization_server import BY_SECRET, SECRET, AuthorizationServer
from tests.peers.openbao import OpenBao
from tests.peers.openssh import OpenSsh
from tests.peers.postgres import ADMIN_PASSWORD, Postgres
from tests.peers.seaweedfs import SeaweedFs

pytestmark = pytest.mark.peer

ANA = Caller(issuer="test", subject="ana", agent="a")
CONFIG = """
version: 1
guard:
  policies: [all.cedar]
  state: state
  settings: {{port_timeout_ms: 5000}}
{guard}
servers:
  crm:
    trust: trusted
{server}
    tools:
      use:
        effect: [read]
        confirmed: true
        input_schema: {{type: object, properties: {{service: {{type: string}}, name: {{type: string}}}}}}
"""


def leased(kind, grant, **settings):
    """Return what guard.yaml says of an issuer, and of the server that takes from it."""
    listed = json.dumps({"it": {"kind": kind, **settings}})
    taken = json.dumps({"issuer": "it", "grant": grant})
    return f"  issuers: {listed}", f"    credential: {taken}"


BOUND = """
    url: https://crm.example/mcp
    audience: https://crm.example/mcp
    delivery: dpop
"""


@pytest.fixture(scope="module")
def postgres():
    server = Postgres().set_up()
    yield server
    server.stop()


def for_role(postgres, _folder):
    yield leased("postgres_role", "tool_crm_read", **postgres.settings()), [ADMIN_PASSWORD]


def for_cert(postgres, _folder):
    keys = {"ca_key_file": str(postgres.ca_key), "ca_cert_file": str(postgres.ca_cert)}
    own = postgres.ca_key.read_text().splitlines()[1]
    yield leased("postgres_cert", "svc_crm_read", **postgres.settings(**keys)), [own]


def for_bao(postgres, _folder):
    server = OpenBao(postgres)
    try:
        own = server.token_file.read_text()
        yield leased("openbao", "crm_read", **server.settings()), [own]
    finally:
        server.stop()


def for_ssh(_postgres, _folder):
    server = OpenSsh()
    try:
        own = (server.home / "ca").read_text().splitlines()[2]
        yield leased("ssh", "restart", **server.settings()), [own]
    finally:
        server.stop()


def for_sts(_postgres, folder):
    server = SeaweedFs()
    try:
        (folder / "keys").mkdir(exist_ok=True)
        settings = server.settings(key_file="keys/identity.pem")
        yield leased("sts", "read", **settings), []
    finally:
        server.stop()


def for_exchange(_postgres, _folder):
    server = AuthorizationServer()
    try:
        by = {"client_id": BY_SECRET, "client_secret_file": str(server.home / "client.secret")}
        key = str(server.home / "keys" / "identity.pem")
        own = [SECRET, Path(key).read_text().splitlines()[1]]
        resource = {"resource": "https://opaque.example/mcp"}
        settings = server.settings(key_file=key, **by, **resource)
        yield leased("oauth_exchange", "crm.read", **settings), own
    finally:
        server.stop()


def for_static(_postgres, folder):
    (folder / "api.key").write_text("API-KEY-CANARY-0123456789")
    (folder / "api.key").chmod(0o600)
    yield leased("static", "x", secret_file="api.key", origins=["https://a.example"]), []


def for_token(_postgres, folder):
    """A key-bound call token: it, its proof, the key of the session, the key that signs."""
    (folder / "state" / "keys").mkdir(parents=True)
    path = folder / "state" / "keys" / "calltoken.pem"
    LocalSigner.from_file(path)
    yield ("", BOUND), [path.read_text().splitlines()[1]]


def for_token_of_bao(postgres, _folder):
    """The same, signed elsewhere: also the token with which the guard asks for signatures."""
    server = OpenBao(postgres)
    try:
        server.transit("canary")
        signer = json.dumps({"kind": "openbao", **server.settings(key="canary")})
        yield (f"  signer: {signer}", BOUND), [server.token_file.read_text()]
    finally:
        server.stop()


KINDS = {
    "calltoken": for_token, "calltoken of openbao": for_token_of_bao,
    "postgres_role": for_role, "postgres_cert": for_cert, "openbao": for_bao, "ssh": for_ssh,
    "sts": for_sts, "static": for_static, "oauth_exchange": for_exchange,
}  # fmt: skip


class Tool:
    """Keeps what it was given, as no tool should, and returns what a model would read."""

    def __init__(self, *, breaks):
        self.breaks, self.given = breaks, None

    async def run(self, call, credential):
        self.given = credential
        if self.breaks:
            raise RuntimeError("the tool broke")
        return ToolResult(outcome=Outcome.OK, value="done", shown="done")


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


@pytest.mark.parametrize("kind", KINDS)
async def test_it_is_nowhere_but_with_the_tool(kind, postgres, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    making = KINDS[kind](postgres, tmp_path)
    (guard, server), own = next(making)
    text = CONFIG.format(guard=guard, server=server)
    (tmp_path / "guard.yaml").write_text(text)
    (tmp_path / "all.cedar").write_text(
        '@id("ALL") @reason("all") permit (principal, action, resource);'
    )
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    wired = build(load(tmp_path / "guard.yaml"), trace=OtelTrace(provider.get_tracer("t")))
    if kind == "sts":
        making.gi_frame.f_locals["server"].keys = {"keys": [wired.world.issuers["it"].public_key()]}
    dog = Awake(wired.world.clock)
    wired.world = replace(wired.world, watchdog=dog)
    wired.guard = replace(wired.guard, world=wired.world)
    desk = Desk(wired)
    session = await desk.session(ANA, "", b"")
    seen, tools = [], [Tool(breaks=False), Tool(breaks=True)]
    for tool in tools:
        call = ToolCall(
            id=desk.new_id(), session=session, server="crm", tool="use",
            arguments=argument_bytes({"service": "web", "name": "a.txt"}),
        )  # fmt: skip
        try:
            seen.append(repr(await desk.call(call, tool, hold_ms=0)))
        except RuntimeError as broke:
            seen.append(f"{broke!r} {broke.__context__!r}")
    assert all(tool.given is not None for tool in tools)
    looked = set(own).union(*(secrets_of(tool.given) for tool in tools))
    rows = await wired.world.leases.recent(10)
    seen += [repr(rows), repr(wired.world), repr(wired.guard), repr([tool.given for tool in tools])]
    seen += [span.to_json() for span in exporter.get_finished_spans()]
    seen += [record.getMessage() for record in caplog.records]
    await recover(wired)
    for issuer in wired.world.issuers.values():
        if hasattr(issuer, "aclose"):
            await issuer.aclose()
    dumped = {file: file.read_bytes() for file in (tmp_path / "state").glob("guard.sqlite*")}
    wired.close()
    dumped |= {file: file.read_bytes() for file in (tmp_path / "state").glob("guard.sqlite*")}
    making.close()
    provider.shutdown()
    assert len(looked) >= 1
    assert dumped
    for secret in looked:
        assert [text for text in seen if secret in text] == []
        assert [str(file) for file, raw in dumped.items() if secret.encode() in raw] == []
    await asyncio.sleep(0)


class Awake:
    def __init__(self, clock):
        self.beat_ms = clock.now_ms


def test_the_search_finds_what_it_looks_for(tmp_path):
    (tmp_path / "x").write_bytes(b"..SECRET..")
    assert b"SECRET" in Path(tmp_path / "x").read_bytes()
