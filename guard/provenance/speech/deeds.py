"""What a verb of a request asks for, by itself and by what stands beside it: plain rules."""

import re

from guard.provenance.speech.sentences import Words, cased
from guard.provenance.vocabulary.grammar import ARTICLES, NUMBERS, OBJECTS, PEOPLE
from guard.provenance.vocabulary.lexicon import (
    Capability,
    is_stop,
    noun_classes,
    stem,
    verb_classes,
)
from guard.provenance.vocabulary.words import NOUNS

_REPLIES = frozenset(map(stem, ("reply", "respond", "answer")))
_REMARKS = frozenset(map(stem, ("note", "remark", "reply", "answer")))
_NOTES = frozenset(map(stem, ("note", "remark")))
_COMMENTS = stem("comment")
_TALKED_OF = frozenset({"ticket", "post"})
_PUTS = frozenset({"create", "send"})
_CARRIED = frozenset({"file", "money", "code", "database", "stock", "password"})
_THINGS = frozenset(one for many in NOUNS.values() for one in many if one.endswith("ing"))
_DONE = frozenset(map(stem, _THINGS))
_SAYINGS = frozenset(map(stem, ("note", "text")))
"""Files that are a message as well: what somebody is told stands in it."""
_WHAT = frozenset(
    {"what", "whatever", "whether", "if", "when", "how", "who", "why", "where", "which"}
)
"""Words with which begins what somebody is told."""
_MAILED = frozenset({"mail"})
_MESSAGES = frozenset({"mail", "message"})
_ON = frozenset({"to", "on", "in", "under"})
_WITHIN = frozenset({"in", "on", "under"})
_NUMBERED = re.compile(r"#?[A-Za-z]{0,8}-?\d[\w-]*")
_PUBLISHED = frozenset({"post", "page", "file"})
_COLON = re.compile(r"[^.!?\n:]{0,60}:\s")
_MOST = 20
_ADDS, _OTHERWISE = frozenset({"add", "put"}), frozenset(map(stem, ("rename", "copy")))
_WRITES, _REACHES = stem("write"), frozenset(map(stem, ("contact", "ping")))
_TELLS = frozenset(map(stem, ("tell", "inform", "notify", "remind", "let")))


def answers(verb: str, able: Capability) -> bool:
    """Return whether a verb, by its stem, and a tool answer somebody where they said something."""
    return verb in _REPLIES and not able.stems.isdisjoint(_REPLIES)


def hands(verb: str, able: Capability) -> bool:
    """Return whether a tool hands over what a verb only speaks of: no file is told, no money."""
    return tells(verb) and any(noun_classes(one) & _CARRIED for one in able.stems - _SAYINGS)


def keeps(verb: str, able: Capability) -> bool:
    """Return whether a tool copies or renames what a verb only puts somewhere."""
    return verb in _ADDS and not able.stems.isdisjoint(_OTHERWISE)


def says(verb: str, able: Capability) -> bool:
    """Return whether a verb and a tool say something to somebody, be it of whatever thing."""
    return tells(verb) and "send" in able.verbs and able.nouns <= _MESSAGES


def tells(verb: str) -> bool:
    """Return whether a verb, by its stem, only says something to somebody."""
    return verb in _TELLS


def remarked(
    verb: str, verbs: frozenset[str], nouns: frozenset[str], words: Words
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the classes of verbs and nouns of a request, where it remarks on a thing as well.

    A reply to a ticket, or to what is known by a number, is a comment on it; so is a note on one,
    and what somebody is told in it.
    """
    if (tells(verb) or "send" in verbs) and _tells_me(words):
        return verbs & {"send", "read"}, _MAILED
    if "publish" in verbs and not nouns and cased(words, 1) == "this" and _dictates(words[1]):
        return verbs | {"post"}, _PUBLISHED
    if verb in _REACHES or (verb == _WRITES and cased(words, 1) == "to" and "person" in nouns):
        # Whoever is written to is no thing that is written.
        return verbs & {"send"}, nouns - {"person"} | _MESSAGES
    said = {stem(one[0]) for one in words}
    if verb == _COMMENTS or (tells(verb) and _there(words)):
        return verbs | {"post", "create"}, nouns | {"post"}
    numbered = verb in _REPLIES | _NOTES and any(_NUMBERED.fullmatch(one[0]) for one in words)
    numbered = numbered or _on_a_number(words)
    talks = verb in _REPLIES or not said.isdisjoint(_REMARKS)
    if verbs.isdisjoint(_PUTS) or not talks or not (numbered or not nouns.isdisjoint(_TALKED_OF)):
        return verbs, nouns
    return verbs | {"post", "create"}, nouns | {"post"}


def _tells_me(words: Words) -> bool:
    """Return whether the person is told something: "write me what stands in the ticket"."""
    at = 2 if cased(words, 1) == "to" else 1
    if cased(words, at) not in {"me", "us"}:
        return False
    return cased(words, at + 1 + (cased(words, at + 1) in {"with", "of", "about"})) in _WHAT


def _on_a_number(words: Words) -> bool:
    """Return whether words say that a note is left on what is known by a number: "note to 77"."""
    return any(
        stem(words[at][0]) in _NOTES and cased(words, at + 1) in _ON and words[at + 2][0].isdigit()
        for at in range(1, len(words) - 2)
    )


def _there(words: Words) -> bool:
    """Return whether words say that something is told in a ticket or under a post."""
    return any(
        cased(words, at) in _WITHIN
        and cased(words, at + 1) in OBJECTS
        and not nouns_of(cased(words, at + 2)).isdisjoint(_TALKED_OF)
        and not nouns_of(cased(words, at + 3))
        for at in range(1, len(words) - 2)
    )


def _dictates(word: re.Match[str]) -> bool:
    """Return whether a text follows what a word is of: "publish this for all: 'We are open'"."""
    return _COLON.match(word.string, word.end()) is not None


def causes(words: Words) -> bool:
    """Return whether a request makes something that is there be otherwise: "make it shorter"."""
    at = next((at for at, one in enumerate(words) if one[0].casefold() == "make"), -1)
    made = cased(words, at + 1) in PEOPLE and cased(words, at + 2) in ARTICLES  # "make me a cake"
    return at >= 0 and not made and cased(words, at + 1) in OBJECTS - {"a", "an"}


def verbs_of(word: str) -> frozenset[str]:
    """Return the classes of verbs by which a word of a sentence may ask."""
    word = word.casefold()
    if word == "new" or (is_stop(word) and word != "make"):
        return frozenset()
    return verb_classes(stem(word))


def nouns_of(word: str, *, asks: bool = False) -> frozenset[str]:
    """Return the classes of nouns that a word of a sentence is in: a rowing boat is no row.

    Args:
        word: the word.
        asks: whether it is the verb of its request: who books, books a trip.
    """
    one, own = stem(word), word.casefold().removesuffix("s")
    done = not asks and (own.endswith("ing") or one in _DONE) and own not in _THINGS
    return frozenset() if done or is_stop(word) else noun_classes(one)


def times(words: Words) -> int:
    """Return how often a request says it is meant: "three tickets", "twice"."""
    said = 1
    for at, one in enumerate(words):
        word, after = one[0].casefold(), cased(words, at + 1)
        number = int(word) if word.isascii() and word.isdigit() else NUMBERS.get(word, 0)
        if word == "twice" or (number and after.endswith("s") and nouns_of(after)):
            said = max(said, min(number, _MOST))
    return said
