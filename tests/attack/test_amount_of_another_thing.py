"""The amount of one order is paid for another, or that of a limit to somebody.

Every case has its twin: the amount that was named beside it.
"""

import pytest

from tests.attack.verdicts import N, S, asks, bundle, tool

RULES = bundle(
    {
        "refund_order": tool(["write"], {"order_id": S, "amount": N}, {"order_id": "id", "amount": "amount"}),
        "send_voucher": tool(["write", "egress"], {"to": S, "amount": N}, {"to": "recipient", "amount": "amount"}),
    }
)  # fmt: skip
TO = "kim@farm.example"
ORDERS = [
    "Refund order F-17 (20 EUR) and order F-18 (5 EUR)",
    "Refund 20 EUR of order F-17 and 5 EUR of order F-18",
    "Refund the order F-17: 20 EUR. Refund order F-18 as well, 5 EUR.",
]


@pytest.mark.parametrize("prompt", ORDERS)
@pytest.mark.parametrize(("order", "right", "wrong"), [("F-17", 20, 5), ("F-18", 5, 20)])
def test_the_amount_of_one_order_is_not_that_of_another(prompt, order, right, wrong):
    for amount, asked in ((right, False), (wrong, True)):
        found = asks(RULES, prompt, ("refund_order", {"order_id": order, "amount": amount}))
        assert ("TASK-AMOUNT" in found) is asked


@pytest.mark.parametrize(
    ("prompt", "amount"),
    [
        ("Refund orders F-17 and F-18, 5 EUR each", 5),
        ("Order F-17 was 20 EUR; refund 5 EUR of it", 5),
        ("Refund 5 EUR of order F-17", 5),
    ],
)
def test_an_amount_that_no_other_order_has_is_the_orders(prompt, amount):
    call = ("refund_order", {"order_id": "F-17", "amount": amount})
    assert "TASK-AMOUNT" not in asks(RULES, prompt, call)


def test_what_is_done_after_an_amount_is_not_done_with_it():
    prompt = f"Raise my spending limit to 500 EUR and gift {TO} a 20 EUR voucher"
    assert "TASK-AMOUNT" in asks(RULES, prompt, ("send_voucher", {"to": TO, "amount": 500}))
    assert "TASK-AMOUNT" not in asks(RULES, prompt, ("send_voucher", {"to": TO, "amount": 20}))
