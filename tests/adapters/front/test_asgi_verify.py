import json

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Route

from guard.grant.signing import jwks, public_jwk, thumbprint
from guard.grant.verify import Verifier
from guard_adapters.front.asgi_verify import CallGate, posted
from guard_adapters.front.mcp_verify import REFUSED, TOKEN_KEY
from guard_adapters.front.verified import verified_call
from tests.adapters.front.test_mcp_verify import Clock, over_http, verifier
from tests.adapters.front.test_mcp_verify import server as mcp_server
from tests.guard.grant.tokens import ARGS, HEADER, JWK, OTHER_KEY, TOOL, claims, signed, token


def shop(**more):
    """A Starlette application with one tool at `POST /pay`, and what reached it."""
    seen = []

    async def pay(request):
        assert "authorization" not in request.headers
        body = await request.json() if await request.body() else {}
        seen.append(body)
        return JSONResponse({"paid": body.get("to"), "for": verified_call().subject})

    async def health(_):
        return JSONResponse({"ok": True})

    routes = [Route("/pay", pay, methods=["POST", "PUT"]), Route("/healthz", health)]
    gate = Middleware(
        CallGate,
        verifier=more.pop("verifier", None) or verifier(),
        clock=Clock(),
        reads=posted({"POST /pay": TOOL}, passing={"GET /healthz"}),
        **more,
    )
    app = Starlette(routes=routes, middleware=[gate])
    return app, seen


def web(app):
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://127.0.0.1")


async def sent(app, text, body=None, path="/pay", method="POST"):
    content = json.dumps(ARGS) if body is None else body
    headers = {} if text is None else {"authorization": f"Bearer {text}"}
    async with web(app) as client:
        return await client.request(method, path, content=content, headers=headers)


async def code(app, *args, **more):
    answer = await sent(app, *args, **more)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    return answer.json()["error"]["code"]


async def test_a_good_token_runs_the_route_which_knows_for_whom():
    app, seen = shop()
    assert (await sent(app, token())).json() == {"paid": "ACME", "for": "alice"}
    assert seen == [ARGS]


async def test_no_token_no_route_and_what_calls_no_tool_passes():
    told = []
    app, seen = shop(refused=told.append)
    assert await code(app, None) == "token_missing"
    assert [no.code for no in told] == ["token_missing"]
    assert (await sent(app, None, b"", "/healthz", "GET")).json() == {"ok": True}
    assert seen == []


async def test_the_definition_and_the_level_are_checked_too():
    assert await code(shop(schemas={TOOL: "changed"})[0], token()) == "schema_mismatch"
    assert await code(shop(binding_min=3)[0], token()) == "binding_too_low"


async def test_a_new_key_of_the_guard_is_fetched_and_the_route_runs():
    new = public_jwk(OTHER_KEY.public_key())

    async def refetch():
        return jwks([JWK, new])

    text = signed(claims(), {**HEADER, "kid": thumbprint(new)}, OTHER_KEY)
    assert (await sent(shop(verifier=verifier(refetch))[0], text)).status_code == 200
    assert await code(shop()[0], text) == "unknown_key"


async def test_a_long_message_is_not_held_in_memory():
    app, seen = shop(max_body_bytes=20)
    answer = await sent(app, token())
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "body_too_large")
    assert seen == []


async def test_half_a_message_reaches_nobody():
    app, seen = shop()
    pieces = [
        {"type": "http.request", "body": json.dumps(ARGS).encode(), "more_body": True},
        {"type": "http.disconnect"},
    ]
    answers = []

    async def receive():
        return pieces.pop(0)

    async def send(message):
        answers.append(message)

    bearer = (b"authorization", f"Bearer {token()}".encode())
    scope = {"type": "http", "method": "POST", "path": "/pay", "query_string": b""}
    await app({**scope, "headers": [bearer]}, receive, send)
    assert (seen, answers) == ([], [])


async def test_a_connection_that_nobody_can_read_is_closed():
    answers = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        answers.append(message)

    gate = CallGate(shop()[0], verifier=verifier(), clock=Clock())
    await gate({"type": "websocket", "path": "/pay", "headers": []}, receive, send)
    assert answers == [{"type": "websocket.close", "code": 1008}]


def mcp(made):
    """An MCP server that knows of no tokens, behind the gate."""
    app = made.streamable_http_app(stateless_http=True, json_response=True)
    gate = CallGate(app, verifier=verifier(), clock=Clock())
    gate.router = app.router
    return gate


class Unguarded:
    """The server of the other form's tests, without its middleware."""

    def __init__(self):
        self.made = mcp_server()
        self.made._lowlevel_server.middleware.clear()
        self.paid = self.made.paid

    def streamable_http_app(self, **more):
        return mcp(_Bare(self.made, more))


class _Bare:
    def __init__(self, made, more):
        self.made, self.more = made, more

    def streamable_http_app(self, **_):
        return self.made.streamable_http_app(**self.more)


async def called(client, *, meta=None, **headers):
    params = {"name": TOOL, "arguments": ARGS} | ({} if meta is None else {"_meta": meta})
    body = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params}
    accept = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
    return (await client.post("/mcp", content=json.dumps(body), headers=accept | headers)).json()


async def test_an_mcp_server_of_any_make_is_guarded_from_outside():
    made = Unguarded()
    async with over_http(made) as client:
        no = await called(client)
        good = await called(client, authorization=f"Bearer {token()}")
        again = await called(client, meta={TOKEN_KEY: token(), "other": 1})
    assert (no["id"], no["error"]["code"]) == (7, REFUSED)
    assert no["error"]["data"] == {"code": "token_missing", "step": 1}
    assert "paid for alice" in str(good["result"])
    assert again["error"]["data"]["code"] == "replayed"
    assert made.paid == ["ACME"]


async def test_in_the_message_the_token_leaves_a_header_of_the_servers_own():
    seen = []

    async def app(scope, receive, send):
        seen.append((dict(scope["headers"])[b"authorization"], (await receive())["body"]))
        await JSONResponse({})(scope, receive, send)

    gate = CallGate(app, verifier=verifier(), clock=Clock())
    async with web(gate) as client:
        await called(client, meta={TOKEN_KEY: token(), "other": 1}, authorization="Bearer own")
    ((own, body),) = seen
    assert own == b"Bearer own"
    assert json.loads(body)["params"]["_meta"] == {"other": 1}


@pytest.mark.parametrize("method", ["tools/list", "ping"])
async def test_messages_that_call_no_tool_pass(method):
    async def app(scope, receive, send):
        await JSONResponse(json.loads((await receive())["body"]))(scope, receive, send)

    body = {"jsonrpc": "2.0", "id": 1, "method": method}
    async with web(CallGate(app, verifier=verifier(), clock=Clock())) as client:
        assert (await client.post("/mcp", json=body)).json() == body


def test_the_verifier_of_these_tests_is_the_real_one():
    assert isinstance(verifier(), Verifier)
