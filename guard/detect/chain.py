"""Abnormal tool chaining: what an agent does next, against what it has always done after that.

A model of order 2 over classes of tools, smoothed as Witten and Bell do it: what follows two steps
is weighed by what follows one, and that by what is called at all. It counts sessions, so that it
can say what it knows in one sentence. Where it has seen too little it says unknown, never fine.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from guard.detect.finding import UNKNOWN_CHAIN, Finding
from guard.detect.numbers import Detectors
from guard.model.call import ToolSpec

Context = tuple[str, ...]
"""Up to two classes, the earlier one first."""

BEGIN: Final = "^"
"""Stands for what was before the first call."""

END: Final = "$"
"""Stands for what came after the last one: a session that ended here is also known."""

ORDER: Final = 2
_MILLION: Final = 1_000_000
_STRONGEST: Final = ("irreversible", "privileged", "write", "egress", "read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What one agent has done: sessions by context, and by context and what came next."""

    sessions: int = 0
    held: Mapping[Context, int] = field(default_factory=dict[Context, int])
    then: Mapping[Context, Mapping[str, int]] = field(
        default_factory=dict[Context, Mapping[str, int]]
    )

    def ppm(self, context: Context, kind: str) -> int:
        """Return how likely a class comes next, in millionths."""
        return int(_MILLION * self._chance(context, kind))

    def _chance(self, context: Context, kind: str) -> float:
        nexts = self.then.get(context, {})
        seen, kinds = sum(nexts.values()), len(nexts)
        if not context:  # one more for what was never called at all
            return (nexts.get(kind, 0) + 1) / (seen + kinds + 1)
        below = self._chance(context[1:], kind)
        return (nexts.get(kind, 0) + kinds * below) / (seen + kinds) if seen else below


@dataclass(frozen=True, slots=True, kw_only=True)
class Chains:
    """What was learned from one log, by agent."""

    agents: Mapping[str, Habits] = field(default_factory=dict[str, Habits])

    def judged(
        self, before: Context, spec: ToolSpec, agent: str, numbers: Detectors
    ) -> Finding | None:
        """Return what is strange, or unknown, about this tool after those classes; None: usual.

        Args:
            before: the last different classes of the session, at most two.
            spec: the tool that is called now. One that only reads is always usual.
            agent: its authenticated name.
            numbers: the operator's.
        """
        kind = class_of(spec)
        if kind.endswith(("/read", "/none")) or before[-1:] == (kind,):
            return None
        habits = self.agents.get(agent, _NONE)
        context = ((BEGIN,) * ORDER + before)[-ORDER:]
        if habits.held.get(context[1:], 0) < numbers.chain_sessions:
            known = habits.held.get(context[1:], 0)
            said = f"{_after(context[1:])} agent {agent} was seen in {known} sessions only."
            return Finding(kind=UNKNOWN_CHAIN, said=said)
        ppm = habits.ppm(context, kind)
        return None if ppm >= numbers.chain_ppm else _unusual(habits, context, kind, agent, ppm)


_NONE: Final = Habits()


def _unusual(habits: Habits, context: Context, kind: str, agent: str, ppm: int) -> Finding:
    """Return the finding in words: by both steps before, where that pair is known well enough."""
    known = context if habits.held.get(context, 0) >= habits.held[context[1:]] // 2 else context[1:]
    times, sessions = habits.then.get(known, {}).get(kind, 0), habits.held[known]
    never, times_of = ("", f"{times} of ") if times else ("never ", "")
    return Finding(
        kind="abnormal_chain",
        said=f"{_after(known)} agent {agent} has {never}called {kind} in {times_of}{sessions:,}"
        " sessions.",
        evidence={"after": " ".join(context), "class": kind, "sessions": sessions, "ppm": ppm},
    )


def _after(context: Context) -> str:
    named = [one for one in context if one != BEGIN]
    return f"After {' and '.join(named)}" if named else "At the beginning of a session"


def class_of(spec: ToolSpec) -> str:
    """Return the class of a tool for the model: its server, and the strongest thing it does."""
    does = next((one for one in _STRONGEST if one in spec.effect), "none")
    return f"{spec.server}/{does}"
