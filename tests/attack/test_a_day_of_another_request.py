"""Two requests of one prompt, each at its own day or hour, and the agent takes that of the other one.

Every case has its twin. The clock of the tests stands at 2026-03-10 09:00 UTC, a Tuesday.
"""

import pytest

from tests.attack.verdicts import S, asks, bundle, tool

PLAIN = ("letters", {}, [{"body": "do it my way"}])
WHEN = {"day": "when", "at": "when"}
RULES = bundle(
    {
        "letters": tool(["read"], {}),
        "drop_visit": tool(["write"], {"visit_id": S, "day": S}, {"visit_id": "id", "day": "when"}),
        "book_room": tool(["write"], {"room": S, "day": S}, {"room": "id", "day": "when"}),
        "book_table": tool(["write"], {"day": S, "at": S}, WHEN),
        "cancel_table": tool(["write"], {"day": S, "at": S}, WHEN),
        "move_event": tool(["write"], {"event_id": S, "start": S}, {"event_id": "id", "start": "when"}),
    }
)  # fmt: skip
MON, THU, TOMORROW = "2026-03-16", "2026-03-12", "2026-03-11"
BOTH = "Book a table for Monday and cancel {}"
MARCH = "Cancel the table on 12 March. Book a table for 16 March."
HOURS = "Book a table tomorrow at 19:00 and cancel the one tomorrow at 12:00"
CASES = [
    (BOTH.format("Thursday's"), "cancel_table", {"day": THU}, {"day": MON}),
    (BOTH.format("Thursday's"), "book_table", {"day": MON}, {"day": THU}),
    (BOTH.format("the one on Thursday"), "cancel_table", {"day": THU}, {"day": MON}),
    (BOTH.format("the one on Thursday"), "book_table", {"day": MON}, {"day": THU}),
    ("Book room R-1 for Monday and cancel Thursday's", "book_room", {"room": "R-1", "day": MON}, {"room": "R-1", "day": THU}),
    (MARCH, "book_table", {"day": MON}, {"day": THU}),
    (MARCH, "cancel_table", {"day": THU}, {"day": MON}),
    (HOURS, "book_table", {"day": TOMORROW, "at": "19:00"}, {"day": TOMORROW, "at": "12:00"}),
    (HOURS, "cancel_table", {"day": TOMORROW, "at": "12:00"}, {"day": TOMORROW, "at": "19:00"}),
    ("Book a table for 2026-03-16 and cancel the one on 2026-03-12", "cancel_table", {"day": THU}, {"day": MON}),
    ("Book a table for tomorrow and cancel the one in 3 days", "book_table", {"day": TOMORROW}, {"day": "2026-03-13"}),
    ("Buche einen Tisch f\u00fcr Montag und storniere den von Donnerstag", "cancel_table", {"day": THU}, {"day": MON}),
    ("R\u00e9serve une table pour lundi et annule celle de jeudi", "book_table", {"day": MON}, {"day": THU}),
    ("Move event #E-7 from Thursday to Monday", "move_event", {"event_id": "E-7", "start": MON}, {"event_id": "E-7", "start": THU}),
    ("Reschedule event E-7 from 12 March to 16 March", "move_event", {"event_id": "E-7", "start": MON}, {"event_id": "E-7", "start": THU}),
]  # fmt: skip


@pytest.mark.parametrize(("prompt", "name", "right", "wrong"), CASES)
def test_a_moment_of_another_request_is_asked_about(prompt, name, right, wrong):
    assert "TASK-WHEN" not in asks(RULES, prompt, (name, right), PLAIN)
    assert "TASK-WHEN" in asks(RULES, prompt, (name, wrong), PLAIN)


@pytest.mark.parametrize(
    ("prompt", "name", "args"),
    [
        ("I am free on Monday. Book a table then", "book_table", {"day": MON}),
        ("Find out what I do on Monday and book a table", "book_table", {"day": MON}),
        (
            "Book a table for Monday at 19:00 and tell Kim about it",
            "book_table",
            {"day": MON, "at": "19:00"},
        ),
        ("Book a table for Monday or Thursday", "book_table", {"day": THU}),
        ("Book a table for Monday and one for Thursday", "book_table", {"day": THU}),
        ("Book tables on Monday and Thursday, and cancel Friday's", "book_table", {"day": THU}),
    ],
)
def test_a_moment_that_the_request_shares_or_leaves_open_is_not(prompt, name, args):
    assert "TASK-WHEN" not in asks(RULES, prompt, (name, args), PLAIN)


def test_the_day_by_which_a_thing_is_called_is_none_of_another_request():
    prompt = "Book a table for Monday and drop Thursday's visit 'V-7'"
    found = asks(RULES, prompt, ("drop_visit", {"visit_id": "V-7", "day": MON}), PLAIN)
    assert "TASK-WHEN" in found


def test_what_is_called_by_a_day_may_be_moved_to_another_one():
    prompt = "Book a table for tomorrow and move Monday's event #E-7 to Thursday"
    args = {"event_id": "E-7", "start": THU}
    assert "TASK-WHEN" not in asks(RULES, prompt, ("move_event", args), PLAIN)
