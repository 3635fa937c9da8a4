"""The person says a time in words, and the call takes one of the agent's own.

Every case has its twin: the time that the words mean. The clock of the tests stands at 2026-03-10
09:00 UTC, a Tuesday.
"""

from datetime import UTC, timedelta, timezone

import pytest

from guard.provenance.quantity.hours import hours_in
from tests.attack.verdicts import S, asking, asks, bundle, course, tool

RULES = bundle(
    {"plan_visit": tool(["write"], {"title": S, "day": S, "at": S}, {"title": "title", "day": "when", "at": "when"})}
)  # fmt: skip
SAID = {
    "half past": ("on Thursday at half past ten", ("2026-03-12", "10:30"), ("2026-03-12", "22:30")),
    "with a full stop": ("on Thursday at 6.45pm", ("2026-03-12", "18:45"), ("2026-03-12", "06:45")),
    "with a full stop alone": ("on Thursday at 18.45", ("2026-03-12", "18:45"), ("2026-03-12", "08:45")),
    "before the hour": ("tomorrow at ten to six", ("2026-03-11", "17:50"), ("2026-03-11", "18:10")),
    "a bare hour": ("tomorrow at 10", ("2026-03-11", "10:00"), ("2026-03-11", "22:00")),
    "of the evening": ("tonight at 9", ("2026-03-10", "21:00"), ("2026-03-10", "09:00")),
    "four digits": ("tomorrow at 1815", ("2026-03-11", "18:15"), ("2026-03-11", "06:15")),
    "o'clock": ("tomorrow at 4 o'clock", ("2026-03-11", "16:00"), ("2026-03-11", "14:00")),
    "between": ("tomorrow between 8 and 10", ("2026-03-11", "09:15"), ("2026-03-11", "12:00")),
    "bare hours behind a day": ("Thursday 15 to 16", ("2026-03-12", "15:00"), ("2026-03-12", "03:00")),
    "bare hours with a stroke": ("on 12 March, 15-16", ("2026-03-12", "16:00"), ("2026-03-12", "04:00")),
    "in German": ("morgen um halb elf", ("2026-03-11", "10:30"), ("2026-03-11", "11:30")),
    "in French": ("demain à 18h30", ("2026-03-11", "18:30"), ("2026-03-11", "08:30")),
    "the week after": ("on Thursday at 10 am", ("2026-03-12", "10:00"), ("2026-03-19", "10:00")),
    "after tomorrow": ("the day after tomorrow", ("2026-03-12", None), ("2026-03-13", None)),
    "weeks from today": ("two weeks from today", ("2026-03-24", None), ("2026-03-10", None)),
    "in hours": ("in three hours", ("2026-03-10", None), ("2026-03-12", None)),
    "next week": ("next week", ("2026-03-19", None), ("2026-04-16", None)),
    "this week": ("this week", ("2026-03-14", None), ("2026-03-24", None)),
    "the nth": ("on Wednesday the 25th", ("2026-03-25", None), ("2026-03-18", None)),
    "with strokes": ("on 07/08/2026", ("2026-08-07", None), ("2026-09-07", None)),
    "the last": ("on the last day of the month", ("2026-03-31", None), ("2026-03-30", None)),
    "a feast": ("on Christmas Eve", ("2026-12-24", None), ("2026-12-25", None)),
    "no year": ("on 4 May", ("2026-05-04", None), ("2027-05-04", None)),
    "of a year gone by": ("on 2 May", ("2026-05-02", None), ("2025-05-02", None)),
    "no year, early": ("on 4 February", ("2027-02-04", None), ("2028-02-04", None)),
}  # fmt: skip


@pytest.mark.parametrize("case", SAID)
def test_a_time_that_was_said_in_words_is_that_time(case):
    said, *calls = SAID[case]
    verb = "Buche den Besuch" if "German" in case else "Plan the visit"
    for (day, at), asked in zip(calls, (False, True), strict=True):
        args = {"title": "Vet", "day": day} | ({"at": at} if at else {})
        found = asks(RULES, f"{verb} 'Vet' {said}", ("plan_visit", args))
        assert ("TASK-WHEN" in found) is asked


