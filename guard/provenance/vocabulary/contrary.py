"""What a call does against the person's words: the opposite, or again and again what is once.

"Block the card" asks for no unblocking, and one payment for no standing order. It looks at names
and words only, before any value, and decides nothing.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from guard.model.call import Json
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import (
    Capability,
    Words,
    is_other,
    noun_classes,
    stem,
    verb_classes,
)
from guard.provenance.vocabulary.phrasal import against, turned
from guard.provenance.vocabulary.synonyms import same_as

UNDOING = ("un", "dis", "de")
"""How a verb begins that undoes another one."""
_REPEATING = frozenset(
    map(stem, ("interval", "frequency", "recurrence", "recurring", "repeat", "cadence", "rrule"))
)
_AGAIN = re.compile(
    r"\b(?:every(?!\s*(?:one|body|thing)\b)|each|daily|weekly|biweekly|fortnightly|monthly|quarterly"
    r"|yearly|annual(?:ly)?|hourly|recurr\w*|repeat\w*|regular(?:ly)?|standing\s+order"
    r"|weekdays|weekends|(?:mon|tues|wednes|thurs|fri|satur|sun)days"
    r"|subscri\w*|interval|frequency|from\s+now\s+on|always|\w+\s+times"
    r"|täglich|wöchentlich|monatlich|jährlich|jede[nrsm]?|immer|regelmäßig|dauerauftrag|wiederhol\w*|abo\w*"
    r"|chaque|tous\s+les|toutes\s+les|quotidien\w*|hebdomadaire\w*|mensuel\w*|annuel\w*|récurrent\w*)\b",
    re.IGNORECASE,
)
"""Words by which people say that something is to be done again and again."""
_LEAST = 4
_ENDING = frozenset({"cancel", "delete", "remove_member"})
_GONE = frozenset(
    map(
        stem,
        (
            *("longer", "anymore", "rid", "off", "gone", "quit", "scrap", "over", "release"),
            *("clear", "abandon", "undo", "leave", "leaves", "strip", "drop"),
        ),
    )
)
"""Words of who wants something to end by no verb for it: "no longer on my list"."""
_ONCE = frozenset({"", "none", "no", "never", "once", "one_time", "onetime", "single", "1"})


def opposed(said: Words, able: Capability, paths: Iterable[str]) -> bool:
    """Return whether a text asks for the opposite of what a tool does, and not for that.

    Args:
        said: the words of the text.
        able: what the tool does.
        paths: of the call's arguments: a tool that locks and has an `unlock` does either.
    """
    found = _against(said, able)
    return bool(found) and found.isdisjoint(stem(word) for one in paths for word in words_in(one))


@lru_cache(maxsize=4096)
def _against(said: Words, able: Capability) -> frozenset[str]:
    return frozenset(
        other
        for one in able.stems
        if one not in said.stems
        for other in opposites(one) & said.stems - able.stems
    )


@lru_cache(maxsize=4096)
def ends_unasked(said: Words, able: Capability) -> bool:
    """Return whether a tool ends something, and no word of a text speaks of any ending.

    Who wants to see an order, or to have a part of it exchanged, cancels none.
    """
    if able.verbs.isdisjoint(_ENDING) or not able.verbs.isdisjoint(said.verbs):
        return False
    verbs = (one for one in able.stems if verb_classes(one) or is_other(one))
    own = frozenset(one for one in verbs if not noun_classes(one))
    return bool(said.stems) and (own | same_as(own) | _GONE).isdisjoint(said.stems)


def once(text: str, raw: Json = "again") -> bool:
    """Return whether a text asks for something once that would happen again and again.

    Args:
        text: what the person asks for.
        raw: how often, as an argument says it.
    """
    return str(raw or "").casefold() not in _ONCE and not _AGAIN.search(text)


@lru_cache(maxsize=4096)
def repeats(path: str) -> bool:
    """Return whether an argument or a tool of this name makes something happen again and again."""
    return not _REPEATING.isdisjoint(map(stem, words_in(path.rpartition(".")[2])))


@lru_cache(maxsize=4096)
def opposites(one: str) -> frozenset[str]:
    """Return the stems of what undoes a verb, or what it undoes."""
    undone = {
        rest
        for mark in UNDOING
        if (rest := one.removeprefix(mark)) != one and len(rest) >= _LEAST
        if is_other(one) or is_other(rest) or verb_classes(rest)
    }
    undoing = {mark + one for mark in UNDOING if is_other(mark + one)}
    return frozenset(undone | undoing) | turned(one) | against((one,))
