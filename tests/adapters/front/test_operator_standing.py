"""The operator's routes and commands about standing yeses, over a guard that really runs."""

import asyncio
import json

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from guard.grant.votes import Vote, Voter
from guard.session.state import suspended
from guard.stepup.granting import Granting
from guard_adapters.cli import main
from guard_adapters.cli.operator_client import OperatorClient
from guard_adapters.cli.place import Place
from guard_adapters.front.operator.standing import standing_routes
from guard_adapters.wiring.desk import Desk
from tests.adapters.cli.test_operator_commands import ADA, running

CONFIG = """\
version: 1
guard:
  name: test-guard
  policies: [rules.cedar]
  state: state
  serve: {port: 0}
servers:
  bank:
    trust: trusted
    tools:
      pay:
        effect: [write]
        args: {amount_minor: {role: amount, currency: EUR, scale: 2}}
        output: {trust: trusted}
        budget: none
        budget_reason: limited by its rule
        input_schema: {type: object, properties: {amount_minor: {type: integer}, to: {type: string}}}
        confirmed: true
"""
RULES = """\
@id("PAY-0") @reason("open") permit (principal, action, resource);
@id("PAY-1") @decision("step_up") @approvers("session-owner") @reason("money")
forbid (principal, action == Guard::Action::"bank/pay", resource);
"""
PLAN = """\
ttl_s: 600
calls:
- tool: bank/pay
  uses: 2
  where:
  - {arg: amount_minor, range: [1, 5000]}
  - {arg: to, equal: "bob"}
"""


@pytest.fixture
def config(tmp_path):
    (tmp_path / "rules.cedar").write_text(RULES)
    (tmp_path / "guard.yaml").write_text(CONFIG)
    (tmp_path / "plan.yaml").write_text(PLAN)
    return tmp_path / "guard.yaml"


def guard(capsys, *words, code=0):
    assert main([str(word) for word in words]) == code, capsys.readouterr()
    return capsys.readouterr().out


def on(wired, work):
    """Run a coroutine against the store of the running guard, from this thread."""
    return asyncio.run(work)


def test_a_plan_is_declared_read_approved_and_taken_back(config, capsys):
    place = ("--config", config)
    with running(config) as wired:
        session = on(wired, Desk(wired).open_session(ADA, None))
        out = guard(
            capsys, "plans", "propose", config.parent / "plan.yaml", "--session", session, *place
        )
        plan = out.split()[0]
        assert "at most 2 times" in out
        assert "from 1 to 5000" in out
        assert "pending" in out
        assert "pending" in guard(capsys, "plans", "list", *place)
        assert guard(capsys, "grants", "list", *place) == "There is no active grant.\n"

        owner = Voter(principal="https://id.example|ada", uv=True)
        vote = Vote(
            approval_id=plan,
            voter=owner,
            decision="approve",
            method="webauthn",
            at_ms=wired.world.clock.now_ms(),
        )
        on(wired, Granting(world=wired.world).vote(vote))
        out = guard(capsys, "grants", "list", *place)
        grant = out.split()[0]
        assert "2 of 2 uses left" in out
        assert 'to is exactly "bob"' in out
        assert json.loads(guard(capsys, "grants", "show", grant, "--json", *place))["plan"] == plan

        assert "revoked (operator)" in guard(capsys, "grants", "revoke", grant, *place)
        guard(capsys, "grants", "revoke", grant, *place, code=1)
        assert "revoked (operator)" in guard(capsys, "plans", "revoke", plan, *place)
        assert guard(capsys, "plans", "list", *place) == "There is no open plan.\n"
        assert plan in guard(capsys, "plans", "list", "--all", *place)


def test_a_plan_is_denied_with_a_reason(config, capsys):
    place = ("--config", config)
    with running(config) as wired:
        session = on(wired, Desk(wired).open_session(ADA, None))
        plan = guard(
            capsys, "plans", "propose", config.parent / "plan.yaml", "--session", session, *place
        ).split()[0]
        assert "denied" in guard(capsys, "plans", "deny", plan, "--reason", "no", *place)
        assert "denied" in guard(capsys, "plans", "show", plan, *place)


def test_a_suspended_session_goes_on_when_an_operator_says_so(config, capsys):
    with running(config) as wired:
        session = on(wired, Desk(wired).open_session(ADA, None))
        on(wired, wired.world.sessions.update(session, lambda one: suspended(one, 1)))
        assert "suspended" in guard(capsys, "sessions", "show", session, "--config", config)
        assert "open" in guard(capsys, "sessions", "resume", session, "--config", config)


def test_the_report_tells_of_what_was_asked(config, capsys):
    with running(config):
        out = guard(capsys, "report", "step-up", "--config", config)
        assert "0 tool calls, 1 prompts" in out
        assert "PAY-1: asked 1" in out
        found = json.loads(
            guard(capsys, "report", "step-up", "--since", "1h", "--json", "--config", config)
        )
        assert (found["prompts"], found["rules"][0]["rule"]) == (1, "PAY-1")
        guard(capsys, "report", "step-up", "--since", "soon", "--config", config, code=2)


def test_nobody_can_approve_a_plan_here(config):
    with running(config) as wired:
        client = OperatorClient(Place(name="test-guard", state=wired.loaded.state))
        for path in ("plans/x/approve", "grants", "grants/x/approve"):
            with pytest.raises(Exception) as no:
                client.ask("POST", path, {})
            assert type(no.value).__name__ in {"Refused", "Unavailable"}


def test_open_leads_to_the_page_where_a_passkey_says_yes(config, capsys, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda link: opened.append(link) or False)
    with running(config):
        out = guard(capsys, "approvals", "open", "apr_1", "--config", config)
        assert "pending" in guard(capsys, "approvals", "list", "--config", config)
    (link,) = opened
    assert link.startswith("http://localhost:")
    assert link.endswith("/a/apr_1")
    assert link in out


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "grants"), ("GET", "grants/x"), ("POST", "grants/x/revoke"), ("GET", "plans"),
        ("GET", "plans/x"), ("POST", "plans/x/deny"), ("POST", "plans/x/revoke"),
        ("POST", "sessions/x/plans"), ("POST", "sessions/x/resume"), ("GET", "report/step-up"),
        ("GET", "console"),
    ],
)  # fmt: skip
def test_without_the_token_and_for_browsers_nothing_is_answered(method, path):
    http = TestClient(Starlette(routes=standing_routes(None, "t" * 64)))
    for headers, status in (
        ({}, 401),
        ({"authorization": "Bearer wrong"}, 401),
        ({"authorization": "Bearer " + "t" * 64, "origin": "null"}, 403),
    ):
        assert http.request(method, f"/guard/v1/{path}", headers=headers).status_code == status
