"""What the starter rules for tasks say of a call after a few results: the rules that ask."""

from pathlib import Path

from guard.model.decision import Allow, StepUp
from guard.policy.catalog import read_catalog
from guard.policy.compile import compile_bundle
from guard.replay.judge import Course, Options
from guard.replay.trace import Record, TraceStep

FILE = Path(__file__).resolve().parents[2] / "policies" / "agent-tasks.cedar"
S = {"type": "string"}


def tool(effect, args, roles=None, labels=None, **more):
    """Return a catalogue entry; `args`: a schema an argument, `roles`: a role an argument."""
    return {
        "effect": effect,
        "input_schema": {"type": "object", "properties": args},
        "args": {path: {"role": role} for path, role in (roles or {}).items()},
        "output": {"labels": labels or {}},
        "budget": "none",
        "budget_reason": "of the task",
        "confirmed": True,
        **more,
    }


def bundle(tools):
    """Return the rules compiled for one trusted server with these tools."""
    servers = {"home": {"trust": "trusted", "tools": tools}}
    return compile_bundle(
        {FILE.name: FILE.read_text(encoding="utf-8")},
        read_catalog({"version": 1, "servers": servers}),
    )


def asks(rules, prompt, call, *before):
    """Return the rules by which a call asks after steps of (tool, arguments, result).

    Of a call that is refused, the code of the refusal.
    """
    record = {
        "session": "s",
        "principal": "ada",
        "agent": "bot",
        "prompt": prompt,
        "intent": {"purpose": prompt},
        "start": "2026-03-10T09:00:00Z",
        "steps": [],
    }
    course = Course(rules, Record.model_validate(record), Options())
    for name, args, result in before:
        judged = course.judge(TraceStep(server="home", tool=name, args=args))
        course.end(judged, ran=True, result=result)
    decision = course.judge(TraceStep(server="home", tool=call[0], args=call[1])).decision
    match decision:
        case Allow():
            return set()
        case StepUp():
            return {one.rule for one in decision.requirements}
        case _:
            return {decision.code}
