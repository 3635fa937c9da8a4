"""Rules and context in the form that the engine reads fastest: one flat record, no idle heads.

The engine's cost is turning JSON into typed values, and a record costs more than what it holds. So
`context.risk.session` is sent, declared and read as the one attribute `risk.session`, and a head
that every call of the action fulfils is not asked again. Numbers, truths and words, and sets of
them, are checked against the schema as they are written; with anything else, the engine does it.
What a rule means does not change: a set that reads a whole group, or whose names would collide, is
judged as it was written.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from json import JSONEncoder
from json.encoder import encode_basestring_ascii as quoted
from typing import NamedTuple, cast

from cedarpy import pst

from guard.model.call import Json
from guard.model.facts import Facts
from guard.policy.alike import LEAST, MOST, Compares, Constants, alike, compared, compares
from guard.policy.context import Path, reader

Type = dict[str, object]


class Part(NamedTuple):
    """One attribute: its name, also quoted with the colon, what reads it, and what writes it.

    `text` writes nothing where a value does not fit its type; `plain`: the engine need not look.
    """

    name: str
    head: str
    read: Callable[[Facts], Json]
    text: Callable[[Json], str]
    plain: bool
    required: bool

    def apart(self, constants: Constants | None) -> "Part":
        """Return the part that tells numbers apart only where these constants do; None: all."""
        if constants is None or self.text is not _long:
            return self
        return self._replace(text=alike(constants))


_CONTEXT = pst.Var(name="context")
_ANY = pst.ScopeAny()
_COMPACT = JSONEncoder(separators=(",", ":")).encode  # made once: json.dumps makes it anew


class Lean(NamedTuple):
    """A rule that reads a flat record, and what it compares."""

    template: pst.Template
    compares: Compares


Made = dict[tuple[int, ...], Lean]
"""What one rule became, by where its paths are cut."""


class NotLean(Exception):
    """These rules cannot be judged on a flat record."""


class Flat:
    """One context as a flat record, and what rules become that read it.

    Args:
        context: the record type of the context, projected to what the rules read.
        leaves: the paths of its attributes.

    Raises:
        NotLean: two paths would be written alike, or a group may be absent.
    """

    def __init__(self, context: Type, leaves: Iterable[Path]) -> None:
        self._leaves = frozenset(leaves)
        self._groups = frozenset(path[:end] for path in self._leaves for end in range(1, len(path)))
        self._named: dict[str, Path] = {}
        if any("required" in _at(context, group) for group in self._groups):
            raise NotLean
        ordered = sorted(self._leaves)
        kinds = {self._name(path): _at(context, path) for path in ordered}
        self.context: Type = {"type": "Record", "attributes": kinds}
        self.parts = tuple(
            _part(self._name(path), reader(path, kind), kind)
            for path in ordered
            for kind in [_at(context, path)]
        )
        self.plain = all(part.plain for part in self.parts)

    def rule(self, template: pst.Template, reads: Iterable[Path], made: Made) -> Lean:
        """Return a rule of the slice as it reads the flat record.

        Args:
            template: the rule as it was written.
            reads: every path below `context` in it.
            made: what it became in other slices; where its paths are cut alike, it is taken.

        Raises:
            NotLean: it reads a group of the context as a whole.
        """
        cuts = tuple(self._end(path) for path in reads)
        if cuts not in made:
            flat = self._flat(template)
            made[cuts] = Lean(flat, compares(flat))
        return made[cuts]

    def _flat(self, template: pst.Template) -> pst.Template:
        return pst.Template(
            id=template.id,
            effect=template.effect,
            principal=_head(template.principal, "Agent"),
            action=_ANY,  # a slice holds rules of its one action only
            resource=_head(template.resource, "Server"),
            clauses=cast("tuple[pst.Clause, ...]", self._read(template.clauses)),
            annotations=pst.FrozenMap({}),
        )

    def _name(self, path: Path) -> str:
        name = ".".join(path)
        if self._named.setdefault(name, path) != path:
            raise NotLean
        return name

    def _read(self, node: object) -> object:
        """Return a tree with every path below `context` cut to one attribute and what is left."""
        path = _path(node)
        if path is not None:
            return self._cut(path, len(path))
        match node:
            case pst.HasAttr(base=base, attrs=attrs):
                below = _path(base)
                if below is not None:
                    return self._cut((*below, *attrs), len(below))
                return pst.HasAttr(base=cast("pst.Expr", self._read(base)), attrs=attrs)
            case tuple():
                return tuple(self._read(one) for one in node)
            case Mapping():
                return pst.FrozenMap({name: self._read(one) for name, one in node.items()})
            case _:
                return self._node(node)

    def _node(self, node: object) -> object:
        slots = getattr(node, "__slots__", ())
        before = {name: getattr(node, name) for name in slots}
        after = {name: self._read(one) for name, one in before.items()}
        same = all(after[name] is one for name, one in before.items())
        return node if same else type(node)(**after)

    def _cut(self, path: Path, got: int) -> pst.Expr:
        """Return what reads a path of which the first `got` steps are taken, the rest asked for."""
        end = self._end(path)
        name = self._name(path[:end])
        if end > got:  # `has`
            return pst.HasAttr(base=_CONTEXT, attrs=(name, *path[end:]))
        found: pst.Expr = pst.GetAttr(base=_CONTEXT, attr=name)
        for attr in path[end:got]:
            found = pst.GetAttr(base=found, attr=attr)
        return pst.HasAttr(base=found, attrs=path[got:]) if path[got:] else found

    def _end(self, path: Path) -> int:
        """Return where the record ends on this path: at an attribute, or at one that is lacking."""
        for end in range(1, len(path) + 1):
            if path[:end] not in self._groups:
                self._name(path[:end])
                return end
        raise NotLean


def _path(node: object) -> Path | None:
    """Return the steps of `context.a.b`; None for any other node."""
    if isinstance(node, pst.GetAttr):
        below = _path(node.base)
        return None if below is None else (*below, node.attr)
    return () if node == _CONTEXT else None


def _head(scope: pst.PrincipalOrResourceConstraint, kind: str) -> pst.PrincipalOrResourceConstraint:
    """Return a head without the question of which type it is: the guard asks for no other."""
    if isinstance(scope, pst.ScopeIs) and scope.entity_type.basename == kind:
        return _ANY
    return scope


def _at(kind: Type, path: Path) -> Type:
    for name in path:
        kind = cast("Mapping[str, Type]", kind["attributes"])[name]
    return kind


def _part(name: str, read: Callable[[Facts], Json], kind: Type) -> Part:
    many = kind["type"] == "Set"
    one = cast("Type", kind["element"]) if many else kind
    required = kind.get("required", True) is True
    text = _PLAIN.get(one["type"], _text)
    return Part(
        name,
        f"{quoted(name)}:",
        read,
        _set_of(text) if many else text,
        one["type"] in _PLAIN,
        required,
    )


def writer(flat: Flat, rules: Iterable[Lean]) -> Callable[[Facts], str]:
    """Return what writes the flat record of these rules as JSON text, without what is None.

    Where the record is plain, it raises ValueError for facts that do not fit the schema, and
    writes numbers alike that the rules do not tell apart.
    """
    if not flat.plain:
        return partial(_written, flat.parts)
    constants = compared(one.compares for one in rules)
    return partial(_typed, tuple(one.apart(constants.get(one.name)) for one in flat.parts))


def _written(parts: tuple[Part, ...], facts: Facts) -> str:
    found = [(part.head, part.read(facts)) for part in parts]
    return "{" + ",".join([head + _text(one) for head, one in found if one is not None]) + "}"


def _typed(parts: tuple[Part, ...], facts: Facts) -> str:
    """Write a record that fits its schema, or raise; what it says quotes no value."""
    texts: list[str] = []
    for _, head, read, text, _, required in parts:
        value = read(facts)
        if value is None and not required:
            continue
        written = text(value)
        if not written:
            raise ValueError(f"{head} {type(value).__name__} does not fit its type")
        texts.append(head + written)
    return "{" + ",".join(texts) + "}"


def _long(value: Json) -> str:
    return str(value) if type(value) is int and LEAST <= value <= MOST else ""


def _truth(value: Json) -> str:
    return _TRUTH[value] if type(value) is bool else ""


def _word(value: Json) -> str:
    return quoted(value) if type(value) is str else ""


def _set_of(text: Callable[[Json], str]) -> Callable[[Json], str]:
    """Return what writes a set of what this writes, and nothing where one does not fit."""

    def write(value: Json) -> str:
        if type(value) is not list:
            return ""
        texts = [text(one) for one in value]
        return f"[{','.join(texts)}]" if all(texts) else ""

    return write


_TRUTH = {True: "true", False: "false"}
_PLAIN: Mapping[object, Callable[[Json], str]] = {
    "Long": _long, "Boolean": _truth, "String": _word,
}  # fmt: skip


def _text(value: Json) -> str:
    kind = type(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    if kind is str:
        return quoted(cast("str", value))
    if kind is list:
        return "[" + ",".join(map(_text, cast("list[Json]", value))) + "]"
    return _COMPACT(value)
