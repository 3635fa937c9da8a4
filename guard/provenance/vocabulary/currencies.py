"""How people, schemas and records write currencies: plain data, and how it is read.

A code that is also a word (`ALL`, `TRY`) is known in capital letters only. One that is missing is
no currency, so that an amount in it is nobody's and gets a question. A mark that is missing is a
currency of its own, which equals no other.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

MARKS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"}
SIGNS = (
    "$£¤¥֏؋߾߿৲৳৻૱௹฿៛\u20a0-\u20cf꠸﷼\ufe69\uff04\uffe0\uffe1\uffe5\uffe6"
    "\U00011fdd-\U00011fe0\U0001e2ff\U0001ecb0"
)
"""Every mark of a currency but the cent (Unicode category Sc), for a class of characters."""
_OF_A_COUNTRY = {
    "US$": "USD",
    "CA$": "CAD",
    "C$": "CAD",
    "A$": "AUD",
    "AU$": "AUD",
    "NZ$": "NZD",
    "HK$": "HKD",
    "NT$": "TWD",
    "S$": "SGD",
    "R$": "BRL",
    "MX$": "MXN",
}

_PLAIN = """
USD EUR GBP JPY INR CHF CAD AUD SEK NOK PLN DKK CZK HUF NZD SGD HKD CNY KRW ZAR BRL MXN AED ILS THB
"""
_LOUD = """
TRY RON BGN ISK UAH SAR QAR KWD BHD OMR JOD TND EGP MAD NGN KES IDR MYR PHP VND TWD PKR CLP COP PEN
ARS BTC ETH USDC USDT
"""

CODES = frozenset(_PLAIN.split())
"""Codes that mean a currency in small letters, too (ISO 4217)."""
LOUD = frozenset(_LOUD.split())
"""Codes that people write in capitals, lest they be words."""

NAMES = {
    **{code: code for code in CODES | LOUD},
    **MARKS,
    **_OF_A_COUNTRY,
    "DOLLAR": "USD",
    "BUCK": "USD",
    "US DOLLAR": "USD",
    "U.S. DOLLAR": "USD",
    "CANADIAN DOLLAR": "CAD",
    "AUSTRALIAN DOLLAR": "AUD",
    "EURO": "EUR",
    "POUND": "GBP",
    "POUND STERLING": "GBP",
    "BRITISH POUND": "GBP",
    "YEN": "JPY",
    "YUAN": "CNY",
    "RUPEE": "INR",
    "FRANKEN": "CHF",
    "FRANC": "CHF",
    "SWISS FRANC": "CHF",
}
"""Codes, marks and names, in capitals and in the singular, with the code that they mean."""

PLACES = {
    **dict.fromkeys(("JPY", "KRW", "VND", "CLP", "ISK"), 0),
    **dict.fromkeys(("KWD", "BHD", "OMR", "JOD", "TND"), 3),
}
"""Decimal places of the currencies that do not have two (ISO 4217)."""
USUAL_PLACES = 2
"""Decimal places of all others, and of an amount whose currency nobody knows.

Too many make rules stricter (a yen counts a hundredfold); too few would let cents through as none.
"""


_LONG = sorted(NAMES.keys() - LOUD - MARKS.keys() - _OF_A_COUNTRY.keys(), key=len, reverse=True)
WORD = (
    r"(?:(?:(?<![^\W\d_])[^\W\d_]++)?["
    + SIGNS
    + r"]|(?<![^\W\d])(?:(?:"
    + "|".join(map(re.escape, _LONG))
    + r")s?"
    r"|(?-i:" + "|".join(sorted(LOUD)) + r"))(?![^\W\d_]))"
)
"""One currency as people write it, for patterns that ignore case; letters that touch a mark too."""
SPOKEN = re.compile(WORD, re.IGNORECASE)
WEIGHED = re.compile(r"\bpounds?\b(?! sterling)", re.IGNORECASE)
"""Pounds that may be a weight as well as money."""


def currency_of(text: str) -> str:
    """Return the code of a currency by its code, mark or name; empty: it is none that is known."""
    name = text.upper()
    if name not in NAMES:
        name = " ".join(name.split())
    return NAMES.get(name) or NAMES.get(name.removesuffix("S"), "")


def code_of(text: str) -> str:
    """Return the code of a currency; one that is not known is itself, in capitals."""
    return currency_of(text) or " ".join(text.upper().split())


def currencies_in(text: str) -> frozenset[str]:
    """Return the codes of the currencies that a text speaks of."""
    return frozenset(code_of(one[0]) for one in SPOKEN.finditer(text))


_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_CURRENCIES = frozenset({"currency", "currencies", "ccy", "cur"})
_CODE = frozenset({"code", "iso", "of", "unit", "name"})
SOURCE = frozenset({"from", "source", "base"})


@lru_cache(maxsize=4096)  # the same fields come back in every result
def words_in(name: str) -> tuple[str, ...]:
    """Return the words of a name in snake, kebab or camel case, casefolded."""
    return tuple(one.casefold() for one in _WORDS.findall(name))


@lru_cache(maxsize=4096)  # for the same reason
def names_currency(name: str) -> bool:
    """Return whether an argument or a field of this name says in which currency something is."""
    last = [one for one in words_in(name) if one not in _CODE | SOURCE]
    return bool(last) and last[-1] in _CURRENCIES


def codes_in(fields: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return the codes that the fields of one record name.

    Args:
        fields: name and text. `currency` is that of the record; `fee_currency` counts without it.
    """
    found = [
        (frozenset(words_in(name)) <= _CURRENCIES | _CODE, code_of(text))
        for name, text in fields
        if text.strip() and names_currency(name)
    ]
    own = frozenset(code for plain, code in found if plain)
    return own or frozenset(code for _, code in found)
