"""Invitations, new passkeys, logins and answers, over the console's real routes."""

import asyncio
from dataclasses import replace

import pytest

from guard.errors import Refused
from guard.grant.people import USUAL, Limits, token_sha256
from tests.adapters.console.desk import ASKED, Desk
from tests.authenticator import BE, BS, UP, UV


@pytest.fixture
def desk():
    return Desk()


def invited(desk, name="ana"):
    return asyncio.run(desk.admitting.invite_by_operator(name))


def kinds(desk):
    return [one.kind for one in desk.approvals.events]


def code(answer):
    return answer.json()["error"]


def test_an_invitation_becomes_a_passkey_that_signs_in(desk):
    ana = desk.visitor("ana")
    assert ana.enrol(invited(desk)).json()["name"] == "ana"
    answer = ana.login()
    assert answer.json() == {"name": "ana"}
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-guard=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Sign out" in ana.http.get("/console/").text
    assert kinds(desk) == ["reviewer_invited", "reviewer_enrolled"]


def test_on_this_machine_the_cookie_is_kept_to_the_console_and_named_for_its_port():
    ana = Desk(url="http://127.0.0.1:8470").enrolled("ana")
    cookie = ana.login().headers["set-cookie"]
    assert cookie.startswith("guard-8470=")
    assert "Path=/console" in cookie.split("; ")
    assert "Secure" not in cookie
    assert ana.http.get("/console/").status_code == 200


def test_no_token_is_kept(desk):
    token = invited(desk)
    ana = desk.visitor("ana")
    ana.enrol(token)
    cookie = ana.login().cookies["__Host-guard"]
    kept = repr((desk.reviewers.invites, desk.reviewers.logins, desk.reviewers.ceremonies))
    assert token not in kept
    assert cookie not in kept
    assert token_sha256(cookie) in desk.reviewers.logins


def test_an_invitation_is_good_once(desk):
    token = invited(desk)
    desk.visitor("ana").enrol(token)
    again = desk.visitor("ana", seed=9).post("enrol/options", {"token": token})
    assert (again.status_code, code(again)) == (404, "invite_unknown")


@pytest.mark.parametrize("token", ["", "0" * 64, 7])
def test_without_an_invitation_nobody_enrols(desk, token):
    assert desk.visitor("ana").post("enrol/options", {"token": token}).status_code in {400, 404}


def test_an_invitation_ends_after_a_while_also_in_the_middle_of_it(desk):
    token, ana = invited(desk), desk.visitor("ana")
    challenge = ana.challenge("enrol/options", {"token": token})
    desk.clock.advance(USUAL.invite_ms)
    late = ana.post("enrol", {"token": token, "credential": ana.passkey.create(challenge)})
    assert code(late) == "invite_unknown"


def test_who_left_the_file_can_neither_enrol_nor_stay(desk):
    token = invited(desk, "bob")
    ana = desk.enrolled("ana")
    del desk.people["bob"], desk.people["ana"]
    assert code(desk.visitor("bob").post("enrol/options", {"token": token})) == "invite_unknown"
    assert ana.http.get("/console/").status_code == 401
    assert code(ana.login()) == "login_refused"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"origin": "https://evil.example"}, "assertion_wrong_origin"),
        ({"type": "webauthn.get"}, "assertion_wrong_type"),
        ({"crossOrigin": True}, "assertion_framed"),
        ({"topOrigin": "https://evil.example"}, "assertion_framed"),
        ({"flags": UP}, "enrolment_refused"),
        ({"flags": UV}, "enrolment_refused"),
        ({"flags": UP | UV | BS}, "enrolment_refused"),
    ],
)
def test_a_passkey_made_elsewhere_or_without_the_person_is_refused(desk, said, expected):
    assert code(desk.visitor("ana").enrol(invited(desk), **said)) == expected
    assert desk.reviewers.keys == {}


