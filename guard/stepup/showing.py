"""Makes what a person is shown of one call, or refuses a call that nobody could read.

It asks nobody: the view is stored with the question, and every screen renders the same one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from guard.errors import NotAllowed
from guard.grant.approval import limits
from guard.grant.view import view_json
from guard.judging import Judged
from guard.model.call import Outcome, ToolCall, ToolSpec
from guard.model.decision import Deny, Reason, StepUp
from guard.model.review import Ran
from guard.policy.argued import shown_bytes
from guard.policy.compile import Bundle
from guard.policy.review import Earlier, review
from guard.ports import World
from guard.session.passed import chain_of
from guard.session.state import Session

_STOOD: Final[Mapping[Outcome, Literal["running", "ok", "error", "unknown"]]] = {
    Outcome.RUNNING: "running",
    Outcome.OK: "ok",
    Outcome.ERROR: "error",
    Outcome.UNKNOWN: "unknown",
    Outcome.REFUSED: "error",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """Builds views.

    Args:
        world: for the last approved call.
        session: as it was judged.
        bundle: the policy that asked.
        max_bytes: the most that one person is asked to read of one call's arguments (bytes).
    """

    world: World
    session: Session
    bundle: Bundle = field(repr=False)
    max_bytes: int

    async def view(self, call: ToolCall, spec: ToolSpec, judged: Judged, same: str) -> bytes:
        """Return the view of a call (JSON), with its bytes as they would be sent.

        `same` is the key that the same call has in every session.

        Raises:
            NotAllowed: `too_large_to_review`.
            Unavailable: the store failed.
        """
        facts, answer = judged.facts, judged.answer
        assert isinstance(answer, StepUp)  # noqa: S101  our own mistake, not the caller's
        made = review(
            call,
            spec,
            facts,
            answer,
            bundle=self.bundle,
            chain=chain_of(self.session, call, facts.clock.at_ms),
            before=await self._before(call, facts.who.principal.key),
            ran=await self._ran(same),
            grant_ttl_s=limits(answer.requirements, facts.clock.at_ms)[1],
        )
        if shown_bytes(made.arguments) > self.max_bytes:
            raise NotAllowed(_too_large(answer, self.max_bytes), call_id=call.id)
        return view_json(made)

    async def _before(self, call: ToolCall, principal: str) -> Earlier | None:
        row = await self.world.approvals.last_used(call.action, principal)
        if row is None or not row.call_bytes or not _is_object(row.call_bytes):
            return None
        return Earlier(approval=row.id, at_ms=row.consumed_ms, arguments=row.call_bytes)

    async def _ran(self, same: str) -> Ran | None:
        row = await self.world.approvals.last_same(same)
        if row is None or row.outcome is None:
            return None
        return Ran(approval=row.id, at_ms=row.consumed_ms, outcome=_STOOD[row.outcome])


def _is_object(arguments: bytes) -> bool:
    return isinstance(json.loads(arguments), dict)


def _too_large(answer: StepUp, most: int) -> Deny:
    code = "too_large_to_review"
    return Deny(
        code=code,
        reasons=(Reason(code=code),),
        basis=answer.basis,
        detail=f"a person can be asked to read {most} bytes of arguments",
    )
