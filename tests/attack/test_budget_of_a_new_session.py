"""A hijacked agent has spent what it may, and wants a fresh start: another handle, task or guard."""

import pytest

from guard.errors import NotAllowed
from guard.model.call import Outcome, ToolCall, ToolResult
from guard.model.identity import Agent, Principal, Who
from guard.session.intent import parse_intent
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load

CONFIG = """
version: 1
guard: {{name: t, policies: [open.cedar], state: state}}
servers:
  bank:
    trust: trusted
    tools:
      pay:
        effect: [write]
        budget: {{calls: 3, per: {per}}}
        input_schema: {{type: object, properties: {{bill: {{type: integer}}}}}}
        confirmed: true
"""
OPEN = '@id("OK-1") @reason("open") permit (principal, action, resource);'
ANA = Who(principal=Principal(issuer="idp", subject="ana"), agent=Agent(id="clerk"))
TASK = {"purpose": "pay three bills", "tools": ["bank/pay"]}


class Tool:
    def __init__(self):
        self.paid = 0

    async def run(self, call, credential):
        self.paid += 1
        return ToolResult(outcome=Outcome.OK)


class Bank:
    """A guard on its file; `restart` leaves nothing but the file."""

    def __init__(self, folder, per):
        (folder / "guard.yaml").write_text(CONFIG.format(per=per))
        (folder / "open.cedar").write_text(OPEN)
        self.file, self.tool, self.n = folder / "guard.yaml", Tool(), 0
        self.start()

    def start(self):
        self.wired = build(load(self.file))
        self.desk = Desk(self.wired)

    def restart(self):
        self.wired.close()
        self.start()

    async def open(self, who=ANA, task=None, words=()):
        intent = task and parse_intent(task, declared_by="host", max_bytes=999)
        return await self.desk.open_session(who, intent, words=words)

    async def pays(self, handle, times=9):
        """Pay as often as the guard lets it; return how often that was."""
        before = self.tool.paid
        for _ in range(times):
            self.n += 1
            call = ToolCall(
                id=self.desk.new_id(), session=handle, server="bank", tool="pay",
                arguments=f'{{"bill":{self.n}}}'.encode(),
            )  # fmt: skip
            try:
                await self.desk.call(call, self.tool, hold_ms=0)
            except NotAllowed as no:
                assert no.answer.reasons[0].code == "budget_exceeded"
        return self.tool.paid - before


@pytest.fixture
def bank(tmp_path, request):
    made = Bank(tmp_path, getattr(request, "param", "task"))
    yield made
    made.wired.close()


@pytest.mark.parametrize("bank", ["task", "principal", "agent"], indirect=True)
async def test_a_new_session_handle_does_not_reset_a_budget(bank):
    assert await bank.pays(await bank.open(task=TASK), times=2) == 2
    assert await bank.pays(await bank.open(task=TASK)) == 1
    bank.restart()
    assert await bank.pays(await bank.open(task=TASK)) == 0


async def test_nor_do_the_same_words_said_once_more(bank):
    assert await bank.pays(await bank.open(words=("pay the bills",))) == 3
    again = await bank.open(words=("pay the bills",))
    await bank.desk.tell(again, "all of them, please")
    assert await bank.pays(again) == 0
    assert await bank.pays(await bank.open(words=("pay the rent",))) == 3


async def test_an_agent_that_declares_a_task_of_its_own_stays_on_that_of_its_session(bank):
    handle = await bank.open(task=TASK)
    assert await bank.pays(handle) == 3
    own = parse_intent({**TASK, "purpose": "other"}, declared_by="agent", max_bytes=999)
    await bank.desk._declare(handle, own)
    assert await bank.pays(handle) == 0


async def test_another_person_has_a_budget_of_their_own(bank):
    bo = Who(principal=Principal(issuer="idp", subject="bo"), agent=Agent(id="clerk"))
    assert await bank.pays(await bank.open(task=TASK)) == 3
    assert await bank.pays(await bank.open(bo, task=TASK)) == 3


async def test_without_a_task_and_words_each_session_that_a_host_opens_is_one(bank):
    assert [await bank.pays(await bank.open()) for _ in range(2)] == [3, 3]
