"""What a call puts into an object whose names no schema lists: `fields`, `properties`, `metadata`.

Every name in it has to be one that a request for the tool uses, and what stands there the person's
own, or of a record that they named. What shows a thing to others, hands it over, ends it or leads
somewhere is never told by its name alone. It decides nothing.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from guard.model.call import Json, Leaf
from guard.model.origin import LINKED
from guard.model.secret_name import known_by_heart
from guard.provenance.argument.put import HEDGED, is_put
from guard.provenance.request.naming import keys_of
from guard.provenance.request.pieces import asking
from guard.provenance.request.task import Task
from guard.provenance.schema.slot import Slot
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.sentences import WORD, sentences
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import Capability, stem, stems_of
from guard.provenance.vocabulary.words import set_of

_PLAIN = re.compile(r"[^\W\d][\w -]{0,39}")
_POWER = frozenset(
    map(
        stem,
        set_of(
            "owner ownership admin role permission access visibility public private share sharing "
            "publish delete remove archive trash webhook url uri link href callback redirect "
            "forward host domain endpoint script code command formula html template token key "
            "secret password credential recipient payee account iban email phone address cc bcc to "
            "beneficiary grant privilege scope member editor viewer collaborator"
        ),
    )
)
"""Words of names that may show a thing, hand it over, end it, or lead somewhere."""
_HELD = frozenset({"name", "id", "key", "value", "label", "text", "date", "content"})
"""Names inside another one that only say in which form it is given: `priority.name`."""
_FILLING = frozenset({"id", "ids", "field", "custom", "the", "of", "is", "new"})
_DOER = re.compile(r"(?:ees?|ers?|ors?)$")
"""Endings by which names are called after what is done: assignee."""
_FIELD = re.compile(
    r"\b(?:to|as|be|by)\s+(?:the\s+)?(?!that\b|one\b)([^\W\d_]+)\s+(?:of|from|in)\s+([\w.#/-]*\d)",
    re.IGNORECASE,
)
"""Which field of which numbered thing is spoken of."""
_OF = re.compile(r"\s+(?:of|from|in)\s+([\w.#/-]*\w)")
_WHOSE = re.compile(r"([\w.#/-]*\w)['\u2019]s\s+(?:\w+\s+)?$")
"""Of what something else a name is said."""
_JOINED = 3
Spot = tuple[int, int, int]
"""Which of several texts, and from where to where."""
Inside = tuple[Value, Worth, Json, tuple[str, ...]]


def told_inside(
    task: Task,
    able: Capability,
    values: Sequence[tuple[Value, Worth]],
    slots: Mapping[str, Slot],
    leaves: Sequence[Leaf],
    *,
    changes: bool,
) -> bool:
    """Return whether every name and value that no schema lists is the person's.

    Args:
        task: what the person said.
        able: what the tool does.
        values: the arguments of the call, with their worth.
        slots: what is known of each.
        leaves: the same as the call holds them.
        changes: whether it does more than look: what a look asks for is free, addresses aside.
    """
    if not changes:
        return bool(leaves) and any(isinstance(one, dict | list) for one in _root(leaves).values())
    if "." not in "".join(slots):  # nearly always: no argument is an object
        return False
    inside = [
        (value, one, raw, keys)
        for (value, one), (path, raw, _) in zip(values, leaves, strict=True)
        if (keys := slots[path].keys)
    ]
    # What holds nothing may clear what was there.
    return (
        bool(inside)
        and not _is_hollow(_root(leaves).values())
        and _are_told(task, able, values, inside)
    )


def _root(leaves: Sequence[Leaf]) -> Mapping[str, Json]:
    return leaves[0][2][-1]


def _are_told(
    task: Task, able: Capability, values: Sequence[tuple[Value, Worth]], inside: Sequence[Inside]
) -> bool:
    """Return whether requests say each of these names and values, and which is which."""
    texts = tuple(task.wanted[start:end] for start, end in _requests(task, able, values))
    if not all(_is_told(texts, *one) for one in inside):
        return False
    things = tuple(value.text.casefold() for value, _ in values if value.level == "target")
    return all(
        _is_beside(texts, places, one, inside, able.stems | stems_of(things))
        if (places := _said_at(task, texts, one[0]))
        else one[1].place is not None and _is_copied(texts, one, things)
        for one in inside
    )


def _requests(
    task: Task, able: Capability, values: Iterable[tuple[Value, Worth]]
) -> list[tuple[int, int]]:
    """Return where the sentences lie that ask for a tool, or name what the call is done to."""
    places = [(one.start, one.end) for one in asking(task.pieces, able)]
    things = {
        kind
        for value, one in values
        if value.level == "target" and one.why == "in_prompt"
        for kind in value.kinds
    }
    places += [(one.start, one.end) for one in task.entities if not things.isdisjoint(keys_of(one))]
    return [
        (start, end)
        for start, end in sentences(task.wanted)
        if any(first < end and start < last for first, last in places)
    ]


def _is_hollow(values: Iterable[Json]) -> bool:
    """Return whether an object or a list among values, or in one of them, holds nothing."""
    several = [one.values() if isinstance(one, dict) else one
               for one in values if isinstance(one, dict | list)]  # fmt: skip
    return any(not many or _is_hollow(many) for many in several)


def _is_told(
    texts: tuple[str, ...], value: Value, one: Worth, raw: Json, keys: tuple[str, ...]
) -> bool:
    """Return whether a value is the person's, or linked, and each name around it is theirs."""
    if raw is None or isinstance(raw, bool) or one.source < LINKED:
        return False  # of what is only said or not, no word tells which
    return value.role != "secret" and all(_says(texts, key) for key in _own(keys))


