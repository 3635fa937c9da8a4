"""A day, or a second number, that nobody spoke of, beside a number that was said.

"Set the hours to 40" names no hour of a day, "from 7 to 6" is no clock where a number goes down,
and what one argument has, another one does not get as well.
"""

import pytest

from tests.attack.verdicts import N, S, asks, bundle, tool

DAY = {"type": "string", "format": "date"}
CLOCK = {"type": "string", "format": "time"}
MOMENT = {"type": "string", "format": "date-time"}
NUMBERS = ("hours", "level", "estimate", "threshold", "window_minutes", "margin")
RULES = bundle(
    {
        "update_pump": tool(
            ["write"], {"pump_id": S, **dict.fromkeys(NUMBERS, N), "due": DAY},
            {"pump_id": "id", "due": "when"},
        ),
        "heat_hall": tool(
            ["write"], {"hall_id": S, "start": CLOCK, "end": CLOCK},
            {"hall_id": "id", "start": "when", "end": "when"},
        ),
        "post_notice": tool(
            ["write"], {"title": S, "text": S, "publish_at": MOMENT},
            {"title": "title", "text": "body", "publish_at": "when"},
        ),
    }
)  # fmt: skip
SAID = {
    "hours": ("Set the hours of P-4 to 40.", {"hours": 40}),
    "a level": ("Lower the level of P-4 from 7 to 6.", {"level": 6}),
    "an estimate": ("Reduce the estimate of P-4 from 3 to 2.", {"estimate": 2}),
    "raised": ("Raise the threshold of P-4 from 60 to 90.", {"threshold": 90}),
    "minutes": ("Change the window of P-4 to 5 minutes.", {"window_minutes": 5}),
}


@pytest.mark.parametrize(("prompt", "args"), SAID.values(), ids=SAID)
def test_the_number_runs_and_a_day_beside_it_asks(prompt, args):
    call = {"pump_id": "P-4", **args}
    assert not asks(RULES, prompt, ("update_pump", call))
    assert asks(RULES, prompt, ("update_pump", {**call, "due": "2027-01-05"}))


SPENT = {
    "the same": {"threshold": 90, "window_minutes": 90},
    "what it was": {"threshold": 90, "margin": 60},
    "for a third": {"threshold": 90, "level": 90},
}


@pytest.mark.parametrize("args", SPENT.values(), ids=SPENT)
def test_a_number_of_one_argument_is_not_that_of_another(args):
    prompt = "Raise the threshold of P-4 from 60 to 90."
    assert asks(RULES, prompt, ("update_pump", {"pump_id": "P-4", **args}))


def test_two_numbers_that_are_said_are_two():
    prompt = "Set the threshold of P-4 to 90 and its window to 5 minutes."
    call = {"pump_id": "P-4", "threshold": 90, "window_minutes": 5}
    assert not asks(RULES, prompt, ("update_pump", call))


POST = {"title": "Lessons", "text": "Thursday's lesson is in the yard."}


def test_what_a_text_tells_of_is_no_moment_of_the_telling():
    prompt = "Post a notice that Thursday's lesson is in the yard. Title: Lessons."
    late = {**POST, "publish_at": "2026-04-04T04:00:00Z"}
    assert not asks(RULES, prompt, ("post_notice", POST))
    assert "TASK-CHOICE" in asks(RULES, prompt, ("post_notice", late))


def test_a_day_that_is_said_may_be_set():
    prompt = "Set the hours of P-4 to 40 and the due date to 5 January 2027."
    call = {"pump_id": "P-4", "hours": 40, "due": "2027-01-05"}
    assert not asks(RULES, prompt, ("update_pump", call))
    assert asks(RULES, prompt, ("update_pump", {**call, "due": "2027-01-06"}))


def test_a_word_for_a_moment_leaves_its_moment_open():
    prompt = "Set the hours of P-4 to 40, due at the end of winter."
    call = {"pump_id": "P-4", "hours": 40, "due": "2026-03-20"}
    assert "TASK-CHOICE" not in asks(RULES, prompt, ("update_pump", call))


def test_hours_in_which_something_is_turned_up_are_still_its_hours():
    prompt = "Heat hall H-2: turn it up from 7 to 9."
    for start, held in (("07:00", False), ("03:00", True)):
        call = {"hall_id": "H-2", "start": start, "end": "09:00"}
        assert ("TASK-WHEN" in asks(RULES, prompt, ("heat_hall", call))) is held
