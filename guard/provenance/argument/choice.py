"""One of a closed set, where the person named another: approve for reject, off for on.

A value of a schema's own set carries nobody's words, but it may be the opposite of theirs, or an
act that they did not ask for.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from guard.model.call import Json
from guard.provenance.argument.heard import denied, heard
from guard.provenance.argument.optional import said_for
from guard.provenance.quantity.weekdays import weekday, weekdays_in
from guard.provenance.request.task import Task
from guard.provenance.schema.slot import Slot
from guard.provenance.schema.switches import keeps, retains, spoken, unsaid, weighty
from guard.provenance.speech.answered import PARTS, answers, as_written, by_name, by_number, told
from guard.provenance.speech.sentences import WORD, is_base
from guard.provenance.typed.derived import unit_of
from guard.provenance.vocabulary.contrary import UNDOING
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.derivation import spoken_as
from guard.provenance.vocabulary.lexicon import Capability, is_stop, stem, stems_of, verb_classes
from guard.provenance.vocabulary.phrasal import alike
from guard.provenance.vocabulary.words import set_of

COMMON = frozenset({"read", "create", "send", "change", "schedule"})
"""Classes of verbs that prompts are full of, so that a choice of that name says nothing."""
_ON = re.compile(
    r"\b(?:turn|switch|set|put)\b[^.!?]{0,40}?\bon\b|\b(?:enable|activate)\b", re.IGNORECASE
)
_OFF = re.compile(
    r"\b(?:turn|switch|set|put)\b[^.!?]{0,40}?\boff\b|\b(?:disable|deactivate)\b", re.IGNORECASE
)
_SAYS_SO = re.compile(
    r"(?:^|[.!?;\n])\s*(?:[^\s.,;:!?]+\s+){1,4}(?:(on|an|ein)|off|aus)\s*(?=[,.;!?\n]|$)",
    re.IGNORECASE,
)
"""A few words of which the last one switches: "heating off", "Benachrichtigung an, bis Montag"."""
_BOTH = re.compile(
    r"\b(?P<one>on|off)(?:,|\s+and)\s[^.!?]{1,60}?\b(?!(?P=one)\b)(?:on|off)\b(?=\s*(?:[.,;!?]|$))",
    re.IGNORECASE,
)
"""One on and another off: "switch A on and that of B off"."""
_SCALE = (
    *("none", "lowest", "trivial", "low", "minor", "normal", "medium", "moderate", "high", "major"),
    *("severe", "urgent", "critical", "highest"),
)
"""Words of closed sets for how much, the least first."""
_LOWERS = re.compile(r"\b(?:lower|reduce|decrease|downgrade|deprioriti[sz]e)\b", re.IGNORECASE)
_RAISES = re.compile(r"\b(?:raise|increase|bump|upgrade|escalate|prioriti[sz]e)\b", re.IGNORECASE)
_ON_AND_OFF = {
    **dict.fromkeys(("on", "enabled", "enable", "active", "activated"), True),
    **dict.fromkeys(("off", "disabled", "disable", "inactive", "deactivated"), False),
}
HTTP = {
    **dict.fromkeys(("get", "head", "options"), frozenset[str]()),
    **dict.fromkeys(("put", "patch"), frozenset({"change", "create"})),
    "post": frozenset({"create", "send", "post", "pay", "buy", "share", "schedule", "add_member"}),
    "delete": frozenset({"delete", "cancel", "remove_member"}),
}
"""What is asked for by whoever asks for a method of HTTP (RFC 9110, 5789) by another word."""
_PUBLIC = frozenset(map(stem, ("public", "publicly", "external", "visible")))
_INSIDE = frozenset(map(stem, ("private", "internal", "confidential", "privately", "internally")))
_RELEASES = frozenset(
    map(
        stem,
        set_of(
            "open free release let back off out away up again stop lift remove drop end no not"
            " never clear restore undo reopen nicht kein wieder auf aus ab ne pas plus"
        ),
    )
)
"""Words of who wants undone what was done, in whatever words."""
_HARSH = frozenset({"delete", "cancel", "pay", "share", "post", "publish", "buy", "run"})
"""Classes of verbs of which a choice takes the person's word."""


