"""Whether a call sets on a thing what the person sets on it: "move AB-88 to done", for an update.

Then the words of the tool's own need not be said: all that the call holds is theirs, for this one
request. So it is with what the person names by itself: the id of a song needs no word for a song.
"""

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from guard.model.origin import LINKED, PROMPT
from guard.provenance.argument.lasting import ends
from guard.provenance.quantity.counts import quantities
from guard.provenance.request.naming import keys_of
from guard.provenance.request.pieces import Piece
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known, Place
from guard.provenance.schema.kin import kin_of
from guard.provenance.schema.roles import LEVEL_OF
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.frames import Entity
from guard.provenance.speech.sentences import sentences
from guard.provenance.typed.derived import unit_of
from guard.provenance.vocabulary.contrary import opposed
from guard.provenance.vocabulary.lexicon import (
    Capability,
    is_other,
    noun_classes,
    stem,
    verb_classes,
)
from guard.provenance.vocabulary.synonyms import measures

_SETS = frozenset(
    map(stem, ("move", "set", "put", "switch", "mark", "turn", "change", "update", "push", "shift"))
) | frozenset(
    map(
        stem,
        (
            "raise",
            "lower",
            "bump",
            "reduce",
            "increase",
            "decrease",
            "assign",
            "dim",
            "adjust",
            "extend",
            "shorten",
            "prolong",
            "make",
            "heat",
            "cool",
            "warm",
            "drop",
            "cut",
        ),
    )
)
"""Verbs by which people say what something is to be: a state, a level, a person."""
_MAKES = frozenset({stem("make")})
_MAKES_ONE = re.compile(r"\b[Mm]ake\s+(?:me\s+|us\s+)?(?:an?|another|some|new)\s+[a-z]")
"""How something is made that was not there: "make a door code" sets no door."""
_ADDS = frozenset(map(stem, ("add", "put", "insert", "include", "invite")))
_EITHER = stem("upsert")
_UNITS = {
    **dict.fromkeys(map(stem, ("degrees", "celsius", "fahrenheit", "grad")), stem("temperature")),
    **dict.fromkeys(map(stem, ("euro", "euros", "dollars", "eur", "usd")), stem("price")),
}
"""Units of which each measures one thing only."""
_LATER = frozenset({"flag", "enum", "permission"})
"""Roles that are judged by themselves."""

_SHOULD = re.compile(
    r"\W?\s+(?:(?:should|must|can|may|has|needs|is|ought)\s+(?:to\s+)?|to\s+|be\s+|please\s+|now\s+)+",
    re.IGNORECASE,
)
"""What stands between a thing and what is to be done to it."""
_KEYS = frozenset({"id", "key", "code", "number", "ref", "slug", "uid", "uuid"})
"""Fields for what a record itself goes by."""
_COUNTS = frozenset(map(stem, ("quantity", "qty", "count", "number", "units")))
"""Names of numbers that are of whatever there are so many."""
_LASTS = frozenset(
    map(stem, ("second", "minute", "hour", "day", "night", "week", "month", "year", "times"))
)
"""What is no thing of which there are so many."""
_PERCENT = frozenset(map(stem, ("percent", "percentage", "rollout", "level")))
_ENDINGS = {
    **dict.fromkeys(
        ("jpg", "jpeg", "png", "gif", "heic", "webp"),
        frozenset(map(stem, ("photo", "picture", "image"))),
    ),
    **dict.fromkeys(
        ("mp3", "wav", "flac", "ogg"), frozenset(map(stem, ("song", "track", "audio")))
    ),
    **dict.fromkeys(
        ("mp4", "mov", "mkv", "webm"), frozenset(map(stem, ("video", "movie", "clip")))
    ),
}
"""What a file is by how its name ends."""

Values = Sequence[tuple[Value, Worth]]


