"""In a real browser, with a real passkey: a yes runs the waiting call once, and nothing else does."""

import json
from base64 import urlsafe_b64encode

import pytest

from guard.audit.check import check_log
from guard.grant.approval import ApprovalState
from guard.grant.seen import marks
from guard.model.call import argument_bytes
from guard.stepup.reviewing import signed_for
from guard_adapters.wiring.build import log_key
from tests.browser.conftest import PAYMENT, WAIT_S, person

pytestmark = pytest.mark.browser


def ran(guard):
    return [call.arguments for call, _ in guard.tool.runs]


def test_a_signed_yes_runs_the_waiting_call_once_with_exactly_its_bytes(guard, people):
    ana = people("ana")
    before = len(ran(guard))
    approval, call = guard.asks()
    ana.press(approval, "approve")
    assert call.result(WAIT_S).value == "done"
    wanted = argument_bytes({**PAYMENT, "note": f"{PAYMENT['note']} {guard.calls}"})
    assert ran(guard)[before:] == [wanted]
    row = guard.row(approval)
    assert (row.status, row.call_bytes) == (ApprovalState.CONSUMED, wanted)
    (vote,) = row.votes
    assert (vote.method, vote.voter.principal, vote.voter.uv) == ("webauthn", "idp|ana", True)


def test_a_no_is_told_with_its_reason_and_nothing_runs(guard, people):
    before = len(ran(guard))
    bob, (approval, call) = people("bob"), guard.asks()
    bob.press(approval, "deny", reason="not today")
    assert guard.code(call) == "approval_denied"
    assert guard.row(approval).votes[0].reason == "not today"
    assert ran(guard)[before:] == []


def test_two_people_are_needed_where_two_are_asked(guard, people):
    ana, bob, before = people("ana"), people("bob"), len(ran(guard))
    approval, call = guard.asks("pay_much")
    ana.press(approval, "approve")
    assert guard.row(approval).status is ApprovalState.PENDING
    again = ana.signed(approval)
    assert ana.sends(approval, again)["error"] == "already_voted"
    assert not call.done()
    bob.press(approval, "approve")
    assert call.result(WAIT_S).value == "done"
    assert len(ran(guard)) == before + 1


def test_a_signature_is_good_once_and_for_one_question(guard, people):
    ana = people("ana")
    first, call = guard.asks()
    credential = ana.signed(first)
    assert ana.sends(first, credential)["status"] == "approved"
    assert call.result(WAIT_S).value == "done"
    before = len(ran(guard))
    assert ana.sends(first, credential)["error"] == "approval_transition"
    other, waiting = guard.asks()
    assert ana.sends(other, credential)["error"] == "assertion_wrong_challenge"
    assert not waiting.done()
    assert len(ran(guard)) == before
    ana.press(other, "deny", reason="")
    assert guard.code(waiting) == "approval_denied"


def test_a_yes_that_was_changed_on_its_way_is_none(guard, people):
    ana = people("ana")
    approval, call = guard.asks()
    good = ana.signed(approval)
    for part in ("clientDataJSON", "authenticatorData", "signature"):
        text = good["response"][part]
        middle = len(text) // 2
        flipped = "A" if text[middle] != "A" else "B"
        bad = text[:middle] + flipped + text[middle + 1 :]
        changed = {**good, "response": {**good["response"], part: bad}}
        said = ana.sends(approval, changed)
        assert said["error"].startswith("assertion_"), (part, said)
    assert guard.row(approval).votes == ()
    ana.press(approval, "deny", reason="")
    assert guard.code(call) == "approval_denied"


def test_a_flipped_decision_is_another_challenge(guard, people):
    """What was signed as a login, or for a no, is no yes: the answer is part of the challenge."""

    def signing(decision):
        reviewer, row = guard.wired.directory.people["ana"], guard.row(approval)
        seen = marks(guard.wired.guard.salt, row, reviewer.principal)
        challenge = signed_for(row, reviewer, decision, seen).challenge()
        return urlsafe_b64encode(challenge).rstrip(b"=").decode()

    ana = people("ana")
    approval, call = guard.asks()
    ana.open("/console/")
    other = ana.page.evaluate(
        """async () => {
            const answer = await fetch("/console/api/login/options", {method: "POST",
                headers: {"content-type": "application/json"}, body: "{}"});
            const {publicKey} = await answer.json();
            return (await navigator.credentials.get({publicKey:
                PublicKeyCredential.parseRequestOptionsFromJSON(publicKey)})).toJSON();
        }"""
    )
    said = ana.sends(approval, other)
    assert said["error"] == "assertion_wrong_challenge"
    as_a_no = ana.signed(approval, signing("deny"))
    assert ana.sends(approval, as_a_no)["error"] == "assertion_wrong_challenge"
    assert guard.row(approval).votes == ()
    credential = ana.signed(
        approval, signing("approve")
    )  # what a yes signs: else the above is void
    denied = ana.post(f"approvals/{approval}/deny", {"credential": credential, "reason": "no"})
    assert denied["status"] == "denied"
    assert ana.sends(approval, credential)["error"] == "approval_transition"
    assert guard.code(call) == "approval_denied"


