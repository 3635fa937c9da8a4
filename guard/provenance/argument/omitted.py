"""What a call leaves out although the person said it: "refund 20 EUR", and no amount is given.

Where a tool has an argument for what limits a request, a call without it does the same to all there
is, or leaves it open to all. It looks at the tool's published schema and at the person's words, and
decides nothing.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import takewhile

from guard.model.call import Held, ToolSpec
from guard.provenance.argument.lasting import endless, expires
from guard.provenance.argument.limited import ends_more
from guard.provenance.argument.misplaced import NUMERIC, misplaces
from guard.provenance.argument.optional import said_for
from guard.provenance.argument.options import goes_further
from guard.provenance.argument.untimely import speaks_of_time, untimely
from guard.provenance.quantity.counts import SINGLE, is_counted, things_at
from guard.provenance.quantity.days import dates
from guard.provenance.quantity.hours import graded
from guard.provenance.request.naming import SILENT
from guard.provenance.request.pieces import ADDRESSES, Piece, asking
from guard.provenance.request.task import Task
from guard.provenance.schema.kin import kin_of
from guard.provenance.schema.roles import entered
from guard.provenance.schema.shown import allowed_values, optional_in, own_at, types_in
from guard.provenance.schema.slot import Slot
from guard.provenance.schema.switches import keeps, retains
from guard.provenance.source.rowed import doubles
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.thing.sides import ALONE, spelled
from guard.provenance.vocabulary.contrary import once, opposed, repeats
from guard.provenance.vocabulary.currencies import currency_of, words_in
from guard.provenance.vocabulary.lexicon import Capability, is_stop, stem, stems_of

_CLOSED = frozenset(map(stem, ("private", "hidden", "confidential", "restricted", "internal")))
"""Choices by which something is kept from others."""
_NAMES = frozenset({"dest", "target"})
_MOMENTS = frozenset({"date", "time"})
_WORDS = re.compile(r"[^\W\d_]+")
_ONLY_FOR = re.compile(
    r"\b(?:only|just|solely|exclusively)\s+(?:for|to|in|on|with|from|of|at)\s+(?:the|this|that|those"
    r"|these|my|our|his|her|their|an?)\s+((?:[^\W\d_]+\s+){0,2}[^\W\d_]+)",
    re.IGNORECASE,
)
"""What somebody wants something for, and for nothing else: its thing, with words before it."""
_DIGITS = re.compile(r"\d+(?:\.\d+)?")


def otherwise(
    task: Task,
    able: Capability,
    spec: ToolSpec,
    slots: Mapping[str, Slot],
    weighed: Sequence[tuple[Value, Worth]],
) -> bool:
    """Return whether a call does another thing than was asked for, or the same to more.

    Args:
        task: what the person said.
        able: what the tool does.
        spec: the tool.
        slots: what is known of the call's arguments, by their paths.
        weighed: these arguments, with their worth.
    """
    values = [one for one, _ in weighed]
    return (
        opposed(task.words, able, slots)
        or (repeats(spec.tool) and once(task.wanted))
        or (task.spoken and _is_empty(slots, values))
        or omits(task, able, spec.held, slots, values)
        or doubles(weighed)
        or misplaces(task, able, spec.held, slots, weighed)
        or goes_further(task, able, spec.held, slots, weighed)
        or untimely(task, slots, weighed)
        or ends_more(task, able, spec.held, slots, values)
    )


def _is_empty(slots: Mapping[str, Slot], values: Collection[Value]) -> bool:
    """Return whether a list of what it is done to, or goes to, is empty: many take it for all."""
    empty = [one for one in values if not one.text and one.level in _NAMES]
    if not empty:  # nearly always
        return False
    named = {one.level for one in values if one.text}
    return any(one.level not in named and slots[one.path].needed for one in empty)


def omits(
    task: Task, able: Capability, held: Held, paths: Collection[str], values: Collection[Value]
) -> bool:
    """Return whether a call leaves out an argument for which the person named a value."""
    absent = [one for one in optional_in(held) if one not in paths]  # most are given as they are
    names = [one for one in absent if not any(_under(path, one) for path in paths)]
    if not names or not task.spoken:
        return False
    later = [one for one in names if entered(held.spec, one) == "when"]
    alone = len(task.pieces) <= 1
    if alone and (_misses_a_day(task, later, values) or endless(task.wanted, later, paths)):
        return True
    texts = " ".join([_told(one) for one in values])
    if any(_opens(task, able, held, one, texts) for one in names) or _leads_nowhere(
        task, able, held, names, values
    ):
        return True
    numeric = [one for one in names if types_in(held, one) & NUMERIC]
    timed = bool(later) and not any(one.role == "when" for one in values)
    own = asking(task.pieces, able) if numeric or timed else ()
    if timed and _says_when(task, own) and not (any(dates(texts)) or speaks_of_time(texts)):
        return True
    if any(_of_a_set(task, held, one, texts) for one in names) or _for_more(task, able, names):
        return True
    said = frozenset(map(float, _DIGITS.findall(texts.replace(",", ""))))
    return bool(own) and all(
        any(_limits(held, name, piece, said) for name in numeric) for piece in own
    )


def _leads_nowhere(
    task: Task, able: Capability, held: Held, names: Collection[str], values: Collection[Value]
) -> bool:
    """Return whether a call leaves out to which address its requests want something to go."""
    if not task.dests or any(one.level == "dest" for one in values):
        return False
    if not any(entered(held.spec, one) == "recipient" for one in names):
        return False
    own = [piece for piece in asking(task.pieces, able) if piece.fits(able)]
    return bool(own) and all(
        any(one.kind in ADDRESSES and one.frame == "dest" for one in piece.held) for piece in own
    )


def _misses_a_day(task: Task, names: Collection[str], values: Collection[Value]) -> bool:
    """Return whether the only request names two days, and a call has one of them, and room."""
    days = {one.moment[0] for one in values if one.role == "when" and one.moment[0]}
    if len(days) != 1 or not names or task.off or any("move" in one.verbs for one in task.asks):
        return False
    named = {
        one.canonical
        for one in task.entities
        if one.kind == "date" and one.frame not in SILENT and task.wanted[one.start].strip()
    }
    return len(named) > len(days) and not all(map(expires, names))


def _of_a_set(task: Task, held: Held, name: str, texts: str) -> bool:
    """Return whether a call leaves out one of a closed set that the person said.

    A currency beside an amount, and what they want it to be only: "close friends only".
    """
    schema, allowed = own_at(held, name)
    if len(allowed) < 2:  # noqa: PLR2004  most arguments are no choice
        return False
    every = tuple(one for one in allowed if isinstance(one, str) and one != schema.get("default"))
    codes = {one: code for one in every if (code := currency_of(one))}
    if codes:
        wanted = task.currencies if len(task.currencies) == 1 else frozenset[str]()
        return any(code in wanted and one not in texts for one, code in codes.items())
    return any(one not in texts for one in _only(task.wanted, every))


@lru_cache(maxsize=1024)
def _only(text: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Return which of a set a text wants it to be only."""
    return tuple(
        one
        for one in allowed
        if re.search(rf"{ALONE}{spelled(' '.join(words_in(one)))} only\b", text, re.IGNORECASE)
    )


