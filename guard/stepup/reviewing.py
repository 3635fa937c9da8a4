"""A reviewer's answer: who it is, whether their yes counts, and that it is signed for this call.

Rule 1: the row and the reviewers file decide; of what a browser sends only the signature counts.
Rule 2: a yes is a fresh signature over call and view; a no needs a login of somebody concerned.
Rule 3: what does not count is refused with its reason and is not kept. It shows nothing and asks
nobody.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Literal

from guard.audit.redact import SALT
from guard.audit.voted import evidence_text, voted
from guard.clock import Clock
from guard.errors import GuardError, Refused, Unusable
from guard.grant.approval import Approval, ApprovalState
from guard.grant.assertion import Assertion, NotSigned, Place, Proven, Signed, SigningKey, proven
from guard.grant.directory import Directory, Person
from guard.grant.people import Account, Passkey
from guard.grant.plan import Plan
from guard.grant.seen import lacking, marks, seen_sha256
from guard.grant.votes import FAULTS, Asker, Vote, Voter, may_deny, useless
from guard.ports import Approvals, Ids
from guard.ports.people import Reviewers

MAX_REASON: Final = 500
MAX_TYPED: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSign:
    """What a browser asks the person's passkeys for."""

    challenge: bytes
    credential_ids: tuple[str, ...]
    uv: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewing:
    """Takes answers of reviewers.

    Args:
        approvals: the questions.
        reviewers: accounts and passkeys.
        clock: when.
        ids: for salts.
        place: where signatures must be made.
        directory: returns the reviewers file in force.
        key: secret bytes from which marks are made; see `guard.grant.seen`.
    """

    approvals: Approvals
    reviewers: Reviewers
    clock: Clock
    ids: Ids
    place: Place
    directory: Callable[[], Directory]
    key: bytes = field(repr=False)

    def marks(self, asked: Approval | Plan, principal: str) -> Mapping[str, str]:
        """Return the mark of each part of a question, for the page that this person reads."""
        return marks(self.key, asked, principal)

    def must_have_seen(
        self, asked: Approval | Plan, principal: str, given: Iterable[str]
    ) -> Mapping[str, str]:
        """Return the marks of a question, if all of them came back.

        Raises:
            Refused: `not_read`: a part was never handed to whoever sends this.
        """
        wanted = self.marks(asked, principal)
        if missing := lacking(wanted, given):
            raise _refused("not_read", f"{len(missing)} of {len(wanted)} parts were not shown.")
        return wanted

    async def question(self, approval_id: str) -> Approval:
        """Return an approval as it stands now.

        Raises:
            Refused: `approval_unknown`.
        """
        row = await self.approvals.get(approval_id)
        if row is None:
            raise Refused(f"There is no approval {approval_id!r}.", code="approval_unknown")
        return row.at(self.clock.now_ms())

    async def to_sign(self, name: str, approval_id: str, seen: Sequence[str]) -> ToSign:
        """Return what this reviewer's passkey must sign to say yes.

        Args:
            name: the reviewer.
            approval_id: the question.
            seen: the marks of what their page showed.

        Raises:
            Refused: `approval_unknown`, `approval_transition`, `disabled`, `key_unknown`,
                `not_read`.
        """
        person = self.person(name)
        row = _pending(await self.question(approval_id))
        wanted = self.must_have_seen(row, person.principal, seen)
        keys = [one for one in await self.reviewers.passkeys(name) if not one.revoked_ms]
        if not keys:
            raise _refused("key_unknown", "You have no passkey.")
        return ToSign(
            challenge=signed_for(row, person, "approve", wanted).challenge(),
            credential_ids=tuple(one.credential_id for one in keys),
            uv=any(asked.uv for asked in row.requirements),
        )

    async def approve(
        self,
        name: str,
        approval_id: str,
        credential_id: str,
        given: Assertion,
        seen: Sequence[str],
        typed: tuple[str, ...] = (),
    ) -> Approval:
        """Count one signed yes.

        Args:
            name: the reviewer, as their login tells.
            approval_id: the question.
            credential_id: which of their passkeys signed.
            given: the signature.
            seen: the marks of what their page showed.
            typed: the values that they typed.

        Raises:
            Refused: with the code why it does not count; nothing is kept then.
        """
        person = self.person(name)
        row = _pending(await self.question(approval_id))
        wanted = self.must_have_seen(row, person.principal, seen)
        signed = signed_for(row, person, "approve", wanted)
        key, account = await self.own_key(name, credential_id)
        said = checked(given, key, signed.challenge(), self.place)
        voter = self.directory().voter(account, key, uv=said.user_verified)
        evidence = evidence_text(given, key, signed, self.place, row.envelope)
        vote = Vote(
            approval_id=row.id,
            voter=voter,
            decision="approve",
            method="webauthn",
            at_ms=self.clock.now_ms(),
            typed=_typed(typed),
            evidence_s256=sha256(evidence.encode()).hexdigest(),
        )
        must_help(row, vote)
        if not await self.reviewers.counted(key.credential_id, said.sign_count, vote.at_ms):
            raise _refused("key_counter", "This passkey's counter went back: it may be a copy.")
        event = voted(row, vote, salt=self.ids.token(SALT), key=key, evidence=evidence)
        return await self.approvals.vote(vote, [event])

    async def deny(self, name: str, approval_id: str, reason: str) -> Approval:
        """Count a no. The agent is told the reason.

        Raises:
            Refused: `approval_unknown`, `approval_transition`, `not_in_group`, `disabled`;
            Unusable: the reason is too long.
        """
        person = self.person(name)
        row = await self.question(approval_id)
        if len(reason) > MAX_REASON:
            raise Unusable(
                f"The reason has {len(reason)} characters, at most {MAX_REASON} are kept.",
                code="request_unusable",
            )
        voter = Voter(principal=person.principal, groups=person.groups, owns=person.owns)
        if code := may_deny(row.requirements, _asker(row), voter):
            raise _refused(code)
        vote = Vote(
            approval_id=row.id,
            voter=voter,
            decision="deny",
            method="login",
            at_ms=self.clock.now_ms(),
            reason=reason,
        )
        return await self.approvals.vote(vote, [voted(row, vote, salt=self.ids.token(SALT))])

    async def doubt(self, principal: str) -> None:
        """Void every open question that this person said yes to: it may have been somebody else."""
        for row in await self.approvals.listed(open_only=True):
            yes = [one for one in row.votes if one.decision == "approve"]
            if any(one.voter.principal == principal for one in yes):
                now_ms = self.clock.now_ms()
                await self.approvals.end(row.id, "void", "reviewer_reset", now_ms, [])

    def person(self, name: str) -> Person:
        """Return a reviewer of the file in force.

        Raises:
            Refused: `disabled`.
        """
        person = self.directory().people.get(name)
        if person is None:
            raise _refused("disabled")
        return person

    async def own_key(self, name: str, credential_id: str) -> tuple[Passkey, Account]:
        """Return this passkey of this reviewer, and their account.

        Raises:
            Refused: `key_unknown`, `key_foreign`.
        """
        key = await self.reviewers.passkey(credential_id)
        account = await self.reviewers.account(name)
        if key is None or account is None or key.revoked_ms:
            raise _refused("key_unknown", "This passkey is not known here, or was revoked.")
        if key.reviewer != name:
            raise _refused("key_foreign", "This passkey is somebody else's.")
        return key, account


