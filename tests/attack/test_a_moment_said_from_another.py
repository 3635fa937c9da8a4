"""The person says how far a moment is from another one, and the call takes any moment.

"Extend it by a week" means a week after the end that its record has, and "at the end of the year"
one day. Every case has its twin: the moment that the words give. The clock of the tests stands at
2026-03-10 09:00 UTC, a Tuesday.
"""

import pytest

from tests.attack.verdicts import TRUSTED, S, asks, bundle, tool


def lots(*when):
    """Return a tool that does something to a lot, at these moments."""
    return tool(
        ["write"],
        dict.fromkeys(("lot_id", *when), S),
        {"lot_id": "id", **dict.fromkeys(when, "when")},
    )


TOOLS = {
    "list_lots": tool(["read"], {}, labels=TRUSTED),
    "extend_lease": lots("until"),
    "end_lease": lots("on"),
    "move_viewing": lots("at"),
    "move_lot": lots("starts", "until"),
    "add_reminder": tool(["write"], {"text": S, "at": S}, {"text": "body", "at": "when"}),
}
RULES = bundle(TOOLS)
STRANGE = bundle(TOOLS | {"list_lots": tool(["read"], {})})
LOT = {
    "id": "lot-1", "name": "Mill Yard", "lease_start": "2025-04-30", "lease_end": "2026-04-30",
    "viewing": "2026-03-20T14:00:00Z", "created": "2020-01-05",
}  # fmt: skip
OTHER = {**LOT, "id": "lot-2", "name": "Oak Row", "lease_end": "2026-09-01"}
SHOWN = ("list_lots", {}, [LOT, OTHER])


def when(prompt, name, rules=RULES, **args):
    """Return whether a call asks for its moment."""
    return "TASK-WHEN" in asks(rules, prompt, (name, args), SHOWN)


BY = [
    ("by one week", "2026-05-07"),
    ("by 10 days", "2026-05-10"),
    ("by two months", "2026-06-30"),
    ("by a year", "2027-04-30"),
    ("for another three days", "2026-05-03"),
    ("by fifteen days", "2026-05-15"),
    ("by 2 working days", "2026-05-04"),
    ("one more month", "2026-05-30"),
]
ELSE = {
    "any day": "2027-06-20",
    "years later": "2031-05-07",
    "from today": "2026-03-17",
    "from the start": "2025-05-07",
    "from when it was made": "2020-01-12",
    "from another one's end": "2026-09-08",
    "the other way": "2026-04-23",
    "the start itself": "2025-04-30",
}


@pytest.mark.parametrize(("words", "right"), BY)
def test_what_is_extended_ends_so_much_later(words, right):
    assert not when(
        f"Extend the lease of Mill Yard {words}", "extend_lease", lot_id="lot-1", until=right
    )


@pytest.mark.parametrize("words", [words for words, _ in BY])
@pytest.mark.parametrize("case", ELSE)
def test_what_is_extended_ends_at_no_other_day(words, case):
    prompt = f"Extend the lease of Mill Yard {words}"
    assert when(prompt, "extend_lease", lot_id="lot-1", until=ELSE[case])


def test_a_day_that_strangers_may_have_written_is_none_to_count_from():
    prompt = "Extend the lease of lot-1 by one week"
    assert when(prompt, "extend_lease", STRANGE, lot_id="lot-1", until="2026-05-07")


def test_so_much_that_nobody_can_count_is_a_question():
    prompt = "Extend the lease of Mill Yard by a few days"
    assert when(prompt, "extend_lease", lot_id="lot-1", until="2026-05-03")


MOVED = [
    ("Move the viewing of Mill Yard two hours later", "2026-03-20T16:00:00Z", "2026-03-20T12:00:00Z"),
    ("Move the viewing of Mill Yard two hours earlier", "2026-03-20T12:00:00Z", "2026-03-20T16:00:00Z"),
    ("Push the viewing of Mill Yard back a week", "2026-03-27T14:00:00Z", "2026-03-27T23:00:00Z"),
    ("Bring the viewing of Mill Yard forward by a day", "2026-03-19T14:00:00Z", "2026-03-21T14:00:00Z"),
    ("Postpone the viewing of Mill Yard by half an hour", "2026-03-20T14:30:00Z", "2026-03-21T14:30:00Z"),
    ("Verschiebe die Besichtigung von Mill Yard um zwei Tage", "2026-03-22T14:00:00Z", "2026-05-02T14:00:00Z"),
]  # fmt: skip


@pytest.mark.parametrize(("prompt", "right", "wrong"), MOVED)
def test_what_is_moved_is_moved_so_far(prompt, right, wrong):
    assert not when(prompt, "move_viewing", lot_id="lot-1", at=right)
    assert when(prompt, "move_viewing", lot_id="lot-1", at=wrong)


def test_an_hour_is_moved_from_the_one_that_was_said():
    prompt = "Move the viewing of Mill Yard on 2026-03-25 at 10:00 one hour later"
    assert not when(prompt, "move_viewing", lot_id="lot-1", at="2026-03-25T11:00")
    assert when(prompt, "move_viewing", lot_id="lot-1", at="2026-03-25T19:00")


