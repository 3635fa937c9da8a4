"""Text that somebody else chose, made safe to show: what cannot be seen is spelled out.

Control, format, bidirectional and zero-width characters could hide, reorder or overwrite what a
person reads; they become `<U+202E>`. Nothing is shortened. `pieces` can be read back to the letter.
"""

import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
BLANK: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f")
"""Letters and marks that are drawn as nothing, though their class says otherwise."""

STACKED: Final = 4
"""Combining marks in a row that a letter may carry before the rest are spelled out."""

OPENING: Final = "<U+"
"""How a spelled-out character begins; text that brings it along is spelled out where it matters."""


class Piece(NamedTuple):
    """A run of text as shown: plain, spelled out, blanks to mark, or the end of a line."""

    kind: str  # plain, odd, blank, line
    text: str


def legible(text: str) -> str:
    """Return the text with every character that is not what it looks like as `<U+XXXX>`."""
    if _plain(text):
        return text
    return "".join(f"<U+{ord(char):04X}>" if odd else char for char, odd in _marked(text))


def pieces(text: str) -> Iterator[Piece]:
    """Yield the text in runs, for a screen that marks them.

    A line's end stays one, and is marked; blanks at the ends of a line and runs of them are marked,
    too. The joined texts are the original but for what is spelled out, which `read_back` undoes.
    """
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if number:
            yield Piece("line", "\n")
        yield from _blanks_marked(_line(line))


def read_back(shown: str) -> str:
    """Return the text of which `pieces` made the joined `shown`."""
    first, *rest = shown.split(OPENING)
    out = [first]
    for one in rest:
        code, _, after = one.partition(">")
        out += [chr(int(code, 16)), after]
    return "".join(out)


def _plain(text: str) -> bool:
    """Return whether it is of letters, digits and signs that hide nothing: most text is."""
    return text.isascii() and text.isprintable()


def _line(line: str) -> Iterator[Piece]:
    if line and _plain(line) and OPENING not in line:
        yield Piece("plain", line)
        return
    kept: list[str] = []
    for at, (char, odd) in enumerate(_marked(line)):
        if odd or line.startswith(OPENING, at):
            if kept:
                yield Piece("plain", "".join(kept))
                kept = []
            yield Piece("odd", f"{OPENING}{ord(char):04X}>")
        else:
            kept.append(char)
    if kept:
        yield Piece("plain", "".join(kept))


def _blanks_marked(line: Iterator[Piece]) -> Iterator[Piece]:
    """Cut the blanks at the ends of a line, and every run of two or more, out of plain pieces."""
    found = list(line)
    for at, piece in enumerate(found):
        if piece.kind != "plain":
            yield piece
            continue
        first, last = at == 0, at == len(found) - 1
        yield from _cut(piece.text, first=first, last=last)


def _cut(text: str, *, first: bool, last: bool) -> Iterator[Piece]:
    if "  " not in text and not (first and text[0] == " ") and not (last and text[-1] == " "):
        yield Piece("plain", text)
        return
    start = at = 0
    while at < len(text):
        if text[at] != " ":
            at += 1
            continue
        end = at
        while end < len(text) and text[end] == " ":
            end += 1
        if end - at > 1 or (first and at == 0) or (last and end == len(text)):
            if at > start:
                yield Piece("plain", text[start:at])
            yield Piece("blank", text[at:end])
            start = end
        at = end
    if start < len(text):
        yield Piece("plain", text[start:])


def _marked(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each character, and whether it is not what it looks like."""
    marks = 0
    for char in text:
        if " " <= char <= "~":  # most text, and nothing of it hides
            marks = 0
            yield char, False
            continue
        kind = unicodedata.category(char)
        marks = marks + 1 if kind in {"Mn", "Me"} else 0
        other_space = kind == "Zs" and char != " "
        # Also variation selectors: a run of them carries whole hidden messages.
        selector = "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
        odd = kind in HIDDEN or char in BLANK or other_space or selector or marks > STACKED
        yield char, odd
