"""Which rules decide whether a tool is shown: never fewer tools than may be called.

Made from the rules as written. What reads arguments, history or anything else that differs from
call to call is weakened away, because a list is made before any call and must not change as a side
effect of one (MCP 2026-07-28, tools). Showing is a courtesy; the call decides.
"""

from cedarpy import pst

from guard.model.call import ToolSpec
from guard.policy.rule import Rule, RuleKind, context_paths, with_clauses

CALL_BOUND = frozenset(
    {"input", "derived", "prov", "text", "when", "permission", "choice", "history"}
    | {"credential", "approvals", "applied"}
)
"""Groups of the context that one call does not share with the next."""

_CALL_BOUND_INTENT = frozenset(
    {
        ("intent",),
        *(("intent", one) for one in ("covers", "args_ok", "mandate", "fits", "words", "asked")),
        *(("intent", one) for one in ("condition", "left", "repeat")),
    }
)


def call_bound(tree: object) -> bool:
    """Return whether a tree reads anything that differs from call to call."""
    return any(
        not path or path[0] in CALL_BOUND or path[:2] in _CALL_BOUND_INTENT
        for path in context_paths(tree)
    )


def weakened(rule_id: str, kind: RuleKind, source: pst.Template) -> pst.Template | None:
    """Return the rule under which tools are shown, the same for each of them; None: there is none.

    Step-up rules go, for a person may say yes; a forbid with a call-bound clause goes; a permit
    loses its call-bound conjuncts.
    """
    match kind:
        case "step_up" | "access":
            return None
        case "permit":
            return _weakened(source, rule_id)
        case "narrow" | "deny":
            if call_bound(source.clauses):
                return None
            return with_clauses(source, source.clauses, rule_id)


def narrows(rule: Rule, spec: ToolSpec) -> bool:
    """Return whether the tool has the transform of a narrow rule: then it is shown all the same."""
    return rule.kind == "narrow" and rule.narrow in spec.transforms


def _weakened(permit: pst.Template, rule: str) -> pst.Template:
    clauses: list[pst.Clause] = []
    for clause in permit.clauses:
        if isinstance(clause, pst.Unless):
            if not call_bound(clause):
                clauses.append(clause)
            continue
        clauses += [pst.When(expr=one) for one in conjuncts(clause.expr) if not call_bound(one)]
    return with_clauses(permit, tuple(clauses), rule)


def conjuncts(expr: pst.Expr) -> tuple[pst.Expr, ...]:
    """Return the operands of the top-level `&&`s of an expression, from left to right."""
    found: list[pst.Expr] = []
    stack: list[pst.Expr] = [expr]
    while stack:
        one = stack.pop()
        if isinstance(one, pst.BinaryOp) and one.op == "and":
            stack += [one.right, one.left]
        else:
            found.append(one)
    return tuple(found)
