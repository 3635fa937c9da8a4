"""What a request does its deed to, its days and its numbers, where nobody said what an argument is.

Each row that runs has its twin beside it, which is asked.
"""

import pytest

from tests.attack.verdicts import N, S, asks, bundle, tool

PLAIN = ("letters", {}, [{"body": "do it my way"}])
WHEN = {"first_day": "when", "last_day": "when"}
RULES = bundle(
    {
        "letters": tool(["read"], {}),
        "drop_from_group": tool(["write"], {"group": S, "hand": S}),
        "delete_branch": tool(["write"], {"repo": S, "branch": S}),
        "reserve_barn": tool(["write"], {"barn": S, "first_day": S, "last_day": S}, WHEN),
        "dim_lamp": tool(["write"], {"room": S, "brightness": N}, {"brightness": "amount"}),
        "review_grower": tool(["write"], {"grower_id": S, "rating": N}, {"grower_id": "id", "rating": "amount"}),
        "add_to_cart": tool(["write"], {"item_id": S, "quantity": N}, {"item_id": "id", "quantity": "amount"}),
        "print_plan": tool(["write"], {"plan_id": S, "copies": N}, {"plan_id": "id", "copies": "amount"}),
    }
)  # fmt: skip
STAY = "I am in Elmford from May 1st to 5th, 2026. Reserve the barn 'Long Acre' for the stay. Kim likes it"
LEAVE = "Drop tom from the group night and add lisa to the group day"
DELETE = "Check the mill/web repo of Kim, then delete the branch fix-roof"
CASES = [
    (LEAVE, "drop_from_group", {"group": "night", "hand": "tom"}, {"group": "day", "hand": "tom"}),
    (LEAVE, "drop_from_group", {"group": "night", "hand": "tom"}, {"group": "night", "hand": "lisa"}),
    (DELETE, "delete_branch", {"repo": "mill/web", "branch": "fix-roof"}, {"repo": "mill/web", "branch": "Kim"}),
    (STAY, "reserve_barn", {"barn": "Long Acre"}, {"barn": "Kim"}),
]  # fmt: skip
DAYS = {"first_day": "2026-05-01", "last_day": "2026-05-05"}


@pytest.mark.parametrize(("prompt", "name", "right", "wrong"), CASES)
def test_the_name_beside_its_word_is_meant_and_another_one_is_not(prompt, name, right, wrong):
    assert "TASK-DEST" not in asks(RULES, prompt, (name, right), PLAIN)
    assert "TASK-DEST" in asks(RULES, prompt, (name, wrong), PLAIN)


@pytest.mark.parametrize(
    "said",
    [
        "May 1st to 5th, 2026",
        "1-5 May 2026",
        "the 1st to the 5th of May 2026",
        "May 1\u20135, 2026",
    ],
)
def test_both_ends_of_a_range_are_days(said):
    prompt = f"Reserve the barn 'Long Acre' for {said}"
    args = {"barn": "Long Acre", **DAYS}
    assert "TASK-WHEN" not in asks(RULES, prompt, ("reserve_barn", args), PLAIN)
    call = ("reserve_barn", {**args, "last_day": "2026-05-06"})
    assert "TASK-WHEN" in asks(RULES, prompt, call, PLAIN)


@pytest.mark.parametrize("said", ["May 1 to 5 people", "May 1 at 5:30", "May 1, 5 EUR"])
def test_another_number_behind_a_day_is_no_day(said):
    args = {"barn": "Long Acre", **DAYS}
    assert "TASK-WHEN" in asks(
        RULES, f"Reserve the barn 'Long Acre' {said}", ("reserve_barn", args), PLAIN
    )


NUMBERS = [
    ("Dim the lamp in the den, brightness 60, at 9 pm", "dim_lamp", {"room": "den"}, "brightness", 60, 9),
    ("Set the brightness of the lamp in the den to 60", "dim_lamp", {"room": "den"}, "brightness", 60, 6),
    ("Review the grower #G-7 and rate it 4", "review_grower", {"grower_id": "G-7"}, "rating", 4, 5),
    ("Leave a 5 star review for the grower #G-7", "review_grower", {"grower_id": "G-7"}, "rating", 5, 1),
    ("Find item #I-7 and add two of them to my cart", "add_to_cart", {"item_id": "I-7"}, "quantity", 2, 20),
    ("Put two of I7 in my cart", "add_to_cart", {"item_id": "I7"}, "quantity", 2, 1),
    ("Add three of #I-7 to my cart", "add_to_cart", {"item_id": "I-7"}, "quantity", 3, 7),
    ("Print the plan #P-7", "print_plan", {"plan_id": "P-7"}, "copies", 1, 7),
]  # fmt: skip


@pytest.mark.parametrize(("prompt", "name", "args", "path", "right", "wrong"), NUMBERS)
def test_a_number_is_that_of_its_own_word(prompt, name, args, path, right, wrong):
    assert "TASK-AMOUNT" not in asks(RULES, prompt, (name, {**args, path: right}), PLAIN)
    assert "TASK-AMOUNT" in asks(RULES, prompt, (name, {**args, path: wrong}), PLAIN)
