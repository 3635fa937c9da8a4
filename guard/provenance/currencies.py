"""How people and schemas write currencies: plain data.

A code that is also a word (`ALL`, `TRY`) is known in capital letters only. One that is missing is
no currency, so that an amount in it is nobody's and gets a question.
"""

import re

MARKS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"}

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


_LONG = sorted(NAMES.keys() - LOUD - MARKS.keys(), key=len, reverse=True)
WORD = (
    r"(?:[" + "".join(MARKS) + r"]|(?<![^\W\d])(?:(?:" + "|".join(map(re.escape, _LONG)) + r")s?"
    r"|(?-i:" + "|".join(sorted(LOUD)) + r"))(?![^\W\d_]))"
)
"""One currency as people write it, for patterns that ignore case."""
SPOKEN = re.compile(WORD, re.IGNORECASE)


def currency_of(text: str) -> str:
    """Return the code of a currency by its code, mark or name; empty: it is none that is known."""
    name = " ".join(text.upper().split())
    return NAMES.get(name) or NAMES.get(name.removesuffix("S"), "")


def currencies_in(text: str) -> frozenset[str]:
    """Return the codes of the currencies that a text speaks of."""
    return frozenset(code for one in SPOKEN.finditer(text) if (code := currency_of(one[0])))
