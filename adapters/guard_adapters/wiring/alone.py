"""The whole guard in the process of one stdio relay."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from guard.errors import Unusable
from guard.policy.catalog_server import ServerSpec
from guard_adapters.front.mcp.caller import Caller
from guard_adapters.front.mcp.elicitation.seal import RequestStateSeal, SealKeys
from guard_adapters.front.mcp.elicitation.server_asks import ServerRules
from guard_adapters.front.mcp.stdio.child import child_environment
from guard_adapters.front.mcp.stdio.desk import Place
from guard_adapters.front.mcp.stdio.standalone import standalone
from guard_adapters.wiring.build import Wired, build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from guard_adapters.wiring.process.slim import compiled
from guard_adapters.wiring.recovery import recover
from guard_adapters.wiring.state.places import environment, person
from guard_adapters.wiring.sweeping import swept
from guard_adapters.wiring.watchdog import watched


def run_alone(
    config: Path,
    upstream: str,
    agent: str,
    session: str,
    command: Sequence[str],
    env: Mapping[str, str],
    *,
    tell: Callable[[str], None] = lambda _: None,
) -> int:
    """Run the server behind a guard of its own; return the server's exit code.

    Without a command the catalogue's own is run. What fails behind the scenes is said to `tell`.

    Raises:
        Unusable: the configuration cannot be used, or nothing says how to start the server.
    """
    wired = build(load(config))
    wired.faults.tell = tell
    compiled()
    try:
        server = wired.bundle.catalog.servers.get(upstream)
        words = command or (server.command if server else ())
        if server is None or not words:
            raise Unusable(
                f"There is no command for the server {upstream!r}.",
                code="server_unknown",
                where=str(config),
                next_step="Add it under `servers:`, with `command:`, or give the command here.",
            )
        whole = {**child_environment(environment(), server.environ), **env}
        whose = place(wired, upstream, agent, session)
        return asyncio.run(_run(wired, words, whose, whole))
    finally:
        wired.close()


async def _run(wired: Wired, words: Sequence[str], whose: Place, env: Mapping[str, str]) -> int:
    await recover(wired)
    server = wired.bundle.catalog.servers[whose.upstream]
    async with watched(wired.world, wired.heart), swept(wired):
        if not server.hooks:
            return await standalone(Desk(wired), words, whose, env)
        from guard_adapters.front.hooks.child import hooked  # noqa: PLC0415  few servers pull

        async with hooked(server.hooks, wired.world.clock) as hooks:
            whole = {**env, **hooks.environ}
            return await standalone(Desk(wired), words, replace(whose, hooks=hooks), whole)


def place(wired: Wired, upstream: str, agent: str, session: str = "") -> Place:
    """Return whose pipe it is: the person who runs this process, and the agent they name."""
    server = wired.bundle.catalog.servers.get(upstream)
    return Place(
        upstream=upstream,
        caller=Caller(issuer="os", subject=person(), agent=agent),
        rules=ServerRules() if server is None else rules_of(server),
        rounds=RequestStateSeal(SealKeys(current=wired.seal_key)),
        session=session,
        tasks=wired.store.owners,
        token_in_meta=server is not None and bool(server.audience) and server.delivery == "meta",
    )


def rules_of(server: ServerSpec) -> ServerRules:
    """Return what this server may ask of clients."""
    return ServerRules(
        sampling=server.asks.sampling,
        roots=server.asks.roots,
        elicitation_form=server.asks.elicitation_form,
        elicitation_hosts=frozenset(server.asks.elicitation_hosts),
        unasked_answers=server.asks.unasked_answers,
    )
