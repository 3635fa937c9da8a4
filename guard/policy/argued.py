"""The arguments of one call as rows for a person: nothing cut, each with where it came from.

Secrets and blobs are left out and named by digest and size. From the other rows the bytes that
would be sent can be made again; where they are written in another way than ours, they are shown as
they are.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from guard.model.call import ArgSpec, Json, ToolCall, ToolSpec, argument_bytes
from guard.model.decision import Applied
from guard.model.facts import ProvFacts
from guard.model.origin import Origin, Source
from guard.model.review import Argument, Value, ValueOrigin
from guard.model.secret_name import looks_secret
from guard.policy.looks import looks_like
from guard.provenance.source.told import told

Path = tuple[str | int, ...]
TOLD_AT_MOST = 32
"""Origins of one call that are kept; the weakest ones."""
WAS_AT_MOST = 2_048
"""Characters of an earlier value that are shown beside the one of now; that one is never cut."""

MAY_CHANGE = "what it points to may change after your yes"
_POINTS = frozenset({"attach", "command", "source", "url"})
_TAKES_CONTENT_ALONG = frozenset({"egress", "privileged"})
"""Effects of tools that send or run what lies at a path; others write there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    path: Path
    listed: bool
    values: tuple[Value, ...]

    @property
    def place(self) -> str:
        """Return the path as policy and catalogue write it: elements share their list's."""
        return ".".join(one for one in self.path if isinstance(one, str))


def arguments_of(
    call: ToolCall,
    spec: ToolSpec,
    prov: ProvFacts,
    applied: Sequence[Applied] = (),
    before: bytes = b"",
) -> tuple[Argument, ...]:
    """Return the rows of a call's arguments, in the order of its bytes.

    Args:
        call: with the bytes that would be sent.
        spec: its tool.
        prov: where its values came from.
        applied: what was narrowed: who else chose a value.
        before: the arguments of the last approved call of this tool; empty: there was none.
    """
    rows = _rows_of(call.arguments)
    then = {row.path: row for row in _rows_of(before)} if before else {}
    facts = _Known(spec=spec, prov=prov, applied=applied)
    return tuple(_compared(facts.row(row), row, then, known=bool(before)) for row in rows)


def gone_since(call: ToolCall, before: bytes) -> tuple[Path, ...]:
    """Return the paths that the last approved call had and this one has not."""
    now = {row.path for row in _rows_of(call.arguments)}
    return tuple(row.path for row in _rows_of(before) if row.path not in now)


def shown_bytes(arguments: Sequence[Argument]) -> int:
    """Return how much of the arguments a person has to read (bytes): all but the blobs."""
    return sum(
        sum(len(one.text.encode()) for one in row.values) if row.hidden != "blob" else 0
        for row in arguments
    ) + sum(len(str(name)) for row in arguments for name in row.path)


def value_at(arguments: bytes, path: Path) -> str:
    """Return the JSON text at a path of the arguments; empty: there is nothing."""
    found: Json = json.loads(arguments)
    for name in path:
        match found, name:
            case dict(), str() if name in found:
                found = found[name]
            case list(), int() if 0 <= name < len(found):
                found = found[name]
            case _:
                return ""
    return _text(found)


def _rows_of(arguments: bytes) -> list[_Row]:
    parsed = json.loads(arguments)
    if argument_bytes(parsed) != arguments:
        raw = Value(kind="raw", text=arguments.decode("utf-8", "backslashreplace"))
        return [_Row(path=(), listed=False, values=(raw,))]
    return list(_leaves(parsed, ())) if parsed else []


def _leaves(value: Json, path: Path) -> Iterator[_Row]:
    match value:
        case dict() if value:
            for name, inner in value.items():
                yield from _leaves(inner, (*path, name))
        case list() if any(isinstance(one, dict | list) for one in value):
            for place, inner in enumerate(value):
                yield from _leaves(inner, (*path, place))
        case list():
            yield _Row(path=path, listed=True, values=tuple(_value(one) for one in value))
        case _:
            yield _Row(path=path, listed=False, values=(_value(value),))


def _value(value: Json) -> Value:
    match value:
        case str():
            return Value(kind="text", text=value)
        case bool():
            return Value(kind="flag", text=_text(value))
        case int() | float():
            return Value(kind="number", text=_text(value))
        case None:
            return Value(kind="nothing", text="null")
        case _:
            return Value(kind="object", text="{}")


