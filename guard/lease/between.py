"""A credential for what a caller sends between calls: `initialize`, lists, pings, subscriptions.

Nobody judged a call, so it carries the one grant that the catalogue has for such messages, for one
session at one server. It is journalled like that of a call, and ends with its session, a stop, or
its own time. It keeps no secret and sends nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from guard.errors import GuardError, Refused, Unavailable
from guard.grant.credential import BoundCaller, Credential
from guard.grant.lease import Lease, LeaseState
from guard.grant.refusals import Toward
from guard.lease.issuing import Leased, Leasing, drawn
from guard.lease.revoking import Revoking
from guard.model.access import Access, Level
from guard.model.kill import stopped
from guard.policy.catalog_server import ServerSpec
from guard.ports import World
from guard.ports.between import IssuesBetween
from guard.session.narrowing import access_of, standing
from guard.session.state import Session, refuse_closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """Leases credentials that belong to no call."""

    world: World

    async def may(self, session_id: str, server: ServerSpec) -> Session:
        """Return the session if something may be sent to this server in it now.

        Raises:
            Refused: `session_unknown`, `session_ended`, `session_suspended`, `access_narrowed`,
                `stopped_by_operator`.
            Unavailable: the store failed.
        """
        session = await self.world.sessions.get(session_id)
        refuse_closed(session)
        if stopped(self.world.kills.standing(), server.name, "", session.who) is not None:
            raise Refused(
                "An operator has stopped this.",
                code="stopped_by_operator",
                next_step="Do not try again; tell the person you work for.",
            )
        if access_of(session.narrowings).level is Level.STOPPED:
            raise _narrowed("Nothing may be sent in this session for now.")
        return session

    def grant(self, session: Session, server: ServerSpec) -> str:
        """Return what narrowings leave of the grant for such messages, whose words are scopes.

        Raises:
            Refused: `access_narrowed`: nothing.
            Unavailable: `issuer_unknown`.
        """
        access, least_s = access_of(session.narrowings), self._issuer(server).min_ttl_s
        if access.max_ttl_s is not None and access.max_ttl_s < least_s:
            raise _narrowed(f"Its credentials live {least_s} s at least.")
        if access.scopes is None:
            return server.between
        left = " ".join(one for one in server.between.split() if one in access.scopes)
        if not left:
            raise _narrowed("None of the scopes for messages between calls is left to it.")
        return left

    def _issuer(self, server: ServerSpec) -> IssuesBetween:
        issuer = self.world.issuers.get(server.issuer)
        if not isinstance(issuer, IssuesBetween):
            raise Unavailable(
                f"The issuer {server.issuer!r} makes nothing for messages between calls.",
                code="issuer_unknown",
                next_step="List it under guard.issuers and start the guard again.",
            )
        return issuer

    def toward(self, session: Session, server: ServerSpec) -> Toward:
        """Return where a credential of this session goes, and for whom."""
        return server.issuer, server.name, server.between, session.who.key

    def told(self, toward: Toward, *, taken: bool) -> None:
        """Note whether the server took such a credential."""
        self.world.refusals.told(toward, taken=taken, now_ms=self.world.clock.now_ms())

    async def stands(self, lease_id: str) -> bool:
        """Return whether a credential that was handed over has not been taken back since."""
        row = await self.world.leases.lease(lease_id)
        return row is not None and row.state is LeaseState.DELIVERED

    async def outgrown(self, session: Session) -> Sequence[str]:
        """Return the leases between calls that carry more than is left to a session by now.

        Raises:
            Unavailable: the journal failed.
        """
        if not standing(session.narrowings):
            return ()
        access, now_ms = access_of(session.narrowings), self.world.clock.now_ms()
        rows = await self.world.leases.unsettled_of(session.id)
        return [row.id for row in rows if not row.call_id and _outgrown(row, access, now_ms)]

    async def take_back(self, lease_id: str, why: str) -> None:
        """End a credential that nobody will use any more, or may.

        Raises:
            Unavailable: the journal failed.
        """
        revoking = Revoking(world=self.world)
        await revoking.tried_all(await revoking.marked_by_id([lease_id], why))

    async def mint(self, session: Session, server: ServerSpec) -> Credential:
        """Return a new credential for messages of this session to this server.

        Raises:
            Refused: as `may`, also for what was said while it was made; `access_narrowed`: a
                narrowing leaves nothing of the grant; `grant_unusable`; `tool_quarantined`: an
                earlier one could not be revoked.
            Unavailable: `issuer_unknown`; `credentials_turned_away`; `credential_recalled`: it was
                taken back, or the grant changed, while it was made; or the journal or the issuer
                failed; the lease is left to be revoked.
        """
        issuer, maker = self._issuer(server), Leasing(world=self.world)
        grant = self.grant(session, server)
        now_ms, toward = self.world.clock.now_ms(), self.toward(session, server)
        most_s = access_of(session.narrowings).max_ttl_s or issuer.max_ttl_s
        self.world.refusals.refuse(toward, now_ms)
        lease = Lease(
            id=drawn(self.world.ids),
            call_id="",
            session=session.id,
            kind=issuer.kind,
            deadline_ms=now_ms + min(issuer.max_ttl_s, most_s) * 1000,
            changed_ms=now_ms,
            issuer=server.issuer,
            server=server.name,
            grant=grant,
            guard=self.world.guard_id,
        )
        lease = await maker.reserved(lease, issuer)
        bound = BoundCaller(
            server=server.name,
            audience=server.audience or server.url,
            principal=session.who.principal.subject,
            agent=session.who.agent.id,
            session=session.id,
            grant=grant,
        )
        try:
            credential = await issuer.issue_between(bound, lease)
            await maker.issued(lease, credential)
            leased = Leased(
                id=lease.id, call="", session=session.id, issuer=issuer, handle=lease.handle,
                binding=int(credential.binding), toward=toward,
            )  # fmt: skip
            await maker.deliver(leased)
        except GuardError:  # nobody uses it: it does not wait for its end
            await self.take_back(lease.id, "ended")
            raise
        await self._look_again(lease, server)
        return credential

    async def _look_again(self, lease: Lease, server: ServerSpec) -> None:
        """Take back what was written down after the word that would have recalled it."""
        try:
            session = await self.may(lease.session, server)
            same = self.grant(session, server) == lease.grant
            same = same and lease.id not in await self.outgrown(session)
        except GuardError as no:
            await self.take_back(lease.id, no.code)
            raise
        if not same:
            await self.take_back(lease.id, "access_narrowed")
            raise Unavailable(
                "What the session may changed while its credential was made.",
                code="credential_recalled",
                next_step="Send it again if you still may.",
            )


def _outgrown(row: Lease, access: Access, now_ms: int) -> bool:
    over = access.level is Level.STOPPED
    wide = access.scopes is not None and not access.scopes.issuperset(row.grant.split())
    most_ms = None if access.max_ttl_s is None else now_ms + access.max_ttl_s * 1000
    return over or wide or (most_ms is not None and row.deadline_ms > most_ms)


def _narrowed(why: str) -> Refused:
    return Refused(
        f"The session was narrowed. {why}",
        code="access_narrowed",
        next_step="`reasons` of a refused call say what gives it back.",
    )
