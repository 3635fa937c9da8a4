"""What an operator does about how far a session may go: narrow it, give back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from guard.errors import Unusable
from guard.model.access import Access
from guard.ports import World
from guard.reauthorize import Reauthorizing
from guard.session.state import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrowingDesk:
    """The sessions of one guard. `accesses` returns those of the policy in force, by name."""

    world: World
    reauthorizing: Reauthorizing
    accesses: Callable[[], Mapping[str, Access]]

    async def narrow(self, session_id: str, access: str, reason: str) -> Session:
        """Narrow a session.

        Raises:
            Unusable: `access_unknown`; Refused: `session_unknown`.
        """
        named = self.accesses()
        if access not in named:
            raise Unusable(
                f"Access {access!r} is not one of {', '.join(sorted(named))}.",
                code="access_unknown",
                next_step="Name one of these, or add it to `access` in guard.yaml.",
            )
        return await self.reauthorizing.narrow(session_id, named[access], reason)

    async def give_back(self, session_id: str, narrowing: str) -> Session:
        """End narrowings.

        Raises:
            Refused: `session_unknown`; `narrowing_stays`: there is none that an operator may end.
        """
        return await self.reauthorizing.give_back(session_id, "operator", narrowing)

    def now_ms(self) -> int:
        """Return Unix time (milliseconds)."""
        return self.world.clock.now_ms()
