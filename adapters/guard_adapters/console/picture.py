"""The picture of a chain: calls in a column, and an arc from each result to where its value went.

It only computes places; a template draws them, and texts stay texts. Nothing is left out: a chain
too long for a picture is drawn to its newest calls, and says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from guard.model.legible import legible
from guard.model.review import ReviewView

ROW = 30
TOP = 16
LANE = 9
MOST_NODES = 60
MOST_ARGUMENTS = 30
LONGEST = 34
"""Characters of a label that fit beside the arcs at 320 px; the list beside it has all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One call or argument. `mark`: step, untrusted, argument or tainted."""

    y: int
    label: str
    mark: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arc:
    """From a result down to where its value went, as an SVG path."""

    path: str
    untrusted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Nodes and arcs; `x` is where the nodes stand, `height` of the whole (user units)."""

    nodes: Sequence[Node] = ()
    arcs: Sequence[Arc] = ()
    x: int = 0
    width: int = 300
    height: int = 0
    told: Sequence[str] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A value that went from the row of one number to the row of another."""

    start: int
    end: int
    untrusted: bool


def picture_of(view: ReviewView) -> Picture:
    """Return the picture of one question: the calls that matter to it, and its arguments."""
    rows: list[tuple[str, str, str]] = []
    at: dict[int, int] = {}
    told: list[str] = []
    for one in view.chain.steps:
        bad = any(label.startswith("untrusted") for label in one.brought)
        at[one.n] = len(rows)
        note = "untrusted text came in" if bad else ("still running" if one.running else "")
        rows.append((f"{one.n} {one.action}", "untrusted" if bad else "step", note))
        if bad:
            told.append(f"Step {one.n}, {legible(one.action)}: untrusted text came in.")
    links: list[Link] = []
    # Arguments that came from a call first: the others are in the list, and need no arc.
    led = [one for one in view.arguments if any(o.step in at for o in one.origins)]
    drawable = (view.arguments if len(view.arguments) <= MOST_ARGUMENTS else led)[:MOST_ARGUMENTS]
    for argument in drawable:
        name = ".".join(str(part) for part in argument.path) or "arguments"
        sources = [o for o in argument.origins if o.step in at]
        mark = "tainted" if argument.untrusted else "argument"
        links += [
            Link(start=at[o.step], end=len(rows), untrusted=o.untrusted or argument.untrusted)
            for o in sources
        ]
        told += [f"Argument {_short(name)} came from step {o.step}." for o in sources]
        rows.append((name, mark, ""))
    if left := len(view.arguments) - len(drawable):
        rows.append((f"and {left} more arguments", "argument", ""))
    return drawn(rows, links, told)


def drawn(
    rows: Sequence[tuple[str, str, str]], links: Iterable[Link], told: Sequence[str] = ()
) -> Picture:
    """Return rows (label, mark, note) and links between them as a picture."""
    first = max(0, len(rows) - MOST_NODES)
    kept = rows[first:]
    ends = {(one.start - first, one.end - first, one.untrusted) for one in links}
    seen = sorted(one for one in ends if one[0] >= 0)
    deepest = min(6, max((end - start for start, end, _ in seen), default=0))
    x = 10 + LANE * deepest if seen else 10
    return Picture(
        nodes=[
            Node(y=TOP + ROW * number, label=_short(label), mark=mark, note=note)
            for number, (label, mark, note) in enumerate(kept)
        ],
        arcs=[Arc(path=_arc(x, start, end), untrusted=untrusted) for start, end, untrusted in seen],
        x=x,
        height=TOP + ROW * len(kept),
        told=told,
    )


def _arc(x: int, start: int, end: int) -> str:
    top, bottom = TOP + ROW * start, TOP + ROW * end
    out = x - 6 - LANE * min(6, end - start)
    return f"M{x - 5} {top}C{out} {top} {out} {bottom} {x - 7} {bottom}"


def _short(label: str) -> str:
    safe = legible(label)
    return safe if len(safe) <= LONGEST else f"{safe[: LONGEST - 1]}…"