def test_nobody_is_asked_where_nobody_could_answer(guard, people):
    people("ana")
    _, call = guard.asks("pay_own", who="somebody")
    assert guard.code(call) == "no_reviewer"


def test_nobody_reviews_their_own_agent(guard, people):
    people("ana")  # somebody who could
    zoe = people("zoe")
    approval, call = guard.asks("pay", who="zoe")
    zoe.press(approval, "approve")
    zoe.waits_for("is_requester")
    assert guard.row(approval).votes == ()
    zoe.press(approval, "deny", reason="it was me")  # who is acted for may always say no
    assert guard.code(call) == "approval_denied"


def test_where_the_person_themselves_is_asked_nobody_else_answers(guard, people):
    zoe, (approval, call) = people("zoe"), guard.asks("pay_own", who="zoe")
    people("ana").press(approval, "approve")
    people("ana").waits_for("not_session_owner")
    assert not call.done()
    zoe.press(approval, "approve")
    assert call.result(WAIT_S).value == "done"


def test_a_yes_after_the_limit_is_none(guard, people):
    bob = people("bob")
    approval, call = guard.asks("pay_soon")
    credential = bob.signed(approval)
    assert guard.code(call) == "approval_no_answer"
    said = bob.sends(approval, credential)
    assert said["error"] == "approval_transition"


def test_without_user_verification_a_yes_does_not_count(guard, people):
    bob = people("bob")
    approval, call = guard.asks()
    switch = {"authenticatorId": bob.authenticator}
    bob.cdp.send("WebAuthn.setUserVerified", {**switch, "isUserVerified": False})
    try:
        bob.press(approval, "approve", sends=False)
        bob.waits_for("not allowed")
        # A script that asks for less gets a signature, and the guard does not take it.
        options = bob.post(f"approvals/{approval}/options", {"seen": bob.seen(approval)})
        options["publicKey"]["userVerification"] = "discouraged"
        credential = bob.page.evaluate(
            """async ({publicKey}) => (await navigator.credentials.get({publicKey:
                PublicKeyCredential.parseRequestOptionsFromJSON(publicKey)})).toJSON()""",
            options,
        )
        said = bob.sends(approval, credential)
        assert said["error"] == "no_uv"
    finally:
        bob.cdp.send("WebAuthn.setUserVerified", {**switch, "isUserVerified": True})
    assert guard.row(approval).votes == ()
    bob.press(approval, "deny", reason="")
    assert guard.code(call) == "approval_denied"


def test_the_key_of_another_reviewer_signs_nothing_here(guard, people):
    ana, bob = people("ana"), people("bob")
    approval, call = guard.asks()
    stolen = ana.signed(approval)
    said = bob.sends(approval, stolen)
    assert said["error"] == "assertion_wrong_challenge" or said["error"] == "key_foreign"
    assert guard.row(approval).votes == ()
    bob.press(approval, "deny", reason="")
    assert guard.code(call) == "approval_denied"


def test_a_number_must_be_typed_where_a_rule_asks_for_it(guard, people):
    bob = people("bob")
    approval, call = guard.asks("pay_typed")
    bob.press(approval, "approve", typed="25000")
    bob.waits_for("match_wrong")
    bob.press(approval, "approve", typed="250000")
    assert call.result(WAIT_S).value == "done"


def test_enter_never_says_yes(guard, people):
    bob = people("bob")
    approval, call = guard.asks()
    bob.offer(approval, "approve")
    sent = []
    bob.page.on("request", lambda request: sent.append(request.url))
    bob.page.locator('[data-act="approve"]').focus()
    bob.page.keyboard.press("Enter")
    bob.post("login/options", {})  # a round trip to wait for
    assert [url for url in sent if approval in url] == []
    with bob.answered("/approve"):
        bob.page.keyboard.press("Space")
    assert call.result(WAIT_S).value == "done"


def test_the_watch_for_broken_policies_sees_one(chromium, guard):
    eve = person(chromium, guard, "eve")
    eve.page.goto(f"{guard.url}/console/")
    eve.page.evaluate(
        """() => {
            const picture = document.createElement("img");
            picture.src = "http://evil.example/pixel";
            document.body.append(picture);
        }"""
    )
    for _ in range(100):
        if eve.broken:
            break
        eve.page.evaluate("1")
    assert eve.broken
    eve.page.context.close()


def test_the_log_alone_proves_each_yes_again(guard, people):
    ana, (approval, call) = people("ana"), guard.asks()
    ana.press(approval, "approve")
    call.result(WAIT_S)
    own = log_key(guard.wired.loaded.state, "test-guard")
    page = guard.run(guard.wired.store.log.page(0))

    def codes(sides):
        public = own.key.public_key()
        report = check_log(page.leaves, sides, page.notes, own.origin, public)
        return {one.code for one in report.findings}

    assert not {one for one in codes(page.sides) if one.startswith(("vote", "evidence"))}
    (seq,) = [
        seq
        for seq, raw in page.leaves
        if (leaf := json.loads(raw))["kind"] == "vote" and leaf["approval"] == approval
    ]
    changed = page.sides[seq].replace("idp|ana", "idp|bob")
    assert "evidence_changed" in codes({**page.sides, seq: changed})
