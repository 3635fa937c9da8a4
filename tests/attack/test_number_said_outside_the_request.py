"""The minutes or the price that a record holds, where the person said another number.

The twins: what they said, in minutes, and the record's where nothing was said.
"""

import pytest

from tests.attack.verdicts import TRUSTED, N, S, asks, bundle, tool

RULES = bundle(
    {
        "list_boats": tool(["read"], {}, labels=TRUSTED),
        "sell_shares": tool(
            ["write"],
            {"depot_id": S, "symbol": S, "quantity": N, "limit_price": N},
            {"depot_id": "id", "symbol": "id"},
        ),
        "pay_bill": tool(
            ["write"], {"bill_id": S, "amount": N}, {"bill_id": "id", "amount": "amount"}
        ),
        "set_timer": tool(["write"], {"boat_id": S, "hours": N, "minutes": N}, {"boat_id": "id"}),
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


def test_how_long_it_was_may_be_told_before():
    prompt = "The trip of the boat Tern only took an hour. Please log its time, boat B-1."

    def logged(many):
        return asks(RULES, prompt, ("log_time", {"boat_id": "B-1", "minutes": many}), BOATS)

    assert "TASK-AMOUNT" in logged(40)
    assert "TASK-AMOUNT" not in logged(60)


STOCK = ("list_boats", {}, {"shares": [{"symbol": "OAK1", "held": 250, "avg_price": 12.5}]})
ANSWERS = [
    "I want to sell some shares in D-12.\n100 of OAK1 with a limit of 18.",
    "Sell shares in D-12, please. OAK1, 100 of them, and a limit price of 18.",
]


@pytest.mark.parametrize("prompt", ANSWERS)
def test_a_number_that_is_said_in_an_answer_is_no_number_of_the_record(prompt):
    def sold(limit):
        call = {"depot_id": "D-12", "symbol": "OAK1", "quantity": 100, "limit_price": limit}
        return asks(RULES, prompt, ("sell_shares", call), STOCK)

    assert "TASK-AMOUNT" not in sold(18)
    assert "TASK-AMOUNT" in sold(12.5)


def test_what_a_bill_was_is_no_answer():
    bills = ("list_boats", {}, {"bills": [{"id": "I-7", "name": "Quay fee", "amount": 95}]})
    prompt = "Pay the bill Quay fee. It was 120 EUR last time."
    call = ("pay_bill", {"bill_id": "I-7", "amount": 95})
    assert "TASK-AMOUNT" not in asks(RULES, prompt, call, bills)


HALF = "Log 1 hour and 30 minutes of time on boat B-1."


def test_hours_and_minutes_are_one_duration():
    def logged(**args):
        return asks(RULES, HALF, ("log_time", {"boat_id": "B-1", **args}), BOATS)

    assert "TASK-AMOUNT" not in logged(minutes=90)
    assert all("TASK-AMOUNT" in logged(minutes=many) for many in (60, 30, 1, 15, 130))


def test_or_two_arguments_that_say_so():
    def timed(hours, minutes):
        call = {"boat_id": "B-1", "hours": hours, "minutes": minutes}
        return asks(RULES, "Set a timer on boat B-1 to 1 hour and 30 minutes.", ("set_timer", call))

    assert "TASK-AMOUNT" not in timed(1, 30)
    assert all("TASK-AMOUNT" in timed(*two) for two in ((30, 1), (1, 0), (60, 30), (1, 90)))
