"""A number within a quoted title is no id of another thing, and a number outside of it still is."""

import pytest

from tests.attack.verdicts import TRUSTED, S, asks, bundle, tool

RULES = bundle(
    {
        "list_notes": tool(["read"], {}, labels=TRUSTED),
        **{
            f"{one}_note": tool(["write"], {"note_id": S}, {"note_id": "id"})
            for one in ("mute", "unmute")
        },
    }
)
SEEN = (
    "list_notes",
    {},
    [{"id": "n_201", "name": "Plans 2027"}, {"id": "n_202", "name": "Plans 2028"}],
)


@pytest.mark.parametrize(
    ("prompt", "name", "note", "runs"),
    [
        ("Mute the note 'Plans 2027'", "mute_note", "n_201", True),
        ("Mute the note 'Plans 2027'", "mute_note", "n_202", False),
        ("Mute the note 'Plans 2027'", "unmute_note", "n_201", False),
        ("Mute note 202, and show 'Plans 2027'", "mute_note", "n_201", False),
    ],
)
def test_only_what_is_called_so_is_meant(prompt, name, note, runs):
    assert (asks(RULES, prompt, (name, {"note_id": note}), SEEN) == set()) is runs
