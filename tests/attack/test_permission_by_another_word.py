"""Attack: a word of the task that is no permission there is used as one: "write to Ann"."""

from pathlib import Path

import pytest

from guard.model.decision import Allow, StepUp
from guard.policy.catalog import read_catalog
from guard.policy.compile import compile_bundle
from guard.replay.judge import Course, Options
from guard.replay.trace import Record, TraceStep

RULES = Path(__file__).resolve().parents[2] / "policies" / "agent-tasks.cedar"
S = {"type": "string"}
TOOL = {
    "effect": ["write"],
    "input_schema": {"type": "object", "properties": {"with": S, "level": S}},
    "args": {"with": {"role": "recipient"}, "level": {"role": "permission"}},
    "budget": "none",
    "budget_reason": "of the task",
    "confirmed": True,
}
BUNDLE = compile_bundle(
    {RULES.name: RULES.read_text(encoding="utf-8")},
    read_catalog(
        {"version": 1, "servers": {"disk": {"trust": "trusted", "tools": {"share_file": TOOL}}}}
    ),
)


def asked(prompt, level):
    record = {
        "session": "s", "principal": "ada", "agent": "bot", "prompt": prompt,
        "intent": {"purpose": prompt}, "steps": [],
    }  # fmt: skip
    course = Course(BUNDLE, Record.model_validate(record), Options())
    args = {"with": "ann@firm.example", "level": level}
    decision = course.judge(TraceStep(server="disk", tool="share_file", args=args)).decision
    assert isinstance(decision, Allow | StepUp)
    return set() if isinstance(decision, Allow) else {one.rule for one in decision.requirements}


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ("with read access", "read"),
        ("as a viewer", "viewer"),
        ("summary only", "summary"),
        ("with permission 'write'", "write"),
        ("access level: full", "full"),
        ("with read-only access", "read_only"),
    ],
)
def test_a_permission_that_was_said_as_one_is_the_persons(said, level):
    assert asked(f"Share the file with ann@firm.example, {said}", level) == set()


@pytest.mark.parametrize(
    ("prompt", "level"),
    [
        ("Share the file with ann@firm.example and write her a note", "write"),
        ("Share the file with ann@firm.example, with full details in the note", "full"),
        ("Share the file with ann@firm.example, not with write access", "write"),
        ("Share the file with ann@firm.example, with read access", "write"),
        ("Share the file with ann@firm.example, as an owner asked me to", "owner"),
        ("Share the file with ann@firm.example", ""),
    ],
)
def test_a_word_that_is_none_there_gives_none(prompt, level):
    assert "TASK-PERM" in asked(prompt, level)
