"""What guard.yaml may say of issuers, and that a typing mistake never leaves a tool with another one."""

import json
from pathlib import Path

import pytest

from guard.errors import Unusable
from guard_adapters.wiring.build import build
from guard_adapters.wiring.load import load

CONFIG = """
version: 1
guard:
  policies: [all.cedar]
  state: state
  issuers: {issuers}
servers:
  crm:
    trust: trusted
    credential: {{issuer: {server}, grant: tool_crm_read}}
    tools:
      read: {{effect: [read], confirmed: true, input_schema: {{type: object}}}}
      write:
        effect: [write]
        budget: none
        budget_reason: a test
        confirmed: true
        input_schema: {{type: object}}
        credential: {{issuer: {tool}, grant: tool_crm_write}}
"""
ROLE = {
    "kind": "postgres_role", "host": "127.0.0.1", "port": 1, "database": "app", "user": "guard",
}  # fmt: skip


@pytest.fixture
def built(tmp_path: Path):
    made = []

    def make(issuers, server="crm_db", tool="crm_db"):
        text = CONFIG.format(issuers=json.dumps(issuers), server=server, tool=tool)
        (tmp_path / "guard.yaml").write_text(text)
        (tmp_path / "all.cedar").write_text(
            '@id("ALL") @reason("everything") permit (principal, action, resource);'
        )
        made.append(build(load(tmp_path / "guard.yaml")))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_tool_takes_its_own_issuer_and_else_that_of_its_server(built):
    wired = built({"crm_db": ROLE, "other_db": ROLE}, tool="other_db")
    specs = {spec.tool: (spec.issuer, spec.grant) for spec in wired.bundle.catalog.specs()}
    assert specs == {"read": ("crm_db", "tool_crm_read"), "write": ("other_db", "tool_crm_write")}
    assert set(wired.world.issuers) == {"calltoken", "crm_db", "other_db"}


@pytest.mark.parametrize(
    ("issuers", "server", "code"),
    [
        ({}, "crm_db", "issuer_unknown"),
        ({"crm_db": ROLE}, "crm_bd", "issuer_unknown"),
        ({"crm_db": {**ROLE, "kind": "postgres"}}, "crm_db", "issuer_unusable"),
        ({"crm_db": {"host": "x"}}, "crm_db", "issuer_unusable"),
        ({"crm_db": {**ROLE, "pasword_file": "x"}}, "crm_db", "issuer_unusable"),
        ({"crm_db": {**ROLE, "ttl_s": 0}}, "crm_db", "issuer_unusable"),
        ({"calltoken": ROLE}, "calltoken", "issuer_unusable"),
    ],
)
def test_what_cannot_be_built_is_not_started(built, issuers, server, code):
    with pytest.raises(Unusable) as no:
        built(issuers, server, tool=server)
    assert no.value.code == code


EXCHANGE = {
    "kind": "oauth_exchange", "token_url": "https://as.example/token", "client_id": "guard",
    "audience": "https://as.example", "identity": "https://guard.example",
}  # fmt: skip


@pytest.mark.parametrize("delivery", ["meta", "none", "bearer", "dpop"])
def test_a_token_that_would_travel_nowhere_stops_the_start(tmp_path, delivery):
    text = CONFIG.format(issuers=json.dumps({"it": EXCHANGE}), server="it", tool="it")
    at = f"url: https://crm.example/mcp\n    delivery: {delivery}\n    "
    (tmp_path / "guard.yaml").write_text(text.replace("trust: trusted", at + "trust: trusted"))
    (tmp_path / "all.cedar").write_text(
        '@id("ALL") @reason("everything") permit (principal, action, resource);'
    )
    loaded = load(tmp_path / "guard.yaml")
    if delivery in {"bearer", "dpop"}:
        build(loaded).close()
        return
    with pytest.raises(Unusable) as no:
        build(loaded)
    assert no.value.code == "delivery_unusable"


def test_a_guard_keeps_its_name_so_that_it_finds_what_it_left(built):
    first = built({"crm_db": ROLE})
    name = first.world.guard_id
    first.close()
    assert built({"crm_db": ROLE}).world.guard_id == name
    assert len(name) == 6


@pytest.mark.parametrize(("header", "stops"), [("x-key", True), ("X-Run", False)])
def test_two_keys_in_one_header_stop_the_start(tmp_path, header, stops):
    (tmp_path / "bank.key").write_text("k" * 32)
    (tmp_path / "bank.key").chmod(0o600)
    issuer = {"kind": "static", "secret_file": "bank.key", "header": "X-Key", "prefix": "",
              "origins": ["https://bank.example"]}  # fmt: skip
    tool = {"effect": ["read"], "confirmed": True, "input_schema": {"type": "object"},
            "idempotency": {"header": header}}  # fmt: skip
    server = {"url": "https://bank.example/mcp", "credential": {"issuer": "key"}, "delivery": "none",
              "tools": {"read": tool}}  # fmt: skip
    guard = {"policies": ["all.cedar"], "state": "state", "issuers": {"key": issuer}}
    config = {"version": 1, "guard": guard, "servers": {"bank": server}}
    (tmp_path / "guard.yaml").write_text(json.dumps(config))
    (tmp_path / "all.cedar").write_text(
        '@id("ALL") @reason("everything") permit (principal, action, resource);'
    )
    if not stops:
        build(load(tmp_path / "guard.yaml")).close()
        return
    with pytest.raises(Unusable) as refused:
        build(load(tmp_path / "guard.yaml"))
    assert refused.value.code == "header_taken"


BETWEEN = """
version: 1
guard:
  policies: [all.cedar]
  state: state
  issuers: {issuers}
servers:
  crm: {{trust: trusted, {server}}}
"""
AT = "url: https://crm.example/mcp, audience: https://crm.example/mcp, "


@pytest.mark.parametrize(
    ("issuer", "server", "why"),
    [
        (EXCHANGE, "command: [x], delivery: none", "at a URL"),
        (EXCHANGE, AT + "delivery: txn, trust_domain: d", "two proofs"),
        (ROLE, AT + "delivery: meta", "calls alone"),
        (EXCHANGE, AT + "delivery: dpop", ""),
        ({**EXCHANGE, "dpop": False}, AT + "delivery: txn, trust_domain: d", ""),
    ],
)
def test_a_token_between_calls_needs_an_issuer_and_a_message_that_can_carry_it(
    tmp_path, issuer, server, why
):
    entry = f"{server}, credential: {{issuer: it, between: a}}"
    text = BETWEEN.format(issuers=json.dumps({"it": issuer}), server=entry)
    (tmp_path / "guard.yaml").write_text(text)
    (tmp_path / "all.cedar").write_text(
        '@id("ALL") @reason("everything") permit (principal, action, resource);'
    )
    loaded = load(tmp_path / "guard.yaml")
    if not why:
        build(loaded).close()
        return
    with pytest.raises(Unusable) as no:
        build(loaded)
    assert no.value.code == "between_unusable"
    assert why in str(no.value)
