"""Who stands behind a call: the person, the agent that acts for them, its workload, its device."""

from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The person or account for whom the agent acts: issuer and subject of the checked token."""

    issuer: str
    subject: str
    teams: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """Return one stable string for this principal, safe to use as a database key."""
        return f"{self.issuer}|{self.subject}"

    @classmethod
    def named(cls, key: str) -> "Principal":
        """Return the person of a `key`; a text without `|` is a subject of no issuer.

        An issuer is a URL, which holds no `|` (RFC 3986, appendix A); a subject may hold some.
        """
        issuer, mark, subject = key.partition("|")
        return cls(issuer=issuer, subject=subject) if mark else cls(issuer="", subject=key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """The program that calls tools. Its name comes from authentication, never from itself.

    A sub-agent has `parents`, the first of the chain first: it may do what all of them may do.
    """

    id: str
    groups: frozenset[str] = frozenset()
    parents: tuple[str, ...] = ()

    def acting(self, actors: tuple[str, ...]) -> "Agent":
        """Return the last of a chain of actors that begins with this agent (RFC 8693, 4.1)."""
        if not actors:
            return self
        names = [self.id]
        for one in actors:  # each name holds those before it, so that no two chains share one
            names.append(f"{names[-1]} act={one}")
        return Agent(id=names[-1], parents=(*self.parents, *names[:-1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """The running process or pod of the agent, as its platform attests it."""

    id: str = ""
    attested: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """The device of the principal. Unknown is not compliant."""

    id: str = ""
    compliant: bool = False
    seen_at_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the caller's network is, and who says so. For detectors: no rule and no fact holds it.

    Latitude and longitude in ten-thousandths of a degree, north and east positive; everything
    within `radius_km` may be meant.
    """

    lat_e4: int
    lon_e4: int
    radius_km: int
    source: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Everything the edge established about the caller."""

    principal: Principal
    agent: Agent
    workload: Workload = field(default_factory=Workload)
    device: Device = field(default_factory=Device)
    claims: tuple[tuple[str, str], ...] = ()
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # The same caller is looked up with every call, and all of this would be hashed again.
        whole = (self.principal, self.agent, self.workload, self.device, self.claims)
        object.__setattr__(self, "_hash", hash(whole))

    def __hash__(self) -> int:
        return self._hash

    @property
    def key(self) -> str:
        """Return the digest that keys sessions and sealed values to this principal and agent."""
        text = f"{self.principal.issuer}\0{self.principal.subject}\0{self.agent.id}"
        return sha256(text.encode()).hexdigest()
