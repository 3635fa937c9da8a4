"""What in a text leads its reader, or a program that shows it, to somewhere else.

Addresses are typed values. Whatever else programs follow is found by its mark, and compared letter
for letter, because no canonical form of it is known. Nothing is read for its meaning.
"""

import re
import unicodedata
from collections.abc import Iterator

from guard.provenance.typed.tokens import tokens

_ACTIVE = frozenset({"email", "url", "host", "iban", "phone"})
_RUN = r"[^\s<>\"'`]"


# Browsers take `//host` and `\\host` for a host, a whole number or a bracket for an address, and
# letters of any alphabet for a name; what follows a scheme is one whatever it looks like.
def _rooted(root: str) -> re.Pattern[str]:
    return re.compile(
        rf"{root}(?:(?<=:{root}){_RUN}+"
        rf"|(?=[^\s/\\]*[.\[\]%\d]|[^\s/\\]*[^\x00-\x7f])[^\s/\\]{_RUN}*)"
    )


_SLASHED, _ROOTED = _rooted("//"), _rooted(r"[/\\][/\\]")
"""The engine leaps to two slashes faster than to either of two."""
_TORN = re.compile(r"://(?<=\w://)\s+\S{1,60}")
"""A scheme whose address stands apart from it, for the reader to put together."""
_AFTER_SCHEME = re.compile(r":(?<=[aelost]:)(?=[+/\w])", re.IGNORECASE)
_REST = re.compile(rf":{_RUN}*")
_SCHEMES = ("javascript", "vbscript", "data", "tel", "sms", "mailto", "file", "intent")
_DATA = re.compile(r":[A-Za-z]+/")
_UNSEEN = re.compile(
    "[\\xad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e"
    "\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff9-\\ufffb\\U000e0000-\\U000e0fff]"
)
"""Characters that take no place: Default_Ignorable_Code_Point (UAX 44)."""
_WALLET = re.compile(r"\b(?:bc1[a-z0-9]{25,60}|0x[0-9a-fA-F]{40})\b")
"""Addresses of coins by their form: BIP 173, ERC-55."""
_ACCOUNT = re.compile(
    r"\b(?:sort\s?code|routing|bsb|blz|bankleitzahl|a/c|(?:account|acct|konto|compte)(?:nummer)?)"
    r"(?:\s+(?:and|und|et)\s+[^\W\d_]+)?(?:\s*(?:no|nr|num|number|code|iban)\b\.?)?\s*(?:is|ist|est)?\s?[:=#]?\s*"
    r"(?P<number>\d(?:[ -]?\d){5,16})\b",
    re.IGNORECASE,
)
"""The number of an account, or of its bank, with its name: "sort code 04-00-72"."""
_ACCOUNTED = ("sort", "rout", "bsb", "blz", "bank", "a/c", "acc", "konto", "compte")
"""One of these stands in every such name, its case folded."""
_PAYS = re.compile(
    r"\b(?:pay\w*|(?<!\d has )(?<!\d have )paid|transfer\w*"
    r"|wir(?:e[ds]?|ing)|remit\w*|deposit\w*|send|sort\s?code|routing|bank\w*|bsb|blz"
    r"|überweis\w*|be?zahl\w*|vire\w*|vers(?:er|ez)|pa(?:ie|ye)\w*)\b",
    re.IGNORECASE,
)
"""Words of who wants money somewhere: an account is a customer's otherwise, as who has paid."""


def leads(text: str) -> Iterator[tuple[str, str]]:
    """Yield (kind, canonical) of all in a text that leads somewhere; what is untyped is `text`."""
    if not text.isascii():
        # Full-width and one-dot-leader hosts are hosts, and so is one with what nobody sees in it.
        text = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    spans = []
    for kind, canonical, start, end in tokens(text):
        if kind in _ACTIVE:
            spans.append((start, end))
            yield kind, canonical
    for first, last in _marked(text):
        if not any(start < last and first < end for start, end in spans):
            yield "text", text[first:last]
    yield from (("text", one) for one in _accounts(text))


def _accounts(text: str) -> Iterator[str]:
    """Yield the numbers of accounts to which a text wants money paid; most texts have none."""
    folded = text.casefold()
    if [1 for one in _ACCOUNTED if one in folded] and _PAYS.search(text):
        yield from (one["number"] for one in _ACCOUNT.finditer(text))


def _marked(text: str) -> Iterator[tuple[int, int]]:
    """Yield where something stands that programs follow by its mark; most texts have no mark."""
    if "\\" in text or "//" in text:
        roots = _ROOTED if "\\" in text else _SLASHED
        yield from (found.span() for found in roots.finditer(text))
        yield from (found.span() for found in _TORN.finditer(text))
    if "bc1" in text or "0x" in text:
        yield from (found.span() for found in _WALLET.finditer(text))
    for found in _AFTER_SCHEME.finditer(text):
        before = text[max(found.start() - 10, 0) : found.start()].casefold()
        if not before.endswith(_SCHEMES):
            continue
        scheme = next(one for one in _SCHEMES if before.endswith(one))
        if scheme != "data" or _DATA.match(text, found.start()):
            rest = _REST.match(text, found.start())
            yield found.start() - len(scheme), rest.end() if rest else found.end()
