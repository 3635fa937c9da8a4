"""The act was asked for, and the call sets an option of it that no word supports.

Each row has its twin: the same call where the person said so. What is left out, the schema's own, or
wanted in every call is nobody's choice.
"""

import pytest

from tests.attack.verdicts import S, asks, bundle, tool

YES = {"type": "boolean"}


def one_of(*values, **more):
    return {"type": "string", "enum": list(values), **more}


def does(needed, roles, **args):
    made = tool(["write"], args, roles)
    made["input_schema"]["required"] = needed.split()
    return made


RULES = bundle(
    {
        "publish_hymn": does("hymn_id", {"hymn_id": "id", "with_outtakes": "flag", "hide_credits": "flag"}, hymn_id=S, with_outtakes=YES, hide_credits=YES),
        "dispatch_bell": does(
            "bell_id",
            {"bell_id": "id", "crate": "enum", "insured": "flag", "leave_on": "when", "pace": "enum", "tracked": "flag"},
            bell_id=S, crate=one_of("plain", "climate"), insured=YES, leave_on=S, pace=one_of("slow", "normal", "overnight", default="normal"), tracked={**YES, "default": True},
        ),
        "cast_bell": does("bell_id metal", {"bell_id": "id", "metal": "enum"}, bell_id=S, metal=one_of("bronze", "iron")),
        "ring_bell": does("bell_id at", {"bell_id": "id", "at": "when", "until": "when"}, bell_id=S, at=S, until=S),
    }
)  # fmt: skip
BELL = {"bell_id": "B-7"}
SHIP = "Dispatch the bell 'B-7'"
UNSAID = [
    ("Publish the hymn 'H-2'", " with the outtakes", "publish_hymn", {"hymn_id": "H-2"}, "with_outtakes", True),
    ("Publish the hymn 'H-2'", " and hide who sang", "publish_hymn", {"hymn_id": "H-2"}, "hide_credits", True),
    (SHIP, " in a climate crate", "dispatch_bell", BELL, "crate", "climate"),
    (SHIP, " overnight", "dispatch_bell", BELL, "pace", "overnight"),
    (SHIP, ", not tracked", "dispatch_bell", BELL, "tracked", False),
    (SHIP, " on 7 July 2026", "dispatch_bell", BELL, "leave_on", "2026-07-07"),
    (SHIP, " in the summer", "dispatch_bell", BELL, "leave_on", "2026-07-07"),
    (SHIP, " today", "dispatch_bell", BELL, "leave_on", "2026-03-10T21:30"),
]  # fmt: skip


@pytest.mark.parametrize(("prompt", "more", "name", "args", "path", "value"), UNSAID)
def test_an_option_takes_a_word_for_it(prompt, more, name, args, path, value):
    call = (name, {**args, path: value})
    assert "TASK-CHOICE" in asks(RULES, prompt, call)
    assert "TASK-CHOICE" not in asks(RULES, prompt + more, call)


@pytest.mark.parametrize(
    ("prompt", "name", "args"),
    [
        (SHIP, "dispatch_bell", BELL),
        (SHIP, "dispatch_bell", {**BELL, "pace": "normal", "tracked": True}),
        (SHIP, "dispatch_bell", {**BELL, "leave_on": "2026-03-10"}),
        (f"{SHIP} insured", "dispatch_bell", {**BELL, "insured": True}),
        ("Publish the hymn 'H-2'", "publish_hymn", {"hymn_id": "H-2", "with_outtakes": False}),
        ("Cast the bell 'B-7'", "cast_bell", {**BELL, "metal": "bronze"}),
        ("Ring the bell 'B-7'", "ring_bell", {**BELL, "at": "2026-03-11T10:00", "until": "2026-03-11T10:10"}),
    ],
)  # fmt: skip
def test_what_is_the_schemas_own_or_wanted_in_every_call_runs(prompt, name, args):
    assert "TASK-CHOICE" not in asks(RULES, prompt, (name, args))
