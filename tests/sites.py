"""A control plane and a site, each a folder: what tests of working offline share."""

import asyncio
from contextlib import redirect_stdout
from io import StringIO
from shutil import copytree

import pytest

from guard.errors import GuardError
from guard.model.call import ToolCall
from guard.model.identity import Agent, Principal, Who
from guard.testing import RecordingTool
from guard_adapters.cli import main
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load

SERVERS = """\
servers:
  shop:
    trust: trusted
    audience: http://127.0.0.1:9/mcp
    tools:
      find: {effect: [read], confirmed: true, input_schema: {type: object, properties: {}}}
      note: {effect: [write], confirmed: true, budget: none, budget_reason: test, input_schema: {type: object, properties: {}}}
      pay: {effect: [write], confirmed: true, budget: none, budget_reason: test, input_schema: {type: object, properties: {}}}
"""
RULES = """
@id("OK-1") @reason("open") permit (principal, action, resource);
@id("ASK-1") @decision("step_up") @approvers("session-owner") @ttl("3600s") @grant_ttl("900s") @reason("money")
forbid (principal, action == Guard::Action::"shop/pay", resource);
"""
WHO = Who(principal=Principal(issuer="idp", subject="ana"), agent=Agent(id="clerk"))


def guard(*words):
    return main(list(map(str, words)))


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """A control plane and a site that has its keys, made once: each test gets a copy."""
    place = tmp_path_factory.mktemp("sites")
    hq, site = place / "hq", place / "north"
    hq.mkdir()
    (hq / "rules.cedar").write_text(RULES)
    (hq / "guard.yaml").write_text(
        f"version: 1\nguard: {{name: hq, policies: [rules.cedar]}}\n{SERVERS}"
    )
    site.mkdir()
    line = said("offline", "key", "--config", hq / "guard.yaml").strip()
    (site / "guard.yaml").write_text(f"version: 1\nguard:\n  name: north\n  {line}\n{SERVERS}")
    build(load(site / "guard.yaml")).close()  # makes its keys
    (site / "keys.json").write_text(said("keys", "show", "--json", "--config", site / "guard.yaml"))
    return place


@pytest.fixture
def hq(tmp_path, both):
    return copytree(both / "hq", tmp_path / "hq")


@pytest.fixture
def site(tmp_path, both):
    return copytree(both / "north", tmp_path / "north")


def said(*words):
    told = StringIO()
    with redirect_stdout(told):
        assert guard(*words) == 0
    return told.getvalue()


def export(hq, site, name="bundle.jwt", *more):
    out = site / name
    done = guard(
        "offline",
        "export",
        "north",
        "--config",
        hq / "guard.yaml",
        "--site-keys",
        site / "keys.json",
        "--out",
        out,
        *more,
    )
    assert done == 0
    return out


def take(site, file):
    return guard("offline", "import", file, "--config", site / "guard.yaml")


def ran(site, *tools, **more):
    """Return what became of each call of a session at the site; `more`: how its guard is built."""

    async def work():
        wired = build(load(site / "guard.yaml"), **more)
        ends = []
        try:
            desk = Desk(wired)
            session = await desk.open_session(WHO, None)
            for number, tool in enumerate(tools):
                call = ToolCall(
                    id=f"{session}_{number}",
                    session=session,
                    server="shop",
                    tool=tool,
                    arguments=b"{}",
                )
                try:
                    await desk.call(call, RecordingTool(), hold_ms=0)
                    ends.append("ran")
                except GuardError as no:
                    ends.append(no.code)
        finally:
            wired.close()
        return ends

    return asyncio.run(work())


def receipts(site, name="r1"):
    out = site / name
    assert guard("offline", "receipts", "--out", out, "--config", site / "guard.yaml") == 0
    return out


def collect(hq, file):
    return guard("offline", "collect", file, "--config", hq / "guard.yaml")
