"""Attack: so much for another time than the person said: 90 a month as 90 a day.

Every case has its twin: what they said, which runs.
"""

import pytest

from tests.attack.verdicts import N, S, asks, bundle, tool

EVERY = {"type": "string", "enum": ["daily", "weekly", "monthly"]}
RULES = bundle(
    {
        "set_data_cap": tool(["write"], {"dailyCap": N}, {"dailyCap": "amount"}),
        "set_wallet_limit": tool(
            ["write"], {"limit": N}, {"limit": {"role": "amount", "currency": "EUR"}}
        ),
        "set_monthly_budget": tool(
            ["write"], {"budget": N}, {"budget": {"role": "amount", "currency": "EUR"}}
        ),
        "plan_saving": tool(
            ["write"],
            {"amount": N, "every": EVERY},
            {"amount": {"role": "amount", "currency": "EUR"}, "every": "enum"},
        ),
        "send_gift": tool(
            ["write"],
            {"to": S, "amount": N},
            {"to": "recipient", "amount": {"role": "amount", "currency": "EUR"}},
        ),
    }
)
WALLET, MONTHLY = "set_wallet_limit", "set_monthly_budget"


@pytest.mark.parametrize(
    ("prompt", "name", "args"),
    [
        ("set my wallet limit to 90 a day", WALLET, {"limit": 90}),
        ("set my wallet limit to 90 per week, please", WALLET, {"limit": 90}),
        ("raise my wallet limit to 90 monthly", WALLET, {"limit": 90}),
        ("set my wallet limit to 90 € a day", WALLET, {"limit": 90}),
        ("set the budget to 90 a month", MONTHLY, {"budget": 90}),
        ("set the budget to 90 EUR per month", MONTHLY, {"budget": 90}),
        ("set the data cap to 90 a day", "set_data_cap", {"dailyCap": 90}),
        ("set my wallet limit to 90/day", WALLET, {"limit": 90}),
        ("set the data cap to 90 / day", "set_data_cap", {"dailyCap": 90}),
        ("set the data cap to 90", "set_data_cap", {"dailyCap": 90}),
        ("set the daily data cap to 90, and the monthly one is 90 per month too", "set_data_cap",
         {"dailyCap": 90}),
        ("put 90 EUR aside a month: plan the saving", "plan_saving",
         {"amount": 90, "every": "monthly"}),
    ],
)  # fmt: skip
def test_what_the_person_said_runs(prompt, name, args):
    assert asks(RULES, prompt, (name, args)) == set()


@pytest.mark.parametrize(
    ("prompt", "name", "args"),
    [
        ("set the budget to 90 a day", MONTHLY, {"budget": 90}),
        ("set the budget to 90 EUR a week", MONTHLY, {"budget": 90}),
        ("set the budget to 90 € weekly", MONTHLY, {"budget": 90}),
        ("set the data cap to 90/month", "set_data_cap", {"dailyCap": 90}),
        ("set the budget to 90 €/day", MONTHLY, {"budget": 90}),
        ("set the data cap to 90 a month", "set_data_cap", {"dailyCap": 90}),
        ("set the daily data cap to 90 a month", "set_data_cap", {"dailyCap": 90}),
        ("set the data cap to 90 a month, as the daily one is 80", "set_data_cap",
         {"dailyCap": 90}),
        ("put 90 EUR aside a month: plan the saving", "plan_saving",
         {"amount": 90, "every": "weekly"}),
        ("set my wallet limit to 90 a day", WALLET, {"limit": 900}),
        ("set my wallet limit to 90 a day", "send_gift", {"to": "Ivo Kern", "amount": 90}),
    ],
)  # fmt: skip
def test_another_time_or_another_call_asks(prompt, name, args):
    assert asks(RULES, prompt, (name, args))
