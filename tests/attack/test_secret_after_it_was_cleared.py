"""Attack: a person clears a secret once, and the agent reads the next one and sends it.

A secret that was read colours every text that goes out, whoever receives it, until somebody who is
not the agent clears it, or a rule says for whom it is none.
"""

import json
import sqlite3
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from guard.errors import GuardError, Refused, Unavailable
from guard.testing import RecordingTool
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from guard_adapters.wiring.person.said import declassify
from tests.at_desk import ADA, called

CONFIG = """\
version: 1
guard: {policies: RULES, state: state, serve: {port: 0}}
servers:
  house:
    trust: trusted
    tools:
      vault:
        effect: [read]
        input_schema: {type: object, properties: {}}
        output: {trust: trusted, secrecy: secret}
        confirmed: true
      send_mail:
        effect: [write, egress]
        budget: none
        budget_reason: of the task
        input_schema: {type: object, properties: {to: {type: string}, body: {type: string}}}
        args: {to: {role: recipient, kind: email}, body: {role: body}}
        confirmed: true
"""
WORDS = ["Send ann@firm.example five mails"]


class House:
    def __init__(self, folder, rules='["starter:agent-tasks"]'):
        (folder / "guard.yaml").write_text(CONFIG.replace("RULES", rules))
        self.wired = build(load(folder / "guard.yaml"))
        self.desk, self.n = Desk(self.wired), 0

    async def open(self):
        self.session = await self.desk.open_session(ADA, None, words=WORDS)
        return self

    async def call(self, tool, **args):
        """Return whether a call ran without a question."""
        self.n += 1
        empty = RecordingTool(returns=None)
        try:
            await called(self.desk, self.session, f"house/{tool}", f"c-{self.n}", args, empty)
        except GuardError as no:
            assert no.code == "no_approver"
            return False
        return True

    async def mails(self):
        return await self.call("send_mail", to="ann@firm.example", body=f"mail {self.n}")

    async def clears(self):
        return await declassify(self.wired.world, self.session, by="operator")


@pytest.fixture
async def house(tmp_path):
    made = await House(tmp_path).open()
    yield made
    with suppress(GuardError):  # a test may have closed it
        made.wired.close()


async def test_the_next_secret_counts_again(house):
    assert await house.mails()
    assert await house.call("vault")
    assert not await house.mails()

    cleared = await house.clears()

    assert "secret" not in cleared.labels
    assert await house.mails()
    assert await house.call("vault")
    assert not await house.mails()


async def test_the_log_says_who_cleared_what(house, tmp_path):
    await house.call("vault")
    await house.clears()
    house.wired.close()
    with sqlite3.connect(tmp_path / "state" / "guard.sqlite") as db:
        leaves = [json.loads(leaf) for (leaf,) in db.execute("SELECT leaf FROM audit_leaves")]
    db.close()
    (found,) = (one for one in leaves if one["kind"] == "declassified")
    assert (found["by"], found["since_steps"]) == ("operator", [1])


class FailsOnce:
    def __init__(self, sink):
        self.sink, self.failed = sink, False

    async def write(self, events):
        if not self.failed:
            self.failed = True
            raise Unavailable("The disk is full.", code="store_unavailable")
        await self.sink.write(events)


async def test_a_clearing_that_cannot_be_recorded_clears_nothing(house):
    world = house.wired.world
    failing = replace(world, sink=FailsOnce(world.sink))
    await house.call("vault")
    with pytest.raises(Unavailable) as no:
        await declassify(failing, house.session, by="operator")
    assert no.value.code == "store_unavailable"
    assert "secret" in (await world.sessions.get(house.session)).labels
    assert not await house.mails()

    cleared = await declassify(failing, house.session, by="operator")  # the second try

    assert "secret" not in cleared.labels


async def test_a_secret_read_while_another_is_cleared_still_counts(house):
    class Busy:
        async def write(self, events):
            await world.sink.write(events)
            await house.clears()  # somebody else, and the agent reads the next one
            await house.call("vault")

    world = house.wired.world
    await house.call("vault")
    with pytest.raises(Unavailable) as no:
        await declassify(replace(world, sink=Busy()), house.session, by="operator")
    assert no.value.code == "state_conflict"
    assert not await house.mails()


async def test_nothing_is_cleared_where_nothing_secret_was_read(house):
    with pytest.raises(Refused) as no:
        await house.clears()
    assert no.value.code == "secret_unknown"


LEAK = """forbid (principal, action in Guard::Action::"any", resource)
when { context.history.labels.contains("secret") && context.text.outbound };"""
OURS = """forbid (principal, action in Guard::Action::"egress", resource)
when { context.history.labels.contains("secret") && context.text.outbound }
unless {
  context.derived has dest_domains && !context.derived.dest_domains.isEmpty() &&
  ["firm.example"].containsAll(context.derived.dest_domains)
};"""


async def test_a_rule_says_for_whom_it_is_no_secret(tmp_path):
    starter = Path(__file__).resolve().parents[2] / "policies" / "agent-tasks.cedar"
    text = starter.read_text(encoding="utf-8")
    assert text.count(LEAK) == 1
    (tmp_path / "rules.cedar").write_text(text.replace(LEAK, OURS))
    house = await House(tmp_path, '["rules.cedar"]').open()
    assert await house.call("vault")
    assert await house.mails()
    assert not await house.call("send_mail", to="eve@else.example", body="x")
    house.wired.close()
