"""Whether a call edits a file as the person says: "turn debug off in /srv/app.yaml".

Where no verb of theirs is the tool's, the edit may make one line otherwise, in the value that it
gives to what they name, or take out the very line that they wrote. What they quote as that which
goes is taken whole. It decides nothing.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from guard.provenance.request.edited import OPENS, edited
from guard.provenance.request.naming import SILENT
from guard.provenance.request.task import Task
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.sentences import sentences
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import Capability, stem

_EDITS = frozenset(map(stem, ("edit", "modify", "patch", "update", "replace")))
_OLD = frozenset({"old", "search", "find", "from", "before", "original"})
_NEW = frozenset({"new", "replace", "replacement", "to", "after", "with"})
_OFF = {"true": "false", "on": "off", "yes": "no", "enabled": "disabled"}
_ON = {off: on for on, off in _OFF.items()}
_LINE = re.compile(
    r"(?P<key>\s*[\"']?[^\W\d_][\w.-]*[\"']?(?:\s*[:=]\s*|[ \t]+))"
    r"(?P<mark>[\"']?)(?P<value>[\w.-]+)(?P=mark)(?P<end>[,;]?\s*)"
)
"""A line that gives one value to one name, and nothing else: no remark, no list."""
_IN = r"\s+(?:in|inside|within|from|out\s+of)\s+(?:the\s+)?(?:file\s+)?[\"'`]?{0}(?![\w/-]|\.\w)"
_THE = r"\s+(?:(?:the|its)\s+)?"
_GOES = re.compile(
    r"\b(?:(?P<gone>remove|delete|drop|erase|strip|cut|take\s+out)|replace|change|correct|fix|swap"
    r"|substitute)\s+(?:(?:the|that|this)\s+)?(?:(?:whole|entire|exact|old)\s+)?"
    r"(?:(?:line|text|words?|phrase|sentence|string|passage|paragraph|row)\s+)?"
    r"[\"'`\u201c\u201e\u2018\u00ab]*\Z",
    re.IGNORECASE,
)
"""What stands before a quote of what is no longer to be there."""
_FAR = 60
_LOOKS = frozenset({"read"})
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
    if len(old) != 1 or len(new) != 1 or len(bodies) != 2:  # noqa: PLR2004  one place in it
        return False
    return _is_said(task.wanted, paths[0], old[0], new[0])


def cuts_otherwise(task: Task, values: Values) -> bool:
    """Return whether a call takes another text out of a file than the one that the person quotes.

    A part of it, or what else stands there, is another one.

    Args:
        task: what the person said.
        values: the arguments of the call, with their worth.
    """
    said = _quoted(task) if "quoted" in task.kinds else ()
    if not said:
        return False
    bodies = [value for value, _ in values if value.role == "body"]
    old = [one.text for one in bodies if _is(one, _OLD)]
    new = [one.text for one in bodies if _is(one, _NEW)]
    if len(old) != len(new) or not all(map(str.strip, old)):
        return False
    return any(not _takes(said, one, two) for one, two in zip(old, new, strict=True))


def _takes(said: tuple[tuple[str, bool], ...], old: str, new: str) -> bool:
    """Return whether one text becomes another so that what a person quotes goes, or is replaced."""
    line, old, new = "\n" not in old.strip(), _spaced(old), _spaced(new)
    for quote, gone in said:
        left = _spaced(old.replace(quote, " "))
        rest = line and not new and len(left) < len(quote)  # of a line of which most is quoted
        if quote in old and (not gone or new == left or rest):
            return True
    return False


def _spaced(text: str) -> str:
    return " ".join(text.split())


@lru_cache(maxsize=256)
def _quoted(task: Task) -> tuple[tuple[str, bool], ...]:
    """Return what is quoted as what goes, each with whether nothing is to take its place.

    Nothing, where a sentence without such a quote asks for a change as well.
    """
    found = [
        (one, said)
        for one in task.entities
        if one.kind == "quoted" and one.frame not in SILENT
        if (said := _GOES.search(task.text, max(one.start - _FAR, 0), one.start))
    ]
    places = [
        at for at in sentences(task.text) if any(at[0] <= one.start < at[1] for one, _ in found)
    ]
    acts = (one.place[0] for one in task.asks if not one.verbs <= _LOOKS)
    if not all(any(start <= at < end for start, end in places) for at in acts):
        return ()
    return tuple((_spaced(one.literal), bool(said["gone"])) for one, said in found)


def _is(value: Value, names: frozenset[str]) -> bool:
    return not names.isdisjoint(words_in(value.path.rpartition(".")[2]))


@lru_cache(maxsize=256)
def _is_said(wanted: str, path: str, old: str, new: str) -> bool:
    """Return whether the person says all that becomes otherwise in a file."""
    if max(len(old), len(new)) > _LONGEST:
        return False
    before, after = old.strip("\n").splitlines(), new.strip("\n").splitlines()
    if len(before) == len(after):
        pairs = [(one, two) for one, two in zip(before, after, strict=True) if one != two]
        return len(pairs) == 1 and _is_set(wanted, path, *pairs[0])
    gone = [at for at in range(len(before)) if before[:at] + before[at + 1 :] == after]
    return len(gone) > 0 and _is_asked(
        wanted,
        path,
        rf"(?:remove|delete|drop){_THE}(?:line\s+)?[\"'`]?{re.escape(before[gone[0]].strip())}"
        r"[\"'`]?",
    )


def _is_set(wanted: str, path: str, old: str, new: str) -> bool:
    """Return whether the person wants one line to give to its name the value that it then gives."""
    was, now = _LINE.fullmatch(old), _LINE.fullmatch(new)
    if not was or not now or any(was[one] != now[one] for one in ("key", "mark", "end")):
        return False
    own = rf"[\"'`]?{r'[ _.-]?'.join(map(re.escape, words_in(was['key'])))}[\"'`]?"
    value = now["value"]
    said = [rf"(?:set|change|switch){_THE}{own}\s+to\s+[\"'`]?{re.escape(value)}[\"'`]?"]
    for switches, word, verb in ((_OFF, "off", "disable"), (_ON, "on", "enable")):
        if switches.get(was["value"].casefold()) == value.casefold():
            said.append(rf"(?:turn|switch|set){_THE}{own}\s+(?:to\s+)?{word}")
            said.append(rf"(?:{verb}|(?:turn|switch)\s+{word}){_THE}{own}")
    return bool(words_in(was["key"])) and _is_asked(wanted, path, "|".join(said))


def _is_asked(wanted: str, path: str, said: str) -> bool:
    """Return whether a text asks for something in a file, with nothing between."""
    whole = rf"{OPENS}(?:{said}){_IN.format(re.escape(path))}"
    return re.search(whole, wanted, re.IGNORECASE) is not None
