"""Builds what a person is shown, from the real call, the facts, the tool and the answer.

Nothing that the agent says of its call is taken over here, and nothing is left out. Whoever shows
it renders `ReviewView` and adds nothing.
"""

from dataclasses import dataclass, replace

from guard.model.call import ToolCall, ToolSpec
from guard.model.decision import Requirement, StepUp
from guard.model.facts import Facts
from guard.model.review import (
    Before,
    Blast,
    Chain,
    ChainStep,
    Cut,
    Gives,
    Ran,
    Reversible,
    ReviewView,
    Standing,
    WhyAsked,
)
from guard.policy.argued import arguments_of, gone_since
from guard.policy.compile import Bundle
from guard.policy.derive import scale_of
from guard.policy.says import sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """The last approved call of this tool: its approval, when, and its arguments."""

    approval: str
    at_ms: int
    arguments: bytes


def review(
    call: ToolCall,
    spec: ToolSpec,
    facts: Facts,
    answer: StepUp,
    *,
    bundle: Bundle,
    chain: Chain,
    before: Earlier | None = None,
    ran: Ran | None = None,
    grant_ttl_s: int = 0,
) -> ReviewView:
    """Return what a person is shown of one call.

    Args:
        call: with the bytes that would be sent.
        spec: its tool.
        facts: what was judged.
        answer: why people are asked.
        bundle: the policy that asks: where its rules are written.
        chain: the session so far.
        before: the last approved call of this tool for the same person.
        ran: the last approved call that was the same.
        grant_ttl_s: how long a yes holds (seconds).
    """
    earlier = b"" if before is None else before.arguments
    return ReviewView(
        effect=sentence(spec, call.parsed()) if spec.says else "",
        server=call.server,
        tool=call.tool,
        asked_ms=facts.clock.at_ms,
        why=tuple(_why(one, bundle, call) for one in answer.requirements),
        arguments=arguments_of(call, spec, facts.prov, answer.applied, earlier),
        bytes_sha256=call.bytes_sha256,
        before=None
        if before is None
        else Before(
            approval=before.approval, at_ms=before.at_ms, gone=gone_since(call, before.arguments)
        ),
        ran=ran,
        blast=_blast(spec, facts, answer),
        chain=replace(chain, steps=_steps(chain, facts)),
        standing=_standing(facts),
        gives=Gives(
            grant_ttl_s=grant_ttl_s,
            credential=facts.credential.kind,
            binding=int(facts.credential.binding),
            audience=spec.audience,
            scopes=tuple(sorted(spec.scopes)),
        ),
        cuts=tuple(Cut(rule=o.rule, name=o.name, paths=o.changes) for o in answer.applied),
    )


def _why(asked: Requirement, bundle: Bundle, call: ToolCall) -> WhyAsked:
    cut = bundle.slice_of(call.server, call.tool)
    rule = None if cut is None else cut.rules.get(asked.rule)
    return WhyAsked(
        rule=asked.rule,
        reason=asked.reason,
        where="" if rule is None else rule.where,
        kind=asked.kind,
        groups=tuple(sorted(asked.groups)),
        quorum=asked.quorum,
        match=asked.match,
    )


def _steps(chain: Chain, facts: Facts) -> tuple[ChainStep, ...]:
    """Return the earlier calls that matter here, in their order."""
    actions = {one.n: one.action for one in chain.steps}
    brought: dict[int, list[str]] = {}
    gave: dict[int, list[str]] = {}
    for entry in chain.entries:
        actions.setdefault(entry.step, entry.action)
        brought.setdefault(entry.step, []).append(entry.label)
    for origin in facts.prov.origins:
        if origin.step:
            actions.setdefault(origin.step, origin.action)
            gave.setdefault(origin.step, []).append(origin.path)
    running = {one.n for one in chain.steps if one.running}
    return tuple(
        ChainStep(
            n=n,
            action=actions[n],
            brought=tuple(brought.get(n, ())),
            gave=tuple(dict.fromkeys(gave.get(n, ()))),
            running=n in running,
        )
        for n in sorted(actions)
    )


def _blast(spec: ToolSpec, facts: Facts, answer: StepUp) -> Blast:
    derived = facts.input.derived
    people, domains = derived.recipients, derived.dest_domains
    where = sorted((people or frozenset()) | (domains or frozenset()))
    if derived.dest_ip and derived.dest_ip not in where:
        where.append(derived.dest_ip)
    currency, scale = _currency(spec)
    amount = derived.amount_minor
    return Blast(
        reversible=_reversible(spec, answer),
        targets=-1 if people is None else len(people),
        amount_minor=-1 if amount is None else amount,
        currency=currency,
        scale=scale,
        environment=spec.server_env,
        destinations=tuple(where),
    )


def _reversible(spec: ToolSpec, answer: StepUp) -> Reversible:
    if answer.irreversible or "irreversible" in spec.effect:
        return "no"
    if spec.low_impact:
        return "yes"
    return "reads" if spec.effect == frozenset({"read"}) else ""


def _currency(spec: ToolSpec) -> tuple[str, int]:
    """Return the currency of a tool's amounts; two different ones are none that can be named."""
    found = {
        (one.currency, scale_of(spec, path, one))
        for path, one in spec.args.items()
        if one.role == "amount"
    }
    return found.pop() if len(found) == 1 else ("", 0)


def _standing(facts: Facts) -> Standing:
    who = facts.who
    return Standing(
        agent=who.agent.id,
        principal=who.principal.key,
        workload=who.workload.id,
        attested=who.workload.attested,
        device=who.device.id,
        compliant=facts.risk.device_compliant,
        device_age_s=facts.risk.device_age_s if who.device.id else 0,
        session=facts.call.session,
    )
