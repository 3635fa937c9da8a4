"""Secrets out of free text before the log keeps it: what is called one, and what looks like one.

The record may lose too much and must not keep too much: a word that merely stands after "password"
goes as well. Nothing is decided on what is left, and no secret can be found that neither a word
before it nor its own shape gives away. Linear in the text.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from guard.model.call import Json
from guard.model.late import late
from guard.provenance.request.entities import extract
from guard.provenance.vocabulary.lexicon import is_stop

GAP: Final = "[secret]"
LONGEST: Final = 128
"""Where the extractor of a person's words cuts a secret off (characters)."""

_NOUN: Final = (
    r"(?<![^\W_])(?:pass[ -]?(?:word|code)s?|passwd|pwd|passw(?:o|ö)rt(?:er)?|kennw(?:o|ö)rt(?:er)?"
    r"|zugangscode|geheimzahl|mot de passe|code secret|contraseña|pins?|puk|t?otp|tan|cvv|cvc"
    r"|(?:api|access|private|secret|licen[cs]e|encryption|signing|recovery)[ _-]?keys?"
    r"|(?:one[ -]time|security|verification|access|login|sms|2fa|mfa)[ -]?(?:code|pin)s?"
    r"|secrets?|tokens?|credentials?|bearer|basic)(?![^\W_])(?: (?:code|number|nummer|nr\.?|no\.))?"
)
_LINK: Final = (
    r"(?:\s+(?:is|was|are|be|to|as|from|with|now|still|simply|ist|war|lautet|auf|zu|von|mit|est|en|à)"
    r"(?!\w)){0,3}"
)
_VALUE: Final = (
    r"(?:\"[^\"\n]*\"?|`[^`\n]*`?|“[^”\n]*”?|«[^»\n]*»?|„[^“”\n]*[“”]?|'[^'\n]*'?"
    r"|[^\s\"'`“«„]\S*)"
)
_NAMED: Final = late(rf"{_NOUN}{_LINK}\s*[:=]*\s*(?P<value>{_VALUE})", re.IGNORECASE)
_CHANGED: Final = late(
    rf"{_NOUN}\s+(?:from|von|de)\s+{_VALUE}\s+(?:to|auf|zu|à|en)\s+(?P<value>{_VALUE})",
    re.IGNORECASE,
)
_APART: Final = late(
    rf"{_NOUN}(?:\s+(?!(?:and|then|und|et)\b)[^\W\d_]{{1,32}}){{1,5}}\s+"
    r"(?P<value>(?=[^\s\d]{0,64}\d)[^\s,;]{3,})(?!\s*(?:EUR|USD|GBP|CHF|[€$£%]))",
    re.IGNORECASE,
)
_PHRASE: Final = late(
    r"\b(?:pass[ -]?phrase|(?:seed|recovery) phrase|mnemonic)s?\b"
    rf"{_LINK}\s*[:=]*\s*(?P<value>[\"'`“«„][^\n]*|[^.;\n]+)",
    re.IGNORECASE,
)
_ASSIGNED: Final = late(
    r"(?:pass(?:word|wd|phrase|code)|pwd|secret|token|api_?key|access_?key|private_?key|credential"
    rf"|authorization|cookie)[\w.-]{{0,64}}[\"']?\s*[:=]+\s*(?P<value>{_VALUE})",
    re.IGNORECASE,
)
_MARKED: Final = late(
    r"(?<![^\W_])(?P<value>(?:sk|pk|rk)[-_][\w-]{8,}|gh[opusr]_\w{8,}|github_pat_\w{8,}|glpat-[\w-]{8,}"
    r"|xox[a-z]-[\w-]{8,}|(?:AKIA|ASIA)[A-Z0-9]{12,}|AIza[\w-]{20,}|ya29\.[\w-]{8,}|hv[sbr]\.[\w-]{8,}"
    r"|npm_\w{20,}|pypi-[\w-]{16,}|SG\.[\w.-]{16,}|dop_v1_\w{16,}|shp[a-z]{2}_\w{16,}"
    r"|AGE-SECRET-KEY-\w+|eyJ[\w-]{5,}(?:\.[\w-]*)*)"
)
_LOGIN: Final = late(
    rf"\blog(?:ged)?[ -]?in (?:as|with) [^\s/:]{{1,64}}\s*[/:]\s*(?P<value>{_VALUE})", re.IGNORECASE
)
_PEM: Final = late(
    r"(?P<value>-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,32}-----)?)"
)
_USERINFO: Final = re.compile(r"://(?P<value>[^\s/?#@]{1,1024})@")
_RANDOM: Final = late(
    r"(?<![\w/.:@-])(?P<value>[A-Za-z0-9][A-Za-z0-9_+/=~-]{19,})(?![\w@])", re.ASCII
)
_HEX: Final = re.compile(r"[0-9a-f]{32,}", re.IGNORECASE)
_SPACE: Final = re.compile(r"\s")
_ALL: Final = (_NAMED, _CHANGED, _APART, _PHRASE, _ASSIGNED, _MARKED, _LOGIN, _PEM, _USERINFO)
_NAMES: Final = frozenset({"tools", "declared_by"})
"""Members of a task that hold names of ours: a long one is not taken for a random text."""


def without_secrets(text: str, *, random: bool = True) -> str:
    """Return a text without the secrets that it names or holds.

    Args:
        text: what somebody wrote.
        random: whether long texts that look random go as well.
    """
    if not text:  # the purpose of a session without a task: no pattern is compiled for it
        return text
    kept, after = [], 0
    for start, end in sorted(_spans(text, random=random)):
        if end <= after:
            continue
        if start >= after:
            kept += [text[after:start], GAP]
        after = end
    return "".join(kept) + text[after:]


@lru_cache(maxsize=256)
def purpose_without_secrets(text: str) -> str:
    """Return a purpose as `without_secrets` does: it is the same on every call of a session."""
    return without_secrets(text)


def blanked(value: Json, *, random: bool = True) -> Json:
    """Return JSON with every text in it, names of members included, without secrets."""
    match value:
        case str():
            return without_secrets(value, random=random)
        case list():
            return [blanked(one, random=random) for one in value]
        case dict():
            return {
                without_secrets(name, random=False): blanked(one, random=name not in _NAMES)
                for name, one in value.items()
            }
        case None | bool() | int() | float():
            return value


def _spans(text: str, *, random: bool) -> Iterator[tuple[int, int]]:
    for one in extract(text):
        if one.frame == "secret":
            yield one.start, one.end if one.end - one.start < LONGEST else _rest(text, one.end)
    for pattern in _ALL:
        for found in pattern.finditer(text):
            start, end = found.span("value")
            yield from _trimmed(text, start, end, linked=pattern not in (_NAMED, _APART))
    for found in _RANDOM.finditer(text) if random else ():
        if _looks_random(found["value"]):
            yield found.span("value")


def _rest(text: str, start: int) -> int:
    found = _SPACE.search(text, start)
    return found.start() if found else len(text)


def _trimmed(text: str, start: int, end: int, *, linked: bool) -> Iterator[tuple[int, int]]:
    """Yield the value without the end of its sentence; nothing where it is a mere `for`."""
    value = text[start:end].rstrip(".,;:")
    if value and (linked or not is_stop(value.casefold())):
        yield start, start + len(value)


def _looks_random(value: str) -> bool:
    """Return whether it mixes cases and digits, or is a long number in hex."""
    if _HEX.fullmatch(value):
        return not value.isdigit()
    return (
        any(map(str.isdigit, value))
        and any(map(str.isupper, value))
        and any(map(str.islower, value))
    )
