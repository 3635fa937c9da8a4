"""An agent that was trusted with a little tries to get more out of it."""

from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.errors import ApprovalPending, GuardError, Refused
from guard.grant.reach import Reach
from guard.grant.written import reach_from
from guard.model.identity import Agent, Principal, Who
from guard.model.limits import leaves
from tests.flow.conftest import CATALOG, bundle_of, flow  # noqa: F401  the fixture
from tests.many import many

WHERE = [
    {"arg": "amount_minor", "range": [1, 500]}, {"arg": "payee.iban", "one_of": ["DE1", "DE2"]},
    {"arg": "file", "prefix": "/reports/2026/"}, {"arg": "urgent", "equal": False},
]  # fmt: skip
REACH: Reach = reach_from("bank", "pay", WHERE)
INSIDE = {
    "amount_minor": 7,
    "payee": {"iban": "DE1"},
    "file": "/reports/2026/a.txt",
    "urgent": False,
}


def inside(arguments):
    """Return what the lines of the reach say, written once more and without the code under test."""
    payee = arguments.get("payee")
    file = arguments.get("file")
    return (
        set(arguments) == {"amount_minor", "payee", "file", "urgent"}
        and type(arguments["amount_minor"]) is int
        and 1 <= arguments["amount_minor"] <= 500
        and isinstance(payee, dict)
        and set(payee) == {"iban"}
        and (
            payee["iban"] in ("DE1", "DE2")
            if isinstance(payee["iban"], str)
            else payee["iban"] in (["DE1"], ["DE2"], ["DE1", "DE2"], ["DE2", "DE1"])
        )
        and isinstance(file, str)
        and file.startswith("/reports/2026/")
        and arguments["urgent"] is False
    )


VALUES = st.sampled_from([
    0, 1, 500, 501, -1, 7.0, True, False, None, "7", "DE1", "DE2", "DE3", ["DE1"], ["DE1", "DE3"], [], {},
    {"iban": "DE1"}, {"iban": "DE3"}, {"iban": "DE1", "bic": "X"}, {"iban": {"iban": "DE1"}},
    "/reports/2026/a.txt", "/reports/2026/../../etc/passwd", "/reports/2026", "/REPORTS/2026/a",
    "/reports/2026/%2e%2e/x", "/reports/2026/a;rm", 10**30,
])  # fmt: skip
NAMES = st.sampled_from(
    [
        "amount_minor",
        "payee",
        "file",
        "urgent",
        "payee.iban",
        "Amount_minor",
        "note",
        "",
        "amount_minor ",
    ]
)


@given(st.lists(st.tuples(NAMES, VALUES | st.just("drop")), max_size=4))
@settings(max_examples=many(1_000))
def test_no_mutated_call_is_covered_that_the_lines_do_not_cover(changes):
    arguments = deepcopy(INSIDE)
    for name, value in changes:
        if value == "drop":
            arguments.pop(name, None)
        else:
            arguments[name] = deepcopy(value)
    if REACH.covers(arguments):
        assert inside(arguments), arguments
        assert leaves(arguments) is not None


def test_the_call_that_was_meant_is_covered():
    assert REACH.covers(INSIDE)
    assert inside(INSIDE)


@pytest.fixture
def bundle():
    own = deepcopy(CATALOG)
    own["servers"]["bank"]["tools"]["pay"]["output"] = {"trust": "trusted"}
    return bundle_of(catalog=own)


@pytest.fixture
async def granted(flow):  # noqa: F811
    flow.approver.script = ["approve"]
    await flow.call("pay", amount_minor=500, recipient="DE1")
    await flow.standing(flow.approver.seen[0], uses=3)
    return flow


@pytest.mark.parametrize(
    "call",
    [
        {"amount_minor": 501, "recipient": "DE1"}, {"amount_minor": 500, "recipient": "DE2"},
        {"amount_minor": 500}, {"amount_minor": 500, "recipient": "DE1", "pin": "1"},
        {"amount_minor": 500, "recipient": "de1"}, {"amount_minor": 500, "recipient": "DE1 "},
    ],
)  # fmt: skip
async def test_a_call_beside_it_is_asked_and_takes_no_use(granted, call):
    with pytest.raises(GuardError):
        await granted.call("pay", **call)
    assert len(granted.tool.runs) == 1
    assert (await granted.granting.grants())[0].uses_left == 3


async def test_another_agent_of_the_same_person_has_none_of_it(granted):
    other = Who(principal=Principal(issuer="idp", subject="ana"), agent=Agent(id="other"))
    await granted.open("gs_other", other)
    with pytest.raises(ApprovalPending):
        await granted.call("pay", session="gs_other", amount_minor=500, recipient="DE1")


async def test_uses_are_not_refilled_by_asking_for_the_same_again(granted):
    for _ in range(3):
        await granted.call("pay", amount_minor=500, recipient="DE1")
    with pytest.raises(ApprovalPending):
        await granted.call("pay", amount_minor=500, recipient="DE1")
    await granted.granting.propose_grant(
        granted.approver.seen[0].id, {}, uses=100, ttl_s=28_800, by="agent"
    )
    with pytest.raises(ApprovalPending):
        await granted.call("pay", amount_minor=500, recipient="DE1")
    assert len(granted.tool.runs) == 4


async def test_nothing_stands_for_longer_than_eight_hours_or_more_often_than_a_hundred_times(
    granted,
):
    for limits in ({"uses": 101, "ttl_s": 60}, {"uses": 1, "ttl_s": 28_801}):
        with pytest.raises(Refused):
            await granted.granting.propose_grant(granted.approver.seen[0].id, {}, by="x", **limits)
