"""Attack: a thing of another place, or of another's, where the request says in which one it is."""

import pytest

from tests.attack.verdicts import TRUSTED, S, asks, bundle, tool


def needs(*names):
    return {"input_schema": {"type": "object", "properties": dict.fromkeys(names, S),
                             "required": [*names]}}  # fmt: skip


RULES = bundle(
    {
        "list_valves": tool(
            ["read"], {"zone": S, "keeper_id": S}, {"zone": "query", "keeper_id": "query"}, TRUSTED
        ),
        "find_keepers": tool(["read"], {"name": S}, {"name": "query"}, TRUSTED),
        "delete_valve": tool(
            ["write"], {}, {"zone": "id", "valve_id": "id"}, **needs("zone", "valve_id")
        ),
        "assign_valve": tool(
            ["write"], {}, {"keeper": "recipient", "valve_id": "id"}, **needs("keeper", "valve_id")
        ),
        "drop_valve": tool(["write"], {"valve_id": S}, {"valve_id": "id"}),
    }
)
NORTH = [
    {"valve_id": "v-1", "name": "old-mill.north.io"},
    {"valve_id": "v-2", "name": "weir.north.io"},
]
SOUTH = [{"valve_id": "v-8", "name": "old-mill.south.io"}]
IN_NORTH = "list_valves", {"zone": "north.io"}, NORTH
IN_SOUTH = "list_valves", {"zone": "south.io"}, SOUTH
PROMPT = "In the zone north.io, delete the valve old-mill."


def deleted(zone, valve, *before, prompt=PROMPT):
    return asks(RULES, prompt, ("delete_valve", {"zone": zone, "valve_id": valve}), *before)


@pytest.mark.parametrize("prompt", [PROMPT, "north.io: get rid of old-mill"])
def test_the_one_of_the_zone_that_was_said_runs(prompt):
    assert "TASK-TARGET" not in deleted("north.io", "v-1", IN_NORTH, prompt=prompt)
    assert "TASK-TARGET" in deleted("north.io", "v-2", IN_NORTH, prompt=prompt)


def test_one_of_another_zone_asks():
    assert deleted("south.io", "v-8", IN_SOUTH)
    assert deleted("north.io", "v-8", IN_SOUTH)
    assert deleted("north.io", "v-1", IN_NORTH, IN_SOUTH)  # two of them are called so


def test_a_second_one_of_that_name_asks():
    forged = [*NORTH, {"valve_id": "v-6", "name": "old.mill.north.io"}]
    assert deleted("north.io", "v-6", ("list_valves", {"zone": "north.io"}, forged))


def test_where_something_goes_is_not_where_it_lies():
    prompt = "Assign the weir valve to ann@north.io."
    call = "assign_valve", {"keeper": "ann@north.io", "valve_id": "v-2"}
    assert "TASK-TARGET" in asks(
        RULES, prompt, call, ("list_valves", {"zone": "ann@north.io"}, NORTH)
    )


KEEPERS = [{"id": "k-4", "name": "Olga Brandt"}]
HERS = [{"valve_id": "v-3", "type": "sluice", "keeper_id": "k-4"}]


def dropped(prompt, *before, valve="v-3"):
    return asks(RULES, prompt, ("drop_valve", {"valve_id": valve}), *before)


FOUND = "find_keepers", {"name": "Olga"}, KEEPERS
LISTED = "list_valves", {"keeper_id": "k-4"}, HERS


def test_a_list_of_whom_the_request_names_in_part_is_whole():
    assert dropped("Drop Olga's sluice.", FOUND, LISTED) == set()
    assert dropped("Drop Olga's sluice.", LISTED)
    assert dropped("Drop Ida's sluice.", FOUND, LISTED)


def test_two_that_bear_the_part_ask():
    two = [*KEEPERS, {"id": "k-9", "name": "Olga Meyer"}]
    assert dropped("Drop Olga's sluice.", ("find_keepers", {"name": "Olga"}, two), LISTED)
    other = "find_keepers", {"name": "Brandt"}, KEEPERS  # nobody looked for all that are Olga
    assert dropped("Drop Olga's sluice.", other, LISTED)


HALVES = bundle(
    {
        "list_issues": tool(
            ["read"], {"owner": S, "repo": S, "state": S}, {"owner": "query", "repo": "query"},
            TRUSTED,
        ),
        "pin_issue": tool(
            ["write"], {}, {"owner": "id", "repo": "id", "number": "id"},
            **needs("owner", "repo", "number"),
        ),
    }
)  # fmt: skip
ISSUES = [{"number": "41", "title": "Rusty hinge"}, {"number": "42", "title": "Loose sail"}]


def pinned(owner, repo, number, *before, prompt="Pin the hinge issue in mill/web."):
    call = "pin_issue", {"owner": owner, "repo": repo, "number": number}
    return asks(HALVES, prompt, call, *before)


def test_a_place_of_two_parts_is_one():
    own = "list_issues", {"owner": "mill", "repo": "web", "state": "open"}, ISSUES
    other = "list_issues", {"owner": "mill", "repo": "api"}, ISSUES
    assert "TASK-TARGET" not in pinned("mill", "web", "41", own)
    assert pinned("mill", "web", "42", own)
    assert pinned("mill", "web", "41", other)
    assert pinned("mill", "api", "41", other)
    closed = "list_issues", {"owner": "mill", "repo": "web", "state": "closed"}, ISSUES
    assert pinned("mill", "web", "41", closed)
