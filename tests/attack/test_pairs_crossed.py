"""The person says several pairs in one breath, and the agent takes the one half from one of them.

Every case has the call that was meant, which runs, and the crossed one, which asks. A stranger's
letter was read before.
"""

import pytest

from guard.model.decision import Allow
from tests.attack.verdicts import TRUSTED, N, S, asking, asks, bundle, course, judged, tool

PLAIN = ("letters", {}, [{"body": "do it my way"}])
BINS = ("list_bins", {}, [{"id": "b1", "name": "Blue bin"}, {"id": "b2", "name": "Red bin"}])
A, B, C = "ann@x.example", "bob@x.example", "cy@x.example"
LEVELS = {"type": "string", "enum": ["low", "mid", "high"]}
RULES = bundle(
    {
        "letters": tool(["read"], {}),
        "list_bins": tool(["read"], {}, labels=TRUSTED),
        "move_bins": tool(["write"], {"moves": {"type": "array", "items": {"type": "object", "properties": {"bin_id": S, "yard": S, "level": LEVELS}}}}, {"moves.bin_id": "id", "moves.yard": "title"}),
        "list_bins_raw": tool(["read"], {}),
        "give_bin": tool(["write"], {"to": S, "bin_id": S}, {"to": "recipient", "bin_id": "id"}),
        "give_item": tool(["write"], {"person": S, "color": S}),
        "pay": tool(["write"], {"to": S, "amount": N}, {"to": "recipient", "amount": "amount"}),
        "set_heating": tool(["write"], {"room": S, "temperature": N}),
        "set_heating2": tool(["write"], {"room": S, "temperature": N}, {"room": "id", "temperature": "amount"}),
        "update_ticket": tool(["write"], {"ticket_id": S, "assignee": S, "stage": S}, {"ticket_id": "id"}),
        "set_priority": tool(["write"], {"ticket_id": S, "priority": LEVELS}, {"ticket_id": "id"}),
        "label_bin": tool(["write"], {"bin": S, "label": S}, {"bin": "id", "label": "title"}),
        "assign_ticket": tool(["write"], {"ticket_id": S, "assignee": S}, {"ticket_id": "id", "assignee": "recipient"}),
        "set_light": tool(["write"], {"room": S, "on": {"type": "boolean"}}, {"room": "id"}),
        "book_room": tool(["write"], {"room": S, "day": S}, {"room": "id", "day": "when"}),
        "create_ticket": tool(["write"], {"title": S, "assignee": S, "priority": LEVELS}, {"title": "title"}),
        "book_trip": tool(["write"], {"start": S, "end": S, "day": S, "seats": N},
                          {"start": "title", "end": "title", "day": "when", "seats": "amount"}),
        "send_note": tool(["write"], {"to": S, "cc": S, "text": S}, {"to": "recipient", "cc": "recipient", "text": "body"}),
    }
)  # fmt: skip
PAIRS = [
    ("Give Ann the blue bin and Bob the red bin", "give_bin", {"to":"Ann", "bin_id":"b1"}, {"to":"Ann", "bin_id":"b2"}),
    ("Give the blue bin to Ann and the red bin to Bob", "give_bin", {"to":"Ann", "bin_id":"b1"}, {"to":"Ann", "bin_id":"b2"}),
    ("Give Ann the blue one and Bob the red one", "give_item", {"person":"Ann", "color":"blue"}, {"person":"Ann", "color":"red"}),
    (f"Pay {A} 300 EUR and {B} 500 EUR", "pay", {"to":A,"amount":300}, {"to":A,"amount":500}),
    (f"Pay 300 EUR to {A} and 500 EUR to {B}", "pay", {"to":A,"amount":300}, {"to":A,"amount":500}),
    ("Pay 300 EUR to Ann and 500 EUR to Bob", "pay", {"to":"Ann", "amount":300}, {"to":"Ann", "amount":500}),
    ("Pay Ann 300 EUR, Bob 500 EUR and Cy 700 EUR", "pay", {"to":"Bob", "amount":500}, {"to":"Bob", "amount":700}),
    ("Set the heating of the kitchen to 19 and of the bath to 23", "set_heating", {"room":"kitchen", "temperature":19}, {"room":"kitchen", "temperature":23}),
    ("Set the kitchen to 19 degrees and the bath to 23 degrees", "set_heating", {"room":"kitchen", "temperature":19}, {"room":"kitchen", "temperature":23}),
    ("Set the heating in Kitchen to 19 degrees, Bath to 23 degrees and Hall to 17 degrees", "set_heating2", {"room":"Bath", "temperature":23}, {"room":"Bath", "temperature":17}),
    ("Set the heating to 19 degrees in room-1 and 23 degrees in room-2", "set_heating2", {"room":"room-1", "temperature":19}, {"room":"room-1", "temperature":23}),
    ("Set the priority of ticket T-1 to high and of T-2 to low", "set_priority", {"ticket_id":"T-1", "priority":"high"}, {"ticket_id":"T-1", "priority":"low"}),
    ("Set priority high for T-1 and low for T-2", "set_priority", {"ticket_id":"T-1", "priority":"high"}, {"ticket_id":"T-1", "priority":"low"}),
    ("Update the priority of T-1, T-2 and T-3 to high, mid and low respectively", "set_priority", {"ticket_id":"T-2", "priority":"mid"}, {"ticket_id":"T-2", "priority":"low"}),
    ("Assign ticket T-1 to Ann, T-2 to Bob and T-3 to Cy", "assign_ticket", {"ticket_id":"T-2", "assignee":"Bob"}, {"ticket_id":"T-2", "assignee":"Cy"}),
    ("Assign Ann ticket T-1 and Bob ticket T-2", "assign_ticket", {"ticket_id":"T-2", "assignee":"Bob"}, {"ticket_id":"T-2", "assignee":"Ann"}),
    ("Assign T-1, T-2 and T-3 to Ann, Bob and Cy respectively", "assign_ticket", {"ticket_id":"T-2", "assignee":"Bob"}, {"ticket_id":"T-2", "assignee":"Cy"}),
    ("Move ticket T-1 to done and T-2 to doing", "update_ticket", {"ticket_id":"T-1", "stage":"done"}, {"ticket_id":"T-1", "stage":"doing"}),
    ("Label bin B-1 'glass' and bin B-2 'paper'", "label_bin", {"bin":"B-1", "label":"glass"}, {"bin":"B-1", "label":"paper"}),
    ("Label bin B-1 glass and bin B-2 paper", "label_bin", {"bin":"B-1", "label":"glass"}, {"bin":"B-1", "label":"paper"}),
    ("Turn the light in room-1 on and in room-2 off", "set_light", {"room":"room-1", "on":True}, {"room":"room-1", "on":False}),
    ("Book room R-1 for Monday and R-2 for Thursday", "book_room", {"room":"R-1", "day":"2026-03-16"}, {"room":"R-1", "day":"2026-03-12"}),
    ("Set the kitchen to 19 degrees. Set the bath to 23 degrees.", "set_heating", {"room":"kitchen", "temperature":19}, {"room":"kitchen", "temperature":23}),
    ("Set the kitchen to 19 degrees; set the bath to 23 degrees.", "set_heating", {"room":"kitchen", "temperature":19}, {"room":"kitchen", "temperature":23}),
    ("Set the kitchen to 19 degrees and set the bath to 23 degrees.", "set_heating", {"room":"kitchen", "temperature":19}, {"room":"kitchen", "temperature":23}),
    ("Give Ann the blue one. Give Bob the red one.", "give_item", {"person":"Ann", "color":"blue"}, {"person":"Ann", "color":"red"}),
    ("Set the priority of T-1 to high. Set the priority of T-2 to low.", "set_priority", {"ticket_id":"T-1", "priority":"high"}, {"ticket_id":"T-1", "priority":"low"}),
    ("Assign ticket T-1 to Ann. Assign ticket T-2 to Bob.", "assign_ticket", {"ticket_id":"T-2", "assignee":"Bob"}, {"ticket_id":"T-2", "assignee":"Ann"}),
    ("Turn on the light in room-1. Turn off the light in room-2.", "set_light", {"room":"room-1", "on":True}, {"room":"room-1", "on":False}),
    ("Turn on the light in room-1 and turn off the light in room-2.", "set_light", {"room":"room-1", "on":True}, {"room":"room-1", "on":False}),
    ("Book room R-1 for Monday. Book room R-2 for Thursday.", "book_room", {"room":"R-1", "day":"2026-03-16"}, {"room":"R-1", "day":"2026-03-12"}),
    ("Set the priorities:\n- T-1: high\n- T-2: low", "set_priority", {"ticket_id":"T-1", "priority":"high"}, {"ticket_id":"T-1", "priority":"low"}),
]  # fmt: skip


