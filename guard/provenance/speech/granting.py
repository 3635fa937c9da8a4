"""Whether the words of a text, all together, ask for what a tool does.

A first look over all that a person said; which request it is that asks, and for which values, is
looked at elsewhere. It compares words and decides nothing.
"""

from functools import lru_cache

from guard.provenance.vocabulary import phrasal
from guard.provenance.vocabulary.grammar import WIDE
from guard.provenance.vocabulary.lexicon import Capability, Words, stem
from guard.provenance.vocabulary.synonyms import measures, same_as

_WIDE = frozenset(map(stem, WIDE))
_GOVERNING = frozenset(
    map(
        stem,
        [
            "policy",
            "rule",
            "acl",
            "config",
            "configuration",
            "access",
            "permission",
            "webhook",
            "trigger",
            "firewall",
            "cors",
            "credential",
            "richtlinie",
            "regel",
            "zugriff",
            "politique",
            "règle",
            "accès",
        ],
    )
)
"""Words of tool names for what governs a thing: who speaks of the thing alone asks for none."""
_SHORT = 4


@lru_cache(maxsize=4096)  # a task lives long, and so do its tools
def granted(asked: Words, able: Capability) -> bool:
    """Return whether a text asks for what a tool does: its verb, and its noun if both have one."""
    if able.against & asked.stems and not phrasal.against(able.against) & asked.stems:
        return False  # "lower the price" raises none
    if not able.must <= asked.verbs or _narrower(asked, able) or _governs(asked, able):
        return False
    if not able.verbs:
        return not able.own.isdisjoint(asked.acts) and able.stems.isdisjoint(asked.refused)
    if able.verbs.isdisjoint(asked.verbs) or not worded(asked, able):
        return False
    # Where the text has no noun that is known, its verb is all that can be compared.
    return not able.nouns or not asked.nouns or not able.nouns.isdisjoint(asked.nouns)


@lru_cache(maxsize=4096)
def worded(asked: Words, able: Capability) -> bool:
    """Return whether a text uses a word of a tool's own, if it has any, or a form of one."""
    if _narrower(asked, able) or _governs(asked, able):
        return False
    if not able.stems.isdisjoint(asked.refused):
        return False  # "draft it, but do not send it" asks for no sending, whatever else it says
    if not able.own or not able.own.isdisjoint(asked.stems):
        return True
    if not able.verbs:
        return False
    if not (same_as(able.own) | measures(able.own)).isdisjoint(asked.stems):
        return True
    return any(_akin(one, said) for one in able.own for said in asked.stems)


def _narrower(asked: Words, able: Capability) -> bool:
    """Return whether a tool reaches all there are, and a text says nothing of that."""
    return able.wide and _WIDE.isdisjoint(asked.stems)


def _governs(asked: Words, able: Capability) -> bool:
    """Return whether a tool acts on what governs a thing, as its rules, and a text says no such."""
    governing = able.stems & _GOVERNING
    return bool(governing) and governing.isdisjoint(asked.stems)


def _akin(one: str, other: str) -> bool:
    """Return whether two words seem to be forms of one: remind and reminder."""
    short = min(len(one), len(other))
    same = next((at for at in range(short) if one[at] != other[at]), short)
    return same >= _SHORT and (same == short or same >= max(short - 2, _SHORT + 1))
