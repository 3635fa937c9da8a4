"""Policy text -> one statement after the other, with its line: the engine's messages have none.

A scanner for strings, comments and semicolons only. Should it ever disagree with the engine, the
piece holds no rule or two, and the compiler refuses it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One rule as written. `where` is `file:line` of its first word."""

    text: str
    where: str


@lru_cache(maxsize=64)
def statements(name: str, text: str) -> tuple[Statement, ...]:
    """Return the statements of one file in order; comments between them are dropped."""
    found: list[Statement] = []
    start = _skip_blank(text, 0)
    for end in _ends(text):
        if end > start:
            line = text.count("\n", 0, start) + 1
            found.append(Statement(text=text[start:end], where=f"{name}:{line}"))
            start = _skip_blank(text, end)
    if start < len(text):
        line = text.count("\n", 0, start) + 1
        found.append(Statement(text=text[start:], where=f"{name}:{line}"))
    return tuple(found)


def _ends(text: str) -> Iterator[int]:
    """Yield the index after each semicolon that is in no string and no comment."""
    at = 0
    while at < len(text):
        mark = text[at]
        if mark == '"':
            at = _after_string(text, at)
            continue
        if text.startswith("//", at):
            at = _after_line(text, at)
            continue
        at += 1
        if mark == ";":
            yield at


def _after_string(text: str, at: int) -> int:
    at += 1
    while at < len(text) and text[at] != '"':
        at += 2 if text[at] == "\\" else 1
    return at + 1


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
