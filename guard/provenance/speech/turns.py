"""What one person said in several turns, as one text in which each turn can still be told apart.

It only marks: where a turn ends, and what of it a later turn took back. Who decides what is taken
back is `mended`. The marks are controls that no person types; those in their words become blanks.
"""

import re
from collections.abc import Iterable

Span = tuple[int, int]

_END, _OUT, _IN = "\x1e", "\x1d", "\x1c"
_MARKS = str.maketrans(dict.fromkeys((_END, _OUT, _IN), " "))
_LEFT_OUT = re.compile(rf"{_OUT}[^{_IN}{_END}]*")
_TURN = re.compile(rf"[^{_END}]+")
_STOPS = (".", ";", "!", "?")


def bare(turn: str) -> str:
    """Return what a person said without the marks of this module."""
    return turn.translate(_MARKS)


def out(said: str) -> str:
    """Return a part of a turn as one that was taken back."""
    return f"{_OUT}{bare(said)}{_IN}"


def as_one(turns: Iterable[str]) -> str:
    """Return turns as one text; a sentence ends with its turn."""
    every = [one.rstrip() for one in turns]
    ended = (f"{one}{'' if one.endswith(_STOPS) else chr(10)}{_END}\n" for one in every[:-1])
    return "".join([*ended, *every[-1:]])


def turns(text: str) -> list[Span]:
    """Return where each turn of a text lies."""
    return [one.span() for one in _TURN.finditer(text)]


def left_out(text: str) -> list[Span]:
    """Return what of a text a later turn took back, in order."""
    return [one.span() for one in _LEFT_OUT.finditer(text)]
