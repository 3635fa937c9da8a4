"""One question to the engine, and its verdict. The only place that asks it.

A verdict follows from the rules, the caller and the text of what the rules read, and from nothing
else, so the same question is put to the engine once.

An engine that reports an error, or no decision, has not judged: Cedar skips a forbid that fails, so
the bare engine would fail open.
"""

from dataclasses import dataclass
from functools import lru_cache

from cedarpy import Decision as Engine
from cedarpy import is_authorized

from guard.model.facts import Facts
from guard.model.identity import Who
from guard.policy.context import entities, request
from guard.policy.rule import Rule
from guard.policy.slice import RuleSet, Slice

REMEMBERED = 4096
"""Characters: a longer context holds whole texts of one call, which do not come again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the engine said. `hits` are the permits that hold, or the forbids that fire."""

    allowed: bool
    hits: tuple[Rule, ...]
    fault: str = ""  # for the operator only: engine messages quote arguments


def ask(cut: Slice, rules: RuleSet, facts: Facts) -> Verdict:
    """Return the engine's verdict on these facts."""
    try:
        context = rules.write(facts)
        judged = verdict if len(context) <= REMEMBERED else verdict.__wrapped__
        return judged(cut, rules, facts.who, context)
    except ValueError as wrong:
        return Verdict(allowed=False, hits=(), fault=f"{wrong}")


@lru_cache(maxsize=1024)  # of calls that differ, rules mostly read the same
def verdict(cut: Slice, rules: RuleSet, who: Who, context: str) -> Verdict:
    """Return the engine's verdict on a context as these rules read it, from this caller.

    Raises:
        ValueError: the engine cannot read the request.
    """
    answer = is_authorized(
        request(who, cut.spec.server, cut.action, context),
        rules.policies,
        entities(who, cut.spec, cut.classes),
        rules.schema,
    )
    said, decision = answer.diagnostics, answer.decision
    hits = sorted([cut.rules[one] for one in said.reasons], key=lambda r: r.order)
    fault = "; ".join(said.errors)
    if not fault and decision is Engine.NoDecision:
        fault = "the engine gave no decision"
    return Verdict(allowed=decision is Engine.Allow, hits=tuple(hits), fault=fault)
