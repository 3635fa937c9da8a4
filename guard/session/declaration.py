"""What a declaration of a task may look like as JSON: names, bounds, and nothing else.

It only checks the shape; who declared it and what follows are not known here.
"""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.types import StrictBool, StrictInt, StrictStr

from guard.session.limit import LimitFields
from guard.session.schedule import HOURS, Weekday
from guard.session.steps import Steps

Lasts = Literal["call", "session"]
CLASSES = frozenset({"any", "read", "write", "egress", "privileged", "irreversible"})
LARGEST = 2**63 - 1  # what policy can compare

_ACTION = re.compile(r"[a-z0-9][a-z0-9-]{0,31}/[^\x00-\x1f]{1,256}\Z")
_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\Z")


def _action_or_class(name: str) -> str:
    if name not in CLASSES and not _ACTION.match(name):
        raise ValueError(f"{name!r} is neither <server>/<tool> nor one of {sorted(CLASSES)}")
    return name


def _domain(name: str) -> str:
    if not _DOMAIN.match(name) or ".." in name:
        raise ValueError(f"{name!r} is not a lower-case host name without wildcard")
    return name


_Of = Annotated[StrictStr, AfterValidator(_action_or_class)]
_Domain = Annotated[StrictStr, AfterValidator(_domain)]
_Count = Annotated[StrictInt, Field(ge=0, le=LARGEST)]
_Text = Annotated[StrictStr, Field(min_length=1, max_length=2048)]


class Times(BaseModel):
    """When the task may be worked on; see `Schedule`."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    not_before: _Count = 0  # seconds, as in a token
    weekdays: frozenset[Weekday] = frozenset()
    hours: frozenset[Annotated[StrictInt, Field(ge=0, lt=HOURS)]] = frozenset()


class Declared(BaseModel):
    """One declaration, as somebody wrote it."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    purpose: _Text
    tools: frozenset[_Of] = frozenset()
    egress: frozenset[_Domain] = frozenset()
    budget_minor: _Count = 0
    calls: dict[_Of, _Count] = Field(default_factory=dict)
    args: dict[_Of, dict[_Text, LimitFields]] = Field(default_factory=dict)
    resources: frozenset[_Text] = frozenset()
    steps: Steps = ()
    expires_at: _Count = 0  # seconds, as in a token
    expires_at_ms: _Count = 0
    idle_s: _Count = 0  # over after so many seconds without a call
    scope: Lasts = "call"
    schedule: Times | None = None
    mandate: StrictBool = False

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        """Refuse a mandate without a ceiling: nobody is there to notice that it goes on."""
        if self.mandate and not (self.tools and self.tools <= self.calls.keys() - CLASSES):
            raise ValueError("a mandate names its tools, each with a number in calls; no classes")
        return self
