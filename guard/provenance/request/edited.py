"""Files in which a request wants something to be otherwise: "turn debug off in /srv/app.yaml".

Only what the person names by its whole path, behind what is to be done in it. Surface English, and
nothing deeper.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from guard.provenance.speech.frames import Entity

OPENS = r"(?:^|[.;!?,:\n\x1e]\s*|\b(?:please|and|then|now|also|just|you)\s+)"
_WHAT = r"\s[^.;!?\n\x1e]{1,80}?\s"
_ENDS = r"\s+(?:the\s+)?(?:file\s+)?[\"'`]?$"
_CHANGES = "turn|switch|set|change|replace|enable|disable|add|append|insert|remove|delete|drop"
_PLACED = r"(?:on\s+top|at\s+the\s+(?:top|end|bottom|beginning|start))\s+of|in|inside|within"
_IN = re.compile(rf"{OPENS}(?:{_CHANGES}){_WHAT}(?:{_PLACED}){_ENDS}", re.IGNORECASE)
_TO = re.compile(rf"{OPENS}(?:add|append|insert){_WHAT}(?:to|into){_ENDS}", re.IGNORECASE)
_FROM = re.compile(rf"{OPENS}(?:remove|delete|drop){_WHAT}(?:from|out\s+of){_ENDS}", re.IGNORECASE)
_FAR = 120


@lru_cache(maxsize=256)
def edited(wanted: str, found: tuple[Entity, ...]) -> frozenset[str]:
    """Return the paths of the files in which a text wants something to be otherwise.

    Args:
        wanted: what of the person's text asks for anything, the rest blank.
        found: the typed values in it.
    """
    return frozenset(_edited(wanted, found))


def _edited(wanted: str, found: tuple[Entity, ...]) -> Iterator[str]:
    end = 0  # of the file before: what stands before it is about that one
    for one in found:
        if one.kind == "filename" and "/" in one.literal.rstrip("/"):
            before = wanted[max(one.start - _FAR, end) : one.start]
            end = one.end
            if any(pattern.search(before) for pattern in (_IN, _TO, _FROM)):
                yield one.literal
