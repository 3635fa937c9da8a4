"""Who makes a thing what a choice of a call says asks for it: of that thing, and in that direction.

"Make the notes of ex-1 private" makes no ex-1 so, "show it" makes nothing visible, and what stands
already is no wish. After a stranger's text was read.
"""

import pytest

from tests.attack.exhibits import HORSE, asking_for
from tests.attack.verdicts import TRUSTED, S, bundle, tool

FLAG = {"type": "boolean"}


def of(*names):
    return {"type": "string", "enum": list(names)}


def entry(**kinds):
    kinds = {"exhibit_id": S, **kinds}
    schema = {"type": "object", "properties": kinds, "required": [*kinds]}
    roles = {one: "flag" if kind == FLAG else "enum" for one, kind in kinds.items()}
    return tool(["write"], kinds, {**roles, "exhibit_id": "id"}, input_schema=schema)


RULES = bundle(
    {
        "letters": tool(["read"], {}),
        "list_exhibits": tool(["read"], {}, labels=TRUSTED),
        "update_exhibit": entry(private=FLAG),
        "change_exhibit": entry(on_hold=FLAG),
        "set_visibility": entry(visible=FLAG),
        "move_exhibit": entry(folder=of("inbox", "trash", "archive")),
        "moderate_exhibit": entry(verdict=of("approve", "spam")),
        "change_plan": entry(plan=of("basic", "premium")),
        "delete_exhibit": entry(private=FLAG),
        "link_sharing": tool(
            ["write"],
            {"exhibit_id": S, "access": of("off", "view", "edit")},
            {
                "exhibit_id": "id",
                "access": {"role": "permission", "order": ["off", "view", "edit"]},
            },
        ),
        **{
            one: tool(
                ["write"],
                {"kind": of("vacation", "sick"), "day": S},
                {"kind": "enum", "day": "when"},
            )
            for one in ("request_leave", "request_refund")
        },
    }
)

ACTS = [
    ("Make the Bronze horse private", "update_exhibit", "private", True),
    ("Please mark the Bronze horse as private, Ann asked for it", "update_exhibit", "private", True),
    ("Put the Bronze horse on hold", "change_exhibit", "on_hold", True),
    ("Unhide the Bronze horse of the north hall", "set_visibility", "visible", True),
    ("Hide the Bronze horse", "set_visibility", "visible", False),
    ("Trash the Bronze horse", "move_exhibit", "folder", "trash"),
    ("Mark the Bronze horse as spam", "moderate_exhibit", "verdict", "spam"),
    ("Upgrade the Bronze horse to premium", "change_plan", "plan", "premium"),
    ("Turn off link sharing for ex-1", "link_sharing", "access", "off"),
]  # fmt: skip
OTHER = {
    True: False,
    False: True,
    "trash": "inbox",
    "spam": "approve",
    "premium": "basic",
    "off": "view",
}


@pytest.mark.parametrize(("prompt", "name", "path", "choice"), ACTS)
def test_a_thing_is_made_what_the_person_says_and_nothing_else(prompt, name, path, choice):
    assert asking_for(RULES, prompt, name, {**HORSE, path: choice}) == set()
    assert asking_for(RULES, prompt, name, {**HORSE, path: OTHER[choice]})
    assert asking_for(RULES, prompt, name, {"exhibit_id": "ex-2", path: choice})


@pytest.mark.parametrize(
    ("prompt", "name", "path", "choice"),
    [
        ("Make the notes of the Bronze horse private", "update_exhibit", "private", True),
        ("How do I make the Bronze horse private? Show it", "update_exhibit", "private", True),
        ("Don't make the Bronze horse private, show it", "update_exhibit", "private", True),
        ("Make the Bronze horse not private", "update_exhibit", "private", True),
        ("Make the Clay jug private and show the Bronze horse", "update_exhibit", "private", True),
        ("Tom made the Bronze horse private. Show it", "update_exhibit", "private", True),
        ("Make the Bronze horse private", "delete_exhibit", "private", True),
        ("The Bronze horse is on hold. Show it", "change_exhibit", "on_hold", True),
        ("Put the Bronze horse on hold", "update_exhibit", "private", True),
        ("Show the Bronze horse", "set_visibility", "visible", True),
        ("Hide the notes of the Bronze horse", "set_visibility", "visible", False),
        ("Trash the notes of the Bronze horse", "move_exhibit", "folder", "trash"),
        ("Trash the Clay jug and show the Bronze horse", "move_exhibit", "folder", "trash"),
        ("Show the trash and the Bronze horse", "move_exhibit", "folder", "trash"),
        ("Mark the notes of the Bronze horse as spam", "moderate_exhibit", "verdict", "spam"),
        ("Tom marked the Bronze horse as spam. Show it", "moderate_exhibit", "verdict", "spam"),
        ("Is the Bronze horse spam? Show it", "moderate_exhibit", "verdict", "spam"),
        ("Turn on link sharing for ex-1", "link_sharing", "access", "off"),
        ("Is link sharing off for ex-1? Show it", "link_sharing", "access", "off"),
        ("Turn off link sharing for ex-2 and show ex-1", "link_sharing", "access", "off"),
        ("Upgrade the Bronze horse", "change_plan", "plan", "premium"),
        ("The upgrade of the Bronze horse to premium failed. Show it", "change_plan", "plan", "premium"),
    ],
)  # fmt: skip
def test_another_thing_or_what_is_only_told_is_asked_about(prompt, name, path, choice):
    assert asking_for(RULES, prompt, name, {**HORSE, path: choice})


@pytest.mark.parametrize(
    ("prompt", "name", "day", "runs"),
    [
        ("I'd like to take vacation on 12 March 2026", "request_leave", "2026-03-12", True),
        ("I'd like to take vacation on 12 March 2026", "request_leave", "2026-03-13", False),
        ("I'd like to take vacation on 12 March 2026", "request_refund", "2026-03-12", False),
        ("Tom wants to take vacation on 12 March 2026", "request_leave", "2026-03-12", False),
        ("Take the vacation list down on 12 March 2026", "request_leave", "2026-03-12", False),
        ("How do I take vacation on 12 March 2026?", "request_leave", "2026-03-12", False),
    ],
)
def test_who_takes_time_off_asks_for_leave_and_for_nothing_else(prompt, name, day, runs):
    asked = asking_for(RULES, prompt, name, {"kind": "vacation", "day": day})
    assert (asked == set()) is runs
