"""The words by which people ask for things, in classes: what a prompt asks, what a tool does.

Plain data and a small stemmer; English first, some German and French. A word that is missing asks
for nothing, so an unknown language gets more questions and never fewer checks.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from guard.provenance.words import GENERIC, NOUNS, OTHER_VERBS, STOP, VERBAL, VERBS

_PLURAL = re.compile(
    r"\b(each|every|all|both|everyone|everybody|respective|respectively|alle|jede[nrs]?|tous|toutes|chaque)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_SHORT = 4
_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,4}$")
_JOINT = re.compile(r"[_./\-]")


@dataclass(frozen=True, slots=True)
class Words:
    """What a text asks for: stems, and classes of verbs and of nouns."""

    stems: frozenset[str] = frozenset()
    verbs: frozenset[str] = frozenset()
    nouns: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Capability:
    """What a tool does: classes of verbs and of nouns, and the stems of its own words."""

    verbs: frozenset[str] = frozenset()
    nouns: frozenset[str] = frozenset()
    stems: frozenset[str] = frozenset()


def stem(word: str) -> str:
    """Return a word without its commonest endings."""
    word = word.casefold().replace("\u2019", "'").removesuffix("'s")
    if len(word) > 4 and word.endswith("ies"):  # noqa: PLR2004
        return word[:-3] + "y"
    for ending in ("ing", "ed", "es", "s"):
        cut = word.removesuffix(ending)
        if cut != word and len(cut) >= 3 and not (ending == "s" and cut.endswith("s")):  # noqa: PLR2004
            if (
                ending in {"ing", "ed"}
                and len(cut) >= _SHORT
                and cut[-1] == cut[-2]
                and cut[-1] not in "ls"
            ):
                cut = cut[:-1]
            return cut.removesuffix("e")
    return word.removesuffix("e") if len(word) > 3 else word  # noqa: PLR2004


def _table(words: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name, listed in words.items():
        for one in listed:
            found.setdefault(stem(one), set()).add(name)
    return {one: frozenset(names) for one, names in found.items()}


_ADDS = frozenset({"add_member", "create"})
_VERB_OF = _table(VERBS)
_NOUN_OF = _table(NOUNS)
_DONE_BY = _table(VERBAL)


def verb_classes(one: str) -> frozenset[str]:
    """Return the classes of verbs that a stem is in."""
    return _VERB_OF.get(one, _NONE)


def verbal_classes(one: str) -> frozenset[str]:
    """Return the classes of verbs that a noun's stem stands for: payment, cancellation."""
    return _DONE_BY.get(one, _NONE)


def noun_classes(one: str) -> frozenset[str]:
    """Return the classes of nouns that a stem is in."""
    return _NOUN_OF.get(one, _NONE)


_NONE: frozenset[str] = frozenset()


@lru_cache(maxsize=256)
def words_of(text: str) -> Words:
    """Return what a text asks for."""
    stems = frozenset(stem(one[0]) for one in _WORD.finditer(text))
    verbs = _classes(stems, _VERB_OF) | _classes(stems, _DONE_BY)
    return Words(stems, verbs, _classes(stems, _NOUN_OF))


@lru_cache(maxsize=4096)
def capability(name: str, words: tuple[str, ...] = ()) -> Capability:
    """Return what a tool does by its name; words of the catalogue win over the name.

    Args:
        name: the tool's name, in snake, kebab or camel case.
        words: how people ask for it, as the catalogue says.
    """
    own = words or tuple(_CAMEL.findall(name))
    stems = [stem(part) for one in own for part in one.split()]
    verbs = _classes(stems if words else _acting(stems), _VERB_OF)
    nouns = _classes(stems, _NOUN_OF)
    if nouns and verbs >= _ADDS:  # whoever adds people makes no people
        verbs -= {"create"} if "person" in nouns else {"add_member"}
    return Capability(verbs, nouns, frozenset(stems))


def _acting(stems: list[str]) -> list[str]:
    """Return the verbs of a name: a word that is also a noun is one only where no other is."""
    verbs = [one for one in stems if one in _VERB_OF]
    plain = [one for one in verbs if one not in _NOUN_OF]
    return plain or (verbs[:1] if OTHER_VERBS.isdisjoint(stems) else [])


def granted(asked: Words, able: Capability) -> bool:
    """Return whether a text asks for what a tool does: its verb, and its noun if both have one."""
    if not able.verbs:
        return not able.stems.isdisjoint(asked.stems)
    if able.verbs.isdisjoint(asked.verbs):
        return False
    # Where the text has no noun that is known, its verb is all that can be compared.
    return not able.nouns or not asked.nouns or not able.nouns.isdisjoint(asked.nouns)


@lru_cache(maxsize=8192)
def content_words(text: str) -> frozenset[str]:
    """Return the stems of the words that carry the content of a text.

    Short words count when they are written with a capital letter or hold a digit.
    """
    found: set[str] = set()
    for one in _WORD.finditer(text):
        word = one[0]
        folded = word.casefold()
        if folded in STOP or folded in GENERIC:
            continue
        if len(word) >= _SHORT or word[:1].isupper() or any(map(str.isdigit, word)):
            found.add(stem(word))
    return frozenset(found)


def plural(text: str) -> bool:
    """Return whether a text says each, every or all: how often, only its list can tell."""
    return _PLURAL.search(text) is not None


def is_plain(word: str) -> bool:
    """Return whether a word is one of everyday's: a stop-word, a verb or noun of the lexicon."""
    one = stem(word)
    return word.casefold() in STOP or one in _VERB_OF or one in _NOUN_OF


def is_stop(word: str) -> bool:
    """Return whether a word joins others and names nothing."""
    return word.casefold() in STOP


def _classes(stems: Iterable[str], table: dict[str, frozenset[str]]) -> frozenset[str]:
    return frozenset(name for one in stems for name in table.get(one, ()))


@lru_cache(maxsize=8192)  # titles come back in every result
def titled(title: str) -> frozenset[tuple[str, str]]:
    """Return the neighbouring words of a title; those of a file name stand without spaces.

    Only what a result shows is read so. A person who writes a file name means that very file.
    """
    return pairs(title) | pairs(" ".join(_JOINT.split(_ENDING.sub("", title))))


@lru_cache(maxsize=8192)
def pairs(text: str) -> frozenset[tuple[str, str]]:
    """Return neighbouring words of which one is a word of content."""
    words = ["".join(filter(str.isalnum, word)) for word in text.casefold().split()]
    content = {word for word in words if len(word) >= 4 and content_words(word)}  # noqa: PLR2004
    return frozenset(
        (one, other)
        for one, other in pairwise(words)
        if one and other and (one in content or other in content)
    )
