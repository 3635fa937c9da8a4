"""A handle is no key: whoever found it and is somebody else gets what an unknown handle gets."""

from dataclasses import replace

import pytest

from guard.errors import Refused
from guard.model.identity import Agent, Principal, Who
from guard_adapters.front.mcp.caller import Caller
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load

CONFIG = """
version: 1
guard: {name: t, policies: ["starter:baseline"], state: state}
servers:
  files:
    trust: trusted
    tools:
      read: {effect: [read], input_schema: {type: object, properties: {}}, confirmed: true}
"""
ANA = Caller(issuer="idp", subject="ana", agent="clerk", scopes=frozenset())
OTHERS = {
    "another person": replace(ANA, subject="bob"),
    "another agent of the same person": replace(ANA, agent="other"),
    "the same name at another issuer": replace(ANA, issuer="evil"),
    "issuer and subject shifted": replace(ANA, issuer="idp|ana", subject=""),
}


@pytest.fixture
def desk(tmp_path):
    (tmp_path / "guard.yaml").write_text(CONFIG)
    wired = build(load(tmp_path / "guard.yaml"))
    yield Desk(wired)
    wired.close()


@pytest.fixture
async def handle(desk):
    who = Who(principal=Principal(issuer="idp", subject="ana"), agent=Agent(id="clerk"))
    return await desk.open_session(who, None)


async def test_its_owner_comes_back_to_it(desk, handle):
    assert await desk.session(ANA, handle, b"") == handle


@pytest.mark.parametrize("who", OTHERS.values(), ids=OTHERS)
async def test_anybody_else_is_told_what_a_guess_is_told(desk, handle, who):
    answers = set()
    for tried in (handle, "gs_" + "0" * 32):
        with pytest.raises(Refused) as no:
            await desk.session(who, tried, b"")
        answers.add(no.value.code)
    assert answers == {"session_unknown"}


@pytest.mark.parametrize("who", OTHERS.values(), ids=OTHERS)
async def test_the_default_session_is_each_caller_s_own(desk, who):
    assert await desk.session(ANA, "", b"") != await desk.session(who, "", b"")


async def test_the_default_session_of_another_is_not_reached_by_its_name(desk):
    mine = await desk.session(ANA, "", b"")
    with pytest.raises(Refused) as no:
        await desk.session(OTHERS["another person"], mine, b"")
    assert no.value.code == "session_unknown"
