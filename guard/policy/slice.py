"""What is judged for one action: its rules, and a schema projected to what they read.

`digest` covers exactly what can change the answer for this action, so that approvals survive edits
of unrelated rules. Built once for each action at load; judging happens elsewhere.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from hashlib import sha256
from typing import cast

from cedarpy import PolicySet, Schema, pst

from guard.model.call import ToolSpec
from guard.model.facts import Facts
from guard.model.ledger import LedgerSpec
from guard.policy.context import Path, context_text, whole_paths
from guard.policy.extract import VERSION
from guard.policy.lean import Flat, Made, NotLean, writer
from guard.policy.listing import weakened
from guard.policy.rule import (
    Rule,
    RuleKind,
    classes_named,
    context_paths,
    gated,
    policy_set,
    source_of,
)
from guard.policy.schema import CLASSES, Reads, action_type, groups_of, projected, runtime_schema
from guard.policy.schema_fixed import Type

ENGINE = "cedarpy-4.12"
"""The engine line whose meaning the rules were compiled for; a new one is a new digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A rule as the engine takes it, what it reads and names, and what it became: once a rule."""

    template: pst.Template = field(repr=False)
    reads: Reads
    actions: frozenset[str]
    made: Made = field(default_factory=dict, repr=False, compare=False)


@lru_cache(maxsize=512)
def trees_of(rule_id: str, kind: RuleKind, text: str) -> tuple[Tree, Tree | None]:
    """Return a rule's tree as it is judged, and as tools are shown by it, if they are.

    Made once for each rule, however many bundles it is in: a reload changes few of them.
    """
    source = source_of(text)
    shown = weakened(rule_id, kind, source)
    return _tree(gated(rule_id, kind, source)), None if shown is None else _tree(shown)


def _tree(template: pst.Template) -> Tree:
    named = (uid.id for uid in pst.entity_uids(template) if uid.type.basename == "Action")
    reads = context_paths(template.clauses)
    return Tree(template=template, reads=reads, actions=frozenset(named))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)  # no two are one: verdicts go by it
class RuleSet:
    """Rules as the engine takes them, and what writes the context that they need.

    `context`, `leaves` and `text`, the schema, are those of the rules as they were written: for
    digests, and for people who ask why.
    """

    policies: PolicySet = field(repr=False)
    schema: Schema | None = field(repr=False)  # None: `write` checks the types
    write: Callable[[Facts], str] = field(repr=False)
    context: Type = field(repr=False)
    leaves: tuple[Path, ...]
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Slice:
    """One action. `rules` in file order; `listed_by` makes `listing`, where tools are shown."""

    action: str
    spec: ToolSpec
    rules: Mapping[str, Rule]
    classes: frozenset[str]  # the groups of the action
    enforced: RuleSet
    listed_by: Callable[[], RuleSet] = field(repr=False)
    shadowed: RuleSet | None  # with shadow rules; None = there are none
    digest: str
    reads_ledgers: bool
    ledgers: tuple[LedgerSpec, ...] = ()  # all but what counts one other tool and is not read here

    @property
    def listing(self) -> RuleSet:
        """Return what decides whether the tool is shown: made when the first list is asked for."""
        return self.listed_by()


def applies(rule: Rule, spec: ToolSpec) -> bool:
    """Return whether a rule's head can match this action on this server."""
    named = classes_named(rule.source.action)
    if named is not None and not named & (groups_of(spec) | {spec.action}):
        return False
    resource = rule.source.resource
    if isinstance(resource, pst.ScopeEq) and isinstance(resource.entity, pst.EntityUid):
        return resource.entity == pst.EntityUid(pst.EntityType("Server", ("Guard",)), spec.server)
    if isinstance(resource, pst.ScopeIs | pst.ScopeIsIn):
        return resource.entity_type.basename == "Server"
    return True


def waits(rule: Rule, specs: Iterable[ToolSpec]) -> bool:
    """Return whether a rule on classes has no tool in them yet. It judges those that come later.

    Without this, a catalogue of reads alone could not load a policy that also forbids writes.
    """
    action = rule.source.action
    if not isinstance(action, pst.ActionIn):
        return False
    named = frozenset(one.id for one in action.entities)
    return named <= CLASSES.keys() and not any(named & groups_of(spec) for spec in specs)


def rule_set(
    spec: ToolSpec, context: Type, trees: Mapping[str, Tree], *, full: bool = False
) -> RuleSet:
    """Return rules as the engine takes them, with a schema of what they read.

    `full` keeps the whole context: the reference that a projection is tested against.
    """
    paths: Reads = frozenset().union(*(tree.reads for tree in trees.values()))
    everything = full or () in paths
    shown = context if everything else projected(context, paths)
    named = frozenset().union(*(tree.actions for tree in trees.values())) - {spec.action}
    reads = frozenset((name,) for name in _names(context)) if everything else paths
    schema = runtime_schema(spec, context, reads, sorted(named))
    leaves = tuple(sorted(whole_paths(shown)))
    wire = _wire(schema)
    form = None if full else _lean(spec, schema, trees, shown, leaves)
    if form is None:
        templates = {name: tree.template for name, tree in trees.items()}
        write = partial(context_text, leaves=leaves, kind=shown)
        form = PolicySet.from_pst(policy_set(templates)), Schema.from_json_str(wire), write
    policies, typed, written = form
    return RuleSet(
        policies=policies, schema=typed, write=written, context=shown, leaves=leaves, text=wire
    )


def _lean(
    spec: ToolSpec,
    schema: Type,
    trees: Mapping[str, Tree],
    shown: Type,
    leaves: tuple[Path, ...],
) -> tuple[PolicySet, Schema | None, Callable[[Facts], str]] | None:
    """Return rules, schema and context in the form that is judged fastest; None: there is none."""
    try:
        flat = Flat(shown, leaves)
        rules = {name: flat.rule(one.template, one.reads, one.made) for name, one in trees.items()}
    except NotLean:
        return None
    typed = None if flat.plain else Schema.from_json_str(_flat_schema(spec, schema, flat))
    templates = {name: one.template for name, one in rules.items()}
    return PolicySet.from_pst(policy_set(templates)), typed, writer(flat, rules.values())


def _flat_schema(spec: ToolSpec, schema: Type, flat: Flat) -> str:
    guard = cast("dict[str, Type]", schema["Guard"])
    actions = {**guard["actions"], spec.action: action_type(spec, flat.context)}
    return _wire({"Guard": {**guard, "actions": actions}})


def _wire(schema: Type) -> str:
    return json.dumps(schema, sort_keys=True, separators=(",", ":"))


def _names(context: Type) -> list[str]:
    attributes = context["attributes"]
    return list(attributes) if isinstance(attributes, dict) else []


def digest_of(rules: Sequence[Rule], enforced: RuleSet) -> str:
    """Return the digest of all that can change the answer: rules, schema, engine, extractors."""
    parts = [ENGINE, str(VERSION), enforced.text]
    parts += [f"{rule.id}\0{rule.kind}\0{rule.text}" for rule in rules if rule.mode == "enforce"]
    return "sha256:" + sha256("\0".join(parts).encode()).hexdigest()
