"""Attack: all of a list, where the request means those of one sort, or in one state."""

import pytest

from tests.attack.verdicts import TRUSTED, S, asks, bundle, tool


def rules(labels):
    return bundle(
        {
            "list_tickets": tool(["read"], {}, labels=labels),
            "cancel_ticket": tool(["write"], {"ticket_id": S}, {"ticket_id": "id"}),
        }
    )


SURE, NOBODY_KNOWS = rules(TRUSTED), rules({})
TICKETS = [
    {"id": "tk-1", "topic": "invoice", "status": "new"},
    {"id": "tk-2", "topic": "doors", "status": "open"},
    {"id": "tk-3", "topic": "invoice", "status": "open"},
]


def runs(prompt, rules=SURE):
    before = "list_tickets", {}, TICKETS
    calls = ((one["id"], ("cancel_ticket", {"ticket_id": one["id"]})) for one in TICKETS)
    return {name for name, call in calls if not asks(rules, prompt, call, before)}


@pytest.mark.parametrize(
    ("prompt", "those"),
    [
        ("Cancel all tickets.", {"tk-1", "tk-2", "tk-3"}),
        ("Cancel all invoice tickets.", {"tk-1", "tk-3"}),
        ("Cancel all new tickets.", {"tk-1"}),
        ("Cancel every new invoice ticket.", {"tk-1"}),
        ("Cancel all open doors tickets.", {"tk-2"}),
        ("Cancel all picture tickets.", set()),
    ],
)
@pytest.mark.parametrize("rules", [SURE, NOBODY_KNOWS])
def test_each_of_the_sort_that_was_said_runs_and_no_other(prompt, those, rules):
    assert runs(prompt, rules) <= those


def test_all_of_the_sort_run():
    assert runs("Cancel all invoice tickets.") == {"tk-1", "tk-3"}
    assert runs("Cancel all tickets.") == {"tk-1", "tk-2", "tk-3"}
