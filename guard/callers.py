"""Whom the guard believes beside the authorization server, as an operator writes it.

Settings under `guard.callers`; docs/who-calls.md says what each is for. Nothing is believed by
default.
"""

from pydantic import BaseModel, ConfigDict, Field

_HEADER = r"^[A-Za-z0-9-]{0,64}$"


class SpiffeSettings(BaseModel):
    """Workload identities from SPIFFE."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    socket: str = Field(description="The Workload API, such as `unix:///run/spire/agent.sock`.")
    trust_domains: frozenset[str] = Field(
        description="Trust domains whose workloads are taken, such as `corp.example`.",
        min_length=1,
    )


class PostureSettings(BaseModel):
    """Statements about devices."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    issuer: str = Field(description="Who states it: `iss`, compared exactly.", min_length=1)
    jwks_url: str = Field(description="Where its public keys are; https, or loopback.")


class ClientSettings(BaseModel):
    """One program that acts for nobody."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    jwks_url: str = Field(description="Where its public keys are; https, or loopback.")
    servers: frozenset[str] = Field(description="Servers that it may call.", min_length=1)


class Callers(BaseModel):
    """Whom the guard believes beside the authorization server."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    spiffe: SpiffeSettings | None = Field(
        None,
        description="Workload identities (JWT-SVID) in the header Guard-Workload: `socket` of the "
        "Workload API and `trust_domains`.",
    )
    certificate_header: str = Field(
        "",
        description="Header in which the proxy that ends TLS hands over the client's certificate "
        "(RFC 9440); the proxy must overwrite it. Empty = none.",
        pattern=_HEADER,
    )
    location_header: str = Field(
        "",
        description="Header in which the proxy says where a caller is, a geo URI; the proxy must "
        "overwrite it (docs/detectors/impossible-travel.md). Empty = none.",
        pattern=_HEADER,
    )
    posture: PostureSettings | None = Field(
        None,
        description="Statements about devices in the header Guard-Device: `issuer`, `jwks_url`.",
    )
    clients: dict[str, ClientSettings] = Field(
        {},
        description="Programs that act for nobody and sign an assertion for each request "
        "(private_key_jwt): by client id, with `jwks_url` and `servers`.",
    )
    workloads: dict[str, frozenset[str]] = Field(
        {},
        description="Workloads that an agent may run as, by its name; from any other its calls "
        "are refused.",
    )
