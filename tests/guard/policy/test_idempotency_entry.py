"""Where an upstream looks for the idempotency key: what the catalogue takes, and what it refuses."""

import pytest

from guard.model.idempotency import Idempotency
from guard.policy.catalog import read_catalog
from guard.policy.finding import PolicyUnusable


def read(entry, **server):
    tools = {"pay": {"effect": ["write"], **entry}}
    data = {"version": 1, "servers": {"bank": {"tools": tools, **server}}}
    return read_catalog(data).tools["bank/pay"].idempotency


URL = {"url": "https://bank.example/mcp"}


def test_no_word_is_no_key():
    assert read({}) is None


@pytest.mark.parametrize("server", [URL, {"command": ["bank"]}, {}])
def test_meta_reaches_every_kind_of_server(server):
    assert read({"idempotency": "meta"}, **server) == Idempotency()


@pytest.mark.parametrize("name", ["Idempotency-Key", "X-Request-Id"])
def test_a_header_reaches_a_server_at_a_url(name):
    assert read({"idempotency": {"header": name}}, **URL) == Idempotency(header=name)


def test_an_argument_in_which_tries_differ_is_no_place_for_a_key_and_may_stand_beside_one():
    tools = {"pay": {"effect": ["write"], "idempotency": {"arg": "attempt"}},
             "wire": {"effect": ["write"], "idempotency": {"arg": "n", "header": "X-Run"}}}  # fmt: skip
    found = read_catalog({"version": 1, "servers": {"bank": {"tools": tools, **URL}}}).tools
    said = [(one.idempotency_arg, one.idempotency) for one in found.values()]
    assert said == [("attempt", None), ("n", Idempotency(header="X-Run"))]


@pytest.mark.parametrize(
    "entry",
    [
        "header", "", True, [], {}, {"header": ""}, {"header": 1}, {"meta": "x"},
        {"arg": ""}, {"header": "Idempotency-Key", "value": "chosen"}, {"header": "a b"}, {"header": "a:b"},
        {"header": "a\r\nb"}, {"header": "a\n"}, {"header": "x" * 65}, {"header": "Schlüssel"},
    ],
)  # fmt: skip
def test_what_is_no_place_is_refused_where_it_stands(entry):
    with pytest.raises(PolicyUnusable) as refused:
        read({"idempotency": entry}, **URL)
    for one in refused.value.findings:
        assert one.code == "G100"
        assert "servers.bank.tools.pay.idempotency" in one.where


@pytest.mark.parametrize(
    "name",
    [
        "Authorization", "COOKIE", "Host", "Content-Length", "Transfer-Encoding", "Connection",
        "Mcp-Session-Id", "mcp-param-x", "Guard-Session", "Traceparent", "Proxy-Authorization",
        "X-Forwarded-For", "Origin", "Last-Event-Id", "User-Agent", "Accept",
    ],
)  # fmt: skip
def test_a_header_that_says_something_else_already_is_refused(name):
    with pytest.raises(PolicyUnusable, match="Idempotency-Key"):
        read({"idempotency": {"header": name}}, **URL)


@pytest.mark.parametrize("server", [{"command": ["bank"]}, {}])
def test_a_header_to_where_no_header_travels_is_refused(server):
    with pytest.raises(PolicyUnusable, match="expected 'meta'"):
        read({"idempotency": {"header": "Idempotency-Key"}}, **server)
