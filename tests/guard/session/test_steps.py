"""A declared plan: its steps in their order, and choices that the guard reckons itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.errors import Unusable
from guard.model.call import ToolSpec
from guard.model.labels import Label, Trust
from guard.provenance.result.known import Known
from guard.provenance.result.observe import observed
from guard.session.intent import from_json, parse_intent
from guard.session.steps import open_step

BILLS = [
    {"id": "a", "payee": "DE1", "amount": 10, "due": "2026-03-01"},
    {"id": "b", "payee": "DE2", "amount": 30, "due": "2026-01-01"},
    {"id": "c", "payee": "DE3", "amount": 20, "due": "2026-02-01"},
]
LIST = ToolSpec(
    server="bank",
    tool="bills",
    effect=frozenset({"read"}),
    labels={"*": Label(trust=Trust.TRUSTED)},
)


def plan(*steps, by="host"):
    said = {"purpose": "pay", "tools": ["read"], "steps": list(steps)}
    return parse_intent(said, declared_by=by, max_bytes=9999)


def chosen(take, order, by="", /, shown=BILLS, labels=None, **more):
    spec = (
        LIST
        if labels is None
        else ToolSpec(server="bank", tool="bills", effect=frozenset({"read"}), labels=labels)
    )
    known = Known()
    known.learn(observed(spec, shown, step=1, **{"listed": True, **more}))
    select = {"from": "bank/bills", "take": take, "order": order} | ({"by": by} if by else {})
    (step,) = plan({"call": "bank/pay", "select": {"x": select}}).steps
    return lambda value: step.fits("bank/pay", {"x": value}, known)


@pytest.mark.parametrize(
    ("take", "order", "by", "right", "wrong"),
    [
        ("payee", "max", "amount", "DE2", ["DE1", "DE3", "DE9", ""]),
        ("id", "min", "amount", "a", ["b", "c"]),
        ("id", "max", "due", "a", ["b", "c"]),
        ("id", "first", "", "a", ["b"]),
        ("id", "all", "", "c", ["d", "DE1"]),
        ("amount", "sum", "", 60, [30, 10, 0, "DE1"]),
        ("amount", "max", "amount", 30, [20, 60]),
    ],
)
def test_the_guard_reckons_what_is_meant(take, order, by, right, wrong):
    is_it = chosen(take, order, by)
    assert is_it(right)
    assert not any(map(is_it, wrong))


def test_the_difference_of_two_is_one_and_of_three_is_none():
    assert chosen("amount", "difference", shown=BILLS[:2])(20)
    assert not any(chosen("amount", "difference")(value) for value in (10, 20, 0, None))


@pytest.mark.parametrize("value", ["DE1", "DE2", "DE3", 10, 30, True, None])
@pytest.mark.parametrize(
    "more",
    [
        {"shown": [*BILLS, {"id": "d", "payee": "DE4", "amount": 30}]},  # two are the largest
        {"shown": [*BILLS, {"id": "d", "payee": "DE4"}]},  # one may be
        {"shown": [*BILLS, {"payee": "DE4", "amount": 99}][3:]},  # another list
        {"shown": {"items": BILLS, "next_cursor": "x"}},  # a page
        {"listed": False},  # what was searched for is not all there is
        {"labels": {"*.payee": Label(trust=Trust.TRUSTED)}},  # strangers write the amounts
        {"labels": {"*.amount": Label(trust=Trust.TRUSTED)}},  # strangers write the payees
    ],
)
def test_what_is_not_sure_is_nothing_that_was_meant(more, value):
    assert not chosen("payee", "max", "amount", **more)(value)


def test_a_record_without_an_id_may_be_the_largest():
    is_it = chosen("payee", "max", "amount", shown=[*BILLS, {"payee": "DE4", "amount": 99}])
    assert is_it("DE4")
    assert not is_it("DE2")


def test_steps_are_taken_in_their_order_and_as_often_as_they_say():
    steps = plan(
        {"call": "bank/pay", "times": 2, "args": {"to": {"eq": "DE1"}}},
        {"call": "mail/send", "args": {"to": {"eq": "kim@firm.example"}}},
        {"call": "bank/pay", "args": {"to": {"eq": "DE2"}}},
    ).steps
    assert open_step(steps, {}) is steps[0]
    assert open_step(steps, {"bank/pay": 1}) is steps[0]
    assert open_step(steps, {"bank/pay": 2}) is steps[1]
    assert open_step(steps, {"mail/send": 1}) is steps[0]
    assert open_step(steps, {"bank/pay": 2, "mail/send": 1}) is steps[2]
    assert open_step(steps, {"bank/pay": 3, "mail/send": 1}) is None


def test_a_plan_is_part_of_what_is_signed_and_kept():
    one = plan({"call": "bank/pay", "args": {"to": {"in": ["DE1"]}}})
    other = plan({"call": "bank/pay", "args": {"to": {"in": ["DE2"]}}})
    assert one.digest != other.digest
    assert from_json(one.canonical) == one
    assert '"steps"' not in plan().canonical  # what was signed before has the same digest


@pytest.mark.parametrize(
    "step",
    [
        {},
        {"call": ""},
        {"call": "bank/pay", "times": 0},
        {"call": "bank/pay", "times": True},
        {"call": "bank/pay", "more": 1},
        {"call": "bank/pay", "args": {"to": {"like": "x"}}},
        {"call": "bank/pay", "select": {"to": {"from": "x", "take": "y", "order": "best"}}},
        {"call": "bank/pay", "select": {"to": {"from": "x", "take": "y", "order": "max"}}},
        {
            "call": "bank/pay",
            "select": {"to": {"from": "x", "take": "y", "order": "sum", "by": "z"}},
        },
    ],
)
def test_a_step_that_says_what_nobody_knows_is_refused(step):
    with pytest.raises(Unusable) as no:
        plan(step)
    assert no.value.code == "intent_unusable"


ACTIONS = st.sampled_from(["bank/pay", "mail/send", "files/make"])


@given(
    st.lists(
        st.builds(lambda a, n: {"call": a, "times": n}, ACTIONS, st.integers(1, 3)), max_size=5
    ),
    st.lists(ACTIONS, max_size=20),
)
def test_no_sequence_of_calls_gets_more_out_of_a_plan_than_it_holds(steps, calls):
    taken, done = [], {}
    made = plan(*steps).steps
    for action in calls:
        step = open_step(made, done)
        if step is not None and step.fits(action, {}, Known()):
            taken.append(action)
            done[action] = done.get(action, 0) + 1
    whole = [step["call"] for step in steps for _ in range(step["times"])]
    assert taken == whole[: len(taken)]
