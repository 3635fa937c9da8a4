"""A gateway that is told to fail open takes a failed question for a yes: no question may fail.

And whoever stands before the gateway tries to be somebody else, to bring a token of their own, to
have a result released that belongs to no call, and to read the guard's secret out of one; and
whoever reaches the port without a key, to fill the guard's memory.
"""

import asyncio
import json
from typing import Any

import pytest

from guard_adapters.front.gateways.ext_mcp_wire import SERVICE, McpRequestResult, McpResponseResult
from guard_adapters.front.mcp.protocol.private import TOKEN_KEY
from tests.frameworks.conftest import world  # noqa: F401  a fixture
from tests.frameworks.test_ext_mcp import ANA, gateway, text, why  # noqa: F401  a fixture

pytestmark = pytest.mark.frameworks

LOOK = {"name": "look", "arguments": {"key": "7"}}


@pytest.mark.parametrize(
    ("method", "params", "says", "servers"),
    [
        ("tools/call", b"{", ANA, ["bank"]),
        ("tools/call", b'{"name":"look","name":"wipe"}', ANA, ["bank"]),
        ("tools/call", b'{"name":"look","arguments":[]}', ANA, ["bank"]),
        ("tools/call", b'{"name":"mcp:resources/read"}', ANA, ["bank"]),
        ("tools/call", b"\xff\xfe", ANA, ["bank"]),
        ("tools/call", None, ANA, ["bank"]),
        ("tools/call", LOOK, {}, ["bank"]),
        ("tools/call", LOOK, {"person": 7}, ["bank"]),
        ("tools/call", LOOK, {"person": ""}, ["bank"]),
        ("tools/call", LOOK, ANA, []),
        ("tools/call", LOOK, ANA, ["bank", "other"]),
        ("tools/call", LOOK, ANA, ["other"]),
    ],
)
async def test_what_does_not_fit_is_answered_with_a_no(
    gateway,  # noqa: F811
    method,
    params,
    says,
    servers,
) -> None:
    told = await gateway.request(method, params, says, servers)
    assert told.WhichOneof("result") == "error"
    assert why(told)["code"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [(b"\xff" * 40, "request_unusable"), (bytes(17 * 2**20), "body_too_large")],
    ids=["garbage", "too long"],
)
@pytest.mark.parametrize(
    ("method", "told"), [("CheckRequest", McpRequestResult), ("CheckResponse", McpResponseResult)]
)
async def test_what_is_no_message_or_too_long_is_answered_with_a_no(
    gateway,  # noqa: F811
    method,
    told,
    raw,
    code,
) -> None:
    said = await gateway.sends(method, raw, told)
    assert (said.error.code, why(said)["code"]) == (said.error.INVALID, code)
    gateway.bearer = ""
    assert why(await gateway.sends(method, raw, told))["code"] == "gateway_unknown"


async def test_a_bug_of_the_guard_is_answered_with_a_no(gateway) -> None:  # noqa: F811
    async def broken(_wanted: Any) -> Any:
        raise ZeroDivisionError

    gateway.service._desk.verdict = broken
    told = await gateway.call("look", key="7")
    assert (why(told)["code"], told.error.code) == ("guard_failed", told.error.UNKNOWN)


@pytest.mark.parametrize("borne", ["", "Bearer x", "Basic x"])
async def test_whoever_bears_no_key_is_told_no(gateway, borne) -> None:  # noqa: F811
    gateway.bearer = borne
    assert why(await gateway.call("look", key="7")) == {"code": "gateway_unknown"}
    assert why(await gateway.response(text("x"), "call_1")) == {"code": "gateway_unknown"}
    assert await gateway.outcomes() == []


@pytest.mark.parametrize(
    ("method", "told"), [("CheckRequest", McpRequestResult), ("CheckResponse", McpResponseResult)]
)
async def test_whoever_bears_no_key_is_told_no_before_a_message_is_taken_in(
    gateway,  # noqa: F811
    method,
    told,
) -> None:
    async def never() -> Any:
        await asyncio.Event().wait()
        yield b""

    send = gateway.channel.stream_unary(
        f"/{SERVICE}/{method}", response_deserializer=told.FromString
    )
    said = await send(never(), metadata=(("authorization", "Bearer x"),), timeout=5)
    assert why(said) == {"code": "gateway_unknown"}


@pytest.mark.parametrize(
    ("method", "told"), [("CheckRequest", McpRequestResult), ("CheckResponse", McpResponseResult)]
)
async def test_a_call_without_a_message_is_answered_with_a_no(gateway, method, told) -> None:  # noqa: F811
    async def none() -> Any:
        return
        yield b""

    send = gateway.channel.stream_unary(
        f"/{SERVICE}/{method}", response_deserializer=told.FromString
    )
    said = await send(none(), metadata=(("authorization", gateway.bearer),), timeout=5)
    assert said.WhichOneof("result") == "error"


async def test_a_token_that_the_client_planted_does_not_go_on(gateway) -> None:  # noqa: F811
    planted = {**LOOK, "_meta": {TOKEN_KEY: "forged", "progressToken": 7}}
    sent = json.loads((await gateway.request("tools/call", planted)).mutated)
    assert (sent["_meta"][TOKEN_KEY] == "forged", sent["_meta"]["progressToken"]) == (False, 7)


async def test_a_result_of_no_allowed_call_is_not_handed_on(gateway) -> None:  # noqa: F811
    ident = (await gateway.call("look", key="7")).metadata["call"]
    assert why(await gateway.response(text("x"), ""))["code"] == "decision_unknown"
    assert why(await gateway.response(text("x"), "call_forged"))["code"] == "decision_unknown"
    assert (await gateway.response(text("x"), ident)).WhichOneof("result") == "pass"
    assert why(await gateway.response(text("again"), ident))["code"] == "decision_unknown"
    assert await gateway.outcomes() == ["ok"]


async def test_a_server_that_sends_the_token_back_does_not_show_it(gateway) -> None:  # noqa: F811
    told = await gateway.call("look", key="7")
    token = json.loads(told.mutated)["_meta"][TOKEN_KEY]
    ended = await gateway.response(text(f"you sent {token}"), told.metadata["call"])
    assert json.loads(ended.mutated) == text("you sent [secret]")
