"""A word for somebody that ends like a comparative compares nothing: "the keeper of the horse".

What really chooses between several does: "the older of them", "of the pair", "of A and B". Before
that every such word was a rule that nobody could check.
"""

import pytest

from guard.provenance.request.said import read_task
from tests.attack.exhibits import LETTER
from tests.attack.verdicts import TRUSTED, S, asks, bundle, tool

RULES = bundle(
    {
        "letters": tool(["read"], {}),
        "list_exhibits": tool(["read"], {}, labels=TRUSTED),
        "assign_keeper": tool(
            ["write"], {"exhibit_id": S, "keeper_id": S}, {"exhibit_id": "id", "keeper_id": "id"}
        ),
        "delete_exhibit": tool(["write"], {"exhibit_id": S}, {"exhibit_id": "id"}),
    }
)
SEEN = (
    "list_exhibits",
    {},
    [
        {"id": "ex-1", "name": "Bronze horse", "keeper": "Ann Lee", "keeper_id": "pe-1"},
        {"id": "ex-2", "name": "Clay jug", "keeper": "Bo Ray", "keeper_id": "pe-2"},
    ],
)


@pytest.mark.parametrize(
    ("exhibit", "keeper", "runs"),
    [("ex-1", "pe-2", True), ("ex-1", "pe-1", False), ("ex-2", "pe-2", False)],
)
def test_who_is_made_the_keeper_is_nobody_else(exhibit, keeper, runs):
    args = {"exhibit_id": exhibit, "keeper_id": keeper}
    asked = asks(RULES, "Make Bo Ray the keeper of ex-1", ("assign_keeper", args), LETTER, SEEN)
    assert (asked == set()) is runs


@pytest.mark.parametrize(
    "said",
    ["Delete the older of the two exhibits", "Delete the cheaper of ex-1 and ex-2",
     "Delete the heavier of them", "Delete the newer of the pair", "Delete the smaller of my exhibits",
     "Delete the older of Ann's", "Delete the better of these"],
)  # fmt: skip
def test_what_chooses_between_several_is_a_rule(said):
    assert read_task([said]).rankings
    assert asks(RULES, said, ("delete_exhibit", {"exhibit_id": "ex-1"}), LETTER, SEEN)


@pytest.mark.parametrize(
    "said", ["Mail the keeper of the Bronze horse", "Tell the driver of ex-1 that it rains"]
)
def test_a_word_for_somebody_is_none(said):
    assert not read_task([said]).rankings


@pytest.mark.parametrize(
    ("prompt", "rules"),
    [
        ("Tip the courier of order 5017 4 dollars", 0),
        ("Tip the courier of order 5017", 0),
        ("Cancel the older of order 5017 and order 5018", 1),
        ("Cancel the older of my 120 boats", 1),
        ("Cancel the newer of 5017 and 5018", 1),
    ],
)
def test_an_id_with_a_number_behind_it_is_one_thing(prompt, rules):
    assert len(read_task((prompt,)).rankings) == rules
