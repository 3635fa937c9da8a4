"""The index of a session: where a typed value was seen, and in which record.

It is the fold of the session's segments and nothing else, so two processes that have read the same
segments answer alike. A look-up costs the same after ten results and after ten thousand. When it is
full it forgets the oldest untrusted values first and then stops learning; both make a value look
less known than it is, never more. It knows no task and judges nothing.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from guard.model.origin import UNTRUSTED
from guard.provenance.result.calendar import day_shown
from guard.provenance.result.listings import Listings
from guard.provenance.result.records import Record, grouped, names_of, plainly, record_of
from guard.provenance.result.segment import (
    Deed,
    Endorsed,
    Kinds,
    Seen,
    Segment,
    chained,
    value_digest,
)
from guard.provenance.result.select import measured
from guard.provenance.result.titled import Titled, runs_in, stands_alone

CAP = 250_000
"""Values that one session remembers."""
PLACES = 32
"""Places of one value that are remembered; the first ones are kept."""
WROTE = 50_000
"""Values of the agent's own that are remembered; beyond, no field is trusted any more."""
_BESIDE = 3
"""Words before and behind a name with which it may be a longer one."""
_NO_NAMES: frozenset[str] = frozenset()
NUMBERED = 256
"""Records with trusted numbers that are reckoned with; the newest ones."""


class Place(NamedTuple):
    """One place where a value stood: whose result, and where in it. `record` 0 = in none."""

    step: int
    action: str
    seen: Seen
    record: int

    def is_field_of(self, other: "Place | None") -> bool:
        """Return whether both are one field, read as two of the things that it can be."""
        if other is None or self.step != other.step or self.record != other.record:
            return False
        own, its = self.seen, other.seen
        return own.path == its.path and own.source is its.source and own.whole is its.whole


