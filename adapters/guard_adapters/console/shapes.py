"""Values as templates take them: in runs, so that what hides is seen. It decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from guard.errors import Unavailable
from guard.grant.approval import Approval
from guard.grant.batch import kind_of
from guard.grant.view import view_from
from guard.model.legible import Piece, pieces
from guard.model.review import Argument, Blast, ReviewView, Value
from guard.policy.says import money
from guard_adapters.console.picture import Picture, picture_of

BINDINGS = {
    0: "a static secret, put on the wire by the guard",
    1: "short-lived, for one audience",
    2: "bound to this tool and these arguments",
    3: "bound to this tool and these arguments, to its sender, and good once",
}
SAID_BY = {
    "words": "the person, in their own words",
    "user": "the person",
    "host": "the host application",
    "config": "the configuration",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One argument for a template. `number` is its place; `name` in runs as well."""

    number: int
    name: Sequence[Piece]
    argument: Argument
    values: Sequence[tuple[str, Sequence[Piece]]]
    was: Sequence[tuple[str, Sequence[Piece]]]


def shown(number: int, argument: Argument) -> Shown:
    """Return an argument with every value in runs."""
    return Shown(
        number=number,
        name=[*pieces(name_of(argument.path))],
        argument=argument,
        values=[_runs(one) for one in argument.values],
        was=[_runs(one) for one in argument.was],
    )


def _runs(value: Value) -> tuple[str, Sequence[Piece]]:
    return value.kind, [*pieces(value.text)]


def name_of(path: Sequence[str | int]) -> str:
    """Return a path as people write it: `items[0].price`."""
    out = ""
    for one in path:
        out += f"[{one}]" if isinstance(one, int) else f"{'.' if out else ''}{one}"
    return out or "(the call as it was written)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One approval for the template of its page."""

    row: Approval
    view: ReviewView
    arguments: Sequence[Shown]
    picture: Picture
    yes: int
    needed: int
    secrets: int


def question(row: Approval, now_ms: int) -> Question:
    """Return an approval as its page shows it.

    Raises:
        Unavailable: `view_unreadable`: what cannot be shown cannot be approved.
    """
    view = view_from(row.view_json)
    return Question(
        row=row.at(now_ms),
        view=view,
        arguments=[shown(number, one) for number, one in enumerate(view.arguments)],
        picture=picture_of(view),
        yes=len({one.voter.principal for one in row.votes if one.decision == "approve"}),
        needed=max((asked.quorum for asked in row.requirements), default=1),
        secrets=sum(one.hidden == "secret" for one in view.arguments),
    )


def readable(row: Approval) -> bool:
    """Return whether a question can be shown: what cannot be shown cannot be approved."""
    try:
        view_from(row.view_json)
    except Unavailable:
        return False
    return True


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
