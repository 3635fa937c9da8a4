"""Which headers come in, go up and come down; every refusal with its code and an advice."""

import pytest
from mcp.shared.inbound import ERROR_CODE_HTTP_STATUS
from mcp_types import version

from guard_adapters.front.mcp.protocol.edge import (
    EdgeRules,
    check_edge,
    check_routing,
    headers_down,
    headers_up,
    parse_authority,
    parse_origin,
)
from guard_adapters.front.mcp.protocol.wire import HTTP_STATUS, LEGACY_VERSIONS, WireRefused

RULES = EdgeRules.of(
    ["guard.example:443", "127.0.0.1:3002", "[::1]:3002"], ["https://app.example"], default_port=443
)
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
SCHEMA = {"properties": {"region": {"type": "string", "x-mcp-header": "Region"}}}


def modern(method="tools/call", **params):
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": META}}


def lines(*extra, version="2026-07-28", method="tools/call", name="read"):
    routing = {"mcp-protocol-version": version, "mcp-method": method, "mcp-name": name}
    found = [(key.encode(), value.encode()) for key, value in routing.items() if value is not None]
    return [*found, *extra]


def test_our_tables_agree_with_the_sdk():
    assert {code: HTTP_STATUS[code] for code in ERROR_CODE_HTTP_STATUS if code in HTTP_STATUS} == {
        code: status for code, status in ERROR_CODE_HTTP_STATUS.items() if code in HTTP_STATUS
    }
    assert version.HANDSHAKE_PROTOCOL_VERSIONS == LEGACY_VERSIONS


@pytest.mark.parametrize(
    "host",
    [
        "guard.example",
        "guard.example:443",
        "GUARD.example",
        "127.0.0.1:3002",
        "[::1]:3002",
        " guard.example ",
    ],
)
def test_the_configured_hosts_are_served(host):
    check_edge([(b"host", host.encode())], RULES)


@pytest.mark.parametrize(
    "host",
    [
        "", "evil.example", "guard.example.evil.example", "guard.example.", "guard.example:80",
        "guard.example:", "guard.example:x", "user@guard.example", "guard.example/", "guard.example#",
        "127.0.0.1", "localhost:3002", "[::1", "::1:3002", "127.0.0.1:3002, x", "guard.example:443:1",
        "guard.exampl\xe9", "*",
    ],
)  # fmt: skip
def test_any_other_host_gets_421_and_an_advice(host):
    with pytest.raises(WireRefused) as caught:
        check_edge([(b"host", host.encode("latin-1"))], RULES)
    assert (caught.value.http_status, caught.value.reason) == (421, "host_refused")
    assert "Use its configured public URL." in caught.value.message


def test_a_request_without_host_gets_421():
    with pytest.raises(WireRefused) as caught:
        check_edge([], RULES)
    assert caught.value.http_status == 421


@pytest.mark.parametrize(
    "origin",
    ["null", "", "https://evil.example", "http://app.example", "https://app.example:444", "https://app.example/",
     "https://app.example.evil.example", "https://u@app.example", "app.example", "ftp://app.example", "https://"],
)  # fmt: skip
def test_pages_of_other_origins_get_403_and_an_advice(origin):
    with pytest.raises(WireRefused) as caught:
        check_edge([(b"host", b"guard.example"), (b"origin", origin.encode())], RULES)
    assert (caught.value.http_status, caught.value.reason) == (403, "origin_refused")
    assert "Add it to the allowed origins" in caught.value.message


def test_the_allowed_origin_passes_with_and_without_its_port():
    for origin in (b"https://app.example", b"https://app.example:443", b"https://APP.example"):
        check_edge([(b"host", b"guard.example"), (b"origin", origin)], RULES)


@pytest.mark.parametrize(
    ("hosts", "origins"),
    [(["*"], []), (["a:*"], []), ([""], []), (["a"], ["*"]), (["a"], ["null"])],
)
def test_patterns_are_no_hosts(hosts, origins):
    with pytest.raises(ValueError, match="no exact host or origin"):
        EdgeRules.of(hosts, origins)


def test_authorities_and_origins_are_read_exactly():
    assert parse_authority("A.example:99999", 80) is None
    assert parse_authority("a.example", 80) == ("a.example", 80)
    assert parse_authority("[2001:DB8::1]:8", 80) == ("2001:db8::1", 8)
    assert parse_origin("http://a.example") == ("http", "a.example", 80)
    assert parse_origin("a.example://x") is None


def test_a_truthful_modern_request_passes():
    check_routing(lines(), modern(name="read"))
    check_routing(
        lines((b"mcp-param-region", b"eu")), modern(name="read", arguments={"region": "eu"}), SCHEMA
    )
    check_routing(lines(name="=?base64?w6k=?="), modern(name="é"))
    check_routing([(b"mcp-name", b" read\t"), *lines(name=None)], modern(name="read"))


