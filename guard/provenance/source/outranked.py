"""Whether a record is only called so by what strangers may have written into it.

Beside a trusted name of its own, another field names no record: whoever can write a remark would
choose what is deleted. It decides nothing.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from guard.provenance.request.naming import SILENT
from guard.provenance.request.task import Task
from guard.provenance.result.bearing import words_of
from guard.provenance.result.known import Known, Place
from guard.provenance.result.listings import Listing
from guard.provenance.result.records import Record, names_of, plainly, with_pairs
from guard.provenance.schema.kin import kin_of
from guard.provenance.source.pointers import series
from guard.provenance.source.singled import title_words
from guard.provenance.typed.canonical import name_of
from guard.provenance.vocabulary.lexicon import stem
from guard.provenance.vocabulary.titles import titled

_TEXTS = frozenset(map(stem, ("message", "messages", "sms", "comment", "reply", "tweet")))
"""Things that are what somebody wrote, and nothing besides."""
_LEFT_OUT = re.compile(
    r"\b(?:not|or|no|except|without|und|oder|nicht)\b|(?:^|\s)[-!~]", re.IGNORECASE
)
"""Words of searches that find what is not called so."""


def outranked(
    task: Task, known: Known, place: Place, record: Record, names: frozenset[str]
) -> bool:
    """Return whether strangers may have named a record so, and its name, or another's, is sure.

    What a tool found that was asked for that name bears it as far as the tool can tell. So does
    what a word of its trusted name tells from the others.

    Args:
        task: what the person said.
        known: what the session has seen.
        place: where the id was shown, in a trusted field.
        record: of which it is.
        names: by which the person asked for it.
    """
    if not names.isdisjoint(names_of(record, sure=True)):
        return False
    lists = known.lists.shown(place.action)
    if record.named and not _is_told_by_name(task, record, lists):
        sought = (text for one in lists if one.holds(place.record) for text in one.sought)
        return not any(_said_in(name, text) for text in sought for name in names)
    return not record.named and any(
        one.identity != record.identity and not names.isdisjoint(names_of(one, sure=True))
        for listing in lists
        for one in listing.records
    )


def tells_of_another(task: Task, place: Place, record: Record) -> bool:
    """Return whether a record only says the id that the person said: "a duplicate of K-2".

    Args:
        task: what the person said.
        place: where the id of the record was shown.
        record: of which it is.
    """
    said = _ids_in(task)
    if not said:
        return False
    own, sort = plainly(place.seen.canonical), series(place.seen.canonical)
    return any(
        like == sort and f" {one} " in f" {plainly(name)} "
        for one, like in said
        if one != own
        for name in (*record.names, *record.noted)
    )


def found_by_name(task: Task, known: Known, place: Place, record: Record) -> bool:
    """Return whether a search for a name found what only prose calls so, and nothing else is.

    A tool that was asked for "Dental check-up" tells that a dentist's visit is one by its notes;
    and a message without a title is its text.
    """
    names = with_pairs(record.noted) & task.naming.called if record.noted else None
    if not names:
        return False
    own = frozenset().union(*task.naming.spelled)  # words that begin like a name, or are quoted
    text = not record.own and not _TEXTS.isdisjoint(kin_of(place.action.rpartition("/")[2]))
    lists = [one for one in known.lists.shown(place.action) if one.holds(place.record)]
    sought = [text for one in lists for text in one.sought if not _LEFT_OUT.search(text)]
    every = (each for tool in known.lists.actions() for each in known.lists.shown(tool))
    others = [one for each in every for one in each.records if one.identity != record.identity]
    return any(
        (text or (not own.isdisjoint(name.split()) and any(_said_in(name, one) for one in sought)))
        and not any(name in with_pairs(one.noted) for one in others)
        for name in names
        if not known.shared(name, most=0)
    )


@lru_cache(maxsize=256)
def _ids_in(task: Task) -> tuple[tuple[str, str], ...]:
    """Return the ids among the values of a text, each with its series."""
    named = {one.literal for one in task.entities if one.frame not in SILENT}
    return tuple((plainly(one), sort) for one in sorted(named) if (sort := series(one)))


def describes_another(known: Known, place: Place, record: Record, names: frozenset[str]) -> bool:
    """Return whether what a record is called so only beside its own name says how another one is.

    "The ready firing" is the one that is ready, whatever the tag of another one says.

    Args:
        known: what the session has seen.
        place: where the id was shown.
        record: of which it is.
        names: by which the person asked for it.
    """
    if not names.isdisjoint(with_pairs(frozenset(map(name_of, record.own)))):
        return False
    sort = kin_of(place.action.rpartition("/")[2])
    others = [
        words_of(one.told)
        for listing in known.lists.shown(place.action)
        for one in listing.records
        if one.identity != record.identity
    ]
    return all(
        any(words <= one for one in others) if (words := words_of((name,)) - sort) else True
        for name in names
    )


def _is_told_by_name(task: Task, record: Record, lists: Iterable[Listing]) -> bool:
    """Return whether a word of a record's trusted names is said, and of no other record's."""
    own = title_words(record) & task.naming.content
    return bool(own) and not any(
        own <= title_words(one)
        for listing in lists
        for one in listing.records
        if one.identity != record.identity
    )


def _said_in(name: str, text: str) -> bool:
    """Return whether a text says a name, or two neighbouring words of one."""
    return name == name_of(text) or name in map(" ".join, titled(text))
