"""Names under which secrets are sent: what stands there is kept back where nobody says what it is.

A list of words and nothing more: a secret under another name is found where the catalogue says so.
"""

import re
from functools import lru_cache
from typing import Final

from guard.model.call import Json

PASS: Final = re.compile(r"pass(word|wd|phrase|code)", re.IGNORECASE)
NAME: Final = re.compile(
    PASS.pattern + r"|secret|token|api_?key|private_?key|credential|authorization|cookie",
    re.IGNORECASE,
)
"""What the name of a secret holds, wherever in it."""
WORDS: Final = frozenset(
    {"pin", "otp", "totp", "hotp", "puk", "tan", "cvv", "cvc", "csc", "cvn", "pwd", "mfa"}
    | {"passkey", "mnemonic", "jwt"}
)
"""What its last word is, before a number and before `code`, `number` or `value`."""
_OF: Final = frozenset({"code", "codes", "number", "no", "value", "phrase"})
_CODES: Final = frozenset(
    {"mfa", "fa", "otp", "sms", "security", "verification", "auth", "authentication", "login"}
    | {"access", "recovery", "backup", "unlock", "factor", "time", "onetime", "card"}
)
"""What a code is of that is a secret: `mfa_code`, `one_time_code`."""
_PHRASES: Final = frozenset({"seed", "recovery"})
_KEYS: Final = frozenset({"access", "signing", "encryption", "recovery", "license"})
DECIMAL: Final = re.compile(r"-?\d{1,15}\.\d{4}")
"""A number as facts hold it."""
TOKEN: Final = re.compile("tokens?", re.IGNORECASE)
COUNTS: Final = frozenset({"tokens", "max", "min", "limit", "count", "num"})
"""Words of a name that counts tokens: a number there is no secret. Any other may be a code."""
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def looks_secret(name: str, value: Json) -> bool:
    """Return whether a value looks like a secret by its name; a count of tokens does not.

    Nor does a yes or no: `pin: true` pins something.
    """
    if isinstance(value, bool):
        return bool(NAME.search(name))
    decimal = isinstance(value, str) and DECIMAL.fullmatch(value)
    number = decimal or isinstance(value, int | float)
    counted = number and not COUNTS.isdisjoint(_words(name))
    return named_secret(TOKEN.sub("", name) if counted else name)


@lru_cache(maxsize=4096)  # the same arguments come again and again
def named_secret(name: str) -> bool:
    """Return whether a name is that of a secret, whatever stands there."""
    return bool(NAME.search(name)) or known_by_heart(name)


@lru_cache(maxsize=4096)
def known_by_heart(name: str) -> bool:
    """Return whether a name is that of a secret which people know, and no tool hands out.

    A token or a key may be the result of another call; a PIN comes from its person.
    """
    if PASS.search(name):
        return True
    *before, last = ["", *_words(name)]
    return (
        last in WORDS
        or (last in _OF and before[-1] in WORDS)
        or (last in {"code", "codes"} and before[-1] in _CODES)
        or (last in {"phrase", "words"} and before[-1] in _PHRASES)
        or (last in {"key", "keys"} and before[-1] in _KEYS)
    )


def _words(name: str) -> list[str]:
    return [one.lower() for one in _WORD.findall(name)]
