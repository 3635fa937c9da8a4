"""Policy texts and a catalogue -> a `Bundle`, or every reason why not.

Text is parsed, checked against the author schema, gated, cut into one slice for each action and
checked again. What cannot be enforced is refused here, so that judging has no surprises. Takes
texts, never paths, and judges no call.
"""

import json
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache, lru_cache, partial
from hashlib import sha256
from typing import Final, NamedTuple

from cedarpy import Schema, validate_policies

from guard.model.call import ToolSpec
from guard.model.decision import Requirement
from guard.policy.annotate import SELF, Annotations
from guard.policy.catalog import UNLISTED, Catalog
from guard.policy.finding import Finding, error, raise_errors
from guard.policy.generate import NARROWED, OPAQUE_RULE, REAUTH_RULE, generated, judging
from guard.policy.listing import narrows
from guard.policy.refuse import rule_findings
from guard.policy.refuse_catalog import catalog_findings
from guard.policy.rule import Mode, Rule, RuleKind, policies_of, source_of
from guard.policy.schema import author_schema, context_of, groups_of
from guard.policy.schema_fixed import Type
from guard.policy.sessions import SessionRules, session_findings, session_rules
from guard.policy.slice import ENGINE, Slice, Tree, applies, digest_of, rule_set, trees_of, waits
from guard.policy.statement import Statement, statements

_NO_ACTION = "unable to find an applicable action"
_Read = tuple[list[Rule], list[Finding]]


class _Trees(NamedTuple):
    """The trees of all rules by their ids, as they are judged and as tools are shown by them."""

    judged: Mapping[str, Tree]
    listed: Mapping[str, Tree]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Everything that decisions are made with. Frozen: a reload swaps the whole object."""

    catalog: Catalog
    rules: Mapping[str, Rule]
    slices: Mapping[str, Slice]
    sessions: SessionRules
    findings: tuple[Finding, ...]  # warnings only
    schema: Type = field(repr=False)
    written: str = field(repr=False)  # the schema as text
    digest: str

    def slice_of(self, server: str, tool: str) -> Slice | None:
        """Return what is judged for a tool, or for a method as `mcp:<method>`; None = unknown."""
        found = self.slices.get(f"{server}/{tool}")
        if found is not None or tool.startswith("mcp:"):
            return found or self.slices.get(f"{server}/mcp:unknown")
        return self.slices.get(f"{server}/{UNLISTED}")


_LAST: Final[deque[tuple[Mapping[str, str], bool, Bundle]]] = deque(maxlen=1)
"""The last bundle, with its texts and whether it is full; more would be memory for nothing."""


def compile_bundle(
    files: Mapping[str, str],
    catalog: Catalog,
    *,
    full: bool = False,
    only: Collection[str] | None = None,
    checked: Bundle | None = None,
) -> Bundle:
    """Return the bundle of all `*.cedar` texts, by name, under this catalogue.

    A bundle is frozen: where nothing has changed since the last one was made, it is that one.

    `full` keeps every attribute in every request: slower, and only to test projection against.
    `only`: the actions that are judged; a bundle for a guard has all of them.
    `checked`: a bundle of this very catalogue; rules that it has are of the right types.

    Raises:
        PolicyUnusable: at least one error; it carries all findings.
    """
    if only is not None:
        return _compiled(files, catalog, full=full, only=only, checked=checked)
    for texts, whole, last in _LAST:
        # The digest of a catalogue is what it says of itself.
        if texts == files and whole == full and last.catalog == catalog:
            return last
    made = _compiled(files, catalog, full=full, only=None, checked=checked)
    _LAST.append(({**files}, full, made))
    return made


def _compiled(
    files: Mapping[str, str],
    catalog: Catalog,
    *,
    full: bool,
    only: Collection[str] | None,
    checked: Bundle | None,
) -> Bundle:
    rules, findings = _rules(files, catalog)
    raise_errors(findings)
    schema = author_schema(catalog) if checked is None else checked.schema
    written = json.dumps(schema, sort_keys=True) if checked is None else checked.written
    specs = catalog.judged()
    sound = {} if checked is None else checked.rules
    fresh = [one for one in rules if one.id not in sound or sound[one.id].text != one.text]
    findings += _validated(fresh, written, specs)
    findings += catalog_findings(catalog, rules)
    findings += rule_findings(rules, catalog, specs)
    findings += session_findings(rules, catalog.accesses)
    warnings = raise_errors(findings)
    trees = _trees(rules)
    slices = {
        spec.action: _slice(spec, catalog, rules, trees, full=full)
        for spec in specs
        if only is None or spec.action in only
    }
    return Bundle(
        catalog=catalog,
        rules={rule.id: rule for rule in rules},
        slices=slices,
        sessions=session_rules(rules, catalog.accesses),
        findings=warnings,
        schema=schema,
        written=written,
        digest=_digest(files, catalog, written),
    )


def _trees(rules: list[Rule]) -> _Trees:
    judged: dict[str, Tree] = {}
    listed: dict[str, Tree] = {}
    for rule in rules:
        judged[rule.id], shown = trees_of(rule.id, rule.kind, rule.text)
        if shown is not None:
            listed[rule.id] = shown
    return _Trees(judged, listed)


def _digest(files: Mapping[str, str], catalog: Catalog, schema: str) -> str:
    text = json.dumps([ENGINE, catalog.digest, dict(files), schema], sort_keys=True)
    return "sha256:" + sha256(text.encode()).hexdigest()


def _rules(files: Mapping[str, str], catalog: Catalog) -> _Read:
    rules: list[Rule] = []
    findings: list[Finding] = []
    for name in sorted(files):
        mode = _mode(name, catalog)
        for statement in statements(name, files[name]):
            _read(statement, mode, rules, findings)
    count, rules = len(rules), judging(catalog, rules)
    made = enumerate(generated(catalog, rules), start=count)
    rules += [_guard_rule(*one, order, catalog) for order, one in made]
    return rules, findings


def _mode(name: str, catalog: Catalog) -> Mode:
    base = name.rpartition("/")[2]
    modes = [mode for glob, mode in catalog.rule_sets.items() if fnmatchcase(base, glob)]
    return "shadow" if modes and all(mode == "shadow" for mode in modes) else "enforce"


def _read(statement: Statement, mode: Mode, rules: list[Rule], findings: list[Finding]) -> None:
    where = statement.where
    try:
        parsed = policies_of(statement.text)
    except ValueError as wrong:
        findings.append(error("G201", where, f"this is not Cedar: {wrong}."))
        return
    if len(parsed.static_policies) != 1 or parsed.templates:
        findings.append(error("G201", where, "expected one rule without ?slots before each `;`."))
        return
    source = source_of(statement.text)
    notes = Annotations(source.annotations, source.effect, where)
    requirement = notes.requirement()
    terms, restore = notes.terms(), notes.restore()
    findings += notes.findings
    if any(rule.id == notes.id for rule in rules):
        findings.append(error("G301", where, "this @id is already used.", notes.id))
    rules.append(
        Rule(
            id=notes.id,
            kind=notes.kind,
            reason=notes.reason,
            where=where,
            order=len(rules),
            text=statement.text,
            source=source,
            mode=mode,
            requirement=requirement,
            narrow=notes.narrow,
            access=notes.access,
            restore=restore,
            terms=terms,
            retry_after_s=notes.retry_after_s,
            owner=notes.owner,
            severity=notes.severity,
            instead_of=notes.instead_of,
        )
    )


def _guard_rule(
    rule_id: str, decision: str, reason: str, statement: Statement, order: int, catalog: Catalog
) -> Rule:
    source = source_of(statement.text)
    kind: RuleKind = "step_up" if decision == "step_up" else "deny"
    return Rule(
        id=rule_id,
        kind=kind,
        reason=reason,
        where=statement.where,
        order=order,
        text=statement.text,
        source=source,
        requirement=_guard_requirement(rule_id, catalog) if kind == "step_up" else None,
    )


def _guard_requirement(rule_id: str, catalog: Catalog) -> Requirement:
    if rule_id == REAUTH_RULE:
        return Requirement(rule=REAUTH_RULE, reason=NARROWED, kind="self")
    return _opaque_requirement(catalog)


def _opaque_requirement(catalog: Catalog) -> Requirement:
    asked = catalog.defaults.opaque_args
    groups = frozenset() if isinstance(asked, str) else frozenset(asked.step_up)
    own = groups == {SELF}
    return Requirement(
        rule=OPAQUE_RULE,
        reason="opaque_argument",
        kind="self" if own else "review",
        groups=frozenset() if own else groups - {SELF},
    )


@lru_cache(maxsize=4)
def _types(text: str) -> Schema:
    return Schema.from_json_str(text)


def _validated(rules: list[Rule], schema: str, specs: tuple[ToolSpec, ...]) -> list[Finding]:
    """Return what the engine's type checker says, one finding for each rule and sentence."""
    text = "\n".join(rule.text for rule in rules)
    checked = validate_policies(text, _types(schema), release_gil=True)
    findings: dict[tuple[str, str], Finding] = {}
    for wrong in checked.errors:
        rule = rules[int(wrong.policy_id.removeprefix("policy"))]
        said = wrong.error.removeprefix(f"for policy `{wrong.policy_id}`, ")
        if said.startswith(_NO_ACTION) and waits(rule, specs):
            continue  # it is type-checked when its first tool comes
        if "AnyEntity" in said or "use_scope" in said:
            said += '; write `action in Guard::Action::"any"` to leave scopes out'
        findings[rule.id, said] = error("G201", rule.where, f"{said}.", rule.id)
    return list(findings.values())


