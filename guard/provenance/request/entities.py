"""The typed values in a person's own words, and how the sentence names each.

A value counts whole and as what it is: the 13 of June 13 is no object, a word at the start of a
sentence is no name, and a sender is not a receiver. Linear in the text. It is used on words that
the front received from the person, and never on a result.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from guard.model.late import late
from guard.provenance.quantity.days import dates
from guard.provenance.quantity.measured import is_measured
from guard.provenance.quantity.mixed import mixed
from guard.provenance.quantity.numerals import (
    TIMED,
    TIMES,
    in_words,
    listed_before,
    numerals,
    scaled,
)
from guard.provenance.quantity.rates import BEHIND as PER
from guard.provenance.request.ids import beside_names, ids
from guard.provenance.request.logins import accounts, secrets
from guard.provenance.request.names import names
from guard.provenance.speech.frames import Entity, Frame, clause_before, framed
from guard.provenance.speech.lone import all_in
from guard.provenance.speech.sentences import WORD as WORDS
from guard.provenance.speech.sentences import sentences
from guard.provenance.typed.canonical import canonical, text_of
from guard.provenance.typed.money import in_thousands, pointed
from guard.provenance.typed.networks import networks
from guard.provenance.typed.tokens import tokens
from guard.provenance.vocabulary.currencies import (
    SIGNS,
    SPOKEN,
    USUAL_PLACES,
    WEIGHED,
    WORD,
    code_of,
)
from guard.provenance.vocabulary.lexicon import is_stop, stem, verb_classes
from guard.provenance.vocabulary.words import PAYING, PRICES

_QUOTED = re.compile(
    r"\"([^\"\n]{1,256})\"|`([^`\n]{1,256})`|“([^”\n]{1,256})”|«([^»\n]{1,256})»|„([^“”\n]{1,256})[“”]"
    r"|(?<![\w])'([^'\n]{1,256})'(?!\w)"
)
_DIGITS = r"\d(?:[\d.,]{0,28}\d)?"
_BEFORE = r"(?<![\w.,])"
_MONEY = late(
    rf"{WORD} ?(?<![\d.,])(?P<behind>{_DIGITS})(?![.,]?\d)(?P<times>{TIMES})?(?! ?{WORD})"
    rf"|{_BEFORE}(?P<before>{_DIGITS})(?P<by>{TIMES})? ?(?:{WORD}|(?P<cents>cents?\b|pence\b|¢))",
    re.IGNORECASE,
)
_PER_CENT = re.compile(r"\s?(?:%|per\s?cent\b|prozent\b|pour cent\b)", re.IGNORECASE)
_PERCENT = re.compile(
    r"\b(\d{1,4}(?:\.\d+)?) ?(?:%|per\s?cent\b|prozent\b|pour cent\b)", re.IGNORECASE
)
_BARE = re.compile(
    rf"(?<![\w.,/:¢{SIGNS}-])(?<![¢{SIGNS}] )(?<!minus )(?<!negative )({_DIGITS})"
    rf"(?![\w:%-]|/(?!(?:hour|day|night|week|month|year)\b)|[.,]\d| ?[¢{SIGNS}])"
)
_COUNTED = re.compile(
    r"[ -][\"'`“„«]?"
    r"(?!(?:and|or|to|for|from|in|on|at|as|with|by|per|und|für|an|et|pour|à)\b)[^\W\d_]"
)
"""After a number: a word that says what is counted, so that the number is no amount."""
_GOES_ON = re.compile(
    r" (?:I|we|he|she|they|you|it|today|tomorrow|tonight|now|please|thanks|this|that|which|because"
    r"|since|if|instead|back|until|till|before|after|via|heute|morgen|jetzt|bitte|ich|wir)\b"
)
"""After a number: a word with which the sentence goes on, so that nothing is counted."""
_PATH = re.compile(r"(?<![\w/:.@~+-])(?:~|\.{1,2}|[\w.+-]+)?(?:/[\w.+-]+)+/?")
_CENTS = re.compile(r"\d{1,9}[.,]\d\d")
_MARKER = re.compile(r"\)\s")
_STREET = re.compile(
    r" (?:[A-Z][\w.'-]* ){0,3}"
    r"(?i:street|st|avenue|ave|road|rd|lane|ln|drive|boulevard|blvd|square)\b"
)
"""After a number: the street in which it is a house."""
_UNIT = re.compile(
    r"(?:(?:degrees?|grad)\s+(?=(?:celsius|fahrenheit|centigrade|kelvin|[cfk])\b))?[^\W\d_]+",
    re.IGNORECASE,
)
_OF = re.compile(r"\s+of\b", re.IGNORECASE)
_MORE = re.compile(
    r"\b(?:another|(?:an?|the)\s+(?:extra|additional|further|remaining|other|missing))\s+$",
    re.IGNORECASE,
)
"""What stands before so much money of which nobody says that it is any: "send her an extra 50"."""
_BUYING = frozenset({"pay", "buy", "send"})


def extract(text: str) -> tuple[Entity, ...]:
    """Return the typed values of a person's text, in the order of the text."""
    typed = _untouched([*secrets(text), *dates(text), *_tokens(text), *ids(text)])
    typed += _free(_networks(text), typed)
    money = _free(_money(text), typed)
    quoted = list(_quotes(text))
    held = [one for one in typed if one.kind != "object_id"]  # "order 6 pens" has no number 6
    typed += _free(_counted(text), [*held, *money, *quoted])
    typed += _free(numerals(text), [*typed, *money, *quoted])
    typed += _free(beside_names(text), [*typed, *money, *quoted])
    quoted += _free(accounts(text), [*typed, *quoted])
    quoted += _free(_paths(text), [*typed, *quoted, *money])
    named = _free(names(text), [*typed, *quoted, *money])
    found = sorted([*typed, *money, *quoted, *named], key=lambda one: (one.start, -one.end))
    return tuple(framed(text, [*mixed(text, found)]))


