"""The numbers of the local detectors, as an operator may turn them under `guard.detectors`.

Starting values, to be calibrated where the guard runs. What follows from a finding is said by
policy, never here.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

DETECTED = frozenset(
    (
        "token_reuse", "approval_reuse", "proof_mismatch", "impossible_travel", "workload_moved",
        "device_changed", "posture_lost", "velocity", "abnormal_chain", "fan_out",
        "definition_changed",
    )
)  # fmt: skip
"""The kinds of findings that the guard makes by itself."""


class Detectors(BaseModel):
    """How the local detectors judge, one page each in docs/detectors. Starting values."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    without: frozenset[str] = Field(
        frozenset(), description="Kinds of findings that are not made, such as `velocity`."
    )
    weights: dict[str, Annotated[int, Field(ge=0, le=1000)]] = Field(
        {}, description="Weight of a kind of finding, of 1000, instead of its own."
    )
    calls_a_minute: int = Field(
        120,
        ge=1,
        le=60_000,
        description="Calls of a session that its bucket holds and loses in a minute (`velocity`).",
    )
    writes_a_minute: int = Field(
        60, ge=1, le=60_000, description="The same for the calls of one changing tool (`velocity`)."
    )
    sessions_an_hour: int = Field(
        60,
        ge=1,
        le=60_000,
        description="New sessions of one person and agent, the same for an hour (`fan_out`).",
    )
    travel_km: int = Field(
        300, ge=1, le=20_000, description="Distance, less both radii, that says nothing (km)."
    )
    travel_kmh: int = Field(
        900, ge=1, le=40_000, description="The fastest that people travel (km/h): an airliner."
    )
    chain_sessions: int = Field(
        50, ge=2, le=1_000_000, description="Sessions below which a chain of tools is unknown."
    )
    chain_ppm: int = Field(
        1_000,
        ge=1,
        le=1_000_000,
        description="Chance, in millionths, below which a chain of tools is abnormal.",
    )
    duplicate_ms: int = Field(
        2_000,
        ge=0,
        le=60_000,
        description="How long one delivery may arrive twice before that is reuse (ms).",
    )

    @model_validator(mode="after")
    def _known(self) -> "Detectors":
        unknown = sorted((self.without | self.weights.keys()) - DETECTED)
        if unknown:
            raise ValueError(f"{unknown[0]!r} is not one of {', '.join(sorted(DETECTED))}")
        return self
