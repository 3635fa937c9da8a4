"""Runs decision tables against a bundle, and mutants of the bundle against the tables.

A table says what must come out; this file finds out whether it does, which forbids no case ever
fires, and which wrong version of the policy no case would notice.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from guard.errors import Unusable
from guard.model.call import Json
from guard.model.decision import Allow, Decision, Deny, Narrow, StepUp, kind
from guard.policy.catalog import Catalog
from guard.policy.compile import Bundle, compile_bundle
from guard.policy.finding import Finding, error, warning
from guard.policy.given import Past, PlainPast, TableCall
from guard.policy.mutate import Mutant, mutants
from guard.policy.tables import Case, Expectation, Table, given

_BESIDE = 12
"""Cases beside those in which a rule spoke that are tried before all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A step that came out otherwise than its case wants."""

    case: str
    wanted: str
    got: str
    where: str = ""  # the case's file and line

    def __str__(self) -> str:
        """Return one line: where, the case, what it wanted, what came out."""
        return f"{self.where}: {self.said}" if self.where else self.said

    @property
    def said(self) -> str:
        """The same without its place."""
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
    failed = [error("G501", one.where or "tables", f"{one.said}.") for one in report.failures]
    say = error if strict else warning
    dead = [
        say("G501", bundle.rules[rule].where, "no case of any table fires this rule.", rule)
        for rule in forbids(bundle)
        if rule not in report.fired
    ]
    return (*failed, *dead)


def run_mutants(bundle: Bundle, files: dict[str, str], tables: Sequence[Table]) -> MutationReport:
    """Return which small wrong versions of the policy pass all the tables all the same."""
    cases = [(table, case) for table in tables for case in table.cases]
    fired = [_run_case(bundle, *one, PlainPast(bundle.catalog)).fired for one in cases]
    total = 0
    survivors: list[Mutant] = []
    for mutant in mutants(files):
        total += 1
        spoke = [at for at, rules in enumerate(fired) if mutant.rule in rules]
        if not any(_noticed(mutant, bundle, some) for some in _likely_first(cases, spoke)):
            survivors.append(mutant)
    return MutationReport(total=total, survivors=tuple(survivors))


def _likely_first(
    cases: Sequence[tuple[Table, Case]], spoke: Sequence[int]
) -> Iterator[Sequence[tuple[Table, Case]]]:
    """Yield all cases in groups, those first that are likely to notice a change of one rule.

    One that notices is enough. First come the cases in which the rule spoke, by their places; then
    those beside them, where tables say what it has to leave alone.
    """
    near = set(spoke)
    apart = {at: min((abs(at - one) for one in spoke), default=0) for at in range(len(cases))}
    far = sorted(apart.keys() - near, key=lambda at: (apart[at], at))
    for group in (spoke, far[:_BESIDE], far[_BESIDE:]):
        yield [cases[at] for at in group]


def _noticed(mutant: Mutant, bundle: Bundle, cases: Sequence[tuple[Table, Case]]) -> bool:
    """Return whether a mutant is refused at load, or one of these cases comes out otherwise."""
    calls = {step.call for _, case in cases for step in case.steps}
    found = (bundle.slice_of(server, tool) for server, _, tool in (c.partition("/") for c in calls))
    only = {one.action for one in found if one is not None}
    try:
        changed = compile_bundle(mutant.files, bundle.catalog, only=only, checked=bundle)
    except Unusable:
        return True
    return any(_run_case(changed, *one, PlainPast(bundle.catalog)).failures for one in cases)


def _run_case(bundle: Bundle, table: Table, case: Case, past: Past) -> TableReport:
    fired: frozenset[str] = frozenset()
    for number, step in enumerate(case.steps):
        decision = TableCall(bundle, given(table, case, step), step, past).run()
        fired |= frozenset(one.rule for one in decision.reasons if one.rule)
        wrong = _differs(step, decision)
        if wrong is not None:
            name = f"{case.name} step {number}" if len(case.steps) > 1 else case.name
            at = table.place(case)
            failure = Failure(case=name, wanted=wrong, got=_said(decision), where=at)
            return TableReport(failures=(failure,), fired=fired)
    return TableReport(passed=1, fired=fired)


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
    parts: list[str] = [step.expect or "anything"]
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
