"""The guard as every benchmark reaches it: a catalogue, policy texts, one session at a time.

A benchmark knows decisions, never facts. It runs the tools itself, and says afterwards what ran and
what came back, as the relay would.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guard.model.decision import Narrow, StepUp, kind
from guard.policy.catalog import read_catalog
from guard.policy.compile import compile_bundle
from guard.replay.judge import Course, Judged, Options
from guard.replay.line import reasons_of
from guard.replay.trace import Record, TraceStep
from guard.session import provenance


@dataclass(frozen=True, slots=True)
class Answer:
    """What the guard said of one call, and the arguments that may be sent if it runs."""

    kind: str  # allow, narrow, step_up, deny
    reasons: tuple[str, ...]
    rules: tuple[str, ...]
    micros: int
    args: Mapping[str, Any]
    origins: tuple[str, ...] = ()
    checks: tuple[float, ...] = ()  # CPU time (us) of each weighing of its arguments

    @property
    def quiet(self) -> bool:
        """Return whether the call runs without anybody being asked."""
        return self.kind in {"allow", "narrow"}


class GuardUnderTest:
    """One catalogue with its policy, compiled once; `open` starts a session.

    Args:
        catalog: a parsed `guard.yaml`.
        policies: Cedar texts by file name.
    """

    def __init__(self, catalog: Mapping[str, object], policies: Mapping[str, str]) -> None:
        self.catalog = read_catalog(catalog)
        self.bundle = compile_bundle(policies, self.catalog)

    def open(self, session: str, prompt: str) -> Sitting:
        """Return a new session of a person who said `prompt` and nothing else."""
        return Sitting(self, session, prompt)


class _Clocked:
    """Weighs as the guard does, and notes what each weighing took: CPU time of its thread (us)."""

    def __init__(self) -> None:
        self.weigh, self.taken = provenance.weigh, list[float]()

    def __call__(self, *given: Any, **named: Any) -> Any:
        started = time.thread_time_ns()
        found = self.weigh(*given, **named)
        self.taken.append((time.thread_time_ns() - started) / 1000)
        return found


CLOCKED = provenance.weigh = _Clocked()  # type: ignore[assignment]


class Sitting:
    """One session: judge a call, then say how it ended."""

    def __init__(self, guard: GuardUnderTest, session: str, prompt: str) -> None:
        record = Record.model_validate(
            {
                "session": session,
                "principal": "user@home.example",
                "agent": "agent",
                "prompt": prompt,
                "intent": {"purpose": prompt},
                "steps": [],
            }
        )
        options = Options(cpu_ns=time.thread_time_ns)
        self._course = Course(guard.bundle, record, options)
        self._open: Judged | None = None

    def tell(self, words: str) -> None:
        """Say something more, as the same person."""
        self._course.tell(words)

    def judge(self, server: str, tool: str, args: Mapping[str, Any]) -> Answer:
        """Return what the guard says of this call. `ended` must follow."""
        step = TraceStep(server=server, tool=tool, args=dict(args))
        CLOCKED.taken.clear()
        judged = self._course.judge(step)
        self._open = judged
        decision = judged.decision
        sent: Mapping[str, Any] = args
        if isinstance(decision, Narrow | StepUp):
            sent = json.loads(decision.arguments)
        codes, rules = reasons_of(decision)
        return Answer(
            kind(decision),
            tuple(codes),
            tuple(rules),
            judged.micros or 0,
            sent,
            _origins(judged),
            tuple(CLOCKED.taken),
        )

    def would(self, server: str, tool: str, args: Mapping[str, Any]) -> Answer:
        """Return what the guard would say of this call, and leave no trace of the question."""
        asked = copy(self)
        asked._course = copy(self._course)
        return asked.judge(server, tool, args)

    def ended(self, *, ran: bool, approved: bool = False, result: object = None) -> None:
        """Say whether the call ran, whether somebody approved it, and what came back."""
        if self._open is None:
            raise RuntimeError("no call is open")
        judged = self._open
        self._open = None
        self._course.end(judged, ran=ran, approved=approved, result=result)


def _origins(judged: Judged) -> tuple[str, ...]:
    if judged.facts is None:
        return ()
    return tuple(
        f"{one.path}:{one.role}={one.source.name.lower()}/{one.why}"
        for one in judged.facts.prov.origins
    )


UNGUARDED = '@id("ALL") @reason("allowed") permit (principal, action, resource);'


def starter(name: str) -> dict[str, str]:
    """Return a starter policy of the repository as policy texts; `none` allows everything."""
    if name == "none":
        return {"none.cedar": UNGUARDED}
    path = Path(__file__).resolve().parents[1] / "policies" / f"{name}.cedar"
    return {path.name: path.read_text(encoding="utf-8")}
