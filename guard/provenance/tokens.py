"""Typed values inside a longer text: split at blanks first, then only what can be one is looked at.

A text is never read for its meaning here.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from guard.provenance.canonical import MARKED, WHOLE, canonical, moments_of
from guard.provenance.words import EXTENSIONS

# Begins with a plain class, for which the engine leaps ahead, and only then looks back.
_SPACED_IBAN = re.compile(r"[A-Z](?<!\w[A-Z])[A-Z]\d{2}(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?\b")
_GROUPS = re.compile(r" [A-Z0-9]{4} [A-Z0-9]{4}")
"""What every IBAN with blanks holds, and few other texts; the engine leaps to a blank fastest."""
_SPACED_PHONE = re.compile(
    r"(?<![\w+])\+\d{1,3}(?:[ ./-]?\(?\d{1,5}\)?){2,6}(?!\w)"
    r"|(?<!\w)\(\d{2,5}\)[ -]?\d{2,4}(?:[ -]\d{2,5}){1,3}(?!\w)"
)
_GAP = r"\s<>()\[\]{}\"'`|,;“”«»"
_GAPS = re.compile(rf"[{_GAP}]")
# From the first mark of a token on: the engine leaps to it, over all the words that have none.
_MARKED = re.compile(rf"[0-9@/:.](?:[^{_GAP}]|,(?=\d))*")
_RUN_ON = re.compile(r"(?<=[a-z0-9])\.([A-Z][a-z]+)$")


def tokens(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Yield the typed values inside a longer text: kind, canonical, start, end."""
    spans: list[tuple[int, int]] = []
    ibans = (("iban", _SPACED_IBAN),) if _GROUPS.search(text) else ()
    phones = (("phone", _SPACED_PHONE),) if "+" in text or "(" in text else ()
    for kind, pattern in (*ibans, *phones):
        for whole in pattern.finditer(text):
            found = canonical(kind, whole[0])
            if found:
                spans.append(whole.span())
                yield kind, found, whole.start(), whole.end()
    spans.sort(reverse=True)
    for first, last in _marked(text):
        while spans and spans[-1][1] <= first:
            spans.pop()
        if spans and spans[-1][0] <= first:
            continue  # the digits of a number written with spaces are none of their own
        raw = text[first:last]
        bare = raw.rstrip("*_~:.!?=").lstrip("*_~:.!?#=")
        if len(bare) <= 2 * WHOLE:
            start = first + raw.find(bare)
            for kind, one, length in _typed(bare):
                yield kind, one, start, start + length


def _marked(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each token with a mark begins and ends."""
    before = 0
    for found in _MARKED.finditer(text):
        mark, last = found.span()
        first = max(text.rfind(" ", before, mark) + 1, before)
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


@lru_cache(maxsize=16384)
def _typed(bare: str) -> tuple[tuple[str, str, int], ...]:
    """Return what a token can be, each with the length (characters) that it has in the text."""
    if MARKED.isdisjoint(bare):
        return ()
    token = _first_sentence(bare.removeprefix("mailto:"))
    return tuple((kind, one, len(token)) for kind, one in _kinds(token))


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
