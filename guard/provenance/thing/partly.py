"""Whether a person names somebody by a part of their name: "text Olga", for Olga Brandt.

Only in a list that came back whole or was looked for by nothing but that part, and only where
nobody else in it bears it; by a first name also nobody else whom the session knows. A list that
strangers may write into, where even a whole name is no more, is good for nothing that reaches
somebody, or cannot be undone. It decides nothing.
"""

import re
from functools import lru_cache

from guard.model.call import ToolSpec
from guard.model.origin import LINKED
from guard.provenance.request.naming import SILENT
from guard.provenance.request.pieces import asking
from guard.provenance.request.task import Task
from guard.provenance.result.bearing import words_of
from guard.provenance.result.known import Known, Place
from guard.provenance.result.records import Record, is_id, plainly
from guard.provenance.schema.kin import HANDS, own_kin, shows_people
from guard.provenance.source.pointers import points
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.frames import Entity
from guard.provenance.thing.listed import is_sought, listing_of, rivals
from guard.provenance.thing.meant import is_grave
from guard.provenance.vocabulary.lexicon import Capability, noun_classes

_ACCOUNT = re.compile(
    r"['\u2019]s?\s+(?:(?:e-?mail|bank|new|usual|own)\s+)*"
    r"(?:account|address|iban|card|e-?mail|inbox|mail|phone|mobile|number|wallet)\b",
    re.IGNORECASE,
)
"""What stands behind somebody where it goes to what is theirs: "to Leo's account"."""
_LISTS = 2
_BACK = re.compile(r"\b(?:him|her|them)\b", re.IGNORECASE)


def partly(
    task: Task, known: Known, spec: ToolSpec, able: Capability, value: Value
) -> Worth | None:
    """Return what somebody of a call is worth whom the person names in part.

    Args:
        task: what the person said.
        known: what the session has seen.
        spec: the tool.
        able: what it does.
        value: the receiver, or the id of somebody.
    """
    if known.full or ("pay" in able.verbs and len(task.sums) > 1):
        return None  # whose amount is whose is said by their names
    grave = is_grave(spec, able)
    gets = grave or value.level == "dest" or not own_kin(value.path).isdisjoint(HANDS)
    said = _said(task, able) if value.role == "recipient" else ()
    first = _called(task, known, able, gets=gets)
    loose = not grave and "irreversible" not in spec.effect
    for place in known.seen(value.kinds) if said or first else ():
        if not place.record or place.seen.path.endswith(".*"):
            continue  # who stands in its list does not bear its name
        record = known.record(place.record)
        if points(task, known, value, place, record):
            continue  # the boss of whom they name is somebody else
        own = words_of(tuple(sorted(record.called)))
        if (
            any(_is_first(task, known, place, record, one) for one in first)
            or any(_is_only(task, known, place, one) for one in said if one <= own)
            if place.seen.trusted
            else loose
            and _is_somebody(value, place)
            and any(_begins(task, known, place, record, one) for one in first)
        ):
            return Worth(LINKED, "linked_record", place)
    return None


def _is_only(task: Task, known: Known, place: Place, words: frozenset[str]) -> bool:
    """Return whether nobody else of a list bears these words, and all who do are in it."""
    listing = listing_of(known, place)
    if listing is None or not is_sought(task, known, listing, words):
        return False
    every = rivals(known, place)
    return len({one.identity or one.called for one in every if words <= _own(one)}) == 1


def _is_first(task: Task, known: Known, place: Place, record: Record, word: str) -> bool:
    """Return whether a word is the first name of somebody, and of nobody else."""
    names = [one for one in record.people if one.partition(" ")[0] == word]
    return (
        bool(names)
        and known.bearers(word) == 1
        and not any(known.mistaken(record, one) for one in names)
        and _is_only(task, known, place, words_of((word,)))
    )


def _called(task: Task, known: Known, able: Capability, *, gets: bool) -> tuple[str, ...]:
    """Return the names by which a request for what a tool does may mean somebody.

    Not those that are said behind all such requests. Where they get something, whoever is only
    told of is none of them: Ben of "text Ana what Ben wrote".
    """
    ends = [one.end for one in asking(task.pieces, able)]
    every = [one for one in task.entities if one.kind == "name" and one.frame not in SILENT]
    own = [one for one in every if " " in one.literal or _key(one) in task.naming.first]
    own = [one for one in own if not ends or one.start < max(ends)]
    if gets:
        some = [one for one in every if any(map(known.bearers, plainly(one.literal).split()))]
        goes = [one for one in some or every if one.frame == "dest" and one.literal[0].isupper()]
        people = {_key(one) for one in some or own if one.frame != "mention"}
        back = not goes and _BACK
        own = [
            one
            for one in own
            if one in goes
            or _ACCOUNT.match(task.text, one.end)
            or (back and people <= {_key(one)} and back.search(task.wanted, one.end))
        ]
    return tuple({_key(one): None for one in own})


def _key(one: Entity) -> str:
    return one.canonical.casefold()


def _begins(task: Task, known: Known, place: Place, record: Record, word: str) -> bool:
    """Return whether a record's own name, which a stranger may have written, begins so."""
    own = map(plainly, record.own)
    named = any(one == plainly(word) or one.partition(" ")[0] == word for one in own)
    return named and _is_only(task, known, place, words_of((word,)))


def _is_somebody(value: Value, place: Place) -> bool:
    """Return whether an argument takes the id of somebody, and a tool shows such ids."""
    own, tool = own_kin(value.path), place.action.rpartition("/")[2]
    if own.isdisjoint(HANDS) and not any("person" in noun_classes(one) for one in own):
        return False
    kept = is_id(place.seen.path) and place.seen.path.count("*") < _LISTS
    return kept and shows_people(tool) is not False


@lru_cache(maxsize=1024)
def _said(task: Task, able: Capability) -> tuple[frozenset[str], ...]:
    """Return the words of each name to which the requests for what a tool does say it goes."""
    return tuple(
        words_of((one.literal,))
        for piece in asking(task.pieces, able)
        for one in piece.held
        if one.kind == "name" and one.frame == "dest"
    )


def _own(record: Record) -> frozenset[str]:
    """Return the words of a record's own names, trusted or not."""
    return words_of(tuple(sorted({*record.called, *record.own})))
