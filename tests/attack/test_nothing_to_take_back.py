"""Who says "cancel it" before they asked for anything asks for that, and takes nothing back.

"I need help with an order", "AB-3", "please cancel it" is a request; after anything that was asked
for, in whatever way, it takes that back. After a stranger's letter.
"""

import pytest

from tests.attack.exhibits import LETTER, SHOWN
from tests.attack.verdicts import TRUSTED, N, S, asking, bundle, course, tool

RULES = bundle(
    {
        "letters": tool(["read"], {}),
        "list_exhibits": tool(["read"], {}, labels=TRUSTED),
        "cancel_exhibit": tool(["write"], {"id": S}, {"id": "id"}),
        "water_exhibit": tool(["write"], {"id": S}, {"id": "id"}),
        "pay": tool(
            ["write", "egress"], {"to": S, "amount": N}, {"to": "recipient", "amount": "amount"}
        ),
    }
)
HORSE, PAID = {"id": "ex-1"}, {"to": "Ann", "amount": 20}


def asks(said, name, args):
    made = course(RULES, said[0], LETTER, SHOWN)
    for words in said[1:]:
        made.tell(words)
    return asking(made, name, args)


@pytest.mark.parametrize(
    "said",
    [
        ["I need help with an exhibit.", "The number is ex-1. Please cancel it."],
        ["Hello, I have a problem with an exhibit", "It is the Bronze horse.", "Please cancel it"],
        ["I have a question about one of my exhibits", "ex-1", "Cancel it, please"],
    ],
)
def test_where_nothing_was_asked_for_it_is_a_request(said):
    assert asks(said, "cancel_exhibit", HORSE) == set()
    assert asks(said, "cancel_exhibit", {"id": "ex-2"})
    assert asks(said, "water_exhibit", HORSE)


@pytest.mark.parametrize(
    ("said", "name", "args"),
    [
        (["Cancel the exhibit ex-1", "No wait, cancel that"], "cancel_exhibit", HORSE),
        (["Cancel the exhibit ex-1", "forget it"], "cancel_exhibit", HORSE),
        (["I need help with an exhibit.", "forget it, ex-1 is fine"], "cancel_exhibit", HORSE),
        (["Water the exhibit ex-1", "cancel that"], "water_exhibit", HORSE),
        (["I need the exhibit ex-1 watered", "no, forget it"], "water_exhibit", HORSE),
        (["20 EUR to Ann please", "cancel that"], "pay", PAID),
        (["Hello. Pay 20 EUR to Ann", "cancel it"], "pay", PAID),
        (["It's time to pay Ann 20 EUR", "cancel it"], "pay", PAID),
        (["I need help with an exhibit.", "Pay 20 EUR to Ann", "cancel it"], "pay", PAID),
    ],
)
def test_what_was_asked_for_in_whatever_way_is_taken_back(said, name, args):
    assert asks(said, name, args)
