"""Every number that an operator may turn, with its unit, its default and why it has that value."""

from pydantic import BaseModel, ConfigDict, Field, field_validator

RAREST = 50
"""At most one canary beside so many real questions."""


class Settings(BaseModel):
    """The numbers. Unknown names are refused, so that a misspelt limit is not silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

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
    lost_answer_s: int = Field(
        600,
        ge=0,
        le=86_400,
        description="How long the same call is told how it ended, and nobody is asked again, after "
        "an approved call ran and its answer reached nobody (s).",
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
