"""One upstream as the catalogue has it: what policy knows of it, and how wiring reaches it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from guard.policy.catalog_file import AsksEntry, Delivery, ServerEntry

DEFAULT_ISSUER = "calltoken"
"""The issuer of whoever has an audience and names no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSpec:
    """One upstream. `environ` is given to a process started by `command`, `env` is for policy."""

    name: str
    trust: Literal["trusted", "untrusted"]
    env: str = ""
    groups: frozenset[str] = frozenset()
    url: str = ""
    command: tuple[str, ...] = ()
    cwd: str = ""
    environ: Mapping[str, str] = field(  # may hold secrets
        default_factory=dict, repr=False, hash=False
    )
    audience: str = ""
    issuer: str = ""
    grant: str = ""
    between: str = ""  # what its issuer grants for messages that are no calls; empty: none
    hooks: frozenset[str] = frozenset()
    delivery: Delivery = "meta"
    protocol: Literal["mcp", "http"] = "mcp"
    trust_domain: str = ""
    allow_methods: frozenset[str] = frozenset()
    asks: AsksEntry = field(default_factory=AsksEntry, hash=False)
    unsafe_allow_all_unlisted: bool = False

    @property
    def beside(self) -> bool:
        """Return whether the token between calls goes with calls as well, beside a call token."""
        return bool(self.between) and self.delivery in {"meta", "txn", "none"}


def server_of(name: str, entry: ServerEntry) -> ServerSpec:
    """Return the server of one entry."""
    return ServerSpec(
        name=name,
        trust=entry.trust,
        env=entry.env,
        groups=frozenset(entry.groups),
        url=entry.url,
        command=tuple(entry.command),
        cwd=entry.cwd,
        environ=dict(entry.environ),
        audience=entry.audience,
        issuer=issuer_of(entry.credential.issuer, entry.audience),
        grant=entry.credential.grant,
        between=entry.credential.between,
        hooks=frozenset(entry.hooks),
        delivery=entry.delivery,
        protocol=entry.protocol,
        trust_domain=entry.trust_domain,
        asks=entry.asks,
        allow_methods=frozenset(entry.allow_methods),
        unsafe_allow_all_unlisted=entry.unsafe_allow_all_unlisted,
    )


def issuer_of(named: str, audience: str) -> str:
    """Return the issuer of an entry: the one that it names, or the call token's."""
    return named or (DEFAULT_ISSUER if audience else "")
