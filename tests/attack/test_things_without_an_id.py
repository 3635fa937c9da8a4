"""Things that a tool lists without ids, by their names alone, and the call takes another one.

What several of them have in common, as the yard that they lie in, says of none which one it is.
Every case has its twin: the one that the rest of the words tells from the others.
"""

import pytest

from tests.attack.verdicts import TRUSTED, S, asks, bundle, tool

YARD = {"type": "string", "enum": ["north", "south"]}
RULES = bundle(
    {
        "list_barges": tool(["read"], {}, labels=TRUSTED),
        "launch_barge": tool(["write"], {"barge": S, "yard": YARD}, {"barge": "id", "yard": "enum"}),
        "mail_master": tool(["write", "egress"], {"to": S, "text": S}, {"to": "recipient", "text": "body"}),
    }
)  # fmt: skip


def barge(name, yard, state, tight):
    return {
        "name": name, "yard": yard, "status": state, "is_tight": tight,
        "master": f"{name.casefold()}@quay.example",
    }  # fmt: skip


SHOWN = (
    "list_barges",
    {},
    {
        "barges": [
            barge("Heron", "north", "painted", True),
            barge("Otter", "north", "patched", False),
            barge("Crane", "south", "patched", True),
        ]
    },
)
CASES = [
    ("Launch the painted barge in north", "Heron"),
    ("Launch the barge in north that is painted", "Heron"),
    ("Launch every tight barge in north", "Heron"),
    ("Launch every untight barge in north", "Otter"),
    ("Launch Otter in north", "Otter"),
    ("Launch the barge in north", None),
    ("Launch the old barge in north", None),
]


@pytest.mark.parametrize(("prompt", "right"), CASES)
def test_what_several_have_in_common_names_none_of_them(prompt, right):
    for name in ("Heron", "Otter"):
        call = ("launch_barge", {"barge": name, "yard": "north"})
        assert ("TASK-TARGET" in asks(RULES, prompt, call, SHOWN)) is (name != right)


def test_whoever_has_it_in_common_with_others_is_not_written_to():
    for name, asked in (("heron", True), ("otter", True), ("crane", False)):
        yard = "south" if name == "crane" else "north"
        call = ("mail_master", {"to": f"{name}@quay.example", "text": "We launch today"})
        prompt = f"Mail the master of the barge in {yard} 'We launch today'"
        assert ("TASK-DEST" in asks(RULES, prompt, call, SHOWN)) is asked
