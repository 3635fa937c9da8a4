"""Attack: hide under which task a call ran, in a session that was given several.

What the log shows of a call, and what a replay judges it by, is the task of that moment.
"""

import json

import pytest

from guard.errors import GuardError
from guard.replay.judge import Options, judge_record
from guard.replay.trace import parse_line
from guard.session.intent import parse_intent
from guard_adapters.cli import main
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from guard_adapters.wiring.operator.tasks import TaskDesk
from tests.at_desk import ADA, called, installed, ran

CONFIG = """\
version: 1
guard: {policies: [rules.cedar], state: state, serve: {port: 0}}
servers:
  shop:
    trust: trusted
    tools:
      order:
        effect: [write]
        budget: none
        budget_reason: none in this test
        input_schema: {type: object, properties: {what: {type: string}}}
        args: {what: {role: body}}
        confirmed: true
      cancel:
        effect: [write]
        budget: none
        budget_reason: none in this test
        input_schema: {type: object, properties: {what: {type: string}}}
        args: {what: {role: body}}
        confirmed: true
"""
RULES = """
@id("OK-1") @reason("within_task") permit (principal, action in Guard::Action::"any", resource)
when { context.intent.declared && context.intent.covers };
"""


def task(purpose, *tools):
    said = {"purpose": purpose, "tools": list(tools)}
    return parse_intent(said, declared_by="host", max_bytes=4096)


@pytest.fixture
def config(tmp_path):
    path = installed(tmp_path, CONFIG, RULES)
    ran(path, played)
    return path


async def played(wired):
    """Order under a first task, cancel under a second, try to order again; end it, and try."""
    desk = Desk(wired)
    tasks = TaskDesk(world=wired.world, reauthorizing=wired.reauthorizing, by="operator")
    session = await desk.open_session(ADA, task("Order the tea", "shop/order"))
    for number, what in enumerate(("order", "cancel", "order", "cancel", "cancel")):
        if number == 1:
            await tasks.start_task(
                session, {"purpose": "Cancel the milk", "tools": ["shop/cancel"]}
            )
        if number == 3:
            await desk.tell(session, "And cancel the bread")
        if number == 4:
            await tasks.end_task(session)
        try:
            await called(desk, session, f"shop/{what}", f"c-{number}", {"what": "tea"})
        except GuardError as no:
            assert no.code == "no_permit"


WANTED = ["allow", "allow", "deny", "allow", "deny"]


def lines(config, capsys):
    assert main(["audit", "export", "--traces", "--config", str(config)]) == 0
    return capsys.readouterr().out.splitlines()


def test_a_replay_without_recorded_facts_judges_each_call_by_its_own_task(config, capsys):
    (line,) = lines(config, capsys)
    trace = json.loads(line)
    for step in trace["steps"]:
        del step["facts"]
    record = parse_line(json.dumps(trace), number=1)

    judged = list(judge_record(load(config).bundle, record, Options()))

    assert [type(one.decision).__name__.lower() for one in judged] == WANTED
    purposes = [one.facts.intent.purpose for one in judged]
    assert purposes[:4] == ["Order the tea", *["Cancel the milk"] * 3]


def test_the_log_shows_the_purpose_of_each_moment(config, capsys):
    assert main(["audit", "show", "-n", "99", "--json", "--config", str(config)]) == 0
    rows = [json.loads(row) for row in capsys.readouterr().out.splitlines()]
    shown = {
        row["event"]["call"]: row["facts"]["intent"]["purpose"]
        for row in rows
        if row["event"]["kind"] == "decision"
    }
    assert shown["c-0"] == "Order the tea"
    assert {shown[f"c-{one}"] for one in (1, 2, 3)} == {"Cancel the milk"}

    assert main(["audit", "show", "-n", "99", "--config", str(config)]) == 0
    text = capsys.readouterr().out
    for said in ("Order the tea", "Cancel the milk", "And cancel the bread"):
        assert said in text
