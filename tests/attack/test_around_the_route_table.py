"""Requests that say one thing to the guard and another to the API behind it."""

import json

from tests.adapters.front.carrying import target
from tests.adapters.front.plain_api import billing

PAY = json.dumps({"amount": 7}).encode()
PATHS = (
    # Double slashes, dots and escapes: the API might fold what the guard did not.
    "//http/billing/invoices/1",
    "/http//billing/invoices/1",
    "/http/billing//invoices/1",
    "/http/billing/invoices//1",
    "/http/billing/invoices/1/",
    "/http/billing/invoices/1/.",
    "/http/billing/invoices/1/..",
    "/http/billing/invoices/../invoices/1",
    "/http/billing/x/../invoices/1",
    "/http/billing/invoices/%2e%2e",
    "/http/billing/invoices/.%2e",
    "/http/billing/invoices/1%2Fpay",
    "/http/billing/invoices/1%2fpay",
    "/http/billing/invoices/1%5Cpay",
    "/http/billing/invoices/1\\pay",
    "/http/billing/invoices/1%252Fpay",
    "/http/billing/invoices/1%00",
    "/http/billing/invoices/1%0d%0aX: y",
    "/http/billing/invoices/1;/pay",
    "/http/billing/invoices/1%3Bpay",
    "/http/billing/invoices/1%",
    "/http/billing/invoices/%ff",
    "/HTTP/billing/invoices/1",
    "/http/billing/Invoices/1",
    "/http/billing/%69nvoices2/1",
    "/http/billing%2Finvoices/1",
    "/http/%62illing/invoices/1",
    "/http/billing/admin",
    "/http/billing/",
    "/http/billing",
    "/http/",
    # Parameters that the route does not have, or has twice.
    "/http/billing/invoices/1?_method=DELETE",
    "/http/billing/invoices/1?expand=true&expand=false",
    "/http/billing/invoices/1?expand=true&%65xpand=false",
    "/http/billing/invoices/1?id=2",
    "/http/billing/invoices/1?expand=yes",
    "/http/billing/invoices/1?expand",
    "/http/billing/invoices/1?;expand=true",
)


async def test_a_path_or_query_with_two_readings_reaches_nobody(tmp_path):
    async with billing(tmp_path) as it:
        found = {path: (await it.ask(f"GET {path}")).status for path in PATHS}
    assert {path: status for path, status in found.items() if status not in {400, 404}} == {}
    assert it.api.seen == []


OVERRIDES = ("x_http_method_override", "x_http_method", "x_method_override", "x_original_url")


async def test_a_header_that_overrides_the_method_or_the_path_goes_no_further(tmp_path):
    async with billing(tmp_path) as it:
        for name in OVERRIDES:
            got = await it.ask("GET /http/billing/invoices/1", **{name: "DELETE"})
            assert got.status == 200  # the request that was judged, and no other
    for name, seen in zip(OVERRIDES, it.api.seen, strict=True):
        assert name.replace("_", "-") not in seen["headers"]
        assert seen["path"] == "/v1/invoices/1"


async def test_a_method_without_a_route_reaches_nobody(tmp_path):
    methods = ("get", "PUT", "PATCH", "HEAD", "OPTIONS", "TRACE", "FOO")
    async with billing(tmp_path) as it:
        found = [(await it.ask(f"{one} /http/billing/invoices/1")).status for one in methods]
    assert set(found) <= {400, 404}
    assert it.api.seen == []


BODIES = {
    "the path's argument again": b'{"amount": 7, "id": "2"}',
    "a name twice": b'{"amount": 7, "amount": 9000}',
    "another spelling twice": b'{"amount": 7, "\\u0061mount": 9000}',
    "a list": b'[{"amount": 7}]',
    "no json": b"amount: 7",
    "not a number": b'{"amount": NaN}',
    "an argument that nobody knows": b'{"amount": 7, "_method": "DELETE"}',
    "another type": b'{"amount": "7"}',
    "not utf-8": b'{"amount": 7, "note": "\xff"}',
    "half a pair": b'{"amount": 7, "note": "\\ud800"}',
    "too deep": b'{"amount": ' + b"[" * 80 + b"]" * 80 + b"}",
    "too large": b'{"amount": 7, "note": "' + b"x" * 5000 + b'"}',
    "nothing": b"",
}