def sets(task: Task, known: Known, able: Capability, values: Values) -> int:
    """Return how many requests set something, if a call does what one says of its thing; or 0.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does.
        values: the arguments of the call, with their worth.
    """
    if "change" not in able.verbs or able.wide or opposed(task.words, able, ()):
        return 0
    held = [(value, one) for value, one in values if value.role not in _LATER and value.text]
    held = [(value, one) for value, one in held if one.why != "exempt"]
    texts = [value.text for value, one in held if value.role == "body" and one.why != "in_prompt"]
    held = [(value, one) for value, one in held if value.text not in texts]
    things = {one.place.record for _, one in held if one.place is not None and one.place.record}
    held = [pair for pair in held if not _keeps_day(task, known, pair[0], things)]
    if not held or any(one.source < LINKED for _, one in held):
        return 0
    if not any(LEVEL_OF.get(value.role) in {"target", "dest"} for value, _ in held):
        return 0
    own = [one for one in task.pieces if not texts or _dictates(one, texts)]
    if not any(_asks(task, one, able, held) for one in own):
        return 0
    return sum(not _SETS.isdisjoint(one.stems & task.words.acts) for one in own) or 1


def _keeps_day(task: Task, known: Known, value: Value, things: AbstractSet[int]) -> bool:
    """Return whether a moment is at a time that was named, or ends, on the day of its own thing."""
    day, time = value.moment
    if value.role != "when" or not day or not things:
        return False
    same = any(one.record in things and one.seen.whole for one in known.places("date", day))
    return same and (task.timed(time) or ends(value.path))


def _dictates(piece: Piece, texts: Sequence[str]) -> bool:
    """Return whether a request has words in quotes that one of these texts holds."""
    quotes = [one.literal.casefold() for one in piece.held if one.kind == "quoted"]
    return any(one in text.casefold() for one in quotes for text in texts)


def _asks(task: Task, piece: Piece, able: Capability, held: Values) -> bool:
    """Return whether one request sets on its thing all that a call holds."""
    values = (stem(word) for value, _ in held for word in value.text.replace("_", " ").split())
    acts, nouns = piece.stems & task.words.acts, _nouns(piece.stems.difference(values))
    nouns |= {"file"} if any(one.kind == "filename" for one in piece.held) else frozenset()
    adds = not acts.isdisjoint(_ADDS) and not (able.nouns and able.nouns.isdisjoint(nouns))
    adds = adds and _EITHER not in able.stems  # what is there already is not to be another one
    makes = acts & _SETS == _MAKES and _MAKES_ONE.search(task.wanted, piece.start, piece.end)
    if (acts.isdisjoint(_SETS) or makes) and not adds:
        return False
    strange = acts & _SETS == _MAKES and not piece.asks
    if strange and all(value.level == "target" for value, _ in held):
        return False  # what it is made, is a choice that is judged by itself
    if any(
        (verb_classes(one) - {"read"} or is_other(one)) and one not in _SETS | _ADDS for one in acts
    ):
        return False  # it says more than that
    nouns -= _nouns(one for value, _ in held for one in _counted(value, piece))
    named = able.nouns | _nouns([one for value, _ in held for one in kin_of(_last(value))])
    if nouns and named.isdisjoint(nouns) and (able.nouns or not able.own <= measures(piece.stems)):
        return False  # it is about a thing of another sort
    said = piece.stems | {_UNITS.get(one, one) for one in piece.stems}
    said |= _PERCENT if any(one.kind == "percent" for one in piece.held) else frozenset()
    said |= task.words.stems if piece.refers else frozenset()
    said = measures(said)
    return all(_is_said(value, one, said, piece, able) for value, one in held)


def _is_said(
    value: Value, one: Worth, said: frozenset[str], piece: Piece, able: Capability
) -> bool:
    """Return whether a request says a value, and of a number what it is of."""
    if one.source is not PROMPT:
        return True  # through the record that it names
    if value.money is None:
        words = frozenset(stem(word) for word in value.text.replace("_", " ").split())
        return words <= said or piece.refers or not piece.keys.isdisjoint(value.kinds)
    if value.money.number not in piece.numbers and stem(value.text) not in said:
        return False
    if LEVEL_OF.get(value.role) != "amount":
        return True
    named = (
        kin_of(_last(value))
        | able.own
        | frozenset(word for word in able.stems if noun_classes(word))
    )
    return not named.isdisjoint(said) or bool(_counted(value, piece))


