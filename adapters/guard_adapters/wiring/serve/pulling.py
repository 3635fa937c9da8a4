"""Where the servers of attached relays pull credentials from, also after the guard was restarted.

A server knows the places that it was started with. The guard seals them for its relay, and one that
starts later opens the same ones for whoever brings such a seal: made by this installation, for this
server, and for the very process that comes with it.
"""

import hmac
import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from hashlib import sha256

from guard_adapters.front.hooks.child import Hooks, Unreachable, hooked, told
from guard_adapters.front.hooks.gate import NOTHING, Given, HookGate
from guard_adapters.front.mcp.socket.frames import Pulled
from guard_adapters.wiring.build import Wired


@asynccontextmanager
async def pulling(
    wired: Wired, upstream: str, pid: int, before: Pulled | None
) -> AsyncGenerator[Hooks | None]:
    """Open what the server of one attached relay may pull from, for as long as the block runs.

    Args:
        wired: the guard.
        upstream: the server's name.
        pid: the relay's process.
        before: what its server was started with; None: it has not been started yet.
    """
    server = wired.bundle.catalog.servers.get(upstream)
    if server is None or not server.hooks:
        yield None
        return
    async with AsyncExitStack() as stack:
        given = NOTHING if before is None else before.environ
        whole = before is None or (
            told(server.hooks, given)
            and hmac.compare_digest(before.sealed, _seal(wired.seal_key, upstream, pid, given))
        )
        try:
            opening = hooked(server.hooks, wired.world.clock, HookGate(pid), given)
            hooks = await stack.enter_async_context(opening) if whole else Unreachable()
        except OSError:
            if before is None:
                raise
            hooks = Unreachable()
        hooks.sealed = _seal(wired.seal_key, upstream, pid, hooks.environ)
        yield hooks


def _seal(key: bytes, upstream: str, pid: int, given: Given) -> str:
    said = json.dumps([upstream, pid, dict(given)], sort_keys=True, separators=(",", ":"))
    return hmac.new(key, b"guard/pulls/v1\0" + said.encode(), sha256).hexdigest()
