"""One tool call as bytes, the tool it names, and how it ended.

Arguments are serialised once, with sorted keys. Those bytes are judged, shown, approved and
forwarded; `bytes_sha256` is over exactly them. The other digest, over the RFC 8785 form that an
upstream sees, is made in `guard.grant.signing`, because canonical JSON is spoken there only.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from typing import Literal

from guard.model.idempotency import Idempotency, IdempotencyKey, idempotency_key
from guard.model.labels import Label

Scalar = None | bool | int | float | str
Json = Scalar | list["Json"] | dict[str, "Json"]
Leaf = tuple[str, Scalar, tuple[Mapping[str, Json], ...]]
"""One value of a call: its path, what stands there, and the objects that hold it."""

# Made once: json.dumps makes it anew, and json.loads looks first for other encodings of Unicode.
_READ = json.JSONDecoder().decode
_CANONICAL = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode

Definition = Literal["pinned", "unpinned", "changed"]
"""How a tool's published definition compares with the one that a person accepted."""


class Outcome(StrEnum):
    """How a call ended. One vocabulary for approvals, history, audit and traces."""

    REFUSED = "refused"  # did not run
    RUNNING = "running"
    OK = "ok"
    ERROR = "error"
    UNKNOWN = "unknown"  # it may have run


def argument_bytes(arguments: Mapping[str, Json]) -> bytes:
    """Serialise arguments once: sorted keys, compact, UTF-8.

    Raises:
        ValueError: a number is not finite or a string holds a lone surrogate.
    """
    return _CANONICAL(arguments).encode()


