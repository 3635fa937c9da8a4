"""One call of a decision table, from what is given to the decision on it.

Facts are built from the table alone, without a session: what earlier steps of a case leave behind
is kept by a `Past`. The plain one keeps labels, steps and refusals; who wants ledgers to move
passes another. It compares nothing: that is `guard.policy.check`'s part.
"""

from dataclasses import dataclass
from typing import Protocol

from guard.model.call import Json, ToolSpec, Transform, argument_bytes
from guard.model.decision import Allow, Basis, Decision, Deny, Narrow, Reason, StepUp, Terms
from guard.model.facts import (
    Binding,
    CallFacts,
    ClockFacts,
    CredentialFacts,
    Derived,
    Evidence,
    Facts,
    HistoryFacts,
    Input,
    IntentFacts,
    Ledger,
    ProvFacts,
    RiskFacts,
    TextFacts,
)
from guard.model.identity import Agent, Principal, Who, Workload
from guard.model.origin import Origin, Source
from guard.policy.catalog import Catalog
from guard.policy.compile import Bundle
from guard.policy.convert import ArgError, convert_args, limits_of
from guard.policy.evaluate import decide
from guard.policy.schema import THE_SESSION
from guard.policy.tables import Expectation, Given, GivenHistory
from guard.policy.transform import NarrowUnavailable, apply_transforms
from guard.provenance.schema.levels import levels_of, paths_of

SALT = bytes(32)
"""Tables hold no secrets, and their outcome must not depend on a key."""


class Past(Protocol):
    """What earlier steps of one case left behind."""

    def history(self, spec: ToolSpec, found: Input, given: GivenHistory) -> HistoryFacts:
        """Return the history that a step of this tool meets."""

    def after(self, spec: ToolSpec, decision: Decision, labels: frozenset[str]) -> None:
        """Take in how the step was decided and what its result brought."""


@dataclass(slots=True)
class PlainPast:
    """Labels of results, the number of steps, refusals; ledgers stay as the table gives them."""

    catalog: Catalog
    labels: frozenset[str] = frozenset()
    steps: int = 0
    denied: int = 0

    def history(self, spec: ToolSpec, found: Input, given: GivenHistory) -> HistoryFacts:
        """Return what is given, joined with what the steps left behind."""
        del spec, found  # a Past that moves ledgers needs them
        return HistoryFacts(
            labels=given.labels | self.labels,
            findings=given.findings,
            step=given.step + self.steps + 1,
            denied_1h=given.denied_1h + self.denied,
            ledgers={**self._untouched(), **(given.__pydantic_extra__ or {})},
        )

    def after(self, spec: ToolSpec, decision: Decision, labels: frozenset[str]) -> None:
        """Count the step; a result brings its labels only if the call ran."""
        self.steps += 1
        match decision:
            case Allow() | Narrow():
                self.labels |= labels | spec.output.names(spec.server)
            case Deny():
                self.denied += decision.counts
            case StepUp():
                pass

    def _untouched(self) -> dict[str, Ledger]:
        blank: dict[str, Ledger] = dict.fromkeys(("formerly", "sequence", "repeated"), False)
        blank["labels"] = frozenset()
        return {one.name: blank.get(one.kind, 0) for one in self.catalog.ledgers}


