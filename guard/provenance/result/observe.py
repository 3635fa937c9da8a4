"""A result -> what it showed: typed values with their label, their record and their place.

Labels are the catalogue's, one a path; what it does not list is untrusted and internal. Secret
fields leave no value behind. A text is looked through for typed values and never for meaning.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from guard.model.call import Json, ToolSpec
from guard.model.labels import Label, Secrecy, Trust
from guard.model.origin import CREATED, TRUSTED, UNTRUSTED, Source
from guard.provenance.result.records import is_id
from guard.provenance.result.segment import Endorsed, Seen, Segment
from guard.provenance.typed.canonical import classify
from guard.provenance.typed.tokens import tokens
from guard.provenance.vocabulary.lexicon import capability

WHOLE = 256
"""The longest field (characters) that is compared as a whole."""
MOST_VALUES = 60_000
MOST_DEPTH = 64
EXCERPT = 80
_MORE = frozenset(
    {
        *("next", "nextpage", "nextcursor", "nexttoken", "nextpagetoken", "cursor", "more"),
        *("hasmore", "hasnext", "truncated", "incomplete", "continuationtoken"),
    }
)
"""Fields by which a result says that it is a page of a longer one."""

_MAKING = frozenset({"create", "schedule", "send", "post", "publish", "buy", "share"})


def observed(
    spec: ToolSpec,
    shown: Json,
    *,
    step: int,
    wrote: Iterable[str] = (),
    write: str = "",
    listed: bool = False,
    endorsed: tuple[Endorsed, ...] = (),
    size: int = 1,
    task: str = "",
    sought: tuple[str, ...] = (),
    most: int = 0,
) -> Segment:
    """Return what a result showed.

    Args:
        spec: the tool whose result it is.
        shown: the result's value as the agent will read it.
        step: the step of the session.
        wrote: short digests of what the agent itself wrote in this call.
        write: digest of the arguments of a write, empty for a read.
        listed: whether the call asked for all there is.
        endorsed: destinations that a person approved with the call.
        size: how many of the receivers that the person named the write served.
        task: for which declared task a write was made.
        sought: the texts by which the call asked for a part of a list; empty: nobody knows.
        most: how many the call asked for at most; 0: it did not say.
    """
    look = _Look(spec=spec, makes=bool(write) and _makes(spec))
    value = _unwrapped(spec, shown)
    look.walk(value, (), 0, 0)
    return Segment(
        step=step,
        action=spec.action,
        seen=tuple(look.seen),
        wrote=tuple(sorted(wrote)),
        write=write,
        truncated=look.truncated or _is_page(value),
        listed=listed,
        endorsed=endorsed,
        words=spec.intent if write else (),
        size=size,
        task=task if write else "",
        sought=() if write or 0 < most <= look.records else sought,
    )


def labels_shown(spec: ToolSpec, shown: Json) -> frozenset[str]:
    """Return the words for what a result brings into the session, path by path."""
    if not spec.labels:
        return spec.output.names(spec.server)
    found: set[str] = set()
    for path in set(_paths(_unwrapped(spec, shown), (), 0)):
        found |= label_at(spec, path).names(spec.server)
    return frozenset(found)


def label_at(spec: ToolSpec, path: tuple[str, ...]) -> Label:
    """Return the label of one path of a tool's result: of all that fit, the longest's."""
    if not spec.labels:
        return spec.output
    fitting = [pattern for pattern in spec.labels if _fits(_parts(pattern), path)]
    if not fitting:
        return Label()
    # Of two equally long patterns, the one that names more of the path.
    best = max(fitting, key=lambda one: (len(_parts(one)), -_parts(one).count("*"), one))
    return spec.labels[best]


@lru_cache(maxsize=4096)
def _parts(pattern: str) -> tuple[str, ...]:
    return tuple(pattern.split("."))


def _fits(pattern: tuple[str, ...], path: tuple[str, ...]) -> bool:
    if len(pattern) > len(path):
        return pattern == ("*",)
    return all(one in ("*", part) for one, part in zip(pattern, path, strict=False))


def _unwrapped(spec: ToolSpec, shown: Json) -> Json:
    """Return what a `{"result": …}` envelope holds, unless the catalogue's paths begin with it."""
    if (
        isinstance(shown, dict)
        and shown.keys() == {"result"}
        and not any(_parts(one)[0] == "result" for one in spec.labels)
    ):
        return shown["result"]
    return shown


def _is_page(value: Json) -> bool:
    """Return whether a result says that there is more of it."""
    if not isinstance(value, dict):
        return False
    return any(value.get(one) for one in value if one.replace("_", "").casefold() in _MORE)


