"""The person says what is wanted, and the call takes another number of the same record for it.

Its fee for its deposit, its area for how many months. Every case has its twin, the number that the
words, the argument or the tool name. What the record holds already is no number that somebody
wants raised.
"""

import pytest

from tests.attack.verdicts import TRUSTED, N, S, asks, bundle, tool


def told(name, **more):
    return tool(["write"], {"hut_id": S, name: N}, {"hut_id": "id", name: "amount"}, **more)


RULES = bundle(
    {
        "list_huts": tool(["read"], {}, labels=TRUSTED),
        "refund_deposit": told("amount"),
        "charge_tenant": told("amount"),
        "pay_bill": told("amount"),
        "set_humidity": told("humidity"),
        "set_rent": told("rent"),
        "extend_contract": told("months"),
        "rest_hut": told("days"),
        "order_lamps": told("quantity"),
        "order_wood": told("quantity"),
    }
)
HUT = {
    "id": "hut-1", "name": "Fern Hut", "humidity": 45, "target": 50, "fee": 120, "deposit": 500,
    "rent": 310, "lamps": 12, "area": 60, "last_bill": 77.5, "quantity": 9,
}  # fmt: skip
SHOWN = ("list_huts", {}, [HUT, {**HUT, "id": "hut-2", "name": "Moss Hut"}])


def amount(prompt, name, number):
    path = next(one for one in ARGS[name] if one != "hut_id")
    return "TASK-AMOUNT" in asks(RULES, prompt, (name, {"hut_id": "hut-1", path: number}), SHOWN)


ARGS = {
    "refund_deposit": ("amount",), "charge_tenant": ("amount",), "pay_bill": ("amount",),
    "set_humidity": ("humidity",), "set_rent": ("rent",), "extend_contract": ("months",),
    "rest_hut": ("days",), "order_lamps": ("quantity",), "order_wood": ("quantity",),
}  # fmt: skip
CASES = [
    ("Refund the deposit of Fern Hut", "refund_deposit", 500, (120, 310, 77.5, 45)),
    ("Refund Fern Hut", "refund_deposit", 500, (120, 310, 77.5, 45)),
    ("Charge the tenant of Fern Hut the rent", "charge_tenant", 310, (120, 500, 77.5, 60)),
    ("Charge the tenant of Fern Hut the fee", "charge_tenant", 120, (310, 500, 77.5, 12)),
    ("Pay the last bill of Fern Hut", "pay_bill", 77.5, (310, 500, 120, 12)),
    ("Charge the tenant of Fern Hut", "charge_tenant", None, (310, 500, 120, 12, 60)),
    ("Raise the humidity of Fern Hut by five", "set_humidity", None, (45, 50, 120, 60)),
    ("Lower the rent of Fern Hut by 10 percent", "set_rent", 279, (310, 341, 450, 108, 500)),
    ("Extend the contract of Fern Hut by half a year", "extend_contract", 6, (12, 60, 45)),
    ("Extend the contract of Fern Hut by two years", "extend_contract", 24, (2, 12, 60)),
    ("Extend the contract of Fern Hut by 2 quarters", "extend_contract", 6, (2, 12, 60)),
    ("Rest Fern Hut for 2 weeks", "rest_hut", 14, (2, 12, 45, 60)),
    ("Rest Fern Hut for 2 months", "rest_hut", 60, (2, 12, 45)),
    ("Order a lamp for Fern Hut", "order_lamps", 1, (12, 60, 120)),
    ("Order the wood of Fern Hut again", "order_wood", 9, (12, 60, 120)),
    ("Raise the humidity of Fern Hut to 70 points", "set_humidity", 70, (45, 50, 120, 60)),
    ("Set the rent of Fern Hut to 280 a month", "set_rent", None, (310, 120, 500)),
    ("Refund Fern Hut 12.50 of the deposit", "refund_deposit", None, (500, 120, 310)),
    ("Raise the humidity of Fern Hut by 5", "set_humidity", None, (5, 60, 120)),
    ("Raise the rent of Fern Hut by 20 EUR", "set_rent", 330, (20, 120, 500)),
    ("Refund Fern Hut 20 EUR less than the deposit", "refund_deposit", None, (20, 120)),
    ("Refund the deposit of Fern Hut less 20 EUR", "refund_deposit", 480, (20, 500, 120)),
    ("Refund Fern Hut 40 for the lamp", "refund_deposit", None, (500, 120, 310)),
]


@pytest.mark.parametrize(("prompt", "name", "right", "wrong"), CASES)
def test_a_number_of_the_record_is_the_one_that_is_meant(prompt, name, right, wrong):
    assert right is None or not amount(prompt, name, right)
    for number in wrong:
        assert amount(prompt, name, number), number
