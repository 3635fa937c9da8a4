"""From an agent's call over MCP to its person's passkey and back: real client, server and browser."""

import asyncio
import threading
from hashlib import sha256
from typing import Any

import pytest
from mcp.server.mcpserver import MCPServer
from mcp_types import ElicitResult

from guard_adapters.front.mcp.caller import Caller
from tests.adapters.front.clients import connected
from tests.adapters.front.relaying import listening
from tests.adapters.front.relaying import serving as behind
from tests.browser.conftest import WAIT_S, executable, running

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CONFIG = """\
version: 1
guard: {name: test-guard, policies: [rules.cedar], state: state, serve: {port: 0}}
servers:
  bank:
    trust: trusted
    url: http://127.0.0.1:PORT/mcp
    tools:
      pay:
        effect: [write]
        budget: none
        budget_reason: limited by the rule under test
        args: {amount_minor: {role: amount, currency: EUR, scale: 2}}
        says: "Pays {amount_minor}"
        input_schema: {type: object, properties: {amount_minor: {type: integer}}, required: [amount_minor]}
        confirmed: true
"""
RULES = """\
@id("OK-1") @reason("open") permit (principal, action, resource);
@id("PAY-1") @decision("step_up") @approvers("session-owner") @ttl("300s") @reason("your_money")
forbid (principal, action == Guard::Action::"bank/pay", resource);
"""
PEOPLE = """\
version: 1
reviewers:
  zoe: {issuer: idp, subject: zoe}
  bob: {issuer: idp, subject: bob}
"""
ZOE = Caller(issuer="idp", subject="zoe", agent="clerk", scopes=frozenset({"mcp:bank"}))
PAID: list[int] = []


def bank() -> MCPServer:
    server = MCPServer("bank", log_level="ERROR")

    @server.tool()
    def pay(amount_minor: int) -> str:
        PAID.append(amount_minor)
        return f"paid {amount_minor}"

    return server


@pytest.fixture(scope="module")
def guard(tmp_path_factory: pytest.TempPathFactory) -> Any:
    executable()
    listener, port = listening()
    server = bank()
    files = {"guard.yaml": CONFIG.replace("PORT", str(port)), "rules.cedar": RULES,
             "reviewers.yaml": PEOPLE}  # fmt: skip
    keys = {sha256(b"k").hexdigest(): ZOE}
    with running(tmp_path_factory.mktemp("invited"), files, keys) as found:
        stop = asyncio.Event()

        async def upstream() -> None:
            async with server.session_manager.run(), behind(app, listener):
                await stop.wait()

        app = server.streamable_http_app()
        serving = asyncio.run_coroutine_threadsafe(upstream(), found.loop)
        yield found
        found.loop.call_soon_threadsafe(stop.set)
        serving.result(WAIT_S)


class Agent:
    """A client of the guard that opens no page itself: it hands the address to its person."""

    def __init__(self, guard: Any, mode: str) -> None:
        self.guard, self.mode = guard, mode
        self.links: list[str] = []
        self.asked = threading.Event()

    async def opens(self, _context: Any, asked: Any) -> ElicitResult:
        self.links.append(asked.url)
        self.asked.set()
        return ElicitResult(action="accept")

    async def pays(self, amount_minor: int) -> str:
        more = {"elicitation_callback": self.opens, "mode": self.mode}
        async with connected(f"{self.guard.url}/mcp/bank", wait_s=20, **more) as client:
            return str(await client.call_tool("pay", {"amount_minor": amount_minor}))

    def calls(self, amount_minor: int) -> Any:
        found = asyncio.run_coroutine_threadsafe(self.pays(amount_minor), self.guard.loop)
        assert self.asked.wait(5)
        return found


@pytest.mark.parametrize(("mode", "amount"), [("auto", 4711), ("legacy", 4712)])
def test_the_person_opens_the_link_signs_and_the_call_runs_once(guard, people, mode, amount):
    zoe, bob, agent = people("zoe"), people("bob"), Agent(guard, mode)
    call = agent.calls(amount)
    (link,) = agent.links
    approval = link.rpartition("/")[2]
    assert amount not in PAID
    stranger = bob.sends(approval, bob.signed(approval))
    zoe.open(link.removeprefix(guard.url))
    zoe.read()
    with zoe.answered("/approve"):
        zoe.page.locator('[data-act="approve"]').click()

    assert f"paid {amount}" in call.result(10)
    assert stranger["error"] == "not_session_owner"
    assert link == f"{guard.url}/a/{approval}"
    assert PAID.count(amount) == 1


def test_a_no_on_the_page_is_what_the_agent_reads(guard, people):
    zoe, agent = people("zoe"), Agent(guard, "auto")
    call = agent.calls(4713)
    zoe.press(agent.links[0].rpartition("/")[2], "deny", reason="too much")

    said = call.result(10)
    assert "DENIED" in said
    assert "too much" in said
    assert 4713 not in PAID