def _for_more(task: Task, able: Capability, names: Collection[str]) -> bool:
    """Return whether a call leaves out for what alone it is wanted: "only for the segment"."""
    for one in _ONLY_FOR.finditer(task.wanted):
        said = stems_of([*takewhile(lambda word: not is_stop(word), one[1].split())])
        if any(kin_of(name.rpartition(".")[2]) & said - able.stems for name in names):
            return True
    return False


def _told(value: Value) -> str:
    """Return what an argument says: its value, and of a yes what it says yes to."""
    name = " ".join(words_in(value.path.rpartition(".")[2])) if value.text == "True" else ""
    return f"{value.text} {name}" if name else value.text


def _says_when(task: Task, own: Collection[Piece]) -> bool:
    """Return whether the requests for a call say when; where none is known for it, the only one."""
    if own:
        return all(_dated(task, piece) for piece in own)
    acts = [one for one in task.pieces if any(ask.verbs - {"read"} for ask in one.asks)]
    return len(acts) <= 1 and all(_dated(task, piece) for piece in acts or task.pieces) and (
        task.when or task.hours
    )  # fmt: skip


def _dated(task: Task, piece: Piece) -> bool:
    """Return whether a request says when."""
    at = next((at for at, one in enumerate(task.pieces) if one is piece), 0)
    hours = () if graded(task.wanted) else task.at
    if any(any(named[at : at + 1]) for named in (task.on, hours)):
        return True
    return any(
        one.kind in _MOMENTS and one.frame not in SILENT and piece.start <= one.start < piece.end
        for one in task.entities
    )


