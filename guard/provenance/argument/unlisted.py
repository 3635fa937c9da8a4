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
from guard.provenance.request.naming import keys_of
from guard.provenance.request.pieces import asking
from guard.provenance.request.task import Task
from guard.provenance.schema.slot import Slot
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.sentences import WORD, sentences
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import Capability, stem
from guard.provenance.vocabulary.words import set_of

_PLAIN = re.compile(r"[^\W\d][\w -]{0,39}")
_POWER = frozenset(
    map(
        stem,
        set_of(
            "owner ownership admin role permission access visibility public private share sharing "
            "publish delete remove archive trash webhook url uri link href callback redirect "
            "forward host domain endpoint script code command formula html template token key "
            "secret password credential recipient payee account iban email phone address cc bcc to"
        ),
    )
)
"""Words of names that may show a thing, hand it over, end it, or lead somewhere."""
_HELD = frozenset({"name", "id", "key", "value", "label", "text", "date", "content"})
"""Names inside another one that only say in which form it is given: `priority.name`."""
_FILLING = frozenset({"id", "ids", "field", "custom", "the", "of", "is", "new"})
_DOER = re.compile(r"(?:ees?|ers?|ors?)$")
"""Endings by which names are called after what is done: assignee."""
_OF = re.compile(r"\s+(?:of|from|in)\s+([\w.#/-]*\w)")
_WHOSE = re.compile(r"([\w.#/-]*\w)['\u2019]s\s+(?:\w+\s+)?$")
"""Of what something else a name is said."""
_JOINT = re.compile(r"[,;]|\b(?:and|und|et)\b", re.IGNORECASE)
_JOINED = 3
_NEAR = 40
"""How far (characters) a name may stand from what is put there."""

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
    return bool(inside) and not _is_hollow(_root(leaves)) and _are_told(task, able, values, inside)


def _root(leaves: Sequence[Leaf]) -> Mapping[str, Json]:
    return leaves[0][2][-1]


def _are_told(
    task: Task, able: Capability, values: Sequence[tuple[Value, Worth]], inside: Sequence[Inside]
) -> bool:
    """Return whether requests say each of these names and values, and which is which."""
    texts = tuple(task.wanted[start:end] for start, end in _requests(task, able, values))
    if not all(_is_told(texts, *one) for one in inside):
        return False
    set_to = {(value.path, value.text) for value, *_ in inside}
    unsaid = [one for one in inside if not _said_at(texts, one[0].text)]
    if len({path for path, _ in set_to}) < len(set_to) or (  # which of several things gets which
        len({one[0].role for one in unsaid}) < len({one[3] for one in unsaid})
    ):
        return False
    things = tuple(value.text.casefold() for value, _ in values if value.level == "target")
    return all(
        _is_set(texts, one[3], things) if one in unsaid else _is_beside(texts, one, inside)
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


def _is_hollow(value: Json | Mapping[str, Json]) -> bool:
    """Return whether an object or a list somewhere in a value holds nothing."""
    inner = value.values() if isinstance(value, Mapping) else value
    return any(
        isinstance(one, (dict, list)) and (not one or _is_hollow(one))
        for one in inner  # type: ignore[union-attr]
    )


def _is_told(
    texts: tuple[str, ...], value: Value, one: Worth, raw: Json, keys: tuple[str, ...]
) -> bool:
    """Return whether a value is the person's, or linked, and each name around it is theirs."""
    if raw is None or raw is False or (raw is not True and one.source < LINKED):
        return False
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


def _said_at(texts: tuple[str, ...], literal: str) -> list[Spot]:
    """Return where requests say a value letter for letter."""
    whole = re.compile(rf"(?<!\w){re.escape(literal.strip())}(?!\w)", re.IGNORECASE)
    return [
        (number, *one.span()) for number, text in enumerate(texts) for one in whole.finditer(text)
    ]


def _is_set(texts: tuple[str, ...], keys: tuple[str, ...], things: tuple[str, ...]) -> bool:
    """Return whether a name is said of what the call is done to: not "the summary of WEB-298"."""
    for number, start, end in _places(texts, _own(keys)[-1]):
        of, whose = _OF.match(texts[number], end), _WHOSE.search(texts[number], 0, start)
        if any(found and found[1].casefold() not in things for found in (of, whose)):
            continue
        return True
    return False


def _is_beside(texts: tuple[str, ...], own: Inside, inside: Iterable[Inside]) -> bool:
    """Return whether what a text says letter for letter stands by its name, and by no other one."""
    value, _, _, keys = own
    places = _said_at(texts, value.text)
    near = _distance(texts, places, _own(keys)[-1])
    others = (one[3] for one in inside if one[3] != keys)
    return near <= 2 * _NEAR and all(
        near <= _distance(texts, places, _own(one)[-1]) for one in others
    )


def _distance(texts: tuple[str, ...], places: Iterable[Spot], key: str) -> int:
    """Return how far (characters) a name stands from these places; behind a joint it is far."""
    gaps = (
        max(start - last, first - end, 0)
        + _NEAR * bool(_JOINT.search(texts[number], min(end, last), max(start, first)))
        for number, start, end in places
        for other, first, last in _places(texts, key)
        if number == other
    )
    return min(gaps, default=2 * _NEAR + 1)
