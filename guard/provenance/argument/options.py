"""What a call sets of its own accord: an optional yes, choice or day that no word supports.

Whoever says nothing of it gets what the tool does by itself. What the schema does anyway, what it
wants in every call, and what changes nothing ("normal") is nobody's choice. It decides nothing.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from guard.model.call import Held, Json, Scalar
from guard.model.late import late
from guard.model.origin import LINKED
from guard.provenance.argument.choice import COMMON, HTTP, all_stems, another
from guard.provenance.argument.optional import said_for
from guard.provenance.quantity.counts import things_at
from guard.provenance.quantity.weekdays import weekday, weekdays_in
from guard.provenance.request.pieces import Piece, asking
from guard.provenance.request.task import Task
from guard.provenance.schema.shown import optional_in, own_at
from guard.provenance.schema.slot import Slot, slot_of
from guard.provenance.schema.standing import begins_at
from guard.provenance.schema.switches import retains, weighty
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.sentences import WORD
from guard.provenance.typed.derived import unit_of
from guard.provenance.vocabulary.currencies import currency_of, words_in
from guard.provenance.vocabulary.derivation import spoken_as
from guard.provenance.vocabulary.lexicon import Capability, is_stop, stem, verb_classes
from guard.provenance.vocabulary.titles import content_words

_NEUTRAL = frozenset(
    map(stem, ("none", "normal", "standard", "default", "regular", "basic", "medium", "once"))
) | frozenset(map(stem, ("private", "internal", "guest", "viewer", "view", "read", "other")))
"""Choices that ask for nothing beyond the act, or for the least."""
_LITTLE = frozenset(map(stem, ("see", "view", "read", "all", "day", "active", "enabled")))
"""Words of switches by which a yes gives nothing beyond the act."""
_MONEY = frozenset({"pay", "money"})
_LEAST = 4
_ACRONYM = 3
"""Letters of a choice that may be those with which words begin: gtc."""
_WORDED = frozenset({"title", "body"})
_NOTHING = frozenset[str]()
_BEGUN = late(
    r"\b(?:from|off|(?:based|branch(?:ed)?|start(?:ing)?|build(?:ing)?|top)\s+(?:of|on|at))\s+"
    r"(?!(?:the\s+)?(?:main|master)\b)|\bwhere\b"
    r"|(?:\b(?:not|never|no|nor|neither|without)\b|n['\u2019]t\b)[^.;!?\n]{0,40}\b"
    r"(?:from|off|top|bas(?:e|ed|ing)|branch(?:ed|ing)?|start\w*|begin\w*|buil[dt]\w*|fork\w*|cut|stem\w*)\b"
    r"|\b(?:instead\s+of|rather\s+than|other\s+than|except|but)\s+(?:(?:not|from|the)\s+)*(?:main|master)\b"
    r"|\b(?:as|with)\s+(?:(?:its|the|a)\s+)?(?:base|parent|source|start)\b|\b(?:base|parent|source|start)\s*[:=]"
    r"|\b(?:at|after|behind|on)\s+(?:the\s+)?(?:tag|commit|release|version|v\d|[\da-f]{7,40}\b)",
    re.IGNORECASE,
)
"""Where a text begins something elsewhere than at the main branch: "from develop"."""
_AIM = re.compile(r"\s(?:to|as|auf|in|zu|en|\u00e0)\s", re.IGNORECASE)
"""What stands before that to which something is changed."""


@lru_cache(maxsize=4096, typed=True)  # a closed set, and a yes is no 1
def strays(task: Task, able: Capability, held: Held, path: str, raw: Scalar) -> bool:
    """Return whether a value of a schema's own is another one than the person's, or nobody's.

    Args:
        task: what the person said.
        able: what the tool does.
        held: the tool.
        path: of the argument.
        raw: the value.
    """
    slot = slot_of(held, path, raw)
    if raw in begins_at(path.rpartition(".")[2], own_at(held, path)[0]):
        return _BEGUN.search(task.text) is not None  # "a new one, not on main" begins there
    return another(task, able, slot, path, raw) or unsupported(task, able, slot, path, raw)


def unsupported(task: Task, able: Capability, slot: Slot, path: str, raw: Json) -> bool:
    """Return whether a call sets an option of its schema that no word of the person supports.

    Args:
        task: what the person said.
        able: what the tool does; its own words support nothing.
        slot: what is known of the argument.
        path: of the argument.
        raw: the value, one of the schema's own.
    """
    if slot.needed or slot.again or not task.spoken or raw is None or raw == slot.default:
        return False
    if "change" in able.verbs:
        return False  # what a change is to, is the act
    if isinstance(raw, bool):
        if retains(task.text, path):
            return False
        return _switches(task, able, slot, on=raw)
    return isinstance(raw, str) and _chooses(task, able, slot, path, raw)


def _switches(task: Task, able: Capability, slot: Slot, *, on: bool) -> bool:
    if (on and slot.switch.yes) or (not on and slot.default is not True):
        return False  # what weighs by its name was weighed
    words = slot.switch.words - able.stems
    if on:
        # What keeps a payment from the others who see payments, covers it.
        plain = (bool(slot.switch.no) and _MONEY.isdisjoint(able.verbs | able.nouns)) or (
            words <= _LITTLE
        )
        return not plain and words.isdisjoint(
            said_for(task, able, words, task.words.stems | _apart(task.wanted))
        )
    return bool(words) and words.isdisjoint(all_stems(task.text))


@lru_cache(maxsize=256)
def _apart(text: str) -> frozenset[str]:
    """Return the stems of a text, of words with joints each on its own: "a read-only link"."""
    return all_stems(text.replace("-", " "))


def _chooses(
    task: Task, able: Capability, slot: Slot, path: str, raw: str, *, changes: bool = False
) -> bool:
    """Return whether one of a set is nobody's; `changes`: that it asks for little is no excuse."""
    texts = tuple(one for one in slot.allowed if isinstance(one, str))
    if len(texts) < 2 or raw in slot.standing or _goes_without(raw):  # noqa: PLR2004
        return False
    if _says_little(raw) and not changes:
        return False
    if all(unit_of(one) is not None for one in texts):
        return False  # weighed with its number
    if weighty(raw, texts, able.stems, needed=False):
        return False
    if weekday(raw) in weekdays_in(task.wanted):
        return False
    said = said_for(task, able, things_at(path), task.words.stems)
    verbs = task.words.verbs - COMMON if changes else task.words.verbs
    return not (things_at(path) <= said or _is_said(task, raw, said, verbs))


