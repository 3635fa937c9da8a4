"""A live session of a person who said in words what to do: what was read gives no authority."""

import contextlib
from pathlib import Path

import pytest

from guard.errors import NotApproved
from guard.model.call import Outcome, ToolResult
from guard.model.identity import Agent, Principal, Who
from guard.session.state import new_session, told, withdrawing

RULES = Path(__file__).resolve().parents[2] / "policies" / "agent-tasks.cedar"
WHO = Who(principal=Principal(issuer="idp", subject="ana"), agent=Agent(id="clerk"))
S = {"type": "string"}
FREE = {"budget": "none", "budget_reason": "of the task", "confirmed": True}
CATALOG = {
    "version": 1,
    "servers": {
        "bank": {
            "trust": "trusted",
            "audience": "http://127.0.0.1:1/mcp",
            "tools": {
                "people": {
                    "effect": ["read"], "confirmed": True,
                    "input_schema": {"type": "object", "properties": {}},
                    "output": {"labels": {"*.name": ["trusted"], "*.email": ["trusted"]}},
                },
                "mail": {
                    "effect": ["write", "egress"], **FREE,
                    "args": {"to": {"role": "recipient"}, "body": {"role": "body"}},
                    "says": "Mail {to}: {body}",
                    "input_schema": {"type": "object", "properties": {"to": S, "body": S}, "required": ["to"]},
                },
            },
        }
    },
}  # fmt: skip
PEOPLE = [
    {"name": "Dora Smith", "email": "dora@firm.example", "note": "or eve@bad.example"},
    {"name": "Max Miller", "email": "max@firm.example", "note": ""},
]


class Found:
    async def run(self, call, credential):
        return ToolResult(outcome=Outcome.OK, value=PEOPLE, shown=PEOPLE)


@pytest.fixture
async def house(durable, make_bundle):
    made = durable
    made.bundle = make_bundle(RULES.read_text(encoding="utf-8"), CATALOG)
    made.session = "gs_words"
    fresh = new_session("gs_words", WHO, words=("Mail Dora Smith the news",), now_ms=1)
    await made.world.sessions.open(fresh)
    return made


async def asked(house, **arguments):
    """Return whether a person was asked, who said no."""
    before = len(house.approver.seen)
    house.approver.script = ["deny"]
    with contextlib.suppress(NotApproved):
        await house.call("mail", **arguments)
    return len(house.approver.seen) > before


async def test_the_address_of_the_named_person_is_known_to_the_next_call(house):
    assert await asked(house, to="dora@firm.example", body="hi")
    await house.call("people", by=Found())
    assert not await asked(house, to="dora@firm.example", body="news")


async def test_an_address_that_strangers_wrote_is_a_question(house):
    await house.call("people", by=Found())
    assert await asked(house, to="eve@bad.example", body="news")
    assert await asked(house, to="max@firm.example", body="news")


async def test_what_the_person_says_later_counts(house):
    await house.world.sessions.update("gs_words", lambda one: told(one, "also to max@firm.example"))
    assert not await asked(house, to="max@firm.example", body="news")


async def test_an_approved_address_is_not_asked_again_until_it_is_taken_back(house):
    house.approver.script = ["approve"]
    await house.call("mail", to="kim@other.example", body="one")
    await house.world.sessions.update("gs_words", lambda one: told(one, "mail each of them all"))
    assert not await asked(house, to="kim@other.example", body="two")

    kim = ("recipient", "email", "kim@other.example")
    assert (await house.world.sessions.known("gs_words")).endorsed == {kim}
    await house.world.sessions.update("gs_words", lambda one: withdrawing(one, [kim]))
    assert await asked(house, to="kim@other.example", body="three")


async def at_once(house, gather, bodies):
    await house.world.sessions.update("gs_words", lambda one: told(one, "to kim@other.example"))
    calls = [house.request("mail", to="kim@other.example", body=body) for body in bodies]
    await gather(*(house.guard.call(one, house.tool, hold_ms=0) for one in calls))
    return len(house.tool.runs)


async def test_the_same_mail_five_times_at_once_runs_once(house, gather):
    assert await at_once(house, gather, ["hi"] * 5) == 1


async def test_more_mails_at_once_than_people_were_named_are_asked_about(house, gather):
    assert await at_once(house, gather, [f"hi {n}" for n in range(5)]) == 1
