"""Ways around the ASGI form of the verifier: another spelling, another place, another message."""

import json

import pytest

from guard_adapters.front.asgi_verify import CallGate
from tests.adapters.front.test_asgi_verify import Clock, code, sent, shop, verifier, web
from tests.guard.grant.tokens import ARGS, TOOL, claims, token


async def test_other_arguments_do_not_run_and_do_not_spend_the_token():
    app, seen = shop()
    assert await code(app, token(), json.dumps({**ARGS, "to": "EVIL"})) == "args_mismatch"
    assert (await sent(app, token())).status_code == 200
    assert seen == [ARGS]


async def test_a_token_shown_twice_pays_once():
    app, seen = shop()
    await sent(app, token())
    assert await code(app, token()) == "replayed"
    assert seen == [ARGS]


async def test_a_token_of_another_server_or_another_tool_is_worthless():
    app, seen = shop()
    assert await code(app, token(aud="https://mail.example/mcp")) == "wrong_audience"
    detail = {**json_detail(), "tool": "other"}
    assert await code(app, token(authorization_details=[detail])) == "tool_mismatch"
    assert seen == []


def json_detail():
    return claims()["authorization_details"][0]


@pytest.mark.parametrize(
    ("path", "method", "expected"),
    [
        ("/pay/", "POST", "tool_mismatch"),
        ("//pay", "POST", "tool_mismatch"),
        ("/PAY", "POST", "tool_mismatch"),
        ("/pay", "PUT", "tool_mismatch"),
        ("/pay", "GET", "tool_mismatch"),
        ("/healthz", "POST", "tool_mismatch"),
        ("/pay?to=EVIL", "POST", "args_mismatch"),
    ],
)
async def test_another_spelling_of_the_place_is_no_way_around(path, method, expected):
    app, seen = shop()
    assert await code(app, token(), path=path, method=method) == expected
    assert seen == []


TWICE = json.dumps(ARGS)[:-1] + ', "to": "EVIL"}'


@pytest.mark.parametrize(
    "body",
    [TWICE, json.dumps([ARGS]), "amount_minor=1", json.dumps(ARGS).encode("utf-16"), "NaN"],
)
async def test_a_body_with_two_readings_is_refused(body):
    app, seen = shop()
    assert await code(app, token(), body) == "args_mismatch"
    assert seen == []


async def test_of_two_authorization_headers_none_counts():
    app, seen = shop()
    async with web(app) as client:
        headers = [("authorization", f"Bearer {token()}"), ("authorization", "Bearer else")]
        answer = await client.post("/pay", content=json.dumps(ARGS), headers=headers)
    assert answer.json()["error"]["code"] == "token_missing"
    assert seen == []


def rpc(**params):
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("POST", json.dumps([rpc(name=TOOL, arguments=ARGS)])),
        ("POST", json.dumps(rpc(name=TOOL, arguments=ARGS))[:-1] + ', "method": "ping"}'),
        ("PUT", json.dumps(rpc(name=TOOL, arguments=ARGS))),
        ("POST", json.dumps(rpc(name=[TOOL], arguments=ARGS))),
        ("POST", json.dumps(rpc(name=TOOL, arguments=[1]))),
        ("POST", json.dumps({**rpc(), "params": [TOOL]})),
        ("POST", "tools/call"),
    ],
)
async def test_a_call_inside_another_message_does_not_pass(method, body):
    reached = []

    async def app(scope, receive, send):
        reached.append(scope)

    async with web(CallGate(app, verifier=verifier(), clock=Clock())) as client:
        answer = await client.request(method, "/mcp", content=body)
    assert (reached, "error" in answer.json()) == ([], True)