def _untouched(found: list[Entity]) -> list[Entity]:
    """Drop what lies inside a value that was found before it."""
    kept: list[Entity] = []
    taken: set[int] = set()
    for one in found:
        span = range(one.start, one.end)
        known = [k for k in kept[-4:] if (k.start, k.end) == (one.start, one.end)]
        if any((k.kind, k.canonical) == (one.kind, one.canonical) for k in known):
            continue
        if known or not taken.issuperset(span):
            kept.append(one)
            taken.update(span)
    return kept


def _free(found: Iterator[Entity], others: list[Entity]) -> list[Entity]:
    """Return the values that lie beside all of the others."""
    taken = bytearray(max((one.end for one in others), default=0))
    for one in others:
        taken[one.start : one.end] = b"\1" * (one.end - one.start)
    return [one for one in found if taken.find(1, one.start, one.end) < 0]


def _quotes(text: str) -> Iterator[Entity]:
    for found in _QUOTED.finditer(text):
        number = found.lastindex or 0
        literal = found[number]
        yield Entity("quoted", text_of(literal), literal, found.start(number), found.end(number))


def _tokens(text: str) -> Iterator[Entity]:
    for kind, one, start, end in tokens(text):
        if kind not in {"number", "amount"}:
            frame: Frame = "when" if kind in {"date", "time"} else "unknown"
            yield Entity(kind, one, text[start:end], start, end, frame)


def _networks(text: str) -> Iterator[Entity]:
    for one, start, end in networks(text):
        yield Entity("ip", one, one, start, end)


def _money(text: str) -> Iterator[Entity]:
    seen: set[int] = set()
    priced: set[int] = set()
    for found in _MONEY.finditer(text):
        said = SPOKEN.search(found[0])
        code = code_of(said[0]) if said else ""
        digits = found["behind"] or in_thousands(found["before"], code)
        number = scaled(digits, found["times"] or found["by"])
        priced.add(found.end())
        if WEIGHED.search(found[0]) and not _is_priced(text, found):
            continue
        if number and found["cents"]:
            number = f"{Decimal(number).scaleb(-USUAL_PLACES).normalize():f}"
        if number:
            seen.update(range(*found.span()))
            spelling = f"{number} {code}" if code else number
            yield Entity("amount", spelling, found[0], *found.span())
            if said and found["before"] and not found["cents"]:
                for more, first, last in listed_before(text, found.start()):
                    seen.update(range(first, last))
                    yield Entity("amount", f"{more} {code}", text[first:last], first, last)
    for found in _PERCENT.finditer(text):
        seen.update(range(*found.span()))
        yield Entity("percent", canonical("number", found[1]) or found[1], found[0], *found.span())
    yield from (one for one in _written(text) if one.start not in seen)
    for found in _BARE.finditer(text):
        number = canonical("number", pointed(found[1]))
        counted = _COUNTED.match(text, found.end()) and not PER.match(text, found.end())
        counted = counted and not _GOES_ON.match(text, found.end())
        counted = counted or _marks(text, found)
        after = found.start() - 1 in priced and text[found.start() - 1].isspace()  # 5 EUR 50
        if (
            found.start() not in seen
            and not after
            and number
            and not counted
            and (_is_paid(text, found.start()) or _is_price(text, found) or _is_more(text, found))
        ):
            yield Entity("amount", number, found[1], *found.span(1))


