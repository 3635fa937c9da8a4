"""Every number that an operator may turn, with its unit, its default and why it has that value.

Settings are passed down as arguments; nothing below the pipeline reads this file.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from guard.callers import Callers
from guard.detect.numbers import Detectors

RAREST = 50
"""At most one canary beside so many real questions."""

META_NAMESPACE = "dev.guardcall"
"""The prefix of every private name on the wire, in reverse DNS as MCP asks for it."""


class Settings(BaseModel):
    """The numbers. Unknown names are refused, so that a misspelt limit is not silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hold_s: int = Field(
        45,
        ge=0,
        le=300,
        description="How long a waiting call is held before "
        "APPROVAL_PENDING (s). TypeScript clients give up at 60 s and progress does not extend it.",
    )
    progress_every_s: int = Field(
        5, ge=1, le=30, description="Pause between progress notes while a call is held (s)."
    )
    retry_after_s: int = Field(5, ge=1, le=300, description="What a waiting agent is told (s).")
    port_timeout_ms: int = Field(
        1_000,
        ge=50,
        le=30_000,
        description="Longest wait for a store, "
        "sink, issuer or decision point (ms). It fires: nothing runs.",
    )
    tool_timeout_s: int = Field(
        300,
        ge=1,
        le=86_400,
        description="Longest run of one tool call (s); "
        "30 s later an outcome still unknown is recorded as unknown.",
    )
    token_ttl_s: int = Field(30, ge=5, le=60, description="Life of a call token (s).")
    cooldown_s: int = Field(
        600,
        ge=0,
        le=86_400,
        description="How long the same call is refused without asking after a person said no (s).",
    )
    open_prompts: int = Field(
        5, ge=1, le=100, description="Questions of one person and agent that wait at once."
    )
    denials: int = Field(
        3,
        ge=1,
        le=100,
        description="Denials within `denials_window_s` after which the session is suspended and "
        "nobody is asked for the same person and agent.",
    )
    denials_window_s: int = Field(
        3_600, ge=60, le=86_400, description="How long a denial counts (s)."
    )
    canary_every: int = Field(
        0,
        ge=0,
        le=1_000_000,
        description="Real questions for each canary of `guard.canaries`, on average: 50 or more; "
        "0 = none. It costs people time and tells whether they look.",
    )
    scoped_grant_uses: int = Field(
        10, ge=1, le=100, description="Uses of a standing yes, where nobody names a number."
    )
    scoped_grant_ttl_s: int = Field(
        1_800,
        ge=60,
        le=28_800,
        description="Life of a standing yes from its approval on, where nobody names one (s); "
        "never more than 8 hours.",
    )
    max_body_bytes: int = Field(4 * 2**20, ge=1024, description="One MCP message (bytes).")
    max_args_bytes: int = Field(
        256 * 2**10,
        ge=64,
        description="Arguments of one call (bytes); a 1 MB string costs the engine 35 ms.",
    )
    max_review_bytes: int = Field(
        64 * 2**10,
        ge=1024,
        description="Arguments that one person is asked to read (bytes), declared blobs aside; a "
        "call with more is denied where a person would be asked.",
    )
    max_line_bytes: int = Field(
        16 * 2**20, ge=1024, description="One stdio line or JSON answer from an upstream (bytes)."
    )
    max_event_bytes: int = Field(4 * 2**20, ge=1024, description="One SSE event (bytes).")
    max_depth: int = Field(64, ge=4, le=200, description="Nesting of a message.")
    max_members: int = Field(10_000, ge=16, description="Members of a message.")
    max_intent_bytes: int = Field(4096, ge=64, description="A declared intent (bytes).")
    tallies_idle_s: int = Field(
        86_400,
        ge=3_600,
        le=31_536_000,
        description="Life of an unused ledger without a window (s).",
    )
    sessions_idle_s: int = Field(2_592_000, ge=86_400, description="Life of an unused session (s).")
    in_flight: int = Field(32, ge=1, description="Calls of one session running at once.")
    bridge_children: int = Field(64, ge=1, description="stdio servers behind the HTTP bridge.")

    @field_validator("canary_every")
    @classmethod
    def _seldom(cls, every: int) -> int:
        if 0 < every < RAREST:
            raise ValueError(f"canary_every is 0 or at least {RAREST}")
        return every


