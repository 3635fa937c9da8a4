"""Decision tables as they are written: what is given, which calls follow, what must come out.

Parses and refuses; runs nothing (`guard.policy.check` does). Every key is known or refused, so that
a misspelt expectation cannot pass in silence. An outcome that is not expected is not a case: each
case says what it wants.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    model_validator,
)

from guard.errors import Unusable
from guard.model.call import Json
from guard.model.facts import LARGEST_LEFT
from guard.model.origin import Why

Kind = Literal["allow", "narrow", "step_up", "deny"]
Words = frozenset[str]
Role = Literal["dest", "target", "amount", "secret", "profile", "url", "attach"]
Call = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}/.+$")]


class Row(BaseModel):
    """Frozen, strict, closed: what every part of a table is."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class GivenIntent(Row):
    """How the call stands to the declared task."""

    declared: bool = False
    covers: bool = False
    args_ok: bool | None = None  # not given: as `covers`
    mandate: bool = False
    purpose: str = ""
    egress: Words = frozenset()
    budget_minor: int = 0
    planned: bool = False
    fits: bool = False
    spoken: bool = True
    words: bool = True
    asked: bool = True
    condition: int = 0
    left: int = LARGEST_LEFT
    repeat: bool = False


class GivenHistory(BaseModel):
    """What the session has done before the case; other keys are ledgers by name."""

    model_config = ConfigDict(extra="allow", frozen=True, defer_build=True)
    __pydantic_extra__: dict[str, bool | int | Words] = Field(init=False)

    labels: Words = frozenset()
    findings: Words = frozenset()
    step: int = 0
    denied_1h: int = 0


class GivenOrigin(Row):
    """Where one argument value came from, as the log keeps it. No rule reads it; people do."""

    path: str
    role: str = ""
    kind: str = "text"
    source: Annotated[int, Field(ge=0, le=5)]
    why: Why
    step: int = 0
    action: str = ""
    field: str = ""
    excerpt: str = ""
    place: int = 0


class GivenProv(Row):
    """Argument paths by where their values came from."""

    user_prompt: Words = frozenset()
    trusted_tool: Words = frozenset()
    untrusted: Words = frozenset()
    secret: Words = frozenset()
    model: Words = frozenset()
    linked: Words = frozenset()
    created: Words = frozenset()
    level: dict[Role, Annotated[int, Field(ge=0, le=9)]] = {}  # not given: no such argument
    same_record: bool = False
    ambiguous: bool = False
    index_full: bool = False
    not_canonical: bool = False
    origins: tuple[GivenOrigin, ...] = ()


class GivenText(Row):
    """What the texts of the call hold."""

    outbound: bool = False
    active_unknown: bool = False
    short_unknown: bool = False
    only_reads: bool = False
    open_told: bool = False


class GivenWhen(Row):
    """What is known of its dates."""

    known: bool = True
    ordered: bool = True


class GivenPermission(Row):
    """What is known of the permission that it gives."""

    within: bool = True


class GivenChoice(Row):
    """What is known of its values of closed sets."""

    known: bool = True


class GivenRisk(Row):
    """How far the session is trusted. A device that a table does not name is compliant."""

    session: int = Field(0, ge=0, le=3)
    score: int = Field(0, ge=0, le=1000)
    token_reuse: bool = False
    device_compliant: bool = True
    device_age_s: int = 0
    offline: bool = False


class GivenCredential(Row):
    """The credential that the call would get."""

    binding: int = Field(2, ge=0, le=3)
    kind: str = "calltoken"
    ttl_floor_s: int = 0
    can_cut: bool = False


class GivenClock(Row):
    """Local hour and weekday (Monday = 0)."""

    hour: int = Field(11, ge=0, le=23)
    weekday: int = Field(0, ge=0, le=6)


class GivenWho(Row):
    """Who calls."""

    user: str = "alice"
    agent: str = "agent"
    groups: Words = frozenset()
    teams: Words = frozenset()
    attested: bool = False
    claims: dict[str, str] = {}


