"""Whether a field of a record tells which one it is, or points to another thing: `twin_id`.

Who names an exhibit means its own key: `id`, `exhibit_id`, or the field that is called as the
argument. Its parent, pair, predecessor or contact is another thing of the same sort, and is meant
where the person says so. It decides nothing.
"""

import re
from functools import lru_cache
from itertools import groupby

from guard.provenance.quantity.counts import things_at
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known, Place
from guard.provenance.result.records import KEYS, Record
from guard.provenance.schema.kin import HOLDERS, kin_of, own_kin
from guard.provenance.source.value import Value
from guard.provenance.typed.canonical import classify
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import is_stop, stem
from guard.provenance.vocabulary.words import FORMAL

_WEIGHED = frozenset({"target", "dest", "attach"})
_ADDRESSES = frozenset({"email", "iban", "phone", "url"})
_ABOVE = stem("parent")
"""The word by which arguments and fields speak of what a thing lies in."""
_DIGITS = re.compile(r"\d+")
_LONG = 8
"""Characters: keys of that length are alike where they are as long as each other."""
_MIXED = 3
"""So many runs of letters and of digits make a code of which no part is a series."""


def points(task: Task, known: Known, value: Value, place: Place, record: Record) -> bool:
    """Return whether a value stands in a record as the key of another thing that it points to.

    Args:
        task: what the person said.
        known: what the session has seen.
        value: an argument of a call.
        place: where a result showed it.
        record: the record there.
    """
    path = place.seen.path
    if value.level not in _WEIGHED or not place.seen.whole or not record.keys:
        return False
    above = _ABOVE in things_at(value.path) and _ABOVE in things_at(path)
    if above and _ABOVE not in task.words.stems:
        return True  # what is put under a thing is not put beside it
    own, more = _relation(path, value.path, value.kin, place.action)
    if not more or more <= task.words.stems:
        return False
    shown = place.seen.canonical
    unlike: list[str] = []
    for key, alike in _rivals(path, tuple(record.keys), own, value.path):
        held = record.keys[key]
        if held != shown:
            if alike or _are_alike(held, shown):
                return True
            unlike.append(key)
    paths = {one.seen.path for one in known.seen(value.kinds)} if unlike else frozenset[str]()
    return not paths.isdisjoint(unlike)


@lru_cache(maxsize=4096)
def _rivals(
    path: str, keys: tuple[str, ...], own: frozenset[str], argument: str
) -> tuple[tuple[str, bool], ...]:
    """Return the fields that are a record's own keys, and whether they say so by the same word."""
    others = (key for key in keys if key != path and not relation(key, own, argument))
    return tuple((key, _mark(key) == _mark(path) != "") for key in others)


@lru_cache(maxsize=4096)
def _relation(
    path: str, argument: str, kin: frozenset[str], action: str
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the stems of what a call acts on and a tool shows, and those of `relation` to it."""
    own = (own_kin(argument) - HOLDERS or kin) | kin_of(action.rpartition("/")[2])
    return own, relation(path, own, argument)


@lru_cache(maxsize=4096)  # the same fields come back in every result
def relation(path: str, own: frozenset[str], argument: str) -> frozenset[str]:
    """Return the stems by which a field says that it is of something else than its record.

    Args:
        path: of the field.
        own: the stems of what the record is, and what is asked for.
        argument: the path of the argument; a field of the very same name is meant.
    """
    parts = [one for one in path.rsplit(".*", maxsplit=1)[-1].split(".") if one]
    parts = parts or path.rstrip(".*").split(".")[-1:]
    if words_in(parts[-1]) == words_in(argument.rpartition(".")[2]):
        return frozenset()
    stems = {stem(word) for one in parts for word in words_in(one) if not _is_plain(word)}
    return frozenset(one for one in stems if one not in own and one not in HOLDERS)


def _is_plain(word: str) -> bool:
    return word in KEYS or word in FORMAL or is_stop(word) or len(word) == 1


@lru_cache(maxsize=4096)
def _mark(path: str) -> str:
    """Return by which word a field says that it holds a key; empty: by none."""
    words = words_in(path.removesuffix(".*").rpartition(".")[2])
    last = words[-1].removesuffix("s") if words else ""
    return last if last in KEYS else ""


@lru_cache(maxsize=4096)  # a call is weighed more than once, and so are the keys beside its own
def _are_alike(one: str, other: str) -> bool:
    """Return whether two values look like keys of one sort: E-9 and E-12, or two addresses."""
    kinds = {kind for kind, _ in classify(one)} & _ADDRESSES
    if kinds:
        return not kinds.isdisjoint([kind for kind, _ in classify(other)])
    if not any(map(str.isdigit, one)) or not any(map(str.isdigit, other)):
        return False
    return form(one) == form(other) or len(one) == len(other) >= _LONG


def form(text: str) -> str:
    """Return what an id looks like: A-9 for AB-3401."""
    kinds = ("9" if one.isdigit() else "A" if one.isalpha() else one for one in text.strip("# "))
    return "".join(one for one, _ in groupby(kinds))


def series(text: str) -> str:
    """Return of which series an id is: `kf-9` of KF-2002; empty: it is no id with letters.

    A code that mixes both, as K7Q2LD, is of those which are as long as it.
    """
    one = text.strip("# ").casefold()
    own = any(map(str.isdigit, one)) and any(map(str.isalpha, one)) and " " not in one
    if own and one.isalnum() and len(form(one)) >= _MIXED:
        return str(len(one))
    return _DIGITS.sub("9", one) if own else ""
