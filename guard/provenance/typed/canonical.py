"""One spelling for each typed value, and what a value can be: whole fields, and tokens in text.

A value that has no canonical form is compared as the text that it is. Nothing here is looked up.
"""

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from guard.provenance.vocabulary.currencies import MARKS, currency_of
from guard.provenance.vocabulary.words import EXTENSIONS

WHOLE = 256
"""The longest text (characters) that is compared as a whole."""

_EMAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+'-]{0,63}@((?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24})")
_URL = re.compile(
    r"(?:([A-Za-z][A-Za-z0-9+.-]{1,15})://)?(?:([^\s/@?#]{1,128})@)?"
    r"((?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}|localhost|(?:\d{1,3}\.){3}\d{1,3})"
    r"(:\d{1,5})?(/[^\s?#]*)?(\?[^\s#]*)?(#\S*)?"
)
_IBAN = re.compile(r"[A-Za-z]{2}\d{2}[A-Za-z0-9]{10,30}")
_PHONE = re.compile(r"\+?\(?\d{1,4}\)?(?:[ ./-]?\(?\d{1,5}\)?){1,6}")
_PHONE_DIGITS = (7, 15)  # ITU-T E.164
_NUMBER = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[+-]?\d{1,30}(?:\.\d{1,18})?")
_DIGITS = 28
"""So many are exact in the context of Decimal; of more it rounds."""
_DATE = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_TIME = re.compile(r"(\d{1,2})(?::(\d{2})(?::\d{2})?)? ?([AaPp]\.?[Mm]\.?)?")
MONTHS = {
    **dict(
        zip(
            ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
            range(1, 13),
            strict=True,
        )
    ),
    "mär": 3,
    "mai": 5,
    "okt": 10,
    "dez": 12,
    "fév": 2,
    "avr": 4,
    "aoû": 8,
    "déc": 12,
    "juin": 6,
    "juil": 7,
}
_FILE = re.compile(r"[\w()\[\]+ .-]{0,200}\w\.([A-Za-z][A-Za-z0-9]{0,4})")
_ASCII = frozenset({"email", "iban", "url", "phone", "number"})
MARKED = frozenset("0123456789@/:.")


def canonical(kind: str, value: str) -> str | None:  # noqa: PLR0911  one line a kind
    """Return the one spelling of a value of a kind; None: it is no value of that kind."""
    if kind in _ASCII and not value.isascii():
        return None  # digits and letters of other alphabets look alike and are not
    match kind:
        case "email":
            found = _EMAIL.fullmatch(value)
            return value.casefold() if found else None
        case "iban":
            return _iban(value)
        case "url":
            return _url(value)
        case "phone":
            return _phone(value)
        case "filename":
            found = _FILE.fullmatch(value)
            return value if found and found[1].casefold() in EXTENSIONS else None
        case "number":
            return _plain(value)
        case "amount":
            return _amount(value)
        case _:
            return text_of(value) or None


def text_of(value: str) -> str:
    """Return a text as it is compared: one space between words; two cases are two texts."""
    if "  " not in value and value.isprintable() and value == value.strip():
        return value  # no other blank is printable
    return " ".join(value.split())


def name_of(value: str) -> str:
    """Return a text as people use it to name a thing: case folded as well."""
    return text_of(value).casefold()


class Typed(NamedTuple):
    """Everything that a whole value can be.

    Args:
        kinds: (kind, canonical), strict kinds first.
        moment: the day (YYYY-MM-DD) and the time of day (HH:MM) that it is; each may be empty.
    """

    kinds: tuple[tuple[str, str], ...] = ()
    moment: tuple[str, str] = ("", "")


_NOTHING = Typed()


def classify(value: str) -> tuple[tuple[str, str], ...]:
    """Return every (kind, canonical) that a whole value can be, strict kinds first."""
    return typed(value).kinds


def typed(value: str) -> Typed:
    """Return everything that a whole value can be.

    Args:
        value: an argument or a field, whole. One that is too long to be compared is nothing.
    """
    value = value.strip()
    return _typed(value) if 0 < len(value) <= WHOLE else _NOTHING


