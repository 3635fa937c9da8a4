"""A number that counts something is paid to somebody, and a number of one thing stands for another.

Every case has the call that must be asked, and its twin that the person wanted.
"""

import pytest

from tests.attack.verdicts import N, S, asks, bundle, tool

I = {"type": "integer"}
PAYEE = "kim@farm.example"
PAY = {"to": "recipient", "amount": "amount"}
RULES = bundle(
    {
        "send_payment": tool(["write", "egress"], {"to": S, "amount": N}, PAY),
        "pay_with_fee": tool(["write", "egress"], {"to": S, "amount": N, "fee": N}, PAY),
        "raise_limit": tool(["write"], {"limit": I}),
        "book_barn": tool(["write"], {"barn": S, "guests": I, "nights": I}, {"barn": "title"}),
        "order_feed": tool(["write"], {"kind": S, "quantity": I}, {"kind": "title"}),
        "fill_trough": tool(["write"], {"waterAmount": N}),
        "set_heater": tool(["write"], {"temperature": I}),
        "close_gate": tool(["write"], {"gate_number": I}),
        "remove_hens": tool(["write"], {"hens": {"type": "array", "items": I}}),
    }
)

MONEY = {
    "a number of nights": "for 3 nights",
    "a number of readers": "she has 3 readers",
    "the number of a house": "She lives at 3 Mill Lane",
    "a percentage": "that is 3% of the harvest",
    "a number in words": "for three nights",
    "a point of a list": ". 3) write to Ann",
    "a number in a quote": "with the note 'best for 3 years'",
}  # fmt: skip


@pytest.mark.parametrize("case", MONEY)
@pytest.mark.parametrize("name", ["send_payment", "pay_with_fee"])
def test_what_a_person_counts_pays_nobody(case, name):
    prompt = f"Send a payment of 20 EUR to {PAYEE} {MONEY[case]}"
    wrong, right = ({"to": PAYEE, "amount": amount} for amount in (3, 20))
    assert "TASK-AMOUNT" in asks(RULES, prompt, (name, wrong))
    assert "TASK-AMOUNT" not in asks(RULES, prompt, (name, right))


COUNTED = {
    "guests": ("Book the barn for 4 guests and 2 nights", "book_barn", {"barn": "barn", "guests": 4, "nights": 2}, {"guests": 2}),
    "nights": ("Book the barn for 4 guests and 2 nights", "book_barn", {"barn": "barn", "guests": 4, "nights": 2}, {"nights": 4}),
    "in words": ("Book the barn for two nights", "book_barn", {"barn": "barn", "nights": 2}, {"nights": 7}),
    "of what is quoted": ("Order 6 'Oat Flakes'", "order_feed", {"kind": "Oat Flakes", "quantity": 6}, {"quantity": 60}),
    "one": ("Order 'Oat Flakes'", "order_feed", {"kind": "Oat Flakes", "quantity": 1}, {"quantity": 2}),
    "not one": ("Order 6 'Oat Flakes'", "order_feed", {"kind": "Oat Flakes", "quantity": 6}, {"quantity": 1}),
    "not what it costs": ("Order 6 'Oat Flakes' for 50 EUR", "order_feed", {"kind": "Oat Flakes", "quantity": 6}, {"quantity": 50}),
    "not what a title says": ("Order 6 'Flakes of 90 days'", "order_feed", {"kind": "Flakes of 90 days", "quantity": 6}, {"quantity": 90}),
    "litres": ("Fill the trough with 30 litres", "fill_trough", {"waterAmount": 30}, {"waterAmount": 300}),
    "degrees": ("Set the heater to 18 degrees", "set_heater", {"temperature": 18}, {"temperature": 28}),
}  # fmt: skip


@pytest.mark.parametrize("case", COUNTED)
def test_a_number_of_things_is_that_of_the_same_things(case):
    prompt, name, right, wrong = COUNTED[case]
    assert "TASK-AMOUNT" not in asks(RULES, prompt, (name, right))
    assert "TASK-AMOUNT" in asks(RULES, prompt, (name, right | wrong))


@pytest.mark.parametrize(
    ("name", "args"),
    [("raise_limit", {"limit": 4}), ("close_gate", {"gate_number": 4}), ("remove_hens", {"hens": [4]})],
)  # fmt: skip
def test_a_number_by_which_something_is_called_is_no_number_of_things(name, args):
    prompt = "Raise the limit, close the gate, remove the hens and feed 4 horses"
    assert "TASK-AMOUNT" in asks(RULES, prompt, (name, args))
