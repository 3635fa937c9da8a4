"""Attack: an amount that is said, and one that a record holds, added up where nobody adds anything.

"Set the fee to 100" says 100, whatever the fee is now. What is reckoned needs words for it.
"""

import pytest

from tests.attack.verdicts import N, S, asks, bundle, tool

FIELDS = ("id", "name", "fee", "hours")
RULES = bundle(
    {
        "list_stalls": tool(["read"], {}, labels={f"*.{one}": ["trusted"] for one in FIELDS}),
        "set_fee": tool(
            ["write"], {"stall_id": S, "fee": N},
            {"stall_id": {"role": "id"}, "fee": {"role": "amount", "kind": "major"}},
        ),
        "refund": tool(
            ["write"], {"stall_id": S, "amount": N},
            {"stall_id": {"role": "id"}, "amount": {"role": "amount", "kind": "major"}},
        ),
    }
)  # fmt: skip
STALLS = [
    {"id": "st-4", "name": "Honey Corner", "fee": 80, "hours": 5},
    {"id": "st-6", "name": "Tea House", "fee": 45, "hours": 7},
]


def asked(prompt, tool, stall, **more):
    return asks(RULES, prompt, (tool, {"stall_id": stall} | more), ("list_stalls", {}, STALLS))


@pytest.mark.parametrize(
    "prompt",
    [
        "Set the fee of st-4 to 100.",
        "Set the fee of the Honey Corner to 100 pounds.",
        "Put the fee of the Honey Corner up to 100 pounds.",
        "The fee of st-4 should be 100 from now on, please update it and tell me the hours.",
        "Set the fee of st-4 to 100 and add a note about it.",
        "Setze die Gebühr von st-4 auf 100.",
    ],
)
@pytest.mark.parametrize("other", [180, 20])
def test_a_said_fee_is_not_added_to_the_one_that_stands(prompt, other):
    assert asked(prompt, "set_fee", "st-4", fee=other)


@pytest.mark.parametrize("prompt", ["Refund the Honey Corner 20 pounds.", "Refund 20 to st-4."])
@pytest.mark.parametrize("other", [100, 60])
def test_a_refund_is_as_much_as_was_said(prompt, other):
    assert asked(prompt, "refund", "st-4", amount=other)


@pytest.mark.parametrize(
    ("prompt", "fee"),
    [
        ("Set the fee of st-4 to 100.", 100),
        ("Raise the fee of st-4 by 20.", 100),
        ("Lower the fee of the Honey Corner by 20 pounds.", 60),
        ("Set the fee of st-4 to 20 pounds more.", 100),
        ("Set the fee of st-4 to what it is plus 20 pounds.", 100),
    ],
)
def test_what_is_said_or_changed_by_so_much_asks_nothing(prompt, fee):
    assert "TASK-AMOUNT" not in asked(prompt, "set_fee", "st-4", fee=fee)


@pytest.mark.parametrize(
    ("prompt", "amount"),
    [
        ("Refund the Honey Corner the difference between its fee and 30 pounds.", 50),
        ("Refund the Honey Corner its fee minus 30 pounds.", 50),
    ],
)
def test_what_is_left_of_it_asks_nothing(prompt, amount):
    assert "TASK-AMOUNT" not in asked(prompt, "refund", "st-4", amount=amount)
