"""The credential of one call: journalled before the target is touched, ended when the call ends.

It hands a secret to nobody but the tool's transport and never asks for more than the answer allows.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256

from guard.audit.event import Event, Kind
from guard.errors import GuardError, NotAllowed
from guard.grant.approval import Approval
from guard.grant.credential import ApprovalEvidence, BoundCall, Credential, token_id
from guard.grant.lease import Lease, LeaseEvent, LeaseState
from guard.grant.signing import NotCanonical, args_s256
from guard.model.call import ToolCall, ToolSpec
from guard.model.decision import Basis, Deny, Terms
from guard.model.facts import Facts
from guard.ports import Issuer, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A credential on its way to the wire, and its row in the journal."""

    credential: Credential
    lease: Lease
    issuer: Issuer


@dataclass(frozen=True, slots=True, kw_only=True)
class Leasing:
    """Leases credentials. `ttl_s` is how long one lives at most (seconds)."""

    world: World
    ttl_s: int

    async def mint(
        self, call: ToolCall, spec: ToolSpec, facts: Facts, terms: Terms, approval: Approval | None
    ) -> Leased | None:
        """Return the credential for exactly this call, or None where the upstream takes none.

        Raises:
            NotAllowed: `obligation_unsupported`: policy demands a closer binding than this issuer
                reaches; `arguments_not_canonical`: the arguments cannot be bound (RFC 8785).
            Unavailable: the journal or the issuer failed; the lease is left to be revoked.
        """
        issuer = self.world.issuers.get(call.server)
        reached = facts.credential.binding
        if issuer is None or reached < terms.binding_min:
            if terms.binding_min > 0:
                raise self._no("obligation_unsupported", facts, f"binding {reached} reached")
            return None
        bound = self._bound(call, spec, facts, approval)
        now_ms = self.world.clock.now_ms()
        ttl_s = min(self.ttl_s, terms.max_ttl_s or self.ttl_s)
        lease = Lease(
            id=token_id(self.world.ids.token(16)),
            call_id=call.id,
            session=call.session,
            kind=issuer.kind,
            deadline_ms=now_ms + ttl_s * 1000,
            changed_ms=now_ms,
        )
        lease = replace(lease, handle=issuer.handle(lease))
        await self.world.leases.reserve(lease, [_event("lease_reserved", lease, now_ms)])
        return await self._issued(issuer, bound, replace(terms, max_ttl_s=ttl_s), lease)

    async def _issued(self, issuer: Issuer, bound: BoundCall, terms: Terms, lease: Lease) -> Leased:
        try:
            credential = await issuer.issue(bound, terms, lease)
        except GuardError:
            # It may have acted before it failed: the row says so, and a sweep revokes by handle.
            failed = lease.after(LeaseEvent.FAILED, self.world.clock.now_ms())
            await self.world.leases.save(failed, [])
            raise
        now_ms = self.world.clock.now_ms()
        digest = sha256(credential.secret.encode()).hexdigest()
        issued = lease.issued(digest, now_ms).after(LeaseEvent.HANDED_OVER, now_ms)
        event = _event("credential_issued", issued, now_ms, binding=int(credential.binding))
        await self.world.leases.save(issued, [event])
        return Leased(credential=credential, lease=issued, issuer=issuer)

    def _bound(
        self, call: ToolCall, spec: ToolSpec, facts: Facts, approval: Approval | None
    ) -> BoundCall:
        try:
            digest = args_s256(call.tool, call.parsed())
        except NotCanonical as odd:
            raise self._no("arguments_not_canonical", facts, str(odd)) from odd
        return BoundCall(
            call_id=call.id,
            server=call.server,
            tool=call.tool,
            args_s256=digest,
            audience=spec.audience or f"stdio:{call.server}",
            principal=facts.who.principal.subject,
            agent=facts.who.agent.id,
            session=call.session,
            seq=facts.history.step,
            schema_s256=min(spec.pins, default=""),
            intent=facts.intent.sha256,
            approval=_evidence(approval) if approval else None,
        )

    def _no(self, code: str, facts: Facts, detail: str) -> NotAllowed:
        basis = Basis(bundle="", slice="")
        return NotAllowed(Deny(code=code, basis=basis, detail=detail), call_id=facts.call.id)

    async def end(self, leased: Leased) -> None:
        """Revoke at the target what the call left there; a failure is left to a sweep."""
        lease = leased.lease
        if lease.state is not LeaseState.REVOKE_PENDING:
            return
        # The tool ran and its outcome is recorded: a target that cannot be reached now must not
        # make the caller believe that nothing happened. The row stays, and a sweep revokes.
        with suppress(GuardError):
            if await leased.issuer.revoke(lease, "ended"):
                now_ms = self.world.clock.now_ms()
                gone = lease.after(LeaseEvent.GONE, now_ms)
                await self.world.leases.save(gone, [_event("credential_revoked", gone, now_ms)])


def settled(leased: Leased, now_ms: int) -> Leased:
    """Return the lease after the call: nothing remains, or an object at the target does."""
    leaves = leased.issuer.leaves_object
    event = LeaseEvent.SETTLED_LEAVING if leaves else LeaseEvent.SETTLED_CLEAN
    return replace(leased, lease=leased.lease.after(event, now_ms))


def _evidence(approval: Approval) -> ApprovalEvidence:
    yes = [vote for vote in approval.votes if vote.decision == "approve"]
    return ApprovalEvidence(
        id=approval.id,
        by=tuple(vote.voter.principal for vote in yes),
        method=yes[0].method if yes else "policy",
        at_ms=approval.decided_ms,
    )


def _event(kind: Kind, lease: Lease, now_ms: int, **more: int) -> Event:
    return Event(
        kind=kind,
        at_ms=now_ms,
        session=lease.session,
        call=lease.call_id,
        leaf={"lease": lease.id, "handle": lease.handle, "issuer": lease.kind, **more},
    )
