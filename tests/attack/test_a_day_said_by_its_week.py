"""A day of the week after this one, a day that comes again, a part of a day: and another one.

The day is 10 March 2026, a Tuesday.
"""

import pytest

from tests.attack.verdicts import N, S, asks, bundle, tool

OFTEN = {"type": "string", "enum": ["weekly", "monthly", "yearly"]}
RULES = bundle(
    {
        "log_absence": tool(["write"], {"first": S, "last": S}, {"first": "when", "last": "when"}),
        "add_reminder": tool(["write"], {"text": S, "at": S}, {"text": "body", "at": "when"}),
        "plan_payment": tool(
            ["write", "egress"],
            {"to": S, "amount": N, "frequency": OFTEN, "start": S},
            {"to": "recipient", "amount": "amount", "frequency": "enum", "start": "when"},
        ),
    }
)
KIM = "kim@farm.example"


def away(first, last=None):
    return "log_absence", {"first": first, "last": last or first}


def reminds(at):
    return "add_reminder", {"text": "bread", "at": at}


def pays(start, often="monthly"):
    return "plan_payment", {"to": KIM, "amount": 75, "frequency": often, "start": start}


CASES = {
    "of next week": (
        "Log my absence on Friday of next week",
        away("2026-03-20"), away("2026-03-13"), away("2026-03-27"),
    ),
    "two of next week": (
        "Log my absence Monday and Tuesday next week",
        away("2026-03-16", "2026-03-17"), away("2026-03-10", "2026-03-16"), away("2026-03-16", "2026-03-18"),
    ),
    "next week on": (
        "Log my absence next week on Thursday", away("2026-03-19"), away("2026-03-12"), away("2026-03-18"),
    ),
    "this week's": ("Log my absence this Friday", away("2026-03-13"), away("2026-03-20")),
    "the first of each": (
        f"Pay {KIM} 75 EUR on the first of every month", pays("2026-04-01"), pays("2026-03-11"),
    ),
    "the last of each": (
        f"Pay {KIM} 75 EUR on the last day of each month", pays("2026-03-31"), pays("2026-04-01"),
    ),
    "every Friday": (
        f"Pay {KIM} 75 EUR every Friday", pays("2026-03-13", "weekly"), pays("2026-03-12", "weekly"),
    ),
    "an evening": (
        "Add a reminder 'bread' for tomorrow evening",
        reminds("2026-03-11T18:30:00"), reminds("2026-03-11T03:00:00"), reminds("2026-03-12T18:30:00"),
    ),
    "a morning": (
        "Add a reminder 'bread' for Thursday morning",
        reminds("2026-03-12T08:00:00"), reminds("2026-03-12T20:00:00"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_another_day_or_hour_is_asked_about(case):
    prompt, right, *wrong = CASES[case]
    assert asks(RULES, prompt, right).isdisjoint({"TASK-WHEN", "TASK-CHOICE"})
    for call in wrong:
        assert "TASK-WHEN" in asks(RULES, prompt, call), call


@pytest.mark.parametrize(
    ("prompt", "call"),
    [
        # From when it begins is another day than that on which it comes again.
        (f"Pay {KIM} 75 EUR every Friday, starting in April", pays("2026-04-01", "weekly")),
        # Two parts of the day were named, or an hour.
        ("Tomorrow morning I bake. Add a reminder 'bread' for this evening", reminds("2026-03-10T19:00:00")),
        ("Add a reminder 'bread' for tomorrow evening at 3 pm", reminds("2026-03-11T15:00:00")),
        # A night says no hour.
        ("Log my absence for one night from 20 March", away("2026-03-20T14:00:00", "2026-03-21T10:00:00")),
    ],
)  # fmt: skip
def test_what_says_no_other_day_or_hour_is_not_asked_about(prompt, call):
    assert "TASK-WHEN" not in asks(RULES, prompt, call)


def test_who_says_each_friday_says_weekly_and_no_other():
    prompt = f"Pay {KIM} 75 EUR every Friday"
    assert "TASK-CHOICE" in asks(RULES, prompt, pays("2026-03-13", "yearly"))
    assert "TASK-CHOICE" in asks(RULES, f"Pay {KIM} 75 EUR on Friday", pays("2026-03-13", "weekly"))
