"""What `guard serve` answers gateways: AuthZEN evaluations, ToolHive's webhook, agentgateway.

AuthZEN and agentgateway bear one key of the state folder, ToolHive signs with another. Whom a
gateway names is a person of that gateway, `gateway|name`, and never one whose token was checked.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache

from starlette.routing import BaseRoute

from guard.model.identity import Agent, Principal, Who
from guard_adapters.front.gateways.asking import GatewayDesk
from guard_adapters.front.gateways.authzen import authzen_routes
from guard_adapters.front.gateways.ext_mcp import ExtMcp, answering
from guard_adapters.front.gateways.toolhive import ToolHive
from guard_adapters.front.intake import Intake
from guard_adapters.front.mcp.upstream.server import HttpServer
from guard_adapters.wiring.build import Wired
from guard_adapters.wiring.seat import Seat
from guard_adapters.wiring.state.keys import secret


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

        self._wired = wired
        self._desk = GatewayDesk(intake)
        self._rewriting = GatewayDesk(intake, rewrites=True)
        hive = ToolHive(
            self._desk,
            secret(keys / "toolhive.key").hex().encode(),
            lambda: wired.world.clock.now_ms() // 1000,
        )
        token = secret(keys / "gateway.key").hex()
        self.ext_mcp = ExtMcp(self._rewriting, token, self._server)
        self.routes: list[BaseRoute] = [
            *authzen_routes(self._desk, token, url),
            *hive.routes(),
        ]

    @asynccontextmanager
    async def answering(self) -> AsyncIterator[str]:
        """Answer agentgateway while open; yield where, empty unless a port is set for it.

        Raises:
            Unusable: `extra_missing`, `address_in_use`.
        """
        serve = self._wired.loaded.installation.serve
        if serve.ext_mcp_port is None:
            yield ""
            return
        host = f"[{serve.ext_mcp_host}]" if ":" in serve.ext_mcp_host else serve.ext_mcp_host
        async with answering(self.ext_mcp, f"{host}:{serve.ext_mcp_port}") as port:
            yield f"{host}:{port}"

    def _server(self, name: str) -> HttpServer | None:
        found = self._wired.bundle.catalog.servers.get(name)
        if found is None:
            return None
        return HttpServer(name=name, url=found.url, delivery=found.delivery)

    async def aclose(self) -> None:
        """Give up calls whose end no gateway has told."""
        await self._desk.aclose()
        await self._rewriting.aclose()