def _plain(value: Value) -> Json:
    """Return a value as far as its kind matters."""
    match value.kind:
        case "flag":
            return True
        case "number":
            return 0
        case _:
            return value.text


def _text(value: Json) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What catalogue and provenance know of arguments."""

    spec: ToolSpec
    prov: ProvFacts
    applied: Sequence[Applied]

    def row(self, row: _Row) -> Argument:
        place = row.place
        entry = _entry(self.spec.args, place)
        name = place.rpartition(".")[2]
        named = not entry.role and any(looks_secret(name, _plain(one)) for one in row.values)
        secret, blob = named or entry.role == "secret", entry.kind == "blob"
        text = "".join(_json_text(one) for one in row.values)
        shown = Argument(
            path=row.path,
            listed=row.listed,
            values=row.values,
            role=entry.role,
            origins=self.origins(place),
            untrusted=place in self.prov.untrusted,
            notes=(*self.points(entry, row), *_notes(row)),
        )
        if not (secret or blob):
            return shown
        return replace(
            shown,
            values=(),
            hidden="secret" if secret else "blob",
            # Of a secret not even the digest: short ones could be guessed from it.
            sha256="" if secret else sha256(text.encode()).hexdigest(),
            size=0 if secret else len(text.encode()),
            notes=(),
        )

    def points(self, entry: ArgSpec, row: _Row) -> tuple[str, ...]:
        """Return what to know of a value that only points at what is sent, read or run.

        The bytes of the call are signed; what lies at a path or an address is not among them.
        """
        leaves = bool(self.spec.effect & _TAKES_CONTENT_ALONG)
        points = entry.role in _POINTS or (entry.role == "path" and leaves)
        return (MAY_CHANGE,) if points and any(one.text for one in row.values) else ()

    def origins(self, place: str) -> tuple[ValueOrigin, ...]:
        cut = [one for one in self.applied if place in one.changes]
        if cut:
            return tuple(
                ValueOrigin(kind="policy", told=f"set by rule {one.rule}: {one.name}")
                for one in cut
            )
        found = [one for one in self.prov.origins if one.path == place]
        if found:
            return tuple(dict.fromkeys(_origin(one) for one in found))
        return (self.untold(place),)

    def untold(self, place: str) -> ValueOrigin:
        """Return what the sets of paths say where no origin was kept."""
        prov, complete = self.prov, len(self.prov.origins) < TOLD_AT_MOST
        if place in prov.user_prompt and complete:
            return ValueOrigin(kind="tool", told="a value that the tool itself names")
        if place in prov.user_prompt:
            return ValueOrigin(kind="person", told="in the person's own words")
        if place in prov.untrusted:
            return ValueOrigin(kind="call", told="from a result, untrusted", untrusted=True)
        if place in prov.linked or place in prov.trusted_tool or place in prov.created:
            return ValueOrigin(kind="call", told="from a result")
        if place in prov.model:
            return ValueOrigin(kind="agent", told="composed by the agent, seen nowhere")
        return ValueOrigin(kind="unknown", told="not known")


def _notes(row: _Row) -> tuple[str, ...]:
    texts = [one.text for one in row.values if one.kind == "text"]
    return tuple(dict.fromkeys(note for one in texts for note in looks_like(one)))


def _entry(args: Mapping[str, ArgSpec], place: str) -> ArgSpec:
    at = place
    while at:  # what a schema leaves open is what holds it
        if at in args:
            return args[at]
        at = at.rpartition(".")[0]
    return ArgSpec()


def _origin(one: Origin) -> ValueOrigin:
    match one.source:
        case Source.COMPOSED:
            return ValueOrigin(kind="agent", told=told(one))
        case Source.PROMPT:
            return ValueOrigin(kind="person", told=told(one))
        case Source.UNTRUSTED:
            return ValueOrigin(kind="call", told=told(one), step=one.step, untrusted=True)
        case Source.TRUSTED | Source.CREATED | Source.LINKED:
            return ValueOrigin(kind="call", told=told(one), step=one.step)


def _json_text(value: Value) -> str:
    return value.text if value.kind != "text" else _text(value.text)


def _compared(shown: Argument, row: _Row, then: Mapping[Path, _Row], *, known: bool) -> Argument:
    if not known:
        return shown
    old = then.get(row.path)
    if old is None:
        return replace(shown, change="new")
    if old == row:
        return replace(shown, change="same")
    short = sum(len(one.text) for one in old.values) <= WAS_AT_MOST
    was = old.values if short and not shown.hidden else ()
    return replace(shown, change="changed", was=was)
