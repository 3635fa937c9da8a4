"""Whether what only stands in a list of a named record is meant: its parts, the people it is for.

Who names a record names no one of its list, unless they speak of all of these or of that one. It
decides nothing.
"""

import re
from functools import lru_cache

from guard.provenance.request.naming import SILENT, keys_of
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known, Place
from guard.provenance.result.records import Record, plainly
from guard.provenance.source.pointers import form
from guard.provenance.source.value import Value
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.grammar import EACH

_LEAST = 3
"""Letters of a word by which somebody's address is said: "mail it to Tom"."""
_TOKEN = re.compile(r"\S*\w[-_.@]\w\S*")
_JOINED = re.compile(r"\w[-_.]\w")
_ALL = EACH | frozenset(
    {"them", "they", "their", "those", "these", "team", "group", "list", "people", "others"}
)
"""Words for everybody of a list, whatever it is called."""


def other_element(task: Task, known: Known, value: Value, place: Place) -> bool:
    """Return whether a record only lists an id, and the person named another one of its list.

    Args:
        task: what the person said.
        known: what the session has seen.
        value: the id.
        place: where it stands.
    """
    if not place.seen.path.endswith("*") or any(one in task.named for one in value.kinds):
        return False
    own = form(value.text)
    named = [one for one in task.entities if one.frame not in SILENT]
    return any(one.kind == "object_id" and form(one.literal) == own for one in named) or any(
        beside.record == place.record and beside.seen.path == place.seen.path
        for one in named
        for key in keys_of(one)
        for beside in known.places(*key)
    )


def unspoken(task: Task, known: Known, value: Value, place: Place) -> bool:
    """Return whether a record only lists a receiver or a thing, and the person speaks of no list.

    "Allow the viewer back-office on the board" lets in no other viewer of it, and who says who
    they are, and cancels "the wrong ones" of their bookings, cancels not just any of them.

    Args:
        task: what the person said.
        known: what the session has seen.
        value: the receiver, or the id of the thing.
        place: where it stands.
    """
    path = place.seen.path
    if value.level == "target" and path.endswith(".*"):
        return _is_one_of(task, known, value, place)
    if value.level != "dest" or not path.endswith(".*"):
        return False
    if said_element(task, value, place) or _speaks_of(task.wanted, path):
        return False
    own = plainly(value.text.partition("@")[0]).split()
    return _words(task.folded).isdisjoint(one for one in own if len(one) >= _LEAST)


def _is_one_of(task: Task, known: Known, value: Value, place: Place) -> bool:
    """Return whether an id is one of several of a list, and the person does not mean them all."""
    own = {value.text.casefold(), *(one.casefold() for _, one in value.kinds)}
    if task.plural or any(one in task.named for one in value.kinds):
        return False
    record = known.record(place.record)
    like = {one.casefold() for one in record.pointers if len(one) == len(value.text)}
    if not like - own:
        return False
    names = [*words_in(place.seen.path.rstrip(".*").rpartition(".")[2])]
    many = names[-1] if names and names[-1].endswith("s") else ""
    return not many or not re.search(rf"\b(?:my|our|the|his|her|their)\s+{many}\b", task.folded)


@lru_cache(maxsize=256)
def _words(text: str) -> frozenset[str]:
    """Return the words of a text that stand alone: none of svc-reports, nor of an address."""
    return frozenset(plainly(_TOKEN.sub(" ", text)).split())


def said_element(task: Task, value: Value, place: Place) -> bool:
    """Return whether a receiver of a list is one whom the person says, letter for letter.

    By a name that no other word is: "the viewer back-office".

    Args:
        task: what the person said.
        value: the receiver.
        place: where it stands.
    """
    one = value.text.casefold()
    if value.level != "dest" or not place.seen.path.endswith(".*") or one not in task.folded:
        return False
    return (
        _JOINED.search(one) is not None
        and re.search(rf"(?<![\w.@-]){re.escape(one)}(?![\w@-]|\.\w)", task.folded) is not None
    )


def shares(task: Task, known: Known, place: Place, record: Record) -> bool:
    """Return whether a record is only tied to an address that others are tied to as well.

    "Cancel the booking of ida@kiln.example" means none of her three; and who names another one of
    the list besides means that.

    Args:
        task: what the person said.
        known: what the session has seen.
        place: where the id of the record stands.
        record: of which it is.
    """
    own = task.naming.links & record.links
    if not own or task.plural or task.naming.calls(record) or task.naming.said_whole(record):
        return False
    return any(
        one.identity != record.identity and (own <= one.links or task.naming.calls(one))
        for listing in known.lists.shown(place.action)
        for one in listing.records
    )


@lru_cache(maxsize=1024)
def _speaks_of(text: str, path: str) -> bool:
    """Return whether a text says a list by its name, as several, or all of some."""
    said = frozenset(plainly(text).split())
    names = [one for one in words_in(path.rstrip(".*").rpartition(".")[2]) if one.endswith("s")]
    return not said.isdisjoint(_ALL) or any(one in said for one in names[-1:])
