"""Attack: an object that only refers to somebody is taken for them, by their name or by its number.

Whose own name a person said is meant, though lists of other things tell of them as well.
"""

from pathlib import Path

import pytest

from guard.model.decision import Allow, StepUp
from guard.policy.catalog import read_catalog
from guard.policy.compile import compile_bundle
from guard.replay.judge import Course, Options
from guard.replay.trace import Record, TraceStep

RULES = Path(__file__).resolve().parents[2] / "policies" / "agent-tasks.cedar"
S = {"type": "string"}


def tool(effect, roles, **more):
    budget = {"budget": "none", "budget_reason": "of the task"} if "write" in effect else {}
    return {
        "effect": effect,
        "input_schema": {"type": "object", "properties": dict.fromkeys(roles, S)},
        "args": {path: {"role": role} for path, role in roles.items()},
        "confirmed": True,
        **budget,
        **more,
    }


TRUSTED = {"output": {"labels": {"*": ["trusted"]}}}
TOOLS = {
    "list_guests": tool(["read"], {}, **TRUSTED),
    "list_visits": tool(["read"], {}, **TRUSTED),
    "notes": tool(["read"], {}),
    "cancel_guest": tool(["write"], {"guest_id": "id"}),
}
BUNDLE = compile_bundle(
    {RULES.name: RULES.read_text(encoding="utf-8")},
    read_catalog({"version": 1, "servers": {"inn": {"trust": "trusted", "tools": TOOLS}}}),
)
GUESTS = [{"id": "17", "name": "Mara Quill"}, {"id": "18", "name": "Jon Vale"}]
VISITS = [{"id": "18", "guest": "Mara Quill"}, {"id": "31", "guest": "Jon Vale"}]
PROMPT = "Cancel guest Mara Quill"


def asked(number, *read):
    record = {
        "session": "s", "principal": "ada", "agent": "bot", "prompt": PROMPT,
        "intent": {"purpose": PROMPT}, "steps": [],
    }  # fmt: skip
    course = Course(BUNDLE, Record.model_validate(record), Options())
    for name, shown in read:
        judged = course.judge(TraceStep(server="inn", tool=name, args={}))
        course.end(judged, ran=True, result=shown)
    step = TraceStep(server="inn", tool="cancel_guest", args={"guest_id": number})
    decision = course.judge(step).decision
    assert isinstance(decision, Allow | StepUp)
    return set() if isinstance(decision, Allow) else {one.rule for one in decision.requirements}


LISTS = (("list_guests", GUESTS), ("list_visits", VISITS))


@pytest.mark.parametrize("read", [LISTS, LISTS[::-1]])
def test_whose_own_name_was_said_is_meant(read):
    assert asked("17", *read) == set()


@pytest.mark.parametrize("read", [LISTS, LISTS[::-1]])
@pytest.mark.parametrize("number", ["18", "31"])
def test_what_refers_to_them_is_not(read, number):
    assert "TASK-TARGET" in asked(number, *read)


def test_two_of_one_name_are_nobody():
    twins = [*GUESTS, {"id": "19", "name": "Mara Quill"}]
    for number in ("17", "19"):
        assert "TASK-TARGET" in asked(number, ("list_guests", twins), LISTS[1])


def test_a_stranger_who_takes_the_name_is_not_meant_either():
    taken = ("notes", [{"id": "66", "name": "Mara Quill"}])
    assert "TASK-TARGET" in asked("66", *LISTS, taken)
    assert asked("17", *LISTS, taken) == set()