class Given(Row):
    """All that holds before the first step; absent parts have harmless values."""

    intent: GivenIntent = GivenIntent()
    history: GivenHistory = GivenHistory()
    prov: GivenProv = GivenProv()
    text: GivenText = GivenText()
    when: GivenWhen = GivenWhen()
    permission: GivenPermission = GivenPermission()
    choice: GivenChoice = GivenChoice()
    risk: GivenRisk = GivenRisk()
    credential: GivenCredential = GivenCredential()
    clock: GivenClock = GivenClock()
    who: GivenWho = GivenWho()
    definition: Literal["pinned", "unpinned", "changed"] = "pinned"


class Expectation(Row):
    """One call and what must come out of it. What is not given is not compared."""

    call: Call
    args: dict[str, Any] = {}
    given: dict[str, Any] = {}
    approved: Words = frozenset()
    result_labels: Words = frozenset()
    after_s: int = Field(1, ge=0)
    expect: Kind | None = None
    rules: Words | None = None
    reasons: Words | None = None
    approvers: Words | None = None
    args_after: dict[str, Any] | None = None


class Case(Row):
    """A named case: one call, or steps of one session in order."""

    name: str = Field(min_length=1)
    given: dict[str, Any] = {}
    steps: tuple[Expectation, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _wants_something(self) -> Self:
        if self.steps[-1].expect is None:
            raise ValueError("the last step of a case needs `expect`")
        return self


class Table(Row):
    """One table: what all its cases are given, and the cases."""

    given: dict[str, Any] = {}
    cases: tuple[Case, ...] = Field(min_length=1)
    _at: Mapping[str, str] = PrivateAttr(default_factory=dict)

    def place(self, case: Case) -> str:
        """Return the file and line of a case, or nothing where they are not known."""
        return self._at.get(case.name, "")

    def placed(self, at: Callable[[int], str]) -> Self:
        """Take in where the cases stand; `at` returns it for the number of a case."""
        self._at = {case.name: at(number) for number, case in enumerate(self.cases)}
        return self

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        seen: set[str] = set()
        for case in self.cases:
            if case.name in seen:
                raise ValueError(f"the name {case.name!r} is given twice")
            seen.add(case.name)
        return self


def parse_table(value: Mapping[str, Json], *, where: str) -> Table:
    """Return a table from its parsed YAML; `where` names it in errors.

    Raises:
        Unusable: table_invalid, with the path of the first thing that is wrong.
    """
    cases = value.get("cases")
    rows = [_with_steps(case) for case in cases] if isinstance(cases, list) else cases
    try:
        table = Table.model_validate({**value, "cases": rows})
        for case in table.cases:
            for step in case.steps:
                given(table, case, step)
    except ValidationError as error:
        raise _unusable(error, where) from None
    return table


def given(table: Table, case: Case, step: Expectation) -> Given:
    """Return what holds for a step: the step's own values over the case's over the table's."""
    return Given.model_validate(_merged(_merged(table.given, case.given), step.given))


def _with_steps(case: Json) -> Json:
    """Write a case of one call as a case of one step, so that there is one form to run."""
    if not isinstance(case, dict) or "steps" in case:
        return case
    own: dict[str, Json] = {key: case[key] for key in ("name", "given") if key in case}
    step: Json = {key: inner for key, inner in case.items() if key not in own}
    return {**own, "steps": [step]}


def _merged(under: Mapping[str, Json], over: Mapping[str, Json]) -> dict[str, Json]:
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        merged[key] = _merged(below, value) if both else value  # type: ignore[arg-type] # both are
    return merged


def _unusable(error: ValidationError, where: str) -> Unusable:
    first = error.errors(include_url=False, include_input=False)[0]
    path = ".".join(str(part) for part in first["loc"]) or "(top)"
    return Unusable(
        f"Decision table, at {path}: {_plain(first['msg'])}.",
        code="table_invalid",
        where=where,
        next_step="See `given`, `cases` and `steps` in the documentation of decision tables.",
    )


def _plain(message: str) -> str:
    """Return the validator's message in the words of YAML."""
    return message.removeprefix("Value error, ").replace("tuple", "list")
