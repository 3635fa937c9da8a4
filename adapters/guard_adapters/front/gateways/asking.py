"""A call that a gateway will make or not: judged here, run there, its end told afterwards or never.

An allowed call that nobody tells the end of has an unknown outcome once its time is over, and
counts as run. A gateway that cannot send smaller arguments is told no, with those that would do.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from guard.errors import Refused
from guard.grant.credential import Credential
from guard.grant.scrub import Scrub
from guard.model.call import ToolCall
from guard_adapters.front.intake import Intake
from guard_adapters.front.kept import Form
from guard_adapters.front.native import Native, NotRun, Ran, Waiting
from guard_adapters.front.running import Handed


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A call as a gateway knows it: `person` and `agent` are the gateway's word.

    `traceparent` is the gateway's own span, shown in traces.
    """

    person: str
    agent: str
    server: str
    tool: str
    arguments: Mapping[str, Any]
    session: str = ""
    traceparent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a gateway is told.

    Args:
        id: under which the end of an allowed call is told; empty where none begins.
        code: why not.
        text: the same for the model.
        smaller: the arguments with which it would be allowed.
        waiting: the question that people have been asked.
        call: the allowed call with its judged arguments, for who sends what is handed out.
        credential: of that call.
    """

    allowed: bool
    id: str = ""
    code: str = ""
    text: str = ""
    smaller: Mapping[str, Any] | None = None
    waiting: Waiting | None = None
    call: ToolCall | None = None
    credential: Credential | None = field(default=None, repr=False)


class GatewayDesk:
    """Judges for gateways.

    Args:
        intake: returns where calls of a person and an agent go in.
        rewrites: whether the gateway sends the arguments that it is handed.
    """

    def __init__(self, intake: Callable[[str, str], Intake], *, rewrites: bool = False) -> None:
        self._intake = intake
        self._rewrites = rewrites
        self._running: dict[str, Handed] = {}

    async def verdict(self, wanted: Wanted) -> Verdict:
        """Judge one call, on facts of the guard's own; nothing of them is the gateway's word."""
        intake = replace(self._intake(wanted.person, wanted.agent), form=Form(failed=_failed))
        native = Native(
            server=wanted.server,
            tool=wanted.tool,
            arguments=wanted.arguments,
            session=wanted.session,
            traceparent=wanted.traceparent,
        )
        match await intake.before(native):
            case Handed() as handed:
                return await self._allowed(intake, handed, wanted)
            case Waiting(text=text) as waiting:
                return Verdict(allowed=False, code="approval_pending", text=text, waiting=waiting)
            case NotRun(code=code, text=text):
                return Verdict(allowed=False, code=code, text=text)
            case Ran():  # a gateway's call has no id that could come again
                return Verdict(allowed=False, code="already_ran")

    async def _allowed(self, intake: Intake, handed: Handed, wanted: Wanted) -> Verdict:
        same = handed.arguments == dict(wanted.arguments)
        if not same and not self._rewrites:
            error = Refused("Only smaller arguments are allowed.", code="narrowing_impossible")
            await handed.failed(error)
            text = f"DENIED: {error.message} Call again with them."
            return Verdict(allowed=False, code=error.code, text=text, smaller=handed.arguments)
        ident = intake.calls.new_id()
        self._running[ident] = handed
        late_s = intake.run_ms / 1000
        asyncio.get_running_loop().call_later(late_s, self._late, ident)
        return Verdict(
            allowed=True,
            id=ident,
            smaller=None if same else handed.arguments,
            call=handed.running.call if handed.running is not None else None,
            credential=handed.credential,
        )

    def scrubbed(self, ident: str, text: bytes) -> bytes:
        """Return what came back for an allowed call without the credential that went out with it.

        Raises:
            Refused: `decision_unknown`; see `ended`.
        """
        credential = self._known(ident).credential
        return text if credential is None else Scrub(credential.secret).whole(text)

    async def ended(self, ident: str, result: object, *, failed: bool) -> str:
        """Take in how an allowed call ended; return what may not be released, or an empty text.

        Raises:
            Refused: `decision_unknown`: it was never allowed, ended before, or its time is over.
        """
        handed = self._known(ident)
        del self._running[ident]
        if failed:
            await handed.failed(_CallFailed())
            return ""
        answer = await handed.returned(result)
        return answer.text if isinstance(answer, NotRun) else ""

    def _known(self, ident: str) -> Handed:
        handed = self._running.get(ident)
        if handed is None:
            raise Refused("No call runs under this id.", code="decision_unknown")
        return handed

    async def aclose(self) -> None:
        """Give up every call that still runs: its outcome is unknown."""
        for handed in list(self._running.values()):
            await handed.lost()
        self._running.clear()

    def _late(self, ident: str) -> None:
        handed = self._running.pop(ident, None)
        if handed is not None:
            handed.give_up()


class _CallFailed(Exception):
    """What a gateway tells of a call that failed is in its own log."""


def _failed(result: object) -> bool:
    return isinstance(result, Mapping) and result.get("isError") is True
