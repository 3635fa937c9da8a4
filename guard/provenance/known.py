"""The index of a session: where a typed value was seen, and in which record.

It is the fold of the session's segments and nothing else, so two processes that have read the same
segments answer alike. A look-up costs the same after ten results and after ten thousand. When it is
full it forgets the oldest untrusted values first and then stops learning; both make a value look
less known than it is, never more. It knows no task and judges nothing.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from guard.model.origin import Source
from guard.provenance.segment import Seen, Segment, chained, value_digest

CAP = 250_000
"""Values that one session remembers."""
PLACES = 32
"""Places of one value that are remembered; the first ones are kept."""
WROTE = 50_000
"""Values of the agent's own that are remembered; beyond, no field is trusted any more."""
TITLE = 60
"""The longest text (characters) by which a record is named."""

_IDENTIFIERS = frozenset({"email", "iban", "url"})
_NAMELESS = frozenset(
    {
        *("status", "state", "read", "recurring", "permission", "role", "owner", "type", "kind"),
        *("currency", "size", "length", "count", "date", "time", "timestamp", "created"),
        *("updated", "modified", "start", "end", "due"),
    }
)
_IDS = frozenset({"id", "uid", "uuid", "key", "iban", "email"})


class Place(NamedTuple):
    """One place where a value stood: whose result, and where in it. `record` 0 = in none."""

    step: int
    action: str
    seen: Seen
    record: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One object of a result, by what names it.

    Args:
        identity: its own ids; two records with equal ones are the same object, seen twice.
        links: identifiers in trusted fields, `kind:canonical`.
        titles: short texts in trusted fields, casefolded.
        names: short texts in any field: enough to be asked for, not enough to be trusted.
    """

    identity: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


class Known:
    """What one session has seen so far. Mutable: `learn` is its only change.

    Args:
        cap: the most values to remember.
    """

    def __init__(self, cap: int = CAP) -> None:
        self.learned = 0
        self.chain = ""
        self.full = False
        self._cap = cap
        self._size = 0
        self._places: dict[tuple[str, str], list[Place]] = {}
        self._loose: dict[tuple[str, str], None] = {}  # seen in untrusted places only, oldest first
        self._records: dict[int, Record] = {}
        self._named: dict[str, set[frozenset[str]]] = {}  # name -> identities that bear it
        self._wrote: set[str] = set()
        self._writes: Counter[str] = Counter()
        self._calls: Counter[str] = Counter()

    def learn(self, segment: Segment) -> None:
        """Take in what one more result showed, in the order of the session."""
        self.learned += 1
        self.chain = chained(self.chain, segment.body)
        if segment.write:
            self._writes[segment.write] += 1
            self._calls[segment.action] += 1
        self._wrote.update(segment.wrote)
        seen = [self._worth(one) for one in segment.seen]
        first = len(self._records)
        for number, fields in _grouped(seen).items():
            self._enter(first + number, _record(fields))
        for one in seen:
            place = Place(segment.step, segment.action, one, one.record and first + one.record)
            self._keep((one.kind, one.canonical), place)

    def places(self, kind: str, canonical: str) -> Sequence[Place]:
        """Return where a value of this kind was seen, oldest first; empty: nowhere."""
        return self._places.get((kind, canonical), ())

    def record(self, number: int) -> Record:
        """Return the record of a place; one that names nothing if it stood in none."""
        return self._records.get(number, _NOTHING)

    def shared(self, name: str) -> bool:
        """Return whether two different objects bear this name, as far as a full index can tell."""
        return self.full or len(self._named.get(name, ())) > 1

    def writes(self, digest: str) -> int:
        """Return how often a write with these arguments has run."""
        return self._writes[digest]

    def calls(self, action: str) -> int:
        """Return how often this tool has written."""
        return self._calls[action]

    def _worth(self, one: Seen) -> Seen:
        """Return the value as far as it is trusted: what the agent wrote comes back as its own."""
        if one.source is Source.UNTRUSTED:
            return one
        if len(self._wrote) > WROTE or value_digest(one.kind, one.canonical) in self._wrote:
            return replace(one, source=Source.UNTRUSTED)
        return one

    def _enter(self, number: int, record: Record) -> None:
        if self._size >= self._cap and not self._room(loose=False):
            return
        self._records[number] = record
        for name in record.names:
            bearers = self._named.setdefault(name, set())
            if len(bearers) < 2:  # noqa: PLR2004  one is unique, two are not; nobody asks for more
                bearers.add(record.identity)
        self._size += len(record.names) + len(record.links)

    def _keep(self, key: tuple[str, str], place: Place) -> None:
        kept = self._places.get(key)
        loose = place.seen.source is Source.UNTRUSTED
        if kept is None:
            if not self._room(loose=loose):
                return
            self._places[key] = [place]
            if loose:
                self._loose[key] = None
        elif len(kept) < PLACES and not (loose and len(kept) > 1):
            kept.append(place)
            if not loose:
                self._loose.pop(key, None)
        self._size += 1

    def _room(self, *, loose: bool) -> bool:
        """Make room for one more value; false when there is none."""
        while self._size >= self._cap:
            oldest = next(iter(self._loose), None)
            if oldest is None or loose:
                self.full = True
                return False
            del self._loose[oldest]
            self._size -= len(self._places.pop(oldest))
        return True


_NOTHING = Record()


def _grouped(seen: Iterable[Seen]) -> dict[int, list[Seen]]:
    groups: dict[int, list[Seen]] = {}
    for one in seen:
        if one.record and one.whole:
            groups.setdefault(one.record, []).append(one)
    return groups


def _record(fields: Iterable[Seen]) -> Record:
    identity: set[str] = set()
    links: set[str] = set()
    titles: set[str] = set()
    names: set[str] = set()
    for one in fields:
        last = one.path.rpartition(".")[2].casefold()
        if last in _IDS or last.endswith(("_id", "_key")):
            identity.add(f"{last}:{one.canonical}")
        if one.kind == "text" and _is_name(last, one.canonical):
            names.add(one.canonical)
            if one.source is not Source.UNTRUSTED:
                titles.add(one.canonical)
        elif one.kind in _IDENTIFIERS and one.source is not Source.UNTRUSTED:
            links.add(f"{one.kind}:{one.canonical}")
    return Record(
        identity=frozenset(identity or names),
        links=frozenset(links),
        titles=frozenset(titles),
        names=frozenset(names),
    )


def _is_name(field: str, text: str) -> bool:
    return (
        len(text) <= TITLE
        and not _NAMELESS.intersection(field.split("_"))
        and any(letter.isalpha() for letter in text)
    )
