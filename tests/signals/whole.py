"""A guard with every part that answers HTTP, in a thread of its own, for tests that ask from outside."""

import asyncio
import json
import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler
from secrets import token_hex

import httpx
from starlette.routing import Mount

from guard.grant.people import Login, token_sha256
from guard.grant.view import view_json
from guard.model.identity import Agent, Principal, Who
from guard.testing.review import a_view
from guard_adapters.wiring.build import build
from guard_adapters.wiring.control_plane.collecting import collecting
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from guard_adapters.wiring.running import dev_keys, serving
from guard_adapters.wiring.serve.endpoint import app, endpoint
from guard_adapters.wiring.serve.gateways import Gateways
from guard_adapters.wiring.signals.overseeing import stream_routes
from guard_adapters.wiring.signals.receiving import push_token, streams
from guard_adapters.wiring.signals.transmitting import receiver_token, transmitter
from tests.adapters.store.test_grants_contract import question
from tests.web_server import WebServer

CONFIG = """
version: 1
guard:
  policies: [all.cedar]
  serve: {{port: 0}}
  signals: {{idp: {{issuer: "{url}", jwks_url: "{url}/jwks", audience: "https://guard.example"}}}}
  receivers: {{soc: {{audience: "https://soc.example", push_to: ["https://soc.example"]}}}}
  issuers:
    files:
      kind: sts
      endpoint: https://sts.eu-central-1.amazonaws.com
      identity: https://guard.example
      region: eu-central-1
      grants:
        read:
          role: arn:aws:iam::123456789012:role/agent-files
          policy:
            Version: "2012-10-17"
            Statement: [{{Effect: Allow, Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::r/*"]}}]
servers:
  shop:
    url: {url}/mcp
    trust: trusted
    tools:
      look: {{effect: [read], confirmed: true, input_schema: {{type: object, properties: {{}}}}}}
  plain:
    url: {url}
    protocol: http
    trust: trusted
    tools:
      ping: {{request: GET /ping, effect: [read], confirmed: true, input_schema: {{type: object, properties: {{}}}}}}
"""
POLICY = """
@id("OK") @reason("open") permit (principal is Guard::Agent, action in Guard::Action::"any", resource);
"""
REVIEWERS = """
version: 1
reviewers: {ana: {issuer: "https://idp.example", subject: ana, groups: [finance], admin: true}}
"""