@lru_cache(maxsize=4096)
def _goes_without(raw: str) -> bool:
    """Return whether a choice is weighed elsewhere: a currency with its amount, a method."""
    return raw.casefold() in HTTP or bool(currency_of(raw))


@lru_cache(maxsize=4096)
def _says_little(raw: str) -> bool:
    """Return whether a choice asks for nothing of its own."""
    stems = _stems(raw) or frozenset({stem(raw)})  # "other" is a stop-word
    return stems <= _NEUTRAL


@lru_cache(maxsize=4096)
def _stems(raw: str) -> frozenset[str]:
    return frozenset(stem(one) for one in words_in(raw) if not is_stop(one) and not one.isdigit())


@lru_cache(maxsize=4096)
def _made_so(raw: str) -> frozenset[str]:
    """Return the stems by which people ask for a choice of one word: freeze it, for "frozen"."""
    words = words_in(raw)
    return spoken_as(words[0]) if len(words) == 1 else _NOTHING


def _is_said(task: Task, raw: str, said: frozenset[str], verbs: frozenset[str]) -> bool:
    """Return whether a person says a choice, in its words or by a verb of that sort."""
    stems = _stems(raw) | _made_so(raw)
    if not stems.isdisjoint(said) or any(verb_classes(one) & verbs for one in stems):
        return True
    if len(raw) < _LEAST and (_stands_alone(task.wanted, raw) or _begins(task.wanted, raw)):
        return True
    plain = "".join(words_in(raw))
    return len(plain) >= _LEAST and plain in _plain(task.wanted)


