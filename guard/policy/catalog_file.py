"""The shape of `guard.yaml`, as pydantic models of the parsed mapping.

It says which keys and types there are, refuses every other key, and knows no meaning: what the
entries add up to is in `guard.policy.catalog`. It reads no file.
"""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    Field,
    JsonValue,
    StringConstraints,
    field_validator,
    model_validator,
)

from guard.model.ledger import SequenceEvent
from guard.model.route import parse_route
from guard.policy.catalog_tool_file import (
    STRICT,
    IdempotencyEntry,
    Key,
    Name,
    ServerCredentialEntry,
    ToolEntry,
    ToolName,
)

Delivery = Literal["meta", "bearer", "dpop", "txn", "none"]
"""How a server takes the call token: in `_meta`, or in a header, alone or with a proof (`dpop`), or
as a transaction token beside another credential (`txn`)."""
Hook = Literal["aws", "git", "postgres", "ssh"]
"""A way by which a server that knows nothing of the guard pulls the credential of its call."""
Count = Literal["calls", "results", "errors", "denied", "approvals", "running"]

ServerName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]


class _Entry(BaseModel):
    model_config = STRICT


class AsksEntry(_Entry):
    """What the server may ask of the client. Sampling spends its model and can carry data out."""

    sampling: bool = False
    roots: bool = True
    elicitation_form: bool = True
    elicitation_hosts: list[str] = []
    unasked_answers: bool = False


class ServerEntry(_Entry):
    """One upstream: what policy knows of it, and how wiring reaches it."""

    trust: Literal["trusted", "untrusted"] = "untrusted"
    env: str = ""
    groups: list[str] = []
    tools: dict[ToolName, ToolEntry] = {}
    url: str = ""
    command: list[str] = []
    cwd: str = ""
    environ: dict[str, str] = {}
    audience: str = ""
    credential: ServerCredentialEntry = ServerCredentialEntry()
    hooks: list[Hook] = []
    delivery: Delivery = "meta"
    protocol: Literal["mcp", "http"] = "mcp"
    trust_domain: str = ""
    allow_methods: list[str] = []
    asks: AsksEntry = AsksEntry()
    unsafe_allow_all_unlisted: bool = False

    @field_validator("url")
    @classmethod
    def _reached_over_http(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and not (parts.scheme in {"http", "https"} and parts.hostname):
            raise ValueError("got no address, expected one such as http://127.0.0.1:9000/mcp")
        return url

    @model_validator(mode="after")
    def _reached_one_way(self) -> "ServerEntry":
        if self.url and self.command:
            raise ValueError(
                "url and command are both set: name the one by which the guard reaches this server"
            )
        return self

    @model_validator(mode="after")
    def _header_needs_http(self) -> "ServerEntry":
        for name, tool in self.tools.items():
            said = tool.idempotency
            if isinstance(said, IdempotencyEntry) and said.header and not self.url:
                raise ValueError(
                    f"tools.{name}.idempotency: got a header, expected 'meta': without a url no "
                    "header travels to this server"
                )
        return self

    @model_validator(mode="after")
    def _routes(self) -> "ServerEntry":
        routed = {name: tool.request for name, tool in self.tools.items() if tool.request}
        if self.protocol == "mcp":
            if routed:
                raise ValueError(f"tools.{min(routed)}.request: belongs to `protocol: http`")
            return self
        if not self.url or routed.keys() != self.tools.keys():
            raise ValueError("protocol: http needs a url, and a request of every tool")
        if self.command or self.hooks or self.allow_methods or self.unsafe_allow_all_unlisted:
            raise ValueError("protocol: http has neither command, hooks nor methods of MCP")
        shapes = [parse_route(request).shape() for request in routed.values()]
        if len(set(shapes)) != len(shapes):
            raise ValueError("two tools have a request that matches the same")
        return self

    @model_validator(mode="after")
    def _proof_needs_http(self) -> "ServerEntry":
        if self.delivery in {"dpop", "txn"} and not self.url:
            raise ValueError(
                f"delivery: got {self.delivery!r}, expected 'meta': without a url no header "
                "travels to this server"
            )
        if (self.delivery == "txn") != bool(self.trust_domain):
            raise ValueError(
                "trust_domain: belongs to `delivery: txn`, and that needs it: it is the audience"
            )
        return self


class OpaqueEntry(_Entry):
    """Who is asked when a call holds arguments that policy cannot see."""

    step_up: list[str] = Field(min_length=1)


class DefaultsEntry(_Entry):
    """Limits of all tools (bytes, levels, elements), and what holds when nothing was said."""

    max_arg_bytes: int = Field(65_536, ge=64, le=1_048_576)
    max_depth: int = Field(8, ge=1, le=64)
    max_items: int = Field(1_000, ge=1, le=100_000)
    opaque_args: OpaqueEntry | Literal["allow", "deny"] = OpaqueEntry(step_up=["session-owner"])
    expired_bundle: Literal["read", "nothing"] = "read"


class SequenceEntry(_Entry):
    """One step of a sequence."""

    event: SequenceEvent = "request"
    of: str = "any"
    label: str = ""
    match: str = ""


class LedgerEntry(_Entry):
    """One ledger: exactly one of its kinds, `count` to `sessions`."""

    count: Count | None = None
    sum: str | None = None
    labels: bool = False
    formerly: Literal["results"] | None = None
    distinct: str | None = None
    sequence: list[SequenceEntry] | None = None
    unless: Literal["", "approved"] = ""
    repeated: int | None = Field(None, ge=2, le=16)
    sessions: Literal["open"] | None = None
    of: str = ""
    per: Literal["", "tool"] = ""
    match: dict[str, str] = {}
    key: Key = "session"
    window: str = ""


class LimitEntry(_Entry):
    """What one argument may be: one_of, prefix, or a range of whole numbers."""

    one_of: list[JsonValue] | None = None
    prefix: str | None = None
    min: int | None = None
    max: int | None = None


class AccessEntry(_Entry):
    """How far a narrowed session may go."""

    level: Literal["reduced", "read_only", "stopped", ""] = ""
    tools: list[str] | None = None
    args: dict[str, dict[str, LimitEntry]] = {}
    scopes: list[str] | None = None
    max_ttl: str = ""
    binding_min: Literal["L0", "L1", "L2", "L3"] = "L0"


class CatalogFile(_Entry):
    """The whole file."""

    version: Literal[1]
    zone: str = "UTC"
    defaults: DefaultsEntry = DefaultsEntry()
    servers: dict[ServerName, ServerEntry] = {}
    rule_sets: dict[str, Literal["enforce", "shadow"]] = {}
    ledgers: dict[Name, LedgerEntry] = {}
    access: dict[Name, AccessEntry] = {}
