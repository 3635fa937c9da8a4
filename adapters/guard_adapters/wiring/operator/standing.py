"""What the operator's routes about standing yeses do to one guard. It says yes to nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.routing import Route

from guard.audit.event import Event
from guard.errors import Unavailable
from guard.grant.plan import Plan
from guard.grant.report import StepUpReport, reported
from guard.grant.scoped import Grant
from guard.grant.votes import Vote, Voter
from guard.model.call import Json
from guard.ports.asked import MOST_ROWS
from guard.session.state import Session, resumed
from guard.stepup.granting import Granting
from guard.stepup.planning import Planning, planned_from
from guard_adapters.console.origin import origin_of
from guard_adapters.front.operator.routes import unusable
from guard_adapters.front.operator.standing import standing_routes
from guard_adapters.wiring.build import Wired
from guard_adapters.wiring.operator.desk import OPERATOR
from guard_adapters.wiring.operator.tasks import over
from guard_adapters.wiring.state.keys import secret


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorStanding:
    """One guard's standing yeses as its operator may change them: fulfils `StandingDesk`."""

    wired: Wired
    url: str

    @property
    def granting(self) -> Granting:
        """Return what finds, proposes and ends standing yeses."""
        return Granting(world=self.wired.world, open_plans=self.wired.guard.settings.open_prompts)

    def console(self) -> str:
        """Return where reviewers find the console.

        Raises:
            Unusable: no browser would make a passkey for the guard's address.
        """
        return origin_of(self.url).url

    def now_ms(self) -> int:
        """Return the moment."""
        return self.wired.world.clock.now_ms()

    async def grants(self) -> Sequence[Grant]:
        """Return grants, oldest first, ended ones too."""
        return await self.granting.grants()

    async def grant(self, grant_id: str) -> Grant:
        """Return one grant."""
        return await self.granting.grant(grant_id)

    async def revoke_grant(self, grant_id: str) -> Grant:
        """Take one grant back."""
        return await self.granting.revoke(grant_id, OPERATOR)

    async def plans(self, *, open_only: bool) -> Sequence[Plan]:
        """Return plans, oldest first."""
        return await self.granting.plans(open_only=open_only)

    async def plan(self, plan_id: str) -> Plan:
        """Return one plan."""
        return await self.granting.plan(plan_id)

    async def propose(self, session_id: str, said: Mapping[str, Json]) -> Plan:
        """Ask people about declared calls of a session.

        Args:
            session_id: the session.
            said: {calls: [...], ttl_s?}; see `guard.stepup.planning.planned_from`.

        Raises:
            Unusable: `request_unusable`, `plan_unusable`, `reach_unusable`; Refused: as `Planning`.
        """
        settings = self.wired.guard.settings
        ttl_s = said.get("ttl_s", settings.scoped_grant_ttl_s)
        if set(said) - {"calls", "ttl_s"} or type(ttl_s) is not int:
            raise unusable("expected calls and, at will, ttl_s as a whole number of seconds")
        planned = planned_from(said.get("calls"), uses=settings.scoped_grant_uses)
        planning = Planning(world=self.wired.world, judging=self.wired.guard.judging())
        return await planning.propose(session_id, planned, ttl_s=ttl_s, by=OPERATOR)

    async def deny_plan(self, plan_id: str, reason: str) -> Plan:
        """Say no to a plan."""
        vote = Vote(
            approval_id=plan_id,
            voter=Voter(principal=OPERATOR),
            decision="deny",
            method="operator-token",
            at_ms=self.now_ms(),
            reason=reason,
        )
        return await self.granting.vote(vote)

    async def revoke_plan(self, plan_id: str) -> Plan:
        """Take a plan back, with its grants."""
        return await self.granting.end_plan(plan_id, OPERATOR)

    async def resume(self, session_id: str) -> None:
        """Let a suspended session go on; denials up to now no longer count.

        Raises:
            Refused: `session_unknown`, `session_ended`: an ended one never goes on.
        """
        now_ms = self.now_ms()

        def change(session: Session) -> Session:
            if session.ended_at_ms:
                raise over()
            return resumed(session, now_ms)

        await self.wired.world.sessions.update(session_id, change)
        leaf: dict[str, Json] = {"by": OPERATOR}
        event = Event(kind="session_resumed", at_ms=now_ms, session=session_id, leaf=leaf)
        await self.wired.world.sink.write([event])

    async def report(self, since_ms: int) -> Mapping[str, Json]:
        """Return figures of what people were asked since then."""
        return (await self.figures(since_ms)).as_json()

    async def figures(self, since_ms: int) -> StepUpReport:
        """Return the same figures for pages.

        Raises:
            Unavailable: `no_report`: this store does not look back.
        """
        asked = self.wired.world.asked
        if asked is None:
            raise Unavailable("This store cannot look back.", code="no_report")
        rows = await asked.since(since_ms)
        return reported(
            rows,
            calls=await asked.calls(since_ms),
            since_ms=since_ms,
            now_ms=self.now_ms(),
            complete=len(rows) < MOST_ROWS,
        )


def routes(wired: Wired, url: str) -> list[Route]:
    """Return the operator's routes about standing yeses over one guard."""
    token = secret(wired.loaded.state / "keys" / "operator.key").hex()
    return standing_routes(OperatorStanding(wired=wired, url=url), token)
