"""What people were asked and said, in the log: questions, uses, plans and standing yeses.

Digests, ids and rule names only; the reach itself is beside the tree, where it can be erased.
"""

from collections.abc import Iterable
from dataclasses import asdict

from guard.audit.event import Event
from guard.grant.approval import Approval, NewApproval
from guard.grant.assertion import Assertion, Place, Signed
from guard.grant.people import Passkey
from guard.grant.plan import NewPlan, Plan
from guard.grant.scoped import Grant
from guard.grant.signing import b64u
from guard.grant.votes import Vote
from guard.model.call import Json
from guard.model.facts import Facts


def plan_opened(new: NewPlan, salted: str, salt: str) -> Event:
    """Return the record of a question about several calls.

    Args:
        new: the plan.
        salted: salted digest of its items.
        salt: the salt, kept beside the tree.
    """
    rules: list[Json] = [asked.rule for asked in new.requirements]
    leaf: dict[str, Json] = {
        "plan": new.id,
        "kind_of": new.kind,
        "items": len(new.items),
        "items_s256": salted,
        "rules": rules,
        "pending_until_ms": new.pending_until_ms,
    }
    if new.approval:
        leaf["approval"] = new.approval
    side: dict[str, Json] = {"salt": salt, "lines": [*new.lines()], "by": new.proposed_by}
    return Event(
        kind="plan_opened", at_ms=new.created_ms, session=new.session, leaf=leaf, side=side
    )


def plan_voted(
    plan: NewPlan,
    vote: Vote,
    *,
    key: Passkey | None = None,
    given: Assertion | None = None,
    signed: bytes = b"",
    place: Place | None = None,
) -> Event:
    """Return the record of one person's answer to a plan.

    Args:
        plan: what was asked.
        vote: the answer.
        key: the passkey that signed, if one did.
        given: its signature.
        signed: what the signature is over.
        place: where it was made.
    """
    leaf: dict[str, Json] = {
        "plan": plan.id,
        "decision": vote.decision,
        "method": vote.method,
        "by": vote.voter.principal,
    }
    side: dict[str, Json] = {"reason": vote.reason} if vote.reason else {}
    if key is not None and given is not None and place is not None:
        leaf |= {"key": key.digest, "evidence_sha256": vote.evidence_s256}
        side["several"] = _held(key, given, signed, place)
    return Event(kind="vote", at_ms=vote.at_ms, session=plan.session, leaf=leaf, side=side)


def approvals_ended(rows: Iterable[Approval], now_ms: int) -> list[Event]:
    """Return a record of each question or yes among these that ended unused, and why.

    Rows that are still open, or whose yes was used, have none.
    """
    return [
        Event(
            kind="approval_ended",
            at_ms=now_ms,
            session=row.session,
            call=row.call_id,
            leaf={"approval": row.id, "status": row.status.value, "why": row.reason_code},
        )
        for row in rows
        if not row.open and row.outcome is None
    ]


def batch_voted(
    row: Approval,
    vote: Vote,
    *,
    one: Signed,
    key: Passkey,
    given: Assertion,
    signed: bytes,
    place: Place,
) -> Event:
    """Return the record of one answer of several that one signature gave.

    Args:
        row: the question.
        vote: the answer to it.
        one: what a signature for this question alone would be over; its challenge is in `signed`.
        key: the passkey that signed.
        given: its signature.
        signed: what the signature is over.
        place: where it was made.
    """
    leaf: dict[str, Json] = {
        "approval": row.id,
        "decision": vote.decision,
        "method": vote.method,
        "by": vote.voter.principal,
        "key": key.digest,
        "batch": vote.evidence_s256,
    }
    return Event(
        kind="vote",
        at_ms=vote.at_ms,
        session=row.session,
        call=row.call_id,
        leaf=leaf,
        side={
            "several": _held(key, given, signed, place),
            "one": asdict(one),
            "envelope": row.envelope.decode(),
        },
    )


def _held(key: Passkey, given: Assertion, signed: bytes, place: Place) -> Json:
    """Return all that a later check of a signature over several calls needs."""
    return {
        "signed": b64u(signed),
        "client_data": b64u(given.client_data),
        "authenticator_data": b64u(given.authenticator_data),
        "signature": b64u(given.signature),
        "credential_id": key.credential_id,
        "spki": b64u(key.spki),
        "alg": key.alg,
        "origin": place.origin,
        "rp_id": place.rp_id,
    }


def grants_made(plan: Plan) -> list[Event]:
    """Return the record of each grant that an approved plan gives; none before."""
    return [
        Event(
            kind="grant_made",
            at_ms=one.granted_ms,
            session=plan.session,
            leaf={
                "grant": one.id,
                "plan": plan.id,
                "server": one.reach.server,
                "tool": one.reach.tool,
                "uses": one.uses,
                "until_ms": one.until_ms,
                "by": [*sorted(vote.voter.principal for vote in plan.votes)],
            },
        )
        for one in plan.grants()
    ]


def plan_ended(plan: NewPlan, why: str, now_ms: int) -> Event:
    """Return the record of a plan that was taken back or fell: its grants end with it."""
    leaf: dict[str, Json] = {"plan": plan.id, "why": why}
    return Event(kind="plan_ended", at_ms=now_ms, session=plan.session, leaf=leaf)


def grant_ended(grant: Grant, why: str, now_ms: int) -> Event:
    """Return the record of one grant that was taken back."""
    leaf: dict[str, Json] = {"grant": grant.id, "plan": grant.plan, "why": why}
    return Event(kind="grant_ended", at_ms=now_ms, session=grant.ground.session, leaf=leaf)


def approval_opened(new: NewApproval, grant: str = "") -> Event:
    """Return the record of a question; one that a grant answers was open and answered at once."""
    leaf: dict[str, Json] = {
        "approval": new.id,
        "rules": [asked.rule for asked in new.requirements],
        "pending_until_ms": new.pending_until_ms,
    }
    if grant:
        leaf |= {"via": "grant", "grant": grant}
    else:  # so many people at least: of several requirements the largest
        leaf["quorum"] = max((asked.quorum for asked in new.requirements), default=1)
    if new.canary:
        leaf["canary"] = True
    return Event(
        kind="approval_opened",
        at_ms=new.created_ms,
        session=new.session,
        call=new.call_id,
        leaf=leaf,
    )


def approval_used(approval: Approval, facts: Facts) -> Event:
    """Return the record of the one use of an approval."""
    by: list[Json] = [v.voter.principal for v in approval.votes]
    leaf: dict[str, Json] = {"approval": approval.id, "by": by}
    if approval.grant:
        leaf["grant"] = approval.grant
    return Event(
        kind="consume",
        at_ms=facts.clock.at_ms,
        session=approval.session,
        call=facts.call.id,
        leaf=leaf,
    )
