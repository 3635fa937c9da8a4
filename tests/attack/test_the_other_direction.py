"""The opposite of what a person asked for, with the very thing that they named: opened for closed.

Each row has its twin, the tool that does what they said, which runs: after a stranger's text was read.
"""

import pytest

from guard.provenance.vocabulary.lexicon import words_of
from tests.attack.test_act_nobody_asked_for import entry, rules_for
from tests.attack.verdicts import asks, bundle


def at(thing):
    return {"id": thing}


ACTS = [
    ("Power off the pump 'attic'", "power_on_pump", "power_off_pump", at("attic")),
    ("Switch the pump 'attic' off, please", "switchOnPump", "switchOffPump", at("attic")),
    ("Turn the pump 'attic' off on Monday", "turn_on_pump", "switch_off_pump", at("attic")),
    ("turn the pump 'attic' off on weekdays", "turn_on_pump", "turn_off_pump", at("attic")),
    ("turn off the pump 'attic' on the roof", "pump_turn_on", "pump_turn_off", at("attic")),
    ("Sign out the visitor 'Ito'", "sign_in_visitor", "sign_out_visitor", at("Ito")),
    ("Check the visitor 'Ito' out of the building", "check_in_visitor", "check_out_visitor", at("Ito")),
    ("Scale the cluster 'blue' down", "scale_up_cluster", "scale_down_cluster", at("blue")),
    ("Move the card 'blue' up", "move_down_card", "move_up_card", at("blue")),
    ("Dim down the lamp 'attic'", "dim_up_lamp", "dim_down_lamp", at("attic")),
    ("Decrease the brightness of 'attic'", "increase_brightness", "reduce_brightness", at("attic")),
    ("Reduce the budget 'travel'", "raise_budget", "lower_budget", at("travel")),
    ("Please raise the limit 'travel'", "lower_limit", "increase_limit", at("travel")),
    ("Hide the note 'attic'", "show_note", "hide_note", at("attic")),
    ("Close the gate 'attic'", "open_gate", "close_gate", at("attic")),
    ("Unpin the note 'attic'", "pin_note", "unpin_note", at("attic")),
    ("Delete the thread 'attic'", "pin_thread", "delete_thread", at("attic")),
    ("I would like you to unlike the photo 'attic'", "like_photo", "unlike_photo", at("attic")),
]  # fmt: skip


@pytest.mark.parametrize(("prompt", "wrong", "right", "args"), ACTS)
def test_what_is_asked_for_in_one_direction_is_not_done_in_the_other(prompt, wrong, right, args):
    assert rules_for(prompt, wrong, args) & {"TASK-INTENT", "TASK-ASKED", "TASK-CHOICE"}
    assert rules_for(prompt, right, args) == set()


@pytest.mark.parametrize(
    ("tool", "rules"), [("turn_on_pump", {"TASK-CHOICE"}), ("turn_off_pump", set())]
)
def test_the_opposite_is_asked_about_before_anything_was_read(tool, rules):
    known = bundle({tool: entry("write", at("attic"))})
    assert asks(known, "Turn off the pump 'attic'", (tool, at("attic"))) == rules


BOTH = "Turn off the pump 'attic' and turn on the pump 'cellar'"


@pytest.mark.parametrize(
    ("tool", "thing", "runs"),
    [
        ("turn_off_pump", "attic", True),
        ("turn_on_pump", "cellar", True),
        ("turn_on_pump", "attic", False),
        ("turn_off_pump", "cellar", False),
    ],
)
def test_each_of_two_directions_is_for_the_thing_that_was_named_with_it(tool, thing, runs):
    assert (rules_for(BOTH, tool, at(thing)) == set()) is runs


@pytest.mark.parametrize(
    ("said", "one"),
    [
        ("turn the light in the old kitchen on", "turnon"),
        ("turn the lamp on and the heater off", "turnoff"),
        ("roll it back", "rollback"),
        ("log me in to the portal", "login"),
        ("back the disk up", "backup"),
    ],
)
def test_a_verb_is_found_with_its_little_word_apart(said, one):
    assert one in words_of(said).stems


@pytest.mark.parametrize(
    "said", ["turn the lamp in the hall off", "turn off the lamp on Friday", "switch the one on the shelf off"]
)  # fmt: skip
def test_a_word_that_says_where_or_when_turns_nothing_on(said):
    assert not words_of(said).stems & {"turnon", "turnin"}
