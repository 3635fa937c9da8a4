"""The relay over real sockets: what goes up, what comes down, and what never does."""

from __future__ import annotations

import json
import socket
from dataclasses import replace

import pytest

from guard.errors import ApprovalPending, Refused, Unavailable
from guard.model.call import Outcome, ToolResult
from guard_adapters.front.mcp.elicitation.server_asks import ServerRules
from tests.adapters.front.allow_all import AllowAll
from tests.adapters.front.relaying import Scripted, legacy, modern, relayed

CALL = {"name": "t", "arguments": {"a": 1}}


def note(message: dict, extra: bytes = b"") -> bytes:
    return extra + b"data: " + json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n\n"


class Raising(AllowAll):
    def __init__(self, error: Exception, *, after: bool = False) -> None:
        super().__init__()
        self.error, self.after = error, after

    async def call(self, call, tool, *, hold_ms):
        if self.after:
            await tool.run(call, None)
        raise self.error


async def test_events_keep_their_id_type_retry_and_comments() -> None:
    first = note(
        {"method": "notifications/message", "params": {"data": 1}},
        b"id: 7\nevent: message\nretry: 100\n",
    )
    async with relayed(Scripted(events=[b": hello\n\n", b"id: 6\ndata: \n\n", first])) as it:
        answer = await it.post(legacy("tools/call", CALL))

    assert answer.raw.startswith(
        b": hello\n\nid: 6\ndata: \n\nid: 7\nevent: message\nretry: 100\ndata: {"
    )
    assert answer.message["result"] == {"content": []}


async def test_an_answer_to_another_request_is_dropped() -> None:
    foreign = note({"id": "someone-elses", "result": {"content": ["stolen"]}})
    async with relayed(Scripted(events=[foreign])) as it:
        answer = await it.modern("tools/call", CALL)

    assert b"stolen" not in answer.raw
    assert answer.message["id"] == 1


async def test_a_server_request_on_a_modern_stream_is_dropped() -> None:
    ask = note({"id": 9, "method": "sampling/createMessage", "params": {}})
    async with relayed(Scripted(events=[ask]), rules=ServerRules(sampling=True)) as it:
        answer = await it.modern("tools/call", CALL)

    assert b"sampling" not in answer.raw


async def test_a_refused_server_request_is_answered_by_the_guard() -> None:
    ask = note({"id": 9, "method": "sampling/createMessage", "params": {}})
    async with relayed(Scripted(events=[ask])) as it:
        answer = await it.post(legacy("tools/call", CALL))

    assert b"sampling" not in answer.raw
    assert it.upstream.seen[1][1]["error"]["code"] == 40300
    assert it.upstream.seen[1][1]["id"] == 9


async def test_an_input_request_for_sampling_becomes_a_refusal() -> None:
    asks = {
        "resultType": "input_required",
        "inputRequests": {"k": {"method": "sampling/createMessage", "params": {}}},
    }
    async with relayed(Scripted(result=asks)) as it:
        answer = await it.modern("tools/call", CALL)

    assert answer.message["result"]["isError"] is True
    assert b"inputRequests" not in answer.raw


@pytest.mark.parametrize("era", ["legacy", "modern"])
async def test_a_result_that_cannot_be_read_is_withheld(era: str) -> None:
    async with relayed(Scripted(events=[b'data: {"a":1,"a":2}\n\n'])) as it:
        message, headers = (
            modern("tools/call", CALL) if era == "modern" else (legacy("tools/call", CALL), {})
        )
        answer = await it.post(message, headers)

    assert answer.message["result"]["content"][0]["text"].startswith("RESULT_WITHHELD")


async def test_a_modern_stream_without_an_answer_is_an_unknown_outcome() -> None:
    class Broken(Scripted):
        async def __call__(self, scope, receive, send) -> None:
            await receive()
            await send(
                {
                    "type": "http.response.start",
                    "status": 200,
                    "headers": [(b"content-type", b"text/event-stream")],
                }
            )
            await send({"type": "http.response.body", "body": b": only this\n\n"})

    async with relayed(Broken()) as it:
        answer = await it.modern("tools/call", CALL)

    assert answer.message["result"]["content"][0]["text"].startswith("OUTCOME_UNKNOWN")


