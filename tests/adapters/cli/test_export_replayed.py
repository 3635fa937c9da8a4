"""`guard audit export --traces | guard policy replay`: what was decided is decided again."""

import contextlib
import functools
import io
import json
import re
import sys

import pytest

from guard.errors import GuardError
from guard.session.intent import parse_intent
from guard_adapters.cli import main
from guard_adapters.wiring.desk import Desk
from tests.at_desk import ADA, called, installed, ran

CONFIG = """\
version: 1
guard:
  policies: [rules.cedar]
  state: state
  serve: {port: 0}
servers:
  shop:
    trust: trusted
    tools:
      price:
        effect: [write]
        budget: none
        budget_reason: limited by the rules under test
        args: {pin: {role: secret}}
        input_schema:
          type: object
          required: [price, until]
          properties:
            price: {type: number}
            steps: {type: array, items: {type: number}}
            box: {type: object, properties: {height: {type: number}, name: {type: string}}}
            until: {type: [string, "null"]}
            extra: {}
            pin: {type: number}
        confirmed: true
"""
RULES = """\
@id("A-1") @reason("any") permit (principal, action in Guard::Action::"any", resource);
@id("A-2") @reason("dear") forbid (principal, action == Guard::Action::"shop/price", resource)
when { context.input.price.greaterThan(decimal("100.0")) };
@id("A-3") @reason("no_task") @decision("step_up") @approvers("session-owner")
forbid (principal, action == Guard::Action::"shop/price", resource)
unless { context.intent.spoken };
"""
ARGS = {
    "price": 12.5, "steps": [1, 0.1, -2.25], "box": {"height": 3.0001, "name": "1.50"},
    "until": None, "pin": 4711,
}  # fmt: skip
CALLS = ({}, {"price": 900}, {"extra": {"a": [1]}})
"""What each session changes of it: nothing, the price, and an argument that no rule can see."""


def task(by):
    said = {"purpose": "Set the price to 12.50.", "tools": ["shop/price"]}
    return parse_intent(said, declared_by=by, max_bytes=10_000)


async def played(wired, intent):
    """Make the calls in a session with this task."""
    desk = Desk(wired)
    session = await desk.open_session(ADA, intent)
    for number, changed in enumerate(CALLS):
        with contextlib.suppress(GuardError):  # a refusal is one of the answers
            await called(desk, session, "shop/price", f"{session}-{number}", ARGS | changed)


@pytest.fixture
def log(tmp_path):
    """The log of three sessions: without a task, with the agent's own, with a person's."""
    config = installed(tmp_path, CONFIG, RULES)
    tasks = (None, task("agent"), task("user"))
    ran(config, *(functools.partial(played, intent=one) for one in tasks))
    return config


def exported(config, capsys):
    assert main(["audit", "export", "--traces", "--config", str(config)]) == 0
    return capsys.readouterr().out


def test_an_exported_log_is_decided_again_as_it_was(log, capsys, monkeypatch):
    text = exported(log, capsys)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    assert main(["policy", "replay", "--no-timing", "--config", str(log), "-"]) == 0
    rows = [json.loads(row) for row in capsys.readouterr().out.splitlines()]
    assert [one["decision"] for one in rows] == [
        "step_up", "deny", "step_up",
        "step_up", "deny", "step_up",
        "allow", "deny", "step_up",
    ]  # fmt: skip
    assert main(["audit", "show", "--json", "--config", str(log)]) == 0
    events = [json.loads(row)["event"] for row in capsys.readouterr().out.splitlines()]
    before = {}
    for one in events:
        if one["kind"] == "decision":
            before.setdefault(one["call"], (one["decision"], one["rules"]))
    assert [(one["decision"], one["rules"]) for one in rows] == [*before.values()]


def test_numbers_are_exported_as_they_were_sent(log, capsys):
    step = json.loads(exported(log, capsys).splitlines()[0])["steps"][0]

    sent = {name: step["args"][name] for name in ("price", "steps", "box", "until")}
    assert sent == {name: ARGS[name] for name in sent}
    assert set(step["args"]) == {*sent, "pin"}
    assert re.fullmatch(r"\[secret [0-9a-f]{16}\]", step["args"]["pin"])


def test_a_purpose_of_the_agent_is_exported_as_such(log, capsys):
    intents = [json.loads(line)["intent"] for line in exported(log, capsys).splitlines()]
    assert [(one["purpose"], one["declared_by"]) for one in intents] == [
        ("", "agent"), ("Set the price to 12.50.", "agent"), ("Set the price to 12.50.", "user"),
    ]  # fmt: skip


def test_a_declared_task_and_the_words_of_a_person_are_exported(log, capsys):
    (session,) = ran(log, said)

    lines = [json.loads(line) for line in exported(log, capsys).splitlines()]

    assert [one["intent"].get("tools") for one in lines] == [
        None, ["shop/price"], ["shop/price"], None,
    ]  # fmt: skip
    assert [one.get("prompt") for one in lines] == [
        None, None, None, "Set the price to 12.50. The PIN is [secret].",
    ]  # fmt: skip
    assert [one["words"] for one in lines[-1]["said"]] == [["Now stop."]]
    assert lines[-1]["session"] == session


async def said(wired):
    """Make a call in a session whose person said something, and then more."""
    desk = Desk(wired)
    session = await desk.open_session(
        ADA, None, words=("Set the price to 12.50. The PIN is 4711.",)
    )
    await called(desk, session, "shop/price", "w-1", ARGS)
    await desk.tell(session, "Now stop.")
    return session


def test_traces_without_a_catalogue_are_refused(log, tmp_path, capsys):
    store = tmp_path / "state" / "guard.sqlite"
    where = ["--config", str(tmp_path / "none.yaml"), "--file", str(store)]

    assert main(["audit", "export", "--traces", *where]) == 3
    assert main(["audit", "export", *where]) == 0
    capsys.readouterr()
