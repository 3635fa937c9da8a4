"""What a request says by an argument's own name: "size 43", "value site=88", "tag it urgent".

For arguments of which nobody said what they are. Right behind its name stands what the person wants
there, letter for letter and whole; "set the image of the mailer to x" says it at the end, and so
does who renames something. Where the name is said more than once, two things may be meant, and then
none is. An address, an account, a phone or a URL is none of this sort. It decides nothing.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from guard.provenance.argument.phrases import TOLD
from guard.provenance.request.pieces import Piece, asking
from guard.provenance.request.task import Task
from guard.provenance.schema.roles import like
from guard.provenance.source.value import Value
from guard.provenance.speech.frames import Entity
from guard.provenance.speech.pasted import pasted
from guard.provenance.speech.sentences import WORD, dictated
from guard.provenance.speech.unasked import joined, without
from guard.provenance.thing.sides import side_of
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.grammar import ARTICLES
from guard.provenance.vocabulary.lexicon import (
    Capability,
    is_stop,
    noun_classes,
    stem,
    verb_classes,
)

_PLAIN = frozenset({"text", "number", "filename"})
"""Kinds of what leads nowhere and is nobody's."""
_UNLIKE = frozenset({"", "digits"})
"""What a value is like that is no address, moment or currency."""
_LONGEST = 80
_HOLDERS = frozenset(
    {"account", "card", "iban", "phone", "mobile", "wallet", "address", "recipient", "payee"}
)
"""Words of names under which somebody is known, or paid."""
_LIMITS = frozenset({"above", "below", "over", "under"})
"""Little words that are the name of what they stand before: "above 470"."""
_BEFORE = frozenset({"new", "first", "last", "only", "own"})
_WORDY = frozenset(map(stem, ("name", "title", "label", "topic", "subject", "reason", "text")))
"""Names of what may be several words, so that a first one says not all of it."""
_NEW = frozenset(map(stem, ("name", "title", "filename")))
_RENAMES = frozenset(map(stem, ("rename", "retitle")))
_SETS = frozenset(
    map(stem, ("set", "change", "update", "switch", "adjust", "bump", "raise", "lower"))
)
"""Verbs that say to what the thing right behind them is set."""
_GAP = re.compile(
    r"\s{0,2}(?:[:=]|\s(?:is|as|of|called|named|with|it|them|this|that)\b)?\s{1,2}(?=\S)|[:=]"
)
_OF = re.compile(r"\s+(?:of|in|for|on|from|to|into|as)\b", re.IGNORECASE)
_AIM = re.compile(r"\s(?:to|into|as)\s{1,2}(?=\S)", re.IGNORECASE)
_HOLE = "   "
"""What is left of a quote that was taken out."""
_OPENS = frozenset({"and", "to", "in", "on", "for", "from", "with", "at", "by", "please", "then"})
"""Words behind a value with which a request goes on."""
_IDLE = frozenset({"please", "pls", "thanks", "and", "then", "now"})
"""What ends a request without saying more of it."""
_ASIDE = re.compile(
    TOLD.pattern + r"|\b(?:unless|whether|until|once|never|no|old|current|like|than"
    r"|leave|keep|have|has|had|mine|was|were|stay|already)\b|n['\u2019]t\b",
    re.IGNORECASE,
)
"""Where a request goes on to something else: on what condition it is done, and to which one."""
_THE = ARTICLES | {"the", "this", "that", "its", "their"}
_WHICH = frozenset({"with", "of", "in", "by", "for", "under", "on", "at", "from", "to", "having"})
_ENDS = re.compile(r"[,;!?)](?=\s|$)|\.(?=\s|$)")


def worded(task: Task, able: Capability, value: Value) -> bool:
    """Return whether a request says a value by the name of its argument, or that this is it now.

    Args:
        task: what the person said.
        able: what the tool does.
        value: an argument of which nobody said what it is.
    """
    text, name = value.text.strip(), value.path.rpartition(".")[2]
    if not 0 < len(text) <= _LONGEST or text not in task.wanted:
        return False  # most values: what nobody said at all is not said by its name
    if not {kind for kind, _ in value.kinds} <= _PLAIN or like(text) not in _UNLIKE:
        return False
    words = words_in(name)
    if not words or side_of(name) == "from" or not _HOLDERS.isdisjoint(words):
        return False
    plain = unquoted(task.wanted, task.text, task.entities)
    if "new" in words:
        texts = [plain[one.start : one.end] for one in asking(task.pieces, able)]
        return stem(words[-1]) in _NEW and len(texts) == 1 and text == _renamed(texts[0])
    places = requests_for(task.pieces, able, plain, stem(words[-1]))
    texts = [plain[start:end] for start, end in places]
    makes = "change" not in able.verbs
    return _said_by(words, tuple(texts), text, value.kin, makes=makes)


