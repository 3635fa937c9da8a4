"""What is to be on or off where no verb says so: "all lamps off", "make sure that the fan is on".

What a turn begins with, or goes on with, or says please to: "sum up the log. Fan off" may tell what
it says, and "the fan is off" tells how it is.
Surface English; it decides nothing.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from guard.provenance.vocabulary.grammar import BEING, PAST, PEOPLE
from guard.provenance.vocabulary.lexicon import is_other, is_stop, noun_classes, stem, verb_classes
from guard.provenance.vocabulary.words import set_of

_SWITCHED = re.compile(
    r"(?:(?P<opens>^|\x1e\s*|\b(?:and|then|please|pls|now)\s+)|[.,;:!?\n]\s*)"
    r"(?P<sure>(?:(?:make\s+sure|ensure)\s+(?:that\s+)?)?)"
    r"(?P<thing>(?!and\b|then\b|please\b)[^.,;:!?\n\x1e]{2,60}?(?:,\s+[^.,;:!?\n\x1e]{2,40}?){0,4}?)"
    r"\s+(?P<is>(?:(?:is|are|(?:is|are)\s+switched|(?:is|are)\s+turned)\s+)?)(?P<way>on|off)"
    r"(?=\s*(?:[.,;:!?()]|$|(?:please|pls|now|again|tonight|everywhere|upstairs|downstairs|and|then)\b))",
    re.IGNORECASE,
)
_PLEASE = re.compile(r"[^.;!?\n]{0,24}\b(?:please|pls)\b", re.IGNORECASE)
_TURNS = re.compile(r"\b(?:turn|switch|power|put|set|keep|leave)(?:s|ing|ed)?\b", re.IGNORECASE)
_TELLS = (
    BEING
    | PAST
    | PEOPLE
    | set_of(
        """
i we you he she i'm we're to not no never go goes going come carry hold hang keep move later early
so day days week weeks time
"""
    )
)
"""Words with which an "on" or "off" says something else, or that it is so, or is not to be."""


@lru_cache(maxsize=1024)
def switched(text: str) -> tuple[tuple[int, str], ...]:
    """Return where a text names what is to be on or off, each with the verb that says so."""
    return tuple(_found(text))


def _found(text: str) -> Iterator[tuple[int, str]]:
    for one in _SWITCHED.finditer(text):
        before = re.split(r"[.;!?\n\x1e]", text[: one.start("sure")])[-1]
        if _TURNS.search(before):
            continue  # "turn the lamp on and the heater off": by that verb
        asked = one["opens"] is not None or one["sure"] or _PLEASE.match(text, one.end())
        if asked and bool(one["sure"]) is bool(one["is"]) and _is_thing(one["thing"]):
            yield one.start("thing"), f"turn{one['way'].casefold()}"


def _is_thing(words: str) -> bool:
    """Return whether words only name something."""
    said = [one.casefold() for one in re.findall(r"[^\W_]+(?:['\u2019-][^\W_]+)*", words)]
    own = [one for one in said if not is_stop(one)]
    return bool(own) and not any(one in _TELLS or _acts(one) for one in said)


def _acts(word: str) -> bool:
    one = stem(word)
    return not noun_classes(one) and (bool(verb_classes(one) - {"read"}) or is_other(one))