def test_a_challenge_of_another_invitation_is_none(desk):
    first = desk.visitor("ana").challenge("enrol/options", {"token": invited(desk, "ana")})
    bob, token = desk.visitor("bob"), invited(desk, "bob")
    swapped = bob.post("enrol", {"token": token, "credential": bob.passkey.create(first)})
    assert code(swapped) == "ceremony_unknown"


def test_a_further_passkey_waits_before_it_counts_and_the_first_does_not(desk):
    ana = desk.enrolled("ana")
    second = desk.enrolled("ana", seed=7)
    assert code(second.yes(desk.asks())) == "key_too_new"
    assert ana.yes(desk.asks()).json()["status"] == "approved"
    desk.clock.advance(USUAL.wait_ms)
    second.login()
    assert second.yes(desk.asks()).json()["status"] == "approved"


def test_after_a_reset_the_next_passkey_waits_as_well(desk):
    ana = desk.enrolled("ana")
    assert asyncio.run(desk.admitting.reset("ana", "operator")) == 1
    assert ana.http.get("/console/").status_code == 401
    assert code(ana.login()) == "login_refused"
    assert code(desk.enrolled("ana", seed=7).yes(desk.asks())) == "key_too_new"
    assert "reviewer_reset" in kinds(desk)


def test_the_operator_invites_until_an_admin_has_a_passkey(desk):
    assert invited(desk, "ana")
    assert invited(desk, "bob")
    desk.enrolled("bob")
    assert invited(desk, "eve")
    ana = desk.enrolled("ana")
    with pytest.raises(Refused) as refused:
        invited(desk, "bob")
    assert refused.value.code == "admin_needed"

    challenge = ana.challenge("invites/options", {"name": "eve"})
    body = {"name": "eve", "credential": ana.passkey.answer(challenge)}
    link = ana.post("invites", body).json()["link"]
    page, _, token = link.partition("#")
    assert page == "https://guard.corp.example/console/enrol"
    assert desk.visitor("eve").enrol(token).status_code == 200
    assert desk.reviewers.people["eve"].invited_by == "idp|ana"


def test_only_an_admin_invites_and_only_whom_they_signed_for(desk):
    ana, bob = desk.enrolled("ana"), desk.enrolled("bob")
    assert code(bob.post("invites/options", {"name": "eve"})) == "not_admin"
    assert code(desk.visitor("ana").post("invites/options", {"name": "eve"})) == "login_needed"
    assert code(ana.post("invites/options", {"name": "mallory"})) == "reviewer_unknown"

    challenge = ana.challenge("invites/options", {"name": "eve"})
    body = {"name": "bob", "credential": ana.passkey.answer(challenge)}
    assert code(ana.post("invites", body)) == "ceremony_unknown"
    challenge = ana.challenge("invites/options", {"name": "eve"})
    body = {"name": "eve", "credential": bob.passkey.answer(challenge)}
    assert code(ana.post("invites", body)) == "key_foreign"


def test_a_login_challenge_is_good_once_and_for_five_minutes(desk):
    ana = desk.enrolled("ana")
    body = {"credential": ana.passkey.answer(ana.challenge("login/options"), user=ana.handle)}
    assert ana.post("login", body).status_code == 200
    assert code(ana.post("login", body)) == "ceremony_unknown"
    body = {"credential": ana.passkey.answer(ana.challenge("login/options"), user=ana.handle)}
    desk.clock.advance(USUAL.ceremony_ms)
    assert code(ana.post("login", body)) == "ceremony_unknown"


