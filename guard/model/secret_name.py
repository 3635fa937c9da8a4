"""Names under which secrets are sent: what stands there is kept back where nobody says what it is.

A list of words and nothing more: a secret under another name is found where the catalogue says so.
"""

import re
from functools import lru_cache
from typing import Final

from guard.model.call import Json

PASS: Final = re.compile(r"pass(wor[dt]|wd|phrase|code)|kennwort|mot_?de_?passe", re.IGNORECASE)
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
_LOGINS: Final = frozenset(
    {"smtp", "imap", "mail", "db", "database", "ftp", "sftp", "ldap", "wifi", "proxy", "admin"}
    | {"root", "user", "login"}
)
"""What a `pass` is to that is a password: one for boarding is none."""
_PASSES: Final = frozenset({"password", "passwords", "passwort", "passwd", "passphrase"}) | {
    *("passcode", "passcodes", "kennwort", "passe", "pass", "geheimzahl")
}
_SECRETS: Final = frozenset({"secret", "secrets", "credential", "credentials", "ssn", "apikey"})
_SECRET_KEYS: Final = _KEYS | {"private", "secret", "api", "ssh"}
_LINKS: Final = frozenset({"link", "url", "token"})
_HELD: Final = frozenset({"hash", *_OF})
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


@lru_cache(maxsize=4096)
def holds_secret(name: str) -> bool:
    """Return whether a field of a result is one that shows a secret, by its name.

    Narrower than the name of an argument that takes one: most results speak of secrets and show
    none (`password_changed_at`, `secretary`), and a token may be a place in a list.
    """
    words = ["", "", *_words(name)]
    if words[-1] in _HELD and words[-2] in _PASSES | _SECRETS:
        words.pop()
    last, before = words[-1], words[-2]
    if last == "pass":
        return before in _LOGINS
    return (
        last in _PASSES
        or last in _SECRETS
        or (last in {"key", "keys"} and before in _SECRET_KEYS)
        or (last in _LINKS and before in {"reset", "recovery", "magic"})
        or (last in {"token", "tokens"} and before in {"refresh", "bearer"})
        or (last in {"cookie", "cookies"} and before in {"session", "auth", "login"})
        or (not PASS.search(name) and known_by_heart(name))
    )


def _words(name: str) -> list[str]:
    return [one.lower() for one in _WORD.findall(name)]