def test_a_legacy_request_passes_with_its_version_or_without():
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    for found in ([], *([(b"mcp-protocol-version", v.encode())] for v in LEGACY_VERSIONS)):
        check_routing(found, message)
        check_routing(found, {"jsonrpc": "2.0", "id": 1, "result": {}})


def test_a_modern_notification_needs_a_served_version_only():
    message = {"jsonrpc": "2.0", "method": "notifications/x"}
    check_routing([(b"mcp-protocol-version", b"2026-07-28")], message)
    with pytest.raises(WireRefused) as caught:
        check_routing([(b"mcp-protocol-version", b"2027-01-01")], message)
    assert (caught.value.code, caught.value.data["supported"]) == (-32022, ["2026-07-28"])


NO_META = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
NO_CAPABILITIES = {
    **NO_META,
    "params": {"_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}},
}
FUTURE = {
    **NO_META,
    "params": {"_meta": META | {"io.modelcontextprotocol/protocolVersion": "2027-01-01"}},
}


@pytest.mark.parametrize(
    ("found", "message", "code", "reason"),
    [
        (lines(), NO_META, -32602, "bad_envelope"),
        (lines(), NO_CAPABILITIES, -32602, "bad_envelope"),
        (lines(version="2027-01-01"), NO_META, -32602, "bad_envelope"),
        (lines(version=None), modern(name="read"), -32020, "header_mismatch"),
        (lines(version="2025-11-25"), modern(name="read"), -32020, "header_mismatch"),
        (lines(method=None), modern(name="read"), -32020, "header_mismatch"),
        (lines(name=None), modern(name="read"), -32020, "header_mismatch"),
        (lines(version="2027-01-01", method="tools/list"), FUTURE, -32022, "unsupported_version"),
        (lines(), {"jsonrpc": "2.0", "id": 1, "result": {}}, -32600, "answer_refused"),
    ],
)  # fmt: skip
def test_each_refusal_has_its_code_400_and_an_advice(found, message, code, reason):
    with pytest.raises(WireRefused) as caught:
        check_routing(found, message)
    refused = caught.value
    assert (refused.code, refused.reason, refused.http_status) == (code, reason, 400)
    assert refused.message.endswith(".")
    assert "Send " in refused.message or "Use " in refused.message


def test_what_goes_up_is_written_from_the_body_that_was_judged():
    client = lines((b"mcp-param-region", b"eu"), (b"mcp-param-other", b"x"), (b"accept", b" a/b "))
    narrowed = modern(name="read", arguments={"region": "é"})
    assert headers_up(client, narrowed, SCHEMA) == [
        (b"mcp-protocol-version", b"2026-07-28"),
        (b"accept", b"a/b"),
        (b"mcp-method", b"tools/call"),
        (b"mcp-name", b"read"),
        (b"mcp-param-region", b"=?base64?w6k=?="),
    ]
    assert (b"mcp-param-region", b"eu") not in headers_up(client, modern(name="read"), None)


def test_tasks_and_unknown_methods_keep_a_name_that_the_body_confirms():
    task = modern("tasks/get", taskId="t1")
    assert (b"mcp-name", b"t1") in headers_up(lines(method="tasks/get", name="t1"), task)
    thing = modern("vendor/thing", thing="x")
    found = lines(method="vendor/thing", name="x")
    check_routing(found, thing)
    assert (b"mcp-name", b"x") in headers_up(found, thing)
    assert b"mcp-name" not in dict(headers_up(lines(name="y"), thing))


def test_legacy_and_bodyless_requests_carry_no_routing_headers_up():
    legacy = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "read"}}
    found = lines((b"last-event-id", b"7"), version="2025-11-25")
    wanted = [(b"mcp-protocol-version", b"2025-11-25"), (b"last-event-id", b"7")]
    assert headers_up(found, legacy) == wanted
    assert headers_up(found, None) == wanted


def test_what_comes_down_is_the_list_and_the_sealed_session_id():
    upstream = [
        (b"Content-Type", b" text/event-stream "), (b"set-cookie", b"a=b"), (b"www-authenticate", b"Bearer"),
        (b"mcp-session-id", b"raw"), (b"x-accel-buffering", b"no"), (b"location", b"https://evil.example"),
        (b"server", b"x"), (b"content-length", b"3"), (b"retry-after", b"1\r\nx: y"),
    ]  # fmt: skip
    kept = [(b"content-type", b"text/event-stream"), (b"x-accel-buffering", b"no")]
    assert headers_down(upstream) == kept
    assert headers_down(upstream, "sealed") == [*kept, (b"mcp-session-id", b"sealed")]
