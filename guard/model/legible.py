"""Text that somebody else chose, made safe to show: what cannot be seen is spelled out.

Control, format, bidirectional and zero-width characters could hide, reorder or overwrite what a
person reads; they become `<U+202E>`. Nothing is shortened.
"""

import unicodedata
from typing import Final

HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
BLANK: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f")
"""Letters and marks that are drawn as nothing, though their class says otherwise."""

STACKED: Final = 2
"""Combining marks in a row that a letter may carry before the rest are spelled out."""


def legible(text: str) -> str:
    """Return the text with every character that is not what it looks like as `<U+XXXX>`."""
    out: list[str] = []
    marks = 0
    for char in text:
        kind = unicodedata.category(char)
        marks = marks + 1 if kind in {"Mn", "Me"} else 0
        other_space = kind == "Zs" and char != " "
        # Also variation selectors: a run of them carries whole hidden messages.
        selector = "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
        odd = kind in HIDDEN or char in BLANK or other_space or selector or marks > STACKED
        out.append(f"<U+{ord(char):04X}>" if odd else char)
    return "".join(out)