def test_the_operator_says_how_long_each_of_them_holds():
    short = Limits(
        idle_ms=60_000, login_ms=90_000, invite_ms=30_000, ceremony_ms=20_000, wait_ms=5_000, keys=2
    )
    desk = Desk(limits=short)
    bob, token = desk.enrolled("bob"), invited(desk, "eve")
    page = bob.http.get("/console/enrol").text
    desk.clock.advance(short.invite_ms)
    late = code(bob.post("enrol/options", {"token": token}))
    challenge = bob.challenge("login/options")
    desk.clock.advance(short.ceremony_ms)
    body = {"credential": bob.passkey.answer(challenge, user=bob.handle)}
    slow = code(bob.post("login", body))
    second = desk.enrolled("bob", seed=7)
    desk.clock.advance(short.wait_ms)
    yes = second.yes(desk.asks()).json()
    full = code(desk.visitor("bob", seed=8).post("enrol/options", {"token": invited(desk, "bob")}))
    desk.clock.advance(short.idle_ms)

    assert "30 s" in page
    assert (late, slow) == ("invite_unknown", "ceremony_unknown")
    assert yes["status"] == "approved"
    assert full == "too_many_keys"
    assert second.http.get("/console/").status_code == 401


def test_a_login_needs_the_person_and_their_own_passkey(desk):
    ana, bob = desk.enrolled("ana"), desk.enrolled("bob")
    assert code(ana.login(user=bob.handle)) == "login_refused"
    assert code(desk.visitor("eve").login()) == "login_refused"
    assert code(ana.login(origin="https://evil.example")) == "assertion_wrong_origin"
    ana.passkey.flags = UP
    assert code(ana.login()) == "no_uv"
    ana.passkey.flags = UP | UV | BE
    assert code(ana.login()) == "key_changed"


