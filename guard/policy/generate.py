"""The rules that the guard writes itself: budgets of the catalogue, and arguments it cannot see.

They go through the same compiler as the operator's. Their ids begin with `guard:`, which no other
rule may use.
"""

import json
from collections.abc import Iterable

from guard.model.call import ToolSpec
from guard.policy.catalog import Catalog
from guard.policy.ledgers import budget_name
from guard.policy.rule import Rule
from guard.policy.shape import shape_of, walk
from guard.policy.statement import Statement

OPAQUE_RULE = "guard:opaque"
ACCESS_RULE = "guard:access"
REAUTH_RULE = "guard:reauth"
"""Under its yes the narrowings end that the session's person may end."""

NARROWED = "access_narrowed"

Generated = tuple[str, str, str, Statement]
"""Id, decision (empty or step_up), reason, statement."""


def generated(catalog: Catalog, rules: Iterable[Rule]) -> tuple[Generated, ...]:
    """Return each rule; `rules` are those of the policy, and one may stand in for one of these."""
    instead, reauth = set[str](), False
    for rule in rules:
        instead |= {rule.instead_of} if rule.mode == "enforce" else set()
        reauth |= "reauth" in rule.restore.by
    made = [one for spec in catalog.specs() for one in _budget(spec)]
    hidden = [spec.action for spec in catalog.specs() if opaque_paths(spec)]
    if hidden and catalog.defaults.opaque_args != "allow" and OPAQUE_RULE not in instead:
        decision = "" if catalog.defaults.opaque_args == "deny" else "step_up"
        made.append((OPAQUE_RULE, decision, "opaque_argument", _opaque(hidden)))
    return (*made, *(_SETTLED if reauth else _WHOLE))


def judging(catalog: Catalog, rules: list[Rule]) -> list[Rule]:
    """Return the rules of a policy that are judged.

    Where the operator wrote what becomes of arguments that policy cannot see, none stands in.
    """
    own = "opaque_args" in catalog.defaults.model_fields_set
    return [rule for rule in rules if not rule.instead_of] if own else rules


def _access(rule: str, decision: str, when: str) -> Generated:
    text = f'forbid (principal, action in Guard::Action::"any", resource) when {{ {when} }};'
    return rule, decision, NARROWED, Statement(text=text, where="guard:narrowing")


_WHOLE = (_access(ACCESS_RULE, "", "!context.access.admits"),)
_SETTLED = (
    _access(ACCESS_RULE, "", "!context.access.admits && !context.access.settles"),
    _access(REAUTH_RULE, "step_up", "context.access.settles"),
)
"""What a narrowed session may not do, whatever else permits it: with a way out for its person."""


def opaque_paths(spec: ToolSpec) -> tuple[str, ...]:
    """Return the argument paths that policy cannot see and the operator did not mark opaque."""
    return tuple(
        path
        for path, one, _ in walk(shape_of(spec.input_schema))
        if one.kind == "opaque" and not _hidden(spec, path)
    )


def _hidden(spec: ToolSpec, path: str) -> bool:
    entry = spec.args.get(path)
    return entry is not None and (entry.opaque or entry.role == "secret")


def _head(actions: Iterable[str]) -> str:
    # JSON strings are Cedar strings for everything that ensure_ascii leaves alone.
    listed = ", ".join(f"Guard::Action::{cedar_string(action)}" for action in actions)
    return f"forbid (principal, action in [{listed}], resource)"


def cedar_string(text: str) -> str:
    """Return a Cedar string literal of any text."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(mark if mark.isprintable() else f"\\u{{{ord(mark):x}}}" for mark in quoted)


def _budget(spec: ToolSpec) -> list[Generated]:
    budget = spec.budget
    if budget is None:
        return []
    made: list[Generated] = []
    limits = (("calls", budget.calls), ("amount_minor", budget.amount_minor))
    for number, (what, limit) in enumerate(one for one in limits if one[1]):
        ledger = cedar_string(budget_name(spec.action, what))
        text = f"{_head([spec.action])} when {{ context.history[{ledger}] > {limit} }};"
        where = f"guard.yaml:servers.{spec.server}.tools.{spec.tool}.budget"
        rule = f"guard:budget:{spec.action}:{number}"
        made.append((rule, "", "budget_exceeded", Statement(text=text, where=where)))
    return made


def _opaque(actions: list[str]) -> Statement:
    text = f"{_head(actions)} when {{ !context.derived.opaque.isEmpty() }};"
    return Statement(text=text, where="guard.yaml:defaults.opaque_args")
