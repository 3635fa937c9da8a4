"""Who attaches to the running guard beside relays: hooks of coding agents, processes of frameworks.

All of them are processes of the user who runs the guard. A hook acts for that person; a framework's
process names the person it works for, and is believed, but never as an issuer's.
"""

from collections.abc import Mapping
from functools import partial

from guard.model.identity import Agent, Principal, Who
from guard_adapters.front.coding.agents import HookDesk
from guard_adapters.front.coding.end import HookEnd
from guard_adapters.front.intake import Intake
from guard_adapters.front.mcp.socket.attachments import Guest
from guard_adapters.front.seats import SeatEnd
from guard_adapters.wiring.build import Wired
from guard_adapters.wiring.seat import Seat
from guard_adapters.wiring.state.places import person


class Guests:
    """Makes the guard's ends for guests, and ends what they have under way when the guard stops."""

    def __init__(self, wired: Wired) -> None:
        self._wired = wired
        self._desks: dict[str, HookDesk] = {}

    def kinds(self) -> Mapping[str, Guest]:
        """Return who may attach, by the member of the first frame that says so."""
        return {"hook": partial(HookEnd, self._desk), "seat": partial(SeatEnd, self._seat)}

    async def aclose(self) -> None:
        """Give up the calls that coding agents run: nobody can tell how they end."""
        for desk in self._desks.values():
            await desk.aclose()

    def _desk(self, agent: str) -> HookDesk:
        if agent not in self._desks:
            self._desks[agent] = self._made(agent)
        return self._desks[agent]

    def _made(self, agent: str) -> HookDesk:
        who = Who(principal=Principal(issuer="os", subject=person()), agent=Agent(id=agent))
        settings, own = self._wired.guard.settings, self._wired.loaded.installation.agents
        hold_s = own[agent].hold_s if agent in own else settings.hold_s
        intake = Intake(
            calls=Seat(self._wired, who),
            hold_ms=hold_s * 1000,
            run_ms=settings.tool_timeout_s * 1000,
        )
        return HookDesk(intake, agent, most_open=max(1, settings.in_flight // 2))

    def _seat(self, subject: str, agent: str) -> Seat:
        whom = Principal(issuer="attached", subject=subject)
        return Seat(self._wired, Who(principal=whom, agent=Agent(id=agent)))
