"""Whether a value is a phrase of the request that a call carries out: "turn on the porch light".

For arguments of which nobody said what they are. Whoever is only spoken of in the request, is
quoted there, or stands in what it says beside, is not meant by it.
"""

import re
from collections.abc import Iterable
from itertools import pairwise

from guard.provenance.request.task import Task
from guard.provenance.schema.kin import kin_of
from guard.provenance.source.value import Value
from guard.provenance.speech.frames import Entity, clause_before, nearest
from guard.provenance.speech.sentences import WORD, sentences
from guard.provenance.thing.sides import ALONE, BEHIND, on_side, side_of, spelled
from guard.provenance.vocabulary.lexicon import Capability, is_stop, stem, stems_of
from guard.provenance.vocabulary.words import LOOSE

_TOLD = (
    r"that|which|who|whom|whose|where|when|because|if|since|while|regarding|concerning|saying"
    r"|instead|not|but|except|without|dass|weil|wenn|que"
)
BESIDE = re.compile(rf"\b(?:{_TOLD})\b|[(:\u2014\u2013]", re.IGNORECASE)
"""Where a request goes on to something else."""
TOLD = re.compile(rf"\b(?:{_TOLD})\b", re.IGNORECASE)
"""The words among these."""
_ASIDE = re.compile(
    rf"\b(?:{_TOLD}|from|by|about|than|like|von|über|de)\b|[(:\u2014\u2013]", re.IGNORECASE
)
"""Where a request goes on to what it is not done to."""
_AND = re.compile(r"[,;]|\b(?:and|then|und|dann|et|puis)\b", re.IGNORECASE)
_JOINT = re.compile(r"[\s_-]+")
_PLAIN = re.compile(r"[^\W_]+(?:\.[^\W\d_][^\W_]*)*")
_WORD = re.compile(r"[^\W_]+(?:[.'/&+][^\W_]+)*\.?")
_LONGEST = 40
_ADJECTIVES = LOOSE | {
    *("general", "random", "common", "internal", "external", "special", "current", "local"),
    *("open", "big", "small", "short", "long", "quick"),
}
"""Words that say how something is, and are names as well."""
_HOW = frozenset({"directly", "only", "again", "already", "instead", "now", "too", "please"})
"""Words behind a name that say how something is done, and are no thing."""
_OF_WHAT = frozenset({"about", "on", "of", "regarding", "concerning"})
_NEXT = re.compile(r"(?P<gap>\W*)(?P<word>[^\W\d_]*)")
KEPT = frozenset({"name", "quantity", "object_id"})
"""Kinds of values that are the person's words: what they quote may be anybody's."""
_ALL = KEPT | {"phone", "email", "iban", "url", "host", "ip", "date", "time", "amount"}


def phrased(task: Task, able: Capability, value: Value) -> bool:
    """Return whether a value stands, as whole words, in a request for what a tool does.

    Args:
        task: what the person said.
        able: what the tool does.
        value: an argument of the call; an address, a moment or a number is none of this sort, and
            what the person named as somebody or something is judged as that, unless the argument
            is for what it comes from ("from barn-2"), or goes to, or it stands right behind what
            the argument is called: "campaign Spring".
    """
    phrase = value.text.strip().casefold()
    words, said = _JOINT.split(phrase), task.folded
    if not all(one in said for one in words):
        return False  # most values: what nobody said at all is no phrase of theirs
    if not is_phrase(able, value):
        return False
    requests, side = _requests(task, able, value.kin), side_of(value.path)
    if side and any(on_side(side, phrase, one) for one in requests):
        return True
    written = f"{spelled(phrase)}{BEHIND}"
    if value.kinds[0] not in task.frames and all(map(_PLAIN.fullmatch, words)):
        whole = re.compile(f"{ALONE}{written}")
        own = value.kin | kin_of(value.path.rpartition(".")[2])
        if any(
            not (phrase in _ADJECTIVES and _describes(one, found.start(), found.end(), own))
            for one in requests
            for found in whole.finditer(_ASIDE.split(one, maxsplit=1)[0])
        ):
            return True
    behind = re.compile(rf"([^\W\d_]+)\s+[\"'`]?{written}")
    nouns = kin_of(value.path.rpartition(".")[2])
    return any(
        stem(found[1]) in nouns
        for one in requests
        for found in behind.finditer(BESIDE.split(one, maxsplit=1)[0])
    )


