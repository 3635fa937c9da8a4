"""Which number a request means by a word, where the schema tells what each number means: "urgent".

A number that means another word than the request says is not the person's, wherever else it stands
in their text. Where two of the words are said, two may be meant, and the words tell nothing.
"""

import re
from functools import lru_cache

from guard.model.call import Json
from guard.provenance.argument.worded import requests_for, unquoted
from guard.provenance.request.pieces import Piece, asking
from guard.provenance.request.task import Task
from guard.provenance.source.worth import COMPOSED, IN_PROMPT, Worth
from guard.provenance.speech.answered import by_number
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import Capability, stem

Meanings = tuple[tuple[str, str], ...]


def by_word(task: Task, able: Capability, meanings: Meanings, path: str, raw: Json) -> Worth | None:
    """Return what a number is worth by the word that a request says for it; None: it says none.

    Args:
        task: what the person said.
        able: what the tool does.
        meanings: the numbers of the argument, each with its word.
        path: of the argument.
        raw: what the call holds there.
    """
    name = words_in(path.rpartition(".")[2])
    plain = unquoted(task.wanted, task.text, task.entities)
    if not name or not any(word in plain.casefold() for _, word in meanings):
        return None
    places = requests_for(_pieces(task.pieces, able), able, plain, stem(name[-1]))
    texts = tuple(plain[start:end] for start, end in places or [(0, len(plain))])
    said = _said(texts, name, meanings)
    if len(said) != 1:
        return None
    return IN_PROMPT if str(raw).strip() in said else COMPOSED


@lru_cache(maxsize=1024)
def _pieces(pieces: tuple[Piece, ...], able: Capability) -> tuple[Piece, ...]:
    """Return the requests of a text; those for another tool left out, where one names this one.

    "Create a. Set b to urgent" says of a nothing, though who sets something may create it.
    """
    named = {one.start for one in pieces for ask in one.asks if ask.verb in able.stems}
    other = [one for one in asking(pieces, able) if one.start not in named] if named else []
    return tuple(one for one in pieces if not any(one is two for two in other))


@lru_cache(maxsize=1024)
def _said(texts: tuple[str, ...], name: tuple[str, ...], meanings: Meanings) -> frozenset[str]:
    """Return the numbers that some requests say: behind the name, or else by their words."""
    numbers = tuple(number for number, _ in meanings)
    found = frozenset(one for text in texts for one in by_number(text, name, numbers))
    if found:
        return found
    words = {word: number for number, word in meanings}
    every = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    whole = re.compile(rf"(?<![\w-])(?:{every})(?![\w-])", re.IGNORECASE)
    return frozenset(words[one[0].casefold()] for text in texts for one in whole.finditer(text))
