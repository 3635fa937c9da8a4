"""The credential of one call: journalled before the target is touched, ended when the call ends.

It hands a secret to nobody but the tool's transport and never asks for more than the answer allows.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256

from guard.audit.event import Event, Kind
from guard.errors import GuardError, NotAllowed, Unavailable
from guard.grant.approval import Approval
from guard.grant.credential import ApprovalEvidence, BoundCall, Credential, token_id
from guard.grant.lease import Lease, LeaseChange, LeaseEvent, LeaseState, ended
from guard.grant.refusals import TURNED_AWAY, Toward, toward_of
from guard.grant.signing import NotCanonical, args_s256
from guard.lease.quarantine import refuse_quarantined
from guard.lease.revoking import Revoking
from guard.model.call import ToolCall, ToolSpec
from guard.model.decision import Basis, Deny, Terms
from guard.model.facts import Facts
from guard.model.identity import Who
from guard.ports import Ids, Issuer, World
from guard.session.state import refuse_closed

STALLED_MS = 1_000
"""A watchdog that has not looked for so long may not cut anything in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """One row of the journal on its way, and who makes its secret."""

    id: str
    call: str
    session: str
    issuer: Issuer
    handle: str
    binding: int
    toward: Toward

    def settled(self, now_ms: int) -> LeaseChange:
        """Return what the end of the call does to the row, however far it came."""
        leaves = self.issuer.leaves_object
        return lambda row: ended(row, now_ms, leaves=leaves)


