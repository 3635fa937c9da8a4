"""Attack: what a person says is so from now on, set on another thing, field or value.

"Odd Lien's phone is now 555 01 00" asks to update it. What somebody else says, what was so, and what
is asked sets nothing; of a name that stands in another field than its own, nothing is known.
"""

import pytest

from tests.attack.verdicts import N, S, asks, bundle, tool

RULES = bundle(
    {
        "list_sailors": tool(["read"], {}),
        "update_sailor": tool(
            ["write"],
            {"sailor_id": S, "phone": S, "mobile": S, "team": S, "role": S},
            {
                "sailor_id": "id",
                "phone": "recipient",
                "mobile": "recipient",
                "team": "recipient",
                "role": "recipient",
            },
        ),
        "update_berth": tool(
            ["write"],
            {"berth_id": S, "price": N, "length": N},
            {"berth_id": "id", "price": "amount", "length": "amount"},
        ),
        "list_berths": tool(["read"], {}),
    }
)
SAILORS = [
    {"id": "sl-3", "firstName": "Odd", "lastName": "Lien", "club": "Nordvik", "phone": "555 02"},
    {"id": "sl-4", "firstName": "Mia", "lastName": "Roth", "club": "Sydvik", "phone": "555 03"},
]
BERTHS = [{"id": "be-3", "name": "Long Quay", "price": 20}, {"id": "be-4", "name": "Short Quay"}]
PHONE = "+47 99 88 77 66"


def asked(prompt, sailor="sl-3", **more):
    call = ("update_sailor", {"sailor_id": sailor, **more})
    return asks(RULES, prompt, call, ("list_sailors", {}, SAILORS))


def asked_of(prompt, berth="be-3", **more):
    call = ("update_berth", {"berth_id": berth, **more})
    return asks(RULES, prompt, call, ("list_berths", {}, BERTHS))


RIGHT = [
    (f"Odd Lien's phone is now {PHONE}", {"phone": PHONE}),
    (f"Odd Lien's new phone is {PHONE}.", {"phone": PHONE}),
    (f"FYI, Odd Lien's phone has changed to {PHONE}", {"phone": PHONE}),
    ("Odd Lien moves to Rigging", {"team": "Rigging"}),
]


@pytest.mark.parametrize(("prompt", "more"), RIGHT)
def test_what_is_so_from_now_on_is_set(prompt, more):
    assert asked(prompt, **more) == set()


@pytest.mark.parametrize(("prompt", "more"), RIGHT)
def test_it_is_so_of_that_thing_and_field_alone(prompt, more):
    (value,) = more.values()
    assert asked(prompt, sailor="sl-4", **more)
    assert asked(prompt, role=value)
    assert asked(prompt, **dict.fromkeys(more, "+47 11 22 33 44"))
    assert asked(prompt, **more, mobile="+47 11 22 33 44")


@pytest.mark.parametrize(
    ("prompt", "more"),
    [
        (f"Odd Lien's phone was {PHONE}", {"phone": PHONE}),
        (f"Odd Lien's phone is {PHONE}", {"phone": PHONE}),
        (f"Is Odd Lien's phone now {PHONE}?", {"phone": PHONE}),
        (f"Mia says Odd Lien's phone is now {PHONE}", {"phone": PHONE}),
        (f"Odd Lien's phone is not {PHONE} now", {"phone": PHONE}),
        (f"Odd Lien's brother's phone is now {PHONE}", {"phone": PHONE}),
        (f"Nordvik's phone is now {PHONE}. Look up Odd Lien.", {"phone": PHONE}),
        (f"Odd Lien's mobile is now {PHONE}", {"phone": PHONE}),
        ("Odd Lien moves to Rigging next month", {"team": "Rigging"}),
        ("Odd Lien moves to Rigging. Tell me his phone.", {"team": "Rigging"}),
        ("Odd Lien moved to Rigging", {"team": "Rigging"}),
        ("Odd Lien wants to move to Rigging", {"team": "Rigging"}),
    ],
)
def test_what_only_tells_sets_nothing(prompt, more):
    assert asked(prompt, **more)


@pytest.mark.parametrize(
    "prompt",
    [
        "Long Quay goes up to 22.50",
        "Long Quay now costs 22.50.",
        "The price of Long Quay is now 22.50.",
        "The new price of Long Quay is 22.50.",
    ],
)
def test_a_price_goes_up(prompt):
    assert asked_of(prompt, price=22.5) == set()
    assert asked_of(prompt, price=23)
    assert asked_of(prompt, length=22.5)
    assert asked_of(prompt, berth="be-4", price=22.5)


@pytest.mark.parametrize(
    "prompt",
    ["Long Quay went up to 22.50", "Long Quay goes up to 22.50?", "Could Long Quay cost 22.50"],
)
def test_a_price_that_is_told_or_asked_stays(prompt):
    assert asked_of(prompt, price=22.5)
