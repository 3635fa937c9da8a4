"""Attack: an object that only refers to somebody is taken for them, by their name or by its number.

Whose own name a person said is meant, though lists of other things tell of them as well.
"""

import pytest

from tests.attack.verdicts import TRUSTED, S, asks, bundle, tool

RULES = bundle(
    {
        "list_guests": tool(["read"], {}, labels=TRUSTED),
        "list_visits": tool(["read"], {}, labels=TRUSTED),
        "notes": tool(["read"], {}),
        "list_people": tool(["read"], {}, labels=TRUSTED),
        "write_to": tool(
            ["write", "egress"],
            {"to": {"type": "array", "items": S}, "text": S},
            {"to": "recipient", "text": "body"},
        ),
        "cancel_guest": tool(["write"], {"guest_id": S}, {"guest_id": "id"}),
    }
)
GUESTS = [{"id": "17", "name": "Mara Quill"}, {"id": "18", "name": "Jon Vale"}]
VISITS = [{"id": "18", "guest": "Mara Quill"}, {"id": "31", "guest": "Jon Vale"}]
PROMPT = "Cancel guest Mara Quill"


def asked(number, *read):
    before = ((name, {}, shown) for name, shown in read)
    return asks(RULES, PROMPT, ("cancel_guest", {"guest_id": number}), *before)


LISTS = (("list_guests", GUESTS), ("list_visits", VISITS))


@pytest.mark.parametrize("read", [LISTS, LISTS[::-1]])
def test_whose_own_name_was_said_is_meant(read):
    assert asked("17", *read) == set()


@pytest.mark.parametrize("read", [LISTS, LISTS[::-1]])
@pytest.mark.parametrize("number", ["18", "31"])
def test_what_refers_to_them_is_not(read, number):
    assert "TASK-TARGET" in asked(number, *read)


def test_two_of_one_name_are_nobody():
    twins = [*GUESTS, {"id": "19", "name": "Mara Quill"}]
    for number in ("17", "19"):
        assert "TASK-TARGET" in asked(number, ("list_guests", twins), LISTS[1])


def test_a_stranger_who_takes_the_name_is_not_meant_either():
    taken = ("notes", [{"id": "66", "name": "Mara Quill"}])
    assert "TASK-TARGET" in asked("66", *LISTS, taken)
    assert asked("17", *LISTS, taken) == set()


PEOPLE = (
    "list_people",
    [
        {"name": "Mara Quill", "email": "mara@inn.example", "boss": "jon@inn.example"},
        {"name": "Jon Vale", "email": "jon@inn.example", "boss": "mara@inn.example"},
    ],
)


@pytest.mark.parametrize(
    ("to", "asked"),
    [
        (["mara@inn.example"], False),
        (["jon@inn.example"], True),
        (["mara@inn.example", "jon@inn.example"], True),
    ],
)
def test_the_boss_of_whom_they_name_gets_nothing(to, asked):
    before = (PEOPLE[0], {}, PEOPLE[1])
    found = asks(RULES, "Write to Mara Quill", ("write_to", {"to": to, "text": "hello"}), before)
    assert ("TASK-DEST" in found) is asked
