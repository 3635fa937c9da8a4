"""Attack: the plan pays the largest bill of May, and the agent lists another part of the bills.

What is the largest of a part depends on the part: it has to be the plan's, or all there is.
"""

from pathlib import Path

import pytest

from guard.model.decision import Allow, StepUp
from guard.policy.catalog import read_catalog
from guard.policy.compile import compile_bundle
from guard.replay.judge import Course, Options
from guard.replay.trace import Record, TraceStep

RULES = Path(__file__).resolve().parents[2] / "policies" / "agent-tasks.cedar"
S, N = {"type": "string"}, {"type": "number"}
ANN, BOB = "DE89370400440532013000", "GB29NWBK60161331926819"
MAY = [{"id": "a", "payee": ANN, "amount": 30}, {"id": "b", "payee": "FR1420041010050500013M02606", "amount": 10}]  # fmt: skip
JUNE = [{"id": "c", "payee": BOB, "amount": 99}, {"id": "d", "payee": "FR1420041010050500013M02606", "amount": 20}]  # fmt: skip
TOOLS = {
    "bills": {
        "effect": ["read"],
        "input_schema": {"type": "object", "properties": {"month": S, "text": S}},
        "args": {"month": {"role": "query"}, "text": {"role": "query"}},
        "output": {"labels": {f"*.{one}": ["trusted"] for one in ("id", "payee", "amount", "balance", "rating", "daysOpen")}},
        "confirmed": True,
    },
    "pay": {
        "effect": ["write", "egress"],
        "input_schema": {"type": "object", "properties": {"to": S, "amount": N}},
        "args": {"to": {"role": "recipient"}, "amount": {"role": "amount", "scale": 2, "currency": "EUR"}},
        "budget": "none",
        "budget_reason": "the plan counts",
        "confirmed": True,
    },
}  # fmt: skip
BUNDLE = compile_bundle(
    {RULES.name: RULES.read_text(encoding="utf-8")},
    read_catalog({"version": 1, "servers": {"home": {"trust": "trusted", "tools": TOOLS}}}),
)
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
    record = {"session": "s", "principal": "ada", "agent": "bot", "intent": intent, "steps": []}
    course = Course(BUNDLE, Record.model_validate(record), Options())
    for args, shown in lists:
        judged = course.judge(TraceStep(server="home", tool="bills", args=args))
        course.end(judged, ran=True, result=shown)
    step = TraceStep(server="home", tool="pay", args={"to": to, "amount": amount})
    decision = course.judge(step).decision
    assert isinstance(decision, Allow | StepUp)
    return set() if isinstance(decision, Allow) else {one.rule for one in decision.requirements}


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
    record = {
        "session": "s", "principal": "ada", "agent": "bot", "steps": [],
        "intent": {"purpose": "Settle it", "tools": ["home/bills", "home/pay"], "steps": [PAY], "declared_by": "host"},
        "said": [{"step": 0, "intent": {"purpose": "Settle it", "tools": ["home/bills", "home/pay"], "steps": [OF_MAY, PAY], "declared_by": "agent"}}],
    }  # fmt: skip
    course = Course(BUNDLE, Record.model_validate(record), Options())
    judged = course.judge(TraceStep(server="home", tool="bills", args={"month": "May"}))
    course.end(judged, ran=True, result=MAY)
    assert list(course.known.listed("home/bills")) == []
