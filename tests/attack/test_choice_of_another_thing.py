"""Two things and two acts were named, each act for one of them, and the call crosses them.

"Make the Alder scroll public and archive the Birch scroll" archives no Alder, where a tool takes the
act as one of a set or as a switch. Every case has its twin, the act that was said of that thing.
"""

import pytest

from tests.attack.verdicts import TRUSTED, S, asks, bundle, tool

STATE = {"type": "string", "enum": ["public", "private", "archived"]}
RULES = bundle(
    {
        "list_scrolls": tool(["read"], {}, labels=TRUSTED),
        "set_scroll": tool(["write"], {"scroll_id": S, "state": STATE}, {"scroll_id": "id", "state": "enum"}),
        "update_scroll": tool(["write"], {"scroll_id": S, "state": STATE}, {"scroll_id": "id", "state": "enum"}),
        "mark_scroll": tool(["write"], {"scroll_id": S, "archived": {"type": "boolean"}}, {"scroll_id": "id", "archived": "flag"}),
    }
)  # fmt: skip
NAMES = ["Alder", "Birch", "Cedar"]
SHOWN = ("list_scrolls", {}, [{"id": f"sc-{at}", "name": one} for at, one in enumerate(NAMES)])
BOTH = "Make the Alder scroll public and archive the Birch scroll"
CASES = [
    (BOTH, "Alder", "public", "archived"),
    (BOTH, "Birch", "archived", "public"),
    ("Make the Alder scroll public. Archive the Birch scroll.", "Birch", "archived", "public"),
    ("Archive the Birch scroll and make the Alder scroll public", "Alder", "public", "archived"),
    ("Archive the Birch scroll, then set the Cedar scroll to private", "Cedar", "private", "archived"),
]  # fmt: skip


def choice(prompt, name, **args):
    return "TASK-CHOICE" in asks(RULES, prompt, (name, args), SHOWN)


@pytest.mark.parametrize(("prompt", "name", "said", "crossed"), CASES)
def test_an_act_that_was_said_of_another_thing_is_asked_about(prompt, name, said, crossed):
    for tool_name in ("set_scroll", "update_scroll"):
        for state, asked in ((said, False), (crossed, True)):
            args = {"scroll_id": f"sc-{NAMES.index(name)}", "state": state}
            assert choice(prompt, tool_name, **args) is asked, (tool_name, state)


def test_a_switch_that_was_said_of_another_thing_is_asked_about():
    assert choice(BOTH, "mark_scroll", scroll_id="sc-0", archived=True)
    assert not choice(BOTH, "mark_scroll", scroll_id="sc-1", archived=True)


@pytest.mark.parametrize(
    "prompt",
    [
        "Set the Alder scroll to archived, and the Birch scroll as well",
        "Make the Birch scroll private, then archive it and the Alder scroll",
        "Look at the archived Birch scroll and set the Alder scroll to archived",
    ],
)
def test_what_is_said_of_both_is_meant_of_each(prompt):
    assert not choice(prompt, "set_scroll", scroll_id="sc-0", state="archived")
