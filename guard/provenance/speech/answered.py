"""What a text names as the answer to an argument, right where it says its name: "status open".

It looks at one set of answers and at the person's words, and decides nothing.
"""

import re
from functools import lru_cache

from guard.model.call import Json
from guard.provenance.vocabulary.lexicon import is_stop, stem

PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[^\W\d_A-Z]+|[A-Z]+|\d+")
"""The words of an answer, whatever joins them."""
_JOINT = r"[\s_.-]?"
_NUMBERED = re.compile(r"(?=.*\d)(?=.*[^\W\d_])")
_WHICH = (
    r"(?<!\bwith )(?<!\bof )(?<!\bin )(?<!\bfrom )(?<!\bwhose )(?<!\bhaving )(?<!\bby )(?<!\bif )"
    r"(?<!\bthe )(?<!\bold )(?<!\bcurrent )(?<!\bshows )(?<!\bsays )(?<!\bhas )"
)
_ENDS = r"[\"'\u201d]?(?=\s*(?:[.,;!?)]|$|and\b|please\b))"
_YES = {
    **dict.fromkeys(("yes", "on", "true", "ja", "oui", "an", "ein"), True),
    **dict.fromkeys(("no", "off", "false", "nein", "non", "aus"), False),
}
_ANSWERS = frozenset(map(stem, ("answer", "choose", "pick", "select", "say", "respond", "with")))
"""Words before a choice, beside those of the tool and of the argument."""


def _spelled(name: tuple[str, ...]) -> str:
    """Return what finds the words of a name, whatever joins them."""
    return "[ _-]".join(map(re.escape, name))


@lru_cache(maxsize=1024)
def answers(text: str, name: tuple[str, ...]) -> frozenset[bool]:
    """Return what a text says beside a name: "newsletter yes", "tracking: off"."""
    if not name:
        return frozenset()
    said = _spelled(name)
    beside = re.compile(
        rf"\b{said}\b\s*[:=]?\s*(?:to\s+)?({'|'.join(_YES)})\b",
        re.IGNORECASE,
    )
    turned = re.compile(
        rf"\b(?:turn|switch|put|set)\s+(?:(?:the|its|my|our|his|her|their)\s+)?{said}\b"
        r"[^.!?,;\n]{0,40}?\b(on|off)(?=\s*(?:$|[.!?,;\n]|and\b|please\b))",
        re.IGNORECASE,
    )
    every = (*beside.finditer(text), *turned.finditer(text))
    return frozenset(_YES[one[1].casefold()] for one in every)


@lru_cache(maxsize=1024)
def told(text: str, allowed: tuple[str, ...], heads: frozenset[str]) -> frozenset[str]:
    """Return which of a set's little words a text names right after what they answer: "vote no"."""
    little = [one for one in allowed if is_stop(one) or one.casefold() in _YES]
    if not little:
        return frozenset()
    every = re.compile(
        rf"([^\W\d_]+)\s*[:=]?\s+(?:an?\s+)?[\"'\u201c]?({'|'.join(map(re.escape, little))})\b",
        re.IGNORECASE,
    )
    heads |= _ANSWERS
    return frozenset(
        one[2].casefold()
        for one in every.finditer(text)
        if stem(one[1]) in heads and (one[2] != "a" or "a" in allowed)
    )


@lru_cache(maxsize=1024)
def by_name(text: str, name: tuple[str, ...], allowed: tuple[str, ...]) -> frozenset[str]:
    """Return which words of a set a text says behind an argument's name, as they are written.

    Not as what it was or as which thing is meant: "from status open to shut", "the jugs with
    status open".
    """
    said = _spelled(name)
    if not name or len(allowed) < 2 or not re.search(rf"\b{said}\b", text, re.IGNORECASE):  # noqa: PLR2004
        return frozenset()  # nearly always
    every = "|".join(_JOINT.join(map(re.escape, PARTS.findall(one))) for one in allowed if one)
    said = (
        rf"{_WHICH}\b{said}\s*(?:[:=\u2192]|->|=>|\b(?:to|is|as)\b)?\s+[\"'\u201c]?({every}){_ENDS}"
    )
    found = {_plain(one[1]) for one in re.finditer(said, text, re.IGNORECASE)}
    return frozenset(one for one in allowed if _plain(one) in found)


def _plain(one: str) -> str:
    return "".join(PARTS.findall(one)).casefold()


@lru_cache(maxsize=1024)
def as_written(text: str, allowed: tuple[str, ...]) -> frozenset[str]:
    """Return which of a set's names with a digit stand in a text: "a tier2 warning", "tier 2"."""
    numbered = [one for one in allowed if _NUMBERED.match(one)]
    return frozenset(
        one.casefold()
        for one in numbered
        if re.search(
            rf"(?<![\w-]){_JOINT.join(map(re.escape, PARTS.findall(one)))}(?![\w-]|\.\d)",
            text,
            re.IGNORECASE,
        )
    )


@lru_cache(maxsize=1024)
def by_number(text: str, name: tuple[str, ...], allowed: tuple[Json, ...]) -> frozenset[str]:
    """Return which numbers of a set a text says beside an argument's name: "level 2"."""
    if not name:
        return frozenset()
    said = rf"\b{_spelled(name)}\s*(?:[:=#]|to|of|is)?\s*(\d+)\b(?![.,]\d)"
    numbers = {one[1] for one in re.finditer(said, text, re.IGNORECASE)}
    return frozenset(numbers & {*map(str, allowed)})