def _counted(value: Value, piece: Piece) -> frozenset[str]:
    """Return the stems of the things of which a request says as many as a number of them is."""
    if value.money is None or not kin_of(_last(value)) <= _COUNTS:
        return frozenset()
    of = (word for number, word in quantities(piece.held) if number == value.money.number)
    return frozenset(one for word in of if (one := stem(word)) not in _LASTS and not unit_of(word))


def _last(value: Value) -> str:
    return value.path.rpartition(".")[2]


def _nouns(stems: Iterable[str]) -> frozenset[str]:
    return frozenset(name for one in stems for name in noun_classes(one))


def by_its_name(task: Task, known: Known, able: Capability, values: Values) -> Capability:
    """Return what a tool does, without words for a thing of which the person names one by itself.

    Only where what they named was shown as one of that kind: a song by a search for songs. By its
    id in the request for the act itself: "delete ex-1", whatever else is said of ex-2.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does.
        values: the arguments of the call, with their worth.
    """
    if not (able.own and able.verbs):
        return able
    shown = {
        word
        for value, one in values
        if one.why in {"linked_record", "selected"} and one.place is not None
        for word in _shown_as(value, one.place)
    }
    for value, one in values:
        if one.why != "in_prompt" or not value.kinds:
            continue
        if value.kinds[0][0] == "filename":
            shown |= _ENDINGS.get(value.text.rpartition(".")[2].casefold(), frozenset())
        elif LEVEL_OF.get(value.role) == "target" and _is_object(task, able, value):
            shown.update(*(_shown_as(value, place) for place in _own_places(known, value)))
    return able._replace(own=able.own - shown) if able.own <= shown else able


def _shown_as(value: Value, place: Place) -> frozenset[str]:
    """Return the words that an argument shares with the tool which showed what it holds."""
    return kin_of(_last(value)) & kin_of(place.action.rpartition("/")[2])


def _own_places(known: Known, value: Value) -> Iterable[Place]:
    """Yield where a value was shown as what a record itself goes by, and not what it refers to."""
    for place in known.seen(value.kinds):
        name = place.seen.path.rpartition(".")[2]
        if place.seen.whole and (name in _KEYS or name == _last(value)):
            yield place


def _is_object(task: Task, able: Capability, value: Value) -> bool:
    """Return whether an id is literally the object of a request for what a tool does."""
    if not (any(map(str.isdigit, value.text)) and any(map(str.isalpha, value.text))):
        return False  # a bare number is the number of anything
    bare, before = able._replace(own=frozenset()), False
    for piece in task.pieces:
        named = not piece.keys.isdisjoint(value.kinds)
        if piece.fits(bare) and (named or (before and piece.refers and not piece.held)):
            return True
        if piece.fits(bare) and not piece.held and _is_subject(task, piece, value):
            return True
        before = named
    return False


def _is_subject(task: Task, piece: Piece, value: Value) -> bool:
    """Return whether an id is all that a sentence names before its request, and is meant there.

    "If AB-3 is open, cancel it", "AB-3 should be cancelled".
    """
    begun = next((at for at, end in sentences(task.wanted) if at <= piece.start < end), piece.start)
    ids = [one for one in task.entities if begun <= one.start < piece.start and _has_digit(one)]
    if len(ids) != 1 or {*keys_of(ids[0])}.isdisjoint(value.kinds):
        return False
    return piece.refers or _SHOULD.fullmatch(task.wanted, ids[0].end, piece.start) is not None


def _has_digit(one: Entity) -> bool:
    return any(map(str.isdigit, one.canonical))