class Known:
    """What one session has seen so far. Mutable: `learn` is its only change.

    Args:
        cap: the most values to remember.
    """

    def __init__(self, cap: int = CAP) -> None:
        self.learned = 0
        self.chain = ""
        self.full = False
        self.today = ""  # the day that it is by the newest trusted clock; empty: none was shown
        self._endorsed: dict[str, set[Endorsed]] = {}  # by the action that was approved
        self._cap = cap
        self._size = 0
        self._places: dict[tuple[str, str], list[Place]] = {}
        self._loose: dict[tuple[str, str], None] = {}  # seen in untrusted places only, oldest first
        self._records: dict[int, Record] = {}
        self._numbered_to = 0
        self._named: dict[str, set[frozenset[str]]] = {}  # name -> identities that bear it
        self._called: dict[str, set[frozenset[str]]] = {}  # the same, as their own
        self._people: dict[str, set[str]] = {}  # word of a name -> the whole names of people
        self._unmarked: dict[str, set[frozenset[str]]] = {}  # the same of things without an id
        self._titled = Titled()  # the same again, by whose result showed it
        self._numbered: deque[int] = deque(maxlen=NUMBERED)
        self.lists = Listings()
        self._wrote: set[str] = set()
        self._writes: dict[tuple[str, str], set[str]] = {}  # task and part of a digest -> actions
        self._done: dict[str, Counter[Deed]] = {}  # by task; the empty one: none was declared

    def learn(self, segment: Segment) -> None:
        """Take in what one more result showed, in the order of the session."""
        self.learned += 1
        self.chain = chained(self.chain, segment.body)
        if segment.write:
            for part in segment.write.split("."):
                self._writes.setdefault((segment.task, part), set()).add(segment.action)
            deed = segment.action, segment.words
            self._done.setdefault(segment.task, Counter())[deed] += segment.size
        self._wrote.update(segment.wrote)
        if segment.endorsed:
            self._endorsed.setdefault(segment.action, set()).update(segment.endorsed)
        self.today = day_shown(segment) or self.today
        seen = [self._worth(one) for one in segment.seen]
        first = self._numbered_to  # numbers may have gaps: objects without a value of their own
        tool = segment.action.rpartition("/")[2]
        records = {number: record_of(fields, tool) for number, fields in grouped(seen).items()}
        for number, record in records.items():
            self._enter(first + number, record, segment.action)
        self._numbered_to = first + max(records, default=0)
        self.lists.learn(segment, first, records)
        for one in seen:
            if one.kind == "flag":  # it stands with its record: a yes by itself is everywhere
                continue
            place = Place(segment.step, segment.action, one, one.record and first + one.record)
            self._keep((one.kind, one.canonical), place)

    @property
    def endorsed(self) -> frozenset[Endorsed]:
        """Return the destinations that a person approved, whatever for."""
        return frozenset().union(*self._endorsed.values())

    def endorsed_for(self, action: str) -> frozenset[Endorsed]:
        """Return the destinations that a person approved for calls of one tool."""
        return frozenset(self._endorsed.get(action, ()))

    @property
    def size(self) -> int:
        """Return how many values it holds."""
        return self._size

    def places(self, kind: str, canonical: str) -> Sequence[Place]:
        """Return where a value of this kind was seen, oldest first; empty: nowhere."""
        return self._places.get((kind, canonical), ())

    def seen(self, kinds: Kinds) -> Sequence[Place]:
        """Return where a value was seen that can be all of these, oldest first for each of them."""
        if len(kinds) == 1:  # most values are one thing
            return self._places.get(kinds[0], ())
        found: list[Place] = []
        for one in kinds:
            found += self._places.get(one, ())
        return found

    def record(self, number: int) -> Record:
        """Return the record of a place; one that names nothing if it stood in none."""
        return self._records.get(number, _NOTHING)

    def shared(self, name: str, most: int = 1) -> bool:
        """Return whether more different objects bear this name, as far as a full index can tell."""
        return self.full or len(self._named.get(name, ())) > most

    def called_so(self, name: str) -> Iterable[frozenset[str]]:
        """Return the ids of the things whose own name this is: of each, and of two at most."""
        return self._called.get(name, ())

    def bearers(self, word: str) -> int:
        """Return how many people bear a word in their trusted names."""
        return len(self._people.get(word, ()))

    def mistaken(self, record: Record, name: str) -> bool:
        """Return whether a trusted name of a record may mean another one.

        Whose own name it is is meant, if one object is called so; who only refers to it is not.
        """
        called = self._called.get(name, ())
        if self.full or not called:
            return self.shared(name)
        return name not in record.called or len(called) > 1

    def tells(self, record: Record, names: frozenset[str]) -> bool:
        """Return whether names of a thing without an id say which of those that bear them it is."""
        if record.identity or not record.called or not names.isdisjoint(record.called):
            return True
        return not names or any(len(self._unmarked.get(one, ())) <= 1 for one in names)

    def outdone(self, record: Record, said: str, action: str) -> bool:
        """Return whether all that a text says of a record's trusted name is another's whole one.

        Who says "Ann Oak" means her, and not "Ann Oak-Elm", where the same tool shows both; and who
        says "Ann Oak-Elm" does not mean an "Ann".

        Args:
            record: the record.
            said: the words of the text, as `plainly` has them, a blank around each.
            action: the tool.
        """
        names = [*map(plainly, record.called or record.titles)]
        whole = self._titled.said(said, action) if names else _NO_NAMES
        return bool(whole) and all(
            not stands_alone(one, said, whole)
            if f" {one} " in said
            else any(
                all(f" {run} " in f" {other} " for run in runs_in(one, said)) for other in whole
            )
            for one in names
        )

    def within_another(self, record: Record, name: str, said: str) -> bool:
        """Return whether a text says this name only within a longer one that another object bears.

        Args:
            record: the record that bears the name.
            name: the name, as `plainly` has it.
            said: the words of the text, as `plainly` has them, a blank around each.
        """
        words, own = said.split(), name.split()
        spots = [at for at in range(len(words)) if words[at : at + len(own)] == own]
        return bool(spots) and all(
            any(
                self._named.get(" ".join(words[first:last]), set()) - {record.identity}
                for first in range(max(at - _BESIDE, 0), at + 1)
                for last in range(at + len(own), at + len(own) + _BESIDE + 1)
                if last - first > len(own)
            )
            for at in spots
        )

    def measured(self) -> Iterator[Record]:
        """Yield the newest records that hold trusted numbers, at most 256, newest first."""
        return (self._records[number] for number in reversed(self._numbered))

    def ran(self, write: str, action: str, task: str = "") -> bool:
        """Return whether such a write has run for a task, or before any was.

        Args:
            write: its digest.
            action: its tool; another one may have paid the same sum to the same payee.
            task: the declared task; empty: none was.
        """
        own, _, paid = write.partition(".")
        if ("", own) in self._writes or (task, own) in self._writes:
            return True
        payers = self._writes.get(("", paid), _NO_NAMES) | self._writes.get((task, paid), _NO_NAMES)
        return bool(paid) and not payers <= {action}

    def done(self, task: str = "") -> Mapping[Deed, int]:
        """Return what was written for a task, or before any was declared, and for how many."""
        first = self._done.get("", _NO_DEEDS)
        own = self._done.get(task, _NO_DEEDS) if task else _NO_DEEDS
        return first + own if first and own else first or own

    def _worth(self, one: Seen) -> Seen:
        """Return the value as far as it is trusted: what the agent wrote comes back as its own."""
        if one.source is UNTRUSTED:
            return one
        if len(self._wrote) > WROTE or value_digest(one.kind, one.canonical) in self._wrote:
            return one._replace(source=UNTRUSTED)
        return one

    def _enter(self, number: int, record: Record, action: str) -> None:
        if self._size >= self._cap and not self._room(loose=False):
            return
        self._records[number] = record
        if any(map(measured, record.measures)):
            self._numbered.append(number)
        self._titled.learn(action, map(plainly, record.called or record.titles))
        for held, names in ((self._named, names_of(record)), (self._called, record.called)):
            for name in names:
                bearers = held.setdefault(name, set())
                if record.identity and len(bearers) < 2:  # noqa: PLR2004  two are not unique
                    bearers.add(record.identity)
        for name in record.people:
            for word in plainly(name).split():
                self._people.setdefault(word, set()).add(name)
        for name in record.titles if record.called and not record.identity else ():
            self._unmarked.setdefault(name, set()).add(record.called)
        self._size += 2 * len(record.names) + len(record.links)

    def _keep(self, key: tuple[str, str], place: Place) -> None:
        kept = self._places.get(key)
        loose = place.seen.source is UNTRUSTED
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
_NO_DEEDS: Counter[Deed] = Counter()