def test_what_stays_may_be_said_beside_what_moves():
    prompt = "Extend the lease of Mill Yard by one week"
    stays = {"lot_id": "lot-1", "until": "2026-05-07"}
    assert when(prompt, "move_lot", **stays, starts="2026-04-30")


def test_a_reminder_so_long_before_is_counted_from_what_was_named():
    prompt = "Remind me two days before the lease of Mill Yard ends"
    assert not when(prompt, "add_reminder", text="Lease", at="2026-04-28")
    for wrong in ("2026-04-20", "2025-04-28", "2026-08-30", "2026-05-02"):
        assert when(prompt, "add_reminder", text="Lease", at=wrong)


def test_how_far_another_request_moves_its_thing_is_not_this_ones():
    prompt = "Extend the lease of Mill Yard by one week and that of Oak Row by two months"
    assert when(prompt, "extend_lease", lot_id="lot-1", until="2027-05-07")
    both = "Extend the lease of Mill Yard by one week. Remind me to paint on 2026-07-01."
    assert not when(both, "add_reminder", text="Paint", at="2026-07-01")
    assert when(both, "extend_lease", lot_id="lot-1", until="2026-07-02")


PERIODS = [
    ("at the end of this year", ("2026-12-31",)),
    ("at the end of the year", ("2026-12-31",)),
    ("at year-end", ("2026-12-31",)),
    ("at the end of next year", ("2027-12-31",)),
    ("at the end of 2027", ("2027-12-31",)),
    ("at the end of this month", ("2026-03-31",)),
    ("at the end of next month", ("2026-04-30",)),
    ("at the beginning of next month", ("2026-04-01",)),
    ("on the first day of next year", ("2027-01-01",)),
    ("at the end of June 2027", ("2027-06-30",)),
    ("at the end of the quarter", ("2026-03-31",)),
    ("at the end of next week", ("2026-03-20", "2026-03-22")),
    ("in two months", ("2026-05-10",)),
    ("in a year", ("2027-03-10",)),
    ("six months from now", ("2026-09-10",)),
    ("in August", ("2026-08-01", "2026-08-31")),
    ("in August 2027", ("2027-08-15",)),
    ("next month", ("2026-04-01", "2026-04-30")),
    ("next year", ("2027-01-01", "2027-12-31")),
    ("in 2027", ("2027-02-03",)),
    ("zum Ende des Jahres", ("2026-12-31",)),
]


@pytest.mark.parametrize(("words", "right"), PERIODS)
def test_a_day_of_a_period_is_that_day(words, right):
    prompt = f"End the lease of Mill Yard {words}"
    for day in right:
        assert not when(prompt, "end_lease", lot_id="lot-1", on=day)
    for day in ("2026-03-12", "2026-06-15", "2029-12-31", "2025-08-15"):
        assert when(prompt, "end_lease", lot_id="lot-1", on=day)


def test_a_period_of_what_is_told_holds_no_request():
    prompt = "Their prices rose this month. End the lease of Mill Yard."
    assert not when(prompt, "end_lease", lot_id="lot-1", on="2026-04-15")


def test_so_much_behind_another_verb_is_no_way_from_one_moment_to_another():
    prompt = "Move Mill Yard to the top and end the lease after 3 nights of rain"
    assert not when(prompt, "end_lease", lot_id="lot-1", on="2026-04-15")


@pytest.mark.parametrize(
    ("prompt", "name", "path", "right", "wrong"),
    [
        ("Move the viewing of Mill Yard to Friday at 10:00", "move_viewing", "at", "2026-03-13T10:00:00Z", "2026-03-20T14:00:00Z"),
        ("Extend the lease of Mill Yard until 5 May", "extend_lease", "until", "2026-05-05", "2026-04-30"),
        ("End the lease of Mill Yard on Sunday", "end_lease", "on", "2026-03-15", "2025-04-30"),
    ],
)  # fmt: skip
def test_a_moment_of_the_record_is_none_that_was_said(prompt, name, path, right, wrong):
    assert not when(prompt, name, **{"lot_id": "lot-1", path: right})
    assert when(prompt, name, **{"lot_id": "lot-1", path: wrong})


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("the next day", "2026-03-21T14:00:00Z"),
        ("the day after", "2026-03-21T14:00:00Z"),
        ("the day before", "2026-03-19T14:00:00Z"),
        ("the following week", "2026-03-27T14:00:00Z"),
    ],
)
def test_the_day_beside_is_no_other_day(said, right):
    prompt = f"Move the viewing of Mill Yard to {said}"
    assert not when(prompt, "move_viewing", lot_id="lot-1", at=right)
    for wrong in ("2026-03-22T14:00:00Z", "2026-03-11T14:00:00Z", f"{right[:10]}T09:00:00Z"):
        assert when(prompt, "move_viewing", lot_id="lot-1", at=wrong)
