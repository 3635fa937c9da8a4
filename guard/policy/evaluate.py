"""Facts and a bundle -> one of the four answers. The only place that asks the engine.

Deny before people are woken, narrow before anybody is asked, and a person is asked only if their
yes would be enough. An engine that reports an error, or no decision, has not judged: Cedar skips a
forbid that fails, so the bare engine would fail open.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from cedarpy import Decision as Engine
from cedarpy import is_authorized

from guard.model.call import ToolSpec, Transform
from guard.model.decision import (
    Allow,
    Applied,
    Basis,
    Decision,
    Deny,
    Narrow,
    Reason,
    Requirement,
    StepUp,
    Terms,
)
from guard.model.facts import Facts
from guard.policy.compile import Bundle
from guard.policy.context import context_text, entities, request
from guard.policy.rule import Rule
from guard.policy.slice import RuleSet, Slice

_ROUNDS = 4
"""Judgements of one call: a narrowed call may meet another narrow rule, but not for ever."""


class NarrowUnavailable(Exception):  # noqa: N818  # a fact about the call, not a fault
    """The narrowing leaves nothing to run, such as no recipient inside the declared egress."""


class Narrowings(Protocol):
    """Rebuilds Facts for smaller arguments; policy cannot, for they are the session's."""

    def apply(self, facts: Facts, transforms: tuple[Transform, ...]) -> tuple[Facts, bytes]:
        """Return the facts and the bytes of the call after all `transforms`, in order.

        They are cumulative, from the call as it came; with none, the bytes are the call's own.

        Raises:
            NarrowUnavailable: nothing would be left to run, or it would not convert.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the engine said. `hits` are the permits that hold, or the forbids that fire."""

    allowed: bool
    hits: tuple[Rule, ...]
    fault: str = ""  # for the operator only: engine messages quote arguments


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    cut: Slice
    rules: RuleSet
    narrowings: Narrowings
    basis: Basis


def ask(cut: Slice, rules: RuleSet, facts: Facts) -> Verdict:
    """Return the engine's verdict on these facts."""
    try:
        context = context_text(facts, rules.leaves, rules.context)
        answer = is_authorized(
            request(facts, cut.action, context),
            rules.policies,
            entities(facts.who, cut.spec),
            rules.schema,
        )
    except ValueError as wrong:
        return Verdict(allowed=False, hits=(), fault=f"{wrong}")
    hits = sorted((cut.rules[one] for one in answer.diagnostics.reasons), key=lambda r: r.order)
    fault = "; ".join(answer.diagnostics.errors)
    if not fault and answer.decision is Engine.NoDecision:
        fault = "the engine gave no decision"
    return Verdict(allowed=answer.decision is Engine.Allow, hits=tuple(hits), fault=fault)


def decide(bundle: Bundle, facts: Facts, narrowings: Narrowings) -> Decision:
    """Return the answer of the enforced rules to one call."""
    cut = bundle.slice_of(facts.call.server, facts.call.tool)
    if cut is None:
        return _denied("unknown_tool", Basis(bundle=bundle.digest, slice=""))
    return _decided(bundle, cut, cut.enforced, facts, narrowings)


def decide_shadow(bundle: Bundle, facts: Facts, narrowings: Narrowings) -> Decision | None:
    """Return what the answer would be with shadow rules, to be reported only; None = no such rule."""
    cut = bundle.slice_of(facts.call.server, facts.call.tool)
    if cut is None or cut.shadowed is None:
        return None
    return _decided(bundle, cut, cut.shadowed, facts, narrowings)


def _decided(
    bundle: Bundle, cut: Slice, rules: RuleSet, facts: Facts, narrowings: Narrowings
) -> Decision:
    basis = Basis(bundle=bundle.digest, slice=cut.digest)
    if not cut.spec.confirmed:
        return _denied("unconfirmed", basis)
    if facts.call.definition == "changed":
        return _denied("tool_changed", basis)
    if facts.history.overflow and cut.reads_ledgers:
        return _denied("ledger_overflow", basis)
    judge = _Judge(cut=cut, rules=rules, narrowings=narrowings, basis=basis)
    return _rounds(judge, facts)


def _rounds(judge: _Judge, facts: Facts) -> Decision:
    cut, basis = judge.cut, judge.basis
    transforms: tuple[Transform, ...] = ()
    applied: tuple[Applied, ...] = ()
    arguments = b""
    for _ in range(_ROUNDS):
        verdict = ask(cut, judge.rules, facts)
        if verdict.fault:
            return _denied("policy_error", basis, detail=verdict.fault)
        if verdict.allowed:
            return _allowed(judge, facts, verdict.hits, transforms, applied, arguments)
        if not verdict.hits:
            return _denied("no_permit", basis)
        plain = [rule for rule in verdict.hits if rule.kind == "deny"]
        if plain:
            return _denied(plain[0].reason, basis, plain)
        narrow = [rule for rule in verdict.hits if rule.kind == "narrow"]
        if not narrow:
            return _asked(judge, facts, verdict.hits, transforms, applied)
        wanted = [cut.spec.transforms.get(rule.narrow) for rule in narrow]
        found = tuple(one for one in wanted if one is not None)
        if len(found) < len(wanted):
            return _denied("narrow_unavailable", basis, narrow)
        transforms += found
        try:
            facts, arguments = judge.narrowings.apply(facts, transforms)
        except NarrowUnavailable:
            return _denied("narrow_unavailable", basis, narrow)
        applied += tuple(_applied(rule, one) for rule, one in zip(narrow, found, strict=True))
        facts = _with_applied(facts, applied)
    return _denied("policy_error", basis, detail=f"still not judged after {_ROUNDS} narrowings")


