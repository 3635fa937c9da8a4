"""Attack: headers that tell a router or a second reader another story than the judged body."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard_adapters.front.mcp.protocol.edge import EdgeRules, check_edge, check_routing, headers_up
from guard_adapters.front.mcp.protocol.wire import WireRefused
from tests.many import many

META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
SCHEMA = {
    "properties": {
        "region": {"type": "string", "x-mcp-header": "Region"},
        "limit": {"type": "integer", "x-mcp-header": "Limit"},
    }
}
HONEST = {"mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "read"}
CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "read", "arguments": {"region": "eu"}, "_meta": META},
}


def lines(*extra, **changed):
    headers = (
        HONEST | {"mcp-param-region": "eu"} | {k.replace("_", "-"): v for k, v in changed.items()}
    )
    return [*((k.encode(), v.encode()) for k, v in headers.items()), *extra]


@pytest.mark.parametrize(
    "headers",
    [
        lines(mcp_name="delete"),
        lines(mcp_name="READ"),
        lines(mcp_name=""),
        lines(mcp_name="=?base64?ZGVsZXRl?="),
        lines(mcp_name="=?base64?!!!?="),
        lines(mcp_method="tools/list"),
        lines(mcp_method="Tools/Call"),
        lines(mcp_protocol_version="2025-06-18"),
        lines((b"mcp-name", b"delete")),
        lines((b"mcp-name", b"read")),
        lines((b"Mcp-Name", b"delete")),
        lines((b"MCP-METHOD", b"tools/list")),
        lines((b"mcp-protocol-version", b"2025-06-18")),
        lines(mcp_param_region="us"),
        lines((b"mcp-param-region", b"us")),
        lines((b"MCP-Param-Region", b"us")),
        lines((b"mcp-param-limit", b"500")),
        [*lines(), (b"mcp-param-region", b"us"), (b"MCP-Param-Region", b"eu")],
        [line for line in lines() if line[0] != b"mcp-param-region"],
    ],
)
def test_a_header_that_differs_from_the_body_or_repeats_goes_no_further(headers):
    with pytest.raises(WireRefused) as caught:
        check_routing(headers, CALL, SCHEMA)
    assert (caught.value.code, caught.value.http_status) == (-32020, 400)
    assert caught.value.message.endswith("Send headers that repeat the body exactly.")


def test_a_parameter_header_may_not_repeat_even_where_no_schema_is_known():
    with pytest.raises(WireRefused) as caught:
        check_routing(lines((b"MCP-Param-Region", b"eu")), CALL, None)
    assert "more than once" in caught.value.message


@pytest.mark.parametrize(
    "other", [{"mcp-protocol-version": "2025-06-18"}, {"mcp-method": "tools/call"}]
)
def test_a_notification_may_not_contradict_its_headers_either(other):
    note = {"jsonrpc": "2.0", "method": "notifications/x", "params": {"_meta": META}}
    honest = {"mcp-protocol-version": "2026-07-28", "mcp-method": "notifications/x"}
    check_routing([(k.encode(), v.encode()) for k, v in honest.items()], note)
    with pytest.raises(WireRefused) as caught:
        check_routing([(k.encode(), v.encode()) for k, v in (honest | other).items()], note)
    assert caught.value.code == -32020


def test_the_honest_call_passes_so_that_the_refusals_above_mean_something():
    check_routing(lines(), CALL, SCHEMA)


@pytest.mark.parametrize(
    "name",
    [b"host", b"origin", b"authorization", b"content-type", b"mcp-session-id", b"guard-intent"],
)
def test_a_header_that_counts_may_not_come_twice(name):
    rules = EdgeRules.of(["guard.example"])
    with pytest.raises(WireRefused) as caught:
        check_edge([(b"host", b"guard.example"), (name, b"a"), (name.title(), b"b")], rules)
    assert caught.value.reason == "header_repeated"
    assert caught.value.message.endswith("Send it once.")


def test_a_name_in_a_task_request_must_be_the_task():
    task = {
        **CALL,
        "method": "tasks/cancel",
        "params": {"taskId": "mine", "note": "yours", "_meta": META},
    }
    headers = HONEST | {"mcp-method": "tasks/cancel", "mcp-name": "yours"}
    with pytest.raises(WireRefused):
        check_routing([(k.encode(), v.encode()) for k, v in headers.items()], task)


@pytest.mark.parametrize("value", [b"a\r\nx-api-key: 1", b"a\nb", b"a\x00"])
def test_a_line_break_in_a_value_goes_no_further(value):
    with pytest.raises(WireRefused) as caught:
        headers_up([(b"user-agent", value)], None)
    assert caught.value.reason == "bad_header"


def test_a_method_with_a_line_break_cannot_write_a_header_upstream():
    forged = {
        "jsonrpc": "2.0",
        "method": "a\r\nx-evil: 1",
        "params": {"_meta": META, "name": "b\r\nc"},
    }
    for name, value in headers_up([], forged):
        assert not set(name + value) & {0, 10, 13}


SECRET = b"canary-5d1f"
FORBIDDEN = [
    b"authorization", b"Authorization", b"cookie", b"x-api-key", b"proxy-authorization", b"x-forwarded-for",
    b"x-forwarded-host", b"forwarded", b"baggage", b"guard-session", b"guard-intent", b"accept-encoding",
    b"mcp-session-id", b"host", b"origin", b"dpop", b"connection", b"transfer-encoding", b"content-length",
    b"x-real-ip", b"accept_language", b"content-type ", b" user-agent", b"mcp-param-evil", b"mcp_name", b"mcp-names",
]  # fmt: skip


@settings(max_examples=many(300))
@given(
    st.lists(
        st.sampled_from(FORBIDDEN) | st.binary(min_size=1, max_size=12).map(lambda n: b"x-" + n),
        max_size=8,
    ),
    st.sampled_from([None, CALL, {**CALL, "params": {"name": "read"}}]),
)
def test_no_credential_or_foreign_header_ever_reaches_an_upstream(names, message):
    headers = lines(*((name, SECRET) for name in names))
    sent = headers_up(headers, message, SCHEMA)
    assert not any(SECRET in part for part in itertools.chain.from_iterable(sent))
    assert len({name for name, _ in sent}) == len(sent)