def signed_for(
    row: Approval,
    person: Person,
    decision: Literal["approve", "deny"],
    seen: Mapping[str, str],
) -> Signed:
    """Return what a signature of this person on this question is for; `seen`: all its marks."""
    return Signed(
        approval=row.id,
        binding=row.binding,
        nonce=row.nonce,
        view_sha256=sha256(row.view_json).hexdigest(),
        reviewer=person.principal,
        decision=decision,
        pending_until_ms=row.pending_until_ms,
        grant_ttl_s=row.grant_ttl_s,
        seen_sha256=seen_sha256(seen),
    )


def checked(given: Assertion, key: Passkey, challenge: bytes, place: Place) -> Proven:
    """Return what a good assertion of this passkey says.

    Raises:
        Refused: the code of `proven`, or `key_changed`: it used to say otherwise of itself.
    """
    try:
        said = proven(given, SigningKey(spki=key.spki, alg=key.alg), challenge, place)
    except NotSigned as wrong:
        raise _refused(wrong.code, f"The signature does not hold: {wrong.wrong}.") from None
    if said.backup_eligible != key.backup_eligible:
        raise _refused("key_changed", "This passkey said otherwise of itself when it was added.")
    return said


def _pending(row: Approval) -> Approval:
    if row.status is not ApprovalState.PENDING:
        raise _refused("approval_transition", f"The question is {row.status.value} already.")
    return row


def must_help(row: Approval, vote: Vote) -> None:
    """Refuse a yes that would not count, with the code why.

    Raises:
        Refused: `already_voted`, or a code of `guard.grant.votes`.
    """
    known = [one for one in row.votes if one.decision == "approve"]
    if any(one.voter.principal == vote.voter.principal for one in known):
        raise _refused("already_voted", "You have said yes already.")
    code = useless(row.requirements, _asker(row), row.votes, vote, row.call_bytes)
    if code is not None:
        raise _refused(code)


def _typed(given: tuple[str, ...]) -> tuple[str, ...]:
    if len(given) > MAX_TYPED:
        raise Unusable("More was typed than any call holds.", code="request_unusable")
    return given


def _asker(row: Approval) -> Asker:
    return Asker(requester=row.requester, agent=row.agent)


def _refused(code: str, message: str = "") -> GuardError:
    text = message or f"{FAULTS[code][0].upper()}{FAULTS[code][1:]}."
    return Refused(text, code=code, next_step=_NEXT.get(code, ""))


_NEXT: Final = {
    "key_unknown": "Sign with a passkey that you enrolled here.",
    "key_foreign": "Sign with your own.",
    "key_counter": "Have the passkey revoked and enrol a new one.",
    "approval_transition": "Look at the question again.",
    "not_read": "Open the page of the question and read it to its end.",
}
