"""The minutes that a record holds, where the person said how long something lasted.

The twins: what they said, in minutes, and the record's where nothing was said.
"""

import pytest

from tests.attack.verdicts import TRUSTED, N, S, asks, bundle, tool

RULES = bundle(
    {
        "list_boats": tool(["read"], {}, labels=TRUSTED),
        "log_time": tool(["write"], {"boat_id": S, "minutes": N}, {"boat_id": "id"}),
    }
)
BOATS = ("list_boats", {}, {"boats": [{"id": "B-1", "name": "Tern", "window_minutes": 15, "minutes": 40}]})  # fmt: skip
SAID = {"Log two hours on B-1.": 120, "Log an hour and a half of time on the boat Tern.": 90}


@pytest.mark.parametrize(("prompt", "minutes"), SAID.items())
def test_what_was_said_runs_and_no_minutes_of_the_record(prompt, minutes):
    def logged(many):
        return asks(RULES, prompt, ("log_time", {"boat_id": "B-1", "minutes": many}), BOATS)

    assert "TASK-AMOUNT" not in logged(minutes)
    assert all("TASK-AMOUNT" in logged(many) for many in (15, 40, 60))


def test_the_minutes_of_the_record_are_meant_where_none_were_said():
    call = ("log_time", {"boat_id": "B-1", "minutes": 40})
    prompt = "Log the minutes of the boat Tern as its time."
    assert "TASK-AMOUNT" not in asks(RULES, prompt, call, BOATS)
