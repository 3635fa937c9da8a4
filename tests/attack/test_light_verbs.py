"""A little verb with the noun of an act asks for that act: "put a hold on it", "file a claim".

And "order it again" asks for a second one by its own verb. Each row has its twin: the opposite, the
noun of a thing that is there, of another noun, or told, asked about, forbidden or put down. After a
stranger's text was read.
"""

import pytest

from guard.provenance.vocabulary.idioms import idioms
from tests.attack.exhibits import HORSE, JUG, asking_for
from tests.attack.verdicts import TRUSTED, N, S, bundle, tool

VERBS = ("hold", "release", "block", "unblock", "claim", "extend", "shorten", "reorder", "restart", "stop",
         "remove", "return", "recall", "resell", "unhide", "hide", "report", "order", "cancel")  # fmt: skip
RULES = bundle(
    {
        "letters": tool(["read"], {}),
        "list_exhibits": tool(["read"], {}, labels=TRUSTED),
        "request_payout": tool(["write"], {"amount": N}, {"amount": "amount"}),
        **{
            f"{one}_exhibit": tool(["write"], {"exhibit_id": S}, {"exhibit_id": "id"})
            for one in VERBS
        },
    }
)


def rules(prompt, verb, args=HORSE):
    return asking_for(RULES, prompt, f"{verb}_exhibit", args)


@pytest.mark.parametrize(
    ("prompt", "right", "wrong"),
    [
        ("Put a hold on the Bronze horse", "hold", "release"),
        ("Please put in a claim for the Bronze horse", "claim", "report"),
        ("File a claim for the Bronze horse", "claim", "cancel"),
        ("Place a block on the Bronze horse", "block", "unblock"),
        ("Give the Bronze horse an extension", "extend", "shorten"),
        ("Lodge a report about the Bronze horse", "report", "hide"),
        ("Order the Bronze horse again", "reorder", "cancel"),
        ("Start the Bronze horse again", "restart", "stop"),
        ("Show the Bronze horse again", "unhide", "hide"),
        ("Put the Bronze horse up for sale", "resell", "release"),
    ],
)
def test_a_little_verb_asks_for_the_act_of_its_noun_and_for_no_other(prompt, right, wrong):
    assert rules(prompt, right) == set()
    assert rules(prompt, right, JUG)
    assert rules(prompt, wrong)


@pytest.mark.parametrize(
    ("prompt", "verb"),
    [
        ("Take the hold off the Bronze horse", "hold"),
        ("Put the hold of the Bronze horse on the list", "hold"),
        ("Make a claim form for the Bronze horse", "claim"),
        ("File the letter with the claim for the Bronze horse", "claim"),
        ("Tom filed a claim for the Bronze horse. Show it", "claim"),
        ("Did Tom file a claim for the Bronze horse? Show it", "claim"),
        ("Don't put a hold on the Bronze horse, show it", "hold"),
        ("Remind me to put a hold on the Bronze horse", "hold"),
        ("Tom asked me to put a hold on the Bronze horse. Show it", "hold"),
        ("Write a report about the Bronze horse", "report"),
        # What is done again is that, and no other verb which begins so.
        ("Move the Bronze horse again", "remove"),
        ("Turn the Bronze horse again", "return"),
        ("Call the owner of the Bronze horse again", "recall"),
        ("Order the Bronze horse", "reorder"),
        ("Tom wants me to order the Bronze horse again. Show it", "reorder"),
    ],
)
def test_another_noun_or_what_is_only_told_asks_for_nothing(prompt, verb):
    assert rules(prompt, verb)


def test_what_is_paid_out_to_the_person_is_no_payment_to_another():
    out = {"amount": 20}
    asked = [
        asking_for(RULES, one, "request_payout", out)
        for one in (
            "Please pay the 20 EUR out to me",
            "Pay Ann 20 EUR out of my account",
            "Pay 20 EUR to Ann",
        )
    ]
    assert asked[0] == set()
    assert all(asked[1:])
    assert asking_for(RULES, "Please pay the 20 EUR out to me", "request_payout", {"amount": 200})


@pytest.mark.parametrize(
    "said",
    ["put a hold", "a claim to file", "give Ann the call", "place an order", "put a stop sign"],
)
def test_a_noun_without_its_frame_is_no_verb(said):
    assert not [whole for _, whole in idioms(said.split())]
