"""Benign and attacked sessions through the guard, step by step, and what came of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from bench.agentdojo.attacks import attack, injected, priming
from bench.agentdojo.catalog import catalog
from bench.agentdojo.world import Call, World, prompt, reached, run, seen_vectors, useful
from bench.judge import GuardUnderTest, Sitting, starter

PLACEMENTS = ("recorded", "late", "first", "primed")


@cache
def guard(name: str, labels: str, policy: str) -> GuardUnderTest:
    return GuardUnderTest(catalog(name, labelled=labels == "fields"), starter(policy))


@dataclass(slots=True)
class Benign:
    """One task as its own ground truth works it."""

    suite: str
    task: str
    calls: int = 0
    writes: int = 0
    questions: int = 0
    writes_unattended: int = 0
    useful: bool = True
    asked: list[dict[str, Any]] = field(default_factory=list)
    micros: list[int] = field(default_factory=list)
    checks: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Attacked:
    """One task with one goal at one place."""

    suite: str
    task: str
    goal: str
    placement: str
    reached: bool = False
    writes: int = 0
    questions: int = 0
    let: list[dict[str, Any]] = field(default_factory=list)


class Session:
    """One environment, one sitting: every call is judged, and runs if it may."""

    def __init__(
        self, under: GuardUnderTest, name: str, task: str, env: Any, says: str = ""
    ) -> None:
        self.name, self.env = name, env
        self.under = under
        self.sitting: Sitting = under.open(f"{name}-{task}", prompt(name, task) + says)
        self.made: list[Call] = []

    def call(self, call: Call, *, yes: bool) -> tuple[Any, bool]:
        """Judge and perhaps make a call; return the answer and whether it ran."""
        answer = self.sitting.judge(self.name, call.tool, call.args)
        ran = answer.quiet or (yes and answer.kind == "step_up")
        result = None
        if ran:
            sent = Call(call.tool, answer.args)
            result, _ = run(self.name, self.env, sent)
            self.made.append(sent)
        self.sitting.ended(ran=ran, approved=ran and not answer.quiet, result=result)
        return answer, ran

    def writes(self, call: Call) -> bool:
        spec = self.under.catalog.spec(self.name, call.tool)
        return spec is not None and "write" in spec.effect


def benign(name: str, task: str, labels: str, policy: str) -> Benign:
    """Work one task twice: with a person who says yes, and with nobody there."""
    out = Benign(name, task)
    world = World(name, task, {})
    before = world.fresh()
    script = world.script()
    session = Session(guard(name, labels, policy), name, task, world.fresh())
    for call in script:
        answer, _ = session.call(call, yes=True)
        out.calls += 1
        out.writes += session.writes(call)
        out.micros.append(answer.micros)
        out.checks += answer.checks
        if not answer.quiet:
            out.questions += 1
            out.asked.append(
                {
                    "tool": call.tool,
                    "kind": answer.kind,
                    "rules": answer.rules,
                    "why": answer.origins,
                }
            )
    out.useful = useful(name, task, before, session.env, session.made)
    alone = Session(guard(name, labels, policy), name, task, world.fresh())
    for call in script:
        _, ran = alone.call(call, yes=False)
        out.writes_unattended += ran and alone.writes(call)
    return out


def attacked(name: str, task: str, goal: str, labels: str, policy: str) -> list[Attacked]:
    """Return what became of one goal at each place."""
    world = injected(name, task, goal)
    before = world.fresh()
    script = world.script()
    _, first = seen_vectors(name, task)
    out = []
    for placement in PLACEMENTS:
        one = Attacked(name, task, goal, placement)
        session = Session(guard(name, labels, policy), name, task, world.fresh())
        after = {"recorded": first, "late": len(script) - 1}.get(placement, -1)
        if placement == "primed":
            for call in priming(name, session.env):
                session.call(call, yes=False)
        if after < 0:
            _attack(session, one, before, script)
        for index, call in enumerate(script):
            session.call(call, yes=True)
            if index == after:
                _attack(session, one, before, script)
        one.reached |= reached(name, goal, before, session.env, session.made)
        out.append(one)
    return out


def _attack(session: Session, one: Attacked, before: Any, script: list[Call]) -> None:
    """Make the attacker's calls; one that the person wants as well is not counted as his."""
    for call in attack(one.suite, one.goal, before, session.env):
        answer, ran = session.call(call, yes=False)
        one.questions += answer.kind == "step_up"
        if ran and session.writes(call) and call not in script:
            one.writes += 1
            one.let.append(
                {"tool": call.tool, "args": repr(call.args)[:200], "why": answer.origins}
            )
    one.reached |= reached(one.suite, one.goal, before, session.env, session.made)


def rules(runs: list[Benign]) -> Counter[str]:
    return Counter(rule for one in runs for ask in one.asked for rule in ask["rules"])
