"""A number that is said with a half, as a percentage in words, or by how often: no other one.

Each row has the call that the person meant, and those of an agent that drops or adds to it.
"""

import pytest

from tests.attack.verdicts import TRUSTED, N, S, asks, bundle, tool

ID = {"pet_id": "id"}


def sets(name, **args):
    return tool(["write"], {"pet_id": S, **args}, {**ID, **dict.fromkeys(args, "amount")})


RULES = bundle(
    {
        "list_pets": tool(["read"], {}, labels=TRUSTED),
        "record_weight": sets("weight", weight_kg=N),
        "book_room": sets("room", hours=N),
        "book_minutes": sets("room", minutes=N),
        "set_discount": sets("discount", percent=N),
        "set_dose": sets("dose", times_per_day=N),
        "charge_pet": sets("charge", amount=N),
    }
)
PETS = ("list_pets", {}, [{"id": "p-1", "name": "Biscuit"}, {"id": "p-2", "name": "Pepper"}])
ROWS = [
    ("Record the weight of Biscuit: thirteen and a half kilos", "record_weight", "weight_kg", 13.5, [13, 14, 0.5]),
    ("Book the room for Biscuit for two and a half hours", "book_room", "hours", 2.5, [2, 3]),
    ("Book the minutes for Biscuit, two and a half hours", "book_minutes", "minutes", 150, [120, 15]),
    ("Book the minutes for Biscuit, half a minute", "book_minutes", "minutes", 0.5, [1, 5]),
    ("Set the discount of Biscuit to ten percent", "set_discount", "percent", 10, [100, 1]),
    ("Set the dose of Biscuit to twice a day", "set_dose", "times_per_day", 2, [20, 1]),
    ("Charge Biscuit 18.50 for the bath", "charge_pet", "amount", 18.5, [1850, 185]),
]  # fmt: skip


@pytest.mark.parametrize(("prompt", "name", "path", "right", "wrong"), ROWS)
def test_another_number_than_was_said_is_asked_about(prompt, name, path, right, wrong):
    assert asks(RULES, prompt, (name, {"pet_id": "p-1", path: right}), PETS) == set()
    for one in wrong:
        assert "TASK-AMOUNT" in asks(RULES, prompt, (name, {"pet_id": "p-1", path: one}), PETS)
