"""What `guard serve` answers gateways: AuthZEN evaluations, and ToolHive's webhook.

Both have a key of their own in the state folder. Whom a gateway names is a person of that gateway,
`gateway|name`, and never one whose token the guard itself has checked.
"""

from functools import lru_cache

from starlette.routing import BaseRoute

from guard.model.identity import Agent, Principal, Who
from guard_adapters.front.gateways.asking import GatewayDesk
from guard_adapters.front.gateways.authzen import authzen_routes
from guard_adapters.front.gateways.toolhive import ToolHive
from guard_adapters.front.intake import Intake
from guard_adapters.wiring.build import Wired
from guard_adapters.wiring.keys import secret
from guard_adapters.wiring.seat import Seat


class Gateways:
    """The routes for gateways, and what they have under way."""

    def __init__(self, wired: Wired, url: str) -> None:
        keys = wired.loaded.state / "keys"
        run_ms = wired.guard.settings.tool_timeout_s * 1000

        @lru_cache(maxsize=1024)
        def intake(person: str, agent: str) -> Intake:
            whom = Principal(issuer="gateway", subject=person)
            seat = Seat(wired, Who(principal=whom, agent=Agent(id=agent)))
            return Intake(calls=seat, run_ms=run_ms)

        self._desk = GatewayDesk(intake)
        hive = ToolHive(
            self._desk,
            secret(keys / "toolhive.key").hex().encode(),
            lambda: wired.world.clock.now_ms() // 1000,
        )
        token = secret(keys / "gateway.key").hex()
        self.routes: list[BaseRoute] = [
            *authzen_routes(self._desk, token, url),
            *hive.routes(),
        ]

    async def aclose(self) -> None:
        """Give up calls whose end no gateway has told."""
        await self._desk.aclose()
