"""An agent whose session was narrowed looks for a way around it."""

import json
from dataclasses import replace

import pytest

from guard.errors import NotAllowed, Refused
from guard.model.access import Access, Level
from guard.session.intent import parse_intent
from guard.session.state import declared
from tests.flow.conftest import bundle, flow  # noqa: F401  the fixtures

READS = Access(level=Level.READ_ONLY)


async def refused(work):
    with pytest.raises(Refused) as no:
        await work
    return no.value.code


async def test_neither_a_new_task_nor_an_old_yes_gives_back_what_was_taken(flow):  # noqa: F811
    flow.approver.script = ["approve"]
    await flow.call("pay", amount_minor=200, recipient="DE1")
    await flow.standing(flow.approver.seen[0])
    await flow.reauthorizing.narrow("gs_1", READS, "looked_odd")
    task = {"purpose": "pay", "tools": ["bank/*"]}
    said = parse_intent(task, declared_by="host", max_bytes=4096)
    await flow.world.sessions.update("gs_1", lambda one: declared(one, said))
    assert await refused(flow.call("pay", amount_minor=200, recipient="DE1")) == "access_narrowed"
    assert len(flow.tool.runs) == 1


async def test_what_an_agent_says_of_its_call_does_not_lift_it(flow):  # noqa: F811
    await flow.reauthorizing.narrow("gs_1", READS, "looked_odd")
    call = flow.request("note", text="x")
    wide = json.dumps({"purpose": "x", "tools": ["bank/*"]}).encode()
    for one in (replace(call, intent=wide), replace(call, tool="ten", arguments=b"{}")):
        with pytest.raises(NotAllowed):
            await flow.guard.call(one, flow.tool, hold_ms=0)
    assert flow.tool.runs == []


async def test_a_person_cannot_give_back_what_waits_for_an_operator(flow):  # noqa: F811
    await flow.reauthorizing.narrow("gs_1", READS, "looked_odd")
    await flow.reauthorizing.give_back("gs_1", "reauth")
    assert await refused(flow.call("note", text="x")) == "access_narrowed"
    assert flow.approver.seen == []
