"""Whether a result shows a secret that nobody called one in the catalogue.

By the name of its field, or by the form that keys and signed tokens have. It adds caution and never
takes any, and it keeps no value.
"""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from guard.model.call import Json
from guard.model.secret_name import holds_secret

_PLAIN: Final = ("-----BEGIN ", "eyJ", "glpat-", "xox", "AKIA", "ASIA", "AIza")
_JOINED: Final = ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "sk_live_")
_NAMES: Final = ("SECRET", "PASSW", "TOKEN", "APIKEY", "_KEY", "CREDENTIALS")
"""Of these stands one in every text that has one of the forms: quickly looked for."""
_FORM: Final = re.compile(
    r"-----BEGIN (?:[A-Z]{1,16} ){0,3}PRIVATE KEY-----"
    # Only where a run begins: from each "eyJ" within one it would be read again, to its end.
    r"|(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}"
    r"|(?:SECRET|PASSWORD|PASSWD|TOKEN|API_?KEY|(?:PRIVATE|ACCESS|SIGNING|ENCRYPTION)_KEY|CREDENTIALS)"
    r"[A-Z0-9_]{0,40}"
    r" ?= ?(?:\\?[\"'])?[\w+/.~-]"
    r"|\b(?:gh[opusr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abeprs]-[\w-]{10,}"
    r"|sk_live_\w{8,}|(?:AKIA|ASIA)[A-Z0-9]{16}\b|AIza[\w-]{30,})"
)
"""A private key, a signed token, an assignment to a variable of that name, an issued key."""
_PAN: Final = re.compile(
    r"(?<![\w-])(?<!\d )(?<![A-Z]\d\d )(?:\d{4}([ -])(?:\d{4}\1){2}\d{4}|3\d{3}([ -])\d{6}\2\d{5})"
    r"(?![ -]?\w)"
)
"""The number of a payment card in the groups in which it is printed, which those of no IBAN are."""
_LETS_IN: Final = re.compile(
    r"\b(?:pass(?:word|code|phrase|wort)|kennwort|pwd|pin|mot de passe"
    r"|(?:door|gate|alarm|entry|access|security|login|safe|lock) ?code|(?:tür|tor|zugangs)code"
    r"|(?:passport|(?:credit|debit) ?card|social security|ssn|cvv)"
    r"(?:[ _](?:no\b\.?|nr\b\.?|number))?)"
    r"(?: (?:is|for [^\W\d_]+|ist|est))?\s?[:=]?\s?[\"'`]?"
    r"(?P<key>(?=[^\s\"'`]{0,63}\d)[^\s\"'`.,;!?]{4,64})"
    r"|\b(?:token|(?:api|access|secret|private|licen[cs]e) ?key)(?: (?:is|for [^\W\d_]+|ist|est))?"
    r"\s?[:=]?\s?[\"'`]?(?P<issued>(?=[^\W\d]*\d)(?=\d*[^\W\d])[\w-]{8,64})",
    re.IGNORECASE,
)
"""A password, a code or a number of a person, with its name: "Gate password: heron22"."""
_OPENERS: Final = (
    *("pass", "kennwort", "pwd", "pin", "code", "card", "soci", "ssn", "cvv"), *("token", "key")
)  # fmt: skip
"""One of these stands in every such name, its case folded."""
_CARD: Final = re.compile(r"\d(?:[ -]?\d){12,18}")
_CARDS: Final = frozenset({"pan", "cardnumber", "ccnumber", "creditcard", "creditcardnumber"})
_BLANK: Final = re.compile(
    r"[*•.\-_ ]*|[xX]{3,}|.*(?:\*{3}|•{3}).*|\W*(?:redacted|hidden|masked)\W*", re.IGNORECASE
)
"""What stands where a secret was taken out."""
MOST_DEPTH: Final = 64
MOST_NAME: Final = 256
"""Characters of the name of a field that are looked at, its last ones: it is kept for the next."""


def shows_secret(shown: Json) -> bool:
    """Return whether a result holds a secret, by the name of a field or by its form.

    What is nested deeper than anybody writes is taken for one.
    """
    if shown is None or isinstance(shown, (int, float)):
        return False
    try:
        text = shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False)
    except RecursionError:
        return True
    return any(True for _ in secrets_in(text)) or _named("", shown, MOST_DEPTH)


def secrets_in(text: str) -> Iterator[str]:
    """Yield what in a text has the form of a secret; most texts hold no part of one."""
    # A list is made in half the time in which `any` asks a generator, for every text of a call.
    if (
        [1 for one in _PLAIN if one in text]
        or ("_" in text and [1 for one in _JOINED if one in text])
        or ("=" in text and [1 for one in _NAMES if one in text])
    ):
        yield from (found[0] for found in _FORM.finditer(text))


def keys_in(text: str) -> Iterator[str]:
    """Yield what a text gives away by its name as what lets somebody in."""
    yield from (found[0] for found in _PAN.finditer(text))
    folded = text.casefold()
    if [1 for one in _OPENERS if one in folded]:
        yield from (found["key"] or found["issued"] for found in _LETS_IN.finditer(text))


def _named(name: str, value: Json, depth: int) -> bool:
    if isinstance(value, dict):
        return not depth or any(_named(key, inner, depth - 1) for key, inner in value.items())
    if isinstance(value, list):
        return not depth or any(_named(name, inner, depth - 1) for inner in value)
    if value is None or isinstance(value, bool) or not _telling(name[-MOST_NAME:]):
        return False
    if holds_secret(name[-MOST_NAME:]):
        return not isinstance(value, str) or not _BLANK.fullmatch(value)
    return _CARD.fullmatch(str(value)) is not None


@lru_cache(maxsize=4096)  # the same fields come again and again
def _telling(name: str) -> bool:
    return holds_secret(name) or "".join(filter(str.isalpha, name)).casefold() in _CARDS