def test_a_login_ends_by_silence_by_age_and_by_hand(desk):
    ana = desk.enrolled("ana")
    desk.clock.advance(USUAL.idle_ms - 1)
    assert ana.http.get("/console/").status_code == 200
    desk.clock.advance(USUAL.idle_ms)
    assert ana.http.get("/console/").status_code == 401
    ana.login()
    for _ in range(USUAL.login_ms // (USUAL.idle_ms // 2)):
        assert ana.http.get("/console/").status_code == 200
        desk.clock.advance(USUAL.idle_ms // 2)
    assert ana.http.get("/console/").status_code == 401
    ana.login()
    assert ana.post("logout").status_code == 200
    assert ana.http.get("/console/").status_code == 401
    alive = [one.alive(desk.clock.ms, USUAL) for one in desk.reviewers.logins.values()]
    assert not any(alive)


def test_a_copied_passkey_is_noticed_by_its_counter(desk):
    ana = desk.visitor("ana")
    ana.passkey.count = 5
    ana.enrol(invited(desk))
    assert ana.login().status_code == 200
    ana.passkey.count = 5  # the copy has not seen that signature
    assert code(ana.login()) == "key_counter"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://guard.corp.example"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
        {"sec_fetch_site": ""},
        {"content_type": "text/plain"},
        {"content_type": "application/x-www-form-urlencoded"},
    ],
)
def test_a_page_of_somebody_else_sends_nothing(desk, headers):
    ana, asked = desk.enrolled("ana"), desk.asks()
    refused = ana.post(f"approvals/{asked}/deny", {"reason": "x"}, **headers)
    assert refused.status_code in {400, 403}
    assert desk.row(asked).status == "pending"


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{", b"[" * 50_000, b'{"a":"' + b"x" * 70_000 + b'"}']
)
def test_a_body_that_is_no_small_object_is_refused(desk, raw):
    own = {
        "origin": desk.origin.url,
        "sec-fetch-site": "same-origin",
        "content-type": "application/json",
    }
    answer = desk.visitor("ana").http.post("/console/api/login", content=raw, headers=own)
    assert (answer.status_code, code(answer)) == (400, "request_unusable")


@pytest.mark.parametrize(
    "credential", [None, {}, {"id": 7}, {"id": "k", "response": {"clientDataJSON": "?"}}]
)
def test_an_answer_that_is_none_is_refused(desk, credential):
    ana = desk.enrolled("ana")
    for path in ("login", f"approvals/{desk.asks()}/approve"):
        assert code(ana.post(path, {"credential": credential})) == "request_unusable"


def test_a_signed_yes_approves_with_its_evidence(desk):
    bob, asked = desk.enrolled("bob"), desk.asks()
    answer = bob.yes(asked)
    assert answer.json() == {"id": asked, "status": "approved", "yes": 1}
    (vote,) = desk.row(asked).votes
    assert (vote.voter.principal, vote.method, vote.voter.uv) == ("idp|bob", "webauthn", True)
    event = desk.approvals.events[-1]
    assert (event.kind, event.leaf["by"]) == ("vote", "idp|bob")
    assert vote.evidence_s256
    assert event.side["evidence"]


def test_a_no_needs_a_login_and_tells_its_reason(desk):
    bob, asked = desk.enrolled("bob"), desk.asks()
    assert code(desk.visitor("bob").no(asked)) == "login_needed"
    assert bob.no(asked, "not this one").json()["status"] == "denied"
    assert desk.row(asked).votes[0].reason == "not this one"
    assert code(bob.no(asked)) == "approval_transition"
    assert code(bob.post(f"approvals/{asked}/options")) == "approval_transition"


def test_a_no_of_somebody_not_concerned_does_not_count(desk):
    eve, asked = desk.enrolled("eve"), desk.asks()
    assert code(eve.no(asked)) == "not_in_group"
    assert code(eve.yes(asked)) == "not_in_group"
    assert desk.row(asked).votes == ()


def test_two_are_two_people(desk):
    ana, bob = desk.enrolled("ana"), desk.enrolled("bob")
    asked = desk.asks(replace(ASKED, quorum=2))
    assert ana.yes(asked).json() == {"id": asked, "status": "pending", "yes": 1}
    assert code(ana.yes(asked)) == "already_voted"
    assert bob.yes(asked).json() == {"id": asked, "status": "approved", "yes": 2}


def test_what_must_be_typed_is_checked_here(desk):
    bob, asked = desk.enrolled("bob"), desk.asks(replace(ASKED, match=("amount_minor",)))
    assert code(bob.yes(asked)) == "match_wrong"
    assert code(bob.yes(asked, ["250001"])) == "match_wrong"
    assert bob.yes(asked, ["250000"]).json()["status"] == "approved"


def test_a_reviewer_takes_a_key_of_their_own_away_and_no_other(desk):
    ana, bob = desk.enrolled("ana"), desk.enrolled("bob")
    lost, kept = (
        next(k for k in desk.reviewers.keys.values() if k.reviewer == n).digest
        for n in ("bob", "ana")
    )
    assert code(bob.post("keys/revoke", {"key": kept})) == "key_unknown"
    assert bob.post("keys/revoke", {"key": lost}).json() == {"revoked": 1}
    assert bob.http.get("/console/").status_code == 401  # what it had opened ended with it
    assert code(bob.login()) == "login_refused"
    assert lost in str(desk.approvals.events[-1].leaf)
    assert ana.yes(desk.asks()).json()["status"] == "approved"


def test_the_page_of_reviewers_shows_keys_and_lets_admins_invite(desk):
    ana, bob = desk.enrolled("ana"), desk.enrolled("bob")
    seen = ana.http.get("/console/reviewers").text
    assert "Invite bob" in seen
    assert seen.count("Revoke") == 1
    assert "&#34;key&#34;" in seen
    assert "Invite" not in bob.http.get("/console/reviewers").text.partition("<main")[2]


def test_a_question_is_delivered_when_somebody_who_is_asked_has_it_on_their_screen():
    desk = Desk()
    bob, eve, asked = desk.enrolled("bob"), desk.enrolled("eve"), desk.asks()
    desk.clock.advance(3_000)
    first = eve.post("approvals/seen", {"ids": [asked]})
    before = desk.row(asked).delivered_ms
    bob.post("approvals/seen", {"ids": [asked, "apr_unknown"]})
    at_ms = desk.clock.ms
    desk.clock.advance(3_000)
    bob.post("approvals/seen", {"ids": [asked]})

    assert (first.status_code, before) == (200, 0)
    assert desk.row(asked).delivered_ms == at_ms
    assert code(desk.visitor("ana").post("approvals/seen", {"ids": [asked]})) == "login_needed"
