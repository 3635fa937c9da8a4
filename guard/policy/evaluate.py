"""Facts and a bundle -> one of the four answers. It asks the engine through `ask` alone.

Deny before people are woken, narrow before anybody is asked, and a person is asked only if their
yes would be enough. An engine that reports an error, or no decision, has not judged: Cedar skips a
forbid that fails, so the bare engine would fail open.
"""

from collections.abc import Callable, Iterable
from functools import reduce
from typing import NamedTuple

from guard.model.call import ToolSpec, Transform
from guard.model.decision import (
    Allow,
    Applied,
    Basis,
    Decision,
    Deny,
    Narrow,
    Reason,
    StepUp,
    Terms,
)
from guard.model.facts import UNNARROWED, AccessFacts, Facts
from guard.policy.ask import Verdict, ask
from guard.policy.compile import Bundle
from guard.policy.cut_off import answerable, closed, counted
from guard.policy.delegate import Above, as_if, met
from guard.policy.rule import Rule
from guard.policy.slice import RuleSet, Slice
from guard.policy.transform import Narrowings, NarrowUnavailable, apply_transforms

__all__ = [
    "NarrowUnavailable",
    "Narrowings",
    "apply_transforms",
    "decide",
    "decide_shadow",
    "visible_tools",
]

_ROUNDS = 4
"""Judgements of one call: a narrowed call may meet another narrow rule, but not for ever."""


class _Judge(NamedTuple):
    cut: Slice
    rules: RuleSet
    narrowings: Narrowings
    basis: Basis


class _SoFar(NamedTuple):
    """The narrowings of one call up to now, and the bytes that they left."""

    transforms: tuple[Transform, ...] = ()
    applied: tuple[Applied, ...] = ()
    arguments: bytes = b""

    def after(self, rules: list[Rule], found: tuple[Transform, ...], left: bytes) -> "_SoFar":
        """Return the same with one more round of narrowings."""
        added = tuple(
            Applied(rule=rule.id, name=one.name, changes=(one.path or one.op,))
            for rule, one in zip(rules, found, strict=True)
        )
        return _SoFar(
            transforms=self.transforms + found, applied=self.applied + added, arguments=left
        )


_AS_IT_CAME = _SoFar()


def decide(bundle: Bundle, facts: Facts, narrowings: Narrowings) -> Decision:
    """Return the answer of the enforced rules to one call; that of a sub-agent is the strictest."""
    cut = bundle.slice_of(facts.call.server, facts.call.tool)
    if cut is None:
        return _denied("unknown_tool", Basis(bundle=bundle.digest, slice=""))
    facts = counted(facts)
    answer = _decided(bundle, cut, cut.enforced, facts, narrowings)
    for agent in facts.who.agent.parents:
        above = Above(narrowings=narrowings, agent=agent)
        answer = met(answer, _decided(bundle, cut, cut.enforced, as_if(facts, agent), above))
    return answerable(answer, facts.offline)


def decide_shadow(
    bundle: Bundle, facts: Facts, narrowings: Callable[[], Narrowings]
) -> Decision | None:
    """Return what shadow rules would answer, only to be reported; None = there are none."""
    cut = bundle.slice_of(facts.call.server, facts.call.tool)
    if cut is None or cut.shadowed is None:
        return None
    return _decided(bundle, cut, cut.shadowed, facts, narrowings())


def _decided(
    bundle: Bundle, cut: Slice, rules: RuleSet, facts: Facts, narrowings: Narrowings
) -> Decision:
    basis = Basis(bundle=bundle.digest, slice=cut.digest)
    if not cut.spec.confirmed:
        return _denied("unconfirmed", basis)
    if facts.call.definition == "changed":
        return _denied("tool_changed", basis)
    if shut := closed(cut.spec, facts.offline):
        return _denied(shut, basis)
    if facts.history.overflow and cut.reads_ledgers:
        return _denied("ledger_overflow", basis)
    judge = _Judge(cut=cut, rules=rules, narrowings=narrowings, basis=basis)
    return _rounds(judge, facts)


def _rounds(judge: _Judge, facts: Facts) -> Decision:
    """Narrow until no narrow rule fires, then answer; every narrowed call is judged again."""
    so_far = _AS_IT_CAME
    for _ in range(_ROUNDS):
        verdict = ask(judge.cut, judge.rules, facts)
        narrow = _narrow_hits(verdict)
        if not narrow:
            return _settled(judge, facts, verdict, so_far)
        wanted = [judge.cut.spec.transforms.get(rule.narrow) for rule in narrow]
        found = tuple(one for one in wanted if one is not None)
        try:
            if len(found) < len(wanted):
                return _denied("narrow_unavailable", judge.basis, narrow)
            facts, arguments = judge.narrowings.apply(facts, so_far.transforms + found)
        except NarrowUnavailable:
            return _denied("narrow_unavailable", judge.basis, narrow)
        so_far = so_far.after(narrow, found, arguments)
        facts = _with_applied(facts, so_far.applied)
    detail = f"still not judged after {_ROUNDS} narrowings"
    return _denied("policy_error", judge.basis, detail=detail)


