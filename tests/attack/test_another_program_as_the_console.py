"""Attack: be the console that the reviewer's browser finds, frame it, or speak in its name."""

import asyncio
import socket

import pytest

from guard.errors import Unusable
from guard_adapters.wiring.running import _listening
from tests.adapters.console.desk import Desk


def test_both_addresses_that_localhost_may_mean_are_the_guards():
    listeners = _listening("127.0.0.1", 0)
    try:
        port = listeners[0].getsockname()[1]
        if len(listeners) == 1:
            pytest.skip("this machine has no IPv6, so nobody can take the other address")
        with socket.socket(socket.AF_INET6) as thief, pytest.raises(OSError):
            thief.bind(("::1", port))
    finally:
        for one in listeners:
            one.close()


def test_a_guard_does_not_start_beside_a_program_that_took_the_other_address():
    with socket.socket(socket.AF_INET6) as thief:
        try:
            thief.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        thief.listen()
        with pytest.raises(Unusable) as refused:
            _listening("127.0.0.1", thief.getsockname()[1])
    assert refused.value.code == "address_in_use"


@pytest.mark.parametrize("host", ["evil.example", "guard.corp.example.evil.example", "127.0.0.1"])
def test_a_rebound_name_reaches_no_page_and_no_post(host):
    desk = Desk()
    ana, asked = desk.enrolled("ana"), desk.asks()
    page = ana.http.get("/console/", headers={"host": host})
    assert page.status_code == 421
    sent = ana.post(f"approvals/{asked}/deny", {"reason": "x"}, host=host)
    assert sent.status_code == 421
    assert desk.row(asked).votes == ()


def test_links_in_messages_change_nothing_and_show_nothing():
    desk = Desk()
    asked = desk.asks()
    stranger = desk.visitor("bob")
    seen = [stranger.http.get(path) for path in (f"/a/{asked}", f"/console/approvals/{asked}")]
    assert all("amount" not in one.text for one in seen)
    for path in (f"approvals/{asked}/approve", f"approvals/{asked}/deny", "login", "enrol"):
        assert stranger.http.get(f"/console/api/{path}").status_code == 405
    assert desk.row(asked).votes == ()


def test_a_stolen_cookie_looks_and_says_no_and_never_yes():
    desk = Desk()
    bob, asked = desk.enrolled("bob"), desk.asks()
    thief = desk.visitor("eve")
    thief.http.cookies = bob.http.cookies
    assert thief.http.get("/console/").status_code == 200
    seen = {"seen": bob.seen(asked)}  # a cookie is enough to read the page
    challenge = thief.challenge(f"approvals/{asked}/options", seen)
    body = {"credential": thief.passkey.answer(challenge), **seen}
    assert thief.post(f"approvals/{asked}/approve", body).json()["error"] == "key_unknown"
    forged = {**thief.passkey.answer(challenge), "id": next(iter(desk.reviewers.keys))}
    said = thief.post(f"approvals/{asked}/approve", {"credential": forged, **seen})
    assert said.json()["error"] == "assertion_bad_signature"
    assert desk.row(asked).votes == ()


def test_whoever_copies_the_store_has_no_token():
    desk = Desk()
    token = asyncio.run(desk.admitting.invite_by_operator("ana"))
    (digest,) = desk.reviewers.invites
    said = desk.visitor("ana").post("enrol/options", {"token": digest})
    assert said.json()["error"] == "invite_unknown"
    assert desk.visitor("ana").enrol(token).status_code == 200
