"""An HTTP server that keeps what it was sent and answers as told, and credentials to send to it."""

import asyncio
import base64
import json
from contextlib import asynccontextmanager

from guard.grant.credential import ACCESS_TOKEN, Credential
from guard.model.call import ToolCall, argument_bytes
from guard.model.facts import Binding
from guard_adapters.issuer.proof_key import ProofKey
from guard_adapters.store.clock import SystemClock, SystemIds
from tests.adapters.front.relaying import listening, serving

SECRET = "CREDENTIAL-CANARY-0123456789"


class Target:
    """Keeps headers and bodies; `answers` are (status, headers, body), used up one by one."""

    def __init__(self):
        self.seen, self.answers = [], []
        self.go_on = asyncio.Event()  # cleared: it keeps whoever asks waiting
        self.go_on.set()

    async def __call__(self, scope, receive, send):
        headers = {key.decode(): value.decode() for key, value in scope["headers"]}
        body, more = b"", True
        while more:
            part = await receive()
            if part["type"] == "http.disconnect":
                break
            body, more = body + part.get("body", b""), part.get("more_body", False)
        self.seen.append({"headers": headers, "path": scope["path"], "body": body})
        await self.go_on.wait()
        status, own, text = self.answers.pop(0) if self.answers else (200, [], b"{}")
        await send({"type": "http.response.start", "status": status, "headers": own})
        await send({"type": "http.response.body", "body": text})
        await asyncio.sleep(0)


@asynccontextmanager
async def target():
    app = Target()
    listener, app.port = listening()
    app.url = f"http://127.0.0.1:{app.port}"
    async with serving(app, listener):
        yield app


def of(kind, url):
    """A credential that is for this address, by how it travels."""
    more = {
        "key": {
            "kind": "static",
            "parts": {"header": "X-Api-Key", "value": SECRET, "origins": url},
        },
        "bearer": {"kind": ACCESS_TOKEN},
        "dpop": {"kind": ACCESS_TOKEN, "prover": ProofKey(clock=SystemClock(), ids=SystemIds())},
        "cloud": {"kind": "sts", "parts": {"secret_access_key": SECRET}},
    }[kind]
    return Credential(
        lease_id="l", audience=f"{url}/mcp", binding=Binding.L1,
        expires_at_ms=SystemClock().now_ms() + 60_000, secret=SECRET, **more,
    )  # fmt: skip


def a_call(tool="pay", **arguments):
    return ToolCall(
        id="c1", session="gs_1", server="bank", tool=tool, arguments=argument_bytes(arguments)
    )


def message(tool="pay", method="tools/call", ident=1, **arguments):
    params = {"name": tool, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": ident, "method": method, "params": params}


def claims_of(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
