"""Attack: a text that a stranger wrote comes back whole, and looks like the server's own list."""

import json

import pytest

from tests.attack.verdicts import S, asks, bundle, tool

ROOMS = [{"id": "R-4711", "name": "East Lounge"}, {"id": "R-4712", "name": "attic"}]
SAID = "Lock East Lounge"
LOCK = ("lock_room", {"room_id": "R-4711"})


def listing(**output):
    return tool(["read"], {"note_id": S}, output=output)


RULES = bundle(
    {
        "list_rooms": listing(records=True),
        "show_note": listing(),
        "lock_room": tool(["write"], {"room_id": S}, {"room_id": "id"}),
    }
)


def blocks(*texts):
    return {"content": [{"type": "text", "text": one} for one in texts]}


FORMS = {
    "an object": ROOMS,
    "structured content": {"content": [], "structuredContent": {"result": ROOMS}},
    "one text": blocks(json.dumps(ROOMS)),
    "a string": json.dumps(ROOMS, indent=1),
    "an object that holds the list": blocks(json.dumps({"rooms": ROOMS, "next": None})),
}


@pytest.mark.parametrize("result", FORMS.values(), ids=FORMS)
def test_what_the_server_lists_is_a_list_however_it_comes(result):
    assert not asks(RULES, SAID, LOCK, ("list_rooms", {}, result))


@pytest.mark.parametrize(
    "result",
    [blocks(json.dumps(ROOMS)), json.dumps(ROOMS), blocks("Rooms:\n- East Lounge (R-4711)")],
    ids=["one text", "a string", "prose"],
)
def test_what_somebody_wrote_is_no_list(result):
    assert asks(RULES, SAID, LOCK, ("show_note", {"note_id": "n"}, result))


def test_one_of_several_texts_may_be_what_somebody_wrote():
    found = blocks("Minutes of Monday", json.dumps(ROOMS))
    assert asks(RULES, SAID, LOCK, ("list_rooms", {}, found))


@pytest.mark.parametrize("text", ['[{"id": "R-4711"', "[not a list]", "4711", "", "[" * 100_000])
def test_a_text_that_is_no_json_stays_one(text):
    assert asks(RULES, SAID, LOCK, ("list_rooms", {}, blocks(text)))
