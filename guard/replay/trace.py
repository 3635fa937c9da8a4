"""The format of recorded sessions: one JSON object a line, every key known or refused.

Keys that start with `x_` are the recorder's own and are ignored. Refused: a key written twice,
numbers that JSON does not have, time that runs backwards, a second session of the same name. This
file reads lines; it decides nothing.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from guard.audit.recorded import facts_from_json
from guard.errors import Unusable
from guard.model.facts import Facts
from guard.session.risk import WEIGHTS

START_MS = 1_767_607_200_000
"""2026-01-05T10:00:00Z, a Monday: when a session starts that does not say so."""
MAX_STEPS = 100_000
KINDS = WEIGHTS.keys() | {"device"}
Text = Annotated[str, Field(min_length=1)]
Moment = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)] | str
Level = Annotated[int, Field(ge=0, le=3)]


class Part(BaseModel):
    """A closed object; `x_*` keys are dropped before they are looked at."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _drop_private(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {key: inner for key, inner in value.items() if not str(key).startswith("x_")}


class TraceIntent(Part):
    """What the session was sent to do. No `tools`: nothing was declared, it was only said."""

    purpose: str
    tools: list[Text] | None = None
    egress: list[Text] = []
    budget_minor: int = Field(0, ge=0)
    args: dict[str, dict[str, dict[str, Any]]] = {}
    steps: list[dict[str, Any]] = []
    declared_by: Literal["host", "user", "agent", "config"] = "user"


class TraceProv(Part):
    """Argument paths by where their values came from, as the recorder knows it."""

    user_prompt: list[str] = []
    trusted_tool: list[str] = []
    untrusted: list[str] = []
    secret: list[str] = []
    model: list[str] = []


class TraceStep(Part):
    """One call and what came back when it was recorded.

    `facts` are what a guard knew of the call when it judged it, `cut` the same after each
    narrowing, as its log holds them: the step is judged on those. `refused` is the code under
    which arguments were refused that the recorder did not keep.
    """

    server: Text
    tool: Text
    args: dict[str, Any]  # JSON, as the line had it
    result: Any = None
    is_error: bool = False
    at: Moment | None = None
    prov: TraceProv | None = None
    labels: list[Text] | None = None
    facts: dict[str, Any] | None = None
    cut: list[dict[str, Any]] = []
    refused: str = ""

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if self.facts is None and self.cut:
            raise ValueError("`cut` goes with `facts`")
        try:
            self.met()
        except (KeyError, TypeError, ValueError) as wrong:
            raise ValueError(f"the facts cannot be read ({type(wrong).__name__})") from None
        return self

    def met(self) -> tuple[Facts, ...]:
        """Return the recorded facts: of the call as it came, and after each narrowing."""
        return () if self.facts is None else tuple(map(facts_from_json, (self.facts, *self.cut)))


class TraceSignal(Part):
    """A risk signal of a known kind, or `device` with whether it is compliant."""

    at: Moment
    kind: Text
    source: str = "trace"
    compliant: bool | None = None

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.kind != "device" and self.kind not in WEIGHTS:
            raise ValueError(f"kind {self.kind!r} is not one of {', '.join(sorted(KINDS))}")
        if (self.kind == "device") != (self.compliant is not None):
            raise ValueError("`compliant` goes with kind `device`, and only there")
        return self


class TraceSaid(Part):
    """What was said before a step was judged: words, a later task, or that the task is over."""

    step: int = Field(ge=0)
    words: list[Text] = []
    intent: TraceIntent | None = None
    over: bool = False


class TraceApproval(Part):
    """A yes that people gave to one step, for these rules."""

    step: int = Field(ge=0)
    rules: list[Text]
    by: Text
    at: Moment | None = None


class TraceRisk(Part):
    """Risk that holds for the whole session. Unknown is not compliant."""

    session: Level = 0
    token_reuse: bool = False
    device_compliant: bool = False
    device_age_s: int = Field(0, ge=0)
    offline: bool = False


