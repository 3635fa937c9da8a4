"""The shape of one tool in `guard.yaml`, as pydantic models of the parsed mapping.

It says which keys and types there are, refuses every other key, and knows no meaning.
"""

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    model_validator,
)

from guard.policy.catalog_names import free_header, request_template, tool_name

Effect = Literal["read", "write", "egress", "privileged", "irreversible"]
Role = Literal[
    "recipient",
    "amount",
    "path",
    "source",
    "url",
    "body",
    "title",
    "id",
    "attach",
    "when",
    "profile",
    "permission",
    "secret",
    "query",
    "command",
    "enum",
    "flag",
]
Key = Literal["session", "task", "principal", "agent"]

ToolName = Annotated[str, AfterValidator(tool_name)]
Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


STRICT = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)
"""No other key, no other type."""


class _Entry(BaseModel):
    model_config = STRICT


class ArgEntry(_Entry):
    """One argument path: its role, and how to read it."""

    role: Role | Literal[""] = ""
    kind: str = ""
    currency: str = ""
    scale: int | None = Field(None, ge=0, le=4)
    opaque: bool = False
    max_items: int = Field(0, ge=0)
    order: list[str] = []


class OutputEntry(_Entry):
    """How far a result is trusted, how secret it is, what is taken out of it.

    `records`: a result that is one text of JSON is what the text says: the server wrote it.
    """

    trust: Literal["trusted", "untrusted"] = "untrusted"
    secrecy: Literal["public", "internal", "secret"] = "internal"
    extract: dict[str, str] = {}
    records: bool = False
    labels: dict[str, list[Literal["trusted", "untrusted", "public", "internal", "secret"]]] = {}


class BudgetEntry(_Entry):
    """How often and for how much. 0 = no limit of that sort."""

    calls: int = Field(0, ge=0)
    amount_minor: int = Field(0, ge=0)
    per: Key = "task"


class PathEntry(_Entry):
    """The operand of a transform."""

    path: str
    value: JsonValue = None
    max: int | None = None
    with_: str = Field("", alias="with")


class TransformEntry(_Entry):
    """One way to shrink a call: exactly one of the keys."""

    drop_arg: str | PathEntry | None = None
    set_arg: PathEntry | None = None
    cap_arg: PathEntry | None = None
    intersect: PathEntry | None = None
    scope: str | None = None


class CredentialEntry(_Entry):
    """Who makes the credential of a call, and what it may do at its target."""

    issuer: Name | Literal[""] = ""
    grant: str = Field("", max_length=128)


class ServerCredentialEntry(CredentialEntry):
    """That of a server: also what a caller may do with what is no call of a tool."""

    between: str = Field("", max_length=128)


class IdempotencyEntry(_Entry):
    """How one run is known again: the header of its key, an argument in which tries differ."""

    header: Annotated[str, AfterValidator(free_header)] | None = None
    arg: str = Field("", max_length=128)

    @model_validator(mode="after")
    def _says_something(self) -> "IdempotencyEntry":
        if self.header is None and not self.arg:
            raise ValueError("got neither header nor arg, expected one of them, or 'meta'")
        return self


class ToolEntry(_Entry):
    """One tool."""

    effect: list[Effect]
    pin: Digest | list[Digest] = []
    args: dict[str, ArgEntry] = {}
    says: str = ""
    output: OutputEntry = OutputEntry()
    budget: BudgetEntry | Literal["none"] | None = None
    budget_reason: str = ""
    impact: Literal["", "low"] = ""
    intent: list[str] = []
    scopes: list[str] = []
    narrow: dict[Name, TransformEntry] = {}
    destination: str = ""
    audience: str = ""
    credential: CredentialEntry = CredentialEntry()
    idempotency: IdempotencyEntry | Literal["meta"] | None = None
    request: Annotated[str, AfterValidator(request_template)] = ""
    input_schema: dict[str, JsonValue] | None = None
    confirmed: bool = False
