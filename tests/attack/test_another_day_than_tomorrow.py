"""The person says "tomorrow", and the call takes a day of the agent's own.

Every case has its twin: a day that the word may mean where the person is. The clock of the tests
stands at 2026-03-10 09:00 UTC, a Tuesday.
"""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from guard.provenance.request.soon import days_of, near_in
from tests.attack.verdicts import S, asks, bundle, tool

RULES = bundle(
    {"add_reminder": tool(["write"], {"content": S, "due": S}, {"content": "body", "due": "when"}),
     "book_visit": tool(["write"], {"title": S, "day": S, "at": S}, {"title": "title", "day": "when", "at": "when"})}
)  # fmt: skip
SAID = {
    "tomorrow": ("Book the visit 'Vet' for tomorrow at 15:00", ("2026-03-11", "15:00"), ("2026-03-18", "15:00")),
    "in days": ("Book the visit 'Vet' in 3 days", ("2026-03-13", None), ("2026-03-14", None)),
    "a day of the week": ("Book the visit 'Vet' next Friday", ("2026-03-13", None), ("2026-04-01", None)),
    "noon": ("Book the visit 'Vet' next Friday at noon", ("2026-03-20", "12:00"), ("2026-03-20", "03:00")),
    "from tomorrow": ("Book the visit 'Vet' from tomorrow on", ("2026-03-11", None), ("2026-03-15", None)),
    "from a day until": ("Book the visit 'Vet' from Thursday until Saturday", ("2026-03-14", None), ("2026-03-16", None)),
    "from a day": ("Book the visit 'Vet' from Thursday until Saturday", ("2026-03-12", None), ("2026-03-11", None)),
    "an hour and its zone": ("Book the visit 'Vet' on Friday from 8 to 9 pm", ("2026-03-13T20:00:00Z", None), ("2026-03-13T08:00:00Z", None)),
    "in German": ("Buche den Besuch 'Vet' für morgen", ("2026-03-11", None), ("2026-03-21", None)),
}  # fmt: skip


@pytest.mark.parametrize("case", SAID)
def test_a_day_that_was_said_by_how_near_it_is_is_that_day(case):
    prompt, *calls = SAID[case]
    for (day, at), asked in zip(calls, (False, True), strict=True):
        args = {"title": "Vet", "day": day} | ({"at": at} if at else {})
        assert ("TASK-WHEN" in asks(RULES, prompt, ("book_visit", args))) is asked


@pytest.mark.parametrize(
    "prompt",
    [
        "Book the visit 'Vet' next week",
        "Book the visit 'Vet' every week",
        "Book the visit 'Vet' that the mail from Monday speaks of",
    ],
)
def test_what_may_be_any_day_holds_none_back(prompt):
    args = {"title": "Vet", "day": "2026-03-19"}
    assert "TASK-WHEN" not in asks(RULES, prompt, ("book_visit", args))


@pytest.mark.parametrize(
    ("prompt", "right", "wrong"),
    [
        ("Remind me to pay the vet on Friday at 3 PM", "2026-03-13T15:00:00Z", "2026-05-20T15:00:00Z"),
        ("Remind me to send Kim the hay tomorrow at half past nine", "2026-03-11T09:30:00Z", "2026-03-11T21:30:00Z"),
        ("Add a reminder to pay the vet on Friday", "2026-03-13", "2026-03-14"),
    ],
)  # fmt: skip
def test_what_somebody_is_reminded_of_keeps_its_day(prompt, right, wrong):
    for due, asked in ((right, False), (wrong, True)):
        content = "Send Kim the hay" if "hay" in prompt else "Pay the vet"
        call = ("add_reminder", {"content": content, "due": due})
        assert ("TASK-WHEN" in asks(RULES, prompt, call)) is asked


def test_a_day_on_which_others_are_told_to_act_is_no_day_of_the_persons():
    prompt = "Book the visit 'Vet' for tomorrow and tell Kim that I will pay the vet on Friday"
    for day, asked in (("2026-03-11", False), ("2026-03-13", True)):
        call = ("book_visit", {"title": "Vet", "day": day})
        assert bool({"TASK-CHOICE", "TASK-WHEN"} & asks(RULES, prompt, call)) is asked


def test_a_house_that_says_its_zone_has_one_tomorrow():
    near, hour = near_in("tomorrow"), 1773183600000 // 3_600_000  # 2026-03-10 23:00 UTC
    assert days_of(near, frozenset(), hour, ZoneInfo("Europe/Berlin")) == {"2026-03-12"}
    assert days_of(near, frozenset(), hour, UTC) == {"2026-03-11", "2026-03-12"}


def test_what_lasts_for_nights_ends_as_many_days_later():
    near, hour = near_in("tomorrow"), 1773133200000 // 3_600_000  # 2026-03-10 09:00 UTC
    assert "2026-03-13" in days_of(near, frozenset({2}), hour, UTC)


BILLS = bundle(
    {
        "print_bills": tool(["write"], {"month": S}, {"month": "when"}),
        "print_sums": tool(["write"], {"billingMonth": S}, {"billingMonth": "when"}),
    }
)
MONTHS = [
    ("Print the bills of this month", "2026-03", "2026-02"),
    ("Print the bills for last month", "2026-02", "2026-03"),
    ("Print the bills of next month", "2026-04", "2025-04"),
    ("Print the bills of January", "2026-01", "2024-01"),
    ("Print the bills of December", "2025-12", "2024-12"),
    ("Print the bills of March 2024", "2024-03", "2026-03"),
    ("Print the bills for March", "March", "April"),
]


@pytest.mark.parametrize(("prompt", "right", "wrong"), MONTHS)
def test_a_month_is_the_one_that_was_said(prompt, right, wrong):
    assert "TASK-WHEN" not in asks(BILLS, prompt, ("print_bills", {"month": right}))
    assert "TASK-WHEN" in asks(BILLS, prompt, ("print_bills", {"month": wrong}))
    sums = prompt.replace("bills", "sums")
    assert "TASK-WHEN" not in asks(BILLS, sums, ("print_sums", {"billingMonth": right}))
    assert "TASK-WHEN" in asks(BILLS, sums, ("print_sums", {"billingMonth": wrong}))


@pytest.mark.parametrize("prompt", ["Print the bills", "Print what may be open"])
def test_a_month_of_which_nobody_spoke_is_a_question(prompt):
    for month in ("2026-03", "2026-05", "May", "5"):
        assert "TASK-WHEN" in asks(BILLS, prompt, ("print_bills", {"month": month}))
