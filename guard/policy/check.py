"""Runs decision tables against a bundle, and mutants of the bundle against the tables.

A table says what must come out; this file finds out whether it does, which forbids no case ever
fires, and which wrong version of the policy no case would notice. Facts are built from what the
table gives, without a session: what earlier steps of a case leave behind is kept by a `Past`, and
the plain one keeps labels, steps and refusals. Who wants ledgers to move passes another.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from guard.errors import Unusable
from guard.model.call import Json, ToolSpec, Transform, argument_bytes
from guard.model.decision import Allow, Decision, Deny, Narrow, StepUp, kind
from guard.model.facts import (
    Binding,
    CallFacts,
    ClockFacts,
    CredentialFacts,
    Evidence,
    Facts,
    HistoryFacts,
    Input,
    IntentFacts,
    Ledger,
    ProvFacts,
    RiskFacts,
)
from guard.model.identity import Agent, Principal, Who, Workload
from guard.policy.catalog import Catalog
from guard.policy.compile import Bundle, compile_bundle
from guard.policy.convert import ArgError, Limits, convert_args
from guard.policy.evaluate import NarrowUnavailable, apply_transforms, decide
from guard.policy.finding import Finding, error, warning
from guard.policy.mutate import Mutant, mutants
from guard.policy.tables import Case, Expectation, Given, GivenHistory, Table, given

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
                self.denied += 1
            case StepUp():
                pass

    def _untouched(self) -> dict[str, Ledger]:
        blank: dict[str, Ledger] = {"labels": frozenset(), "formerly": False}
        return {one.name: blank.get(one.kind, 0) for one in self.catalog.ledgers}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A step that came out otherwise than its case wants."""

    case: str
    wanted: str
    got: str

    def __str__(self) -> str:
        """Return one line: the case, what it wanted, what came out."""
        return f"FAIL {self.case}: wanted {self.wanted}, got {self.got}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReport:
    """How the cases went: how many passed, which failed, which rules fired in any of them."""

    passed: int = 0
    failures: tuple[Failure, ...] = ()
    fired: frozenset[str] = frozenset()

    def and_(self, other: "TableReport") -> "TableReport":
        """Return both reports as one."""
        return TableReport(
            passed=self.passed + other.passed,
            failures=self.failures + other.failures,
            fired=self.fired | other.fired,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MutationReport:
    """How many mutants there were, and which of them no table noticed."""

    total: int
    survivors: tuple[Mutant, ...] = field(repr=False)


def run_tables(
    bundle: Bundle, tables: Iterable[Table], *, past: Callable[[Catalog], Past] = PlainPast
) -> TableReport:
    """Return how all cases of all tables come out under this bundle."""
    report = TableReport()
    for table in tables:
        report = report.and_(run_table(bundle, table, past=past))
    return report


def run_table(
    bundle: Bundle, table: Table, *, past: Callable[[Catalog], Past] = PlainPast
) -> TableReport:
    """Return how the cases of one table come out under this bundle."""
    report = TableReport()
    for case in table.cases:
        report = report.and_(_run_case(bundle, table, case, past(bundle.catalog)))
    return report


def forbids(bundle: Bundle) -> tuple[str, ...]:
    """Return the ids of the operator's forbids, in file order."""
    return tuple(
        rule.id
        for rule in bundle.rules.values()
        if rule.kind != "permit" and not rule.id.startswith("guard:")
    )


def table_findings(bundle: Bundle, report: TableReport, *, strict: bool) -> tuple[Finding, ...]:
    """Return G501 for every failed case, and for every forbid that no case fires."""
    failed = [error("G501", "tables", f"{one}.") for one in report.failures]
    say = error if strict else warning
    dead = [
        say("G501", bundle.rules[rule].where, "no case of any table fires this rule.", rule)
        for rule in forbids(bundle)
        if rule not in report.fired
    ]
    return (*failed, *dead)


def run_mutants(bundle: Bundle, files: dict[str, str], tables: Sequence[Table]) -> MutationReport:
    """Return which small wrong versions of the policy pass all the tables all the same."""
    total = 0
    survivors: list[Mutant] = []
    for mutant in mutants(files):
        total += 1
        try:
            changed = compile_bundle(mutant.files, bundle.catalog)
        except Unusable:
            continue  # refused at load: noticed
        if not any(run_table(changed, table).failures for table in tables):
            survivors.append(mutant)
    return MutationReport(total=total, survivors=tuple(survivors))


def _run_case(bundle: Bundle, table: Table, case: Case, past: Past) -> TableReport:
    fired: frozenset[str] = frozenset()
    for number, step in enumerate(case.steps):
        decision = _Step(bundle, given(table, case, step), step, past).run()
        fired |= frozenset(one.rule for one in decision.reasons if one.rule)
        wrong = _differs(step, decision)
        if wrong is not None:
            name = f"{case.name} step {number}" if len(case.steps) > 1 else case.name
            failure = Failure(case=name, wanted=wrong, got=_said(decision))
            return TableReport(failures=(failure,), fired=fired)
    return TableReport(passed=1, fired=fired)


class _Step:
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
        self.spec = known or ToolSpec(server=self.server, tool=self.tool, effect=frozenset())

    def run(self) -> Decision:
        """Return the decision, and let the past know of it."""
        found = self.convert(self.step.args)
        if isinstance(found, ArgError):
            decision: Decision = Deny(code=found.code, detail=f"{found.path}: {found.message}")
        else:
            decision = decide(self.bundle, self.facts(found), self)
        self.past.after(self.spec, decision, self.step.result_labels)
        return decision

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
            prov=ProvFacts(**holds.prov.model_dump()),
            history=self.past.history(self.spec, found, holds.history),
            risk=RiskFacts(**holds.risk.model_dump()),
            credential=replace(
                CredentialFacts(**holds.credential.model_dump()),
                binding=Binding(holds.credential.binding),
            ),
            evidence=Evidence(approvals=self.step.approved),
        )


