"""Switches that nobody asked for: a yes, or one of a closed set, that makes of a call another one.

Whoever shares a folder makes nobody its owner, and one order is no order for each week. A yes of
such a name is the person's only if they said so; any other one is free. It reads names and words,
and decides nothing.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.grammar import EVERY
from guard.provenance.vocabulary.lexicon import stem, verb_classes
from guard.provenance.vocabulary.words import FORMAL


def _set(text: str) -> frozenset[str]:
    return frozenset(map(stem, text.split()))


_ALL = " ".join(EVERY)
_EVERYBODY = "everyone everybody"
"""All who may see it; "every photo" is none of them."""
_OFTEN = (
    f"{_ALL} daily weekly monthly yearly annually regular always repeat recurring"
    " täglich wöchentlich monatlich jährlich mensuel annuel"
)
_YEARLY = _set("yearly annual annually")
_REGULAR = _YEARLY | _set("once none never daily weekly monthly quarterly")
"""Choices of how often, of which a set has several."""
_GROUPS = tuple(
    (_set(names), _set(f"{names} {more}"))
    for names, more in (
        # power
        ("admin administrator superuser root sudo privileged elevated", ""),
        ("owner ownership", "own"),
        ("edit editor write writable modify", "change"),
        ("manage manager moderator", ""),
        ("full unlimited", f"complete comprehensive {_ALL}"),
        # who sees it
        (
            "public publicly publish anonymous anyone world external",
            f"open outside öffentlich {_EVERYBODY}",
        ),
        ("reshare resharing", "forward"),
        ("all everyone everybody broadcast", f"{_ALL} reply-all"),
        (
            "notify notification email mail sms subscribers followers",
            "tell inform let invite write send message share know",
        ),
        ("recursive recursively cascade nested", f"contents inside subfolders {_ALL}"),
        # what would have held it back
        ("force forced", "anyway regardless despite"),
        ("skip bypass override ignore disable unsafe insecure unverified", "without anyway no"),
        ("accept agree", "terms"),
        # what is lost
        ("delete erase purge wipe destroy", ""),
        ("remove drop", ""),
        ("ban block blacklist", ""),
        ("permanent permanently forever", "hard good"),
        # what it costs, again and again
        ("auto automatic automatically", f"yourself {_OFTEN} renew"),
        ("renew renewal repeat recurring recurrence", f"{_OFTEN} automatically"),
        ("daily", "day every tag täglich jour quotidien"),
        ("weekly", "week woche wöchentlich semaine hebdomadaire"),
        ("monthly", "month monat monatlich mois mensuel mensuellement"),
        ("yearly annual annually", "year annum jahr jährlich année annuel annuellement"),
        ("charge bill", "collect"),
        ("paid", "pay settle"),
        ("unpaid", "without"),
    )
)
"""Words of names, and those by which people say so: one of the same group."""
_TO_ALL = re.compile(
    r"\b(?:to|for|with|by|an|für|mit|à|pour|avec)\s+(?:all|alle[nr]?|tous)\b"
    r"(?=\s*(?:$|[.,;:!?)\n]|(?:to|of (?:us|you|them)|and|on|in|at|please)\b))",
    re.IGNORECASE,
)
"""How people say everybody without a word for it: "open to all", and not "for all photos"."""
_EACH_WEEK = re.compile(
    r"\b(?:every|each)\s+(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\bon\s+(?:mon|tues|wednes|thurs|fri|satur|sun)days\b",
    re.IGNORECASE,
)
"""How people say weekly without a word for a week: "every Friday"."""
_WITH_OTHERS = _set("include save store remember keep")
"""Words of names that say something with another one alone: save_card, include_children."""
_KEPT = _set("card payment iban account credential password address children descendants sub")
_KEEPS = _set("private protect protected encrypt encrypted secure verify verified approval")
"""Words of names of which the no takes something away."""
_TAKES_AWAY = re.compile(
    r"no|not|without|off|disable|deactivate|remove|stop|lift|drop|skip|unprotect|decrypt"
    r"|unencrypted|public|publish|open|false|nicht|kein\w*|ohne|aus|öffentlich|pas|sans|non",
    re.IGNORECASE,
)
"""Words of who takes away what keeps something in, though they name it."""
_WORD_OR_STOP = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*|[,.;:!?\n]")
_BEFORE, _BEHIND = 4, 2
"""So near to the name such a word stands: "lift the lock", "turn encryption off"."""
_STAYS = _set("keep preserve retain")
"""Words of names, and of people, for what is not to go."""
_PERMITS = _set("rights permissions access grants scopes privileges roles capabilities")
_LOOKS = _set("read view viewer list see none guest")
_LITTLE = _set(
    "is are be can allow allows allowed enable enabled with do should has have set use make mark"
    " flag the a to of on in for it this that data"
) | {stem(one) for one in FORMAL}
_NO_SUCH = frozenset({frozenset({"all", "day"})})
"""Names of which the words say something else."""

Said = tuple[frozenset[str], ...]
"""Sets of stems, of each of which the person has to use one."""


class Switch(NamedTuple):
    """What a yes or a no under a name takes.

    Args:
        yes: what the person has said, if a yes is theirs.
        no: the same of a no.
        words: the stems of the name that say something.
    """

    yes: Said
    no: Said
    words: frozenset[str]


def as_said(name: str, plain: frozenset[str], *, on: bool) -> str:
    """Return how people say that a switch is on, or off: free, or unfree; empty: it says nothing.

    Args:
        name: of the switch, as `is_free`.
        plain: words of names that say nothing.
        on: how it stands.
    """
    words = " ".join([one for one in words_in(name) if one not in plain])
    return f"{'' if on else 'un'}{words}" if words else ""


@lru_cache(maxsize=4096)
def switch_of(path: str, tool: frozenset[str]) -> Switch:
    """Return what is known of a yes or a no at a path.

    Args:
        path: of the argument.
        tool: the stems of the tool's own words: who asks for that tool has said them.
    """
    around, _, name = path.rpartition(".")
    stems = [stem(one) for one in words_in(name)]
    yes = risks(name, tool)
    if not yes and not _PERMITS.isdisjoint(map(stem, words_in(around.rpartition(".")[2]))):
        yes = (frozenset(stems),) if _LOOKS.isdisjoint(stems) else ()
    kept = _KEEPS.intersection(stems)
    return Switch(yes, (kept,) if kept else (), frozenset(stems) - _LITTLE)


@lru_cache(maxsize=4096)
def risks(name: str, tool: frozenset[str]) -> Said:
    """Return what a person says who wants what a name says; empty: it takes no words of theirs."""
    stems = [stem(one) for one in words_in(name)]
    if frozenset(stems) in _NO_SUCH:
        return ()
    rest = frozenset(stems) - _LITTLE - tool
    found: list[frozenset[str]] = []
    for names, said in _GROUPS:
        hit = names.intersection(stems)
        if hit - tool:
            found.append(said)
        elif hit and rest:  # delete_branch(delete_remote)
            found.append(rest)
    if not found and not _WITH_OTHERS.isdisjoint(stems):
        other = rest - _WITH_OTHERS
        found += [other] if any(one in _KEPT or one.startswith("sub") for one in other) else []
    return tuple(found)


@lru_cache(maxsize=4096)
def weighty(raw: str, allowed: tuple[str, ...], tool: frozenset[str], *, needed: bool) -> Said:
    """Return what a person says who wants this one of a closed set; empty: it takes no words.

    Args:
        raw: the choice.
        allowed: the set; a verb of it is weighed as an act, but for what somebody may do.
        tool: the stems of the tool's own words.
        needed: whether one has to be chosen, so that where all of them weigh none does.
    """
    stems = frozenset(stem(one) for name in allowed for one in words_in(name))
    if len(allowed) <= 1 or (verb_classes(stem(raw)) and _LOOKS.isdisjoint(stems)):
        return ()
    if stem(raw).removeprefix("un") in stems - {stem(raw)}:
        return ()  # a bill is paid or unpaid, and a day off is another matter
    if stem(raw) in _YEARLY and len(stems & _REGULAR) < 2:  # noqa: PLR2004
        return ()  # annual leave comes not back by itself
    return () if needed and all(risks(one, tool) for one in allowed) else risks(raw, tool)


@lru_cache(maxsize=1024)
def keeps(path: str, tool: frozenset[str], said: frozenset[str], text: str) -> bool:
    """Return whether a person wants what a switch says: "a private album", "ship it insured".

    Args:
        path: of the argument.
        tool: the stems of the tool's own words.
        said: the stems of what the person asks for.
        text: the same as it is written.
    """
    own = switch_of(path, tool).words
    kept, told = _KEEPS & own, own - tool
    if any(one.startswith("un") and one[2:] in tool for one in told):
        return False  # "lock whatever is unlocked": the opposite of the act is no wish of theirs
    meant = not kept.isdisjoint(said) or (bool(told) and told <= said)
    return meant and not _takes_away(text, kept or told)


@lru_cache(maxsize=1024)
def retains(text: str, path: str) -> bool:
    """Return whether a text says of what a switch is called that it stays: "keep the plants"."""
    stems = [stem(one) for one in words_in(path.rpartition(".")[2])]
    if not stems or stems[0] not in _STAYS or len(stems) < 2:  # noqa: PLR2004
        return False
    said = [stem(one) for one in _WORD_OR_STOP.findall(text)]
    return any(
        one in _STAYS
        and frozenset(stems[1:]) <= frozenset(said[at + 1 : at + 6])
        and not _TAKES_AWAY.fullmatch(said[at - 1] if at else "")
        and said[at - 1 : at] != ["don't"]
        for at, one in enumerate(said)
    )


@lru_cache(maxsize=1024)
def _takes_away(text: str, names: frozenset[str]) -> bool:
    """Return whether a text takes away what it names: beside the name, and in its own clause."""
    words = _WORD_OR_STOP.findall(text)
    for at, one in enumerate(words):
        if names.isdisjoint({stem(one), *map(stem, one.split("-"))}):
            continue
        clause = _last_clause(words[max(at - _BEFORE, 0) : at])
        clause += _last_clause(words[at + 1 : at + 1 + _BEHIND][::-1])
        if any(_TAKES_AWAY.fullmatch(word) for word in clause):
            return True
    return False


def _last_clause(words: Sequence[str]) -> list[str]:
    """Return the words after the last mark among them."""
    marks = [at for at, one in enumerate(words) if not one[0].isalnum()]
    return [*words[marks[-1] + 1 if marks else 0 :]]


@lru_cache(maxsize=256)
def spoken(text: str, stems: frozenset[str]) -> frozenset[str]:
    """Return the stems of a text, with those for everybody and for each week where it says so."""
    stems = stems | _set("week") if _EACH_WEEK.search(text) else stems
    return stems | _set(_EVERYBODY) if _TO_ALL.search(text) else stems


def unsaid(wanted: Said, said: Iterable[str]) -> bool:
    """Return whether a person says nothing of something that has to be theirs to say."""
    stems = frozenset(said)
    return any(one.isdisjoint(stems) for one in wanted)