@lru_cache(maxsize=1024)
def _stands_alone(text: str, raw: str) -> bool:
    """Return whether a text says a short choice as a word of its own; no article: "size m"."""
    before = r"(?:to|is|as|[:=\"'])\s?" if raw.casefold() in {"a", "i", "an", "in", "on"} else ""
    return re.search(rf"(?<!\w){before}{re.escape(raw)}(?!\w)", text, re.IGNORECASE) is not None


@lru_cache(maxsize=1024)
def _begins(text: str, raw: str) -> bool:
    """Return whether the words of a text begin with the letters of a choice: "good till gone"."""
    words = "".join(f" {one[0]}" for one in WORD.findall(text.casefold()))
    return len(raw) >= _ACRONYM and raw.isalpha() and f" {' '.join(raw.casefold())} " in f"{words} "


@lru_cache(maxsize=256)
def _plain(text: str) -> str:
    return "".join(one for one in text.casefold() if one.isalnum())


def goes_further(
    task: Task, able: Capability, held: Held, slots: Mapping[str, Slot],
    values: Sequence[tuple[Value, Worth]],
) -> bool:  # fmt: skip
    """Return whether a change sets what no word supports, beside what the person asked for.

    What a change is to may be said in any words; where one of its arguments is said as it is, that
    is the change, and another one is one more.

    Args:
        task: what the person said.
        able: what the tool does.
        held: the tool.
        slots: what is known of the call's arguments, by their paths.
        values: these arguments, with their worth.
    """
    if "change" not in able.verbs or not task.spoken:
        return False
    free = [one for one, its in values if its.why == "exempt" and not slots[one.path].needed]
    loose = [one for one in free if _is_loose(task, able, slots[one.path], one)]
    if not loose:  # nearly always
        return False
    if len(loose) < len(free) or any(_is_said_change(task, slots, *pair) for pair in values):
        return True
    rest = [one for one, its in values if its.why != "exempt" and one.level != "target"]
    own = () if rest else asking(task.pieces, able)
    left = [one for one in optional_in(held) if one not in slots]
    return bool(own) and all(
        _is_to_another(task, one, values) or any(_says_it(one, held, name) for name in left)
        for one in own
    )


def _says_it(piece: Piece, held: Held, name: str) -> bool:
    """Return whether a request says what a call leaves out: its priority, or that it is urgent."""
    things = things_at(name)
    if things and things <= piece.stems:
        return True
    every = (one for one in own_at(held, name)[1] if isinstance(one, str))
    return any(stems <= piece.stems for one in every if (stems := _stems(one)))


def _is_said_change(task: Task, slots: Mapping[str, Slot], value: Value, its: Worth) -> bool:
    """Return whether an argument is what the person wants their thing to be, and not which one."""
    if value.level == "target":  # whom it is given to, and not what is changed
        return not slots[value.path].needed and its.why != "exempt" and its.source >= LINKED
    own = content_words(value.text) if value.role in _WORDED else _NOTHING
    return its.why == "in_prompt" or (bool(own) and own <= task.wording)


def _is_to_another(task: Task, piece: Piece, values: Sequence[tuple[Value, Worth]]) -> bool:
    """Return whether a request says to what it changes its thing, and a call holds that nowhere."""
    aims = [one.end() for one in _AIM.finditer(task.wanted, piece.start, piece.end)]
    to = [one for one in piece.held if aims and one.start >= aims[0]]
    told = [one.text.casefold() for one, _ in values]
    return bool(to) and not any(one.literal.casefold() in text for one in to for text in told)


def _is_loose(task: Task, able: Capability, slot: Slot, value: Value) -> bool:
    if not value.text or value.text == str(slot.default) or slot.again:
        return False
    if value.text in {"True", "False"}:
        words = slot.switch.words - able.stems
        return bool(words) and words.isdisjoint(all_stems(task.text))
    return value.text in slot.allowed and _chooses(
        task, able, slot, value.path, value.text, changes=True
    )
