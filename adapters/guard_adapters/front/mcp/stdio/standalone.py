"""Run a stdio server with the whole guard in the relay's own process.

For one server on one machine without a running guard. Histories of several servers are then
apart, so rules about chains across servers cannot hold; attach to a running guard for those.
"""

from collections.abc import Mapping, Sequence

from guard_adapters.front.mcp.front import GuardFront
from guard_adapters.front.mcp.stdio.child import Command
from guard_adapters.front.mcp.stdio.desk import FrontDesk, Place
from guard_adapters.front.mcp.stdio.run import relay


async def standalone(
    front: GuardFront, command: Sequence[str], place: Place, env: Mapping[str, str]
) -> int:
    """Run `command` behind `front` in the loop that is running; return its exit code.

    Raises:
        Unusable: the server cannot be started.
    """
    return await relay(FrontDesk(front, place), Command(argv=tuple(command), env=env))
