"""A secret argument and a call token are looked for in everything that the guard writes or says."""

import json
import logging
from contextlib import suppress

import pytest

from guard.errors import GuardError
from guard.model.call import ToolCall, argument_bytes
from guard_adapters.front.mcp.caller import Caller
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load

CANARY = "SECRET-PIN-CANARY"
CONFIG = """
version: 1
guard: {name: t, policies: [own.cedar], state: state}
servers:
  bank:
    trust: trusted
    audience: https://bank.example/mcp
    tools:
      pay:
        effect: [write]
        args: {pin: {role: secret}}
        budget: none
        budget_reason: none in this test
        says: "Pays {amount} with pin {pin}"
        input_schema: {type: object, properties: {amount: {type: integer}, pin: {type: string}}, required: [amount]}
        confirmed: true
"""
POLICY = """
@id("OK-1") @reason("open") permit (principal is Guard::Agent, action in Guard::Action::"any", resource is Guard::Server);
@id("ASK-1") @decision("step_up") @approvers("session-owner") @reason("money") forbid (principal, action == Guard::Action::"bank/pay", resource) when { context.input.amount > 100 };
@id("NO-1") @reason("too_much") forbid (principal, action == Guard::Action::"bank/pay", resource) when { context.input.amount > 1000 };
"""


class Tool:
    def __init__(self):
        self.tokens, self.pins = [], []

    async def run(self, call, credential):
        self.tokens.append(credential.secret)
        self.pins.append(call.parsed().get("pin"))
        raise RuntimeError("the tool broke")


@pytest.fixture
def wired(tmp_path):
    (tmp_path / "guard.yaml").write_text(CONFIG)
    (tmp_path / "own.cedar").write_text(POLICY)
    made = build(load(tmp_path / "guard.yaml"))
    yield made
    made.close()


async def play(wired, said):
    """Call in every way that ends differently; keep what was said of it."""
    desk, tool = Desk(wired), Tool()
    who = Caller(issuer="idp", subject="ana", agent="clerk", scopes=frozenset())
    session = await desk.session(who, "", b"")
    sent = [
        argument_bytes({"amount": 5, "pin": CANARY}),
        argument_bytes({"amount": 500, "pin": CANARY}),
        argument_bytes({"amount": 5000, "pin": CANARY}),
        argument_bytes({"amount": CANARY}),
        argument_bytes({"amount": 5, "pin": [CANARY]}),
        b'{"pin": "' + CANARY.encode(),
    ]
    for arguments in sent:
        call = ToolCall(
            id=desk.new_id(), session=session, server="bank", tool="pay", arguments=arguments
        )
        try:
            with suppress(RuntimeError):
                await desk.call(call, tool, hold_ms=0)
        except GuardError as error:
            chain = (error, error.__cause__)
            said += [f"{one} {one!r} {vars(one) if one else ''}" for one in chain]
    said += [repr(await wired.world.sessions.get(session)), repr(wired), repr(wired.world)]
    return tool


async def test_neither_secret_is_in_the_log_the_file_a_repr_or_an_exception(
    wired, tmp_path, caplog, capfd
):
    caplog.set_level(logging.DEBUG)
    said = []
    tool = await play(wired, said)
    token = tool.tokens[0]
    assert tool.pins[0] == CANARY
    page = await wired.store.log.page(0)
    kinds = {json.loads(leaf)["kind"] for _, leaf in page.leaves}
    assert {"decision", "lease_reserved", "credential_issued", "outcome"} <= kinds
    said += [leaf.decode() for _, leaf in page.leaves] + list(page.sides.values())
    said += [caplog.text, *capfd.readouterr()]
    wired.close()
    found = [path.name for path in (tmp_path / "state").rglob("*") if path.is_file()
             for secret in (CANARY, token, token.split(".")[2])
             if secret.encode() in path.read_bytes()]  # fmt: skip
    assert found == []
    assert [text for text in said if CANARY in text or token in text] == []