def _narrow_hits(verdict: Verdict) -> list[Rule]:
    """Return the narrow rules to follow now: none if a plain deny fired or nothing was judged."""
    if verdict.fault or verdict.allowed or any(rule.kind == "deny" for rule in verdict.hits):
        return []
    return [rule for rule in verdict.hits if rule.kind == "narrow"]


def _settled(judge: _Judge, facts: Facts, verdict: Verdict, so_far: _SoFar) -> Decision:
    """Return the answer when nothing is left to narrow."""
    if verdict.fault:
        return _denied("policy_error", judge.basis, detail=verdict.fault)
    if verdict.allowed:
        return _allowed(judge, facts, verdict.hits, so_far)
    if not verdict.hits:
        return _denied("no_permit", judge.basis)
    plain = [rule for rule in verdict.hits if rule.kind == "deny"]
    if plain:
        return _denied(plain[0].reason, judge.basis, plain)
    return _asked(judge, facts, verdict.hits, so_far)


def _with_applied(facts: Facts, applied: tuple[Applied, ...]) -> Facts:
    evidence = facts.evidence.narrowed_by(one.rule for one in applied)
    return facts._replace(evidence=evidence)


def _allowed(judge: _Judge, facts: Facts, permits: tuple[Rule, ...], so_far: _SoFar) -> Decision:
    terms = _terms(permits, so_far.transforms, facts.access)
    held = facts.credential
    if terms.max_ttl_s is not None and held.ttl_floor_s > terms.max_ttl_s:
        return _denied("issuer_ttl_floor", judge.basis, permits)
    if terms.binding_min > held.binding:
        return _denied("obligation_unsupported", judge.basis, permits)
    reasons = _reasons(permits)
    if not so_far.applied:
        return Allow(reasons=reasons, terms=terms, basis=judge.basis)
    return Narrow(
        arguments=so_far.arguments,
        applied=so_far.applied,
        reasons=_reasons(judge.cut.rules[one.rule] for one in so_far.applied) + reasons,
        terms=terms,
        basis=judge.basis,
    )


def _terms(permits: Iterable[Rule], transforms: Iterable[Transform], access: AccessFacts) -> Terms:
    """Return what all permits, the narrowings of the call and those of its session leave."""
    every = [rule.terms for rule in permits]
    every += [Terms(scopes=frozenset({str(one.value)})) for one in transforms if one.op == "scope"]
    if access is not UNNARROWED:
        least = access.binding_min
        every.append(Terms(scopes=access.scopes, max_ttl_s=access.max_ttl_s, binding_min=least))
    return reduce(Terms.meet, every or [Terms()])


def _asked(judge: _Judge, facts: Facts, hits: tuple[Rule, ...], so_far: _SoFar) -> Decision:
    """Return StepUp if a yes to every rule that fired would be enough, and Deny otherwise."""
    requirements = tuple(rule.requirement for rule in hits if rule.requirement is not None)
    if_approved = ask(judge.cut, judge.rules, facts.with_approvals(frozenset(r.id for r in hits)))
    if if_approved.fault:
        return _denied("policy_error", judge.basis, detail=if_approved.fault)
    if not if_approved.allowed or len(requirements) < len(hits):
        return _denied("approval_would_not_help", judge.basis, hits)
    _, arguments = judge.narrowings.apply(facts, so_far.transforms)
    effect = judge.cut.spec.effect
    irreversible = "irreversible" in effect
    tainted = "untrusted" in facts.history.labels
    return StepUp(
        requirements=requirements,
        arguments=arguments,
        reasons=_reasons(hits),
        basis=judge.basis,
        applied=so_far.applied,
        irreversible=irreversible,
        # Who re-authenticates says yes to this moment, not to later ones.
        grantable=not (irreversible or "egress" in effect or tainted or not facts.access.admits),
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
    return frozenset(spec.action for spec in bundle.catalog.specs() if shown(bundle, spec, facts))


def shown(bundle: Bundle, spec: ToolSpec, facts: Facts) -> bool:
    """Return whether this tool is worth showing under these facts; as `visible_tools`."""
    cut = bundle.slice_of(spec.server, spec.tool)
    if cut is None or not spec.confirmed:
        return False
    call = facts.call._replace(server=spec.server, tool=spec.tool)
    verdict = ask(cut, cut.listing, facts._replace(call=call))
    return verdict.allowed and not verdict.fault
