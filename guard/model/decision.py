"""The four answers, what each asks for, and which of two is stricter.

A closed union: `match` it without a default arm, so that a checker names a forgotten answer.
"""

from dataclasses import dataclass, field
from typing import Final, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why: the rule's id (empty for a code of the guard itself) and its stable code."""

    code: str
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What one step-up rule asks of people. TTLs in seconds."""

    rule: str
    reason: str
    kind: Literal["self", "review"]
    groups: frozenset[str] = frozenset()
    quorum: int = 1
    uv: bool = True
    device_bound: bool = False
    ttl_s: int = 300
    grant_ttl_s: int = 60
    match: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the credential of an allowed call may carry. None and 0 mean: no rule said so."""

    scopes: frozenset[str] | None = None
    max_ttl_s: int | None = None
    binding_min: int = 0

    def meet(self, other: "Terms") -> "Terms":
        """Return what both leave: fewest scopes, shortest life, closest binding."""
        scopes = other.scopes if self.scopes is None else self.scopes
        if self.scopes is not None and other.scopes is not None:
            scopes = self.scopes & other.scopes
        lives = [one.max_ttl_s for one in (self, other) if one.max_ttl_s is not None]
        return Terms(
            scopes=scopes,
            max_ttl_s=min(lives, default=None),
            binding_min=max(self.binding_min, other.binding_min),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """One narrowing that was applied: its rule, the transform's name, the paths it changed."""

    rule: str
    name: str
    changes: tuple[str, ...]


def told(applied: tuple[Applied, ...]) -> tuple[tuple[str, str], ...]:
    """Return what the agent is told of a narrowing; else it reports a success that was not."""
    return tuple((one.name, path) for one in applied for path in one.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """Which policy gave the answer: the bundle's digest and the digest of the rules it read."""

    bundle: str
    slice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Allow:
    """The call may run as it is."""

    reasons: tuple[Reason, ...]
    terms: Terms
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrow:
    """The call may run with these smaller arguments, and with no others."""

    arguments: bytes
    applied: tuple[Applied, ...]
    reasons: tuple[Reason, ...]
    terms: Terms
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class StepUp:
    """The call may run if these requirements are met; `arguments` are already narrowed."""

    requirements: tuple[Requirement, ...]
    arguments: bytes
    reasons: tuple[Reason, ...]
    basis: Basis
    applied: tuple[Applied, ...] = ()
    irreversible: bool = False
    grantable: bool = False


TOO_MANY_DENIALS: Final = "too_many_denials"
"""The reason of rules that deny because so much was denied before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deny:
    """The call does not run."""

    code: str
    reasons: tuple[Reason, ...] = ()
    basis: Basis = field(default_factory=lambda: Basis(bundle="", slice=""))
    retry_after_s: int = 0
    detail: str = ""  # for the operator's log, never for the agent
    argument: str = ""  # which one is wrong, by the names that the schema has: for the log
    fault: str = field(default="", repr=False)  # the same by the names that came, and what is wrong

    @property
    def counts(self) -> bool:
        """Whether it is one more denial; said for nothing but earlier ones, it would never end."""
        return not self.reasons or any(one.code != TOO_MANY_DENIALS for one in self.reasons)


Decision = Allow | Narrow | StepUp | Deny
KINDS: dict[type, str] = {Allow: "allow", Narrow: "narrow", StepUp: "step_up", Deny: "deny"}


def kind(decision: Decision) -> str:
    """Return the wire word: allow, narrow, step_up or deny."""
    return KINDS[type(decision)]


def strictness(decision: Decision) -> int:
    """Return 0 for the mildest answer and 3 for the strictest, to take the maximum of several."""
    match decision:
        case Allow():
            return 0
        case Narrow():
            return 1
        case StepUp():
            return 2
        case Deny():
            return 3
