"""What an operator has stopped for everybody, and which tokens are void since when.

A stop is lifted by an operator. The moment of an epoch only moves on: what was made at or before it
stays void.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal, get_args

from guard.model.identity import Principal, Who

Scope = Literal["everything", "server", "tool", "agent", "principal", "device", "key"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)

FOREVER_MS: Final = 2**53 - 1
"""A moment after all others that JSON readers take for the same number."""

EpochKind = Literal[
    "everything", "session", "agent", "principal", "device", "tool", "server", "kid", "jti"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """One thing that is stopped. `name` is empty for everything; a tool is `<server>/<tool>`."""

    scope: Scope
    name: str
    why: str
    by: str
    at_ms: int

    def stops(self, server: str, tool: str, who: Who) -> bool:
        """Return whether it stops this caller's call of this tool."""
        person = who.principal
        met: Mapping[Scope, Container[str]] = {
            "everything": ("",),
            "server": (server,),
            "tool": (f"{server}/{tool}",),
            "agent": (who.agent.id, *who.agent.parents),
            "principal": (person.key, person.subject),
            "device": (who.device.id,) if who.device.id else (),
            "key": (),  # what the guard itself signed: it is void where it is shown
        }
        return self.name in met[self.scope]

    def holds(self, who: Who) -> bool:
        """Return whether it stops everything of this caller."""
        return self.scope not in {"server", "tool", "key"} and self.stops("", "", who)

    def epochs(self, audiences: Iterable[str] = ()) -> tuple["Epoch", ...]:
        """Return which tokens are void from now on, as their verifiers read them.

        Args:
            audiences: of the stopped server, under which its tokens name it.
        """
        match self.scope:
            case "server":
                return tuple(self._epoch("server", one) for one in sorted(set(audiences)))
            case "tool":
                return (self._epoch("tool", self.name.partition("/")[2]),)
            case "principal":  # tokens hold the subject alone: of both whom the name may stop
                subjects = {Principal.named(self.name).subject, self.name}
                return tuple(self._epoch("principal", one) for one in sorted(subjects))
            case "key":
                # Whoever has a stolen key also chooses the moments that its tokens name.
                return (Epoch(kind="kid", name=self.name, at_ms=FOREVER_MS),)
            case "everything" | "agent" | "device":
                return (self._epoch(self.scope, self.name),)

    def _epoch(self, kind: EpochKind, name: str) -> "Epoch":
        return Epoch(kind=kind, name=name, at_ms=self.at_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """Tokens of this kind and name made at or before `at_ms` (Unix milliseconds) are void."""

    kind: EpochKind
    name: str
    at_ms: int
    seq: int = 0

    @property
    def id(self) -> str:
        """Return the name as others are told it: handles and people are nobody else's business."""
        return epoch_id(self.name)


def epoch_id(name: str) -> str:
    """Return the digest under which a list of epochs names somebody or something."""
    return sha256(f"guard/epoch/v1\0{name}".encode()).hexdigest()[:32]


def stopped(kills: Iterable[Kill], server: str, tool: str, who: Who) -> Kill | None:
    """Return the first stop that a call meets."""
    return next((one for one in kills if one.stops(server, tool, who)), None)