class Serve(BaseModel):
    """Where `guard serve` listens, and whom it believes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(
        "127.0.0.1",
        description="Address to listen on; only loopback without an issuer of access tokens.",
    )
    port: int = Field(8470, ge=0, le=65_535, description="Port to listen on; 0 takes a free one.")
    public_url: str = Field(
        "", description="How clients reach the guard; empty = the address above."
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

    model_config = ConfigDict(extra="forbid", frozen=True)

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


class Store(BaseModel):
    """Where rows are kept: a file in the state folder, unless one of these names a database.

    The URL may hold a password, so it stands in none of the files that policy is written in.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

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


class AgentEntry(BaseModel):
    """What one agent needs, by the name that authentication gave it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hold_s: int = Field(
        45,
        ge=0,
        le=300,
        description="How long its waiting calls are held (s), instead of "
        "`guard.settings.hold_s`; a client that gives up after 5 s needs 3.",
    )


class ChannelSettings(BaseModel):
    """Where people are told that a question is open. A message links; it never approves."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(
        description="Where messages go: https, or loopback. A Slack address is a secret itself.",
        pattern=r"^https?://[^\s]+$",
    )
    kind: Literal["webhook", "slack"] = Field(
        "webhook", description="Signed JSON, or the shape of a Slack incoming webhook."
    )


class CanarySettings(BaseModel):
    """A known-bad call, by which attention is measured. It never runs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tool: str = Field(description="`<server>/<tool>`.", pattern=r"^[^/]+/.+$")
    arguments: dict[str, Any] = Field(description="Arguments that nobody should approve.")


class Installation(BaseModel):
    """The `guard:` part of guard.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    policies: tuple[str, ...] = Field(
        ("starter:mcp-proxy",),
        description="Policy files or folders, "
        "relative to guard.yaml; `starter:NAME` is one that ships with the guard.",
    )
    reviewers: str = Field(
        "",
        description="File that lists who may answer questions, relative to guard.yaml; empty = "
        "reviewers.yaml, if it is there.",
    )
    state: str = Field(
        ".guardcall",
        description="Folder for keys, sessions and the audit log, relative to guard.yaml.",
    )
    name: str = Field(
        "guardcall",
        description="Name of this guard: issuer of call tokens and origin of the audit log.",
        pattern=r"^[a-z0-9][a-z0-9.-]{0,62}$",
    )
    intent_keys: tuple[dict[str, str], ...] = Field(
        (),
        description="Public P-256 keys (JWK: crv, kty, x, y) of the host applications "
        "whose signed tasks are taken.",
    )
    issuers: dict[str, dict[str, Any]] = Field(
        {},
        description="Who makes credentials beside the call token: a name for each, its `kind` and "
        "the settings of that kind (docs/issuers).",
    )
    signer: dict[str, Any] = Field(
        {},
        description="Who holds the key of call tokens: empty = a file in the state folder; "
        "`kind: openbao` and its settings = OpenBao (docs/signing-keys.md).",
    )
    agents: dict[str, AgentEntry] = Field(
        default_factory=dict,
        description="What single agents need, by their authenticated name (`hold_s`); what a "
        "client says of itself never counts.",
    )
    signals: dict[str, SignalStream] = Field(
        {},
        description="Streams of security events (Shared Signals) that are listened to, by name.",
    )
    channels: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")], ChannelSettings] = (
        Field(
            {},
            description="Channels that are told of each open question: a name for each, its `url` "
            "and its `kind`, `webhook` or `slack` (docs/ask-less.md).",
        )
    )
    canaries: tuple[CanarySettings, ...] = Field(
        (),
        description="Calls that nobody should approve, each with `tool` and `arguments`; see "
        "`settings.canary_every`.",
    )
    offline_authority: dict[str, str] = Field(
        {},
        description="Public P-256 key (JWK: crv, kty, x, y) of the control plane. Set, this guard "
        "is a site: its rules come from signed bundles, whose age closes it (docs/offline.md).",
    )
    settings: Settings = Settings()
    detectors: Detectors = Detectors()
    callers: Callers = Callers()
    serve: Serve = Serve()
    store: Store = Store()
