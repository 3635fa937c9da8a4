"""A tainted agent drops its handle to start clean. The task does not come along, so it gains nothing."""

import pytest

from guard.errors import NotAllowed
from guard.model.call import Outcome, ToolCall, ToolResult
from guard.model.identity import Agent, Principal, Who
from guard.session.intent import parse_intent
from guard_adapters.front.mcp.caller import Caller
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load

CONFIG = """
version: 1
guard: {name: t, policies: ["starter:baseline"], state: state}
servers:
  web:
    trust: trusted
    tools:
      read:
        effect: [read]
        output: {trust: untrusted}
        input_schema: {type: object, properties: {}}
        confirmed: true
  mail:
    trust: trusted
    tools:
      send:
        effect: [write, egress]
        args: {to: {role: recipient, kind: email}}
        budget: {calls: 9, per: session}
        input_schema: {type: object, properties: {to: {type: array, items: {type: string}}}, required: [to]}
        confirmed: true
"""
ANA = Caller(issuer="idp", subject="ana", agent="clerk", scopes=frozenset())
TASK = b'{"purpose":"mail","tools":["web/read","mail/send"],"egress":["ours.example"]}'
HOME, AWAY = b'{"to":["a@ours.example"]}', b'{"to":["a@theirs.example"]}'


class Tool:
    def __init__(self):
        self.sent = []

    async def run(self, call, credential):
        self.sent.append(call.arguments)
        return ToolResult(outcome=Outcome.OK)


@pytest.fixture
def desk(tmp_path):
    (tmp_path / "guard.yaml").write_text(CONFIG)
    wired = build(load(tmp_path / "guard.yaml"))
    yield Desk(wired)
    wired.close()


async def call(desk, session, server, tool_name, arguments, tool):
    made = ToolCall(
        id=desk.new_id(), session=session, server=server, tool=tool_name, arguments=arguments
    )
    return await desk.call(made, tool, hold_ms=0)


async def test_without_its_handle_a_tainted_agent_may_do_less_not_more(desk):
    who = Who(principal=Principal(issuer="idp", subject="ana"), agent=Agent(id="clerk"))
    task = parse_intent(TASK, declared_by="host", max_bytes=999)
    handle, tool = await desk.open_session(who, task), Tool()
    await call(desk, handle, "web", "read", b"{}", tool)
    await call(desk, handle, "mail", "send", HOME, tool)
    with pytest.raises(NotAllowed):
        await call(desk, handle, "mail", "send", AWAY, tool)
    dropped = await desk.session(ANA, "", b"")
    for arguments in (HOME, AWAY):
        with pytest.raises(NotAllowed):
            await call(desk, dropped, "mail", "send", arguments, tool)
    assert tool.sent == [b"{}", HOME]


async def test_the_default_session_remembers_across_connections(desk):
    tool, first = Tool(), await desk.session(ANA, "", b"")
    await call(desk, first, "web", "read", b"{}", tool)
    again = await desk.session(ANA, "", b"")
    assert again == first
    assert "untrusted" in (await desk._world.sessions.get(again)).labels
