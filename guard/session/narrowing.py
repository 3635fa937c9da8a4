"""What a session may no longer do, why, and what would give it back: fixed when it is taken.

Rule 1: a narrowing only meets; what is left is the meet of all that stand. Rule 2: it ends only as
it said when it began: by time without cause, by its person's fresh yes, by an operator, or never.
Rule 3: after a person or an operator ended one, what was known by then does not bring it back; what
comes later does. No threshold is known here: which rules hold is told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final, Literal

from guard.model.access import FULL, Access, By, Held, Restore, meet
from guard.model.call import Json

BY_HAND: Final = "operator"
"""The rule of a narrowing that an operator made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """One narrowing of a session."""

    id: str
    cause: str  # the signal, or who did it
    rule: str
    reason: str
    since_ms: int
    restore: Restore
    access: Access
    quiet_ms: int = 0  # since when its rule has not held; 0 = it holds
    ended_ms: int = 0  # a person or operator gave it back; kept for rule 3


Narrowings = tuple[Narrowing, ...]
_Pair = tuple[Narrowing | None, Narrowing | None]  # before and after


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One narrowing that began, grew or ended; `before` and `after` are the whole session's."""

    kind: Literal["narrowed", "restored"]
    narrowing: Narrowing
    why: str
    before: Access
    after: Access


def standing(narrowings: Narrowings) -> Narrowings:
    """Return those that are in force, oldest first."""
    return tuple(one for one in narrowings if not one.ended_ms)


def access_of(narrowings: Narrowings) -> Access:
    """Return what they leave together."""
    return reduce(meet, (one.access for one in narrowings if not one.ended_ms), FULL)


def narrower(before: Narrowings, now: Narrowings) -> bool:
    """Return whether something was taken since: a narrowing began or grew."""
    had = {(one.id, one.access) for one in standing(before)}
    return any((one.id, one.access) not in had for one in standing(now))


def settles(
    narrowings: Narrowings, action: str, effect: frozenset[str], values: Mapping[str, Json] | None
) -> bool:
    """Return whether a fresh yes of the person would let this call be made."""
    rest = tuple(one for one in narrowings if "reauth" not in one.restore.by)
    return access_of(rest).admits(action, effect, values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a session at one moment: why it would be narrowed, and since when."""

    cause: str
    newest_ms: int  # the last thing that was said against it
    now_ms: int


def reconsidered(
    narrowings: Narrowings, held: Iterable[Held], known: Known
) -> tuple[Narrowings, tuple[Shift, ...]]:
    """Return the narrowings as the rules that hold now leave them, and what changed."""
    rules = {one.rule: one for one in held}
    after: list[_Pair] = [(one, _aged(one, rules.pop(one.rule, None), known)) for one in narrowings]
    after += [(None, _made(one, known)) for one in rules.values()]
    return _shifted(after, known.cause)


def given_back(
    narrowings: Narrowings, by: By, now_ms: int, *, named: str = ""
) -> tuple[Narrowings, tuple[Shift, ...]]:
    """Return the narrowings after a person or an operator ended what they may end.

    Args:
        narrowings: those of one session.
        by: `reauth`, the person's fresh yes, or `operator`, who may end all but `never`.
        now_ms: the moment (Unix milliseconds).
        named: only the narrowing with this id; empty = all.
    """

    def ends(one: Narrowing) -> bool:
        may = by in one.restore.by or (by == "operator" and one.restore != Restore())
        return may and not one.ended_ms and named in {"", one.id}

    def ended(one: Narrowing) -> Narrowing:
        return replace(one, ended_ms=max(1, now_ms)) if ends(one) else one

    return _shifted([(one, ended(one)) for one in narrowings], by)


def by_hand(access: Access, reason: str, now_ms: int) -> Narrowing:
    """Return the narrowing that an operator makes and only an operator ends."""
    return Narrowing(
        id=_id(BY_HAND, now_ms),
        cause=BY_HAND,
        rule=BY_HAND,
        reason=reason,
        since_ms=now_ms,
        restore=Restore(by=frozenset({"operator"})),
        access=access,
    )


def added(narrowings: Narrowings, new: Narrowing) -> tuple[Narrowings, tuple[Shift, ...]]:
    """Return the narrowings with one more."""
    return _shifted([*((one, one) for one in narrowings), (None, new)], new.cause)


def _made(rule: Held, known: Known) -> Narrowing:
    return Narrowing(
        id=_id(rule.rule, known.now_ms),
        cause=known.cause,
        rule=rule.rule,
        reason=rule.reason,
        since_ms=known.now_ms,
        restore=rule.restore,
        access=rule.access,
    )


def _id(rule: str, now_ms: int) -> str:
    return f"{rule}@{now_ms}"


def _aged(one: Narrowing, rule: Held | None, known: Known) -> Narrowing | None:
    """Return a narrowing as it is now; None: it has ended, or there is nothing left to remember."""
    if rule is not None:
        if one.ended_ms:
            return _made(rule, known) if known.newest_ms >= one.ended_ms else one
        return replace(one, quiet_ms=0, access=meet(one.access, rule.access))
    if one.ended_ms:
        return None
    if one.restore.dwell_ms is None:
        return one
    # From when it was seen not to hold: without anybody looking, no time passes.
    quiet_ms = max(one.quiet_ms or known.now_ms, known.newest_ms)
    over = known.now_ms - quiet_ms >= one.restore.dwell_ms
    return None if over else replace(one, quiet_ms=quiet_ms)


def _shifted(pairs: Iterable[_Pair], why: str) -> tuple[Narrowings, tuple[Shift, ...]]:
    """Return what is left of (before, after) pairs, and what changed, one after the other."""
    listed = list(pairs)
    now = [before for before, _ in listed]
    shifts: list[Shift] = []
    for at, (before, after) in enumerate(listed):
        stood, stands = _stands(before), _stands(after)
        was = access_of(tuple(one for one in now if one is not None))
        now[at] = after
        left = access_of(tuple(one for one in now if one is not None))
        if stands is not None and (stood is None or stood.access != stands.access):
            shifts.append(Shift(kind="narrowed", narrowing=stands, why=why, before=was, after=left))
        elif stood is not None and stands is None:
            said = "quiet" if after is None else why
            shifts.append(Shift(kind="restored", narrowing=stood, why=said, before=was, after=left))
    return tuple(one for one in now if one is not None), tuple(shifts)


def _stands(one: Narrowing | None) -> Narrowing | None:
    return None if one is None or one.ended_ms else one
