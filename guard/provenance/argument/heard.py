"""Which of a closed set a person's words say wherever they stand: "as a no-show", "a draft list".

One of two words counts as it is written; a word that is also a verb where it describes something;
and why something is done where that is told: "by mistake". It decides nothing.
"""

import re
from functools import lru_cache

from guard.model.late import late
from guard.provenance.request.task import Task
from guard.provenance.speech.unasked import forbidden, without
from guard.provenance.vocabulary.currencies import words_in

_NO = frozenset({"no", "not", "non", "never"})
_ON = "on"
_NOT = r"(?:\bnot|n['\u2019]t|\bnever|\bno\s+longer)"
_LIKE = r"\b(?:an?|new|as|in|of)\s+(?:new\s+)?"
"""What stands before a word for how a thing is to be: "an open list", "an hour of drafting"."""
_BY = r"\bby\s+"

_ERRS = frozenset(
    {"mistake", "mistaken", "mistakenly", "accident", "accidental", "accidentally", "error"}
)
_ERRED = late(
    r"\b(?:by\s+accident|accidental(?:ly)?|mistakenly|(?:in|by)\s+error"
    r"|(?:is|was|were|it['\u2019]s)\s+(?:(?:just|all)\s+)?an?\s+(?:accident|error|mistake)|unintentional(?:ly)?)\b",
    re.IGNORECASE,
)
_NEEDS = frozenset({"needed", "required", "wanted", "need"})
_NEEDED = late(
    r"(?:\b(?:do|does)\s+not|\b(?:do|does)n['\u2019]?t)\s+(?:need|want|require)\b[^.,;!?\n]{0,40}?\bany\s?(?:more|longer)\b"
    r"|(?:\bnot|n['\u2019]t)\s+(?:needed|required|wanted)\b|\bno\s+longer\s+(?:need|want|requir)(?:e?s|e?d|e)?\b"
    r"|\bno\s+(?:more\s+|further\s+)?need\s+(?:for|of)\b|\bno\s+use\s+for\b",
    re.IGNORECASE,
)
"""Other words of the day for a mistake, and for what nobody needs any more."""
_OTHERWISE = (
    (frozenset({"annual", "vacation", "holiday", "pto"}), r"holidays?|vacation|pto|annual\s+leave"),
    (
        frozenset({"sick", "illness", "sickness"}),
        r"(?<!feel\s)(?:ill|sick|unwell|sickness|illness)",
    ),
)
"""How people call the leave that a choice is of."""


def heard(task: Task, allowed: tuple[str, ...]) -> frozenset[str]:
    """Return which of a closed set a person's words say so.

    Args:
        task: what the person said.
        allowed: the set.
    """
    return _heard(task.said, allowed) or _told(task.text, allowed)


@lru_cache(maxsize=1024)
def _heard(text: str, allowed: tuple[str, ...]) -> frozenset[str]:
    return frozenset(one for one in allowed if _pattern(one).search(text))


@lru_cache(maxsize=1024)
def _told(text: str, allowed: tuple[str, ...]) -> frozenset[str]:
    """Return what a text tells as the reason of an act: "I ordered it by mistake, cancel it"."""
    own = without(text, forbidden(text))
    return frozenset(
        one
        for one in allowed
        if re.search(rf"{_BY}{_spelled(words_in(one)[-1:])}", own, re.IGNORECASE)
        or (len(words_in(one)) > 1 and _pattern(one).search(text if _refuses(one) else own))
        or _in_other_words(text, frozenset(words_in(one)))
    )


def _in_other_words(text: str, words: frozenset[str]) -> bool:
    """Return whether a text says a choice of these words by others: "I don't need it any more"."""
    if not words.isdisjoint(_ERRS):
        return _ERRED.search(text) is not None
    for names, said in _OTHERWISE:
        if words <= names | {"leave"} and words & names:
            return re.search(rf"\b(?:{said})\b", text, re.IGNORECASE) is not None
    spent = not words.isdisjoint(_NEEDS) and not words.isdisjoint({"no", "not", "longer"})
    return spent and _NEEDED.search(text) is not None


@lru_cache(maxsize=4096)
def _pattern(choice: str) -> re.Pattern[str]:
    """Return what finds a choice: all its words, or its word where it describes something."""
    words = words_in(choice)
    if len(words) < 2:  # noqa: PLR2004
        return re.compile(rf"{_LIKE}{_spelled(words)}(?!\s+to\b)", re.IGNORECASE)
    whole = rf"(?<![\w-]){_spelled(words)}"
    if _refuses(choice):  # "the customer did not show up"
        whole += rf"|{_NOT}\s+(?:\w+\s+)?{_spelled(words[1:])}"
    return re.compile(whole, re.IGNORECASE)


def _refuses(choice: str) -> bool:
    """Return whether a choice is itself a no, so that one in a text is its own."""
    return not _NO.isdisjoint(words_in(choice)[:1])


def _spelled(words: tuple[str, ...]) -> str:
    return r"[\s_-]+".join(map(re.escape, words)) + r"(?![\w-])" if words else r"(?!)"


@lru_cache(maxsize=1024)
def denied(text: str, path: str) -> bool:
    """Return whether a text says that a switch is to be off: "it isn't on hold", "off hold".

    Args:
        text: what the person said.
        path: of the switch.
    """
    words = tuple(one for one in words_in(path.rpartition(".")[2]) if one not in {"is", "has"})
    if not words:
        return False
    ways = [rf"{_NOT}\s+(?:an?\s+|the\s+)?{_spelled(words)}"]
    if words[0] == _ON and len(words) > 1:
        ways.append(rf"\boff\s+{_spelled(words[1:])}")
    if len(words) == 1:
        ways.append(rf"\b(?:un|in){_spelled(words)}")
    rest, many = re.subn("|".join(ways), " ", text, flags=re.IGNORECASE)
    # "Why isn't it visible? Make it visible."
    return bool(many) and not re.search(rf"\b{_spelled(words)}", rest, re.IGNORECASE)