def _walk(
    value: Json,
    path: str,
    around: tuple[Mapping[str, Json], ...],
    found: list[Leaf],
) -> None:
    if isinstance(value, dict):
        around = (value, *around)
        for name, inner in value.items():
            at = f"{path}.{name}" if path else name
            if isinstance(inner, (dict, list)):
                _walk(inner, at, around, found)
            else:
                found.append((at, inner, around))
    elif isinstance(value, list):
        for inner in value or [None]:
            _walk(inner, path, around, found)
    else:
        found.append((path, value, around))


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """One call that an agent wants to make, with the bytes that would be sent."""

    id: str
    session: str
    server: str
    tool: str
    arguments: bytes
    definition: Definition = "pinned"
    intent: bytes = b""  # what the agent declared for this call alone: it may only narrow
    idempotency: IdempotencyKey | None = None  # set by the guard as it runs; no front sets it
    acting: tuple[str, ...] = ()  # sub-agents below the session's own agent, the calling one last
    traceparent: str = field(default="", repr=False, compare=False)  # for traces; decides nothing
    bytes_sha256: str = field(init=False)
    action: str = field(init=False, repr=False, compare=False)  # for policy: `<server>/<tool>`
    _read: list[dict[str, Json]] = field(init=False, repr=False, compare=False)
    _leaves: list[Leaf] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_read", [])
        object.__setattr__(self, "_leaves", [])
        object.__setattr__(self, "bytes_sha256", sha256(self.arguments).hexdigest())
        object.__setattr__(self, "action", f"{self.server}/{self.tool}")

    def parsed(self) -> dict[str, Json]:
        """Return the arguments as Python values, made anew from the bytes."""
        values: dict[str, Json] = _READ(self.arguments.decode())
        return values

    def read(self) -> Mapping[str, Json]:
        """Return the same once and for all: to be looked at, and never changed."""
        if not self._read:
            self._read.append(self.parsed())
        return self._read[0]

    def leaves(self) -> Sequence[Leaf]:
        """Return each value with its path and the objects that hold it, the nearest first.

        Elements of an array are under its path; an empty one has a path, too, and holds nothing.
        """
        if not self._leaves:
            self.read()
            _walk(self._read[0], "", (), self._leaves)
        return self._leaves

    def narrowed(self, arguments: bytes) -> "ToolCall":
        """Return the same call with the narrowed bytes; a new digest comes with them."""
        return replace(self, arguments=arguments)

    def within(self, traceparent: str) -> "ToolCall":
        """Return the same call under this span of a trace; an empty text leaves it where it is."""
        return replace(self, traceparent=traceparent) if traceparent else self

    def keyed(self, place: Idempotency | None, consume_id: str) -> "ToolCall":
        """Return the same call with the idempotency key of this run, or with none."""
        if place is None and self.idempotency is None:
            return self
        named = {"call_id": self.id, "consume_id": consume_id}
        return replace(self, idempotency=idempotency_key(place, **named) if place else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgSpec:
    """What the catalogue says of one argument path."""

    role: str = ""  # one of the catalogue's roles: recipient amount path url body id secret …
    kind: str = ""
    currency: str = ""
    scale: int | None = None  # decimal places of the currency; None = as its schema type suggests
    opaque: bool = False
    max_items: int = 0  # 0 = the default of the catalogue
    order: tuple[str, ...] = ()  # of a permission: its values, least first


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    """One way to shrink a call: drop_arg, set_arg, cap_arg, intersect or scope."""

    name: str
    op: Literal["drop_arg", "set_arg", "cap_arg", "intersect", "scope"]
    path: str = ""
    value: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How often, and for how much, a tool may be called. 0 = no limit of that sort."""

    calls: int = 0
    amount_minor: int = 0
    per: str = "task"  # session, task or principal


class Held:
    """A tool as a cache key: by identity, held so that the identity stays its own."""

    __slots__ = ("spec",)

    def __init__(self, spec: "ToolSpec") -> None:
        self.spec = spec

    @property
    def schema(self) -> Mapping[str, Json]:
        """Return what its server published of its arguments."""
        return self.spec.input_schema


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """A tool as the operator's catalogue knows it. What is not in here does not run."""

    server: str
    tool: str
    effect: frozenset[str]
    args: Mapping[str, ArgSpec] = field(default_factory=dict[str, ArgSpec])
    output: Label = field(default_factory=Label)
    extract: Mapping[str, str] = field(default_factory=dict[str, str])  # result path -> role
    input_schema: Mapping[str, Json] = field(default_factory=dict[str, Json])
    pins: frozenset[str] = frozenset()
    says: str = ""
    scopes: frozenset[str] = frozenset()
    transforms: Mapping[str, Transform] = field(default_factory=dict[str, Transform])
    budget: Budget | None = None
    destination: str = ""
    audience: str = ""  # whom the call token is for; empty = the upstream takes none
    issuer: str = ""  # who makes the credential, by its name in guard.yaml; empty = nobody
    grant: str = ""  # what the credential may do at its target, in the issuer's words
    idempotency_arg: str = ""  # an argument in which repetitions of one call may differ
    idempotency: Idempotency | None = None  # where the upstream looks for the key of a run
    request: str = ""  # of a plain HTTP API: the template of its request, see guard.model.route
    server_trusted: bool = False
    server_env: str = ""
    server_groups: frozenset[str] = frozenset()
    confirmed: bool = False
    labels: Mapping[str, Label] = field(
        default_factory=dict[str, Label]
    )  # result path with `*` -> its label
    records: bool = False  # a result that is one JSON text is the server's own list, or its record
    low_impact: bool = False  # reversible by the same person, stays inside, no money
    intent: tuple[str, ...] = ()  # words by which people ask for it
    standing: Mapping[str, frozenset[str]] = field(
        default_factory=dict[str, frozenset[str]]
    )  # words for the caller's own by an argument's name, see guard.provenance.schema.standing
    named: str = ""  # the tool without its service's words, see guard.provenance.schema.service
    action: str = field(init=False, repr=False, compare=False)  # for policy: `<server>/<tool>`
    held: "Held" = field(init=False, repr=False, compare=False)  # for caches

    def __post_init__(self) -> None:
        object.__setattr__(self, "action", f"{self.server}/{self.tool}")
        object.__setattr__(self, "held", Held(self))
        object.__setattr__(self, "named", self.named or self.tool)

    def definition_sha256(self) -> str:
        """Return the digest of what the tool takes: accepted definitions, and the schema."""
        text = json.dumps([sorted(self.pins), self.input_schema], sort_keys=True)
        return sha256(b"guard/definition/v1\0" + text.encode()).hexdigest()

    def paths(self, role: str) -> tuple[str, ...]:
        """Return the argument paths that carry this role, sorted."""
        return tuple(sorted(path for path, arg in self.args.items() if arg.role == role))


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """What came back. `value` is the front's own object, `shown` what the agent will read of it."""

    outcome: Outcome
    value: object = field(default=None, repr=False)
    shown: Json = field(default=None, repr=False)
    labels: frozenset[str] = frozenset()
    narrowed: tuple[tuple[str, str], ...] = ()  # (reason code, argument path) for the agent
    unheard: bool = False  # whoever made the call has gone: nobody will read this
    refused: str = ""  # the code by which the server's verifier refused the call's own token
    reduced: tuple[tuple[str, str, str], ...] = ()  # (id, dimension, reason) of the session