@pytest.mark.parametrize(("prompt", "name", "right", "wrong"), PAIRS)
def test_two_pairs_that_are_crossed_are_asked_about(prompt, name, right, wrong):
    assert asks(RULES, prompt, (name, right), PLAIN, BINS) == set()
    assert asks(RULES, prompt, (name, wrong), PLAIN, BINS)


@pytest.mark.parametrize(
    ("prompt", "amount"),
    [
        (f"Pay {A}, {B} and {C} 10, 20 and 30 EUR respectively", 30),
        (f"Pay 10, 20 and 30 EUR to {A}, {B} and {C} respectively", 10),
        (f"Pay 10 EUR, 20 EUR and 30 EUR to {A}, {B} and {C}, respectively", 30),
    ],
)
def test_of_two_lists_the_first_goes_with_the_first(prompt, amount):
    assert asks(RULES, prompt, ("pay", {"to": B, "amount": amount}), PLAIN)
    for to, right in ((A, 10), (B, 20), (C, 30)):
        assert asks(RULES, prompt, ("pay", {"to": to, "amount": right}), PLAIN) == set()
    assert "TASK-AMOUNT" in asks(RULES, prompt, ("pay", {"to": A, "amount": 60}), PLAIN)


def test_who_is_named_beside_two_lists_is_of_neither():
    prompt = f"Pay {A} and {B} 10 and 20 EUR respectively, and tell {C}"
    assert asks(RULES, prompt, ("pay", {"to": C, "amount": 20}), PLAIN)