def _describes(text: str, start: int, end: int, own: frozenset[str]) -> bool:
    """Return whether a word only says how what follows is: "general advice"; or "in general, ...".

    `own`: stems of what the argument takes, so that "the general channel" names it.
    """
    after = _NEXT.match(text, end)
    word, gap = (after["word"], after["gap"]) if after else ("", "")
    if text[:start].rstrip().endswith("in") and (word in _OF_WHAT or gap.startswith(",")):
        return True
    plain = not gap.strip() and word and not is_stop(word) and word.casefold() not in _HOW
    return bool(plain) and stem(word) not in own


def is_phrase(able: Capability, value: Value) -> bool:
    """Return whether a value is a few plain words that say more than what the tool does."""
    phrase = value.text.strip().casefold()
    words = _JOINT.split(phrase)
    if len(value.kinds) != 1 or len(phrase) > _LONGEST or not all(map(_WORD.fullmatch, words)):
        return False
    return not all(is_stop(one) or stem(one) in able.stems for one in words)


def reaches(task: Task, able: Capability, value: Value) -> bool:
    """Return whether a request says of a receiver that something comes from it, or goes there.

    Args:
        task: what the person said.
        able: what the tool does.
        value: a receiver: an argument for what it comes from, or a name of several words in small
            letters. Any other address or name is judged by how the person named it.
    """
    phrase, side = value.text.strip().casefold(), side_of(value.path)
    if phrase not in task.folded:
        return False
    plain = len(value.kinds) == 1
    if side and (plain or side == "from"):
        return any(on_side(side, phrase, one) for one in _requests(task, able, value.kin, _ALL))
    words = phrase.split()
    if not plain or len(words) < 2 or not all(map(str.isalpha, words)):  # noqa: PLR2004
        return False
    if phrase not in task.wanted:
        return False  # who writes names with a capital is read as that
    whole = re.compile(f"{ALONE}{spelled(phrase)}{BEHIND}")
    return any(
        nearest(clause_before(one, found.start())) == "dest"
        for one in _requests(task, able, value.kin)
        for found in whole.finditer(BESIDE.split(one, maxsplit=1)[0])
    )


def blotted(text: str, start: int, inside: Iterable[Entity], kept: frozenset[str] = KEPT) -> str:
    """Return a part of a person's text with dots for the values in it, but for some kinds.

    Args:
        text: the part.
        start: where it begins in the whole.
        inside: the values.
        kept: the kinds that stay.
    """
    for one in inside:
        if one.kind not in kept:
            first, last = one.start - start, min(one.end - start, len(text))
            text = text[:first] + "." * (last - first) + text[last:]
    return text


def _requests(
    task: Task, able: Capability, kin: frozenset[str], kept: frozenset[str] = KEPT
) -> list[str]:
    """Return the requests for what a tool does, case folded, with values of some kinds."""
    wanted = blotted(task.wanted, 0, task.entities, kept)
    places = [one.place for one in task.asks if one.fits(able)]
    if not places and not able.verbs:  # what no class of verbs has is asked for by its own word
        places = [
            (start, end)
            for start, end in sentences(wanted)
            if able.own & stems_of([one[0] for one in WORD.finditer(wanted, start, end)])
        ]
    if not places:  # "lock the porch" for `set_lock`: what it acts on is named beside
        places = [
            (start + first, start + last)
            for start, end in sentences(wanted)
            for first, last in _pieces(wanted[start:end])
            if any(
                stem(one[0]) in kin for one in WORD.finditer(wanted, start + first, start + last)
            )
        ]
    return [wanted[start:end].casefold() for start, end in places]


def _pieces(sentence: str) -> list[tuple[int, int]]:
    """Return where the parts of a sentence lie that are joined by "and", "then" or a comma."""
    cuts = [0, *(one.end() for one in _AND.finditer(sentence)), len(sentence)]
    return list(pairwise(cuts))
