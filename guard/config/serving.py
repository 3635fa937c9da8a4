"""Where the guard serves, whose events it hears, and where it keeps its rows."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Serve(BaseModel):
    """Where `guard serve` listens, and whom it believes."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    host: str = Field(
        "127.0.0.1",
        description="Address to listen on; only loopback without an issuer of access tokens.",
    )
    port: int = Field(8470, ge=0, le=65_535, description="Port to listen on; 0 takes a free one.")
    public_url: str = Field(
        "", description="How clients reach the guard; empty = the address above."
    )
    ext_mcp_host: str = Field(
        "127.0.0.1",
        description="Address on which agentgateway is answered. It speaks clear text, the "
        "gateway's key and the credentials of calls in it: with another address put TLS before it.",
    )
    ext_mcp_port: int | None = Field(
        None,
        ge=0,
        le=65_535,
        description="Port on which agentgateway is answered (gRPC, docs/gateways.md); 0 takes a "
        "free one, unset is off.",
    )
    issuer: str = Field("", description="The authorization server whose access tokens are taken.")
    jwks_url: str = Field("", description="Where its keys are; https, or loopback.")
    allowed_origins: tuple[str, ...] = Field(
        (), description="Browser origins that may call; none by default."
    )
    unsafe_no_auth: bool = Field(
        default=False,
        description="Take every caller on loopback as the same person. For demonstrations only.",
    )


class SignalStream(BaseModel):
    """One stream of security events that is listened to (SSF 1.0). See docs/signals.md."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    issuer: str = Field(description="The transmitter, exactly as its tokens name it.")
    jwks_url: str = Field(description="Where its public keys are; https, or loopback.")
    audience: str = Field(description="As which this guard receives: `aud` of the tokens.")
    algorithms: tuple[Literal["RS256", "ES256"], ...] = Field(
        ("RS256",), description="Signature algorithms that are taken.", min_length=1
    )
    poll_url: str = Field(
        "", description="Where tokens are fetched (RFC 8936); empty = they are pushed to the guard."
    )
    poll_token_file: str = Field(
        "", description="File that holds the bearer token for that, for its owner only."
    )
    stream_id: str = Field(
        "", description="The stream's id at its transmitter, as `guard signals add` prints it."
    )
    token_file: str = Field(
        "",
        description="File that holds the token for the stream's configuration, for its owner only. "
        "With both, the guard asks for verifications.",
    )
    token_origins: tuple[str, ...] = Field(
        (),
        description="Origins beside the issuer's own that this token may be sent to "
        "(https://host), where the transmitter's metadata names them.",
    )
    verify_every_s: int = Field(
        300, ge=0, le=86_400, description="Pause between two verifications (s); 0 = none."
    )


class SignalReceiver(BaseModel):
    """One receiver of what this guard finds itself (SSF 1.0). See docs/signals-out.md."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    audience: str = Field(description="As which it receives: `aud` of its tokens.", min_length=1)
    events: tuple[Literal["session-revoked", "risk-level-change"], ...] = Field(
        ("session-revoked", "risk-level-change"), description="What it may be told.", min_length=1
    )
    about: Literal["session", "person"] = Field(
        "session",
        description="What it is told of: a single session, by the `sid` of its identity provider, "
        "or the person. Told of people, one ended session ends all of theirs over there.",
    )
    push_url: str = Field(
        "", description="Where its tokens are pushed; empty = it makes its own stream, or polls."
    )
    push_token_file: str = Field(
        "",
        description="File that holds the bearer token for `push_url`, for its owner only, relative "
        "to guard.yaml.",
    )
    push_to: tuple[str, ...] = Field(
        (), description="Origins to which a stream that it makes itself may be pushed."
    )

    @model_validator(mode="after")
    def _one_way(self) -> "SignalReceiver":
        if self.push_token_file and not self.push_url:
            raise ValueError("push_token_file is set and push_url is not")
        if self.push_url and self.push_to:
            raise ValueError("push_url and push_to are both set: name one")
        return self


class Store(BaseModel):
    """Where rows are kept: a file in the state folder, unless one of these names a database.

    The URL may hold a password, so it stands in none of the files that policy is written in.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    url_env: str = Field(
        "",
        description="Name of the environment variable that holds the URL of a PostgreSQL database "
        "(15 or newer), for several guards at once.",
        pattern=r"^([A-Za-z_][A-Za-z0-9_]*)?$",
    )
    url_file: str = Field(
        "",
        description="File that holds that URL, for its owner only, relative to guard.yaml.",
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> "Store":
        if self.url_env and self.url_file:
            raise ValueError("url_env and url_file are both set: name one")
        return self