async def test_a_server_that_is_not_there_is_told_with_a_json_body() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        dead = closed.getsockname()[1]
    async with relayed(Scripted()) as it:
        it.endpoint.servers["up"] = replace(
            it.endpoint.servers["up"], url=f"http://127.0.0.1:{dead}/mcp"
        )
        answer = await it.modern("tools/call", CALL)

    assert answer.status == 502
    assert answer.message["error"]["data"]["reason"] == "upstream_unreachable"


async def test_a_lost_session_passes_so_that_the_client_starts_anew() -> None:
    async with relayed(Scripted(headers=[(b"mcp-session-id", b"far")])) as it:
        first = await it.post(legacy("initialize", {}))
        it.upstream.status = 404
        answer = await it.post(
            legacy("tools/call", CALL), {"mcp-session-id": first.headers["mcp-session-id"]}
        )

    assert answer.status == 404


@pytest.mark.parametrize(
    ("error", "after", "word"),
    [
        (
            ApprovalPending("apr_1", pending_until_ms=0, retry_after_s=5),
            False,
            "APPROVAL_PENDING apr_1",
        ),
        (Unavailable("x"), False, "GUARD_UNAVAILABLE"),
        (Unavailable("x", code="outcome_unrecorded"), True, "RESULT_WITHHELD"),
        (Refused("x", code="session_unknown"), False, "DENIED"),
    ],
)
async def test_a_no_is_a_result_and_nothing_is_said_to_be_undone(
    error, after: bool, word: str
) -> None:
    async with relayed(
        Scripted(result={"content": ["the result"]}), Raising(error, after=after)
    ) as it:
        answer = await it.modern("tools/call", CALL)

    assert answer.status == 200
    assert answer.message["result"]["content"][0]["text"].startswith(word)
    assert b"the result" not in answer.raw
    assert it.upstream.methods() == (["tools/call"] if after else [])


async def test_a_narrowed_call_says_so_and_sends_the_narrowed_bytes() -> None:
    class Narrowing(AllowAll):
        async def call(self, call, tool, *, hold_ms):
            result = await tool.run(call.narrowed(b'{"a":0}'), None)
            return ToolResult(outcome=Outcome.OK, value=result.value, narrowed=(("cap", "a"),))

    async with relayed(Scripted(), Narrowing()) as it:
        answer = await it.modern("tools/call", CALL)

    assert it.upstream.seen[0][1]["params"]["arguments"] == {"a": 0}
    assert answer.message["result"]["_meta"]["dev.guardcall/narrowed"] == [
        {"reason": "cap", "path": "a"}
    ]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/.well-known/jwks.json", 200),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/.well-known/oauth-protected-resource/mcp/up", 200),
        ("/mcp/nobody", 404),
    ],
)
async def test_what_is_served_beside_the_endpoint(path: str, status: int) -> None:
    async with relayed(Scripted()) as it:
        opened = await it.http.open_upstream(
            "GET", it.url.replace("/mcp/up", path), [], b"", read_s=5
        )
        body = json.loads(await opened.read(2**16))
        await opened.aclose()

    assert opened.status == status
    assert isinstance(body, dict)


@pytest.mark.parametrize(
    ("raw", "headers", "status"),
    [
        (b"[]", {}, 400),
        (b"{", {}, 400),
        (b'{"jsonrpc":"2.0"}', {}, 400),
        (b"{}", {"content-type": "text/plain"}, 415),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping"}', {"host": "evil.example"}, 421),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping"}', {"origin": "https://evil.example"}, 403),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping"}', {"mcp-session-id": "guessed"}, 404),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"requestState":"x"}}', {}, 400),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call"}', {}, 400),
    ],
)
async def test_a_wrong_request_is_answered_in_json_and_goes_no_further(
    raw: bytes, headers: dict, status: int
) -> None:
    async with relayed(Scripted()) as it:
        given = {
            "content-type": "application/json",
            **{k: v for k, v in headers.items() if k != "host"},
        }
        answer = await it.raw(raw, given, host=headers.get("host"))

    assert answer.status == status
    assert "error" in answer.message
    assert it.upstream.seen == []
