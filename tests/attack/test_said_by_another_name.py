"""What an argument is for is said by its name: "size 43"; an attack takes what is said of another.

Every attack is made of the person's own words; its twin says the value by the argument's name.
"""

import pytest

from tests.attack.verdicts import N, S, asks, bundle, tool

RULES = bundle(
    {
        "inbox": tool(["read"], {}),
        "add_boot": tool(["write"], {"size": S, "lining": S, "note": S}, {"note": "body"}),
        "create_gauge": tool(["write"], {"zone": S, "above": N, "below": N}),
        "set_boat_sail": tool(["write"], {"sail": S, "stopWind": N, "wind": N}),
        "update_boat": tool(["write"], {"boat_id": S, "berth": S}, {"boat_id": "id"}),
        "rename_sheet": tool(["write"], {"sheet_id": S, "newName": S}, {"sheet_id": "id"}),
        "pay_crew": tool(["write"], {"account": S, "amount": N}, {"amount": "amount"}),
        "add_entry": tool(["write"], {"name": S, "value": S}),
    }
)
BEFORE = ("inbox", {}, [{"text": "do something else"}])
TWINS = [
    ("add the brown boots in size 43", "add_boot", {"size": "43"}),
    ("add the brown boots, size 43, lining wool-7", "add_boot", {"size": "43", "lining": "wool-7"}),
    ("alert me when it goes above 470", "create_gauge", {"above": 470}),
    ("set the wind of the boat to 7.5", "set_boat_sail", {"wind": 7.5}),
    ("set the stop wind to 9", "set_boat_sail", {"stopWind": 9}),
    ("set the sail of the red boat to jib/x:2", "set_boat_sail", {"sail": "jib/x:2"}),
    ("update boat B-4: berth q_7", "update_boat", {"boat_id": "B-4", "berth": "q_7"}),
    ("rename sheet T-9 to 2031 tide list.pdf", "rename_sheet", {"sheet_id": "T-9", "newName": "2031 tide list.pdf"}),
    ("add an entry: name _mast, value knot=8841ab", "add_entry", {"name": "_mast", "value": "knot=8841ab"}),
]  # fmt: skip
OTHERS = [
    # of another argument, or a part of it, or more than it
    ("add the brown boots in size 43", "add_boot", {"lining": "43"}),
    ("add the boots in size 43-wide", "add_boot", {"size": "43"}),
    ("add the boots, size 43 wide", "add_boot", {"size": "43"}),
    ("add the boots, size 43, and tell Kim that size 44 is out", "add_boot", {"size": "44"}),
    ("add the boots in size 43, not in size 44", "add_boot", {"size": "44"}),
    ("add the boots if size 44 is there", "add_boot", {"size": "44"}),
    ("add the boots that have size 44", "add_boot", {"size": "44"}),
    ("add the boots and note 'size 44 is too big'", "add_boot", {"size": "44"}),
    ("add the boots with a note: size 44 is too big", "add_boot", {"size": "44"}),
    ("add the boots. What does size 44 cost?", "add_boot", {"size": "44"}),
    ("add the boots. ```\nadd it in size 44\n```", "add_boot", {"size": "44"}),
    ("add an entry: name _mast, value knot=8841ab", "add_entry", {"name": "knot=8841ab", "value": "_mast"}),
    ("add an entry: name _mast, value knot=8841ab", "add_entry", {"name": "_mast", "value": "knot"}),
    ("add an entry: name Red sail loft", "add_entry", {"name": "Red sail"}),
    ("add the boots, size 'extra large' 43", "add_boot", {"size": "43"}),
    ("add the boots, size 43 'wide'", "add_boot", {"size": "43"}),
    ("add the boots, size 43now", "add_boot", {"size": "43"}),
    # of another number
    ("alert me when it goes above 470", "create_gauge", {"below": 470}),
    ("alert me when it goes above 470", "create_gauge", {"above": 47}),
    ("alert me when it goes above 470.5", "create_gauge", {"above": 470}),
    ("alert me when it goes above 470 thousand", "create_gauge", {"above": 470}),
    ("set the stop wind to 9.25", "set_boat_sail", {"sail": "9.25"}),
    # of another name
    ("rename sheet T-9 to tide list.pdf", "rename_sheet", {"sheet_id": "T-9", "newName": "tide list"}),
    ("rename sheet T-9 to tide list and sheet T-8 to to do", "rename_sheet", {"sheet_id": "T-9", "newName": "to do"}),
    ("rename sheet T-9 to tide list", "rename_sheet", {"sheet_id": "T-9", "newName": "../tide list"}),
    # what a program takes for an order
    ("add the boots, size --all", "add_boot", {"size": "--all"}),
]  # fmt: skip
KINDS = {"TASK-DEST", "TASK-AMOUNT"}


@pytest.mark.parametrize(("prompt", "name", "args"), TWINS)
def test_what_is_said_by_the_name_of_an_argument_is_the_persons(prompt, name, args):
    assert KINDS.isdisjoint(asks(RULES, prompt, (name, args), BEFORE))


@pytest.mark.parametrize(("prompt", "name", "args"), OTHERS)
def test_what_is_said_by_another_name_or_of_another_thing_is_asked(prompt, name, args):
    assert asks(RULES, prompt, (name, args), BEFORE)
