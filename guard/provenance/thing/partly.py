"""Whether a person names somebody by a part of their name: "text Olga", for Olga Brandt.

Only in a list that came back whole or was looked for by nothing but that part, and only where
nobody else in it bears it; by a first name also nobody else whom the session knows. A list that
strangers may write into is good for nobody by a part of a name. It decides nothing.
"""

import re
from collections.abc import Sequence
from itertools import pairwise, takewhile

from guard.model.call import ToolSpec
from guard.model.origin import LINKED
from guard.provenance.request.naming import SILENT
from guard.provenance.request.pieces import Piece, asking
from guard.provenance.request.task import Task
from guard.provenance.result.bearing import words_of
from guard.provenance.result.known import Known, Place
from guard.provenance.result.records import Record, plainly
from guard.provenance.schema.kin import HANDS, own_kin
from guard.provenance.source.pointers import points
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.frames import Entity
from guard.provenance.speech.sentences import WORD, sentences
from guard.provenance.thing.listed import is_sought, listing_of, rivals
from guard.provenance.thing.meant import is_grave
from guard.provenance.thing.sides import Side, side_of
from guard.provenance.vocabulary.grammar import ASKING
from guard.provenance.vocabulary.lexicon import Capability, is_stop, noun_classes, stem

_ACCOUNT = re.compile(
    r"['\u2019]s?\s+(?:(?:e-?mail|bank|new|usual|own)\s+)*"
    r"(?:account|address|iban|card|e-?mail|inbox|mail|phone|mobile|number|wallet)\b",
    re.IGNORECASE,
)
"""What stands behind somebody where it goes to what is theirs: "to Leo's account"."""
_POSSESSIVE = re.compile(r"['\u2019]s?\b")
_BACK = re.compile(r"\b(?:him|her|them)\b", re.IGNORECASE)
_OR = re.compile(r"(?:\s*,[^,.;!?\n]{1,30})*,?\s+or\b", re.IGNORECASE)
_JOINT = re.compile(r"\s*,\s*(?:and\s+)?|\s+(?:and|&)\s+", re.IGNORECASE)
_LAST = re.compile(r"and|&", re.IGNORECASE)
_CORRECTS = re.compile(
    r"\b(?:no|sorry|wait|actually|rather|meant|mean|instead|correction|oops)\b", re.IGNORECASE
)
_TO_ME = re.compile(r"\bto\s+(?:me|myself)\b", re.IGNORECASE)
_BEHIND = frozenset({"to", "for", "with"})
_SPEAKS = frozenset({"send", "notify"})
_OPEN = frozenset(
    {
        *("who", "whoever", "whom", "whose", "anyone", "anybody", "someone", "somebody", "next"),
        *("everyone", "everybody", "but", "except", "besides", "like", "unlike", "than", "same"),
        *("because", "since", "unless", "before", "after", "if", "whether", "while", "until"),
    }
)
"""Words behind which somebody is named to say who, or when, and not as whom it is about."""


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
    first = _called(task, known, able, side_of(value.path), gets=gets)
    said = _said(task, known, able) if value.role == "recipient" else []
    for place in known.seen(value.kinds) if said or first else ():
        if not (place.record and place.seen.trusted) or place.seen.path.endswith(".*"):
            continue  # who stands in its list does not bear its name
        record = known.record(place.record)
        if points(task, known, value, place, record):
            continue  # the boss of whom they name is somebody else
        own = words_of(tuple(sorted(record.called)))
        if any(_is_first(task, known, place, record, one) for one in first) or any(
            _is_only(task, known, place, one) for one in said if one <= own
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


def _called(
    task: Task, known: Known, able: Capability, side: Side, *, gets: bool
) -> tuple[str, ...]:
    """Return the first names by which the requests for what a tool does mean somebody.

    Only who stands right behind a verb or "to", alone or in one list; with two who stand apart so,
    which of them is whose is open. Or who was told of last: "Mia paid for me, pay it back to her".
    """
    people = [
        one
        for one in task.entities
        if one.kind == "name" and any(map(known.bearers, plainly(one.literal).split()))
    ]
    found: list[Entity] = []
    for piece in asking(task.pieces, able):
        near = [one for one in people if piece.start <= one.start < piece.end]
        objects = [one for one in near if _is_object(task, piece, one, side, gets=gets)]
        if objects:
            found += _listed(task, near[near.index(objects[0]) :], objects)
        elif able.verbs.isdisjoint(_SPEAKS):  # whom one tells what, the words do not say
            found += _told_of(task, piece, [one for one in people if one.start < piece.start])
    corrected = len(people) > 1 and _CORRECTS.search(task.text)
    mine = gets and _TO_ME.search(task.wanted)
    return () if corrected or mine else tuple({_key(one): None for one in found})


def _is_object(task: Task, piece: Piece, one: Entity, side: Side, *, gets: bool) -> bool:
    """Return whether a request names somebody as whom its verb is about."""
    words = [*WORD.finditer(task.text, piece.start, one.start)]
    before, behind = [word[0].casefold() for word in words], task.text[one.end :]
    own = _POSSESSIVE.match(behind)
    if (
        one.frame in SILENT
        or not (before and _OPEN.isdisjoint(before))
        or task.text[words[-1].end() : one.start].strip()  # "Ben's user, Ana's boss"
        or _OR.match(behind)
        or (gets and own and not _ACCOUNT.match(behind))
    ):
        return False
    verb = next((word for word in before if word not in ASKING), "")
    if before[-1] == verb and before.count(verb) == 1:
        return True
    behind_it = {"from"} if side == "from" else _BEHIND
    near = before[-1] in behind_it or "person" in noun_classes(stem(before[-1]))
    return near and (own is not None or _ends(behind))


def _ends(behind: str) -> bool:
    """Return whether a name is not the beginning of another one: "to Ana, please"."""
    word = WORD.match(behind.lstrip())
    return word is None or is_stop(word[0])


def _listed(task: Task, near: Sequence[Entity], objects: Sequence[Entity]) -> list[Entity]:
    """Return the people of the list that begins with the first object; none, if one is apart."""
    between = (task.text[one.end : two.start] for one, two in pairwise(near))
    joints = [*takewhile(_JOINT.fullmatch, between)]
    listed = [*near[: len(joints) + 1]]
    if joints and not (_LAST.search(joints[-1]) and _ends(task.text[listed[-1].end :])):
        listed = listed[:1]  # "to Ana, Ben is ill"
    return listed if all(one in listed for one in objects) else []


def _told_of(task: Task, piece: Piece, before: Sequence[Entity]) -> list[Entity]:
    """Return who is "her" of a request: whom alone the sentences before it begin with."""
    if not _BACK.search(task.text[piece.start : piece.end]):
        return []
    begins = {end - len(task.text[start:end].lstrip()) for start, end in sentences(task.text)}
    same = len({_key(one) for one in before}) == 1
    return [one for one in before if same and one.start in begins]


def _key(one: Entity) -> str:
    return one.canonical.casefold()


def _said(task: Task, known: Known, able: Capability) -> list[frozenset[str]]:
    """Return the words of each name of a thing, and of nobody, to which a request says it goes."""
    return [
        words_of((one.literal,))
        for piece in asking(task.pieces, able)
        for one in piece.held
        if one.kind == "name" and one.frame == "dest"
        if not any(map(known.bearers, plainly(one.literal).split()))
    ]


def _own(record: Record) -> frozenset[str]:
    """Return the words of a record's own names, trusted or not."""
    return words_of(tuple(sorted({*record.called, *record.own})))
