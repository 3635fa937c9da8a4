"""What a run was asked, as its framework has it: texts of messages, and prompts told beforehand.

It is the agent's word, whoever may have written it: people are shown it, and it allows nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Final, cast

MOST: Final = 256
"""Conversations of which it is remembered what they were asked."""


def text_of(content: object) -> str:
    """Return what a message says: a text, or the texts among its parts."""
    if isinstance(content, str):
        return content
    parts = cast("Iterable[object]", content) if isinstance(content, Iterable) else ()
    return " ".join(one for one in map(_part, parts) if one)


def _part(part: object) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Mapping):
        text = cast("Mapping[str, object]", part).get("text")
    else:
        text = getattr(part, "text", None) or getattr(part, "content", None)
    return text if isinstance(text, str) else ""


class Prompts:
    """What conversations were asked last, where a framework tells that once and not its tools."""

    def __init__(self) -> None:
        self._of: dict[str, str] = {}

    def heard(self, conversation: str, text: str) -> None:
        """Take what a conversation was asked; of too many, the oldest is forgotten."""
        self._of.pop(conversation, None)
        if len(self._of) >= MOST:
            del self._of[next(iter(self._of))]
        self._of[conversation] = text

    def of(self, conversation: str) -> str:
        """Return what a conversation was asked last; empty = nobody told."""
        return self._of.get(conversation, "")