def _under(path: str, name: str) -> bool:
    return path == name or path.startswith((f"{name}.", f"{name}["))


def _opens(task: Task, able: Capability, held: Held, name: str, texts: str) -> bool:
    """Return whether what is left out would have been as the person said: private, insured.

    `texts`: what the call says in its other arguments, as "private" for who sees it.
    """
    schema, _ = own_at(held, name)
    if schema.get("type") == "boolean":
        if schema.get("default") is not False and not things_at(name).isdisjoint(
            task.words.refused
        ):
            return True  # "publish it without announcing it", and it may be announced
        wanted = schema.get("default") is not True and keeps(
            name,
            able.stems,
            _parted(said_for(task, able, things_at(name), task.words.stems)),
            task.wanted,
        )
        wanted |= schema.get("default") is not True and retains(task.text, name)
        return wanted and stems_of(_WORDS.findall(texts)).isdisjoint(things_at(name))
    kept = {stem(one) for one in allowed_values(schema) if isinstance(one, str)} & _CLOSED
    kept -= stems_of(_WORDS.findall(texts))
    default = schema.get("default")
    return not (kept - {stem(default)} if isinstance(default, str) else kept).isdisjoint(
        task.words.stems
    )


@lru_cache(maxsize=256)
def _parted(stems: frozenset[str]) -> frozenset[str]:
    """Return words with the parts of those with a stroke: read and only of read-only."""
    return stems.union(stem(part) for one in stems if "-" in one for part in one.split("-") if part)


def _limits(held: Held, name: str, piece: Piece, said: frozenset[float]) -> bool:
    """Return whether a request names a number for an argument, and the call holds it nowhere."""
    return any(one not in said and one * 100 not in said for one in _numbers(held, name, piece))


def _numbers(held: Held, name: str, piece: Piece) -> Iterator[float]:
    of = things_at(name)
    for one in piece.held:
        number = _DIGITS.search(one.canonical)
        if number is None:
            continue
        if one.kind == "amount" and entered(held.spec, name) in {"", "amount"}:
            if not is_counted(held, name) and not of.isdisjoint(_SUMS):
                yield float(number[0])
        elif (one.kind == "percent" and not of.isdisjoint(_SHARES)) or (
            one.kind == "quantity" and (stem(one.literal.split()[-1]) in of or of <= SINGLE)
        ):
            yield float(number[0])
    for noun, digits in piece.numbered:
        if noun in kin_of(name.rpartition(".")[2]):
            yield float(digits)


_SHARES = frozenset(map(stem, ("percent", "percentage", "pct", "rollout", "share", "rate")))
"""Names of arguments for which part of the whole is meant."""
_SUMS = frozenset(map(stem, ("amount", "sum", "value", "total", "price", "money")))
"""Names of arguments for how much is paid."""