class TraceClock(Part):
    """A clock that stands still."""

    hour: int = Field(ge=0, le=23)
    weekday: int = Field(ge=0, le=6)


class TraceCredential(Part):
    """The credential that every call would get."""

    binding: Level = 0
    kind: str = "none"
    ttl_floor_s: int = Field(0, ge=0)
    can_cut: bool = False


class TraceFacts(Part):
    """Facts that are fixed for the session."""

    risk: TraceRisk | None = None
    clock: TraceClock | None = None
    credential: TraceCredential | None = None


class Record(Part):
    """One recorded session."""

    session: Text
    principal: Text
    agent: Text
    intent: TraceIntent
    steps: list[TraceStep] = Field(max_length=MAX_STEPS)
    prompt: str | None = None
    start: str | None = None
    signals: list[TraceSignal] = []
    approvals: list[TraceApproval] = []
    said: list[TraceSaid] = []
    facts: TraceFacts = TraceFacts()

    @model_validator(mode="after")
    def _times(self) -> Self:
        self.moment_ms(0)  # reads the start, also where there is no step
        self.moments_ms()
        for signal in self.signals:
            self.moment_ms(signal.at)
        return self

    @property
    def words(self) -> tuple[str, ...]:
        """Return what the person said: the prompt, or without one the purpose.

        A purpose that an agent wrote says nothing. One that was declared with tools speaks as the
        task already: said twice, it would ask for everything twice.
        """
        if self.prompt is not None:
            return (self.prompt,) if self.prompt else ()
        said = self.intent
        quiet = said.declared_by == "agent" or said.tools is not None
        return () if quiet or not said.purpose else (said.purpose,)

    @property
    def start_ms(self) -> int:
        """Return when the session starts (ms)."""
        return START_MS if self.start is None else _instant(self.start)

    def moment_ms(self, at: float | str) -> int:
        """Return a moment: seconds since the start, or RFC 3339 (ms)."""
        return _instant(at) if isinstance(at, str) else self.start_ms + round(at * 1000)

    def moments_ms(self) -> list[int]:
        """Return when each step happens (ms): as said, or a second after the one before."""
        moments: list[int] = []
        for index, step in enumerate(self.steps):
            before = moments[-1] if moments else self.start_ms - 1000
            now = before + 1000 if step.at is None else self.moment_ms(step.at)
            if moments and now < before:
                raise ValueError(f"step {index} happens before step {index - 1}")
            moments.append(now)
        return moments


def parse_line(line: str, *, number: int) -> Record:
    """Return the session on one line; `number` counts lines from 1.

    Raises:
        Unusable: bad_trace, with the number of the line and the path of what is wrong.
    """
    try:
        value = json.loads(line, object_pairs_hook=_once, parse_constant=_no_constant)
        line.encode()
        return Record.model_validate(value)
    except ValidationError as error:
        raise _bad(number, _sentence(error)) from None
    except json.JSONDecodeError as error:
        raise _bad(number, f"column {error.colno}: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise _bad(number, str(error)) from None


def _bad(number: int, what: str) -> Unusable:
    return Unusable(
        f"Line {number} is not a recorded session: {what}.",
        code="bad_trace",
        where=f"line {number}",
        next_step="Mend the line, or pass --keep-going to deny it and go on.",
    )


def _sentence(error: ValidationError) -> str:
    """Say what is wrong without the values: a trace holds what agents sent."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    path = ".".join(str(part) for part in first["loc"]) or "(the line)"
    return f"{path}: {first['msg']}"


def _once(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key is written twice in one object")
    return value


def _no_constant(word: str) -> object:
    raise ValueError(f"{word} is not a number of JSON")


def _instant(text: str) -> int:
    """Return milliseconds since 1970 of an RFC 3339 time.

    Raises:
        ValueError: it is none, or it has no offset.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"time {text!r} has no offset; end it in Z")
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000