class TableCall:
    """One call of a case: makes its facts, also for arguments that a narrowing shrank."""

    def __init__(self, bundle: Bundle, holds: Given, step: Expectation, past: Past) -> None:
        self.bundle = bundle
        self.holds = holds
        self.step = step
        self.past = past
        self.server, _, self.tool = step.call.partition("/")
        catalog = bundle.catalog
        known = (
            catalog.method_spec(self.server, self.tool.removeprefix("mcp:"))
            if self.tool.startswith("mcp:")
            else catalog.spec(self.server, self.tool)
        )
        self.known = known is not None
        self.spec = known or ToolSpec(server=self.server, tool=self.tool, effect=frozenset())

    def run(self) -> Decision:
        """Return the decision, and let the past know of it."""
        if self.step.call == THE_SESSION:
            return self._session()
        found = self.input()
        if isinstance(found, ArgError):
            decision: Decision = Deny(code=found.code, detail=f"{found.path}: {found.message}")
        else:
            decision = decide(self.bundle, self.facts(found), self)
        self.past.after(self.spec, decision, self.step.result_labels)
        return decision

    def _session(self) -> Decision:
        """Return what the rules about the session say: a no where one takes something away."""
        facts = self.facts(Input(values={}, derived=Derived()))
        held = self.bundle.sessions.holding(facts.who, facts.risk, facts.clock)
        reasons = tuple(Reason(code=one.reason, rule=one.rule) for one in held)
        basis = Basis(bundle=self.bundle.digest, slice="")
        if reasons:
            return Deny(code=reasons[0].code, reasons=reasons, basis=basis)
        return Allow(reasons=(), terms=Terms(), basis=basis)

    def input(self) -> Input | ArgError:
        """Return the typed arguments of the call; those of an unlisted tool mean nothing."""
        return self.convert(self.step.args) if self.known else Input(values={}, derived=Derived())

    def convert(self, arguments: dict[str, Json]) -> Input | ArgError:
        """Return the typed arguments, or why they cannot be."""
        return convert_args(self.spec, arguments, salt=SALT, limits=limits_of(self.bundle.catalog))

    def apply(self, facts: Facts, transforms: tuple[Transform, ...]) -> tuple[Facts, bytes]:
        """Return the facts and the bytes of the narrowed call.

        Raises:
            NarrowUnavailable: a transform does not fit, or what is left is not a valid call.
        """
        after = apply_transforms(self.step.args, transforms, facts)
        found = self.convert(after)
        if isinstance(found, ArgError):
            raise NarrowUnavailable(f"{found.code}: {found.path}")
        return self.facts(found), argument_bytes(after)

    def facts(self, found: Input) -> Facts:
        """Return the facts that the table gives."""
        holds = self.holds
        covers = holds.intent.covers if holds.intent.args_ok is None else holds.intent.args_ok
        return Facts(
            call=CallFacts(
                id="case",
                session="case",
                server=self.server,
                tool=self.tool,
                bytes_sha256="",
                definition=holds.definition,
            ),
            who=_who(holds),
            input=found,
            clock=ClockFacts(at_ms=0, hour=holds.clock.hour, weekday=holds.clock.weekday),
            intent=IntentFacts(**{**holds.intent.model_dump(), "args_ok": covers}),
            prov=_prov(self.spec, holds),
            text=_text(holds),
            history=self.past.history(self.spec, found, holds.history),
            risk=RiskFacts(**holds.risk.model_dump()),
            credential=CredentialFacts(**holds.credential.model_dump())._replace(
                binding=Binding(holds.credential.binding)
            ),
            evidence=Evidence(approvals=self.step.approved),
        )


def _prov(spec: ToolSpec, holds: Given) -> ProvFacts:
    """Return what the table gives of origins; what they come to is worked out where it is not."""
    given = holds.prov
    origins = tuple(
        Origin(**{**one.model_dump(), "source": Source(one.source)}) for one in given.origins
    )
    named = {**given.model_dump(), **(paths_of(origins) if origins else {})}
    named |= {name: getattr(given, name) for name in given.model_fields_set}
    level = levels_of(spec, origins)._replace(**given.level)
    return ProvFacts(**{**named, "level": level, "origins": origins})


def _text(holds: Given) -> TextFacts:
    return TextFacts(
        **holds.text.model_dump(),
        when_known=holds.when.known,
        when_ordered=holds.when.ordered,
        permission_within=holds.permission.within,
        choice_known=holds.choice.known,
    )


def _who(holds: Given) -> Who:
    who = holds.who
    return Who(
        principal=Principal(issuer="table", subject=who.user, teams=who.teams),
        agent=Agent(id=who.agent, groups=who.groups),
        workload=Workload(id="table", attested=who.attested),
        claims=tuple(sorted(who.claims.items())),
    )