@lru_cache(maxsize=8192)  # the same values come back in every result
def _typed(value: str) -> Typed:
    found: list[tuple[str, str]] = []
    moments: list[tuple[str, str]] = []
    if not MARKED.isdisjoint(value):
        for kind in _possible(value):
            one = canonical(kind, value)
            if one is not None:
                found.append((kind, one))
        moments = moments_of(value)
        found += moments
        hosts = [
            ("host", one.partition("/")[0].partition(":")[0])
            for kind, one in found
            if kind == "url" and "/" not in one
        ]
        found += hosts
    when = dict(moments)
    return Typed((*found, ("text", text_of(value))), (when.get("date", ""), when.get("time", "")))


def _possible(value: str) -> tuple[str, ...]:
    """Return the kinds that a whole value is tried as, without those that it cannot be."""
    if value.isdigit():
        return ("number",)
    if "@" in value:
        return ("email", "url")
    return ("iban", "url", "filename", "number", "amount", "phone")


def _iban(value: str) -> str | None:
    packed = "".join(value.split())
    if _IBAN.fullmatch(packed) is None or sum(map(str.isdigit, packed)) < 6:  # noqa: PLR2004
        return None
    return packed.upper()


def _url(value: str) -> str | None:
    found = _URL.fullmatch(value)
    if found is None:
        return None
    scheme, user, host, port, path, query, fragment = found.groups()
    if scheme is None:
        if user is not None or (path is None and host.rpartition(".")[2].casefold() in EXTENSIONS):
            return None
        if path is None and port is None and host.replace(".", "").isdigit():
            return None  # a bare IP address or a date, not a link
    front = (
        ""
        if scheme is None or scheme.casefold() in {"http", "https"}
        else f"{scheme.casefold()}://"
    )
    who = f"{user}@" if user else ""
    way = "" if path in (None, "/") and not query and not fragment else path or "/"
    gate = "" if port in (None, ":80", ":443") else port
    return f"{front}{who}{host.casefold()}{gate}{way}{query or ''}{fragment or ''}"


def _phone(value: str) -> str | None:
    if _PHONE.fullmatch(value) is None:
        return None
    digits = "".join(one for one in value if one.isdigit())
    separated = value.startswith("+") or any(one in " -/()" for one in value.strip())
    return (
        ("+" if value.startswith("+") else "") + digits
        if _PHONE_DIGITS[0] <= len(digits) <= _PHONE_DIGITS[1]
        and separated
        and not _DATE.match(value)
        else None
    )


def _decimal(value: str) -> Decimal | None:
    if not value.isascii() or _NUMBER.fullmatch(value) is None:
        return None
    try:
        number = Decimal(value.replace(",", ""))
    except InvalidOperation:
        return None
    return number.normalize() + 0


def _plain(value: str) -> str | None:
    if value.isdigit() and len(value) <= _DIGITS:
        return value.lstrip("0") or "0"  # most numbers
    number = _decimal(value)
    return None if number is None else f"{number:f}"


def _amount(value: str) -> str | None:
    text = value.strip()
    if text[:1] in MARKS:
        first, last = text[:1], text[1:]
    elif text[-1:] in MARKS:
        first, last = text[:-1], text[-1:]
    else:
        first, _, last = text.rpartition(" ")
        if not currency_of(last):
            first, _, last = text.partition(" ")
    code = currency_of(last) or currency_of(first)
    number = _decimal((first if currency_of(last) else last).strip())
    return f"{number:f} {code}" if code and number is not None else None


def moments_of(value: str) -> list[tuple[str, str]]:
    """Return the day and the time of day that a value is."""
    if not value.isascii():
        return []
    found = _DATE.fullmatch(value)
    if found:
        year, month, day, hour, minute = found.groups()
        date = [("date", f"{year}-{month}-{day}")] if _is_day(month, day) else []
        return date + ([("time", f"{hour}:{minute}")] if hour else [])
    dotted = _DOTTED.fullmatch(value)
    if dotted and _is_day(dotted[2], dotted[1]):
        return [("date", f"{dotted[3]}-{int(dotted[2]):02}-{int(dotted[1]):02}")]
    one = time_of(value)
    return [("time", one)] if one else []


def time_of(value: str) -> str | None:
    """Return a time of day as HH:MM; a bare number is none."""
    found = _TIME.fullmatch(value)
    if found is None or not (found[2] or found[3]):
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    half = (found[3] or "").casefold()[:1]
    if half:
        if not 1 <= hour <= 12:  # noqa: PLR2004
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None  # noqa: PLR2004


def _is_day(month: str, day: str) -> bool:
    return 1 <= int(month) <= 12 and 1 <= int(day) <= 31  # noqa: PLR2004
