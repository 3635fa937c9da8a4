"""One rule: what it asks of people and credentials, and its two trees, as written and as judged.

`judged` has the gate: a step_up rule holds unless the call carries an approval of it, a narrow rule
unless its narrowing was applied. An approval is evidence in the request and overrides nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import lru_cache
from typing import Final, Literal

from cedarpy import policies_to_pst, pst

from guard.model.access import Restore
from guard.model.decision import Requirement, Terms

RuleKind = Literal["permit", "deny", "step_up", "narrow", "access"]
Mode = Literal["enforce", "shadow"]

GATE: Mapping[RuleKind, str] = {"step_up": "approvals", "narrow": "applied"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. `order` is its place over all files; `reads` are paths below `context`."""

    id: str
    kind: RuleKind
    reason: str
    where: str
    order: int
    text: str
    source: pst.Template
    mode: Mode = "enforce"
    requirement: Requirement | None = None
    narrow: str = ""
    access: str = ""  # what it leaves to a session, by name
    restore: Restore = Restore()  # noqa: RUF009 - frozen: sharing it is safe
    terms: Terms = field(default_factory=Terms)
    retry_after_s: int = 0
    owner: str = ""
    severity: str = ""
    instead_of: str = ""  # the guard's own rule for which it stands in

    @property
    def judged(self) -> pst.Template:
        """Return the rule as it is judged."""
        return gated(self.id, self.kind, self.source)


def gated(rule: str, kind: RuleKind, source: pst.Template) -> pst.Template:
    """Return the rule under its own id, with `unless { context.<record>.contains("<id>") }`."""
    clauses = source.clauses
    record = GATE.get(kind)
    if record is not None:
        asked = pst.GetAttr(base=pst.Var(name="context"), attr=record)
        held = pst.BinaryOp(op="contains", left=asked, right=pst.StringLit(value=rule))
        clauses = (*clauses, pst.Unless(expr=held))
    return with_clauses(source, clauses, rule)


def with_clauses(
    source: pst.Template, clauses: tuple[pst.Clause, ...], rule: str = ""
) -> pst.Template:
    """Return the same rule with other clauses, and with another id if one is given."""
    return pst.Template(
        id=rule or source.id,
        effect=source.effect,
        principal=source.principal,
        action=source.action,
        resource=source.resource,
        clauses=clauses,
        annotations=source.annotations,
    )


@lru_cache(maxsize=512)
def policies_of(text: str) -> pst.PolicySet:
    """Return the tree of a text; most rules are the same when a policy is read again.

    Raises:
        ValueError: it is not Cedar.
    """
    return policies_to_pst(text)


def source_of(text: str) -> pst.Template:
    """Return the tree of a text that is one rule.

    Raises:
        ValueError: it is not Cedar.
    """
    (source,) = policies_of(text).static_policies.values()
    return source


def policy_set(templates: Mapping[str, pst.Template]) -> pst.PolicySet:
    """Return the rules as one set, as the engine takes it."""
    return pst.PolicySet(
        templates=pst.FrozenMap({}),
        static_policies=pst.FrozenMap(templates),
        template_links=(),
    )


class _Members(dict[type, tuple[str, ...] | None]):
    """What nodes are made of, by their kind; None: it is no kind of node."""

    def __missing__(self, kind: type) -> tuple[str, ...] | None:
        """Look it up, once for each kind."""
        names = tuple(one.name for one in fields(kind)) if is_dataclass(kind) else None
        self[kind] = names
        return names


MEMBERS: Final = _Members()


def members(node: object) -> Iterable[object]:
    """Return what a node of a tree, a tuple or a mapping of them holds; a leaf holds nothing."""
    names = MEMBERS[type(node)]
    if names is not None:
        return [getattr(node, name) for name in names]
    if isinstance(node, tuple):
        return node
    return node.values() if isinstance(node, Mapping) else ()


def nodes(tree: object) -> Iterator[object]:
    """Yield every node below and including `tree`; a stack, so depth costs no frames."""
    stack: list[object] = [tree]
    while stack:
        node = stack.pop()
        if MEMBERS[type(node)] is not None:
            yield node
        stack.extend(members(node))


def context_paths(tree: object) -> frozenset[tuple[str, ...]]:
    """Return every path below `context` that a tree reads, the longest of each chain.

    The bare `context` gives the empty path: everything is read.
    """
    found: set[tuple[str, ...]] = set()
    stack: list[object] = [tree]
    while stack:
        node = stack.pop()
        chain = _chain(node)
        if chain is None:
            stack.extend(members(node))
        else:
            found.update(chain)
    return frozenset(found)


def _chain(node: object) -> tuple[tuple[str, ...], ...] | None:
    """Return the paths of `context.a.b` or `context.a has b`; None for any other node."""
    if isinstance(node, pst.Var) and node.name == "context":
        return ((),)
    if isinstance(node, pst.GetAttr):
        below = _chain(node.base)
        return None if below is None else tuple((*path, node.attr) for path in below)
    if isinstance(node, pst.HasAttr):
        below = _chain(node.base)
        return None if below is None else tuple((*path, *node.attrs) for path in below)
    return None


def classes_named(action: pst.ActionConstraint) -> frozenset[str] | None:
    """Return the actions and classes in the head of a rule; None = every action."""
    if isinstance(action, pst.ActionEq):
        return frozenset({action.entity.id})
    if isinstance(action, pst.ActionIn):
        return frozenset(one.id for one in action.entities)
    return None
