"""Puts the reviewer's console before one guard."""

from starlette.requests import Request
from starlette.routing import BaseRoute

from guard.errors import Unusable
from guard_adapters.console.app import SignedIn, console_routes
from guard_adapters.console.origin import origin_of
from guard_adapters.wiring.build import Wired


class NobodyYet:
    """The door of a guard whose reviewers have no passkeys: it stays shut."""

    async def signed_in(self, request: Request) -> SignedIn | None:  # noqa: ARG002  the door's shape
        """Return None."""
        return None


def routes(wired: Wired, url: str) -> list[BaseRoute]:
    """Return the console's routes; none where no browser would make a passkey for this URL."""
    try:
        origin = origin_of(url)
    except Unusable:
        return []
    return console_routes(origin=origin, door=NobodyYet(), token=wired.world.ids.token)