KINDS = ("text/plain", "multipart/form-data; boundary=x", "application/json; charset=utf-16", "")


async def test_a_body_with_two_readings_or_too_many_bytes_reaches_nobody(tmp_path):
    line = "POST /http/billing/invoices/1/pay"
    async with billing(tmp_path) as it:
        found = {name: (await it.ask(line, body)).status for name, body in BODIES.items()}
    assert {name: one for name, one in found.items() if one not in {400, 403, 413}} == {}
    assert it.api.seen == []


async def test_a_body_of_another_kind_reaches_nobody(tmp_path):
    line = "POST /http/billing/invoices/1/pay"
    async with billing(tmp_path) as it:
        found = [(await it.ask(line, PAY, content_type=kind)).status for kind in KINDS]
        found.append((await it.ask(line, PAY, content_encoding="gzip")).status)
    assert set(found) == {415}
    assert it.api.seen == []


async def test_a_read_with_a_body_reaches_nobody(tmp_path):
    async with billing(tmp_path) as it:
        got = await it.ask("GET /http/billing/invoices/1", PAY)
    assert (got.status, got.body["code"]) == (400, "body_refused")
    assert it.api.seen == []


SMUGGLED = b"DELETE /v1/invoices/1 HTTP/1.1\r\nHost: x\r\n\r\n"


FRAMINGS = (
    "Content-Length: 13\r\nTransfer-Encoding: chunked\r\n",
    "Transfer-Encoding: chunked\r\nContent-Length: 13\r\n",
    "Content-Length: 13\r\nContent-Length: 0\r\n",
    "Content-Length: 13\r\nTransfer-Encoding: xchunked\r\n",
    "Content-Length: 13\r\nTransfer-Encoding : chunked\r\n",
    "Content-Length: 13\r\nTransfer-Encoding: identity, chunked\r\n",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
    "Content-Length: +13\r\n",
    "Content-Length: 13, 13\r\n",
)


async def test_two_lengths_of_one_body_smuggle_no_second_request(tmp_path):
    async with billing(tmp_path) as it:
        head = (
            f"POST /http/billing/invoices/1/pay HTTP/1.1\r\nHost: 127.0.0.1:{it.port}\r\n"
            f"Authorization: Bearer ann\r\nContent-Type: application/json\r\nConnection: close\r\n"
        )
        for framing in FRAMINGS:
            chunked = b"d\r\n" + b'{"amount": 7}' + b"\r\n0\r\n\r\n"
            body = chunked if "chunked" in framing else b'{"amount": 7}'
            await it.raw(head.encode() + framing.encode() + b"\r\n" + body + SMUGGLED)
    # The API sees each judged request at most once, as the guard wrote it.
    for seen in it.api.seen:
        assert (seen["path"], json.loads(seen["body"])) == ("/v1/invoices/1/pay", {"amount": 7})
        assert "transfer-encoding" not in seen["headers"]
    assert len(it.api.seen) <= len(FRAMINGS)


async def test_a_key_that_comes_back_is_taken_out(tmp_path):
    async with billing(tmp_path) as it:
        it.api.answers = [
            (200, [(b"etag", b"API-KEY-CANARY-0123456789")], b"you sent API-KEY-CANARY-0123456789")
        ]
        got = await it.ask("GET /http/billing/invoices/1")
    assert b"CANARY" not in got.raw
    assert got.body == b"you sent [secret]"


async def test_a_redirect_takes_the_key_nowhere(tmp_path):
    async with target() as other, billing(tmp_path) as it:
        it.api.answers = [(307, [(b"location", other.url.encode())], b"")]
        got = await it.ask("POST /http/billing/invoices/1/pay", PAY)
        assert (got.body["code"], other.seen) == ("upstream_redirects", [])


async def test_mcp_and_plain_http_do_not_answer_for_each_other(tmp_path):
    async with billing(tmp_path) as it:
        got = await it.ask(
            "POST /mcp/billing", b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}'
        )
    assert got.status == 404
    assert it.api.seen == []
