"""Whether a call ends more than the person limited it to: "delete the sacks of shelf 4, tag new".

For a tool that ends what something holds, and has an argument for which of it. Without that, all of
it goes: also what they left out, as "tag new is to stay". And where they say which ones they keep,
nothing is done to all of what holds these. It decides nothing.
"""

import re
from collections.abc import Collection
from functools import lru_cache

from guard.model.call import Held
from guard.provenance.argument.choice import all_stems
from guard.provenance.request.pieces import asking
from guard.provenance.request.task import Task
from guard.provenance.schema.kin import kin_of, own_kin, things_of
from guard.provenance.schema.roles import entered
from guard.provenance.schema.shown import optional_in, types_in
from guard.provenance.source.value import Value
from guard.provenance.vocabulary.lexicon import Capability, is_stop, stem

_ENDING = frozenset({"delete", "cancel", "remove_member"})
_LIMITING = frozenset({"query", "enum", ""})
"""Roles of arguments that say which things are meant."""
_WITH = re.compile(
    r"(?:\b(?:with|of|in|for|whose)\s+(?:(?:the|a|an)\s+)?|,\s+(?!(?:with|of|in|for|whose)\s)(?:the\s+)?|\b(?=[^\W\d_]+(?:ged|led)\s))"
    r"(?P<of>[^\W\d_]+)(?:\s+(?:is|are|of|as)|\s*[:=])?\s+[\"'`#]?(?P<value>[\w-]+)",
    re.IGNORECASE,
)
"""What tells which things are meant, behind what it is called: "with the tag new", "tagged new"."""
_KEPT = re.compile(
    r"(?:^|[.,;:!?\n\x1e]\s*|\b(?:but|and|then|please|just|only)\s+)(?:please\s+|only\s+)?"
    r"(?:keep|retain|preserve|spare|leave)\s+(?:only\s+)?(?:(?:all|the|any|my|our|those|these)\s+){1,2}"
    r"(?!(?:other|remaining)\b)(?:[a-z-]+\s+){1,3}ones\b",
    re.IGNORECASE,
)
_ANY = frozenset({"all", "any", "everything", "*", "true"})
_EMPTIES = frozenset(map(stem, ("clear", "empty", "purge", "wipe", "flush", "reset", "prune")))
"""Verbs of names for which what holds something stays, and all in it goes."""
_ALL = re.compile(r"\bincluded\Z|\Ain\s.*\border\Z", re.IGNORECASE)
"""The same of what limits nothing: "tag included", "in tag order"."""


def ends_more(
    task: Task, able: Capability, held: Held, paths: Collection[str], values: Collection[Value]
) -> bool:
    """Return whether a call leaves out by what the person limits what it ends, or spares some.

    Args:
        task: what the person said.
        able: what the tool does.
        held: the tool.
        paths: of the call's arguments.
        values: these arguments.
    """
    things = things_of(able.stems)
    if _keeps(task.text) and _is_whole(task, able, things, values):
        return True
    if able.verbs.isdisjoint(_ENDING):
        return False
    if any(one.level == "target" and own_kin(one.path) & things for one in values):
        return False  # the things themselves are named
    spared = all_stems(task.text) - all_stems(task.said)
    wanted = [task.wanted[one.start : one.end] for one in asking(task.pieces, able)]
    for name in optional_in(held):
        if name in paths or entered(held.spec, name) not in _LIMITING:
            continue
        own = kin_of(name.rpartition(".")[2]) - able.stems
        if not own or "boolean" in types_in(held, name):
            continue
        if own <= spared or any(_is_limited(one, own) for one in wanted):
            return True
    return False


def _is_whole(
    task: Task, able: Capability, things: frozenset[str], values: Collection[Value]
) -> bool:
    """Return whether a call is for all that something holds: "clear shelf 4"."""
    held = [one for one in values if one.level == "target"]
    if not held or any(
        one.text and one.text.casefold() not in _ANY for one in values if one.level != "target"
    ):
        return False
    if not any(own_kin(one.path) & things for one in held):
        return True
    return task.plural or not able.stems.isdisjoint(_EMPTIES)


@lru_cache(maxsize=256)
def _keeps(text: str) -> bool:
    """Return whether a text says which ones of something are to be kept: "keep the new ones"."""
    return _KEPT.search(text) is not None


@lru_cache(maxsize=1024)
def _is_limited(text: str, own: frozenset[str]) -> bool:
    """Return whether a request says an argument by what it is called: "with the tag new"."""
    return any(
        stem(one["of"]) in own and not is_stop(one["value"]) and not _ALL.search(one[0])
        for one in _WITH.finditer(text)
    )
