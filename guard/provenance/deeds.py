"""What a verb of a request asks for, by itself and by what stands beside it: plain rules."""

from guard.provenance.grammar import ARTICLES, OBJECTS, PEOPLE
from guard.provenance.lexicon import is_stop, stem, verb_classes
from guard.provenance.sentences import Words, cased

_TELLS = frozenset(map(stem, ("tell", "inform", "notify", "remind", "let")))


def tells(verb: str) -> bool:
    """Return whether a verb, by its stem, only says something to somebody."""
    return verb in _TELLS


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