@lru_cache(maxsize=256)
def unquoted(wanted: str, text: str, entities: tuple[Entity, ...]) -> str:
    """Return what a person asks without what they quote, dictate or paste: blanks stand there."""
    quoted = ((one.start, one.end) for one in entities if one.kind == "quoted")
    return without(wanted, joined([*quoted, *dictated(text), *pasted(text)]))


@lru_cache(maxsize=1024)
def requests_for(
    pieces: tuple[Piece, ...], able: Capability, plain: str, named: str
) -> tuple[tuple[int, int], ...]:
    """Return where the requests for a tool lie, and what goes on with them: ", ttl 600".

    A request by the argument's own name is one as well: "tag it urgent".
    """
    own, found = asking(pieces, able), list[tuple[int, int]]()
    goes_on = False
    for one in pieces:
        first = WORD.search(plain, one.start, one.end)
        mine = any(one is other for other in own)
        goes_on = mine or (goes_on and not one.asks and not one.looks)
        if goes_on or (first is not None and stem(first[0]) == named):
            found.append((one.start, one.end))
    return tuple(found)


@lru_cache(maxsize=4096)
def _said_by(
    words: tuple[str, ...], texts: tuple[str, ...], value: str, kin: frozenset[str], *, makes: bool
) -> bool:
    """Return whether the only place that names an argument gives it this value.

    `makes`: "with the tag x" says how something is made; else, which one is meant.
    """
    if len(words) == 1 and is_stop(words[0]) and words[0] not in _LIMITS:
        return False
    stems = tuple(map(stem, words))
    places = [(text, *at) for text in texts for at in _named(text, stems)]
    if len(places) != 1:
        return False
    text, before, end = places[0]
    limits = words[0] in _LIMITS
    if not limits and (_ASIDE.search(text, 0, end) or not (makes or _is_set(before))):
        return False
    if before and not (limits or _leaves(before[-1], kin, opens=len(before) == 1)):
        return False  # the stop price is no price
    gap = _GAP.match(text, end)
    if gap and _is_whole(text[gap.end() :], value, wordy=stems[-1] in _WORDY):
        return True
    sets = before and stem(before[0]) in _SETS and all(map(is_stop, before[1:]))
    return bool(sets and _OF.match(text, end)) and _aim(text[end:]) == value


def _named(text: str, stems: tuple[str, ...]) -> Iterator[tuple[list[str], int]]:
    """Yield the words before each place that says the name of an argument, and where it ends.

    Behind a comma it stands by itself.
    """
    words = [*WORD.finditer(text)]
    own = [stem(one[0]) for one in words]
    for at in range(len(words) - len(stems) + 1):
        if (*own[at : at + len(stems)],) == stems:
            gap = text[words[at - 1].end() : words[at].start()] if at else ","
            said = words[:at] if gap.isspace() else []
            yield [one[0] for one in said], words[at + len(stems) - 1].end()


def _is_set(before: Sequence[str]) -> bool:
    """Return whether words before a name do not say by it which one is meant: "with the tag x"."""
    said = (one.casefold() for one in reversed(before))
    return next((one for one in said if one not in _THE), "") not in _WHICH


def _leaves(before: str, kin: frozenset[str], *, opens: bool) -> bool:
    """Return whether a word before a name leaves it what it is; `opens`: it is the first one."""
    if is_stop(before) or before.casefold() in _BEFORE or (own := stem(before)) in kin:
        return True
    return opens and bool(verb_classes(own)) and not noun_classes(own)


def _is_whole(rest: str, value: str, *, wordy: bool) -> bool:
    """Return whether a text begins with a value, and nothing behind it belongs to it."""
    if not rest.startswith(value):
        return False
    behind = rest[len(value) :]
    if behind[:1].isalnum() or behind.startswith(_HOLE):
        return False
    if _ENDS.match(behind) or not _end(behind):
        return True
    after = re.match(r"\s+([^\W\d_]+)\b", behind)
    one = " " not in value and not wordy
    return one and after is not None and after[1] in _OPENS


def _aim(text: str) -> str:
    """Return to what a request sets its thing, if it says so once, at its end."""
    found = [*_AIM.finditer(text)]
    aim = text[found[0].end() :] if len(found) == 1 else ""
    return "" if _HOLE in aim else aim[: _end(aim)].strip()


@lru_cache(maxsize=256)
def _renamed(text: str) -> str:
    """Return the new name that a request gives; empty: it renames nothing, or more than one."""
    first = next((one for one in WORD.finditer(text) if not is_stop(one[0])), None)
    return _aim(text[first.end() :]) if first and stem(first[0]) in _RENAMES else ""


def _end(text: str) -> int:
    """Return where a text ends without what says no more of it: ", please"."""
    while True:
        end = len(text.rstrip(" \t\r\n.,;!?"))
        at = max(text.rfind(one, 0, end) for one in " \t\n") + 1
        if text[at:end].casefold() not in _IDLE:
            return end
        text = text[:at]
