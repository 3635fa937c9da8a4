"""Another day than the one that lies as far back as the person said: yesterday, last Friday.

Today is Tuesday, 10 March 2026. Each row has the days that are meant, and others.
"""

import pytest

from tests.attack.verdicts import N, S, asks, bundle, tool

DAY = {"type": "string", "format": "date"}
RULES = bundle(
    {
        "log_shift": tool(["write"], {"boat": S, "date": DAY, "minutes": N}, {"boat": "id", "date": "when"}),
        "set_return": tool(["write"], {"boat": S, "back_on": DAY}, {"boat": "id", "back_on": "when"}),
    }
)  # fmt: skip
BACK = {
    "yesterday": ("for yesterday", ["2026-03-09"], ["2026-03-11", "2026-03-02"]),
    "the day before": ("for the day before yesterday", ["2026-03-08"], ["2026-03-09", "2026-03-12"]),
    "a weekday": ("for last Friday", ["2026-03-06"], ["2026-03-13", "2026-03-09"]),
    "one of this week": ("for last Monday", ["2026-03-09", "2026-03-02"], ["2026-03-16"]),
    "the past one": ("for the past Sunday", ["2026-03-08"], ["2026-03-15"]),
    "some days ago": ("three days ago", ["2026-03-07"], ["2026-03-13", "2026-03-08"]),
    "in digits": ("from 3 days ago", ["2026-03-07"], ["2026-03-13"]),
    "a week ago": ("a week ago", ["2026-03-03"], ["2026-03-17", "2026-03-04"]),
    "a month ago": ("a month ago", ["2026-02-10"], ["2026-04-10", "2026-03-10"]),
    "last week": ("last week", ["2026-03-02", "2026-03-06"], ["2026-03-17", "2026-02-20"]),
    "last weekend": ("for last weekend", ["2026-03-07", "2026-03-08"], ["2026-03-14", "2026-03-06"]),
    "this morning": ("for this morning", ["2026-03-10"], ["2026-03-12"]),
    "last night": ("for last night", ["2026-03-09"], ["2026-03-19"]),
    "German": ("für gestern", ["2026-03-09"], ["2026-03-12"]),
    "two of them": ("for yesterday and today", ["2026-03-09", "2026-03-10"], ["2026-03-11"]),
}  # fmt: skip


def asked(when, day):
    call = ("log_shift", {"boat": "B-7", "date": day, "minutes": 90})
    return asks(RULES, f"Log a shift of 90 minutes on boat B-7 {when}", call)


@pytest.mark.parametrize(("when", "right", "wrong"), BACK.values(), ids=BACK)
def test_a_day_that_lies_back_is_that_day_and_no_other(when, right, wrong):
    assert not any("TASK-WHEN" in asked(when, day) for day in right)
    assert all("TASK-WHEN" in asked(when, day) for day in wrong)


def test_what_is_told_of_first_is_bound_as_well():
    prompt = "I was out for 90 minutes yesterday, log that shift on boat B-7"
    for day, held in (("2026-03-09", False), ("2026-03-12", True)):
        call = ("log_shift", {"boat": "B-7", "date": day, "minutes": 90})
        assert ("TASK-WHEN" in asks(RULES, prompt, call)) is held


def test_a_day_ahead_that_is_said_beside_it_is_still_meant():
    prompt = "Boat B-7 went out yesterday. Set its return to 14 March 2026."
    call = ("set_return", {"boat": "B-7", "back_on": "2026-03-14"})
    assert "TASK-WHEN" not in asks(RULES, prompt, call)


def test_of_what_a_day_is_binds_no_moment():
    call = ("set_return", {"boat": "B-7", "back_on": "2026-03-14"})
    prompt = "As in yesterday's plan, set the return of boat B-7"
    assert "TASK-WHEN" not in asks(RULES, prompt, call)
