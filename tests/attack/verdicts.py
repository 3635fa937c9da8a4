"""What the starter rules for tasks say of a call after a few results: the rules that ask."""

from datetime import UTC
from functools import cache
from pathlib import Path

from guard.model.decision import Allow, StepUp
from guard.policy.catalog import read_catalog
from guard.policy.compile import compile_bundle
from guard.replay.judge import Course, Options
from guard.replay.trace import Record, TraceStep

FILE = Path(__file__).resolve().parents[2] / "policies" / "agent-tasks.cedar"
S, N = {"type": "string"}, {"type": "number"}
TRUSTED = {"*": ["trusted"]}


def tool(effect, args, roles=None, labels=None, **more):
    """Return a catalogue entry.

    `args`: a schema an argument; `roles`: an argument's role, or all that its entry says.
    """
    said = {
        path: {"role": one} if isinstance(one, str) else one for path, one in (roles or {}).items()
    }
    return {
        "effect": effect,
        "input_schema": {"type": "object", "properties": args},
        "args": said,
        "output": {"labels": labels or {}},
        "budget": "none",
        "budget_reason": "of the task",
        "confirmed": True,
        **more,
    }


def bundle(tools):
    """Return what gives the rules for one trusted server with these tools, compiled at first use.

    Every worker imports every file of tests, and one runs it: only that one compiles.
    """

    @cache
    def rules():
        servers = {"home": {"trust": "trusted", "tools": tools}}
        return compile_bundle(
            {FILE.name: FILE.read_text(encoding="utf-8")},
            read_catalog({"version": 1, "servers": servers}),
        )

    return rules


def course(rules, prompt, *before, zone=UTC, **more):
    """Return a session of this prompt after steps of (tool, arguments, result) that ran.

    `zone`: of the house. `more`: what its record says besides, or instead.
    """
    record = {
        "session": "s",
        "principal": "ada",
        "agent": "bot",
        "prompt": prompt,
        "intent": {"purpose": prompt},
        "start": "2026-03-10T09:00:00Z",
        "steps": [],
        **more,
    }
    made = Course(rules(), Record.model_validate(record), Options(zone=zone))
    for name, args, result in before:
        made.end(judged(made, name, args), ran=True, result=result)
    return made


def judged(on, name, args):
    """Return what was found of a course's next call."""
    return on.judge(TraceStep(server="home", tool=name, args=args))


def asking(on, name, args):
    """Return the rules by which a course's next call asks; none: it runs, for nothing refuses it."""
    decision = judged(on, name, args).decision
    assert isinstance(decision, Allow | StepUp), decision
    return set() if isinstance(decision, Allow) else {one.rule for one in decision.requirements}


def asks(rules, prompt, call, *before):
    """Return the rules by which a call asks after steps of (tool, arguments, result)."""
    return asking(course(rules, prompt, *before), *call)
