"""A log tells years later who signed which call; whoever changes a byte of that is noticed."""

import json
from dataclasses import replace
from hashlib import sha256

import pytest

from guard.audit.event import Event
from guard.audit.voted import evidence_text, voted
from guard.grant.approval import NewApproval, opened
from guard.grant.assertion import Place, Signed
from guard.grant.binding import binding
from guard.grant.people import Passkey
from guard.grant.votes import Vote, Voter
from guard.model.decision import Requirement
from tests.authenticator import Authenticator, p256
from tests.guard.audit.test_check import Log, decision, ending, event

BOUND, ENVELOPE = binding(
    server="mail", tool="send", schema_sha256="", bytes_sha256="aa", session="gs_1", workload="",
    principal="i|ada", policy_version="s", intent_sha256="",
)  # fmt: skip
ROW = opened(
    NewApproval(
        id="apr_1", binding=BOUND, envelope=ENVELOPE, call_id="c1", call_bytes=b"{}", view_json=b"{}",
        nonce="0b" * 32, requester="i|ada", agent="bot", session="gs_1", policy_version="s",
        requirements=(Requirement(rule="R", reason="r", kind="review", groups=frozenset({"f"})),),
        pending_until_ms=9_000, grant_ttl_s=60, created_ms=1_000,
    )
)  # fmt: skip
BOB = "i|bob"


def key_of(one, ident="k1"):
    return Passkey(
        credential_id=ident, reviewer="bob", spki=one.key.spki, cose=b"", alg=one.key.alg
    )


def signed_vote(one=None, row=ROW, by=BOB, what=None, place=None):
    one = one or Authenticator()
    what = what or Signed(
        approval=row.id, binding=row.binding, nonce=row.nonce, reviewer=by, decision="approve",
        view_sha256=sha256(row.view_json).hexdigest(), pending_until_ms=row.pending_until_ms,
        grant_ttl_s=row.grant_ttl_s,
        seen_sha256="0" * 64,
    )  # fmt: skip
    given = one.sign(what.challenge())
    text = evidence_text(given, key_of(one), what, place or one.place, row.envelope)
    vote = Vote(
        approval_id=row.id, voter=Voter(principal=by, uv=True), decision="approve",
        method="webauthn", at_ms=1_000,
    )  # fmt: skip
    return voted(row, vote, salt=b"s" * 16, key=key_of(one), evidence=text)


def enrolled(one=None, who=BOB):
    one = one or Authenticator()
    return Event(
        kind="reviewer_enrolled", at_ms=500, session="",
        leaf={"who": who, "by": "", "key": key_of(one).digest, "device_bound": False},
    )  # fmt: skip


def used(approval="apr_1"):
    return event("consume", "c1", approval=approval, by=[BOB])


def story(*, vote=None, before=None, quorum=1, **more):
    asked = event(
        "approval_opened",
        "c1",
        approval="apr_1",
        rules=["R"],
        pending_until_ms=9_000,
        quorum=quorum,
    )
    before = [enrolled()] if before is None else before
    return Log(
        *before, asked, vote or signed_vote(), decision("c1"), used(), ending("c1"),
        sign_every=1, **more,
    )  # fmt: skip


def test_a_signed_yes_is_checked_again_from_the_log_alone():
    report = story().report()
    assert (report.findings, report.erased) == ((), 0)


def test_a_key_that_nobody_let_in_signs_nothing():
    assert story(before=[event("session_opened")]).codes() == ["vote_key_unknown"]
    assert story(before=[enrolled(who="i|eve")]).codes() == ["vote_key_unknown"]
    assert story(before=[enrolled(Authenticator(private=p256(2)))]).codes() == ["vote_key_unknown"]


@pytest.mark.parametrize("kind", ["reviewer_reset", "reviewer_key_revoked"])
def test_a_key_signs_nothing_after_it_was_taken_away(kind):
    gone = Event(
        kind=kind, at_ms=600, session="",
        leaf={"who": BOB, "by": "operator", "keys": [key_of(Authenticator()).digest]},
    )  # fmt: skip
    assert story(before=[enrolled(), gone]).codes() == ["vote_key_unknown"]


@pytest.mark.parametrize(
    "change", [{"approval": "apr_2"}, {"reviewer": "i|eve"}, {"decision": "deny"}]
)
def test_a_signature_for_something_else_is_no_vote(change):
    good = json.loads(signed_vote().side["evidence"])["signed"]
    vote = signed_vote(what=Signed(**{**good, **change}))
    assert story(vote=vote).codes() == ["vote_foreign"]


def test_a_signature_over_another_call_is_found():
    good = json.loads(signed_vote().side["evidence"])["signed"]
    vote = signed_vote(what=Signed(**{**good, "binding": "0" * 64}))
    assert story(vote=vote).codes() == ["vote_other_call"]


def test_a_call_that_ran_with_other_bytes_is_found():
    bound, envelope = binding(
        server="mail", tool="send", schema_sha256="", bytes_sha256="bb", session="gs_1",
        workload="", principal="i|ada", policy_version="s", intent_sha256="",
    )  # fmt: skip
    vote = signed_vote(row=replace(ROW, binding=bound, envelope=envelope))
    assert story(vote=vote).codes() == ["vote_other_call"]


def test_a_signature_that_does_not_hold_is_found():
    vote = signed_vote(place=Place(origin="https://evil.example", rp_id="guard.corp.example"))
    assert story(vote=vote).codes() == ["vote_unsigned"]


@pytest.mark.parametrize(
    "name", ["signature", "client_data", "authenticator_data", "spki", "envelope"]
)
def test_changed_evidence_is_found(name):
    log = story()
    (seq,) = [seq for seq, raw in log.leaves if b'"evidence_s256"' in raw]
    side = json.loads(log.sides[seq])
    held = json.loads(side["evidence"])
    held[name] = held[name][:-2] + ("AA" if held[name][-2:] != "AA" else "BB")
    log.sides[seq] = json.dumps({**side, "evidence": json.dumps(held)})
    assert log.codes() == ["evidence_changed"]


@pytest.mark.parametrize(
    "side", ["{}", "7", '{"evidence":"[]","salt":""}', '{"evidence":"{","salt":"zz"}']
)
def test_evidence_that_is_none_is_found(side):
    log = story()
    (seq,) = [seq for seq, raw in log.leaves if b'"evidence_s256"' in raw]
    log.sides[seq] = side
    assert log.codes() == ["evidence_changed"]


def test_erased_evidence_is_counted():
    log = story()
    (seq,) = [seq for seq, raw in log.leaves if b'"evidence_s256"' in raw]
    del log.sides[seq]
    assert (log.codes(), log.report().erased) == ([], 1)


def test_a_call_that_ran_on_too_few_answers_is_found():
    assert story(quorum=2).codes() == ["quorum_missed"]
    denied = replace(signed_vote(), leaf={**signed_vote().leaf, "decision": "deny"})
    assert "quorum_missed" in story(vote=denied).codes()
