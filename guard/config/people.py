"""How people are reached, kept awake and let in: channels, canaries, logins of the console."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class ChannelSettings(BaseModel):
    """Where people are told that a question is open. A message links; it never approves."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    url: str = Field(
        description="Where messages go: https, or loopback. A Slack address is a secret itself.",
        pattern=r"^https?://[^\s]+$",
    )
    kind: Literal["webhook", "slack"] = Field(
        "webhook", description="Signed JSON, or the shape of a Slack incoming webhook."
    )


class CanarySettings(BaseModel):
    """A known-bad call, by which attention is measured. It never runs."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    tool: str = Field(description="`<server>/<tool>`.", pattern=r"^[^/]+/.+$")
    arguments: dict[str, Any] = Field(description="Arguments that nobody should approve.")


class Console(BaseModel):
    """How long logins, invitations and challenges of reviewers are good."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    idle_s: int = Field(
        1_800, ge=60, le=28_800, description="Silence after which a login of the console ends (s)."
    )
    login_s: int = Field(
        28_800,
        ge=300,
        le=86_400,
        description="Longest life of a login, however busy (s). A yes is signed anew each time.",
    )
    invite_s: int = Field(
        900,
        ge=60,
        le=86_400,
        description="How long an invitation may be used, once (s). Whoever holds its link first "
        "becomes the reviewer: keep it short.",
    )
    ceremony_s: int = Field(
        300,
        ge=30,
        le=900,
        description="How long a browser's challenge waits for a passkey, once (s).",
    )
    key_wait_s: int = Field(
        600,
        ge=0,
        le=604_800,
        description="How long a further passkey of one person waits before its yes counts (s): "
        "time to notice one that they did not enrol.",
    )
    keys: int = Field(10, ge=1, le=100, description="Passkeys that one person may hold at once.")
