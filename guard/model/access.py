"""How far a session may go: a level, its tools, their arguments, and what credentials may carry.

`meet` of two is exactly what both admit, so that narrowings can come in any order and twice. There
is no join: nothing here makes an access wider.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from guard.model.call import Json
from guard.model.limits import Constraint, inside, leaves

By = Literal["operator", "reauth"]
"""Who may give back what was taken: an operator, or the session's person with a fresh yes."""

_WRITES = frozenset({"write", "egress", "privileged", "irreversible"})
_POWER = frozenset({"privileged", "irreversible"})


class Level(IntEnum):
    """What kinds of tools are left, from nothing to all."""

    STOPPED = 0
    READ_ONLY = 1  # reads that send nothing out
    REDUCED = 2  # nothing privileged and nothing irreversible
    FULL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What is left. None and 0: nothing was said, so no limit of that sort."""

    level: Level = Level.FULL
    tools: frozenset[str] | None = None  # actions, `<server>/<tool>`
    limits: frozenset[tuple[str, Constraint]] = frozenset()  # by action; all must hold
    scopes: frozenset[str] | None = None
    max_ttl_s: int | None = None
    binding_min: int = 0

    def reaches(self, action: str, effect: frozenset[str]) -> bool:
        """Return whether a tool of these classes may be called at all."""
        if self.tools is not None and action not in self.tools:
            return False
        match self.level:
            case Level.FULL:
                return True
            case Level.REDUCED:
                return bool(effect - {"any"}) and not effect & _POWER
            case Level.READ_ONLY:
                return "read" in effect and not effect & _WRITES
            case Level.STOPPED:
                return False

    def admits(
        self, action: str, effect: frozenset[str], arguments: Mapping[str, Json] | None
    ) -> bool:
        """Return whether a call may be made; None asks for one with whatever arguments.

        An argument that is limited must be there.
        """
        if arguments is None or not self.reaches(action, effect):
            return arguments is None and self.reaches(action, effect)
        mine = [limit for one, limit in self.limits if one == action]
        found = leaves(arguments) if mine else {}
        return found is not None and all(
            limit.path in found and inside(limit, found[limit.path]) for limit in mine
        )


FULL = Access()


def meet(one: Access, other: Access) -> Access:
    """Return what both admit, and the smaller credential of the two."""
    ttls = [ttl for ttl in (one.max_ttl_s, other.max_ttl_s) if ttl is not None]
    return Access(
        level=min(one.level, other.level),
        tools=_both(one.tools, other.tools),
        limits=one.limits | other.limits,
        scopes=_both(one.scopes, other.scopes),
        max_ttl_s=min(ttls, default=None),
        binding_min=max(one.binding_min, other.binding_min),
    )


def _both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def dimensions(access: Access) -> tuple[str, ...]:
    """Return what is narrower than full, in words of the log and of the agent's `_meta`."""
    level = "" if access.level is Level.FULL else f"level={access.level.name.lower()}"
    said = (
        level,
        "tools" if access.tools is not None else "",
        "arguments" if access.limits else "",
        "scopes" if access.scopes is not None else "",
        "" if access.max_ttl_s is None else f"max_ttl={access.max_ttl_s}s",
        f"binding_min=L{access.binding_min}" if access.binding_min else "",
    )
    return tuple(one for one in said if one)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """What ends a narrowing. Empty: nothing does, a new session is needed."""

    by: frozenset[By] = frozenset()
    dwell_ms: int | None = None  # so long after its rule stopped holding; 0 = at once

    @property
    def words(self) -> str:
        """Return it as rules write it: what would do, with commas, or `never`."""
        said: list[str] = sorted(self.by)
        said += [] if self.dwell_ms is None else [f"{self.dwell_ms // 1000}s"]
        return ", ".join(said) or "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A rule about sessions that holds now: what it leaves, and what would give it back."""

    rule: str
    reason: str
    access: Access
    restore: Restore
