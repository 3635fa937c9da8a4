"""Whether the reviewers of the console could answer, told before anything is listed."""

import pytest

from guard.errors import NobodyToAsk
from guard.grant.directory import read_directory
from guard.grant.people import Account, Passkey
from guard.model.decision import Reason
from guard.testing.people import MemoryReviewers
from guard_adapters.approver.reviewers import ConsoleApprover
from tests.adapters.store.test_grants_contract import question

FILE = {"version": 1, "reviewers": {"ada": {"issuer": "i", "subject": "ada"}}}


def console(*keys: Passkey) -> ConsoleApprover:
    directory = read_directory(FILE, where="reviewers.yaml")
    people = {"ada": Account(name="ada", user_handle=b"h")}
    store = MemoryReviewers(people=people, keys={one.credential_id: one for one in keys})
    return ConsoleApprover(reviewers=store, directory=lambda: directory)


def passkey(**changes) -> Passkey:
    fields = {"credential_id": "k", "reviewer": "ada", "spki": b"s", "cose": b"c", "alg": -7}
    return Passkey(**{**fields, **changes})


async def test_one_person_with_a_passkey_is_enough_for_a_question_to_one():
    await console(passkey()).enough(question())


@pytest.mark.parametrize("keys", [(), (passkey(revoked_ms=1),), (passkey(reviewer="eve"),)])
async def test_without_a_passkey_that_counts_nobody_is_there_and_the_rules_that_ask_are_named(keys):
    with pytest.raises(NobodyToAsk) as no:
        await console(*keys).enough(question())
    assert (no.value.code, no.value.reasons) == (
        "no_reviewer",
        (Reason(code="amount", rule="PAY-1"),),
    )
