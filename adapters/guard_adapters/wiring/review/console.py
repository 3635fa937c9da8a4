"""Puts the reviewer's console before one guard: people, passkeys, answers. It decides nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.routing import BaseRoute

from guard.errors import Refused, Unusable
from guard.grant.assertion import Place
from guard.grant.people import Limits
from guard.model.call import Json
from guard.stepup.admitting import Admitting
from guard.stepup.answering import Answering
from guard.stepup.granting import Granting
from guard.stepup.reviewing import Reviewing
from guard_adapters.console.acts import Acts
from guard_adapters.console.app import Page, console_routes
from guard_adapters.console.auth import Logins
from guard_adapters.console.enrol import Enrolment
from guard_adapters.console.gate import Gate
from guard_adapters.console.invites import Invites, link
from guard_adapters.console.live import Live
from guard_adapters.console.origin import Origin, origin_of
from guard_adapters.console.passkeys import Models
from guard_adapters.console.questions import Questions
from guard_adapters.console.several import Several
from guard_adapters.console.sign import Signing
from guard_adapters.console.views import Views
from guard_adapters.front.operator.people import people_routes
from guard_adapters.wiring.build import Wired
from guard_adapters.wiring.review.board import BoardDesk
from guard_adapters.wiring.state.keys import secret


def routes(wired: Wired, url: str) -> list[BaseRoute]:
    """Return the console's routes, and the operator's about reviewers.

    Where no browser would make a passkey for this URL there is no console.
    """
    token = secret(wired.loaded.state / "keys" / "operator.key").hex()
    try:
        origin = origin_of(url)
    except Unusable as without:
        return [*people_routes(PeopleDesk(wired=wired, origin=None, why=without), token)]
    gate = Gate(
        reviewers=wired.store.reviewers,
        directory=lambda: wired.directory,
        models=lambda: Models(aaguids=wired.directory.aaguids, roots=wired.loaded.roots),
        origin=origin,
        clock=wired.world.clock,
        ids=wired.world.ids,
        limits=limits(wired),
    )
    door = Logins(gate=gate)
    invites = Invites(gate=gate, door=door, admitting=admitting(wired))
    signing = Signing(reviewing=reviewing(wired, origin), door=door, origin=origin)
    settings = wired.guard.settings
    several = Several(
        answering=Answering(
            reviewing=signing.reviewing,
            granting=Granting(world=wired.world, open_plans=settings.open_prompts),
        ),
        door=door,
        origin=origin,
        uses=settings.scoped_grant_uses,
        ttl_s=settings.scoped_grant_ttl_s,
    )
    desk = BoardDesk(wired=wired)
    acts = Acts(desk=desk, reviewing=signing.reviewing, door=door, origin=origin)
    pages = (
        *Views(desk=desk).pages(),
        *Questions(
            desk=desk,
            marks=signing.reviewing.marks,
            uses=settings.scoped_grant_uses,
            ttl_s=settings.scoped_grant_ttl_s,
        ).pages(),
        Page(path="/reviewers", answer=invites.page, tab="Keys"),
        *Live(desk=desk).pages(),
    )
    parts = (acts, door, Enrolment(gate=gate), signing, several, invites)
    return [
        *people_routes(PeopleDesk(wired=wired, origin=origin), token),
        *console_routes(
            origin=origin,
            door=door,
            token=wired.world.ids.token,
            pages=pages,
            beside=[route for part in parts for route in part.routes()],
            templates=gate.frame,
        ),
    ]


def told(url: str) -> str:
    """Return where reviewers answer, or why they cannot, as a sentence."""
    try:
        return f"Reviewers answer at {origin_of(url).url}/console/."
    except Unusable as without:
        return f"There is no console for reviewers. {without.message} {without.next_step}"


def reviewing(wired: Wired, origin: Origin) -> Reviewing:
    """Return what takes the answers of reviewers."""
    return Reviewing(
        approvals=wired.world.approvals,
        reviewers=wired.store.reviewers,
        clock=wired.world.clock,
        ids=wired.world.ids,
        place=Place(origin=origin.url, rp_id=origin.rp_id),
        directory=lambda: wired.directory,
        key=wired.guard.salt,
    )


def admitting(wired: Wired) -> Admitting:
    """Return what lets reviewers in."""
    return Admitting(
        reviewers=wired.store.reviewers,
        clock=wired.world.clock,
        ids=wired.world.ids,
        directory=lambda: wired.directory,
        limits=limits(wired),
    )


def limits(wired: Wired) -> Limits:
    """Return how long what lets people in is good, as the settings say."""
    said = wired.loaded.installation.console
    return Limits(
        idle_ms=said.idle_s * 1000,
        login_ms=said.login_s * 1000,
        invite_ms=said.invite_s * 1000,
        ceremony_ms=said.ceremony_s * 1000,
        wait_ms=said.key_wait_s * 1000,
        keys=said.keys,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleDesk:
    """Reviewers as the operator may change them. `why`: why there is no console."""

    wired: Wired
    origin: Origin | None
    why: Unusable | None = None

    async def reviewers(self) -> Sequence[Mapping[str, Json]]:
        """Return every reviewer of the file, with their living keys."""
        people, inside = self.wired.directory.people, admitting(self.wired)
        accounts = {one.name: one for one in await self.wired.store.reviewers.accounts()}
        return [
            {
                "name": name,
                "principal": people[name].principal,
                "groups": [*sorted(people[name].groups)],
                "admin": people[name].admin,
                "invited_by": accounts[name].invited_by if name in accounts else "",
                "keys": [
                    {
                        "key": one.digest,
                        "device_bound": one.device_bound,
                        "enrolled_by": one.enrolled_by,
                        "synced": one.backed_up,
                        "usable_from_ms": one.usable_from_ms,
                        "used_ms": one.used_ms,
                    }
                    for one in await inside.keys(name)
                ],
            }
            for name in sorted(people)
        ]

    async def invite(self, name: str) -> str:
        """Return the link of a new invitation.

        Raises:
            Refused: `reviewer_unknown`, `admin_needed`, `no_console`.
        """
        if self.origin is None:
            raise Refused(
                self.why.message if self.why else "There is no console.",
                code="no_console",
                next_step=self.why.next_step if self.why else "",
            )
        return link(self.origin.url, await admitting(self.wired).invite_by_operator(name))

    async def reset(self, name: str) -> int:
        """Revoke every key of a reviewer, and void what they said yes to and is still open.

        Raises:
            Refused: `reviewer_unknown`.
        """
        inside = admitting(self.wired)
        principal = inside.principal(name)
        revoked = await inside.reset(name, "operator")
        if principal and self.origin is not None:
            await reviewing(self.wired, self.origin).doubt(principal)
        return revoked
