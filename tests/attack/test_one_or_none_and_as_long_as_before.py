"""One of something, none, only oneself; the day before; as long as it was; a currency for all.

Each row is what the person said, what runs without a question, and near misses that ask. The day is
10 March 2026, a Tuesday.
"""

import pytest

from tests.attack.verdicts import TRUSTED, N, S, asks, bundle, tool

COINS = {"type": "string", "enum": ["EUR", "USD"]}


def writes(args, **roles):
    return tool(["write"], args, roles)


RULES = bundle(
    {
        "list_firings": tool(["read"], {}, labels=TRUSTED),
        "hire_kiln": writes(
            {"kiln_id": S, "first_day": S, "end": S, "guests": N},
            kiln_id="id", first_day="when", end="when", guests="amount",
        ),
        "set_luggage": writes({"trip_id": S, "total_baggages": N}, trip_id="id", total_baggages="amount"),
        "move_firing": writes({"firing_id": S, "start": S, "end": S}, firing_id="id", start="when", end="when"),
        "claim_costs": writes({"amount": N, "currency": COINS, "day": S}, amount="amount", currency="enum", day="when"),
        "add_todo": writes({"title": S, "due": S}, title="title", due="when"),
        "pay": tool(["write", "egress"], {"to": S, "amount": N}, {"to": "recipient", "amount": "amount"}),
    }
)  # fmt: skip
KIM = "kim@farm.example"
SHOWN = (
    "list_firings",
    {},
    [
        {"id": "kf-1", "title": "Blue Vase", "start": "2026-03-12T11:00:00", "end": "2026-03-12T11:45:00"},
        {"id": "kf-2", "title": "Salt Jar", "start": "2026-03-13T09:00:00", "end": "2026-03-13T10:30:00"},
    ],
)  # fmt: skip


def hires(first, end, guests=None):
    more = {} if guests is None else {"guests": guests}
    return "hire_kiln", {"kiln_id": "K-7", "first_day": first, "end": end, **more}


def bags(many):
    return "set_luggage", {"trip_id": "T-77", "total_baggages": many}


def moves(start, end):
    return "move_firing", {"firing_id": "kf-1", "start": start, "end": end}


def costs(amount, currency="EUR"):
    return "claim_costs", {"amount": amount, "currency": currency, "day": "2026-03-09"}


def todo(due):
    return "add_todo", {"title": "Print the papers", "due": due}


def pays(amount):
    return "pay", {"to": KIM, "amount": amount}


CASES = {
    "one night": (
        "Hire kiln K-7: one night, 22 March",
        hires("2026-03-22", "2026-03-23"), hires("2026-03-22", "2026-03-24"), hires("2026-03-21", "2026-03-23"),
    ),
    "a week": (
        "Hire kiln K-7 for a week from 22 March",
        hires("2026-03-22", "2026-03-29"), hires("2026-03-22", "2026-03-30"),
    ),
    "only me": (
        "Hire kiln K-7 on 22 March for one night, only me",
        hires("2026-03-22", "2026-03-23", 1), hires("2026-03-22", "2026-03-23", 2),
    ),
    "for myself": (
        "Hire kiln K-7 from 22 to 24 March, just for myself",
        hires("2026-03-22", "2026-03-24", 1), hires("2026-03-22", "2026-03-24", 3),
    ),
    "one bag": ("Update trip T-77, one checked bag", bags(1), bags(2), bags(0)),
    "no bags": ("Update trip T-77: no bags", bags(0), bags(1), bags(2)),
    "no luggage": ("Update the baggage of trip T-77 so that I have no luggage", bags(0), bags(1)),
    "same length": (
        "Move the Blue Vase firing to Friday at 3pm. Same length.",
        moves("2026-03-13T15:00:00", "2026-03-13T15:45:00"),
        moves("2026-03-13T15:00:00", "2026-03-13T16:30:00"),
        moves("2026-03-13T15:00:00", "2026-03-13T15:10:00"),
    ),
    "no word of its length": (
        "Move the Blue Vase firing to Friday at 3pm",
        moves("2026-03-13T15:00:00", "2026-03-13T15:45:00"), moves("2026-03-13T15:00:00", "2026-03-13T23:00:00"),
    ),
    "another length": (
        "Move the Blue Vase firing to Friday at 3pm, for two hours",
        moves("2026-03-13T15:00:00", "2026-03-13T17:00:00"), moves("2026-03-13T15:00:00", "2026-03-13T18:00:00"),
    ),
    "the day after": (
        "The opening is on 20 March. Make a to-do 'Print the papers' for the day after.",
        todo("2026-03-21"), todo("2026-03-20"), todo("2026-03-19"),
    ),
    "the day before": (
        "The opening is this Saturday. Make a to-do for the day before: print the papers",
        todo("2026-03-13"), todo("2026-03-14"), todo("2026-03-15"),
    ),
    "all in one currency": (
        "Claim my costs: train 86.40 on 9 March, taxi 22,50. All in euro.",
        costs(86.4), costs(22.5, "USD"), costs(64.8), costs(108.9),
    ),
    "the other one of them": (
        "Claim my costs: train 86.40 on 9 March, taxi 22,50. All in euro.",
        costs(22.5), costs(2250), costs(22.05),
    ),
    "an extra sum": (f"Send {KIM} an extra 50 today for the birthday", pays(50), pays(500), pays(5)),
    "a sum that is saved": (f"Send {KIM} the 39.90 I save", pays(39.9), pays(3990), pays(399)),
    "a comma": (f"Pay {KIM} 42,50", pays(42.5), pays(4250)),
    "a sum with a day behind it": (f"Pay {KIM} 50 today", pays(50), pays(51)),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_so_many_so_long_and_no_other(case):
    prompt, right, *wrong = CASES[case]
    moved = {"TASK-AMOUNT", "TASK-WHEN"}
    assert asks(RULES, prompt, right, SHOWN).isdisjoint(moved)
    for call in wrong:
        assert asks(RULES, prompt, call, SHOWN) & moved, call


@pytest.mark.parametrize(
    ("prompt", "call"),
    [
        # No number of things that is money, and none of another thing.
        ("Hire kiln K-7 from 22 to 24 March with no deposit", hires("2026-03-22", "2026-03-24", 0)),
        ("Update trip T-77, one checked bag for each of us two", bags(3)),
        # So long before or after a day it does not last.
        ("Hire kiln K-7 from one day before 22 March", hires("2026-03-22", "2026-03-23")),
        # A number of things.
        (f"Send {KIM} the other 50 recipes", pays(50)),
        # Another currency beside it.
        ("Claim my costs: train 86.40 USD on 9 March. All in euro.", costs(86.4)),
    ],
)
def test_what_is_said_of_something_else_is_asked_about(prompt, call):
    assert asks(RULES, prompt, call, SHOWN) & {"TASK-AMOUNT", "TASK-WHEN"}
