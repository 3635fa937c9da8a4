"""Attack: whoever holds a token, a row or the log tries out what stands in the words of a task."""

import asyncio
import base64
import json
import sqlite3
from contextlib import suppress
from hashlib import sha256

import pytest

from guard.audit.said import kept
from guard.errors import ApprovalPending
from guard.session.intent import parse_intent
from guard.testing import RecordingTool
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from tests.at_desk import ADA, called, installed

CONFIG = """\
version: 1
guard: {policies: [rules.cedar], state: state, serve: {port: 0}}
servers:
  shop:
    trust: trusted
    audience: http://127.0.0.1:9/mcp
    tools:
      price:
        effect: [write]
        budget: none
        budget_reason: none in this test
        input_schema: {type: object, properties: {price: {type: integer}}}
        confirmed: true
"""
RULES = """
@id("A-1") @reason("any") permit (principal, action in Guard::Action::"any", resource);
@id("A-2") @decision("step_up") @approvers("session-owner") @reason("dear")
forbid (principal, action == Guard::Action::"shop/price", resource)
unless { context.input has price && context.input.price < 9 };
"""


def task(number):
    """Return a task with a number in it of which no word says that it is secret."""
    said = {"purpose": f"Open the gate of the yard: {number}, then price", "tools": ["shop/price"]}
    return parse_intent(said, declared_by="user", max_bytes=4096)


class Told:
    async def announce(self, approval):
        """Tell nobody: a question is open."""


@pytest.fixture
def folder(tmp_path):
    return installed(tmp_path, CONFIG, RULES).parent


async def played(folder):
    """Run one call, ask about a second, take the task back; return the token of the first."""
    wired = build(load(folder / "guard.yaml"), approvers=lambda _store: (Told(),))
    desk, tool = Desk(wired), RecordingTool()
    session = await desk.open_session(ADA, task(4711))
    for number, price in enumerate((5, 500)):
        with suppress(ApprovalPending):
            await called(desk, session, "shop/price", f"c-{number}", {"price": price}, tool)
    await wired.reauthorizing.end_task(session, "done")
    wired.close()
    ((_, credential),) = tool.runs
    return credential.secret


def rows(folder, leave_out):
    with sqlite3.connect(folder / "state" / "guard.sqlite") as db:
        names = [
            name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        found = [
            repr(row)
            for name in names
            if name not in leave_out
            for row in db.execute(f"SELECT * FROM {name}")
        ]
    db.close()
    return "\n".join(found)


def claims(token):
    body = token.split(".")[1]
    return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()


def digests(number):
    """Return all that a task can be told by without a key."""
    guess = task(number)
    held = kept(bytes(16), (), guess)
    blank = sha256(str(held.side["intent"]).encode()).hexdigest()
    return {guess.digest, guess.digest[:24], blank, sha256(guess.purpose.encode()).hexdigest()}


def test_no_guess_at_a_task_can_be_checked_against_token_rows_and_log(folder):
    token = asyncio.run(played(folder))
    # The words themselves are in the session, with what it saw, and beside the tree: all go with it.
    session = {"sessions", "observations"}
    left = rows(folder, {*session, "audit_side"})
    open_row = rows(folder, session)

    assert "intent_hash" in left, "a question was asked"
    assert "task_ended" in left
    assert json.loads(claims(token))["authorization_details"][0]["intent"]
    for digest in digests(4711):
        assert digest not in claims(token)
        assert digest not in left
        assert digest not in open_row


def test_one_task_has_one_digest_at_every_guard_with_the_same_keys(folder, tmp_path):
    first = json.loads(claims(asyncio.run(played(folder))))
    (folder / "state" / "guard.sqlite").rename(tmp_path / "old.sqlite")
    again = json.loads(claims(asyncio.run(played(folder))))

    one, other = (each["authorization_details"][0]["intent"] for each in (first, again))
    assert one == other
