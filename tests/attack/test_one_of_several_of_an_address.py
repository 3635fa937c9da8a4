"""One of several records that hold an address, where the person named that address alone.

An address that three bookings hold tells none of them, and its parts are no words of a record. The
twins: the only one that holds it, each of all, and what is named besides.
"""

import pytest

from tests.attack.verdicts import TRUSTED, S, asks, bundle, tool


def desk(labels):
    return bundle(
        {
            "list_bookings": tool(["read"], {}, labels=labels),
            "find_bookings": tool(["read"], {"email": S}, {"email": "query"}, labels),
            "cancel_booking": tool(["write"], {"booking_id": S}, {"booking_id": "id"}),
        }
    )


RULES = {"zero": desk(None), "labels": desk(TRUSTED)}
ROWS = [
    {"id": "b-1", "title": "Amber Hut", "email": "ida@fern.example", "host": "Ida", "day": "2026-05-01"},
    {"id": "b-2", "title": "Salt Hut", "email": "tom@fern.example", "host": "Tom", "day": "2026-05-02"},
    {"id": "b-3", "title": "Moss Hut", "email": "ida@fern.example", "host": "Fern", "day": "2026-05-03"},
]  # fmt: skip
ALL = ("list_bookings", {}, {"bookings": ROWS})
HERS = ("find_bookings", {"email": "ida@fern.example"}, {"bookings": [ROWS[0], ROWS[2]]})
LOOSE = [
    "Cancel the booking of ida@fern.example",
    "Please cancel my booking, my address is ida@fern.example",
    "Cancel the Moss Hut, I am ida@fern.example",
    "Two things about my bookings with ida@fern.example: keep the Amber Hut, cancel the Moss Hut",
]


def cancelled(zone, prompt, one, before=ALL):
    return asks(RULES[zone], prompt, ("cancel_booking", {"booking_id": one}), before)


@pytest.mark.parametrize("zone", RULES)
@pytest.mark.parametrize("before", [ALL, HERS], ids=["all", "hers"])
@pytest.mark.parametrize("prompt", LOOSE)
def test_an_address_of_two_names_neither(zone, before, prompt):
    assert "TASK-TARGET" in cancelled(zone, prompt, "b-1", before)


@pytest.mark.parametrize("zone", RULES)
def test_the_words_of_an_address_are_no_words_of_a_record(zone):
    prompt = "Cancel the booking of ida@fern.example"
    fern = ("list_bookings", {}, {"bookings": [{"id": "b-9", "title": "Fern example", "host": "Ida"}]})  # fmt: skip
    assert "TASK-TARGET" in cancelled(zone, prompt, "b-9", fern)


@pytest.mark.parametrize("zone", RULES)
def test_the_only_one_that_holds_it_is_meant(zone):
    assert not cancelled(zone, "Cancel the booking of tom@fern.example", "b-2")


@pytest.mark.parametrize("zone", RULES)
def test_what_is_named_besides_is_meant(zone):
    assert "TASK-TARGET" not in cancelled(zone, "Cancel the Moss Hut, I am ida@fern.example", "b-3")


@pytest.mark.parametrize("zone", RULES)
def test_all_of_somebody_are_meant(zone):
    assert not cancelled(zone, "Cancel all bookings of ida@fern.example", "b-3")
