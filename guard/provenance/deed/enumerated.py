"""How many things a person wrote down one by one: "add these tasks: buy milk, call Bob".

For tools that make a thing with a text of its own, which is one of those written down. Not where
the request asks for one thing only: "add a note: milk, eggs". It counts, and decides nothing.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from guard.provenance.request.pieces import Piece, asking
from guard.provenance.request.task import Task
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.sentences import WORD
from guard.provenance.vocabulary.grammar import ARTICLES, ASKING, EACH, NUMBERS, is_plural
from guard.provenance.vocabulary.lexicon import (
    Capability,
    is_stop,
    noun_classes,
    stem,
    verb_classes,
)
from guard.provenance.vocabulary.reaching import REACHING
from guard.provenance.vocabulary.words import set_of

TEXTS = frozenset({"body", "title"})
_LINE = re.compile(r"^\s*(?:[-*\u2022\u2013]|\d{1,2}[.)])\s+(?P<item>\S.*)$", re.MULTILINE)
_COLON = re.compile(r":\s+(?P<items>[^\n:]+?)(?=[.!?](?:\s|$)|\n|$)")
_JOINT = re.compile(r"[,;]\s+(?:(?:and|und|et)\s+)?|\s+(?:and|und|et|&)\s+", re.IGNORECASE)
_TO = re.compile(r"(?:,|\s)\s*(?:and\s+)?\bto\s+(?=[^\W\d_])", re.IGNORECASE)
_OPENS = re.compile(
    r"\b(?:a|an|the|tasks?|reminders?|me|us)\b[^,;:.\n]{0,20}?\sto\s", re.IGNORECASE
)
_NEW = re.compile(r"\n(?=\s*\w[^\n]*:\s*(?:\n|$))")
"""Where words open another list."""
_THESE = set_of("these the following some new few couple my our a an all")
"""Words between the verb of a request and the things that it makes."""
_IDLE = set_of("for to in on into onto at each of as list today tomorrow tonight next this week")
_OPENERS = re.compile(r".*(?:[.!?,;]\s|\b(?:and|then)\s)", re.DOTALL | re.IGNORECASE)
_LISTS = frozenset(map(stem, ("list", "liste")))
_LONGEST, _MOST = 12, 50
"""Words of one item, and items of a list."""


def enumerated(
    task: Task, able: Capability, values: Sequence[tuple[Value, Worth]]
) -> tuple[int, Piece | None]:
    """Return how many things are written down of which a call makes one, and by which request.

    Args:
        task: what the person said.
        able: what the tool does.
        values: the arguments of the call.
    """
    if not makes(able):
        return 0, None
    own = [_words(value.text) for value, _ in values if value.role in TEXTS and value.text]
    for piece in asking(task.pieces, able) if own else ():
        text = task.wanted[piece.start :]
        items = _items(text)
        if makes_one(able, text[: _begins(text)]) or not _lists(able, text, len(items)):
            continue
        if any(_is_item(words, item) for words in own for item in items):
            return len(items), piece
    return 0, None


@lru_cache(maxsize=512)
def _words(text: str) -> tuple[str, ...]:
    words = (one[0].casefold() for one in WORD.finditer(text))
    return tuple(one for one in words if one not in ARTICLES)


def _is_item(words: Sequence[str], item: Sequence[str]) -> bool:
    """Return whether words are those of an item, which may go on: "call Ann tomorrow"."""
    return 2 * len(words) > len(item) and (*item[: len(words)],) == (*words,)


def makes(able: Capability) -> bool:
    """Return whether a tool makes something, and nobody is sent or paid it."""
    return "create" in able.verbs and able.verbs.isdisjoint(REACHING - {"add_member"})


def _lists(able: Capability, text: str, many: int) -> bool:
    """Return whether a request makes the very things that it lists.

    Not "add comments to these tasks: ...", "add one of these tasks: ...", or what Ann asked for.
    """
    opens = _OPENS.search(text)
    ends = [at for at in (text.find(":"), text.find("\n"), opens.end() if opens else -1) if at > 0]
    lead = _OPENERS.sub("", text[: min(ends, default=0)])
    words = [one[0].casefold() for one in WORD.finditer(lead)]
    does = [at for at, one in enumerate(words) if verb_classes(stem(one)) & able.verbs]
    if not does or not all(is_stop(one) or one in ASKING for one in words[: does[0]]):
        return False
    rest = [one for one in words[does[0] + 1 :] if one not in _THESE]
    if rest and rest[0] in NUMBERS | {str(many): many} and NUMBERS.get(rest[0], many) == many:
        rest = rest[1:]
    if not rest or not _is_of(able, rest[0]):
        return False
    return not any(is_plural(one) for one in rest[1:] if one not in _IDLE)  # "for my friends"


def _is_of(able: Capability, word: str) -> bool:
    own = stem(word)
    return own in able.stems - able.verbs or not noun_classes(own).isdisjoint(able.nouns)


def _begins(text: str) -> int:
    """Return where what is written down begins."""
    found = [at for at in (text.find(":"), text.find("\n"), text.find(",")) if at > 0]
    return min(found, default=len(text))


@lru_cache(maxsize=256)
def _items(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the words of each thing that a text writes down; empty: it lists none."""
    lines = [one["item"] for one in _LINE.finditer(_first_list(text))]
    parts = lines if len(lines) > 1 else [*_in_a_row(text)]
    items = [_words(one) for one in parts]
    if not 1 < len(items) <= _MOST or not all(0 < len(one) <= _LONGEST for one in items):
        return ()
    return (*items,) if len(set(items)) == len(items) else ()


def _first_list(text: str) -> str:
    """Return a text up to the end of the first list of lines in it: another has its own words."""
    first = _LINE.search(text)
    rest = _NEW.search(text, first.start()) if first else None
    return text[: rest.start()] if rest else text


def _in_a_row(text: str) -> Iterator[str]:
    """Yield what stands behind a colon, or behind each "to", up to the end of the sentence."""
    colon = _COLON.search(text)
    if colon:
        yield from _JOINT.split(colon["items"].strip())
        return
    sentence = re.split(r"[.!?](?:\s|$)|\n", text, maxsplit=1)[0]
    opens = _OPENS.search(sentence)
    parts = _TO.split(sentence[opens.end() :]) if opens else []
    if len(parts) > 1 and all(one.strip() for one in parts):
        yield from parts


def makes_one(able: Capability, text: str) -> bool:
    """Return whether a request asks for one thing of the sort that a tool makes."""
    words = [one[0].casefold() for one in WORD.finditer(text)]
    if not EACH.isdisjoint(words):
        return False
    for word, after in zip(words, [*words[1:], ""], strict=True):
        own, same = stem(word), _is_of(able, word)
        if same and noun_classes(own) and not is_plural(word) and stem(after) not in _LISTS | {own}:
            return own not in _LISTS
    return False
