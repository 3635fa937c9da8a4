"""Why a call got its answer: every rule, whether it held, the clause that decided, what would help.

For reviewers and operators, who may read rules. `agent_text` is for the agent, who may not: it has
codes and next steps, and neither rule text nor engine messages, which quote arguments.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cedarpy import Decision as Engine
from cedarpy import Entities, PolicySet, Schema, is_authorized, pst

from guard.model.decision import Allow, Decision, Deny, Narrow, Reason, StepUp, kind
from guard.model.facts import Facts
from guard.policy.compile import Bundle
from guard.policy.context import context_text, entities, request
from guard.policy.rule import Rule, context_paths, policy_set
from guard.policy.says import sentence
from guard.provenance.source.told import told_lines

__all__ = ["Explanation", "RuleView", "agent_text", "explain", "sentence"]

ADVICE: Mapping[str, str] = {
    "policy_error": "The guard could not judge the call. Tell the person you work for.",
    "no_permit": "No rule permits it for the declared task. Choose another way or ask.",
    "unknown_tool": "The tool is not in the catalogue. Use a listed tool.",
    "unconfirmed": "The operator has not confirmed the tool yet. Tell the person you work for.",
    "tool_changed": "The tool's definition changed and waits for a person.",
    "unknown_argument": "Leave out the argument that the tool does not have.",
    "bad_argument": "Correct the argument and call again.",
    "too_large": "Send less in one call.",
    "extractor_failed": "Write recipients, URLs, paths and amounts plainly and call again.",
    "narrow_unavailable": "It could only run in a smaller form that does not exist here.",
    "approval_would_not_help": "No approval would be enough. Choose another way.",
    "obligation_unsupported": "The credential it needs cannot be made here.",
    "ledger_overflow": "Too much has happened to count exactly. Start a new session.",
}
"""What an agent is told for each code of the guard itself."""


CHANGES: Mapping[str, str] = {
    "unknown_tool": "an entry for the tool in guard.yaml",
    "unconfirmed": "`confirmed: true` in the tool's entry, once a person has read it",
    "tool_changed": "its new definition accepted: guard pin accept",
}
"""What an operator can do where no rule was asked; else it is what the agent is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """One rule of the slice. `clause` decided; `reads` are the context paths it looks at."""

    id: str
    kind: str
    reason: str
    where: str
    shadow: bool
    fired: bool
    clause: str
    reads: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One decision, taken apart. `change` says what would turn it into Allow.

    `origins` are where the arguments came from, weakest first.
    """

    kind: str
    action: str
    reasons: tuple[Reason, ...]
    rules: tuple[RuleView, ...]
    change: tuple[str, ...]
    context: str
    origins: tuple[str, ...] = ()


def explain(bundle: Bundle, facts: Facts, decision: Decision) -> Explanation:
    """Return why these facts got this decision under this bundle."""
    cut = bundle.slice_of(facts.call.server, facts.call.tool)
    views: tuple[RuleView, ...] = ()
    context = ""
    if cut is not None:
        rules = cut.shadowed or cut.enforced
        context = context_text(facts, rules.leaves, rules.context)
        asked = _Asked(
            request(facts.who, cut.spec.server, cut.action, context),
            entities(facts.who, cut.spec),
            Schema.from_json_str(rules.text),
        )
        views = tuple(_view(asked, rule) for rule in cut.rules.values())
    return Explanation(
        kind=kind(decision),
        action=facts.call.action,
        reasons=decision.reasons,
        rules=views,
        change=_change(decision, views),
        context=context,
        origins=told_lines(facts.prov.origins, facts.input.values),
    )


class _Asked(NamedTuple):
    """One call as the engine takes it, its context in the groups in which rules are written."""

    request: dict[str, object]
    entities: Entities
    schema: Schema


def _view(asked: _Asked, rule: Rule) -> RuleView:
    missed = [one for one in rule.judged.clauses if not _holds(asked, rule, (one,))]
    head = _holds(asked, rule, ())
    deciding = missed[:1] or _firing(rule.source.clauses)
    return RuleView(
        id=rule.id,
        kind=rule.kind,
        reason=rule.reason,
        where=rule.where,
        shadow=rule.mode == "shadow",
        fired=head and not missed,
        clause=_written(deciding[0]) if head and deciding else _head(head=head),
        reads=tuple(sorted(".".join(path) for path in context_paths(rule.source.clauses))),
    )


def _firing(clauses: Sequence[pst.Clause]) -> list[pst.Clause]:
    """Return the clause for which a rule fired: what has to hold rather than its exception."""
    held = [one for one in clauses if isinstance(one, pst.When)]
    return [*(held or clauses)][-1:]


def _head(*, head: bool) -> str:
    return "always" if head else "its head does not match"


def _permit(rule: Rule, clauses: tuple[pst.Clause, ...]) -> PolicySet:
    alone = pst.Template(
        id="alone",
        effect="permit",
        principal=rule.judged.principal,
        action=rule.judged.action,
        resource=rule.judged.resource,
        clauses=clauses,
        annotations=pst.FrozenMap({}),
    )
    return PolicySet.from_pst(policy_set({"alone": alone}))


def _holds(asked: _Asked, rule: Rule, clauses: tuple[pst.Clause, ...]) -> bool:
    """Return whether head and clauses hold: they are asked alone, as a permit."""
    alone = _permit(rule, clauses)
    answer = is_authorized(asked.request, alone, asked.entities, asked.schema)
    return answer.decision is Engine.Allow


def _written(clause: pst.Clause) -> str:
    """Return one clause as Cedar text."""
    anything = pst.ScopeAny()
    alone = pst.Template(
        "alone", "permit", anything, anything, anything, (clause,), pst.FrozenMap({})
    )
    text = str(PolicySet.from_pst(policy_set({"alone": alone})))
    return text.partition("resource) ")[2].strip().removesuffix(";")


def _change(decision: Decision, views: tuple[RuleView, ...]) -> tuple[str, ...]:
    match decision:
        case Allow():
            return ()
        case Narrow():
            return tuple(f"narrowed by {one.rule}: {one.name}" for one in decision.applied)
        case StepUp():
            return tuple(
                f"an approval of {one.rule} by {_who(one.groups)}" for one in decision.requirements
            )
        case Deny():
            return _would_help(decision, views)


def _who(groups: frozenset[str]) -> str:
    return ", ".join(sorted(groups)) or "the session's owner"


def _would_help(decision: Deny, views: tuple[RuleView, ...]) -> tuple[str, ...]:
    permits = [view for view in views if view.kind == "permit" and not view.shadow]
    missing = [] if any(one.fired for one in permits) else permits
    if decision.code == "no_permit":
        return tuple(f"{view.id}: {view.clause}" for view in missing)
    lifted = [f"{one.rule} not firing" for one in decision.reasons if one.rule]
    if not lifted:
        return (CHANGES.get(decision.code) or ADVICE.get(decision.code, ""),)
    return (*lifted, *(f"and a permit: {view.id}: {view.clause}" for view in missing))


def agent_text(decision: Decision) -> str:
    """Return what an agent may read: the answer, its codes, and what to do next."""
    match decision:
        case Allow():
            return "allowed"
        case Narrow():
            changes = sorted({path for one in decision.applied for path in one.changes})
            return f"allowed in a smaller form; changed: {', '.join(changes)}"
        case StepUp():
            codes = ", ".join(one.reason for one in decision.requirements)
            return f"a person has to approve this call: {codes}. Wait, or choose another way."
        case Deny():
            return _refusal(decision)


def _refusal(decision: Deny) -> str:
    advice = ADVICE.get(decision.code, "Choose another way or ask the person you work for.")
    wait = f" Try again in {decision.retry_after_s} s." if decision.retry_after_s else ""
    codes = ", ".join(dict.fromkeys([decision.code, *(one.code for one in decision.reasons)]))
    return f"not allowed: {codes}. {advice}{wait}"
