"""The reviewers of the console: whether they could answer, and the approver that they look at.

The row itself is what they see; nothing is sent.
"""

from collections.abc import Callable
from dataclasses import dataclass

from guard.errors import NobodyToAsk
from guard.grant.approval import Approval, NewApproval
from guard.grant.directory import Directory
from guard.grant.votes import Asker, Voter, answerable, reasons_of
from guard.ports.people import Reviewers


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleApprover:
    """The `Approver` and `Audience` ports over the console.

    `directory` returns the reviewers file in force.
    """

    reviewers: Reviewers
    directory: Callable[[], Directory]

    async def announce(self, approval: Approval) -> None:
        """Return at once: the console shows what the store holds."""

    async def enough(self, new: NewApproval) -> None:
        """Return if the enrolled reviewers could meet what is asked.

        Raises:
            NobodyToAsk: `no_reviewer`.
        """
        people = await self._people()
        asker = Asker(requester=new.requester, agent=new.agent)
        # At the limit of the question: a passkey that is too new now may count until then.
        if not answerable(new.requirements, asker, people, new.pending_until_ms):
            raise NobodyToAsk(
                "No reviewer who may answer this has a passkey.",
                code="no_reviewer",
                reasons=reasons_of(new.requirements),
                next_step="Let one in with `guard reviewers invite NAME`.",
            )

    async def _people(self) -> list[Voter]:
        accounts = await self.reviewers.accounts()
        return self.directory().voters(accounts, await self.reviewers.passkeys())
