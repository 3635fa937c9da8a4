"""Attack: the plan pays the largest bill of May, and the agent lists another part of the bills.

What is the largest of a part depends on the part: it has to be the plan's, or all there is.
"""

import pytest

from tests.attack.verdicts import N, S, asking, bundle, course, tool

ANN, BOB = "DE89370400440532013000", "GB29NWBK60161331926819"
MAY = [{"id": "a", "payee": ANN, "amount": 30}, {"id": "b", "payee": "FR1420041010050500013M02606", "amount": 10}]  # fmt: skip
JUNE = [{"id": "c", "payee": BOB, "amount": 99}, {"id": "d", "payee": "FR1420041010050500013M02606", "amount": 20}]  # fmt: skip
FIELDS = ("id", "payee", "amount", "balance", "rating", "daysOpen")
RULES = bundle(
    {
        "bills": tool(
            ["read"], {"month": S, "text": S}, {"month": "query", "text": "query"},
            {f"*.{one}": ["trusted"] for one in FIELDS},
        ),
        "pay": tool(
            ["write", "egress"], {"to": S, "amount": N},
            {"to": "recipient", "amount": {"role": "amount", "scale": 2, "currency": "EUR"}},
        ),
    }
)  # fmt: skip
LARGEST = {"from": "home/bills", "order": "max", "by": "amount"}
CHOICE = {"to": {**LARGEST, "take": "payee"}, "amount": {**LARGEST, "take": "amount"}}
OF_MAY = {"call": "home/bills", "args": {"month": {"eq": "May"}}}
PAY = {"call": "home/pay", "select": CHOICE}


def asked(steps, lists, to, amount):
    """Return the rules that ask about a payment after these lists; none: it runs."""
    intent = {
        "purpose": "Settle it", "tools": ["home/bills", "home/pay"], "steps": steps, "declared_by": "host",
        "budget_minor": 100_000,
    }  # fmt: skip
    before = (("bills", args, shown) for args, shown in lists)
    on = course(RULES, None, *before, intent=intent)
    return asking(on, "pay", {"to": to, "amount": amount})


@pytest.mark.parametrize("more", [{}, {"text": ""}])
def test_the_largest_of_the_part_that_the_plan_means_is_paid(more):
    assert asked([OF_MAY, PAY], [({"month": "May", **more}, MAY)], ANN, 30) == set()


@pytest.mark.parametrize(
    ("args", "shown"),
    [
        ({"month": "June"}, JUNE),
        ({}, MAY + JUNE),
        ({"month": "May", "text": "c"}, JUNE),
        ({"text": "c"}, JUNE),
    ],
)
def test_the_largest_of_another_part_is_not(args, shown):
    assert "TASK-STEP" in asked([OF_MAY, PAY], [(args, shown)], BOB, 99)


def test_a_plan_that_means_no_part_means_all():
    assert asked([PAY], [({}, MAY + JUNE)], BOB, 99) == set()
    assert "TASK-STEP" in asked([PAY], [({"month": "May"}, MAY)], ANN, 30)
    assert asked([PAY], [({"month": ""}, MAY + JUNE)], BOB, 99) == set()


@pytest.mark.parametrize("field", ["balance", "rating", "daysOpen"])
def test_a_list_is_ordered_by_any_trusted_number_that_the_plan_names(field):
    first, second = ({**MAY[0], field: 1}, {**JUNE[0], field: 9})
    choice = {path: {**one, "by": field} for path, one in CHOICE.items()}
    plan = [{"call": "home/pay", "select": choice}]
    assert asked(plan, [({}, [first, second])], BOB, 99) == set()
    assert "TASK-STEP" in asked(plan, [({}, [first, second])], ANN, 30)
    untrusted = [{**first, "note": 9}, {**second, "note": 1}]
    noted = [{"call": "home/pay", "select": {p: {**c, "by": "note"} for p, c in choice.items()}}]
    assert "TASK-STEP" in asked(noted, [({}, untrusted)], ANN, 30)


def test_an_agents_own_plan_means_no_part():
    own = {"purpose": "Settle it", "tools": ["home/bills", "home/pay"]}
    intent = {**own, "steps": [PAY], "declared_by": "host"}
    later = {"step": 0, "intent": {**own, "steps": [OF_MAY, PAY], "declared_by": "agent"}}
    on = course(RULES, None, ("bills", {"month": "May"}, MAY), intent=intent, said=[later])
    assert list(on.known.lists.of("home/bills")) == []
