"""Values as templates take them: in runs, so that what hides is seen. It decides nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from guard.errors import Unavailable
from guard.grant.approval import Approval
from guard.grant.batch import kind_of
from guard.grant.view import READ_AT_ONCE, view_from, whole_from
from guard.model.legible import Piece, pieces
from guard.model.review import Argument, Blast, ReviewView
from guard.model.sheets import NOTES, Cut, Slice, newest, sheets, spoken, weight
from guard.policy.says import money
from guard_adapters.console.picture import Picture, picture_of

BINDINGS = {
    0: "a static secret, put on the wire by the guard",
    1: "short-lived, for one audience",
    2: "bound to this tool and these arguments",
    3: "bound to this tool and these arguments, to its sender, and good once",
}
ENDED = {
    "approved": "People said yes; it has not run yet.",
    "consumed": "People said yes, and it was sent once.",
    "expired": "Nobody decided in time, or the yes was not used in time.",
    "cancelled": "It was taken back before anybody decided.",
    "revoked": "It ended after the yes, before it ran.",
}
"""What became of a question that no longer waits, by its state."""
SAID_BY = {
    "words": "the person, in their own words",
    "user": "the person",
    "host": "the host application",
    "config": "the configuration",
}


SAID_ROOM = 6_000
"""What the words of a task may weigh on a page that is about something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text for a template, in runs. `goes_on`: it began on an earlier sheet."""

    kind: str
    runs: Sequence[Piece]
    goes_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What one sheet holds of one argument, for a template. `number` is the argument's place."""

    number: int
    argument: Argument
    first: bool
    last: bool
    name: Sequence[Text]
    values: Sequence[Text]
    was: Sequence[Text]


def shown(one: Slice, arguments: Sequence[Argument]) -> Shown:
    """Return a slice with every text in runs."""
    return Shown(
        number=one.number,
        argument=arguments[one.number],
        first=one.place == 0,
        last=one.last,
        name=_runs(one.name),
        values=_runs(one.values),
        was=_runs(one.was),
    )


def _runs(cuts: Sequence[Cut]) -> Sequence[Text]:
    return [Text(kind=one.kind, runs=[*pieces(one.text)], goes_on=one.goes_on) for one in cuts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet of a question's arguments.

    Args:
        number: its place, from 0.
        of: how many sheets there are.
        shown: what it holds.
        rest: ends of arguments on later sheets.
    """

    number: int
    of: int
    shown: Sequence[Shown]
    rest: int

    @property
    def last(self) -> bool:
        """Return whether no sheet follows."""
        return self.number + 1 == self.of


def sheet(row: Approval, number: int) -> Sheet | None:
    """Return one sheet of a question; None: it has not so many.

    Raises:
        Unavailable: `view_unreadable`.
    """
    view, cut = whole_from(row.view_json)
    return _sheet(cut, view.arguments, number)


def said_sheet(said: Sequence[tuple[str, str]], number: int) -> Sheet | None:
    """Return one sheet of what was said, each by somebody; None: it has not so many."""
    rows, cut = _spoken(tuple(said))
    return _sheet(cut, rows, number)


@lru_cache(maxsize=READ_AT_ONCE)
def _spoken(
    said: tuple[tuple[str, str], ...],
) -> tuple[Sequence[Argument], Sequence[Sequence[Slice]]]:
    rows = spoken(said)
    return rows, sheets(rows)


def value_sheet(argument: Argument, number: int) -> Sheet | None:
    """Return one sheet of a single argument; None: it has not so many."""
    return _sheet(_alone(argument), [argument], number)


@lru_cache(maxsize=READ_AT_ONCE)
def _alone(argument: Argument) -> Sequence[Sequence[Slice]]:
    return sheets([argument])


def _sheet(
    cut: Sequence[Sequence[Slice]], arguments: Sequence[Argument], number: int
) -> Sheet | None:
    if number >= len(cut):
        return None
    rest = sum(len(one) for one in cut[number + 1 :])
    held = [shown(one, arguments) for one in cut[number]]
    return Sheet(number=number, of=len(cut), shown=held, rest=rest)


def lately(texts: Sequence[str]) -> tuple[int, Sequence[str]]:
    """Return how many texts are left out beside others, and the newest, which are not."""
    kept = newest(texts, SAID_ROOM)
    return len(texts) - kept, texts[len(texts) - kept :]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One approval for the template of its page."""

    row: Approval
    view: ReviewView
    sheet: Sheet
    picture: Picture
    yes: int
    needed: int
    secrets: int


def question(row: Approval, now_ms: int) -> Question:
    """Return an approval as its page shows it, with the first sheet of its arguments.

    Raises:
        Unavailable: `view_unreadable`: what cannot be shown cannot be approved.
    """
    view, cut = whole_from(row.view_json)
    first = _sheet(cut, view.arguments, 0)
    assert first is not None  # noqa: S101  there is always one
    return Question(
        row=row.at(now_ms),
        view=view,
        sheet=first,
        picture=picture_of(view),
        yes=len({one.voter.principal for one in row.votes if one.decision == "approve"}),
        needed=max((asked.quorum for asked in row.requirements), default=1),
        secrets=sum(one.hidden == "secret" for one in view.arguments),
    )


def on_one_sheet(row: Approval) -> bool:
    """Return whether one sheet shows all of a question; one that cannot be read is on none."""
    try:
        return len(whole_from(row.view_json).sheets) == 1
    except Unavailable:
        return False


def headline(row: Approval) -> str:
    """Return what a question is about, also where its view cannot be read any more."""
    try:
        return view_from(row.view_json).headline
    except Unavailable:  # a list does not end at one bad row; its page says why
        return f"Calls {row.action}; its view cannot be read"


def together(waiting: Sequence[Approval]) -> Sequence[Sequence[Approval]]:
    """Return the questions that one signature may answer, in groups of two or more."""
    groups: dict[object, list[Approval]] = {}
    for row in waiting:
        if not any(asked.match for asked in row.requirements):
            groups.setdefault(kind_of(row), []).append(row)
    return [group for group in groups.values() if len(group) > 1]


def spelled(text: str) -> Sequence[Piece]:
    """Return a text in runs."""
    return [*pieces(text)]


def amount(blast: Blast) -> str:
    """Return the amount of a call as people write it."""
    return money(blast.amount_minor, blast.scale, blast.currency).strip()


def moment(ms: int) -> str:
    """Return a moment (Unix milliseconds) in UTC, to the second."""
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M:%S}"


def lasting(ms: int) -> str:
    """Return a span (milliseconds) as a person says it, in its largest unit."""
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000)):
        if ms >= 2 * size:
            return f"{ms // size} {unit}"
    return f"{max(0, ms) // 1000} s"


FEW = 4_000
"""What a list that only repeats or counts may weigh."""


def few(texts: Sequence[str]) -> tuple[Sequence[str], int]:
    """Return the first of some texts, as many as are short enough, and how many are left."""
    room = FEW
    for at, text in enumerate(texts):
        room -= weight(text) + 20
        if room < 0:
            return texts[:at], len(texts) - at
    return texts, 0


def listed(texts: Sequence[str]) -> str:
    """Return names in one line; of too many the number."""
    some, left = few(texts)
    others = f"{left} more, all of them in the arguments" if left else ""
    return ", ".join([*some, others] if others else some)


FUNCTIONS: Mapping[str, Callable[..., object] | int] = {
    "amount": amount,
    "few": few,
    "headline": headline,
    "lasting": lasting,
    "lately": lately,
    "listed": listed,
    "moment": moment,
    "notes": NOTES,
    "spelled": spelled,
    "together": together,
}
"""What every template may call, by name."""
