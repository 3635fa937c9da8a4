"""Whether a value is a phrase of the request that a call carries out: "turn on the porch light".

For arguments of which nobody said what they are. Whoever is only spoken of in the request, is
quoted there, or stands in what it says beside, is not meant by it.
"""

import re
from itertools import pairwise

from guard.provenance.kin import kin_of
from guard.provenance.lexicon import Capability, is_stop, stem, stems_of
from guard.provenance.sentences import WORD, sentences
from guard.provenance.sides import on_side, side_of, spelled
from guard.provenance.task import Task
from guard.provenance.value import Value

_TOLD = (
    r"that|which|who|whom|whose|where|when|because|if|since|while|regarding|concerning|saying"
    r"|instead|not|but|except|without|dass|weil|wenn|que"
)
BESIDE = re.compile(rf"\b(?:{_TOLD})\b|[(:\u2014\u2013]", re.IGNORECASE)
"""Where a request goes on to something else."""
_ASIDE = re.compile(
    rf"\b(?:{_TOLD}|from|by|about|than|like|von|über|de)\b|[(:\u2014\u2013]", re.IGNORECASE
)
"""Where a request goes on to what it is not done to."""
_AND = re.compile(r"[,;]|\b(?:and|then|und|dann|et|puis)\b", re.IGNORECASE)
_JOINT = re.compile(r"[\s_-]+")
_PLAIN = re.compile(r"[^\W_]+")
_WORD = re.compile(r"[^\W_]+(?:[.'/&+][^\W_]+)*\.?")
_LONGEST = 40


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
    words = _JOINT.split(phrase)
    if len(value.kinds) != 1 or len(phrase) > _LONGEST or not all(map(_WORD.fullmatch, words)):
        return False
    said = task.wanted.casefold()
    if not all(one in said for one in words):
        return False  # most values: what nobody said at all is no phrase of theirs
    if all(is_stop(one) or stem(one) in able.stems for one in words):
        return False
    requests, side = _requests(task, able, value.kin), side_of(value.path)
    if side and any(on_side(side, phrase, one) for one in requests):
        return True
    written = rf"{spelled(phrase)}(?![\w@-]|'s\b|[.']\w)"
    if value.kinds[0] not in task.frames and all(map(_PLAIN.fullmatch, words)):
        whole = re.compile(rf"(?<![\w'.-]){written}")
        if any(whole.search(_ASIDE.split(one, maxsplit=1)[0]) for one in requests):
            return True
    behind = re.compile(rf"([^\W\d_]+)\s+[\"'`]?{written}")
    nouns = kin_of(value.path.rpartition(".")[2])
    return any(
        stem(found[1]) in nouns
        for one in requests
        for found in behind.finditer(BESIDE.split(one, maxsplit=1)[0])
    )


def _requests(task: Task, able: Capability, kin: frozenset[str]) -> list[str]:
    """Return the requests for what a tool does, without what they quote, case folded."""
    wanted = task.wanted
    for one in task.entities:
        if one.kind not in {"name", "quantity", "object_id"}:
            wanted = wanted[: one.start] + "." * (one.end - one.start) + wanted[one.end :]
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
