"""The gate table, row by row on both wires; what becomes a call; how no is said."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from guard.config import META_NAMESPACE
from guard.errors import ApprovalPending, NotAllowed, NotApproved, Refused, Unavailable
from guard.model.decision import Deny, Reason
from guard_adapters.front.mcp.elicitation.server_asks import (
    Ask,
    ServerRules,
    refused_input,
    server_ask,
)
from guard_adapters.front.mcp.judging.gate import (
    GATE,
    Way,
    admit,
    outgoing,
    tool_call,
    tool_name,
    way,
)
from guard_adapters.front.mcp.judging.verdict import refusal_of, refused
from guard_adapters.front.mcp.protocol.private import PRIVATE
from guard_adapters.front.mcp.protocol.wire import VERSION_KEY, WireRefused

ERAS = ["legacy", "modern"]
ROWS = {
    "tools/call": Way.CALL,
    "tasks/update": Way.METHOD,
    "resources/read": Way.METHOD,
    "prompts/get": Way.METHOD,
    "tools/list": Way.LIST,
    "prompts/list": Way.FORWARD,
    "resources/list": Way.FORWARD,
    "resources/templates/list": Way.FORWARD,
    "tasks/get": Way.FORWARD,
    "tasks/cancel": Way.FORWARD,
    "completion/complete": Way.FORWARD,
    "resources/subscribe": Way.FORWARD,
    "resources/unsubscribe": Way.FORWARD,
    "subscriptions/listen": Way.FORWARD,
    "logging/setLevel": Way.FORWARD,
    "initialize": Way.FORWARD,
    "server/discover": Way.FORWARD,
    "ping": Way.FORWARD,
    "notifications/initialized": Way.FORWARD,
    "notifications/vendor/anything": Way.FORWARD,
    "vendor/anything": Way.UNKNOWN,
    "tools/Call": Way.UNKNOWN,
}


def asked(method: str, params: dict | None = None, era: str = "legacy", **more):
    meta = {"_meta": {VERSION_KEY: "2026-07-28"}} if era == "modern" else {}
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**meta, **(params or {})}}
    return admit(message, **more)


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(("method", "expected"), ROWS.items())
def test_every_method_goes_its_way_on_both_wires(method: str, expected: Way, era: str) -> None:
    found = asked(method, era=era)

    assert (found.way, found.era) == (expected, era)


def test_every_row_of_the_table_is_tested() -> None:
    assert GATE.keys() <= ROWS.keys()
    assert way("") is Way.UNKNOWN


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("tools/call", "pay"),
        ("resources/read", "mcp:resources/read"),
        ("vendor/x", "mcp:unknown"),
    ],
)
def test_a_judged_message_is_a_call_of_a_named_tool(method: str, name: str, era: str) -> None:
    found = asked(method, {"name": "pay", "arguments": {"b": 1, "a": 2}, "uri": "x"}, era)
    call = tool_call(found, call_id="c", session="s", server="u")

    assert (tool_name(found), call.tool, call.server) == (name, name, "u")
    assert "_meta" not in call.parsed()


def test_the_bytes_that_were_judged_are_the_bytes_that_leave() -> None:
    found = asked(
        "tools/call", {"name": "pay", "arguments": {"b": 12345678901234567890, "a": 1.10}}
    )
    call = tool_call(found, call_id="c", session="s", server="u")
    sent = json.dumps(outgoing(found, call)["params"]["arguments"], separators=(",", ":")).encode()

    assert call.arguments == b'{"a":1.1,"b":12345678901234567890}' == sent


def test_reordered_keys_are_the_same_call() -> None:
    one, two = ({"a": 1, "b": 2}, {"b": 2, "a": 1})
    digests = {
        tool_call(
            asked("tools/call", {"name": "t", "arguments": each}), call_id="", session="", server=""
        ).bytes_sha256
        for each in (one, two)
    }

    assert len(digests) == 1


def test_narrowed_bytes_replace_the_arguments_and_nothing_else() -> None:
    found = asked("tools/call", {"name": "pay", "arguments": {"limit": 500}, "vendor": 1})
    call = tool_call(found, call_id="c", session="s", server="u").narrowed(b'{"limit":10}')

    assert outgoing(found, call, "tok")["params"] == {
        "name": "pay",
        "arguments": {"limit": 10},
        "vendor": 1,
        "_meta": {PRIVATE + "call-token": "tok"},
    }


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"name": ""},
        {"name": 1},
        {"name": "mcp:unknown"},
        {"name": "t", "arguments": []},
        {"name": "t", "arguments": "x"},
        {"name": "t", "arguments": {"a": "x" * 300_000}},
    ],
)
def test_a_call_that_cannot_be_read_is_refused(params: dict) -> None:
    with pytest.raises(WireRefused) as refused_:
        tool_call(asked("tools/call", params), call_id="c", session="s", server="u")

    assert refused_.value.code == -32602


def test_private_keys_are_taken_out_and_kept_aside() -> None:
    meta = {
        PRIVATE + "session": "gs_1",
        PRIVATE + "intent": {"tools": ["a"]},
        PRIVATE + "x": 1,
        "v/y": 2,
    }
    found = asked("tools/call", {"name": "t", "_meta": meta})

    assert (found.session, found.intent) == ("gs_1", b'{"tools":["a"]}')
    assert found.message["params"]["_meta"] == {"v/y": 2}
    assert PRIVATE == META_NAMESPACE + "/"


@pytest.mark.parametrize(
    ("meta", "more", "code"),
    [
        ({PRIVATE + "session": "a"}, {"session": "b"}, -32020),
        ({PRIVATE + "intent": "a"}, {"intent": b"b"}, -32020),
        ({PRIVATE + "session": 1}, {}, -32602),
        ({PRIVATE + "intent": [1]}, {}, -32602),
        ({PRIVATE + "intent": "x" * 5000}, {}, -32602),
    ],
)
def test_contradicting_or_odd_private_keys_are_refused(meta: dict, more: dict, code: int) -> None:
    with pytest.raises(WireRefused) as refused_:
        asked("tools/call", {"name": "t", "_meta": meta}, **more)

    assert refused_.value.code == code


NOS = [
    (
        NotAllowed(
            Deny(
                code="no_permit", reasons=(Reason(code="r", rule="X-1"),), detail="secret rule text"
            )
        ),
        "DENIED",
    ),
    (NotAllowed(Deny(code="tool_changed")), "TOOL_CHANGED"),
    (NotApproved("apr", "denied", "said no"), "DENIED apr"),
    (NotApproved("apr", "no_answer", "late"), "NO_ANSWER apr"),
    (NotApproved("apr", "revoked", "risk"), "REVOKED apr"),
    (NotApproved("apr", "unknown", "lost"), "OUTCOME_UNKNOWN apr"),
    (ApprovalPending("apr", pending_until_ms=1_000, retry_after_s=5), "APPROVAL_PENDING apr"),
    (Unavailable("secret store text"), "GUARD_UNAVAILABLE"),
    (Refused("secret", code="session_unknown"), "DENIED"),
]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(("error", "word"), NOS, ids=[word for _, word in NOS])
def test_a_refused_tool_call_is_a_result_with_a_fixed_word(error, word: str, era: str) -> None:
    message = refused(asked("tools/call", {"name": "t"}, era), refusal_of(error))
    result = message["result"]

    assert result["isError"] is True
    assert result["content"][0]["text"].startswith(word + ":")
    assert result["_meta"][PRIVATE + "refusal"]["code"] == error.code
    assert result.get("resultType") == ("complete" if era == "modern" else None)
    assert "structuredContent" not in result
    assert "secret" not in json.dumps(message)


def test_structured_content_is_added_where_no_output_schema_could_break_it() -> None:
    no = refusal_of(NotAllowed(Deny(code="x")))

    assert (
        refused(asked("tools/call"), no, structured=True)["result"]["structuredContent"] == no.data
    )


@pytest.mark.parametrize(
    ("method", "error", "code"),
    [
        ("resources/read", NotAllowed(Deny(code="x")), 40300),
        ("resources/read", Unavailable("x"), 50300),
        ("vendor/x", NotAllowed(Deny(code="x")), -32601),
        ("vendor/x", Unavailable("x"), 50300),
    ],
)
def test_other_refusals_are_json_rpc_errors(method: str, error, code: int) -> None:
    assert refused(asked(method), refusal_of(error))["error"]["code"] == code


def test_a_call_that_ran_is_never_said_not_to_have_run() -> None:
    no = refusal_of(Unavailable("the log is full"), ran=True)

    assert no.word == "RESULT_WITHHELD"
    assert "ran" in no.text


ASKS = [
    ("sampling/createMessage", {}, ServerRules(), False),
    ("sampling/createMessage", {}, ServerRules(sampling=True), True),
    ("roots/list", {}, ServerRules(), True),
    ("roots/list", {}, ServerRules(roots=False), False),
    ("elicitation/create", {"message": "?"}, ServerRules(), True),
    ("elicitation/create", {"mode": "url", "url": "https://good.example/a"}, ServerRules(), False),
    (
        "elicitation/create",
        {"mode": "url", "url": "https://good.example/a"},
        ServerRules(elicitation_hosts=frozenset({"good.example"})),
        True,
    ),
    (
        "elicitation/create",
        {"mode": "url", "url": "https://good.example@evil.example/"},
        ServerRules(elicitation_hosts=frozenset({"good.example"})),
        False,
    ),
    (
        "elicitation/create",
        {"mode": "url", "url": "javascript:alert(1)"},
        ServerRules(elicitation_hosts=frozenset({"good.example"})),
        False,
    ),
    ("ping", {}, ServerRules(), True),
]


@pytest.mark.parametrize(("method", "params", "rules", "good"), ASKS)
def test_what_a_server_asks_is_gated_on_both_wires(method, params, rules, good) -> None:
    inputs = {"inputRequests": {"k": {"method": method, "params": params}}}

    assert server_ask(method, params, "legacy", rules) is (Ask.PASS if good else Ask.REFUSE)
    assert server_ask(method, params, "modern", rules) is Ask.DROP
    assert refused_input(inputs, rules) == ("" if good else method)


def test_the_gate_loads_neither_the_sdk_nor_pydantic() -> None:
    code = (
        "import sys, guard_adapters.front.mcp.judging.verdict, guard_adapters.front.mcp.elicitation.server_asks;"
        "print([m for m in ('mcp', 'pydantic', 'asyncio', 'cedarpy', 'starlette') if m in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        capture_output=True,
        text=True,
        timeout=5,
        env={"PYTHONPATH": ":".join(sys.path)},
    )

    assert ran.stdout.strip() == "[]", ran.stderr
