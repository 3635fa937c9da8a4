"""What the compiler refuses or warns of in rules, beyond types: codes G2xx and G302.

Each check is a function from one rule to findings. They look at the rule as written, never at a
call, and none of them is a proof: a rule may pass and still be wrong.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final, NamedTuple

from cedarpy import pst

from guard.model.call import ToolSpec
from guard.policy.catalog import Catalog
from guard.policy.finding import Finding, error, warning
from guard.policy.listing import conjuncts
from guard.policy.rule import Rule, RuleKind, classes_named, context_paths, nodes, source_of
from guard.policy.schema import USE_SCOPE
from guard.policy.slice import applies, waits

_GROWING = frozenset({"input", "derived", "history"})
_ATTACKER_TEXT = frozenset({"url", "path", "source", "recipient"})
_Found = Iterator[Finding]


class _Written(NamedTuple):
    """A rule as its text says it, apart from any catalogue."""

    id: str
    kind: RuleKind
    source: pst.Template
    where: str = ""


def rule_findings(
    rules: Sequence[Rule], catalog: Catalog, specs: Sequence[ToolSpec]
) -> list[Finding]:
    """Return what is wrong with the operator's rules; the guard's own are not checked.

    `specs`: everything of the catalogue that has its own action.
    """
    found: list[Finding] = []
    for rule in rules:
        if not rule.id.startswith("guard:"):
            written = _as_written(rule.id, rule.kind, rule.text)
            found += [replace(one, where=rule.where) for one in written]
            found += _like_on_identity(rule, catalog)
            found += _applies_nowhere(rule, specs)
            found += _missing_transform(rule, catalog)
    return found


@lru_cache(maxsize=512)
def _as_written(rule_id: str, kind: RuleKind, text: str) -> tuple[Finding, ...]:
    """Return what is wrong with a rule under any catalogue, wherever it stands: looked for once."""
    written = _Written(rule_id, kind, source_of(text))
    return tuple(finding for check in _OF_THE_TEXT for finding in check(written))


def _optional_only_under_has(rule: _Written) -> _Found:
    """G202: `input has x && input.x > 1` in a forbid leaves an absent x unrestricted."""
    if rule.kind == "permit":
        return
    for clause in rule.source.clauses:
        if isinstance(clause, pst.Unless):
            continue
        parts = conjuncts(clause.expr)
        tested = {
            (*path, name)
            for part in parts
            if isinstance(part, pst.HasAttr) and len(part.attrs) == 1
            for path in context_paths(part.base)
            for name in part.attrs
        }
        read = {
            p for part in parts if not isinstance(part, pst.HasAttr) for p in context_paths(part)
        }
        for path in sorted(tested):
            if path[0] in {"input", "derived"} and any(one[: len(path)] == path for one in read):
                name = ".".join(path)
                message = f"{name} is tested only where it is given; absent = unrestricted."
                yield warning("G202", rule.where, message, rule.id)


def _vacuous_contains_all(rule: _Written) -> _Found:
    """G203: everything contains all of an empty set."""
    every = list(nodes(rule.source.clauses))
    guarded = {
        node.arg.arg
        for node in every
        if isinstance(node, pst.UnaryOp)
        and node.op == "not"
        and isinstance(node.arg, pst.UnaryOp)
        and node.arg.op == "is_empty"
    }
    for node in every:
        if isinstance(node, pst.BinaryOp) and node.op == "contains_all":
            literal = isinstance(node.right, pst.Set) and node.right.elements
            if node.right not in guarded and not literal:
                shown = ".".join(max(context_paths(node.right), default=("its argument",)))
                message = (
                    f"containsAll({shown}) is true for an empty set; add `!{shown}.isEmpty() &&`."
                )
                yield error("G203", rule.where, message, rule.id)


def _arithmetic(rule: _Written) -> _Found:
    """G204: an overflow is an error, and the engine skips the rule."""
    for node in nodes(rule.source.clauses):
        sums = isinstance(node, pst.BinaryOp) and node.op in {"add", "sub", "mul"}
        if sums and any(not path or path[0] in _GROWING for path in context_paths(node)):
            message = "arithmetic on input, derived or history can overflow; use a ledger."
            yield error("G204", rule.where, message, rule.id)


def _like_on_identity(rule: Rule, catalog: Catalog) -> _Found:
    """G205: `like "*company.com"` also matches evil-company.com."""
    likes = _likes(rule.text)
    if not likes:
        return
    specs = [spec for spec in catalog.specs() if applies(rule, spec)]
    risky = {
        ("input", *path.split("."))
        for spec in specs
        for path, entry in spec.args.items()
        if entry.role in _ATTACKER_TEXT
    }
    for path in sorted(likes & risky):
        name = ".".join(path)
        message = f"`like` on {name}: compare whole values in context.derived."
        yield error("G205", rule.where, message, rule.id)


@lru_cache(maxsize=512)
def _likes(text: str) -> frozenset[tuple[str, ...]]:
    """Return the paths below `context` that a rule compares by `like`."""
    found = (node for node in nodes(source_of(text).clauses) if isinstance(node, pst.Like))
    return frozenset(path for one in found for path in context_paths(one.base))


def _applies_nowhere(rule: Rule, specs: Sequence[ToolSpec]) -> _Found:
    """G206: a rule that no call can meet."""
    named = classes_named(rule.source.action)
    if rule.kind == "access":
        return
    if (named is not None and USE_SCOPE in named) or waits(rule, specs):
        return
    if isinstance(rule.source.resource, pst.ScopeEq | pst.ScopeIs | pst.ScopeIn | pst.ScopeIsIn):
        kinds = {uid.type.basename for uid in pst.entity_uids(rule.source.resource)}
        if "Scope" in kinds:
            return
    if not any(applies(rule, spec) for spec in specs):
        yield error("G206", rule.where, "it applies to no tool of the catalogue.", rule.id)


def _constant(rule: _Written) -> _Found:
    """G206: `when { false }` passes the type checker and is a rule that never holds."""
    for clause in rule.source.clauses:
        for part in conjuncts(clause.expr):
            varies = any(
                isinstance(node, pst.Var | pst.HasAttr | pst.GetAttr) for node in nodes(part)
            )
            if not varies:
                message = "a clause is constant, so the rule holds always or never."
                yield error("G206", rule.where, message, rule.id)


def _reads_evidence(rule: _Written) -> _Found:
    """G207: what was approved or applied is the compiler's to ask."""
    for path in context_paths(rule.source.clauses):
        if not path or path[0] in {"approvals", "applied"}:
            shown = ".".join(("context", *path))
            message = f"it reads {shown}; only the guard reads approvals and applied."
            yield error("G207", rule.where, message, rule.id)


def _missing_transform(rule: Rule, catalog: Catalog) -> _Found:
    """G302: where the transform is missing, the narrow rule denies."""
    if rule.kind != "narrow":
        return
    without = [
        spec.action
        for spec in catalog.specs()
        if applies(rule, spec) and rule.narrow not in spec.transforms
    ]
    if without:
        message = f"no transform {rule.narrow!r}, so it denies: {', '.join(sorted(without))}."
        yield warning("G302", rule.where, message, rule.id)


_OF_THE_TEXT: Final[tuple[Callable[[_Written], _Found], ...]] = (
    _optional_only_under_has,
    _vacuous_contains_all,
    _arithmetic,
    _constant,
    _reads_evidence,
)
