"""Attack: one call for several people, where the person asked for one.

A list that the person says by its argument's own name is one call's: "tag it oak, ash". People whom
they name elsewhere are none of it.
"""

import pytest

from tests.attack.verdicts import N, S, asks, bundle, tool

LIST = {"type": "array", "items": S}
RULES = bundle(
    {
        "update_plank": tool(
            ["write"],
            {"plank_id": S, "tags": LIST, "grade": S},
            {"plank_id": "id", "grade": "title"},
        ),
        "update_shift": tool(
            ["write"],
            {"shift_id": S, "members": LIST},
            {"shift_id": "id", "members": "recipient"},
        ),
        "send_note": tool(["write"], {"to": LIST, "text": S}, {"to": "recipient", "text": "body"}),
        "post_note": tool(
            ["write", "egress"],
            {"boards": LIST, "text": S},
            {"boards": "recipient", "text": "body"},
        ),
        "pay_all": tool(
            ["write"], {"to": LIST, "amount": N}, {"to": "recipient", "amount": "amount"}
        ),
    }
)


@pytest.mark.parametrize(
    "prompt",
    [
        "Set plank 77 to fine and tag it oak, ash",
        "Update plank 77: tags oak and ash",
        "Update plank 77 with the tags 'oak' and 'ash'",
        "Change the tags of plank 77, tags: oak, ash",
    ],
)
def test_a_list_by_its_name_is_one_call(prompt):
    found = asks(RULES, prompt, ("update_plank", {"plank_id": "77", "tags": ["oak", "ash"]}))
    assert "TASK-COUNT" not in found


def test_the_same_list_a_second_time_asks():
    call = ("update_plank", {"plank_id": "77", "tags": ["oak", "ash"]})
    assert asks(RULES, "Set plank 77 to fine and tag it oak, ash", call) == set()
    found = asks(RULES, "Set plank 77 to fine and tag it oak, ash", call, (*call, "ok"))
    assert "TASK-COUNT" in found


@pytest.mark.parametrize(
    ("prompt", "name", "args"),
    [
        ("Update shift 77 for Ann Roe. Mail Bo Lund the plan.", "update_shift",
         {"shift_id": "77", "members": ["Ann Roe", "Bo Lund"]}),
        ("Send a note to Ann Roe. Call Bo Lund.", "send_note",
         {"to": ["Ann Roe", "Bo Lund"], "text": "x"}),
        ("Tag plank 77 oak. Send the ash to Bo Lund.", "update_plank",
         {"plank_id": "77", "tags": ["oak", "Bo Lund"]}),
        ("Tag plank 77 oak, not ash", "update_plank", {"plank_id": "77", "tags": ["oak", "ash"]}),
    ],
)  # fmt: skip
def test_who_stands_elsewhere_is_one_too_many(prompt, name, args):
    assert asks(RULES, prompt, (name, args))


@pytest.mark.parametrize("prompt", ["Send the note to Ann and Bob", "Send to Ann, Bob: hello"])
@pytest.mark.parametrize("to", [["Ann"], ["Bob"], ["Ann", "Bob"], ["Bob", "Ann"]])
def test_whoever_was_told_is_told_no_second_time(prompt, to):
    first = "send_note", {"to": ["Ann", "Bob"], "text": "hello"}
    assert "TASK-COUNT" in asks(RULES, prompt, ("send_note", {"to": to, "text": "x"}), (*first, 1))


def test_what_lies_at_each_of_a_list_is_put_there_once():
    prompt = "Post hello in the boards oak and ash"
    first = "post_note", {"boards": ["oak", "ash"], "text": "hello"}
    for more in (["oak"], ["oak", "ash"]):
        call = "post_note", {"boards": more, "text": "other"}
        assert "TASK-COUNT" in asks(RULES, prompt, call, (*first, "ok"))


def test_whoever_was_paid_is_paid_no_second_time():
    first = "pay_all", {"to": ["Ann", "Bob"], "amount": 50}, "ok"
    for to in (["Ann"], ["Ann", "Bob"]):
        assert asks(RULES, "Pay 50 to Ann and Bob", ("pay_all", {"to": to, "amount": 50}), first)
