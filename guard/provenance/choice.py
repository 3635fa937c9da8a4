"""One of a closed set, where the person named another: approve for reject, off for on.

A value of a schema's own set carries nobody's words, but it may be the opposite of theirs.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from guard.model.call import Json
from guard.provenance.derived import unit_of
from guard.provenance.lexicon import is_stop, stem, verb_classes
from guard.provenance.task import Task

_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[^\W\d_A-Z]+|[A-Z]+|\d+")
_COMMON = frozenset({"read", "create", "send", "change", "schedule"})
"""Classes of verbs that prompts are full of, so that a choice of that name says nothing."""
_ON = re.compile(
    r"\b(?:turn|switch|set|put)\b[^.!?]{0,40}?\bon\b|\b(?:enable|activate)\b", re.IGNORECASE
)
_OFF = re.compile(
    r"\b(?:turn|switch|set|put)\b[^.!?]{0,40}?\boff\b|\b(?:disable|deactivate)\b", re.IGNORECASE
)
_ON_AND_OFF = {
    **dict.fromkeys(("on", "enabled", "enable", "active", "activated"), True),
    **dict.fromkeys(("off", "disabled", "disable", "inactive", "deactivated"), False),
}


def another(task: Task, path: str, raw: Json, allowed: Sequence[Json]) -> bool:
    """Return whether a value is another one of its set than the person named.

    Args:
        task: what the person said.
        path: of the argument: a yes or no is on or off only where its name says so.
        raw: the value.
        allowed: its set; empty: it is open.
    """
    if isinstance(raw, bool):
        switch = _switch(path)
        return switch is not None and (raw is switch) in _switched(task.wanted)
    if not isinstance(raw, str) or not task.spoken or unit_of(raw) is not None:
        return False  # a unit is weighed with its number
    if raw.casefold() in _ON_AND_OFF and len(allowed) > 1:
        return _ON_AND_OFF[raw.casefold()] in _switched(task.wanted)
    said = task.words.stems
    texts = tuple(one for one in allowed if isinstance(one, str))
    return not _stems(raw) <= said and any(
        _tells(one) and _stems(one) <= said for one in texts if one != raw
    )


def _switch(path: str) -> bool | None:
    """Return whether yes is on, by the name of an argument; None: it switches nothing."""
    words = [one.casefold() for one in _PARTS.findall(path.rpartition(".")[2])]
    return _ON_AND_OFF.get(words[-1]) if words else None


@lru_cache(maxsize=256)
def _switched(text: str) -> tuple[bool, ...]:
    """Return what contradicts a text that turns something on, or off; both: nothing does."""
    on, off = _ON.search(text) is not None, _OFF.search(text) is not None
    return () if on == off else (off,)


@lru_cache(maxsize=4096)
def _stems(choice: str) -> frozenset[str]:
    return frozenset(map(stem, _PARTS.findall(choice)))


@lru_cache(maxsize=4096)
def _tells(choice: str) -> bool:
    """Return whether a choice is a word that people do not use for something else all the time."""
    parts = _PARTS.findall(choice)
    plain = (one for one in parts if not is_stop(one) and not one.isdigit())
    return any(verb_classes(stem(one)).isdisjoint(_COMMON) for one in plain)