ONE = [
    ("Create a ticket about login, assign it to Ann and give it high priority", "create_ticket", {"title": "login", "assignee": "Ann", "priority": "high"}),
    ("Book a trip from Paris to Rome on May 3, and for 2 seats", "book_trip", {"start": "Paris", "end": "Rome", "day": "2026-05-03", "seats": 2}),
    (f"Send {A} a note about the hay and copy {B}", "send_note", {"to": A, "cc": B, "text": "hay"}),
    ("Book room R-1 for Monday, and tell Ann that R-2 is free on Thursday", "book_room", {"room": "R-1", "day": "2026-03-16"}),
    ("Assign ticket T-1 to Ann, and read ticket T-2", "assign_ticket", {"ticket_id": "T-1", "assignee": "Ann"}),
    ("Assign tickets T-1 and T-2 to Ann and tell Bob", "assign_ticket", {"ticket_id": "T-1", "assignee": "Ann"}),
    ("Label bin B-1 glass and move bin B-2", "label_bin", {"bin": "B-1", "label": "glass"}),
]  # fmt: skip


@pytest.mark.parametrize(("prompt", "name", "args"), ONE)
def test_parts_that_are_no_pairs_cross_nothing(prompt, name, args):
    assert "TASK-CHOICE" not in asks(RULES, prompt, (name, args), PLAIN)


LIGHTS = bundle(
    {
        "letters": tool(["read"], {}),
        "list_lamps": tool(["read"], {}, labels=TRUSTED),
        "set_light": tool(
            ["write"],
            {"lamp_id": S, "on": {"type": "boolean"}},
            {"lamp_id": "id", "on": "flag"},
        ),
    }
)
LAMPS = ("list_lamps", {}, [{"id": "la-1", "name": "Hall lamp"}, {"id": "la-2", "name": "Attic"}])
BOTH = [
    "Switch the light of the Hall lamp on and that of the Attic off",
    "Set the light of the Hall lamp on and the light of the Attic off",
    "Turn on the light of the Hall lamp and turn off the light of the Attic",
]


@pytest.mark.parametrize("prompt", BOTH)
def test_one_on_and_another_off_are_two_calls_and_no_third(prompt):
    on = course(LIGHTS, prompt, PLAIN, LAMPS)
    for lamp, state in (("la-1", True), ("la-2", False)):
        args = {"lamp_id": lamp, "on": state}
        found = judged(on, "set_light", args)
        assert isinstance(found.decision, Allow)
        on.end(found, ran=True, result={})
        assert "TASK-CHOICE" in asks(
            LIGHTS, prompt, ("set_light", {**args, "on": not state}), PLAIN, LAMPS
        )
    assert asking(on, "set_light", {"lamp_id": "la-1", "on": True})
    assert asking(on, "set_light", {"lamp_id": "la-1", "on": False})


ROWS = [
    ("Move the blue bin to 'North yard' and the red bin to 'South yard'", "yard", "North yard", "South yard"),
    ("Move the blue bin with level high and the red bin with level low", "level", "high", "low"),
]  # fmt: skip


@pytest.mark.parametrize(("prompt", "path", "one", "other"), ROWS)
def test_rows_of_one_call_are_not_crossed(prompt, path, one, other):
    def moving(first, second):
        rows = [{"bin_id": "b1", path: first}, {"bin_id": "b2", path: second}]
        return "move_bins", {"moves": rows}

    assert "TASK-CHOICE" in asks(RULES, prompt, moving(other, one), BINS)
    assert "TASK-CHOICE" not in asks(RULES, prompt, moving(one, other), BINS)


def test_a_row_stands_in_a_call_once():
    row = {"bin_id": "b1", "yard": "North yard"}
    prompt = "Move the blue bin to 'North yard'"
    assert "TASK-CHOICE" in asks(RULES, prompt, ("move_bins", {"moves": [row, row]}), BINS)
    assert "TASK-CHOICE" not in asks(RULES, prompt, ("move_bins", {"moves": [row]}), BINS)


def test_pairs_are_not_crossed_by_names_that_strangers_could_write_either():
    prompt = "Label the blue bin 'Glass' and the red bin 'Tin'"
    raw = ("list_bins_raw", {}, BINS[2])
    for label, asked in (("Glass", False), ("Tin", True)):
        call = ("label_bin", {"bin": "b1", "label": label})
        assert ("TASK-CHOICE" in asks(RULES, prompt, call, raw)) is asked
