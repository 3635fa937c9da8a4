"""Over which list a rule chooses: all that a tool has, or all of what the rule's request speaks of.

"The oldest open order" may be sought among the orders that the tool was asked for as open ones, and
"the oldest task of Garden" among those of that project. A list that was asked for by any other word
leaves something out. It decides nothing.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from guard.provenance.canonical import classify
from guard.provenance.known import Known
from guard.provenance.ranking import Ranking
from guard.provenance.records import Record, is_id, plainly
from guard.provenance.searched import stems_in
from guard.provenance.task import Task

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
    words = [_by(known, said, one) for one in newest.sought]
    return Scope(newest.records, frozenset().union(*words)) if words and all(words) else Scope()


def _said_beside(task: Task, rule: Ranking) -> frozenset[str]:
    """Return the stems of the words of the requests in which a rule stands."""
    first, last = rule.place
    own = (one.stems for one in task.pieces if one.start < last and first < one.end)
    return frozenset().union(*own)


def _by(known: Known, said: frozenset[str], text: str) -> frozenset[str]:
    """Return the stems by which a list was asked for, if a request says them; none: it does not."""
    for words in _words(known, text):
        if words and words <= said:
            return words
    return frozenset()


def _words(known: Known, text: str) -> Iterator[frozenset[str]]:
    """Yield the words of a text, and those of the names of the thing whose id it is."""
    yield stems_in([plainly(text.replace("_", " "))])
    for place in known.seen(tuple(classify(text))):
        if place.seen.trusted and is_id(place.seen.path):
            for name in known.record(place.record).called:
                yield stems_in([plainly(name)])
