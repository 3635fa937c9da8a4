"""Attack: let a reviewer sign one thing, and have the guard take it for another."""

from dataclasses import replace

import pytest

from guard.grant.view import view_json
from guard.model.decision import Requirement
from guard.testing.review import a_view
from tests.adapters.console.desk import ASKED, Desk


@pytest.mark.parametrize(
    "change",
    [
        {"view_json": view_json(a_view({"amount_minor": 1}, action="bank/pay"))},
        {"binding": "f" * 64},
        {"nonce": "e" * 64},
        {"grant_ttl_s": 3_600},
        {"pending_until_ms": 1_767_607_200_000 + 900_000},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whoever_changes_the_row_voids_what_was_signed(change):
    desk = Desk()
    bob, asked = desk.enrolled("bob"), desk.asks()
    credential = bob.signs(asked)
    desk.approvals.rows[asked] = replace(desk.row(asked), **change)
    said = bob.sends(asked, credential)
    assert said.json()["error"] == "assertion_wrong_challenge"
    assert desk.row(asked).votes == ()


def test_a_signature_is_for_one_question_one_person_and_one_answer():
    desk = Desk()
    ana, bob = desk.enrolled("ana"), desk.enrolled("bob")
    first, second = desk.asks(), desk.asks()
    credential = bob.signs(first)
    for who, asked, code in (
        (bob, second, "assertion_wrong_challenge"),
        (ana, first, "key_foreign"),
        (ana, second, "key_foreign"),
    ):
        said = who.sends(asked, credential)
        assert said.json()["error"] == code
    assert bob.sends(first, credential).status_code == 200
    again = bob.sends(first, credential)
    assert again.json()["error"] == "approval_transition"


def test_a_login_signature_is_no_yes_and_a_yes_is_no_login():
    desk = Desk()
    bob, asked = desk.enrolled("bob"), desk.asks()
    login = bob.passkey.answer(bob.challenge("login/options"), user=bob.handle)
    said = bob.sends(asked, login)
    assert said.json()["error"] == "assertion_wrong_challenge"
    yes = bob.signs(asked, user=bob.handle)
    assert bob.post("login", {"credential": yes}).json()["error"] == "ceremony_unknown"


def test_a_replayed_yes_does_not_count_twice_where_two_are_asked():
    desk = Desk()
    desk.enrolled("ana")
    bob = desk.enrolled("bob")
    asked = desk.asks(replace(ASKED, quorum=2))
    credential = bob.signs(asked)
    codes = [bob.sends(asked, credential).json().get("error") for _ in range(3)]
    assert codes == [None, "already_voted", "already_voted"]
    assert len(desk.row(asked).votes) == 1
    assert sum(one.kind == "vote" for one in desk.approvals.events) == 1


def test_a_yes_is_not_counted_for_who_left_the_file_or_the_group_meanwhile():
    desk = Desk()
    bob, asked = desk.enrolled("bob"), desk.asks()
    credential = bob.signs(asked)
    desk.people["bob"] = replace(desk.people["bob"], groups=frozenset())
    said = bob.sends(asked, credential)
    assert said.json()["error"] == "not_in_group"
    desk.people["bob"] = replace(desk.people["bob"], principal="idp|somebody")
    said = bob.sends(asked, credential)
    assert said.json()["error"] == "assertion_wrong_challenge"


def test_a_key_that_was_revoked_between_look_and_yes_signs_nothing():
    desk = Desk()
    bob, asked = desk.enrolled("bob"), desk.asks()
    credential = bob.signs(asked)
    desk.reviewers.keys = {
        name: replace(key, revoked_ms=desk.clock.ms) for name, key in desk.reviewers.keys.items()
    }
    said = bob.sends(asked, credential)
    assert said.json()["error"] == "key_unknown"


def test_a_claim_to_be_bound_to_a_device_is_not_a_proof():
    desk = Desk()
    bob = desk.enrolled("bob")  # its authenticator says that it cannot be backed up
    asked = desk.asks(replace(ASKED, device_bound=True))
    assert bob.yes(asked).json()["error"] == "key_not_device_bound"


def test_nobody_reviews_what_their_own_agent_asks_for():
    desk = Desk()
    bob, asked = desk.enrolled("bob"), desk.asks(requester="idp|bob")
    assert bob.yes(asked).json()["error"] == "is_requester"
    desk.people["bob"] = replace(desk.people["bob"], owns=frozenset({"clerk"}))
    assert bob.yes(desk.asks()).json()["error"] == "is_agent_owner"
    own = desk.asks(Requirement(rule="S", reason="s", kind="self"), requester="idp|bob")
    assert bob.yes(own).json()["status"] == "approved"


def test_an_admin_and_whom_they_let_in_are_one_voice():
    desk = Desk()
    ana = desk.enrolled("ana")
    bob = desk.visitor("bob")
    challenge = ana.challenge("invites/options", {"name": "bob"})
    body = {"name": "bob", "credential": ana.passkey.answer(challenge)}
    bob.enrol(ana.post("invites", body).json()["link"].partition("#")[2])
    bob.login()
    asked = desk.asks(replace(ASKED, quorum=2))
    assert ana.yes(asked).json()["status"] == "pending"
    assert bob.yes(asked).json()["error"] == "linked_by_enrolment"
    alone = desk.asks(replace(ASKED))
    assert bob.yes(alone).json()["status"] == "approved"
