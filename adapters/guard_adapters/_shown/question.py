"""A question as lines of plain text, for terminals: everything of the view, nothing shortened.

Each value stands on one line as JSON, so that no text of others can look like a line of ours.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from guard.model.legible import Piece, pieces
from guard.model.review import (
    Argument,
    Blast,
    Chain,
    Gives,
    ReviewView,
    Standing,
    Value,
    ValueOrigin,
)
from guard.policy.says import money
from guard_adapters._shown import shown

UNDO = {
    "no": "it cannot be undone",
    "yes": "it can be undone",
    "reads": "it changes nothing",
    "": "whether it can be undone is not known",
}
SAID_BY = {
    "words": "in the person's words",
    "host": "declared by the host application",
    "user": "declared by the person",
    "config": "from the configuration",
}


def question(view: ReviewView) -> list[str]:
    """Return the lines of one question, in the order in which a person needs them."""
    return [
        f"  Effect     {_text(view.headline)}",
        f"  Action     {_text(view.action)}",
        *_why(view),
        *_ran(view),
        *_task(view.chain),
        "  Arguments, all of them, as they would be sent:",
        *arguments(view.arguments),
        *([] if view.arguments else ["    (none)"]),
        *_before(view),
        *[
            f"  Narrowed   by rule {_text(one.rule)}: {_text(one.name)} ({_listed(one.paths)})"
            for one in view.cuts
        ],
        f"  Reaches    {_reaches(view.blast)}",
        *_chain(view.chain),
        *_standing(view.standing, view.chain, view.asked_ms),
        f"  A yes      {_gives(view.gives)}",
        *[f"  The agent says (believe none of it): {_quoted(one)}" for one in view.chain.prose],
    ]


def arguments(rows: Sequence[Argument]) -> list[str]:
    """Return two lines an argument: its value whole, and where it came from."""
    return [line for one in rows for line in _argument(one)]


def place(path: Sequence[str | int]) -> str:
    """Return a path as people write it: `items[0].price`; an odd name in quotes."""
    out = ""
    for one in path:
        if isinstance(one, int):
            out += f"[{one}]"
        else:
            plain = one.isascii() and one.replace("-", "_").isidentifier()
            out += f"{'.' if out else ''}{one if plain else _quoted(one)}"
    return out


def at(ms: int) -> str:
    """Return a moment (Unix milliseconds) in UTC, to the second."""
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"


def lasted(ms: int) -> str:
    """Return a span (milliseconds) in its largest whole unit."""
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000)):
        if ms >= 2 * size:
            return f"{ms // size} {unit}"
    return f"{max(0, ms) // 1000} s"


def _text(value: object) -> str:
    return shown(str(value))


def _quoted(text: str) -> str:
    return _spelled(json.dumps(text, ensure_ascii=False))


def _spelled(text: str) -> str:
    return "".join(_plain(one) for one in pieces(text))


def _plain(piece: Piece) -> str:
    return "<U+000A>" if piece.kind == "line" else piece.text


def _listed(paths: Sequence[str]) -> str:
    return ", ".join(map(_text, paths))


def _why(view: ReviewView) -> Iterator[str]:
    for one in view.why:
        who = " or ".join(one.groups) if one.groups else "the person it acts for"
        where = f", {one.where}" if one.where else ""
        yield f"  Because    {_text(one.rule)}: {_text(one.reason)}{_text(where)}"
        many = f"{one.quorum} of " if one.quorum > 1 else ""
        yield f"             asks {many}{_text(who)}"
    for signal in view.chain.signals:
        yield f"  Signal     {_text(signal.kind)} from {_text(signal.source)}"


def _task(chain: Chain) -> Iterator[str]:
    for one in chain.task:
        yield f"  Task       {_quoted(one.text)} ({SAID_BY.get(one.by, _text(one.by))})"
    if not chain.task:
        yield "  Task       (none declared)"


def _argument(one: Argument) -> Iterator[str]:
    marks = [_origin(origin) for origin in one.origins]
    if one.untrusted:
        marks.insert(0, "UNTRUSTED")
    marks += [f"NOTE {_text(note)}" for note in one.notes]
    marks += _changed(one)
    yield f"    {place(one.path) or '(as written)'} = {_values(one)}"
    yield f"        {'; '.join(marks)}"


def _values(one: Argument) -> str:
    if one.hidden == "secret":
        return "(secret)"
    if one.hidden == "blob":
        return f"(not shown here: {one.size} bytes, SHA-256 {one.sha256})"
    texts = [_value(value) for value in one.values]
    return f"[{', '.join(texts)}]" if one.listed else texts[0]


def _value(value: Value) -> str:
    return _quoted(value.text) if value.kind == "text" else _spelled(value.text)


def _origin(origin: ValueOrigin) -> str:
    return _text(origin.told)


def _changed(one: Argument) -> list[str]:
    match one.change:
        case "none":
            return []
        case "same":
            return ["as in the last approved call"]
        case "new":
            return ["not in the last approved call"]
        case "changed":
            was = ", ".join(_value(value) for value in one.was)
            return [f"CHANGED, was {was}" if was else "CHANGED"]


def _ran(view: ReviewView) -> Iterator[str]:
    ran = view.ran
    if ran is not None:
        span = lasted(view.asked_ms - ran.at_ms)
        yield f"  Same call  approved before ({ran.approval}), let run {span} before: {ran.outcome}"


def _before(view: ReviewView) -> Iterator[str]:
    before = view.before
    if before is None:
        yield "  Last time  (no call of this tool was approved before)"
        return
    yield f"  Last time  {at(before.at_ms)}"
    for path in before.gone:
        yield f"             it had {place(path)}, this call has not"


def _reaches(blast: Blast) -> str:
    amount = money(blast.amount_minor, blast.scale, blast.currency)
    parts = [
        UNDO[blast.reversible],
        _receivers(blast.targets),
        amount.strip() if blast.amount_minor >= 0 else "",
        f"environment {_text(blast.environment)}" if blast.environment else "environment not known",
        f"to {_listed(blast.destinations)}" if blast.destinations else "destination not known",
    ]
    return "; ".join(one for one in parts if one)


def _receivers(targets: int) -> str:
    return "" if targets < 0 else "1 receiver" if targets == 1 else f"{targets} receivers"


def _chain(chain: Chain) -> Iterator[str]:
    seen = ", ".join(map(_text, chain.labels)) or "nothing unusual"
    yield f"  Seen       {seen}"
    for one in chain.steps:
        said = [f"brought in {_listed(one.brought)}"] if one.brought else []
        said += [f"gave {_listed(one.gave)}"] if one.gave else []
        said += ["still running"] if one.running else []
        yield f"    step {one.n}  {_text(one.action)}  {'; '.join(said)}"


def _standing(who: Standing, chain: Chain, asked_ms: int) -> Iterator[str]:
    proven = "attested" if who.attested else "not attested"
    device = f"{_text(who.device)}, {'in order' if who.compliant else 'not known to be in order'}"
    trend = "" if chain.risk == chain.risk_before else f", {chain.risk_before} ten minutes before"
    yield f"  Agent      {_text(who.agent)} for {_text(who.principal)}"
    yield f"  Workload   {_text(who.workload) or '(unknown)'}, {proven}"
    yield f"  Device     {device if who.device else '(unknown)'}"
    yield f"  Session    {_text(who.session)}, open for {lasted(asked_ms - chain.opened_ms)}"
    yield f"  Risk       {chain.risk} of 3{trend}"


def _gives(gives: Gives) -> str:
    scopes = f", scopes {_listed(gives.scopes)}" if gives.scopes else ""
    held = (
        "no credential" if gives.credential == "none" else f"credential {_text(gives.credential)}"
    )
    bound = f" (L{gives.binding})" if gives.credential != "none" else ""
    return (
        f"gives this one call, with exactly these bytes, within {gives.grant_ttl_s} s; "
        f"{held}{bound}{scopes}. It gives nothing else."
    )
