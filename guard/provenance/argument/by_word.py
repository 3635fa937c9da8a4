"""Which number a request means by a word, where the schema tells what each number means: "urgent".

A number that means another word than the request says is not the person's, wherever else it stands
in their text. Where two of the words are said, two may be meant, and the words tell nothing. Nor do
they where a word is only spoken of: "about the high shelf", "nothing urgent". Who may do what is
said by its own rules.
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
_RIGHTS = frozenset(
    map(
        stem,
        (
            *("viewer", "view", "reader", "read", "editor", "edit", "writer", "write", "admin"),
            *("administrator", "owner", "manager", "moderator", "maintainer", "member", "guest"),
            *("commenter", "contributor", "developer", "reporter", "superuser", "root", "user"),
            *("public", "private", "full", "internal", "external", "operator", "collaborator"),
        ),
    )
)
"""Words that say what somebody may do, or who may see something."""
_GIVES = frozenset({"share", "add_member", "run"})
_ASIDE = re.compile(
    r"\b(?:not?|none|nothing|nobody|never|neither|nor|hardly|barely|scarcely|less|least|more|most"
    r"|rather|without|than|before|was|were|been|had|formerly|once|if|unless|except|but|instead"
    r"|almost|nearly|too|\w+er\s+than)\b|n['\u2019]t\b",
    re.IGNORECASE,
)
"""Words by which a request may say of a word that it is not so, or that it was or is more so."""
_END = r"(?=\s*(?:[.;!?)]|,(?!\s*(?:and|or)\b)|$|\s(?:please|now|for\s+now)\s*(?:[.,;!?]|$)))"


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
    said, surely = _said(texts, name, meanings)
    if len(said) != 1:
        return None
    if str(raw).strip() not in said:
        return COMPOSED
    return IN_PROMPT if surely and not _grants(able, meanings) else None


def _grants(able: Capability, meanings: Meanings) -> bool:
    """Return whether an argument says what somebody may do."""
    words = (stem(one) for _, word in meanings for one in word.split())
    return not able.verbs.isdisjoint(_GIVES) or not _RIGHTS.isdisjoint(words)


@lru_cache(maxsize=1024)
def _pieces(pieces: tuple[Piece, ...], able: Capability) -> tuple[Piece, ...]:
    """Return the requests of a text; those for another tool left out, where one names this one.

    "Create a. Set b to urgent" says of a nothing, though who sets something may create it.
    """
    named = {one.start for one in pieces for ask in one.asks if ask.verb in able.stems}
    asked = asking(pieces, able) if named else ()
    return tuple(one for one in pieces if one.start in named or one not in asked)


@lru_cache(maxsize=1024)
def _said(
    texts: tuple[str, ...], name: tuple[str, ...], meanings: Meanings
) -> tuple[frozenset[str], bool]:
    """Return the numbers that some requests say, and whether they are said as what is to be so.

    Behind the name stands the number itself; else they are said by their words.
    """
    numbers = tuple(number for number, _ in meanings)
    found = frozenset(one for text in texts for one in by_number(text, name, numbers))
    if found:
        return found, True
    words = {word: number for number, word in meanings}
    every = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    whole = re.compile(rf"(?<![\w-])(?:{every})(?![\w-])", re.IGNORECASE)
    places = [(text, one) for text in texts for one in whole.finditer(text)]
    said = frozenset(words[one[0].casefold()] for _, one in places)
    return said, all(_is_so(*one, name) for one in places)


def _is_so(text: str, found: re.Match[str], name: tuple[str, ...]) -> bool:
    """Return whether a request says by a word what is to be so: "rank high", "to low", ", urgent".

    "A high shelf" is of no rank, and what is "less urgent than that" has another one.
    """
    if _ASIDE.search(text):
        return False
    own = r"[\s_-]".join(map(re.escape, name))
    before, behind = text[: found.start()], text[found.end() :]
    if re.search(rf"\b{own}(?:\s*[:=]|\s+(?:to|is|as|of))?\s+$", before, re.IGNORECASE):
        return re.match(_END, behind) is not None or re.match(r"\s+and\b", behind) is not None
    if re.match(rf"\s{own}\b", behind, re.IGNORECASE):
        return re.search(r"\b(?:with|at|of|to|as|a|an|in)\s$", before, re.IGNORECASE) is not None
    return re.search(r"(?:,\s|\b(?:as|to)\s)$", before, re.IGNORECASE) is not None and (
        re.match(_END, behind) is not None
    )
