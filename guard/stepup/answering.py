"""A reviewer's one signature for several calls: a standing yes, a plan, or ticked questions.

The same rules as for one question: the rows decide, a yes is a fresh signature, and what does not
count is refused with its reason and not kept. It shows nothing and asks nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from guard.audit.asked import batch_voted, plan_voted
from guard.errors import GuardError, Refused
from guard.grant.approval import Approval
from guard.grant.assertion import Assertion, Signed
from guard.grant.batch import batch_challenge, batch_fault, batch_signed
from guard.grant.people import Passkey
from guard.grant.plan import Plan, plan_challenge, plan_signed
from guard.grant.scoped import Grant
from guard.grant.votes import FAULTS, Asker, Vote, Voter, may_deny, useless
from guard.stepup.granting import Granting
from guard.stepup.reviewing import Reviewing, ToSign, checked, must_help, signed_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How one question of a batch stands after the signature; `code`: why it was not counted."""

    approval: str
    status: str
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Takes answers of reviewers that are about more than one call."""

    reviewing: Reviewing
    granting: Granting

    async def plan_to_sign(self, name: str, plan_id: str, seen: Sequence[str]) -> ToSign:
        """Return what this reviewer's passkey must sign to say yes to a plan.

        `seen` are the marks of what their page showed.

        Raises:
            Refused: `plan_unknown`, `plan_transition`, `disabled`, `key_unknown`, `not_read`.
        """
        person = self.reviewing.person(name)
        plan = _waiting(await self.granting.plan(plan_id))
        self.reviewing.must_have_seen(plan, person.principal, seen)
        challenge = plan_challenge(plan, reviewer=person.principal, decision="approve")
        uv = any(asked.uv for asked in plan.requirements)
        return await self._to_sign(name, challenge, uv=uv)

    async def approve_plan(
        self, name: str, plan_id: str, credential_id: str, given: Assertion, seen: Sequence[str]
    ) -> Plan:
        """Count one signed yes to a plan; the last one that is needed makes its grants.

        Raises:
            Refused: with the code why it does not count; nothing is kept then.
        """
        person = self.reviewing.person(name)
        plan = _waiting(await self.granting.plan(plan_id))
        self.reviewing.must_have_seen(plan, person.principal, seen)
        signed = plan_signed(plan, reviewer=person.principal, decision="approve")
        key, voter = await self._proven(name, credential_id, given, sha256(signed).digest())
        vote = self._vote(plan_id, voter, signed)
        asker = Asker(requester=plan.requester, agent=plan.agent)
        if any(v.voter.principal == voter.principal for v in plan.votes):
            raise Refused("You have said yes already.", code="already_voted")
        if code := useless(plan.requirements, asker, plan.votes, vote, b"{}"):
            raise _uncounted(code)
        event = plan_voted(
            plan, vote, key=key, given=given, signed=signed, place=self.reviewing.place
        )
        return await self.granting.count(vote, event)

    async def deny_plan(self, name: str, plan_id: str, reason: str) -> Plan:
        """Count a no to a plan; after the yes it takes the grants back.

        Raises:
            Refused: `plan_unknown`, `plan_transition`, `not_in_group`, `disabled`.
        """
        person = self.reviewing.person(name)
        plan = await self.granting.plan(plan_id)
        voter = Voter(principal=person.principal, groups=person.groups, owns=person.owns)
        asker = Asker(requester=plan.requester, agent=plan.agent)
        if code := may_deny(plan.requirements, asker, voter):
            raise _uncounted(code)
        vote = Vote(
            approval_id=plan_id,
            voter=voter,
            decision="deny",
            method="login",
            at_ms=self.reviewing.clock.now_ms(),
            reason=reason,
        )
        return await self.granting.count(vote, plan_voted(plan, vote))

    async def revoke_grant(self, name: str, grant_id: str) -> Grant:
        """Take a grant back: anybody who might have said no to it may.

        Raises:
            Refused: `grant_unknown`, `grant_ended`, `not_in_group`, `disabled`.
        """
        person = self.reviewing.person(name)
        grant = await self.granting.grant(grant_id)
        voter = Voter(principal=person.principal, groups=person.groups, owns=person.owns)
        asker = Asker(requester=grant.ground.requester, agent=grant.ground.agent)
        if code := may_deny(grant.requirements, asker, voter):
            raise _uncounted(code)
        return await self.granting.revoke(grant_id, "reviewer")

    async def batch_to_sign(self, name: str, ids: Sequence[str], seen: Sequence[str]) -> ToSign:
        """Return what this reviewer's passkey must sign to say yes to the ticked questions.

        `seen` are the marks of what their page showed.

        Raises:
            Refused: `batch_unfit`, `approval_unknown`, `disabled`, `key_unknown`, `not_read`.
        """
        rows, each = await self._batch(name, ids, seen)
        challenges = [one.challenge() for one in each]
        uv = any(asked.uv for row in rows for asked in row.requirements)
        return await self._to_sign(name, batch_challenge(challenges), uv=uv)

    async def approve_batch(
        self,
        name: str,
        ids: Sequence[str],
        credential_id: str,
        given: Assertion,
        seen: Sequence[str],
    ) -> Sequence[Told]:
        """Count one signed yes for each ticked question; each stands or falls alone.

        Raises:
            Refused: with the code why the signature counts for none of them.
        """
        rows, each = await self._batch(name, ids, seen)
        signed = batch_signed([one.challenge() for one in each])
        key, voter = await self._proven(name, credential_id, given, sha256(signed).digest())
        told: list[Told] = []
        for row, one in zip(rows, each, strict=True):
            vote = self._vote(row.id, voter, signed)
            try:
                must_help(row, vote)
                event = batch_voted(
                    row,
                    vote,
                    one=one,
                    key=key,
                    given=given,
                    signed=signed,
                    place=self.reviewing.place,
                )
                after = await self.reviewing.approvals.vote(vote, [event])
                told.append(Told(approval=row.id, status=after.status.value))
            except Refused as no:
                why = {"code": no.code, "message": no.message}
                told.append(Told(approval=row.id, status=row.status.value, **why))
        return told

    async def _batch(
        self, name: str, ids: Sequence[str], seen: Sequence[str]
    ) -> tuple[list[Approval], list[Signed]]:
        person = self.reviewing.person(name)
        rows = [await self.reviewing.question(one) for one in ids]
        fault = batch_fault(rows)
        if fault:
            raise Refused(
                f"These questions cannot be answered together ({fault}).",
                code="batch_unfit",
                next_step="Tick open questions about one tool that the same rules ask about.",
            )
        wanted = [self.reviewing.must_have_seen(row, person.principal, seen) for row in rows]
        each = zip(rows, wanted, strict=True)
        return rows, [signed_for(row, person, "approve", marks) for row, marks in each]

    async def _to_sign(self, name: str, challenge: bytes, *, uv: bool) -> ToSign:
        keys = [k for k in await self.reviewing.reviewers.passkeys(name) if not k.revoked_ms]
        if not keys:
            raise Refused("You have no passkey.", code="key_unknown")
        ids = tuple(one.credential_id for one in keys)
        return ToSign(challenge=challenge, credential_ids=ids, uv=uv)

    async def _proven(
        self, name: str, credential_id: str, given: Assertion, challenge: bytes
    ) -> tuple[Passkey, Voter]:
        reviewing = self.reviewing
        key, account = await reviewing.own_key(name, credential_id)
        said = checked(given, key, challenge, reviewing.place)
        now_ms = reviewing.clock.now_ms()
        if not await reviewing.reviewers.counted(key.credential_id, said.sign_count, now_ms):
            raise Refused("This passkey's counter went back.", code="key_counter")
        return key, reviewing.directory().voter(account, key, uv=said.user_verified)

    def _vote(self, of: str, voter: Voter, signed: bytes) -> Vote:
        return Vote(
            approval_id=of,
            voter=voter,
            decision="approve",
            method="webauthn",
            at_ms=self.reviewing.clock.now_ms(),
            evidence_s256=sha256(signed).hexdigest(),
        )


def _waiting(plan: Plan) -> Plan:
    if not plan.pending:
        raise Refused(f"The plan is {plan.status.value} already.", code="plan_transition")
    return plan


def _uncounted(code: str) -> GuardError:
    return Refused(f"{FAULTS[code][0].upper()}{FAULTS[code][1:]}.", code=code)
