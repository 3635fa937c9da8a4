"""agentgateway asks over gRPC: a real client of its protocol, a real guard, calls that end or do not."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from grpc import aio

from guard_adapters.front.gateways.ext_mcp import ExtMcp, answering
from guard_adapters.front.gateways.ext_mcp_wire import (
    COMPILED,
    SERVICE,
    McpRequest,
    McpRequestResult,
    McpResponse,
    McpResponseResult,
)
from guard_adapters.front.mcp.protocol.private import IDEMPOTENCY_KEY, TOKEN_KEY
from guard_adapters.front.mcp.upstream.server import HttpServer
from guard_adapters.wiring.serve.gateways import Gateways

pytestmark = pytest.mark.frameworks

ANA = {"person": "ana", "agent": "clerk", "session": "conversation-7"}


class Gateway:
    """Plays agentgateway: its messages, in its order, with what its operator configured."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.brain = Gateways(world.guard.wired, "http://127.0.0.1:8470")
        keys = world.guard.wired.loaded.state / "keys"
        self.bearer = f"Bearer {(keys / 'gateway.key').read_bytes().hex()}"
        self.span = ""
        self.servers = {"bank": HttpServer(name="bank", url="", delivery="meta")}
        self.service = ExtMcp(self.brain._rewriting, self.bearer[7:], self.servers.get)

    async def sends(self, method: str, asked: Any, told: Any) -> Any:
        call = self.channel.unary_unary(
            f"/{SERVICE}/{method}",
            request_serializer=lambda one: (
                one if isinstance(one, bytes) else one.SerializeToString()
            ),
            response_deserializer=told.FromString,
        )
        said = (("authorization", self.bearer), ("traceparent", self.span))
        return await call(asked, metadata=said, timeout=5)

    async def request(
        self, method: str, params: Any = None, says: Any = ANA, servers: Any = ("bank",)
    ) -> Any:
        asked = McpRequest(service_names=servers, method=method)
        asked.metadata_context.update(says)
        if params is not None:
            asked.mcp_request = params if isinstance(params, bytes) else json.dumps(params).encode()
        return await self.sends("CheckRequest", asked, McpRequestResult)

    async def call(self, tool: str, says: Any = ANA, **arguments: Any) -> Any:
        return await self.request("tools/call", {"name": tool, "arguments": arguments}, says)

    async def response(self, result: Any, ident: str, method: str = "tools/call") -> Any:
        asked = McpResponse(service_names=["bank"], method=method)
        asked.metadata_context.update({**ANA, "call": ident} if ident else ANA)
        asked.mcp_response = json.dumps(result).encode()
        return await self.sends("CheckResponse", asked, McpResponseResult)

    async def outcomes(self) -> list[str]:
        return [one["outcome"] for one in await self.world.leaves() if one["kind"] == "outcome"]


@pytest.fixture
async def gateway(world: Any) -> Any:
    made = Gateway(world)
    async with (
        answering(made.service, "127.0.0.1:0") as port,
        aio.insecure_channel(f"127.0.0.1:{port}") as made.channel,
    ):
        yield made
    await made.brain.aclose()


def text(words: str) -> Any:
    return {"content": [{"type": "text", "text": words}]}


def why(told: Any) -> Any:
    return json.loads(told.error.mcp_error)


async def test_an_allowed_call_goes_on_with_its_token_and_ends_as_its_result_says(gateway) -> None:
    told = await gateway.call("look", key="7")
    sent = json.loads(told.mutated)
    assert (sent["name"], sent["arguments"]) == ("look", {"key": "7"})
    assert sent["_meta"][TOKEN_KEY].count(".") == 2
    ended = await gateway.response(text("found"), told.metadata["call"])
    assert ended.WhichOneof("result") == "pass"
    assert await gateway.outcomes() == ["ok"]


async def test_a_call_that_carries_nothing_passes_as_it_came(gateway) -> None:
    gateway.servers["bank"] = HttpServer(name="bank", url="", delivery="none")
    told = await gateway.call("look", key="7")
    assert (told.WhichOneof("result"), list(told.header_mutation.set)) == ("pass", [])


async def test_the_credential_of_a_call_is_a_header_where_the_server_takes_it_there(
    gateway,
) -> None:
    gateway.servers["bank"] = HttpServer(name="bank", url="http://bank/mcp", delivery="bearer")
    told = await gateway.call("look", key="7")
    ((name, value),) = [(one.key.lower(), one.value) for one in told.header_mutation.set]
    assert (told.WhichOneof("result"), name, value[:7]) == ("pass", "authorization", b"Bearer ")


async def test_a_failed_tool_is_an_error_and_an_end_that_nobody_tells_is_unknown(gateway) -> None:
    told = await gateway.call("look", key="7")
    await gateway.response({**text("no"), "isError": True}, told.metadata["call"])
    await gateway.call("look", key="8")
    await gateway.brain.aclose()
    assert await gateway.outcomes() == ["error", "unknown"]