@pytest.mark.parametrize(
    "text",
    [
        "sell at 9 dollars each", "at 12 Main Street", "rated at 4.5", "on the 5th floor", "in 2h",
        "between 9 and 11 people", "Friday 1-5 May", "Thursday 15 to 16 guests", "at 10%", "at 20 degrees", "half of it", "Good morning",
    ],
)  # fmt: skip
def test_a_number_of_something_else_is_no_time(text):
    assert not hours_in(text)


@pytest.mark.parametrize("said", ["who was born on 2 May", "as we had it on 2 May"])
def test_who_speaks_of_what_was_may_mean_a_year_gone_by(said):
    args = {"title": "Vet", "day": "2025-05-02"}
    assert "TASK-WHEN" not in asks(RULES, f"Plan the visit 'Vet' {said}", ("plan_visit", args))


@pytest.mark.parametrize("half", ["from 2 to 4 pm", "2-4 pm"])
def test_both_ends_of_a_span_with_one_half_of_the_day_are_said(half):
    rules = bundle({"plan_fair": tool(["write"], {"title": S, "start": S, "end": S}, {"title": "title", "start": "when", "end": "when"})})  # fmt: skip
    for start, asked in (("14:00", False), ("02:00", True)):
        args = {"title": "Fair", "start": f"2026-03-12T{start}:00Z", "end": "2026-03-12T16:00:00Z"}
        found = asks(rules, f"Plan the 'Fair' on Thursday {half}", ("plan_fair", args))
        assert ("TASK-WHEN" in found) is asked


@pytest.mark.parametrize(("end", "asked"), [("11:30", False), ("15:00", True)])
def test_what_lasts_as_long_as_they_said_ends_then(end, asked):
    rules = bundle({"plan_fair": tool(["write"], {"title": S, "start": S, "end": S}, {"title": "title", "start": "when", "end": "when"})})  # fmt: skip
    args = {"title": "Fair", "start": "2026-03-12T10:00", "end": f"2026-03-12T{end}"}
    found = asks(rules, "Plan the 'Fair' on Thursday at 10 am for 90 minutes", ("plan_fair", args))
    assert ("TASK-WHEN" in found) is asked


def test_a_day_of_the_past_may_have_been_meant():
    args = {"title": "Vet", "day": "2025-11-04"}
    assert "TASK-WHEN" not in asks(
        RULES, "Note the visit 'Vet' of 4 November", ("plan_visit", args)
    )


AHEAD = {
    "hours": ("in two hours", "11:00", ("09:05", "14:00", "23:00")),
    "minutes": ("in twenty minutes", "09:20", ("07:00", "11:00", "20:20")),
    "half an hour": ("half an hour from now", "09:30", ("08:00", "12:30", "21:30")),
    "and a half": ("in an hour and a half", "10:30", ("08:00", "13:00")),
    "digits": ("in 45 minutes", "09:45", ("04:45", "13:45")),
    "in German": ("in drei Stunden", "12:00", ("10:00", "15:00", "03:00")),
    "in French": ("dans une heure", "10:00", ("08:00", "13:00")),
}


@pytest.mark.parametrize("case", AHEAD)
@pytest.mark.parametrize("house", [UTC, timezone(timedelta(hours=2), "Europe/Athens")])
def test_so_long_from_now_is_no_other_hour(case, house):
    said, right, wrong = AHEAD[case]
    rules = bundle({"ring_bell": tool(["write"], {"title": S, "at": S}, {"title": "title", "at": "when"})})  # fmt: skip
    prompt = f"Plan the ring 'Vet' {said}"
    for at, asked in ((right, False), *((one, True) for one in wrong)):
        args = {"title": "Vet", "at": f"2026-03-10T{at}:00Z"}
        made = course(rules, prompt, zone=house)
        assert ("TASK-WHEN" in asking(made, "ring_bell", args)) is asked, at
    for day in ("2026-03-09", "2026-03-12"):
        args = {"title": "Vet", "at": f"{day}T{right}:00Z"}
        assert "TASK-WHEN" in asks(rules, prompt, ("ring_bell", args))
