"""Arguments in sheets, each small enough for one page: every character on one of them, in order.

A call may hold more than a page can; nothing of it is left out, and nothing is shown twice. Sheets
follow from the arguments alone, so whoever shows them and whoever asks whether all were shown cut
them the same. How a page looks is not known here but for what its characters weigh.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from guard.model.legible import pieces
from guard.model.review import Argument, Value

ROOM: Final = 40_000
"""What one sheet may weigh, about as many bytes of a page."""
PIECE: Final = {"plain": 0, "odd": 20, "blank": 18, "line": 18}
"""What the mark-up around a run weighs."""
SPECIAL: Final = re.compile("[<>&'\"]")
PLAIN: Final = re.compile(r"[!-~]+(?: [!-~]+)*")
"""Text of which nothing has to be marked."""
TEXT: Final = 80
"""What the mark-up around a text weighs."""
ARGUMENT: Final = 450
"""And around an argument."""
NOTES: Final = 20
"""Notes beside one argument: they say again what can be seen in its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A text, or a part of one. `goes_on`: its beginning is on an earlier sheet."""

    kind: str
    text: str
    goes_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What one sheet holds of one argument.

    Args:
        number: of the argument among all.
        place: of this slice among those of the argument, from 0.
        last: whether nothing of the argument follows.
        name: its name or a part of it; on a later sheet empty, unless it still goes on.
        values: its values or parts of them.
        was: what they were in the last approved call.
    """

    number: int
    place: int
    last: bool
    name: tuple[Cut, ...] = ()
    values: tuple[Cut, ...] = ()
    was: tuple[Cut, ...] = ()


def weight(text: str) -> int:
    """Return what a text weighs on a page, its mark-up included."""
    if PLAIN.fullmatch(text):
        return len(text) + 5 * len(SPECIAL.findall(text))
    return sum(_piece(kind, shown) for kind, shown in pieces(text))


def name_of(path: Sequence[str | int]) -> str:
    """Return a path as people write it: `items[0].price`."""
    out = ""
    for one in path:
        out += f"[{one}]" if isinstance(one, int) else f"{'.' if out else ''}{one}"
    return out or "(the call as it was written)"


def sheets(arguments: Sequence[Argument], room: int = ROOM) -> tuple[tuple[Slice, ...], ...]:
    """Return the arguments as sheets; one that is empty if there are none.

    Args:
        arguments: all of a call's.
        room: what a sheet may weigh.
    """
    filling = _Filling(room=room, left=room)
    for number, one in enumerate(arguments):
        texts = [(where, kind, text, weight(text)) for where, kind, text in _texts(one)]
        around = _around(one)
        heavy = around + sum(TEXT + each for *_, each in texts)
        if filling.left < heavy <= room:
            filling.turn()
        filling.add(number, around, texts, whole=heavy <= room)
    return (*map(tuple, filling.done), tuple(filling.sheet)) if filling.sheet else ((),)


def _texts(one: Argument) -> Iterator[tuple[str, str, str]]:
    """Yield place, kind and text of all that is shown of an argument."""
    yield "name", "name", name_of(one.path)
    yield from (("values", value.kind, value.text) for value in one.values)
    yield from (("was", value.kind, value.text) for value in one.was)


def _around(one: Argument) -> int:
    """Return what stands around the texts of an argument: where it came from, notes, marks."""
    told = [*(origin.told for origin in one.origins), *one.notes[:NOTES]]
    return ARGUMENT + sum(TEXT + weight(text) for text in told)


@dataclass(slots=True, kw_only=True)
class _Filling:
    """The sheets so far, and what is left of the newest."""

    room: int
    left: int
    sheet: list[Slice] = field(default_factory=list[Slice])
    done: list[list[Slice]] = field(default_factory=list[list[Slice]])

    def turn(self) -> None:
        if self.sheet:
            self.done.append(self.sheet)
            self.sheet = []
        self.left = self.room

    def add(
        self, number: int, around: int, texts: Sequence[tuple[str, str, str, int]], *, whole: bool
    ) -> None:
        """Put an argument on the sheets, cut where it has to be.

        Args:
            number: of the argument among all.
            around: what stands around its texts.
            texts: place, kind, text and weight of each.
            whole: whether all of it goes on one sheet.
        """
        place, held = 0, _held()
        self.left -= around
        for where, kind, text, all_of_it in texts:
            for at, (part, heavy) in enumerate(
                [(text, all_of_it)] if whole else self.cut(text, self.room - around - TEXT)
            ):
                if self.left < TEXT + heavy and any(held.values()):
                    self.sheet.append(_slice(number, place, held, last=False))
                    place, held = place + 1, _held()
                    self.turn()
                    self.left -= around
                self.left -= TEXT + heavy
                held[where].append(Cut(kind=kind, text=part, goes_on=at > 0))
        self.sheet.append(_slice(number, place, held, last=True))

    def cut(self, text: str, most: int) -> Iterator[tuple[str, int]]:
        """Yield a text in parts of which none is heavier than a sheet, with their weights."""
        start = at = heavy = 0
        limit = self.left - TEXT if self.left > self.room // 4 else most
        for kind, shown in pieces(text):
            runs = shown if kind in {"plain", "blank"} else (shown,)
            for nth, one in enumerate(runs):
                step = _step(kind if nth == 0 else "plain", one)
                if heavy + step > limit and at > start:
                    yield text[start:at], heavy
                    start, heavy, limit = at, 0, most
                heavy += step
                at += 1
        yield text[start:], heavy


def _piece(kind: str, shown: str) -> int:
    return PIECE[kind] + len(shown.encode()) + 5 * len(SPECIAL.findall(shown))


_step = lru_cache(maxsize=1024)(_piece)
"""The same for one character: a text has few kinds of them."""


def _held() -> dict[str, list[Cut]]:
    return {"name": [], "values": [], "was": []}


def _slice(number: int, place: int, held: dict[str, list[Cut]], *, last: bool) -> Slice:
    return Slice(
        number=number,
        place=place,
        last=last,
        name=tuple(held["name"]),
        values=tuple(held["values"]),
        was=tuple(held["was"]),
    )


def spoken(said: Sequence[tuple[str, str]]) -> tuple[Argument, ...]:
    """Return what was said as rows of the same kind, so that it comes in sheets as well.

    Args:
        said: who said it, and the text.
    """
    return tuple(
        Argument(path=(by,), listed=False, values=(Value(kind="text", text=text),))
        for by, text in said
    )


def newest(texts: Sequence[str], room: int) -> int:
    """Return how many of the last texts weigh no more than this together."""
    kept = 0
    for text in reversed(texts):
        room -= TEXT + weight(text)
        if room < 0:
            break
        kept += 1
    return kept
