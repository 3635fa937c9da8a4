"""Narrowings as rows of a stored session, and back."""

from collections.abc import Sequence
from typing import Any

from guard.model.access import Access, By, Level, Restore
from guard.model.limits import Constraint, Equal, OneOf, Prefix, Range
from guard.session.narrowing import Narrowing


def narrowing_row(one: Narrowing) -> list[object]:
    """Return one narrowing as JSON can carry it."""
    access, restore = one.access, one.restore
    return [
        [one.id, one.cause, one.rule, one.reason, one.since_ms, one.quiet_ms, one.ended_ms],
        [sorted(restore.by), restore.dwell_ms],
        [
            int(access.level),
            None if access.tools is None else sorted(access.tools),
            sorted([action, *_limit_row(limit)] for action, limit in access.limits),
            None if access.scopes is None else sorted(access.scopes),
            access.max_ttl_s,
            access.binding_min,
        ],
    ]


def narrowing(row: Sequence[Any]) -> Narrowing:
    """Return the narrowing of a row; raises ValueError, KeyError or TypeError for any other."""
    (name, cause, rule, reason, since_ms, quiet_ms, ended_ms), (by, dwell_ms), access = row
    return Narrowing(
        id=name,
        cause=cause,
        rule=rule,
        reason=reason,
        since_ms=since_ms,
        quiet_ms=quiet_ms,
        ended_ms=ended_ms,
        restore=Restore(by=frozenset(_by(one) for one in by), dwell_ms=dwell_ms),
        access=_access(*access),
    )


def _by(word: str) -> By:
    if word == "operator":
        return "operator"
    if word == "reauth":
        return "reauth"
    raise ValueError(f"nobody called {word!r} gives anything back")


def _access(
    level: int,
    tools: list[str] | None,
    limits: list[list[Any]],
    scopes: list[str] | None,
    max_ttl_s: int | None,
    binding_min: int,
) -> Access:
    return Access(
        level=Level(level),
        tools=None if tools is None else frozenset(tools),
        limits=frozenset((action, _limit(*rest)) for action, *rest in limits),
        scopes=None if scopes is None else frozenset(scopes),
        max_ttl_s=max_ttl_s,
        binding_min=binding_min,
    )


def _limit_row(limit: Constraint) -> list[object]:
    match limit:
        case Equal(path=path, value=value):
            return [path, "equal", value]
        case OneOf(path=path, values=values):
            return [path, "one_of", *values]
        case Range(path=path, low=low, high=high):
            return [path, "range", low, high]
        case Prefix(path=path, start=start):
            return [path, "prefix", start]


def _limit(path: str, kind: str, *said: Any) -> Constraint:  # noqa: ANN401  as JSON holds it
    match kind:
        case "equal":
            return Equal(path=path, value=said[0])
        case "one_of":
            return OneOf(path=path, values=tuple(said))
        case "range":
            return Range(path=path, low=said[0], high=said[1])
        case "prefix":
            return Prefix(path=path, start=said[0])
        case _:
            raise ValueError(f"no limit is called {kind!r}")
