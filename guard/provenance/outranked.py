"""Whether a record is only called so by what strangers may have written into it.

Beside a trusted name of its own, another field names no record: whoever can write a remark would
choose what is deleted. It decides nothing.
"""

from collections.abc import Iterable

from guard.provenance.canonical import name_of
from guard.provenance.known import Known, Place
from guard.provenance.listings import Listing
from guard.provenance.records import Record, names_of
from guard.provenance.singled import title_words
from guard.provenance.task import Task
from guard.provenance.titles import titled


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
