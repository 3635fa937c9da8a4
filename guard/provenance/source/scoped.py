"""Over which list a rule chooses, and which one: of all that a tool has, or of all that was meant.

"The oldest open order" may be sought among the orders that the tool was asked for as open ones, and
"the oldest task of Garden" among those of that project. A list that was asked for by any other word
leaves something out. It decides nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from guard.provenance.quantity.dates import words_of
from guard.provenance.request.ranking import Ranking
from guard.provenance.request.searched import stems_in
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known, Place
from guard.provenance.result.records import Record, is_id, plainly
from guard.provenance.result.segment import Kinds
from guard.provenance.source.value import Value
from guard.provenance.source.winning import NOTHING, meant
from guard.provenance.speech.sentences import sentences
from guard.provenance.typed.canonical import classify, typed
from guard.provenance.vocabulary.lexicon import stem

_ALL = ("",)


class Scope(NamedTuple):
    """The list of a rule, and the stems by which it was asked for."""

    listed: Sequence[Record] = ()
    words: frozenset[str] = frozenset()


def scope_of(task: Task, known: Known, rule: Ranking, action: str) -> Scope:
    """Return the list of a tool over which a rule chooses; empty: there is none.

    Args:
        task: what the person said.
        known: what the session has seen.
        rule: the rule.
        action: the tool.
    """
    whole = known.lists.of(action)
    shown = known.lists.shown(action)
    if whole or not shown:
        return Scope(whole)
    newest = shown[-1]
    if newest.sought == _ALL:
        return Scope(newest.records)
    said = _said_beside(task, rule)
    words = [_by(task, known, said, one) for one in newest.sought]
    return Scope(newest.records, frozenset().union(*words)) if words and all(words) else Scope()


def _said_beside(task: Task, rule: Ranking) -> frozenset[str]:
    """Return the stems of the words of the requests in which a rule stands."""
    first, last = rule.place
    if "one" in rule.rest.casefold().split():  # "I need a van. Book the cheapest automatic one"
        first = 0
    elif not rule.rest:  # "see which boats are ashore, and sell the oldest of them"
        first = max([begin for begin, _ in sentences(task.wanted) if begin <= first], default=0)
    own = (one.stems for one in task.pieces if one.start < last and first < one.end)
    return frozenset().union(*own)


def _by(task: Task, known: Known, said: frozenset[str], text: str) -> frozenset[str]:
    """Return the stems by which a list was asked for, if a request says them; none: it does not."""
    day, time = typed(text).moment
    if day:
        return stems_of_days([day]) if task.dated(day) and not time else NOTHING
    for words in named_by(known, text):
        if words and words <= said:
            return words
    return frozenset()


def named_by(known: Known, text: str) -> Iterator[frozenset[str]]:
    """Yield the words of a text, and those of the names of the thing whose id it is."""
    yield stems_in([plainly(text.replace("_", " "))])
    for thing in things_of(known, classify(text)):
        for name in thing.called:
            yield stems_in([plainly(name)])


def things_of(known: Known, kinds: Kinds) -> Iterator[Record]:
    """Yield the things whose id a value is, as a trusted field shows."""
    for place in known.seen(kinds):
        if place.seen.trusted and is_id(place.seen.path):
            yield known.record(place.record)


def stems_of_days(days: Iterable[str]) -> frozenset[str]:
    """Return the stems of the words by which people may say these days (YYYY-MM-DD)."""
    whole = (one for one in days if not one.startswith("-"))
    return frozenset(stem(word) for day in whole for word in words_of(day))


def chooses(task: Task, known: Known, value: Value, place: Place, record: Record) -> bool:
    """Return whether a record is the one of a list that a choice or a rule of the task means."""
    return any(known.lists.chosen(record, one) for one in task.selections) or any(
        _is_first(task, known, value, place, record, one) for one in task.rankings
    )


def _is_first(
    task: Task, known: Known, value: Value, place: Place, record: Record, rule: Ranking
) -> bool:
    """Return whether a record is the one that a rule means, as it may be read: `ranked` says how.

    "The oldest letter to Bern" goes there, or is the oldest of those that went there.
    """
    found = scope_of(task, known, rule, place.action)
    days = stems_of_days(day for kind, day in task.frames if kind == "date")
    return any(
        meant(rule, record, found.listed, value, task.naming.means, found.words, elsewhere)
        for elsewhere in {None, NOTHING, days}
    )
