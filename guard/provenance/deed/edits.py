"""Whether a call edits a file as the person says: "turn debug off in /srv/app.yaml".

Where no verb of theirs is the tool's, all that the edit takes out and puts in has to be of their
words, or one of a switch; and it is at a place of which they speak. It decides nothing.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from guard.provenance.argument.choice import switched
from guard.provenance.request.edited import edited
from guard.provenance.request.task import Task
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.frames import Entity
from guard.provenance.speech.unasked import without
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import Capability, is_stop, stem

_EDITS = frozenset(map(stem, ("edit", "modify", "patch", "update", "replace")))
_OLD = frozenset({"old", "search", "find", "from", "before", "original"})
_NEW = frozenset({"new", "replace", "replacement", "to", "after", "with"})
_ON = {"true": True, "on": True, "yes": True, "enabled": True}
_OFF = {"false": False, "off": False, "no": False, "disabled": False}
_SWITCHES = {**_ON, **_OFF}
_WORD = re.compile(r"[^\W_]+")
_LONGEST = 400

Values = Sequence[tuple[Value, Worth]]


def edits(task: Task, able: Capability, values: Values) -> bool:
    """Return whether a call does in a file what a request wants to be otherwise in it.

    Args:
        task: what the person said.
        able: what the tool does.
        values: the arguments of the call, with their worth.
    """
    if "file" not in able.nouns or able.stems.isdisjoint(_EDITS) or "change" not in able.verbs:
        return False
    paths = [value.text for value, _ in values if value.role == "path"]
    if len(paths) != 1 or paths[0] not in edited(task.wanted, task.entities):
        return False
    bodies = [value for value, _ in values if value.role == "body"]
    old = [one.text for one in bodies if _is(one, _OLD)]
    new = [one.text for one in bodies if _is(one, _NEW)]
    if not old or len(old) != len(new) or len(bodies) != 2 * len(old):
        return False
    return all(_is_said(task, *pair) for pair in zip(old, new, strict=True))


def _is(value: Value, names: frozenset[str]) -> bool:
    return not names.isdisjoint(words_in(value.path.rpartition(".")[2]))


def _is_said(task: Task, old: str, new: str) -> bool:
    """Return whether the person speaks of a place, and of all that becomes otherwise there."""
    if max(len(old), len(new)) > _LONGEST or not _signs(new) <= _signs(old):
        return False
    before, after = _words(old), _words(new)
    said = _said(task.wanted, task.entities)
    if not any(stem(one) in said for one in before if not is_stop(one) and one not in _SWITCHES):
        return False
    gone, come = before - after, after - before
    if any(stem(one) not in said for one in (*gone, *come) if one not in _SWITCHES):
        return False
    against = switched(task.wanted)
    return all(
        stem(one) in said or (bool(against) and _SWITCHES[one] not in against)
        for one in come
        if one in _SWITCHES
    )


@lru_cache(maxsize=256)
def _said(wanted: str, found: tuple[Entity, ...]) -> frozenset[str]:
    """Return the stems of a person's words, but for those in names of files."""
    text = without(wanted, [(one.start, one.end) for one in found if one.kind == "filename"])
    return frozenset(stem(one) for one in _WORD.findall(text))


def _words(text: str) -> Counter[str]:
    return Counter(one.casefold() for one in _WORD.findall(text))


def _signs(text: str) -> frozenset[str]:
    """Return the signs of a text that are neither words nor blanks."""
    return frozenset(one for one in text if not (one.isalnum() or one.isspace()))
