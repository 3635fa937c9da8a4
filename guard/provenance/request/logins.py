"""What a person goes by and what they keep secret: "my username is kim", "the PIN is 4711"."""

import re
from collections.abc import Iterator
from functools import lru_cache

from guard.provenance.speech.frames import Entity
from guard.provenance.typed.canonical import text_of
from guard.provenance.vocabulary.lexicon import (
    is_plain,
    is_stop,
    noun_classes,
    stem,
    verb_classes,
)

_SECRET = re.compile(
    r"\b(?:password|passcode|passphrase|pin|secret|passwort|kennwort|mot de passe|api key|token)\b"
    r"[^.\n:=]{0,60}?"
    r"(?:\b(?:to|as|is|auf|zu|en|à)\b|:|=)\s*[\"'`“„«]?([^\s\"'`”“»]{1,128})",
    re.IGNORECASE,
)
_SECRET_QUOTED = re.compile(
    r"\b(?:password|passcode|passphrase|pin|secret|passwort|kennwort|mot de passe|api key|token)"
    r"(?: of)? (?:([\"'`])([^\"'`\s]{1,128})\1)",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"\b(?:user ?name|login|handle|benutzername)(?: is| of| as|:|=| ist)? ?[\"'`]?"
    r"([A-Za-z][\w.-]{1,63})",
    re.IGNORECASE,
)
_LOGIN = r"[a-z\d]+(?:[._-][a-z\d]+)+"
"""What people go by where programs know them: small letters, with a joint."""
_EITHER = rf"(?:{_LOGIN}|[a-z][a-z\d]{{2,38}})"
_END = (
    r"(?![\w@/-]|\.\w)(?=\s*(?:[.,;:!?)\"']|$|\n)"
    r"|\s(?:and|please|pls|too|instead|as|if|for|in|on|from|with|to)\b)"
)
_HANDED = re.compile(
    rf"\b(?i:(?P<verb>(?:re)?assign|delegate|hand)(?:\s+over)?)\s(?:(?!\s(?:to|and|then)\s)[^.,;:!?\n]){{1,60}}"
    rf"\s(?i:to)\s+(?P<who>{_EITHER}){_END}"
)
"""In whose hands something is put: "assign it to sam-k"."""
_GOES_BY = re.compile(
    r",\s*(?:and\s+)?(?i:her|his|their)\s+(?:user\s?)?(?:name|nick|alias)"
    rf"(?:\s+there)?\s+is\s+(?P<who>{_LOGIN}){_END}"
)
"""What somebody is known by who was just named: "add Rosa, her name there is rosa-w"."""
_REACHED = re.compile(
    rf"\b(?i:(?P<verb>invite|ping|cc|mention|dm|notify|message|remind))\s+(?P<who>{_LOGIN}){_END}"
)
_STOP, _FAR = re.compile(r"[.;:!?\n]"), 200
_CAPITAL = re.compile(r"(?<=\s)[A-Z][\w'-]*(?:\s[A-Z][\w'-]*)*")
_JOINTED = re.compile(rf"(?<![\w./@-]){_LOGIN}(?![\w@/-])")
_AND_SO = re.compile(rf"(?:\s*,\s*(?:and\s+)?|\s+and\s+)(?P<who>{_EITHER}){_END}")
_NOBODY = frozenset(
    {"anyone", "anybody", "nobody", "whoever", "myself", "himself", "herself", "yourself"}
    | {"themselves", "ourselves", "others", "each", "somebody", "people"}
)


def secrets(text: str) -> Iterator[Entity]:
    """Yield the passwords and codes that a text gives."""
    for pattern, number in ((_SECRET, 1), (_SECRET_QUOTED, 2)):
        yield from _secrets_by(pattern, number, text)


def _secrets_by(pattern: re.Pattern[str], number: int, text: str) -> Iterator[Entity]:
    for found in pattern.finditer(text):
        literal = found[number] if number > 1 else found[number].rstrip(".,;!?")
        start = found.start(number)
        if literal and not is_stop(literal):
            yield Entity("literal", literal, literal, start, start + len(literal), "secret")


def accounts(text: str) -> Iterator[Entity]:
    """Yield what the person goes by: my username is kim."""
    for found in _CALLED.finditer(text):
        literal = found[1].rstrip(".,;!?")
        if literal and not is_stop(literal):
            end = found.start(1) + len(literal)
            yield Entity("name", text_of(literal), literal, found.start(1), end)
    for _, one in logins(text):
        yield one


@lru_cache(maxsize=256)  # every call of a task asks again
def logins(text: str) -> tuple[tuple[str, Entity], ...]:
    """Return whom a text names in small letters, each with the verb before; empty: none is."""
    found = [one for pattern in (_HANDED, _REACHED) for one in pattern.finditer(text)]
    said = [(one["verb"].casefold(), who) for one in found for who in _named(text, one)]
    said += [("", who) for one in _GOES_BY.finditer(text) for who in _known_by(one)]
    return tuple(said)


def is_login(text: str) -> bool:
    """Return whether a value is written like what people go by in programs: sam-k."""
    return re.fullmatch(_LOGIN, text) is not None


def _named(text: str, found: re.Match[str] | None) -> Iterator[Entity]:
    """Yield whom a place names, and those who go on with it: "to sam-k and rosa-w"."""
    while found and not _is_word(found["who"]):
        yield Entity("name", text_of(found["who"]), found["who"], *found.span("who"))
        found = _AND_SO.match(text, found.end("who"))


def _known_by(found: re.Match[str]) -> Iterator[Entity]:
    """Yield what the one person of a request is known by, who has no such name in it yet."""
    before = found.string[max(found.start() - _FAR, 0) : found.start()]
    before = _STOP.split(before)[-1]
    if len(_CAPITAL.findall(before)) == 1 and not _JOINTED.search(before):
        yield Entity("name", text_of(found["who"]), found["who"], *found.span("who"))


def _is_word(literal: str) -> bool:
    """Return whether something in small letters is a word that people use, and nobody's name."""
    if not literal.isalpha():
        return False
    own = stem(literal)
    known = bool(noun_classes(own) or verb_classes(own)) or literal in _NOBODY
    return known or is_plain(literal) or is_stop(literal)
