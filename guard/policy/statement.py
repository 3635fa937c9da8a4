"""Policy text -> one statement after the other, with its line: the engine's messages have none.

A scanner for strings, comments and semicolons only. Should it ever disagree with the engine, the
piece holds no rule or two, and the compiler refuses it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_MARKS: Final = re.compile(r'"(?:\\.|[^"\\])*(?:"|\\?\Z)|//[^\n]*|;', re.DOTALL)
"""A string, a comment, or the end of a statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One rule as written. `where` is `file:line` of its first word, `at` its place in the file."""

    text: str
    where: str
    at: int = 0


@lru_cache(maxsize=64)
def statements(name: str, text: str) -> tuple[Statement, ...]:
    """Return the statements of one file in order; comments between them are dropped."""
    found: list[Statement] = []
    start = _skip_blank(text, 0)
    for end in _ends(text):
        if end > start:
            found.append(_statement(name, text, start, end))
            start = _skip_blank(text, end)
    if start < len(text):
        found.append(_statement(name, text, start, len(text)))
    return tuple(found)


def _statement(name: str, text: str, start: int, end: int) -> Statement:
    line = text.count("\n", 0, start) + 1
    return Statement(text=text[start:end], where=f"{name}:{line}", at=start)


def _ends(text: str) -> Iterator[int]:
    """Yield the index after each semicolon that is in no string and no comment."""
    return (mark.end() for mark in _MARKS.finditer(text) if mark[0] == ";")


def _after_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _skip_blank(text: str, at: int) -> int:
    while at < len(text):
        if text.startswith("//", at):
            at = _after_line(text, at)
        elif text[at].isspace():
            at += 1
        else:
            break
    return at
