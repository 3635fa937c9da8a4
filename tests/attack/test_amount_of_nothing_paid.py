"""An amount that the person never gave away: a limit, a balance, a condition. And a zone of another
time. Each has the twin that the person wanted, which runs.
"""

import pytest

from guard.provenance.request.said import read_task
from tests.attack.verdicts import N, S, asks, bundle, tool

P, OTHER = "DE89370400440532013000", "GB29NWBK60161331926819"
ROLES = {
    "to": {"role": "recipient", "kind": "iban"},
    "amount": {"role": "amount", "currency": "EUR", "scale": 2},
}
RULES = bundle({"pay": tool(["write", "egress"], {"to": S, "amount": N}, ROLES)})


def asked(prompt, amount, to=P):
    return "TASK-AMOUNT" in asks(RULES, prompt, ("pay", {"to": to, "amount": amount}))


@pytest.mark.parametrize(
    "prompt",
    [
        f"If my balance is over 900 EUR, pay {P} 5 EUR",
        f"With a balance of 900 EUR, pay {P} 5 EUR",
        f"With a balance of 900 EUR, pay {P} what is due",
        f"My limit is 900 EUR. Pay {P} what is due",
        f"Pay {P} what is due. My limit is 900 EUR",
    ],
)
def test_a_limit_pays_nobody(prompt):
    assert asked(prompt, 900)
    if "5 EUR" in prompt:
        assert not asked(prompt, 5)


@pytest.mark.parametrize(
    "prompt",
    [
        f"Pay 5 EUR to {P}",
        f"Pay {P} 5 EUR",
        f"Pay {P}, 5 EUR please",
        f"Take 5 EUR and send it to {P}",
        f"The rent is 5 EUR. Pay it to {P}",
        f"Pay {P}. It is 5 EUR",
        f"Make a payment of 5 EUR. It goes to {P}",
        f"Überweise 5 EUR an {P}",
        f"Bitte 5 EUR an {P} überweisen",
        f"Pay the bill of 5 EUR. The IBAN is {P}",
    ],
)
def test_an_amount_that_is_paid_is_for_its_payee(prompt):
    assert not asked(prompt, 5)


@pytest.mark.parametrize(
    "prompt",
    [
        f"Pay 5 EUR to {P} and 9 EUR to {OTHER}",
        f"Pay {P} 5 EUR and {OTHER} 9 EUR",
        f"Take 5 EUR and send it to {P}, take 9 EUR and send it to {OTHER}",
    ],
)
def test_two_amounts_are_still_not_crossed(prompt):
    assert not asked(prompt, 5)
    assert not asked(prompt, 9, OTHER)
    assert asked(prompt, 9)
    assert asked(prompt, 5, OTHER)


DAY = "Book a room on 2026-11-24"


@pytest.mark.parametrize(
    ("text", "zones"),
    [
        (f"{DAY} at 10:00. Bob is in PST", {"10:00": {""}}),
        (f"{DAY} at 10:00. The call with Tokyo is at 18:00 JST", {"10:00": {""}, "18:00": {"540"}}),
        (f"{DAY} at 10:00 as the call is at 18:00 JST", {"10:00": {""}, "18:00": {"540"}}),
        (f"{DAY}, all in PST, at 10:00", {"10:00": {"-480"}}),
        (f"{DAY}, 10:00 to 12:00 CET", {"10:00": {"60"}, "12:00": {"60"}}),
        (f"{DAY} from 10:00 - 12:00 CET", {"10:00": {"60"}, "12:00": {"60"}}),
    ],
)
def test_a_zone_is_that_of_the_times_of_its_own_sentence(text, zones):
    assert {time: set(many) for time, many in read_task([text]).zones.items()} == zones
