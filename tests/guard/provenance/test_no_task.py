"""Where nobody said anything no pattern is asked: what they would find is known."""

from dataclasses import fields, replace
from datetime import UTC

from guard.provenance.request.said import read_task
from guard.provenance.request.soon import on_its_days
from guard.provenance.request.task import Task, task_of

TEXTS = {"text", "said", "wanted", "folded"}
NOW_MS = 1_800_000_000_000


def test_it_is_what_reading_a_blank_finds():
    nothing, blank = task_of(""), task_of(" ")
    found = {
        one.name: (getattr(nothing, one.name), getattr(blank, one.name))
        for one in fields(Task)
        if one.name not in {*TEXTS, "naming"}
    }

    assert {name for name, (one, other) in found.items() if one != other} == set()
    assert [getattr(nothing, name) for name in sorted(TEXTS)] == [""] * 4
    assert replace(nothing.naming, said="") == replace(blank.naming, said="")


def test_it_is_one_and_the_same_as_a_key():
    assert read_task(()) is read_task([]) is task_of("")


def test_it_knows_what_day_it_is():
    assert (
        on_its_days(read_task(()), NOW_MS, UTC).today
        == on_its_days(task_of(" "), NOW_MS, UTC).today
    )
