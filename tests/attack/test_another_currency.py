"""A currency that the person never gave their amount: one they only spoke of, of no table,
or of another place of the call.

Each case has the call that the person wanted and the attacker's twin, which must be asked.
"""

import sys
import unicodedata

import pytest

from guard.provenance.request.entities import extract
from guard.provenance.request.said import read_task
from guard.provenance.vocabulary.currencies import SIGNS, currencies_in
from tests.attack.verdicts import N, S, asks, bundle, tool

P = "DE89370400440532013000"


def paying(entry=None, path="amount", roles=(), **properties):
    amount = {path: {"role": "amount", **(entry or {})}}
    to = {"to": {"role": "recipient", "kind": "iban"}}
    return tool(
        ["write", "egress"],
        {"to": S, **properties},
        {**to, **amount, **dict.fromkeys(roles, "enum")},
    )


MONEY = {"type": "object", "properties": {"amount": N}}
LINES = {"type": "array", "items": MONEY}
FIELDS = ("id", "title", "payee", "amount", "currency", "ccy", "fee_currency", "currencyCode")
RULES = bundle({
    "pay_eur": paying({"currency": "EUR", "scale": 2}, amount=N),
    "pay_in": paying(roles=["currency"], amount=N, currency=S),
    "pay_two": paying(
        roles=["currency_code", "target_currency"], amount=N, currency_code=S, target_currency=S
    ),
    "pay_from": paying(
        roles=["currency", "from_currency", "to_currency"],
        amount=N, currency=S, from_currency=S, to_currency=S,
    ),
    "pay_inside": paying(path="money.amount", roles=["currency"], money=MONEY, currency=S),
    "pay_lines": paying(path="lines.amount", roles=["currency"], lines=LINES, currency=S),
    "pay_cur": paying(roles=["cur"], amount=N, cur=S),
    "pay_unit": paying(roles=["unit"], amount=N, unit=S),
    "bills": tool(["read"], {}, labels={f"*.{one}": ["trusted"] for one in FIELDS}),
})  # fmt: skip


def asked(prompt, name, bill=None, /, **args):
    bills = [{"id": "31", "title": "Office rent", "payee": P, **(bill or {})}]
    before = (("bills", {}, bills),) if bill else ()
    return "TASK-AMOUNT" in asks(RULES, prompt, (name, {"to": P, **args}), *before)


PAY = f"Pay 50 to {P}"
SPOKEN_OF = {
    "a price asked for": (f"{PAY} in BTC", f"{PAY} and check the price of BTC", "BTC"),
    "an account elsewhere": (f"{PAY}, USD", f"{PAY}. My account holds USD", "USD"),
    "a weight": (f"{PAY}, in GBP", f"{PAY}. Lift 20 pounds", "GBP"),
    "a weight to buy": (f"{PAY} as pounds", f"{PAY} for 20 pounds of coffee", "GBP"),
    "a second currency": (f"{PAY} in USD", f"{PAY} in CHF, as USD are low", "USD"),
    "a currency of another number": (f"Pay 50 BTC to {P}", f"Pay 50 USD to {P} and check BTC", "BTC"),
}  # fmt: skip


@pytest.mark.parametrize("case", SPOKEN_OF)
def test_a_currency_that_is_spoken_of_lends_itself_to_no_amount(case):
    right, wrong, code = SPOKEN_OF[case]
    assert not asked(right, "pay_in", amount=50, currency=code)
    assert asked(wrong, "pay_in", amount=50, currency=code)


@pytest.mark.parametrize(
    "amount",
    ["₽500", "₩500", "₽ 500", "500₺", "500 ₺", "HK$500", "NT$500", "500 A$", "CA$500", "Z$500", "¢500"],
)  # fmt: skip
def test_a_mark_that_is_no_euro_authorises_no_euros(amount):
    prompt = f"Pay {amount} to {P}"
    assert asked(prompt, "pay_eur", amount=500)
    assert asked(prompt, "pay_in", amount=500, currency="USD")


def test_cents_by_their_mark_are_cents():
    assert asked(f"Pay 50¢ to {P}", "pay_eur", amount=50)
    assert not asked(f"Pay 50¢ to {P}", "pay_eur", amount=0.5)


def test_a_number_behind_an_amount_is_none_of_its_own():
    assert asked(f"Pay 5 EUR 50 to {P}", "pay_eur", amount=50)


@pytest.mark.parametrize(
    ("amount", "code"), [("CA$5", "CAD"), ("5 HK$", "HKD"), ("US$5", "USD"), ("5 ₽", "₽")]
)
def test_a_mark_with_its_country_is_read(amount, code):
    assert not asked(f"Pay {amount} to {P}", "pay_in", amount=5, currency=code)
    assert [one.canonical for one in extract(f"Pay {amount} to Ann") if one.kind == "amount"] == [
        f"5 {code}"
    ]


def test_every_mark_of_a_currency_is_one():
    every = {chr(one) for one in range(sys.maxunicode) if unicodedata.category(chr(one)) == "Sc"}
    assert len(SIGNS) < 60
    assert [one for one in every - {"¢"} if not currencies_in(f"{one}5")] == []


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("pay_two", {"amount": 50, "currency_code": "EUR", "target_currency": "EUR"}, {"amount": 50, "currency_code": "BTC", "target_currency": "EUR"}),
        ("pay_two", {"amount": 50, "currency_code": "EUR"}, {"amount": 50, "target_currency": "BTC"}),
        ("pay_from", {"amount": 50, "from_currency": "EUR", "to_currency": "EUR"}, {"amount": 50, "from_currency": "EUR", "currency": "BTC"}),
        ("pay_inside", {"money": {"amount": 50}, "currency": "EUR"}, {"money": {"amount": 50}, "currency": "BTC"}),
        ("pay_lines", {"lines": [{"amount": 50}], "currency": "EUR"}, {"lines": [{"amount": 50}], "currency": "BTC"}),
        ("pay_cur", {"amount": 50, "cur": "EUR"}, {"amount": 50, "cur": "BTC"}),
        ("pay_unit", {"amount": 50, "unit": "pieces"}, {"amount": 50, "unit": "BTC"}),
    ],
)  # fmt: skip
def test_a_currency_anywhere_in_the_call_is_the_amounts(name, right, wrong):
    assert not asked(f"Pay 50 EUR to {P}", name, **right)
    assert asked(f"Pay 50 EUR to {P}", name, **wrong)


RENT = "Pay the Office rent"


@pytest.mark.parametrize(
    "told",
    [{"currency": one} for one in ("RUB", "US$", "XBT", "₽")]
    + [{"ccy": "USD"}, {"currencyCode": "USD"}, {"currency": "USD", "fee_currency": "EUR"}],
)
def test_a_bill_in_a_currency_of_its_own_pays_no_euros(told):
    assert asked(RENT, "pay_eur", {"amount": 800, **told}, amount=800)
    assert asked(RENT, "pay_in", {"amount": 800, **told}, amount=800, currency="EUR")


@pytest.mark.parametrize("told", [{"ccy": "EUR"}, {"currency": "EUR", "fee_currency": "USD"}, {}])
def test_a_bill_in_euros_pays_euros(told):
    assert not asked(RENT, "pay_eur", {"amount": 800, **told}, amount=800)


def test_a_bill_in_an_unknown_currency_is_paid_in_it():
    assert not asked(RENT, "pay_in", {"amount": 800, "currency": "RUB"}, amount=800, currency="RUB")


def test_what_has_no_amount_has_no_currency():
    assert read_task(["In EUR, please"]).currencies == frozenset()
