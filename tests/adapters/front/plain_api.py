"""A plain HTTP API on a real socket, and a real guard before it with routes of its own."""

import asyncio
import base64
import json
from contextlib import asynccontextmanager
from hashlib import sha256
from types import SimpleNamespace
from urllib.parse import urlsplit

from guard_adapters.front.mcp.auth.access_token import Caller
from guard_adapters.wiring.build import build
from guard_adapters.wiring.load import load
from guard_adapters.wiring.running import serving
from tests.adapters.front.carrying import target

SECRET = "API-KEY-CANARY-0123456789"
CONFIG = """
version: 1
guard:
  policies: [rules.cedar]
  state: state
  serve: {{port: 0}}
  settings: {{hold_s: 0, max_body_bytes: 4096, max_line_bytes: 8192}}
  issuers: {{key: {{kind: static, secret_file: api.key, header: X-Api-Key, prefix: "", origins: ["{url}"]}}}}
servers:
  billing:
    trust: trusted
    protocol: http
    url: {url}/v1
    credential: {{issuer: key}}
    tools:
      read_invoice:
        request: GET /invoices/{{id}}?expand={{expand}}
        effect: [read]
        confirmed: true
        input_schema: {{type: object, properties: {{id: {{type: string}}, expand: {{type: boolean}}}}, required: [id]}}
      own_invoice:
        request: GET /invoices/mine
        effect: [read]
        confirmed: true
        input_schema: {{type: object, properties: {{}}}}
      pay_invoice:
        request: POST /invoices/{{id}}/pay
        effect: [write]
        budget: none
        budget_reason: a test
        confirmed: true
        says: "Pays {{amount}} of invoice {{id}}"
        args: {{amount: {{role: amount}}}}
        narrow: {{small: {{cap_arg: {{path: amount, max: 100}}}}}}
        input_schema: {{type: object, properties: {{id: {{type: string}}, amount: {{type: integer}}, note: {{type: string}}}}, required: [id, amount]}}
      drop_invoice:
        request: DELETE /invoices/{{id}}
        effect: [write]
        budget: none
        budget_reason: a test
        confirmed: true
        says: "Drops invoice {{id}}"
        input_schema: {{type: object, properties: {{id: {{type: string}}}}, required: [id]}}
"""
POLICY = """
@id("ALL") @reason("everything") permit (principal, action, resource);
@id("NO-DROP") @reason("no_dropping")
forbid (principal, action == Guard::Action::"billing/drop_invoice", resource);
"""
DEV = {
    sha256(name.encode()).hexdigest(): Caller(
        issuer="t", subject=name, agent="app", scopes={"mcp:billing"}
    )
    for name in ("ann", "bob")
}


class Told:
    """Somebody who hears of every question, and says nothing."""

    async def announce(self, approval):
        pass


def basic(session, token):
    return "Basic " + base64.b64encode(f"{session}:{token}".encode()).decode()


@asynccontextmanager
async def billing(folder, *, policy=POLICY, at=""):
    """The API, the guard, and raw requests to it: what is sent is exactly what a test wrote."""
    async with target() as api:
        (folder / "guard.yaml").write_text(CONFIG.format(url=at or api.url))
        (folder / "rules.cedar").write_text(policy)
        (folder / "api.key").write_text(SECRET)
        (folder / "api.key").chmod(0o600)
        wired = build(load(folder / "guard.yaml"), approvers=lambda _store: (Told(),))
        try:
            async with serving(wired, DEV) as url:
                port = urlsplit(url).port

                async def raw(data):
                    reader, writer = await asyncio.open_connection("127.0.0.1", port)
                    try:
                        writer.write(data)
                        return await asyncio.wait_for(reader.read(), 5)
                    finally:
                        writer.close()
                        await writer.wait_closed()

                async def ask(line, body=b"", token="ann", **headers):
                    own = {
                        "host": f"127.0.0.1:{port}", "authorization": f"Bearer {token}",
                        "connection": "close",
                    }  # fmt: skip
                    if body:
                        own |= {
                            "content-type": "application/json",
                            "content-length": str(len(body)),
                        }
                    own |= {name.replace("_", "-"): value for name, value in headers.items()}
                    head = "".join(f"{name}: {value}\r\n" for name, value in own.items() if value)
                    got = await raw(f"{line} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body)
                    top, _, text = got.partition(b"\r\n\r\n")
                    status, *lines = top.decode().split("\r\n")
                    pairs = (one.partition(": ") for one in lines)
                    said = json.loads(text) if text[:1] in b"{[" and text else text
                    return SimpleNamespace(
                        status=int(status.split()[1]), body=said, raw=got,
                        headers={name.lower(): value for name, _, value in pairs},
                    )  # fmt: skip

                yield SimpleNamespace(api=api, ask=ask, raw=raw, port=port, wired=wired)
        finally:
            wired.close()