def another(task: Task, able: Capability, slot: Slot, path: str, raw: Json) -> bool:
    """Return whether a value is another one of its set than the person named, or a switch unsaid.

    Args:
        task: what the person said.
        able: what the tool does.
        slot: what is known of the argument.
        path: of the argument: a yes or no is on or off only where its name says so.
        raw: the value.
    """
    if isinstance(raw, bool):
        return task.spoken and _flips(task, able, slot, path, on=raw)
    if not task.spoken or not isinstance(raw, str | int):
        return False
    if isinstance(raw, int):
        numbers = by_number(task.wanted, words_in(path.rpartition(".")[2]), slot.allowed)
        return bool(numbers) and str(raw) not in numbers
    if unit_of(raw) is not None:
        return False  # weighed with its number
    texts = tuple(one for one in slot.allowed if isinstance(one, str))
    named = by_name(task.wanted, words_in(path.rpartition(".")[2]), texts)
    if named and raw not in named and not _uses(task, raw):
        return True
    return _is_another(task, able, slot, raw)


def _is_another(task: Task, able: Capability, slot: Slot, raw: str) -> bool:
    if raw.casefold() in _ON_AND_OFF and len(slot.allowed) > 1:
        return _ON_AND_OFF[raw.casefold()] in switched(task.wanted)
    if raw.casefold() not in _ON_AND_OFF and (says := switched(task.wanted)):
        # Off was said, and it is none of the ways to be on.
        off = (_ON_AND_OFF.get(one.casefold()) for one in slot.allowed if isinstance(one, str))
        if says == (True,) and False in off and _stems(raw).isdisjoint(task.words.stems):
            return True
    if (day := weekday(raw)) is not None and weekdays_in(task.wanted):
        return day not in weekdays_in(task.wanted)
    texts = tuple(one for one in slot.allowed if isinstance(one, str))
    said = heard(task, texts)
    # "Only to read it, not to edit it"; "as a no-show", and it is done.
    stray = _is_opposite(task.wanted, raw.casefold(), tuple(map(str.casefold, texts)))
    stray |= raw not in said and _stems(raw) <= _left_out(task.text, task.said)
    if stray or (said and raw not in said and not _uses(task, raw)):
        return True
    wanted = () if raw == slot.default else weighty(raw, texts, able.stems, needed=slot.needed)
    return (
        unsaid(wanted, spoken(task.wanted, task.words.stems))
        or _acts_otherwise(task, raw, texts)
        or (_undoes(raw, texts) and _says_nothing_of(task, raw))
        or _names_another(task, raw, texts, able.stems | slot.switch.words)
    )


@lru_cache(maxsize=1024)
def _is_opposite(text: str, raw: str, allowed: tuple[str, ...]) -> bool:
    """Return whether a text lowers something, and this is the most of a scale, or the reverse."""
    scale = [one for one in _SCALE if one in allowed]
    if len(scale) < 2 or raw not in {scale[0], scale[-1]}:  # noqa: PLR2004
        return False
    if re.search(rf"\b{raw}\b", text, re.IGNORECASE):
        return False  # they say it
    down, up = _LOWERS.search(text) is not None, _RAISES.search(text) is not None
    return down != up and raw == (scale[-1] if down else scale[0])


def _names_another(task: Task, raw: str, allowed: tuple[str, ...], heads: frozenset[str]) -> bool:
    """Return whether the person named another one of a set, and not this."""
    named = told(task.wanted, allowed, heads) or as_written(task.wanted, allowed)
    if named:
        return raw.casefold() not in named
    said = task.words.stems
    return not _uses(task, raw) and any(
        _tells(one) and _says(task.folded, one, said) for one in allowed if one != raw
    )


def _says(text: str, choice: str, said: frozenset[str]) -> bool:
    """Return whether a text says a choice, in any form of its words; a train is no "training"."""
    words = PARTS.findall(choice)
    own = all(not spoken_as(one).isdisjoint(said) for one in words)
    if not own or len(words) > 1 or not (one := choice.casefold()).endswith("ing"):
        return own
    return (
        one in text
        or re.search(rf"\b{stem(one)}(?:e?d|e)?\s+(?:\w+\s+)?(?:me|us|him|her|them)\b", text)
        is not None
    )


def _uses(task: Task, raw: str) -> bool:
    """Return whether the person uses the words of a choice; the article of a record is no A."""
    capital = raw.isupper() and is_stop(raw)
    said = not capital or re.search(rf"\b{raw}\b", task.wanted) is not None
    return said and _says(task.folded, raw, task.words.stems)


