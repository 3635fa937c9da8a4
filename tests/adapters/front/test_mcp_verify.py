import json
from contextlib import asynccontextmanager

import httpx2
import pytest
from mcp.client import Client
from mcp.server.mcpserver import Context, MCPServer
from mcp.shared.exceptions import MCPError

from guard.grant.replay import MemoryReplay
from guard.grant.signing import args_s256, jwks, public_jwk, thumbprint
from guard.grant.verify import CallRefused, Verifier
from guard_adapters.front.mcp_verify import (
    REFUSED,
    TOKEN_KEY,
    CallGuard,
    NoVerifiedCall,
    guarded_tool,
    verified_call,
)
from tests.guard.grant.tokens import (
    ARGS,
    AUDIENCE,
    HEADER,
    ISSUER,
    JWK,
    NOW_MS,
    OTHER_KEY,
    TOOL,
    bound,
    claims,
    signed,
    token,
)
from tests.vectors.make_call_token import proof


class Clock:
    def now_ms(self):
        return NOW_MS


def verifier(refetch=None):
    replay = MemoryReplay(start_ms=NOW_MS - 60_000)
    return Verifier(jwks([JWK]), issuer=ISSUER, audience=AUDIENCE, replay=replay, refetch=refetch)


def server(**more):
    guard = CallGuard(more.pop("verifier", None) or verifier(), clock=Clock(), **more)
    made = MCPServer("ledger", middleware=[guard])
    made.paid = []

    @made.tool()
    def pay(amount_minor: int, currency: str, to: str, ctx: Context) -> str:
        made.paid.append(to)
        assert TOKEN_KEY not in str(ctx.request_context.meta)
        return f"paid for {verified_call().subject}"

    @made.tool()
    async def balance() -> str:
        return verified_call().agent

    return made


async def pay(made, text, args=ARGS, tool=TOOL, mode="auto"):
    async with Client(made, mode=mode) as client:
        return await client.call_tool(tool, args, meta=None if text is None else {TOKEN_KEY: text})


async def code_of(made, text, args=ARGS, tool=TOOL):
    meta = None if text is None else {TOKEN_KEY: text}
    async with Client(made) as client:
        with pytest.raises(MCPError) as no:
            await client.call_tool(tool, args, meta=meta)
    assert no.value.code == REFUSED
    return no.value.data["code"]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_good_token_runs_the_tool_which_knows_for_whom(mode):
    made = server()
    result = await pay(made, token(), mode=mode)
    assert result.content[0].text == "paid for alice"
    assert made.paid == ["ACME"]


async def test_no_token_no_call():
    made = server()
    assert await code_of(made, None) == "token_missing"
    assert await code_of(made, "") == "token_missing"
    assert made.paid == []


async def test_a_token_shown_twice_pays_once():
    made = server()
    await pay(made, token())
    assert await code_of(made, token()) == "replayed"
    assert made.paid == ["ACME"]


async def test_swapped_arguments_and_swapped_tools_do_not_run():
    made = server()
    assert await code_of(made, token(), {**ARGS, "to": "EVIL"}) == "args_mismatch"
    assert await code_of(made, token(), None, "balance") == "tool_mismatch"
    assert made.paid == []


async def test_absent_arguments_are_those_of_the_token():
    detail = claims()["authorization_details"][0]
    detail = {**detail, "tool": "balance", "args_s256": args_s256("balance", {})}
    result = await pay(server(), token(authorization_details=[detail]), None, "balance")
    assert result.content[0].text == "agent:books"


async def test_the_definition_and_the_level_are_checked_too():
    assert await code_of(server(schemas={TOOL: "changed"}), token()) == "schema_mismatch"
    assert await code_of(server(binding_min=3), token()) == "binding_too_low"


async def test_a_refusal_is_told_to_the_server():
    seen = []
    await code_of(server(refused=seen.append), token(aud="https://else.example"))
    assert [no.code for no in seen] == ["wrong_audience"]
    assert seen[0].authentic


async def test_everything_else_passes():
    async with Client(server()) as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == {"pay", "balance"}


async def test_a_new_key_of_the_guard_is_fetched_and_the_call_runs():
    new = public_jwk(OTHER_KEY.public_key())

    async def refetch():
        return jwks([JWK, new])

    text = signed(claims(), {**HEADER, "kid": thumbprint(new)}, OTHER_KEY)
    assert not (await pay(server(verifier=verifier(refetch)), text)).is_error
    assert await code_of(server(), text) == "unknown_key"