class Upstream(BaseHTTPRequestHandler):
    """An MCP server that answers every message with the same result."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        try:
            ident = json.loads(body).get("id")
        except (ValueError, AttributeError):
            ident = None
        self._say(202 if ident is None else 200, {"jsonrpc": "2.0", "id": ident, "result": {}})

    def do_GET(self):
        self._say(200 if self.path == "/jwks" else 405, {"keys": []})

    def do_DELETE(self):
        self.do_GET()

    def _say(self, status, body):
        raw = b"" if status == 202 else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_):
        pass


@dataclass
class Whole:
    """The guard, where it listens, and what each part must be shown."""

    wired: object
    url: str = ""
    tokens: dict = field(default_factory=dict)
    handle: str = ""  # a session
    approval: str = ""  # a question that is open
    loop: object = None
    asked: Counter = field(default_factory=Counter)  # by operation
    got: Counter = field(default_factory=Counter)  # by part and status

    def sign_in(self):
        """Open a login for the reviewer, as the ceremony with a passkey would; return its cookie."""
        now_ms, cookie = self.wired.world.clock.now_ms(), token_hex(32)
        login = Login(cookie_sha256=token_sha256(cookie), reviewer="ana", credential_id="k", opened_ms=now_ms, seen_ms=now_ms)  # fmt: skip
        asyncio.run_coroutine_threadsafe(self.wired.store.reviewers.open_login(login, now_ms), self.loop).result(5)  # fmt: skip
        return f"guard-{self.url.rpartition(':')[2]}={cookie}"

    def headers(self, operation):
        """Return what a caller of this operation shows, who may make it."""
        borne = [name for one in operation.get("security", []) for name in one]
        if borne:
            return {"authorization": f"Bearer {self.tokens[borne[0]]}"}
        if operation["tags"] != ["console"]:
            return {}
        own = {"origin": self.console, "sec-fetch-site": "same-origin"}
        return {**own, "cookie": self.sign_in()}

    def base(self, operation):
        """Return where it is reached: the console by the one name that passkeys know."""
        return self.console if operation["tags"] == ["console"] else self.url

    @property
    def stream(self):
        """Return the stream of the receiver, made where it has been ended."""
        shown = {"authorization": f"Bearer {self.tokens['receiver']}"}
        with httpx.Client(base_url=self.url, headers=shown, trust_env=False, verify=False) as http:
            found = http.get("/guard/v1/ssf/streams").json()
            return (found or [http.post("/guard/v1/ssf/streams", json={}).json()])[0]["stream_id"]

    @property
    def console(self):
        return self.url.replace("127.0.0.1", "localhost")


def wire(folder, upstream):
    (folder / "guard.yaml").write_text(CONFIG.format(url=upstream))
    (folder / "all.cedar").write_text(POLICY)
    (folder / "reviewers.yaml").write_text(REVIEWERS)
    return build(load(folder / "guard.yaml"), reviewed=True)


def routes_of(wired):
    """Return method and path of every route, as the document has them."""
    url = "http://127.0.0.1:8470"
    beside = [
        *streams(wired).routes(),
        *Gateways(wired, url).routes,
        *transmitter(wired, url).routes,
        *stream_routes(wired, streams(wired)),
        *collecting(wired),
    ]
    return _listed(app(wired, endpoint(wired, url), beside=beside).beside.routes, "")


def _listed(routes, prefix):
    for route in routes:
        path = (prefix + route.path).replace(":path}", "}")
        if isinstance(route, Mount):
            yield from _listed(route.app._pages.routes, path)  # behind the console's edge
            continue
        for method in sorted((route.methods or set()) - {"HEAD"}):
            yield method, path.replace("/mcp/shop", "/mcp/{server}")


class Running:
    """A guard in a thread, for as long as the block runs."""

    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        self.server = WebServer(Upstream)
        wired = wire(self.folder, self.server.url)
        state = wired.loaded.state
        self.whole = Whole(wired=wired)
        self.ready, self.over, self.failed = threading.Event(), None, None
        self.thread = threading.Thread(target=self._run, args=[wired], daemon=True)
        self.thread.start()
        assert self.ready.wait(20), "the guard did not start"
        if self.failed is not None:
            raise self.failed
        keys = state / "keys"
        self.whole.tokens = {
            "operator": (keys / "operator.key").read_bytes().hex(),
            "gateway": (keys / "gateway.key").read_bytes().hex(),
            "receiver": receiver_token(state, "soc"),
            "transmitter": push_token(state, "idp"),
            "agent": (keys / "dev.key").read_bytes().hex(),
        }
        return self.whole

    async def _asked(self, wired, session):
        """Open a question about a call of this session; return its id."""
        now_ms = wired.world.clock.now_ms()
        row = replace(
            question(1),
            id="apr_" + "0" * 36,
            session=session,
            created_ms=now_ms,
            pending_until_ms=now_ms + 600_000,
            view_json=view_json(a_view({"amount": 7})),
            envelope=b'{"server":"shop","tool":"look"}',
        )
        await wired.world.approvals.open(row, [])
        return row.id

    def _run(self, wired):
        try:
            asyncio.run(self._serve(wired))
        except BaseException as failed:  # of a thread: who waits for it raises it
            self.failed = failed
            self.ready.set()

    async def _serve(self, wired):
        self.whole.loop, self.over = asyncio.get_running_loop(), asyncio.Event()
        async with serving(wired, dev_keys(wired)) as self.whole.url:
            who = Who(principal=Principal(issuer="https://idp.example", subject="ana"), agent=Agent(id="clerk"))  # fmt: skip
            self.whole.handle = await Desk(wired).open_session(who, None)
            self.whole.approval = await self._asked(wired, self.whole.handle)
            self.ready.set()
            await self.over.wait()
        wired.close()

    def __exit__(self, *_):
        self.whole.loop.call_soon_threadsafe(self.over.set)
        self.thread.join(20)
        self.server.close()
