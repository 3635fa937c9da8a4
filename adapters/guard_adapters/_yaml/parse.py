"""Reads what operators write, strictly, and says file and line when it cannot.

The value is built from the parser's events, not by a constructor: nothing is instantiated, nothing
is merged, nothing recurses. Refused: a key written twice (the last would win in silence), anchors
and aliases (a kilobyte can grow to a gigabyte), tags, several documents, keys that are not text,
and the words yes no on off, which YAML 1.1 reads as booleans (`no` is also Norway). Numbers and
booleans are those of JSON, so that 017, 1_000 and 12:30 stay the text that was written.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from guard.errors import Unusable
from guard.model.call import Json

MAX_DEPTH = 64
BOOLEAN_WORDS = frozenset({"y", "n", "yes", "no", "on", "off"})
INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,30})")
FRACTION = re.compile(r"-?(?:0|[1-9][0-9]{0,30})(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?")
LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Route = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Document(Mapping[str, Json]):
    """A mapping as it was read, the file it is from and the line of each path into it."""

    value: dict[str, Json]
    where: str
    lines: Mapping[Route, int] = field(default_factory=dict, repr=False)

    def __getitem__(self, key: str) -> Json:
        return self.value[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.value)

    def __len__(self) -> int:
        return len(self.value)

    def at(self, *path: str | int) -> str:
        """Return `file:line` of the nearest known part of the path."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return f"{self.where}:{self.lines[path[:end]]}"
        return self.where


def parse_yaml(text: str, *, where: str) -> Document:
    """Return the mapping in a text; `where` names the text in errors.

    Raises:
        Unusable: config_syntax, config_empty, config_documents, config_not_mapping, config_depth,
            config_anchor, config_tag, config_duplicate_key, config_key or config_boolean_word.
    """
    build = _Build(where)
    try:
        for event in _events(text):
            build.take(event)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Unusable(
            f"This is not YAML: {error.problem}.",
            code="config_syntax",
            where=f"{where}:{line}",
            next_step="Look for a missing colon, quote or space before this line.",
        ) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Unusable(
            f"Character {text[error.position : error.position + 1]!r} is not allowed in YAML.",
            code="config_syntax",
            where=f"{where}:{line}",
            next_step="Remove it.",
        ) from None
    return build.document()


def _events(text: str) -> Iterator[yaml.Event]:
    return iter(yaml.parse(text, Loader=LOADER))


@dataclass(slots=True)
class _Open:
    """A mapping or sequence that is not closed yet."""

    value: dict[str, Json] | list[Json]
    path: Route
    key: str | None = None


class _Build:
    """Grows one value from events; a stack instead of recursion."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.stack: list[_Open] = []
        self.root: Json = None
        self.documents = 0
        self.lines: dict[Route, int] = {}

    def document(self) -> Document:
        """Return what was read; the top must be a mapping with something in it."""
        if self.root is None:
            raise self.refuse("config_empty", 1, "The file says nothing.", "Fill it in.")
        if not isinstance(self.root, dict):
            raise self.refuse(
                "config_not_mapping",
                1,
                f"The top is a {_word(self.root)}, not a mapping.",
                "Write `key: value` lines at the top.",
            )
        return Document(value=self.root, where=self.where, lines=self.lines)

    def take(self, event: yaml.Event) -> None:
        """Add one event."""
        match event:
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    raise self.refuse(
                        "config_documents",
                        _line(event),
                        "A second document starts here.",
                        "Keep one document in one file: remove the `---`.",
                    )
            case yaml.AliasEvent():
                raise self.anchor(event)
            case yaml.ScalarEvent():
                self.plain_only(event)
                self.scalar(event)
            case yaml.MappingStartEvent():
                self.plain_only(event)
                self.open({}, event)
            case yaml.SequenceStartEvent():
                self.plain_only(event)
                self.open([], event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self.stack.pop()
            case _:
                pass  # stream and document ends carry nothing

    def scalar(self, event: yaml.ScalarEvent) -> None:
        """Add a scalar: a key where a mapping waits for one, else a value."""
        top = self.stack[-1] if self.stack else None
        if top is None or isinstance(top.value, list) or top.key is not None:
            self.put(self.typed(event), event)
            return
        value = self.typed(event)
        if not isinstance(value, str):
            raise self.refuse(
                "config_key",
                _line(event),
                f"Key {event.value!r} is a {_word(value)}, not text.",
                "Put it in quotes.",
            )
        if value in top.value:
            first = self.lines.get((*top.path, value), 0)
            raise self.refuse(
                "config_duplicate_key",
                _line(event),
                f"Key {value!r} is already given on line {first}.",
                "Keep one of the two.",
            )
        top.key = value

    def typed(self, event: yaml.ScalarEvent) -> bool | int | float | str | None:
        """Return the value of a scalar; only a plain one can be something else than text."""
        text = event.value
        if not event.implicit[0]:
            return str(text)
        if text.lower() in BOOLEAN_WORDS:
            raise self.refuse(
                "config_boolean_word",
                _line(event),
                f"{text!r} is a boolean to some YAML readers and text to others.",
                "Write true or false, or put it in quotes.",
            )
        if text in {"", "~", "null"}:
            return None
        if text in {"true", "false"}:
            return bool(text == "true")
        if INTEGER.fullmatch(text):
            return int(text)
        return float(text) if FRACTION.fullmatch(text) else str(text)

    def open(self, value: dict[str, Json] | list[Json], event: yaml.Event) -> None:
        """Start a mapping or a sequence."""
        if len(self.stack) >= MAX_DEPTH:
            raise self.refuse(
                "config_depth", _line(event), f"Nested deeper than {MAX_DEPTH}.", "Flatten it."
            )
        if self.stack and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None:
            raise self.refuse(
                "config_key",
                _line(event),
                "A key is a mapping or a sequence, not text.",
                "Put `{...}` and `[...]` in quotes, or remove them.",
            )
        self.stack.append(_Open(value=value, path=self.put(value, event)))

    def put(self, value: Json, event: yaml.Event) -> Route:
        """Put a value where it belongs and return its path."""
        path: Route = ()
        if not self.stack:
            self.root = value
        else:
            top = self.stack[-1]
            if isinstance(top.value, list):
                path = (*top.path, len(top.value))
                top.value.append(value)
            elif top.key is not None:
                path = (*top.path, top.key)
                top.value[top.key] = value
                top.key = None
        self.lines[path] = _line(event)
        return path

    def plain_only(
        self, event: yaml.ScalarEvent | yaml.MappingStartEvent | yaml.SequenceStartEvent
    ) -> None:
        """Refuse anchors and tags."""
        if event.anchor is not None:
            raise self.anchor(event)
        if event.tag is not None:
            raise self.refuse(
                "config_tag",
                _line(event),
                f"Tag {event.tag!r} is not allowed.",
                "Remove it; plain values are enough.",
            )

    def anchor(self, event: yaml.NodeEvent) -> Unusable:
        """Return the refusal of `&name` and `*name`."""
        return self.refuse(
            "config_anchor",
            _line(event),
            f"Anchor or alias {event.anchor!r} is not allowed.",
            "Write the value out where it is used.",
        )

    def refuse(self, code: str, line: int, message: str, next_step: str) -> Unusable:
        """Return the error with file and line."""
        return Unusable(message, code=code, where=f"{self.where}:{line}", next_step=next_step)


def _line(event: yaml.Event) -> int:
    return int(event.start_mark.line) + 1 if event.start_mark else 1


def _word(value: Json) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "text"
        case list():
            return "sequence"
        case dict():
            return "mapping"
