"""Whether a request singles out one of a list by a word of its title: "archive the flyer card".

Only where the whole list was shown, the word is no plain one, and all such words of the request are
those of one thing's title and no other's. It decides nothing.
"""

from collections.abc import Sequence
from functools import lru_cache

from guard.provenance.request.pieces import asking
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known, Place
from guard.provenance.result.records import Record, is_id, plainly
from guard.provenance.vocabulary.lexicon import Capability, noun_classes, stem, verb_classes
from guard.provenance.vocabulary.titles import content_words
from guard.provenance.vocabulary.words import GENERIC, STOP


def singled(task: Task, known: Known, able: Capability, place: Place) -> bool:
    """Return whether a request for what a tool does means the record of an id by words of it.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does.
        place: where the id was shown.
    """
    if not place.record or not is_id(place.seen.path):
        return False
    record = known.record(place.record)
    own = title_words(record)
    told = [one.naming.content - able.stems for one in asking(task.pieces, able)]
    told = [one for one in told if not one.isdisjoint(own)]
    if not told:  # nearly always: the list is not gone through
        return False
    listed = known.lists.of(place.action)
    if not any(one.identity == record.identity for one in listed):
        return False
    titles = [title_words(one) for one in listed]
    return any(_is_one(one, own, titles) for one in told)


def title_words(record: Record) -> frozenset[str]:
    """Return the words of content of a record's trusted names."""
    return frozenset().union(*map(_words, record.called or record.titles))


@lru_cache(maxsize=8192)  # titles come back in every result
def _words(title: str) -> frozenset[str]:
    """Return what a title says by words of its own, short ones as well: those of "Ann Lee"."""
    every = (one for one in plainly(title).split() if len(one) > 1)
    words = (one for one in every if one not in STOP and one not in GENERIC)
    return content_words(title) | frozenset(map(stem, words))


def _is_one(said: frozenset[str], own: frozenset[str], titles: Sequence[frozenset[str]]) -> bool:
    """Return whether what is said of any title is said of one only."""
    telling = {
        one for one in said if one.isalpha() and not (noun_classes(one) or verb_classes(one))
    }
    hits = telling & frozenset().union(*titles)
    return bool(hits) and hits <= own and sum(hits <= one for one in titles) == 1
