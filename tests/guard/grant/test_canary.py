"""A question whose right answer is no: seldom, of the same tool, and never one that runs."""

import random

import pytest
from pydantic import ValidationError

from guard import config
from guard.config import Settings
from guard.grant.approval import NoApprovalTransition, opened
from guard.grant.canary import RAREST, ListedBaits, as_canary
from guard.grant.votes import Vote, Voter
from tests.adapters.store.test_grants_contract import NOW, question

BAD = {"bank/pay": (b'{"to":"eve"}', b'{"to":"mallory"}')}
BOUND = b'{"server":"bank","tool":"pay"}'


def test_at_most_one_of_fifty_questions_has_one_beside_it():
    dice, baits = random.Random(7), ListedBaits(every=50, by_action=BAD)
    drawn = [baits.draw("bank/pay", dice.randbytes(8)) for _ in range(20_000)]
    found = [one for one in drawn if one is not None]
    assert 300 < len(found) < 500
    assert set(found) == set(BAD["bank/pay"])


@pytest.mark.parametrize("every", [0, 1, 49])
def test_more_often_than_that_there_is_none(every):
    assert ListedBaits(every=every, by_action=BAD).draw("bank/pay", bytes(8)) is None
    assert ListedBaits(every=50, by_action=BAD).draw("bank/other", bytes(8)) is None


@pytest.mark.parametrize("every", [1, RAREST - 1, -1])
def test_a_setting_that_would_wear_people_out_is_refused(every):
    with pytest.raises(ValidationError):
        Settings(canary_every=every)
    assert Settings(canary_every=RAREST).canary_every == config.RAREST == RAREST


def test_a_canary_cannot_be_used_however_many_say_yes():
    bait = opened(as_canary(question(1, envelope=BOUND, cooldown_key="k", offer="{}")))
    yes = Vote(
        approval_id=bait.id, voter=Voter(principal="i|ada", uv=True), decision="approve",
        method="webauthn", at_ms=NOW + 30,
    )  # fmt: skip
    approved = bait.voted(yes)
    assert approved.status == "approved"
    with pytest.raises(NoApprovalTransition):
        approved.consumed("use", NOW + 31, NOW + 99)


def test_nobody_joins_a_canary_and_its_no_counts_against_nobody():
    real = question(1, envelope=BOUND, cooldown_key="k", offer="{}")
    bait = as_canary(real)
    assert bait.binding != real.binding
    assert (bait.canary, bait.cooldown_key, bait.offer) == (True, "", "")
