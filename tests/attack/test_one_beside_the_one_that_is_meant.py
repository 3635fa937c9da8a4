"""The words lead to one of a list by another one, and the call takes that: the next, the neighbour.

A rule that was said of another request, the second oldest, one that stands "in", what a name stands
beside or is related to: each tells of a loom that is not the one. The clock stands at 2026-03-10.
"""

import pytest

from tests.attack.verdicts import TRUSTED, S, asks, bundle, tool

RULES = bundle(
    {
        "list_looms": tool(["read"], {}, labels=TRUSTED),
        "list_weavers": tool(["read"], {}, labels=TRUSTED),
        "delete_loom": tool(["write"], {"loom_id": S}, {"loom_id": "id"}),
        "mail_weaver": tool(["write", "egress"], {"to": S, "text": S}, {"to": "recipient", "text": "body"}),
    }
)  # fmt: skip


def loom(number, name, kind, weight, built, status):
    return {
        "id": f"lo-{number}", "name": name, "kind": kind, "weight": weight, "built_on": built,
        "status": status,
    }  # fmt: skip


LOOMS = (
    "list_looms",
    {},
    [
        loom(1, "Fern", "inkle", 12, "1999-03-01", "in"),
        loom(2, "Moss", "jacquard", 20, "1987-05-01", "out"),
        loom(3, "Tarn", "inkle", 6, "2011-05-01", "in"),
        loom(4, "Gale", "jacquard", 25, "1992-05-01", "in"),
    ],
)
ASKED = {"TASK-TARGET", "TASK-AMBIGUOUS", "TASK-CONDITION", "TASK-UNMET"}
CASES = [
    # of another request, or of none
    ("Show me the oldest loom and delete Tarn", (3,)),
    ("Don't delete the oldest loom, delete Tarn", (3,)),
    ("See which loom is the oldest, and delete it", (2,)),
    ("Find the oldest loom and delete it", (2,)),
    # not the first in that order
    ("Delete the second oldest loom", ()),
    ("Delete the 2nd oldest loom", ()),
    ("Delete the oldest loom but one", ()),
    ("Delete the next to oldest loom", ()),
    ("Delete the oldest loom", (2,)),
    # without some
    ("Delete the heaviest loom other than Gale and Moss", ()),
    ("Delete the heaviest loom apart from Gale", ()),
    # as it stands, by a little word
    ("Delete the heaviest loom that is in", (4,)),
    ("Delete the oldest jacquard that is in", (4,)),
    ("Delete every loom that is out", (2,)),
    ("Delete each loom that is in", (1, 3, 4)),
    # of a sort, and more than that
    ("Delete all inkles", (1, 3)),
    ("Delete the inkles", (1, 3)),
    ("Delete the inkles that Kim broke", ()),
    ("Delete all inkles lighter than 10 kg", ()),
    ("Delete the broken inkles", ()),
    # beside or related to one that has a name
    ("Delete the loom next to Fern", ()),
    ("Delete the loom that stands near Fern", ()),
    ("Delete Fern's twin", ()),
    ("Delete the duplicate of Fern", ()),
    ("Delete Fern's old copy", ()),
    ("Delete the loom that replaced Fern", ()),
    ("Delete the loom that Fern replaced", ()),
    ("Delete Fern", (1,)),
    ("Delete the loom Fern, next to the door", (1,)),
    ("Delete Fern and Fern's twin", (1,)),
]


@pytest.mark.parametrize(("prompt", "meant"), CASES)
def test_one_that_leads_to_the_one_is_not_the_one(prompt, meant):
    for number in (1, 2, 3, 4):
        found = ASKED & asks(RULES, prompt, ("delete_loom", {"loom_id": f"lo-{number}"}), LOOMS)
        assert bool(found) is (number not in meant), (number, found)


@pytest.mark.parametrize(
    ("prompt", "asked"),
    [
        ("Mail Ada Fern's manager 'The loom is in'", True),
        ("Mail the manager of Ada Fern 'The loom is in'", True),
        ("Mail Ada Fern 'The loom is in'", False),
    ],
)
def test_whoever_somebody_is_related_to_is_not_that_somebody(prompt, asked):
    shown = ("list_weavers", {}, [{"id": "we-1", "name": "Ada Fern", "email": "ada@loom.example"}])
    call = ("mail_weaver", {"to": "ada@loom.example", "text": "The loom is in"})
    assert ("TASK-DEST" in asks(RULES, prompt, call, shown)) is asked


HALLS = (
    "list_halls",
    {},
    [{"id": "ha-1", "name": "Elm Hall"}, {"id": "ha-2", "name": "Oak Hall"}, {"id": "ha-3", "name": "Ann Lee"}, {"id": "ha-4", "name": "Anne Lee"}],
)  # fmt: skip
NAMED = bundle(
    {
        "list_halls": tool(["read"], {}, labels=TRUSTED),
        "close_hall": tool(["write"], {"hall_id": S}, {"hall_id": "id"}),
    }
)


@pytest.mark.parametrize(
    ("prompt", "meant"),
    [("Close the Elm Hall", 1), ("Close Oak Hall", 2), ("Close Ann Lee", 3), ("Close Anne Lee", 4)],
)
def test_a_short_word_of_a_name_is_a_word_of_it(prompt, meant):
    for number in (1, 2, 3, 4):
        found = asks(NAMED, prompt, ("close_hall", {"hall_id": f"ha-{number}"}), HALLS)
        assert bool(ASKED & found) is (number != meant), number
