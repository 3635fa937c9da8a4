"""Announces questions to the reviewers of the console, and refuses at once what none could answer.

The row itself is what they see; nothing is sent. A question that nobody enrolled may answer would
only keep an agent waiting for its limit.
"""

from collections.abc import Callable
from dataclasses import dataclass

from guard.clock import Clock
from guard.errors import Unavailable
from guard.grant.approval import Approval
from guard.grant.directory import Directory
from guard.grant.votes import Asker, Voter, answerable
from guard.ports.people import Reviewers


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleApprover:
    """The `Approver` port over the console. `directory` returns the reviewers file in force."""

    reviewers: Reviewers
    directory: Callable[[], Directory]
    clock: Clock

    async def announce(self, approval: Approval) -> None:
        """Return if the enrolled reviewers could meet what is asked.

        Raises:
            Unavailable: `no_reviewer`.
        """
        people = await self._people()
        asker = Asker(requester=approval.requester, agent=approval.agent)
        # At the limit of the question: a passkey that is too new now may count until then.
        if not answerable(approval.requirements, asker, people, approval.pending_until_ms):
            raise Unavailable(
                "No reviewer who may answer this has a passkey.",
                code="no_reviewer",
                next_step="Let one in with `guard reviewers invite NAME`.",
            )

    async def _people(self) -> list[Voter]:
        """Return each enrolled reviewer once, at their best."""
        directory = self.directory()
        accounts = {one.name: one for one in await self.reviewers.accounts()}
        found: dict[str, Voter] = {}
        for key in await self.reviewers.passkeys():
            account = accounts.get(key.reviewer)
            if account is None or key.revoked_ms or key.reviewer not in directory.people:
                continue
            voter = directory.voter(account, key, uv=True)
            if voter.device_bound or key.reviewer not in found:
                found[key.reviewer] = voter
        return list(found.values())