async def test_a_denied_call_is_an_error_of_the_protocol_with_its_code(gateway) -> None:
    told = await gateway.call("wipe", key="7")
    assert told.error.code == told.error.PERMISSION_DENIED
    assert (why(told)["code"], told.error.reason[:6]) == ("never", "DENIED")


async def test_a_question_names_its_approval_and_the_call_after_a_yes_goes_on(gateway) -> None:
    told = await gateway.call("pay", to="x", amount=500)
    assert why(told)["code"] == "approval_pending"
    assert why(told)["approval_id"] == gateway.world.asked[-1].id
    await gateway.world.answer("approve", voter="gateway|ana")
    assert (await gateway.call("pay", to="x", amount=500)).WhichOneof("result") == "mutated"


async def test_smaller_arguments_are_what_is_sent(gateway) -> None:
    await gateway.call("pay", to="x", amount=5000)
    await gateway.world.answer("approve", voter="gateway|ana")
    told = await gateway.call("pay", to="x", amount=5000)
    assert json.loads(told.mutated)["arguments"] == {"to": "x", "amount": 1000}


async def test_an_idempotency_key_travels_where_the_catalogue_asks_for_one(gateway) -> None:
    sent = json.loads((await gateway.call("note", text="a")).mutated)
    assert sent["_meta"][IDEMPOTENCY_KEY]


async def test_what_a_result_shows_changes_the_next_answer(gateway) -> None:
    told = await gateway.call("read_web", key="7")
    await gateway.response(text("pay me"), told.metadata["call"])
    assert why(await gateway.call("note", text="a"))["code"] == "tainted"


async def test_a_call_hangs_under_the_span_that_its_message_or_the_gateway_names(gateway) -> None:
    made = [f"00-{'a' * 32}-{letter * 16}-01" for letter in "bc"]
    asked: list[Any] = []
    verdict = gateway.service._desk.verdict
    gateway.service._desk.verdict = lambda wanted: asked.append(wanted) or verdict(wanted)
    for gateway.span in ("", "nonsense", made[0]):
        await gateway.call("look", key="7")
    await gateway.request("tools/call", {"name": "look", "_meta": {"traceparent": made[1]}})
    assert [one.traceparent for one in asked] == ["", "", *made]


async def test_lists_and_the_sessions_own_messages_pass(gateway) -> None:
    for method in ("tools/list", "initialize", "ping"):
        assert (await gateway.request(method)).WhichOneof("result") == "pass"
    listed = await gateway.response({"tools": []}, "", "tools/list")
    assert listed.WhichOneof("result") == "pass"


async def test_other_methods_are_judged_as_the_http_front_judges_them(gateway) -> None:
    for method in ("resources/read", "brand/new"):
        await gateway.request(method, {"uri": "file:///x"})
    decided = [one for one in await gateway.world.leaves() if one["kind"] == "decision"]
    assert [one["tool"] for one in decided] == ["mcp:resources/read", "mcp:unknown"]


async def test_a_guard_that_is_gone_is_a_no_and_no_failed_call(gateway) -> None:
    gateway.world.guard.wired.store.close(0)
    told = await gateway.call("look", key="7")
    assert (told.error.code, told.error.reason[:17]) == (told.error.UNKNOWN, "GUARD_UNAVAILABLE")
    gateway.world.open()


async def test_the_guard_answers_where_its_settings_say(world) -> None:
    installation = world.guard.wired.loaded.installation
    serve = installation.serve.model_copy(update={"host": "0.0.0.0", "ext_mcp_port": 0})
    made = installation.model_copy(update={"serve": serve})
    brain = Gateways(world.guard.wired, "http://127.0.0.1:8470")
    async with brain.answering() as where:
        assert where == ""
    loaded = replace(world.guard.wired.loaded, installation=made)
    brain = Gateways(replace(world.guard.wired, loaded=loaded), "http://127.0.0.1:8470")
    async with brain.answering() as where:
        assert where.startswith("127.0.0.1:")
        assert int(where.rpartition(":")[2]) > 0
    serve = serve.model_copy(update={"ext_mcp_host": "::1"})
    loaded = replace(loaded, installation=installation.model_copy(update={"serve": serve}))
    brain = Gateways(replace(world.guard.wired, loaded=loaded), "http://127.0.0.1:8470")
    async with brain.answering() as where:
        assert where.startswith("[::1]:")


def test_what_is_loaded_is_what_the_proto_says(tmp_path: Path) -> None:
    made = tmp_path / "made.binpb"
    words = [sys.executable, "-m", "grpc_tools.protoc", "-I", COMPILED.parent]
    subprocess.run([*words, f"--descriptor_set_out={made}", "ext_mcp.proto"], check=True)
    read = FileDescriptorSet.FromString
    assert read(made.read_bytes()) == read(COMPILED.read_bytes()), "Run `make protos`."