def _own(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names that say what is set, without those of the form in which it is given."""
    return keys[:-1] if len(keys) > 1 and keys[-1].casefold() in _HELD else keys


def _words(key: str) -> list[str]:
    words = [one.casefold() for part in key.split() for one in words_in(part)]
    return [one for one in words if one not in _FILLING] or words


@lru_cache(maxsize=1024)
def _says(texts: tuple[str, ...], key: str) -> bool:
    """Return whether requests use a name, as its words or as one: "due date" for `duedate`."""
    own = _words(key)
    if not (own and _PLAIN.fullmatch(key)) or known_by_heart(key):
        return False
    if any(stem(one) in _POWER for one in own):
        return False
    return bool(_places(texts, key))


@lru_cache(maxsize=1024)
def _places(texts: tuple[str, ...], key: str) -> tuple[Spot, ...]:
    """Return where requests use a name: which one of them, and from where to where."""
    own = _words(key)
    whole = "".join(own)
    found: list[Spot] = []
    for number, text in enumerate(texts):
        said = [*WORD.finditer(text)]
        for at in range(len(said)):
            for last in range(at, min(at + _JOINED, len(said))):
                part = [one[0].casefold() for one in said[at : last + 1]]
                if "".join(part) == whole or _are_said(own, part):
                    found.append((number, said[at].start(), said[last].end()))
    return (*found,)


def _are_said(own: Sequence[str], said: Sequence[str]) -> bool:
    """Return whether words are those of a name, or name those to whom it is done: assignee."""
    return len(own) == len(said) and all(
        stem(two) in {stem(one), stem(_DOER.sub("", one))}
        for one, two in zip(own, said, strict=True)
    )


def _said_at(task: Task, texts: tuple[str, ...], value: Value) -> list[Spot]:
    """Return where requests say a value, letter for letter or as what it is: "12 June"."""
    ways = {one.literal for one in task.entities if not set(value.kinds).isdisjoint(keys_of(one))}
    ways = {one for one in (*ways, value.text.strip()) if one}
    either = "|".join(map(re.escape, sorted(ways, key=len, reverse=True)))
    whole = re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
    return [
        (number, *one.span()) for number, text in enumerate(texts) for one in whole.finditer(text)
    ]


def _is_copied(texts: tuple[str, ...], own: Inside, things: tuple[str, ...]) -> bool:
    """Return whether a name is set to what a record holds under it, or under one that is said.

    Not "the summary of WEB-298", where that is said of another thing than the call is done to.
    """
    _, one, _, keys = own
    field = one.place.seen.path.rpartition(".")[2] if one.place else ""
    for number, start, end in _places(texts, _own(keys)[-1]):
        text = texts[number]
        of, whose = _OF.match(text, end), _WHOSE.search(text, 0, start)
        if any(found and found[1].casefold() not in things for found in (of, whose)):
            continue
        named = [found for found in _FIELD.finditer(text) if found[2].casefold() not in things]
        if all(_are_said(_words(field), [found[1].casefold()]) for found in named):
            return True
    return False


def _is_beside(
    texts: tuple[str, ...],
    places: Iterable[Spot],
    own: Inside,
    inside: Iterable[Inside],
    known: frozenset[str],
) -> bool:
    """Return whether what a text says stands by its name alone, with nothing else between them."""
    same = [one[0].text.casefold() for one in inside if one[3] == own[3]]
    return any(
        number == other and is_put(texts[number], (start, end), place, same, known)
        for number, *place in places
        for other, start, end in _places(texts, _own(own[3])[-1])
        if not HEDGED.search(texts[number])
    )
