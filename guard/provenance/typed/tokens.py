"""Typed values inside a longer text: split at blanks first, then only what can be one is looked at.

A text is never read for its meaning here.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from guard.provenance.typed.canonical import MARKED, WHOLE, canonical, moments_of
from guard.provenance.vocabulary.words import EXTENSIONS

_SPACED_IBAN = re.compile(r"[A-Z]{2}\d{2}(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?\b")
_HEAD = re.compile(r"(?<!\w)[A-Z]{2}\d{2}\Z")
"""How the token ends with which an IBAN begins that is written with blanks."""
_SPACED_PHONE = re.compile(
    r"(?<![\w+])\+\d{1,3}(?:[ ./-]?\(?\d{1,5}\)?){2,6}(?!\w)"
    r"|(?<!\w)\(\d{2,5}\)[ -]?\d{2,4}(?:[ -]\d{2,5}){1,3}(?!\w)"
)
_GAP = r"\s<>()\[\]{}\"'`|,;“”«»"
_GAPS = re.compile(rf"[{_GAP}]")
# From the first mark of a token on: the engine leaps to it, over all the words that have none.
_MARKED = re.compile(rf"[0-9@/:.][^{_GAP}]*(?:,(?=\d)[^{_GAP}]*)*")
_RUN_ON = re.compile(r"(?<=[a-z0-9])\.([A-Z][a-z]+)$")
_LONGEST = 2 * WHOLE


class _Token(NamedTuple):
    """What one token is.

    Args:
        kinds: all that it can be: kind, canonical, and from where to where in the token.
        head: where in it an IBAN may begin that goes on behind it; -1: nowhere.
    """

    kinds: tuple[tuple[str, str, int, int], ...]
    head: int


def tokens(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Yield the typed values inside a longer text: kind, canonical, start, end."""
    phones = [*_spaced_phones(text)] if "+" in text or "(" in text else []
    yield from phones
    phones.reverse()
    taken = 0  # so far reaches the last IBAN; groups of a number are no numbers of their own
    for first, last in _marked(text):
        raw, begun = text[first:last], first < taken
        kinds, head = _kept(raw) if last - first <= _LONGEST else _read(raw)
        if head >= 0 and first + head >= taken:
            whole = _SPACED_IBAN.match(text, first + head)
            found = canonical("iban", whole[0]) if whole else None
            if whole and found:
                taken = whole.end()
                yield "iban", found, first + head, taken
                begun = begun or not head
        while phones and phones[-1][3] <= first:
            phones.pop()
        if not begun and (not phones or phones[-1][2] > first):
            for kind, one, start, end in kinds:
                yield kind, one, first + start, first + end


def _spaced_phones(text: str) -> Iterator[tuple[str, str, int, int]]:
    for whole in _SPACED_PHONE.finditer(text):
        found = canonical("phone", whole[0])
        if found:
            yield "phone", found, *whole.span()


def _marked(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each token with a mark begins and ends."""
    before = 0
    for found in _MARKED.finditer(text):
        mark, last = found.span()
        first = text.rfind(" ", before, mark) + 1 or before
        if first < mark and not text[first:mark].isalnum():
            for gap in _GAPS.finditer(text, first, mark):
                first = gap.end()
        yield first, last
        before = last


def _first_sentence(token: str) -> str:
    """Cut a host where the next sentence begins without a space: `shop.example.They`."""
    found = _RUN_ON.search(token)
    if found is None or found[1].casefold() in EXTENSIONS or not token[: found.start()].islower():
        return token
    return token[: found.start()]


def _read(raw: str) -> _Token:
    """Return what a token is, without the marks around it."""
    head = _HEAD.search(raw)
    bare = raw.rstrip("*_~:.!?=").lstrip("*_~:.!?#=")
    kinds: list[tuple[str, str, int, int]] = []
    if len(bare) <= _LONGEST and not MARKED.isdisjoint(bare):
        start, token = raw.find(bare), _first_sentence(bare.removeprefix("mailto:"))
        kinds += [(kind, one, start, start + len(token)) for kind, one in _kinds(token)]
    return _Token(tuple(kinds), head.start() if head else -1)


_kept = lru_cache(maxsize=16384)(_read)  # the same ones come again and again


def _kinds(token: str) -> Iterator[tuple[str, str]]:
    if token.isdigit():
        yield "number", canonical("number", token) or token
        return
    if "@" in token:
        kinds: tuple[str, ...] = ("email", "url")
    elif token[0].isdigit() or token[0] in "+-$€£¥₹":
        yield from moments_of(token)
        kinds = ("number", "amount", "phone", "filename", "url")
    else:
        kinds = ("iban", "filename", "url")
    for kind in kinds:
        one = canonical(kind, token)
        if one is not None:
            yield kind, one
            if kind == "url" and "/" not in one:
                yield "host", one.partition(":")[0]
