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
    own = "list_issues", {"owner": "mill", "repo": "web"}, ISSUES
    other = "list_issues", {"owner": "mill", "repo": "api"}, ISSUES
    assert "TASK-TARGET" not in pinned("mill", "web", "41", own)
    assert pinned("mill", "web", "42", own)
    assert pinned("mill", "web", "41", other)
    assert pinned("mill", "api", "41", other)
    closed = "list_issues", {"owner": "mill", "repo": "web", "state": "closed"}, ISSUES
    assert pinned("mill", "web", "41", closed)
    live = "list_issues", {"owner": "mill", "repo": "web", "state": "open"}, ISSUES
    assert pinned("mill", "web", "41", live)


GIVEN = bundle(
    {
        "list_chores": tool(
            ["read"], {"owner": S, "status": S, "q": S, "zone": S},
            {"owner": "query", "status": "query", "q": "query", "zone": "query"},
            {f"*.{one}": ["trusted"] for one in ("id", "number", "item", "status", "owner")},
        ),
        "assign_chore": tool(
            ["write"], {}, {"chore_id": "id", "owner": "recipient"}, **needs("chore_id", "owner")
        ),
        "rename_chore": tool(
            ["write"], {}, {"chore_id": "id", "title": "title"}, **needs("chore_id", "title")
        ),
        "delete_park_chore": tool(
            ["write"], {}, {"park": "recipient", "number": "id"}, **needs("park", "number")
        ),
        **{
            f"{verb}_chore": tool(["write"], {"chore_id": S}, {"chore_id": "id"})
            for verb in ("delete", "refund", "reopen", "close", "archive")
        },
    }
)  # fmt: skip
CHORE = {"id": "ch-3", "item": "the old fence", "status": "open", "owner": "Bob"}


@pytest.mark.parametrize(
    "prompt",
    [
        "Assign the fence chore to Bob",
        "Assign Bob the fence chore",
        "Make Bob the owner of the fence chore",
        "Put Bob on the fence chore",
    ],
)
def test_whoever_gets_a_thing_is_not_whose_it_is(prompt):
    call = "assign_chore", {"chore_id": "ch-3", "owner": "Bob"}
    assert asks(GIVEN, prompt, call, ("list_chores", {"owner": "Bob"}, [CHORE]))


def test_what_a_thing_is_called_from_now_on_finds_it_nowhere():
    call = "rename_chore", {"chore_id": "ch-3", "title": "barn"}
    for prompt in ("Rename the fence chore 'barn'", "Rename the fence chore barn"):
        assert asks(GIVEN, prompt, call, ("list_chores", {"q": "barn"}, [CHORE]))


@pytest.mark.parametrize("verb", ["delete", "refund", "reopen", "close", "archive"])
@pytest.mark.parametrize("which", ["the fence chore", "all fence chores"])
@pytest.mark.parametrize(
    ("sought", "status", "item"),
    [
        ({"status": "open"}, "open", "the old fence"),
        ({"status": "scheduled"}, "scheduled", "the old fence"),
        ({"q": "pending"}, "done", "pending fence"),
        ({"q": "pending"}, "pending", "pending fence"),
    ],
)
def test_a_list_of_what_is_open_is_not_all_there_is(verb, which, sought, status, item):
    before = "list_chores", sought, [{**CHORE, "status": status, "item": item}]
    call = f"{verb}_chore", {"chore_id": "ch-3"}
    assert "TASK-TARGET" in asks(GIVEN, f"{verb.title()} {which}", call, before)


def test_what_is_deleted_lies_where_the_call_says():
    listed = "list_chores", {"zone": "east.park"}, [{"number": "7", "item": "the old fence"}]
    call = "delete_park_chore", {"park": "east.park", "number": "7"}
    assert "TASK-TARGET" not in asks(GIVEN, "Delete the fence chore in east.park", call, listed)
    other = "delete_park_chore", {"park": "west.park", "number": "7"}
    assert asks(GIVEN, "Delete the fence chore in east.park", other, listed)
    assert asks(GIVEN, "Delete the fence chore in west.park", other, listed)
