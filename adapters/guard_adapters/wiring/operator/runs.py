"""What an operator does about runs without a known end: look, and write down what is known.

It never runs a call again: whether it ran is what nobody knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from guard.audit.event import Event
from guard.audit.redact import SALT, salted_sha256
from guard.errors import Refused, Unusable
from guard.grant.approval import Approval
from guard.model.call import Outcome
from guard.ports import World

MAX_EVIDENCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDesk:
    """The unknown runs of one guard."""

    world: World
    by: str

    async def unknown(self) -> Sequence[Approval]:
        """Return the runs without a known end, oldest first."""
        return await self.world.approvals.unknown()

    async def resolve(self, approval_id: str, outcome: Outcome, evidence: str) -> Approval:
        """Write down how a run ended; the log holds a salted digest of how that is known.

        Raises:
            Refused: `approval_unknown`, `approval_transition`; Unusable: the text is too long.
        """
        if len(evidence) > MAX_EVIDENCE:
            raise Unusable(
                f"evidence has {len(evidence)} characters, at most {MAX_EVIDENCE} are kept.",
                code="request_unusable",
                next_step="Name where it was seen; keep the rest elsewhere.",
            )
        row = await self.world.approvals.get(approval_id)
        if row is None:
            raise Refused(f"There is no approval {approval_id!r}.", code="approval_unknown")
        salt = self.world.ids.token(SALT)
        event = Event(
            kind="outcome_resolved",
            at_ms=self.world.clock.now_ms(),
            session=row.session,
            call=row.call_id,
            leaf={
                "approval": approval_id,
                "outcome": outcome.value,
                "why": "evidence",
                "by": self.by,
                "reason_s256": salted_sha256(salt, evidence.encode("utf-8", "replace")),
            },
            side={"salt": salt.hex(), "reason": evidence},
        )
        return await self.world.approvals.resolve(approval_id, outcome, [event])
