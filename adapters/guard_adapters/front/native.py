"""A tool call as a framework makes it, and the three things that the framework can be told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from guard.errors import NotApproved
from guard.model.call import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Native:
    """A tool call as a framework makes it.

    Args:
        server: the name under which the catalogue lists the tool.
        tool: its name.
        arguments: what the model proposed, as Python values.
        session: the framework's own name of the conversation; empty = one for person and agent.
        scope: message, task or run inside which `call_id` is unique: models repeat "call_0".
        call_id: the framework's id of the call; empty = it has none, and a resumed run that makes
            the call again is judged anew.
        traceparent: the span that the call hangs under where none is current (W3C trace context).
        asked: what the run was asked last, as its framework has it; empty = it tells nothing.
    """

    server: str
    tool: str
    arguments: Mapping[str, object]
    session: str = ""
    scope: str = ""
    call_id: str = ""
    traceparent: str = ""
    asked: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """The tool ran.

    `replayed`: not now, this is what it returned before. `unkept` is the code why its end could not
    be recorded for a run that is resumed: one that makes the call again is told `outcome_unknown`.
    """

    result: Any = field(repr=False)
    replayed: bool = False
    narrowed: tuple[tuple[str, str], ...] = ()
    unkept: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRun:
    """The tool did not run, or nobody may learn what it returned. `text` is for the model."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A person has been asked. `view` may be shown and stored: it holds no argument."""

    approval_id: str
    text: str
    expires_at_ms: int
    view: Mapping[str, Json]


Answer = Ran | NotRun | Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a call would be answered now. Looking records nothing, asks nobody and runs nothing.

    Args:
        finds: `no_question`: no person is needed, or none may be asked; `unasked`: one would be
            asked; `open`: one has been asked; `approved`: one said yes and nobody used it;
            `ended`: it ended without a yes that can be used; `unknown`: the guard failed.
        no: what to tell of a question that has `ended`.
    """

    finds: Literal["no_question", "unasked", "open", "approved", "ended", "unknown"]
    no: NotApproved | None = None
