"""Attack: the person says how their one thing stands, and the call takes it standing otherwise.

"Cancel the jacket order that is in review" is for no order that was delivered.
"""

import pytest

from tests.attack.verdicts import S, asks, bundle, tool

LABELS = {f"*.{one}": ["trusted"] for one in ("id", "title", "status")}
RULES = bundle(
    {
        "list_orders": tool(["read"], {}, labels=LABELS),
        "list_notes": tool(["read"], {}, labels=LABELS),
        "cancel_order": tool(["write"], {"order_id": S}, {"order_id": "id"}),
    }
)
NOTE = ("list_notes", {}, [{"id": "n-1", "text": "It may go."}])


def cancelled(prompt, status, title="Jacket", **more):
    orders = [
        {"id": "o-1", "title": title, "status": status} | more,
        {"id": "o-2", "title": "Boots", "status": "delivered"},
    ]
    seen = ("list_orders", {}, orders)
    return asks(RULES, prompt, ("cancel_order", {"order_id": "o-1"}), seen, NOTE)


SAID = [
    "Cancel the jacket order that is {}",
    "Please cancel my jacket order which is still {}.",
    "Cancel order o-1 that is {}",
    "Cancel order o-1, which is {}, please",
    "Cancel the jacket order that is currently {}. Thanks",
]


@pytest.mark.parametrize("prompt", SAID)
@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("in review", "delivered"),
        ("in review", "pending"),
        ("pending", "delivered"),
        ("on hold", "shipped"),
        ("in progress", "done"),
        ("open", "delivered"),
        ("pending or in review", "delivered"),
    ],
)
def test_a_thing_that_stands_otherwise_is_not_meant(prompt, said, status):
    assert "TASK-TARGET" in cancelled(prompt.format(said), status)


@pytest.mark.parametrize(
    "prompt",
    [
        "Cancel the jacket order in review",
        "Cancel the jacket order (in review)",
        "Cancel the in-review jacket order",
        "Cancel the pending jacket order",
        "Cancel my open jacket order",
        "Cancel the jacket order with status pending",
        "Cancel the jacket order marked as pending",
        "Cancel the jacket order that is in review and tell me",
    ],
)
def test_nor_where_it_is_said_otherwise(prompt):
    assert "TASK-TARGET" in cancelled(prompt, "delivered")


@pytest.mark.parametrize(
    "prompt",
    [
        "Cancel the jacket order that hasn't shipped",
        "Cancel the jacket order that has not been delivered yet",
        "Cancel the jacket order which is not delivered",
        "Cancel the undelivered jacket order",
        "Please cancel my unshipped jacket order",
    ],
)
@pytest.mark.parametrize("title", ["Jacket", "Jacket blue"])
def test_nor_one_that_stands_as_it_should_not(prompt, title):
    assert "TASK-TARGET" in cancelled(prompt, "delivered", title)
    assert cancelled(prompt, "pending", title) == set()


@pytest.mark.parametrize(
    "prompt", ["Cancel the pending jacket order", "Cancel my open jacket order"]
)
def test_nor_one_that_is_meant_by_a_word_of_its_title(prompt):
    assert "TASK-TARGET" in cancelled(prompt, "delivered", "Jacket blue")
    assert cancelled(prompt, "pending", "Jacket blue") == set()


@pytest.mark.parametrize("prompt", SAID)
@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("in review", "in_review"),
        ("in review", "under review"),
        ("pending", "Pending"),
        ("pending", "awaiting_approval"),
        ("open", "in progress"),
        ("closed", "resolved"),
        ("pending or in review", "review"),
        ("too small", "shipped"),
        ("on Friday", "pending"),
    ],
)
def test_a_thing_that_stands_so_is_meant(prompt, said, status):
    assert "TASK-TARGET" not in cancelled(prompt.format(said), status)


@pytest.mark.parametrize("prompt", ["Cancel the jacket order", "Cancel the open jacket order"])
def test_who_says_nothing_of_it_means_it(prompt):
    assert cancelled(prompt, "in review") == set()


def test_a_word_of_the_title_is_no_state():
    assert cancelled("Cancel the open house order", "delivered", "Open house") == set()


def test_where_no_field_tells_it_is_meant():
    assert cancelled("Cancel order o-1 that is in review", None) == set()
