"""`guard detectors`: what a log teaches, what is left out of it, and what is shown."""

import contextlib
import json

import pytest

from guard.errors import NotAllowed
from guard.model.call import ToolCall
from guard.model.identity import Agent, Principal, Who
from guard.session.risk import signal
from guard.testing import RecordingTool
from guard_adapters.cli import main
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load

CONFIG = """\
version: 1
guard: {policies: [rules.cedar], state: state, detectors: {weights: {velocity: 0}, without: [fan_out]}}
servers:
  mail: {trust: trusted, tools: {read: {effect: [read], confirmed: true, input_schema: &any {type: object, properties: {}}}}}
  bank:
    trust: trusted
    tools:
      pay: {effect: [write], confirmed: true, budget: none, budget_reason: test, input_schema: *any}
      wipe: {effect: [irreversible], confirmed: true, budget: none, budget_reason: test, input_schema: *any}
"""
RULES = """
@id("R-1") @reason("open") permit (principal, action, resource);
@id("R-2") @reason("never") forbid (principal, action == Guard::Action::"bank/wipe", resource);
"""
WHO = Who(principal=Principal(issuer="idp", subject="ana"), agent=Agent(id="clerk"))


@pytest.fixture
def config(tmp_path):
    (tmp_path / "rules.cedar").write_text(RULES)
    # Anchors are refused in guard.yaml: the schema is written out.
    text = CONFIG.replace("&any ", "").replace("*any", "{type: object, properties: {}}")
    (tmp_path / "guard.yaml").write_text(text)
    return tmp_path / "guard.yaml"


async def worked(wired, *tools):
    desk = Desk(wired)
    session = await desk.open_session(WHO, None)
    for number, action in enumerate(tools):
        server, tool = action.split("/")
        call = ToolCall(
            id=f"{session}_{number}", session=session, server=server, tool=tool, arguments=b"{}"
        )
        with contextlib.suppress(NotAllowed):
            await desk.call(call, RecordingTool(), hold_ms=0)
    return session


async def test_what_ran_is_learned_and_what_was_refused_or_strange_is_not(config, capsys):
    wired = build(load(config))
    await worked(wired, "mail/read", "bank/pay")
    await worked(wired, "mail/read", "bank/wipe", "bank/pay")
    bad = await worked(wired, "bank/pay", "mail/read")
    left_out = await worked(wired, "bank/pay", "mail/read")
    mark = signal("operator_narrow", subject=bad, at_ms=1, source="operator")
    await wired.reauthorizing.signal(bad, mark)
    wired.close()
    log = config.parent / "state" / "guard.sqlite"
    words = ["detectors", "learn", "--from", str(log), "--config", str(config)]
    assert main([*words, "--without", left_out]) == 0
    said = capsys.readouterr().out
    assert "clerk: 2 sessions" in said
    assert "2 sessions were left out" in said
    model = json.loads((config.parent / "state" / "chains.json").read_text())
    rows = {tuple(context): nexts for context, _, nexts in model["agents"]["clerk"]["rows"]}
    assert rows[("^", "mail/read")] == {"bank/write": 2}
    again = build(load(config))
    assert again.watch.chains.agents["clerk"].sessions == 2
    again.close()


def test_what_is_watched_is_shown_with_its_weight(config, capsys):
    assert main(["detectors", "show", "--config", str(config)]) == 0
    said = capsys.readouterr().out
    assert "fan_out            off  weight  200" in said
    assert "velocity           on   weight    0, halves every 10 min" in said
    assert "learned  nothing" in said


def test_a_log_without_sessions_teaches_nothing(config, capsys):
    build(load(config)).close()
    log = config.parent / "state" / "guard.sqlite"
    assert main(["detectors", "learn", "--from", str(log), "--config", str(config)]) == 1


def test_a_damaged_model_stops_the_start(config, capsys):
    (config.parent / "state").mkdir()
    (config.parent / "state" / "chains.json").write_text("{")
    assert main(["detectors", "show", "--config", str(config)]) == 3
    assert "chains_unusable" in capsys.readouterr().err
