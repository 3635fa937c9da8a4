"""The `guard:` part of guard.yaml, whole."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from guard.callers import Callers
from guard.config.numbers import Settings
from guard.config.people import CanarySettings, ChannelSettings, Console
from guard.config.serving import Serve, SignalReceiver, SignalStream, Store
from guard.detect.numbers import Detectors


class AgentEntry(BaseModel):
    """What one agent needs, by the name that authentication gave it."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    hold_s: int = Field(
        45,
        ge=0,
        le=300,
        description="How long its waiting calls are held (s), instead of "
        "`guard.settings.hold_s`; a client that gives up after 5 s needs 3.",
    )


class Installation(BaseModel):
    """The `guard:` part of guard.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

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
    receivers: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")], SignalReceiver] = (
        Field(
            {},
            description="Who is told what this guard finds itself, as security events, by name.",
        )
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
    offline_url: str = Field(
        "",
        description="Where a site fetches its bundle by itself: https, or loopback; empty = it is "
        "carried there.",
        pattern=r"^(https?://[^\s]+)?$",
    )
    offline_receipts_url: str = Field(
        "",
        description="Where a site sends its receipts by itself: /guard/v1/sites/receipts of its "
        "control plane, https or loopback; empty = they are carried.",
        pattern=r"^(https?://[^\s]+)?$",
    )
    offline_every_s: int = Field(
        60,
        ge=1,
        le=86_400,
        description="Pause between two looks at `offline_url`, and between two sendings of "
        "receipts (s).",
    )
    settings: Settings = Settings()
    detectors: Detectors = Detectors()
    callers: Callers = Callers()
    console: Console = Console()
    serve: Serve = Serve()
    store: Store = Store()
