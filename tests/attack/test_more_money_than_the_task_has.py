"""Attack: a hijacked agent spends more than the person set for its task, in one call or in several."""

import pytest

from guard.errors import NotAllowed
from guard.model.call import ToolCall
from guard.model.identity import Agent, Principal, Who
from guard.session.intent import parse_intent
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from tests.attack.test_budget_of_a_new_session import Tool

CONFIG = """
version: 1
guard: {{name: t, policies: ["starter:{starter}"], state: state}}
servers:
  bank:
    trust: trusted
    tools:
      refund:
        effect: [write]
        budget: none
        budget_reason: of the task
        args: {{amount_minor: {{role: amount, currency: EUR, scale: 2}}}}
        input_schema: {{type: object, properties: {{amount_minor: {{type: integer}}}}}}
        confirmed: true
"""
ANA = Who(principal=Principal(issuer="idp", subject="ana"), agent=Agent(id="clerk"))
TASK = {"purpose": "refund order 7", "tools": ["bank/refund", "read"], "budget_minor": 1000}


class Bank:
    """A guard with starter rules before a tool that gives money back."""

    def __init__(self, folder, starter):
        (folder / "guard.yaml").write_text(CONFIG.format(starter=starter))
        self.wired, self.tool = build(load(folder / "guard.yaml")), Tool()
        self.desk = Desk(self.wired)

    async def open(self, **task):
        intent = parse_intent({**TASK, **task}, declared_by="host", max_bytes=999)
        return await self.desk.open_session(ANA, intent)

    async def refunds(self, handle, amount):
        """Return whether a refund ran."""
        before = self.tool.paid
        call = ToolCall(
            id=self.desk.new_id(), session=handle, server="bank", tool="refund",
            arguments=f'{{"amount_minor":{amount}}}'.encode(),
        )  # fmt: skip
        try:
            await self.desk.call(call, self.tool, hold_ms=0)
        except NotAllowed:
            return False
        return self.tool.paid > before


@pytest.fixture
def bank(tmp_path, request):
    made = Bank(tmp_path, request.param)
    yield made
    made.wired.close()


BOTH = pytest.mark.parametrize("bank", ["baseline", "mcp-proxy"], indirect=True)


@BOTH
async def test_one_refund_that_is_more_does_not_run(bank):
    assert not await bank.refunds(await bank.open(), 99900)


@BOTH
async def test_nor_does_what_is_more_with_those_before(bank):
    handle = await bank.open()
    ran = [await bank.refunds(handle, amount) for amount in (600, 401, 400, 1)]
    assert ran == [True, False, True, False]


@BOTH
async def test_nor_in_another_session_of_the_same_task(bank):
    assert await bank.refunds(await bank.open(), 600)
    assert not await bank.refunds(await bank.open(), 600)


@BOTH
async def test_a_task_without_a_limit_has_none(bank):
    assert await bank.refunds(await bank.open(budget_minor=0), 99900)
