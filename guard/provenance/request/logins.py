"""What a person goes by and what they keep secret: "my username is kim", "the PIN is 4711"."""

import re
from collections.abc import Iterator

from guard.provenance.speech.frames import Entity
from guard.provenance.typed.canonical import text_of
from guard.provenance.vocabulary.lexicon import is_stop

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