def limits_of(catalog: Catalog) -> Limits:
    """Return the limits on arguments that the catalogue sets."""
    defaults = catalog.defaults
    return Limits(
        max_arg_bytes=defaults.max_arg_bytes,
        max_depth=defaults.max_depth,
        max_items=defaults.max_items,
    )


def _who(holds: Given) -> Who:
    who = holds.who
    return Who(
        principal=Principal(issuer="table", subject=who.user, teams=who.teams),
        agent=Agent(id=who.agent, groups=who.groups),
        workload=Workload(id="table", attested=who.attested),
        claims=tuple(sorted(who.claims.items())),
    )


def _differs(step: Expectation, decision: Decision) -> str | None:
    """Return what the case wants in words, if something else came out."""
    wanted = [
        step.expect is None or step.expect == kind(decision),
        step.rules is None or step.rules == _rules(decision),
        step.reasons is None or step.reasons == _codes(decision),
        step.approvers is None or step.approvers == _approvers(decision),
        step.args_after is None or step.args_after == _arguments(decision),
    ]
    if all(wanted):
        return None
    parts = [step.expect or "anything"]
    for name in ("rules", "reasons", "approvers"):
        words = getattr(step, name)
        if words is not None:
            parts.append(f"[{', '.join(sorted(words))}]")
    if step.args_after is not None:
        parts.append(json.dumps(step.args_after, sort_keys=True))
    return " ".join(parts)


def _said(decision: Decision) -> str:
    words = sorted(_rules(decision)) or sorted(_codes(decision))
    after = _arguments(decision)
    tail = "" if after is None else f" {json.dumps(after, sort_keys=True)}"
    return f"{kind(decision)} [{', '.join(words)}]{tail}"


def _rules(decision: Decision) -> frozenset[str]:
    return frozenset(one.rule for one in decision.reasons if one.rule)


def _codes(decision: Decision) -> frozenset[str]:
    codes = frozenset(one.code for one in decision.reasons)
    return codes | {decision.code} if isinstance(decision, Deny) else codes


def _approvers(decision: Decision) -> frozenset[str]:
    if not isinstance(decision, StepUp):
        return frozenset()
    groups = frozenset(group for one in decision.requirements for group in one.groups)
    own = {"session-owner"} if any(one.kind == "self" for one in decision.requirements) else set()
    return groups | own


def _arguments(decision: Decision) -> dict[str, Json] | None:
    match decision:
        case Narrow(arguments=after) | StepUp(arguments=after):
            values: dict[str, Json] = json.loads(after)
            return values
        case Allow() | Deny():
            return None
