"""One question to the engine, and its verdict. The only place that asks it.

An engine that reports an error, or no decision, has not judged: Cedar skips a forbid that fails, so
the bare engine would fail open.
"""

from dataclasses import dataclass

from cedarpy import Decision as Engine
from cedarpy import is_authorized

from guard.model.facts import Facts
from guard.policy.context import entities, request
from guard.policy.rule import Rule
from guard.policy.slice import RuleSet, Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the engine said. `hits` are the permits that hold, or the forbids that fire."""

    allowed: bool
    hits: tuple[Rule, ...]
    fault: str = ""  # for the operator only: engine messages quote arguments


def ask(cut: Slice, rules: RuleSet, facts: Facts) -> Verdict:
    """Return the engine's verdict on these facts."""
    try:
        answer = is_authorized(
            request(facts, cut.action, rules.write(facts)),
            rules.policies,
            entities(facts.who, cut.spec, cut.classes),
            rules.schema,
        )
    except ValueError as wrong:
        return Verdict(allowed=False, hits=(), fault=f"{wrong}")
    said, decision = answer.diagnostics, answer.decision
    hits = sorted([cut.rules[one] for one in said.reasons], key=lambda r: r.order)
    fault = "; ".join(said.errors)
    if not fault and decision is Engine.NoDecision:
        fault = "the engine gave no decision"
    return Verdict(allowed=decision is Engine.Allow, hits=tuple(hits), fault=fault)