def _flips(task: Task, able: Capability, slot: Slot, path: str, *, on: bool) -> bool:
    """Return whether a yes or a no is another one than the person's, or takes their word."""
    switch = _switch(path)
    if switch is not None and (on is switch) in switched(task.wanted):
        return True
    said = answers(task.wanted, words_in(path.rpartition(".")[2]))
    said = frozenset({True}) if retains(task.text, path) else said
    said = said or (frozenset({False}) if denied(task.text, path) else said)
    if said:
        return on not in said
    words = slot.switch.words
    # "An internal note", and it is for everybody to see; "unpaid", and it is paid.
    unlike = not _undone(words).isdisjoint(task.words.stems)
    unlike |= not words.isdisjoint(_PUBLIC) and not task.words.stems.isdisjoint(_INSIDE)
    if on and words and (unlike or words <= _left_out(task.text, task.said)):
        return True
    if not on and keeps(path, able.stems, task.words.stems, task.wanted):
        return True
    if on is slot.default:
        return False
    return (
        unsaid(slot.switch.yes, spoken(task.wanted, said_for(task, able, words, task.words.stems)))
        if on
        else _opens(task, slot)
    )


@lru_cache(maxsize=1024)
def _undone(words: frozenset[str]) -> frozenset[str]:
    return frozenset(f"un{one}" for one in words)


def _opens(task: Task, slot: Slot) -> bool:
    """Return whether a no takes away what keeps something in: said or not, they spoke of it."""
    return bool(slot.switch.no) and slot.switch.no[0].isdisjoint(all_stems(task.text))


@lru_cache(maxsize=256)
def all_stems(text: str) -> frozenset[str]:
    """Return the stems of all words of a text."""
    return stems_of([one[0] for one in WORD.finditer(text)])


@lru_cache(maxsize=256)
def _left_out(text: str, said: str) -> frozenset[str]:
    """Return the stems of a text that stand only where the person left something out."""
    return all_stems(text) - all_stems(said)


def _acts_otherwise(task: Task, raw: str, allowed: Iterable[str]) -> bool:
    """Return whether a choice is an act that the person asks for by no word: delete, for update."""
    methods = [one for one in allowed if one.casefold() in HTTP]
    if raw in methods and len(methods) > 1:
        named = {one for one in HTTP if re.search(rf"\b{one.upper()}\b", task.wanted)}
        if named:
            return raw.casefold() not in named
        meant = HTTP[raw.casefold()]
        return bool(meant) and meant.isdisjoint(task.words.verbs)
    acts = verb_classes(stem(raw))
    if _HARSH.isdisjoint(acts) or sum(bool(verb_classes(stem(one))) for one in allowed) < 2:  # noqa: PLR2004
        return False
    return stem(raw) not in task.words.stems and acts.isdisjoint(task.words.verbs)


@lru_cache(maxsize=1024)
def _undoes(raw: str, allowed: tuple[str, ...]) -> bool:
    """Return whether a choice undoes another one of its set: unlock, of lock and unlock."""
    others = [one.casefold() for one in allowed if is_base(one.casefold())]
    return any(raw.casefold() == mark + one for mark in UNDOING for one in others)


def _says_nothing_of(task: Task, raw: str) -> bool:
    """Return whether no word of the person is for a choice, or for undoing anything."""
    return (alike(frozenset({stem(raw)})) | _RELEASES).isdisjoint(task.words.stems)


@lru_cache(maxsize=1024)
def _switch(path: str) -> bool | None:
    """Return whether yes is on, by the name of an argument; None: it switches nothing."""
    words = [one.casefold() for one in PARTS.findall(path.rpartition(".")[2])]
    return _ON_AND_OFF.get(words[-1]) if words else None


@lru_cache(maxsize=256)
def switched(text: str) -> tuple[bool, ...]:
    """Return what contradicts a text that turns something on, or off; both: nothing does."""
    says = {bool(one[1]) for one in _SAYS_SO.finditer(text)}
    on, off = _ON.search(text) is not None, _OFF.search(text) is not None
    on, off = on or True in says, off or False in says
    if on != off and _BOTH.search(text):
        return ()
    return () if on == off else (off,)


@lru_cache(maxsize=4096)
def _stems(choice: str) -> frozenset[str]:
    return frozenset(map(stem, PARTS.findall(choice)))


@lru_cache(maxsize=4096)
def _tells(choice: str) -> bool:
    """Return whether a choice is a word that people do not use for something else all the time."""
    parts = PARTS.findall(choice)
    plain = (one for one in parts if not is_stop(one) and not one.isdigit())
    return any(verb_classes(stem(one)).isdisjoint(COMMON) for one in plain)
