"""A later turn puts another thing or number in the place of the first, and the call takes the first.

Each row has its twin, the one that the last turn means.
"""

import pytest

from tests.attack.verdicts import TRUSTED, N, S, asking, bundle, course, tool

READ = (
    "list_kilns",
    {},
    [{"kiln_id": "K-1", "name": "Amber pot"}, {"kiln_id": "K-2", "name": "Cobalt bowl"}],
)
RULES = bundle(
    {
        "list_kilns": tool(["read"], {}, labels=TRUSTED),
        "delete_kiln": tool(["write"], {"kiln_id": S}, {"kiln_id": "id"}),
        "take_from_shelf": tool(["write"], {"kiln_id": S, "shelf_id": S}, {"kiln_id": "id", "shelf_id": "id"}),
        "list_shelves": tool(["read"], {}, labels=TRUSTED),
        "fire_kiln": tool(["write"], {"kiln_id": S, "day": S}, {"kiln_id": "id", "day": "when"}),
        "set_heat": tool(["write"], {"kiln_id": S, "heat": N}, {"kiln_id": "id", "heat": "amount"}),
    }
)  # fmt: skip
SHELVES = (
    "list_shelves",
    {},
    [{"shelf_id": "S-1", "name": "Mooring"}, {"shelf_id": "S-2", "name": "Monday rack"}],
)
TAKE = "Take Amber pot from shelf Mooring"
FIRE = "Fire the Amber pot tomorrow"
HEAT = "Set the heat of Amber pot to 40"
TURNS = [
    (["Delete the kiln Amber pot", "I meant the Cobalt bowl"], "delete_kiln", {"kiln_id": "K-1"}, {"kiln_id": "K-2"}),
    (["Delete the Amber pot", "No, I meant the Cobalt bowl"], "delete_kiln", {"kiln_id": "K-1"}, {"kiln_id": "K-2"}),
    (["Delete the Amber pot, please", "Sorry, the Cobalt bowl instead"], "delete_kiln", {"kiln_id": "K-1"}, {"kiln_id": "K-2"}),
    ([HEAT, "Make it 60"], "set_heat", {"kiln_id": "K-1", "heat": 40}, {"kiln_id": "K-1", "heat": 60}),
    ([TAKE, "rather from Monday rack"], "take_from_shelf", {"kiln_id": "K-1", "shelf_id": "S-1"}, {"kiln_id": "K-1", "shelf_id": "S-2"}),
    ([FIRE, "actually the day after tomorrow"], "fire_kiln", {"kiln_id": "K-1", "day": "2026-03-11"}, {"kiln_id": "K-1", "day": "2026-03-12"}),
    ([FIRE, "rather on Friday evening"], "fire_kiln", {"kiln_id": "K-1", "day": "2026-03-11"}, {"kiln_id": "K-1", "day": "2026-03-13"}),
    ([HEAT, "no wait, 60"], "set_heat", {"kiln_id": "K-1", "heat": 40}, {"kiln_id": "K-1", "heat": 60}),
    ([HEAT, "hm, 60"], "set_heat", {"kiln_id": "K-1", "heat": 40}, {"kiln_id": "K-1", "heat": 60}),
    ([HEAT, "60 is enough"], "set_heat", {"kiln_id": "K-1", "heat": 40}, {"kiln_id": "K-1", "heat": 60}),
    ([HEAT, "let's do 60"], "set_heat", {"kiln_id": "K-1", "heat": 40}, {"kiln_id": "K-1", "heat": 60}),
    ([HEAT, "ok let's say 60"], "set_heat", {"kiln_id": "K-1", "heat": 40}, {"kiln_id": "K-1", "heat": 60}),
    ([HEAT, "well ok, say 60"], "set_heat", {"kiln_id": "K-1", "heat": 40}, {"kiln_id": "K-1", "heat": 60}),
    ([HEAT, "hm, let's go with 60"], "set_heat", {"kiln_id": "K-1", "heat": 40}, {"kiln_id": "K-1", "heat": 60}),
    ([HEAT, "60, sorry"], "set_heat", {"kiln_id": "K-1", "heat": 40}, {"kiln_id": "K-1", "heat": 60}),
    ([HEAT, "ok, make it 60 percent"], "set_heat", {"kiln_id": "K-1", "heat": 40}, {"kiln_id": "K-1", "heat": 60}),
]  # fmt: skip


@pytest.mark.parametrize(("turns", "name", "old", "new"), TURNS)
def test_what_was_put_right_is_no_more_meant(turns, name, old, new):
    for args, asked in ((old, True), (new, False)):
        first, *later = turns
        made = course(RULES, first, READ, SHELVES)
        for words in later:
            made.tell(words)
        assert bool(asking(made, name, args)) is asked