@asynccontextmanager
async def over_http(made):
    app = made.streamable_http_app(stateless_http=True, json_response=True)
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as web:
            yield web


async def posted(web, arguments=ARGS, **headers):
    params = {"name": TOOL, "arguments": arguments}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    accept = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
    answer = await web.post("/mcp", content=json.dumps(body), headers={**accept, **headers})
    return answer.json()


async def test_over_http_the_authorization_header_carries_it():
    made = server()
    async with over_http(made) as web:
        assert (await posted(web))["error"]["data"]["code"] == "token_missing"
        basic = await posted(web, authorization=f"Basic {token()}")
        assert basic["error"]["data"]["code"] == "token_missing"
        good = await posted(web, authorization=f"Bearer {token()}")
        assert "paid for alice" in str(good["result"])
        again = await posted(web, authorization=f"Bearer {token()}")
        assert again["error"]["data"]["code"] == "replayed"
    assert made.paid == ["ACME"]


async def test_arguments_that_are_no_object_are_refused_before_anyone_reads_them():
    async with over_http(made := server()) as web:
        odd = await posted(web, [1], authorization=f"Bearer {token()}")
    assert odd["error"]["data"]["code"] == "args_mismatch"
    assert made.paid == []


async def test_over_http_a_token_that_is_bound_to_a_key_needs_its_proof_for_this_address():
    text = token(cnf={"jkt": thumbprint(public_jwk(OTHER_KEY.public_key()))})
    sent = {"authorization": f"DPoP {text}"}
    here, there = (
        proof(text, htu="https://ledger.example/mcp"),
        proof(text, htu="https://x.example"),
    )
    made = server(url="https://ledger.example/mcp")
    async with over_http(made) as web:
        assert (await posted(web, **sent))["error"]["data"]["code"] == "proof_missing"
        no = await posted(web, **sent, dpop=there)
        assert no["error"]["data"]["code"] == "proof_binding"
        assert "paid for alice" in str(await posted(web, **sent, dpop=here))
    async with over_http(server()) as web:
        no = await posted(web, **sent, dpop=here)
        assert no["error"]["data"]["code"] == "proof_missing"
    assert await code_of(server(url="https://ledger.example/mcp"), text) == "proof_missing"


def test_outside_a_call_nobody_vouches():
    with pytest.raises(NoVerifiedCall):
        verified_call()


async def test_a_plain_function_runs_only_with_its_token():
    @guarded_tool(verifier(), clock=Clock())
    def pay(amount_minor, currency, to="ACME"):
        return f"{to} for {verified_call().subject}"

    assert await pay(1200, to="ACME", currency="EUR", call_token=token()) == "ACME for alice"
    with pytest.raises(CallRefused) as no:
        await pay(1200, "EUR", "EVIL", call_token=token(jti="B" * 22))
    assert no.value.code == "args_mismatch"
    with pytest.raises(CallRefused):
        await pay(**ARGS)


async def test_a_function_with_an_address_takes_a_token_that_is_bound_to_a_key_and_its_proof():
    address, ran = "https://jobs.example/pay", []

    @guarded_tool(verifier(), clock=Clock(), name=TOOL, url=address)
    def pay(**_):
        ran.append(verified_call().jti)

    @guarded_tool(verifier(), clock=Clock(), name=TOOL)
    def without(**_):
        ran.append("without")

    text = token(cnf={"jkt": thumbprint(public_jwk(OTHER_KEY.public_key()))})
    good = proof(text, htu=address)
    for code, call, shown in (
        ("proof_missing", pay, None),
        ("proof_binding", pay, proof(text, htu="https://jobs.example/other")),
        ("proof_binding", pay, proof(text, htu=address, ath="x")),
        ("proof_missing", without, good),
    ):
        with pytest.raises(CallRefused) as no:
            await call(**ARGS, call_token=text, call_proof=shown)
        assert no.value.code == code
    await pay(**ARGS, call_token=text, call_proof=good)
    with pytest.raises(CallRefused) as no:
        await pay(**ARGS, call_token=text, call_proof=good)
    assert (no.value.code, len(ran)) == ("replayed", 1)


async def test_a_guarded_coroutine_is_awaited_inside_its_call():
    @guarded_tool(verifier(), clock=Clock(), name=TOOL)
    async def other_name(**_):
        return verified_call().session

    assert await other_name(**ARGS, call_token=token()) == bound().session