def _slice(
    spec: ToolSpec, catalog: Catalog, rules: list[Rule], trees: _Trees, *, full: bool
) -> Slice:
    mine = [rule for rule in rules if applies(rule, spec)]
    enforce = [rule for rule in mine if rule.mode == "enforce"]
    context = context_of(spec, catalog)
    judged = {rule.id: trees.judged[rule.id] for rule in mine}
    enforced = rule_set(spec, context, {one.id: judged[one.id] for one in enforce}, full=full)
    shadowed = rule_set(spec, context, judged) if len(mine) > len(enforce) else None
    listed = [one.id for one in enforce if one.id in trees.listed and not narrows(one, spec)]
    names = {ledger.name for ledger in catalog.ledgers}
    leaves = enforced.leaves if shadowed is None else enforced.leaves + shadowed.leaves
    read = {path[-1] for path in leaves if path[0] == "history"}
    return Slice(
        action=spec.action,
        spec=spec,
        rules={rule.id: rule for rule in mine},
        classes=groups_of(spec),
        enforced=enforced,
        listed_by=cache(
            partial(rule_set, spec, context, {one: trees.listed[one] for one in listed})
        ),
        shadowed=shadowed,
        digest=digest_of(mine, enforced),
        reads_ledgers=any(path[0] == "history" and path[-1] in names for path in enforced.leaves),
        # Else the budgets of a hundred tools would be read, and written down, for each call.
        ledgers=tuple(
            one
            for one in catalog.ledgers
            if one.name in read or one.of == spec.action or "/" not in one.of
        ),
    )