def _applied(rule: Rule, transform: Transform) -> Applied:
    return Applied(rule=rule.id, name=transform.name, changes=(transform.path or transform.op,))


def _with_applied(facts: Facts, applied: tuple[Applied, ...]) -> Facts:
    ids = facts.evidence.applied | {one.rule for one in applied}
    return replace(facts, evidence=replace(facts.evidence, applied=ids))


def _allowed(
    judge: _Judge,
    facts: Facts,
    permits: Iterable[Rule],
    transforms: tuple[Transform, ...],
    applied: tuple[Applied, ...],
    arguments: bytes,
) -> Decision:
    terms = _terms(permits, transforms)
    held = facts.credential
    short = terms.max_ttl_s is not None and held.ttl_floor_s > terms.max_ttl_s
    if terms.binding_min > held.binding or short:
        return _denied("obligation_unsupported", judge.basis, permits)
    reasons = _reasons(permits)
    if not applied:
        return Allow(reasons=reasons, terms=terms, basis=judge.basis)
    why = _reasons(judge.cut.rules[one.rule] for one in applied)
    return Narrow(
        arguments=arguments, applied=applied, reasons=why + reasons, terms=terms, basis=judge.basis
    )


def _terms(permits: Iterable[Rule], transforms: Iterable[Transform]) -> Terms:
    """Return what all permits together leave: fewest scopes, shortest life, closest binding."""
    scopes: frozenset[str] | None = None
    ttls: list[int] = []
    binding = 0
    for rule in permits:
        mine = rule.terms
        if mine.scopes is not None:
            scopes = mine.scopes if scopes is None else scopes & mine.scopes
        if mine.max_ttl_s is not None:
            ttls.append(mine.max_ttl_s)
        binding = max(binding, mine.binding_min)
    for one in transforms:
        if one.op == "scope":
            left = frozenset({str(one.value)})
            scopes = left if scopes is None else scopes & left
    return Terms(scopes=scopes, max_ttl_s=min(ttls, default=None), binding_min=binding)


def _asked(
    judge: _Judge,
    facts: Facts,
    hits: tuple[Rule, ...],
    transforms: tuple[Transform, ...],
    applied: tuple[Applied, ...],
) -> Decision:
    """Return StepUp if a yes to every rule that fired would be enough, and Deny otherwise."""
    asked = [(rule, rule.requirement) for rule in hits]
    requirements = tuple(one for _, one in asked if one is not None)
    if_approved = ask(judge.cut, judge.rules, facts.with_approvals(frozenset(r.id for r in hits)))
    if if_approved.fault:
        return _denied("policy_error", judge.basis, detail=if_approved.fault)
    if not if_approved.allowed or len(requirements) < len(hits):
        return _denied("approval_would_not_help", judge.basis, hits)
    _, arguments = judge.narrowings.apply(facts, transforms)
    return _step_up(judge, facts, hits, requirements, applied, arguments)


def _step_up(
    judge: _Judge,
    facts: Facts,
    hits: tuple[Rule, ...],
    requirements: tuple[Requirement, ...],
    applied: tuple[Applied, ...],
    arguments: bytes,
) -> StepUp:
    effect = judge.cut.spec.effect
    irreversible = "irreversible" in effect
    tainted = "untrusted" in facts.history.labels
    return StepUp(
        requirements=requirements,
        arguments=arguments,
        reasons=_reasons(hits),
        basis=judge.basis,
        applied=applied,
        irreversible=irreversible,
        grantable=not (irreversible or "egress" in effect or tainted),
    )


def _reasons(rules: Iterable[Rule]) -> tuple[Reason, ...]:
    return tuple(Reason(code=rule.reason, rule=rule.id) for rule in rules)


def _denied(code: str, basis: Basis, rules: Iterable[Rule] = (), detail: str = "") -> Deny:
    """Return a Deny; a guard's own code comes first, then the rules in file order."""
    fired = tuple(rules)
    reasons = _reasons(fired)
    if not fired or code != fired[0].reason:
        reasons = (Reason(code=code), *reasons)
    wait = max((rule.retry_after_s for rule in fired), default=0)
    return Deny(code=code, reasons=reasons, basis=basis, retry_after_s=wait, detail=detail)


def visible_tools(bundle: Bundle, facts: Facts) -> frozenset[str]:
    """Return the actions of the tools to show: all that may be called, and perhaps more.

    Only who, clock, risk and the declared intent of `facts` count, never its call or its history.
    """
    return frozenset(
        spec.action
        for spec in bundle.catalog.specs()
        if spec.confirmed and _shown(bundle, spec, facts)
    )


def _shown(bundle: Bundle, spec: ToolSpec, facts: Facts) -> bool:
    cut = bundle.slices[spec.action]
    call = replace(facts.call, server=spec.server, tool=spec.tool)
    verdict = ask(cut, cut.listing, replace(facts, call=call))
    return verdict.allowed and not verdict.fault
