"""How far a clause reaches that forbids, asks about or tells something: where it begins and ends.

Where the end cannot be seen it is the end of the sentence. It decides nothing.
"""

import re

from guard.model.late import late
from guard.provenance.speech.sentences import END
from guard.provenance.vocabulary.lexicon import is_other, stem, verb_classes, verbal_classes

_TURNS = ("but", "instead", "then", "aber", "sondern", "stattdessen", "dann")
_TURN = late(
    rf"(?P<stop>{END}|\b(?:but|instead(?!\s+of)|then|please|aber|sondern|stattdessen|dann)\b)"
    r"|(?P<comma>,)\s*(?:(?:and|und|or|oder|so)\s+)?(?P<next>[^\W\d_]*)"
    r"|\b(?:and|und)\s+(?P<more>[^\W\d_]+)",
    re.IGNORECASE,
)
_OPENERS = frozenset(
    {"please", "if", "also", "just", "only", "i", "we", "you", "bitte", "wenn", *_TURNS}
)
_OR_ACT = re.compile(r"[^.;:!?\n]*?\b(?:or|nor|oder)\s+(?P<act>[^\W\d_]+)", re.IGNORECASE)
_JOINED = late(r"(?:,|\b(?:and|und))\s+$", re.IGNORECASE)
_FAR = 200


def acts(word: str) -> bool:
    """Return whether a word is an act: a verb, or a noun for what is done."""
    one = stem(word)
    return bool(verb_classes(one) - {"read"} or verbal_classes(one))


def begun(sentence: str, at: int) -> int:
    """Return where the clause begins that a word in it forbids."""
    first = max(at - _FAR, 0)
    joined = _JOINED.search(sentence, first, at)
    if joined:
        return joined.start()
    turns = _TURN.finditer(sentence, first, at)
    return max((one.start() for one in turns if _turns(one, joins=False)), default=first)


def ended(sentence: str, at: int, *, joins: bool) -> int:
    """Return where what was begun at a place ends: "not to Bob, send it to Ann"."""
    last = _closed(sentence, at)  # "all lamps (except the red one), and lock the door"
    turns = (one for one in _TURN.finditer(sentence, at, last) if _turns(one, joins=joins))
    ends = (one.start() for one in turns if not (joins and _lists(sentence, at, one)))
    return next(ends, last)


def _closed(sentence: str, at: int) -> int:
    """Return where the bracket closes in which a place stands; or the end of the sentence."""
    opened = sentence.rfind("(", 0, at)
    if opened < 0 or ")" in sentence[opened:at]:
        return len(sentence)
    last = sentence.find(")", at)
    return len(sentence) if last < 0 or "(" in sentence[at:last] else last


def _lists(sentence: str, at: int, turn: re.Match[str]) -> bool:
    """Return whether a comma only goes on with what is forbidden: "archive, close or delete it"."""
    if not turn["comma"] or turn["next"].casefold() in _OPENERS:
        return False
    between = sentence[at : turn.start()].split()
    rest = _OR_ACT.search(sentence, turn.start())
    words = [*(between if len(between) == 1 else ()), *([rest["act"]] if rest else ())]
    return any(acts(word) or is_other(stem(word)) for word in words)


def _turns(one: re.Match[str], *, joins: bool) -> bool:
    """Return whether something else begins here; `joins`: an "and" goes on with the same."""
    word = (one["next"] or one["more"] or "").casefold()
    begins = word in _OPENERS or bool(verb_classes(stem(word)))
    return bool(one["stop"]) or (begins and bool(one["comma"] or not joins))