def _written(text: str) -> Iterator[Entity]:
    """Yield the amounts that are written as 78k, or in words."""
    for found in TIMED.finditer(text):
        before = text[max(found.start() - 24, 0) : found.start()].split()[-2:]
        priced = any(one.casefold().strip(",:") in PRICES for one in before)
        number = scaled(found[1], found[2])
        if number and (priced or not _COUNTED.match(text, found.end())):  # not "the 10k run"
            yield Entity("amount", number, found[0], *found.span())
    for value, start, end in in_words(text):
        yield _in_words(text, f"{value.normalize():f}", start, end)


def _in_words(text: str, number: str, start: int, end: int) -> Entity:
    """Return a number that is spelled out, as what it is of."""
    code, percent = SPOKEN.match(text, end + 1), _PER_CENT.match(text, end)
    if code:
        return Entity("amount", f"{number} {code_of(code[0])}", text[start:end], start, end)
    if percent:
        return Entity("percent", number, text[start:end], start, end)
    counted = _COUNTED.match(text, end)
    if not counted and _is_paid(text, start):
        return Entity("amount", number, text[start:end], start, end)
    unit = _UNIT.match(text, counted.end() - 1) if counted else None
    return Entity(
        "quantity", number, f"{text[start:end]} {unit[0] if unit else ''}".strip(), start, end
    )


def _is_price(text: str, found: re.Match[str]) -> bool:
    """Return whether a number is written as money is, where something is paid: bill Ann 18.50."""
    written = _CENTS.fullmatch(found[1]) is not None
    return written and (_is_priced(text, found) or bool(all_in(text)))


def _is_more(text: str, found: re.Match[str]) -> bool:
    more = _MORE.search(text, max(found.start() - 24, 0), found.start())
    return more is not None and _is_priced(text, found)


def _is_priced(text: str, found: re.Match[str]) -> bool:
    """Return whether pounds are money: something is paid or costs them, and they are not of it."""
    if _OF.match(text, found.end()):
        return False
    window = text[max(found.start() - 120, 0) : found.end() + 120]
    at = found.start() - max(found.start() - 120, 0)
    own = next((window[a:b] for a, b in sentences(window) if a <= at < b), window)
    return any(
        one[0].casefold() in PRICES or not _BUYING.isdisjoint(verb_classes(stem(one[0])))
        for one in WORDS.finditer(own)
    )


def _marks(text: str, found: re.Match[str]) -> bool:
    """Return whether a number only counts the points of a list: 2) call Ann."""
    if not _MARKER.match(text, found.end()):
        return False
    before = text[max(found.start() - 120, 0) : found.start()]
    return before.count("(") <= before.count(")")


def _counted(text: str) -> Iterator[Entity]:
    """Yield numbers of things, with their unit: 100 shares, 30 liters."""
    for found in _BARE.finditer(text):
        unit = _COUNTED.match(text, found.end())
        number = canonical("number", pointed(found[1]))
        if unit and number and not (_STREET.match(text, found.end()) or _is_postcode(text, found)):
            word = _UNIT.match(text, unit.end() - 1)
            end = word.end() if word else unit.end()
            literal = f"{found[1]} {text[unit.end() - 1 : end]}"
            yield Entity("quantity", number, literal, found.start(), found.end(1))


def _is_postcode(text: str, found: re.Match[str]) -> bool:
    """Return whether a number stands in an address, before its town: "12 Mill Lane, 3520 Graz"."""
    return (
        found[1].isdigit()
        and len(found[1]) in {4, 5}
        and text[max(found.start() - 2, 0) : found.start()] == ", "
        and text[found.end() + 1 : found.end() + 2].isupper()
    )


def _paths(text: str) -> Iterator[Entity]:
    """Yield names with a stroke in them: ~/notes/roof.txt, src/main.py, acme/web."""
    for found in _PATH.finditer(text):
        literal = found[0].rstrip(".,")
        if any(map(str.isalpha, literal)) and not all(map(is_stop, literal.split("/"))):
            yield Entity("filename", literal, literal, found.start(), found.start() + len(literal))


def _is_paid(text: str, start: int) -> bool:
    words = [one.casefold() for one in clause_before(text, start).split()[-3:]]
    return any(word.strip(",:") in PAYING for word in words) or is_measured(text, start)
