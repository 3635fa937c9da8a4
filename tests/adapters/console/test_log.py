"""Whatever reviewers sign in the console can be checked again from the log, one by one."""

import json
from hashlib import sha256

import pytest

from guard.grant.binding import LABEL
from guard.grant.signing import b64u
from tests.adapters.console.desk import Desk
from tests.adapters.console.test_several import offer, standing
from tests.guard.audit.test_check import Log


def bound(number):
    envelope = b'{"args_sha256":"aa","server":"bank","tool":"pay","n":%d}' % number
    return {"envelope": envelope, "binding": sha256(LABEL + envelope).hexdigest()}


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def ana(desk):
    return desk.enrolled("ana")


def log(desk):
    found = Log(*desk.approvals.events, sign_every=1)
    kinds = [json.loads(raw)["kind"] for _, raw in found.leaves]
    return found, [seq for seq, kind in enumerate(kinds) if kind == "vote"]


def test_a_yes_to_one_question(desk, ana):
    assert ana.yes(desk.asks(**bound(1))).status_code == 200
    found, votes = log(desk)
    assert (len(votes), found.codes()) == (1, [])


def test_a_yes_to_several_questions_at_once(desk, ana):
    ids = [desk.asks(**bound(number)) for number in (1, 2)]
    seen = ana.seen(*ids)
    challenge = ana.challenge("batch/options", {"ids": ids, "seen": seen})
    body = {"ids": ids, "credential": ana.passkey.answer(challenge), "seen": seen}
    assert ana.post("batch/approve", body).status_code == 200
    found, votes = log(desk)
    assert (len(votes), found.codes()) == (2, [])

    first, second = (json.loads(found.sides[seq]) for seq in votes)
    found.sides[votes[0]] = json.dumps(second)
    assert found.codes() == ["vote_foreign"]
    found.sides[votes[0]] = json.dumps({**first, "one": {**first["one"], "nonce": "00"}})
    assert found.codes() == ["vote_foreign"]
    found.sides[votes[0]] = json.dumps({**first, "envelope": "{}"})
    assert found.codes() == ["vote_other_call"]
    found.sides[votes[0]] = json.dumps({**first, "one": {}})
    assert found.codes() == ["evidence_changed"]


def test_a_standing_yes(desk, ana):
    asked = desk.asks(offer=offer(), **bound(1))
    plan = standing(ana, asked, picks={"amount_minor": 0}, uses=3, ttl_s=600)["id"]
    seen = ana.seen(plan)
    challenge = ana.challenge(f"plans/{plan}/options", {"seen": seen})
    body = {"credential": ana.passkey.answer(challenge), "seen": seen}
    assert ana.post(f"plans/{plan}/approve", body).status_code == 200
    found, votes = log(desk)
    assert (len(votes), found.codes()) == (1, [])

    side = json.loads(found.sides[votes[0]])
    for name, text in (
        ("signed", b64u(b"guard/grant/v1\0{}")),
        ("signature", "AA"),
        ("spki", "AA"),
    ):
        changed = {**side, "several": {**side["several"], name: text}}
        found.sides[votes[0]] = json.dumps(changed)
        assert found.codes() in (["evidence_changed"], ["vote_unsigned"], ["vote_key_unknown"])
    for nothing in ({}, {"several": 7}, {"several": {**side["several"], "signed": "?"}}):
        found.sides[votes[0]] = json.dumps(nothing)
        assert found.codes() == ["evidence_changed"]