Keep = Callable[[Leased], None]
"""Told of a lease as soon as it is written down: from there on an ending must settle it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leasing:
    """Leases credentials."""

    world: World

    async def mint(
        self,
        call: ToolCall,
        spec: ToolSpec,
        facts: Facts,
        terms: Terms,
        approval: Approval | None,
        keep: Keep,
    ) -> Credential | None:
        """Return the credential for exactly this call, or None where the upstream takes none.

        Raises:
            NotAllowed: `obligation_unsupported`: policy demands a closer binding than this issuer
                reaches; `issuer_ttl_floor`: or a shorter life than it can give;
                `arguments_not_canonical`: the arguments cannot be bound (RFC 8785).
            Refused: `tool_quarantined`: an earlier credential of this tool could not be revoked.
            Unavailable: `watchdog_stalled`, `issuer_unknown`, `credentials_turned_away`, or the
                journal or the issuer failed; the lease is left to be revoked.
        """
        issuer = self._issuer(spec)
        reached = facts.credential.binding
        if issuer is None or reached < terms.binding_min:
            if terms.binding_min > 0:
                raise self._no("obligation_unsupported", facts, f"binding {reached} reached")
            return None
        bound = self._bound(call, spec, facts, approval)
        ttl_s = min(issuer.max_ttl_s, terms.max_ttl_s or issuer.max_ttl_s)
        if ttl_s < issuer.min_ttl_s:
            raise self._no("issuer_ttl_floor", facts, f"{issuer.min_ttl_s} s is the least")
        now_ms = self.world.clock.now_ms()
        toward = toward_of(spec, facts.who)
        self.world.refusals.refuse(toward, now_ms)
        if issuer.can_cut:
            self._watched(now_ms)
        lease = await self.reserved(self._lease(call, spec, issuer, now_ms, ttl_s), issuer)
        leased = Leased(
            id=lease.id,
            call=call.id,
            session=call.session,
            issuer=issuer,
            handle=lease.handle,
            binding=int(reached),
            toward=toward,
        )
        keep(leased)
        credential = await issuer.issue(bound, replace(terms, max_ttl_s=ttl_s), lease)
        return await self.issued(lease, credential)

    async def free(self, spec: ToolSpec, who: Who) -> None:
        """Return if nothing keeps this tool from getting a credential: before people are asked.

        Raises:
            Refused: `tool_quarantined`. `mint` refuses as well: it may have come since.
            Unavailable: `credentials_turned_away`; the journal failed.
        """
        if spec.issuer:
            self.world.refusals.refuse(toward_of(spec, who), self.world.clock.now_ms())
            refuse_quarantined(await self.world.leases.irrevocable(), spec.server, spec.tool)

    def _issuer(self, spec: ToolSpec) -> Issuer | None:
        issuer = self.world.issuers.get(spec.issuer)
        if issuer is None and spec.issuer:
            raise Unavailable(
                f"There is no issuer {spec.issuer!r} here.",
                code="issuer_unknown",
                next_step="List it under guard.issuers and start the guard again.",
            )
        return issuer

    def _watched(self, now_ms: int) -> None:
        dog = self.world.watchdog
        silent_ms = now_ms - dog.beat_ms() if dog else now_ms
        if silent_ms > STALLED_MS:
            raise Unavailable(
                "Nobody would cut this credential's session at its deadline.",
                code="watchdog_stalled",
                next_step="The guard's watchdog does not run, or its store is too slow.",
            )

    def _lease(
        self, call: ToolCall, spec: ToolSpec, issuer: Issuer, now_ms: int, ttl_s: int
    ) -> Lease:
        return Lease(
            id=drawn(self.world.ids),
            call_id=call.id,
            session=call.session,
            kind=issuer.kind,
            deadline_ms=now_ms + ttl_s * 1000,
            changed_ms=now_ms,
            issuer=spec.issuer,
            server=call.server,
            tool=call.tool,
            grant=spec.grant,
            guard=self.world.guard_id,
        )

    async def reserved(self, lease: Lease, issuer: Issuer) -> Lease:
        """Write down that a secret will be asked for; return the row, with its name at the target.

        Raises:
            Refused: `tool_quarantined`: an earlier credential could not be revoked.
            Unavailable: the journal failed.
        """
        lease = replace(lease, handle=issuer.handle(lease))
        event = _event("lease_reserved", lease, lease.changed_ms)
        await self.world.leases.reserve(lease, [event])
        return lease

    async def issued(self, lease: Lease, credential: Credential) -> Credential:
        """Write down that the secret exists, and return it.

        Raises:
            Unavailable: the journal failed.
        """
        now_ms = self.world.clock.now_ms()
        binding = int(credential.binding)
        # A static secret may be short enough to be found from its digest: the row has none.
        digest = sha256(credential.secret.encode()).hexdigest() if binding else ""

        def issued(row: Lease) -> Lease:
            return replace(row.issued(digest, now_ms), binding=binding)

        event = _event("credential_issued", lease, now_ms, binding=binding)
        # Where it was recalled while its target was asked, `deliver` refuses.
        await self.world.leases.advance(lease.id, issued, [event])
        return credential

    async def deliver(self, leased: Leased | None) -> None:
        """Write down that the secret goes to the wire now.

        Raises:
            Refused: `session_ended`, `session_suspended`: that is why it was revoked.
            Unavailable: `credential_recalled`: it was revoked since it was made.
        """
        if leased is None:
            return
        now_ms = self.world.clock.now_ms()

        def delivered(row: Lease) -> Lease:
            if row.state is not LeaseState.ISSUED:
                return row
            return row.after(LeaseEvent.HANDED_OVER, now_ms)

        event = Event(
            kind="credential_delivered",
            at_ms=now_ms,
            session=leased.session,
            call=leased.call,
            leaf={"lease": leased.id, "handle": leased.handle, "binding": leased.binding},
        )
        row = await self.world.leases.advance(leased.id, delivered, [event])
        if row.state is not LeaseState.DELIVERED:
            refuse_closed(await self.world.sessions.get(leased.session))  # which says more
            raise Unavailable(
                "The credential was taken back before the call began.",
                code="credential_recalled",
                next_step="Make the call again if you still may.",
            )

    async def end(self, leased: Leased | None, refused: str) -> None:
        """Revoke at the target what the call left there; a failure is left to the watchdog.

        `refused` is why the server did not take the credential, empty = it did.
        """
        if leased is None:
            return
        with suppress(GuardError):  # a clock that fails now hides no result: it is not counted
            taken, now_ms = refused != TURNED_AWAY, self.world.clock.now_ms()
            self.world.refusals.told(leased.toward, taken=taken, now_ms=now_ms)
        if not leased.issuer.leaves_object:
            return
        # The tool ran and its outcome is recorded: a target that cannot be reached now must not
        # make the caller believe that nothing happened.
        await Revoking(world=self.world).tried(leased.id, "ended")

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
            grant=spec.grant,
            arguments=call.arguments,
            approval=_evidence(approval) if approval else None,
            risk=facts.risk.session,
            device_compliant=facts.risk.device_compliant,
        )

    def _no(self, code: str, facts: Facts, detail: str) -> NotAllowed:
        basis = Basis(bundle="", slice="")
        return NotAllowed(Deny(code=code, basis=basis, detail=detail), call_id=facts.call.id)


def _evidence(approval: Approval) -> ApprovalEvidence:
    yes = [vote for vote in approval.votes if vote.decision == "approve"]
    return ApprovalEvidence(
        id=approval.id,
        by=tuple(vote.voter.principal for vote in yes),
        method=yes[0].method if yes else "policy",
        at_ms=approval.decided_ms,
    )


def _event(kind: Kind, lease: Lease, now_ms: int, **more: int) -> Event:
    leaf = {
        "lease": lease.id,
        "handle": lease.handle,
        "issuer": lease.issuer,
        "credential": lease.kind,
    }
    return Event(
        kind=kind,
        at_ms=now_ms,
        session=lease.session,
        call=lease.call_id,
        leaf={**leaf, "grant": lease.grant, **more},
    )


def drawn(ids: Ids) -> str:
    """Return a new lease id of 127 random bits.

    Without the first one it never begins with a dash, which a command line takes for an option.
    """
    raw = ids.token(16)
    return token_id(bytes([raw[0] & 0x7F]) + raw[1:])