def _makes(spec: ToolSpec) -> bool:
    return bool(capability(spec.named, spec.intent).verbs & _MAKING)


def _is_map(value: Mapping[str, Json]) -> bool:
    """Return whether the keys of an object are data rather than field names."""
    if len(value) > 1 and all(isinstance(one, dict) for one in value.values()):
        return True
    return any(not (key.isidentifier() and key.isascii()) or key[:1].isupper() for key in value)


def _is_listing(value: Mapping[str, Json]) -> bool:
    """Return whether an object lists who is part of what holds it, each with a word of its own.

    An address by itself says whom it means; where a name has a value, the pair belongs together.
    """
    return all(
        isinstance(inner, str)
        and all(kind == "text" for kind, _ in classify(inner))
        and any(kind == "email" for kind, _ in classify(key))
        for key, inner in value.items()
    )


def _paths(value: Json, path: tuple[str, ...], depth: int) -> Iterator[tuple[str, ...]]:
    if depth > MOST_DEPTH:
        return
    if isinstance(value, dict):
        mapped = _is_map(value)
        for key, inner in value.items():
            yield from _paths(inner, (*path, "*" if mapped else key), depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner, (*path, "*"), depth + 1)
    else:
        yield path


@dataclass(slots=True, kw_only=True)
class _Look:
    """One walk through one result."""

    spec: ToolSpec
    makes: bool
    seen: list[Seen] = field(default_factory=list)
    records: int = 0
    truncated: bool = False
    fields: dict[tuple[str, ...], tuple[Source | None, str]] = field(default_factory=dict)

    def walk(self, value: Json, path: tuple[str, ...], record: int, depth: int) -> None:
        if depth > MOST_DEPTH or len(self.seen) >= MOST_VALUES:
            self.truncated = True
        elif isinstance(value, dict):
            self.object(value, path, record, depth)
        elif isinstance(value, list):
            for inner in value:
                one = self.next_record() if isinstance(inner, dict) else record
                self.walk(inner, (*path, "*"), one, depth + 1)
        elif isinstance(value, bool):
            self.flag(path, record, on=value)
        elif value is not None:
            self.leaf(str(value), path, record)

    def object(
        self, value: Mapping[str, Json], path: tuple[str, ...], record: int, depth: int
    ) -> None:
        if _is_map(value):  # each pair is a record of its own, named by its key
            within = bool(record) and _is_listing(value)
            for key, inner in value.items():
                one = record if within else self.next_record()
                self.leaf(key, (*path, "*"), one)
                self.walk(inner, (*path, "*"), one, depth + 1)
            return
        own = record or self.next_record()
        for key, inner in value.items():
            self.walk(inner, (*path, key), own, depth + 1)

    def next_record(self) -> int:
        self.records += 1
        return self.records

    def leaf(self, text: str, path: tuple[str, ...], record: int) -> None:
        known = self.fields.get(path)
        if known is None:
            known = self.fields[path] = self.field_at(path)
        source, where = known
        if source is None:
            return
        whole = text.strip()
        if len(whole) <= WHOLE:
            if self.makes and self.is_own_id(path):
                source = CREATED
            for kind, canonical in classify(whole):
                self.seen.append(Seen(kind, canonical, where, source, record))
        if " " in whole or "\n" in whole or len(whole) > WHOLE:
            for kind, canonical, start, end in tokens(text):
                excerpt = _around(text, start, end)
                self.seen.append(Seen(kind, canonical, where, source, record, False, excerpt))  # noqa: FBT003  positional for speed

    def flag(self, path: tuple[str, ...], record: int, *, on: bool) -> None:
        """Note how a switch of an object stands; by itself it names nothing."""
        source, where = self.field_at(path)
        if source is not None and record:
            self.seen.append(Seen("flag", "yes" if on else "no", where, source, record))

    def field_at(self, path: tuple[str, ...]) -> tuple[Source | None, str]:
        """Return how far a field is trusted and how it is called; None: it is secret."""
        label, where = label_at(self.spec, path), ".".join(path)
        if label.secrecy is Secrecy.SECRET:
            return None, where
        return TRUSTED if label.trust is Trust.TRUSTED else UNTRUSTED, where

    def is_own_id(self, path: tuple[str, ...]) -> bool:
        """Return whether a field of a creating tool's result is the id of what it created."""
        return len(path) == 1 and is_id(path[0])


def _around(text: str, start: int, end: int) -> str:
    """Return up to 80 characters around a place, on one line."""
    spare = max(EXCERPT - (end - start), 0) // 2
    piece = text[max(start - spare, 0) : end + spare]
    if piece.isprintable() and "  " not in piece:
        return piece.strip()[:EXCERPT]
    return " ".join(piece.split())[:EXCERPT]
