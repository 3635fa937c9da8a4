"""A script says yes without what a page does before it may: read all arguments, show every secret."""

import asyncio
from dataclasses import replace

import pytest

from guard.grant.seen import marks, secret_part
from guard.grant.view import view_json
from guard.model.call import ArgSpec
from guard.testing.review import a_view
from tests.adapters.console.desk import KEY, Desk
from tests.adapters.console.test_several import offered, standing

SHOWN = a_view(
    {"amount_minor": 250_000, "note": "x" * 90_000, "pin": "4711"},
    args={"pin": ArgSpec(role="secret")},
    action="bank/pay",
)


def asks(desk):
    return desk.asks(view_json=view_json(SHOWN))


def kept(visitor, approval, but=()):
    wanted = marks(KEY, visitor.desk.row(approval), "idp|bob")
    return [mark for part, mark in wanted.items() if part not in but]


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def bob(desk):
    return desk.enrolled("bob")


@pytest.mark.parametrize("but", ["0", "2", secret_part(2)])
def test_a_yes_without_the_mark_of_one_part_is_refused_before_and_after_the_signature(
    desk, bob, but
):
    asked = asks(desk)
    less = {"seen": kept(bob, asked, but)}
    assert bob.post(f"approvals/{asked}/options", less).json()["error"] == "not_read"
    credential = bob.signs(asked)
    said = bob.post(f"approvals/{asked}/approve", {"credential": credential, **less})

    assert said.json()["error"] == "not_read"
    assert desk.row(asked).votes == ()
    assert bob.sends(asked, credential).json()["status"] == "approved"


def test_marks_are_for_one_person_and_one_question(desk, bob):
    ana, first, second = desk.enrolled("ana"), asks(desk), asks(desk)
    for seen in (ana.seen(first), bob.seen(second), ["0" * 24] * 9, []):
        said = bob.post(f"approvals/{first}/options", {"seen": seen})
        assert said.json()["error"] == "not_read"


def test_one_unread_call_of_a_batch_is_enough_to_refuse_it(desk, bob):
    bound = {"envelope": b'{"server":"bank","tool":"pay"}', "action": "bank/pay"}
    ids = [desk.asks(**bound, view_json=view_json(SHOWN)) for _ in range(3)]
    said = bob.post("batch/options", {"ids": ids, "seen": bob.seen(*ids[:2])})
    assert said.json()["error"] == "not_read"


def test_a_standing_yes_is_read_like_a_question(desk):
    ana = desk.enrolled("ana")
    plan = standing(ana, offered(desk))["id"]
    assert ana.post(f"plans/{plan}/options", {}).json()["error"] == "not_read"


def test_what_a_signature_says_was_seen_is_part_of_it(desk, bob):
    """The digest of the marks is signed: a log shows which page the yes came from."""
    asked = asks(desk)
    assert bob.yes(asked).status_code == 200
    votes = [one for one in desk.approvals.events if one.kind == "vote"]
    held = votes[-1].side["evidence"]
    assert '"seen_sha256":"' in held
    assert "4711" not in held


def test_a_question_that_cannot_be_shown_cannot_be_approved_by_any_program(desk, bob):
    asked = asks(desk)
    desk.approvals.rows[asked] = replace(desk.row(asked), view_json=b"{}")
    said = bob.post(f"approvals/{asked}/options", {"seen": []})
    assert said.json()["error"] == "view_unreadable"
    assert asyncio.run(desk.approvals.get(asked)).votes == ()
