"""What `guard doctor --connect` says of servers: who does not answer, and whose tools changed.

It starts those that are commands, as the guard does, and lists their tools; it calls none.
"""

import asyncio
from typing import Final
from urllib.parse import urlsplit

from guard.errors import GuardError, Unusable
from guard.policy.catalog_server import ServerSpec
from guard_adapters.cli.doctor_people import few
from guard_adapters.wiring.load import Loaded

CONNECT_S: Final = 2

Said = tuple[str, str]


def reached_servers(loaded: Loaded) -> list[Said]:
    """Try every server of the catalogue that has a URL or a command, all at once."""
    return asyncio.run(_all(loaded))


async def _all(loaded: Loaded) -> list[Said]:
    servers = [one for one in loaded.catalog.servers.values() if one.url or one.command]
    return [
        said
        for one in await asyncio.gather(*(_one(loaded, one) for one in servers))
        for said in one
    ]


async def _one(loaded: Loaded, server: ServerSpec) -> list[Said]:
    if server.url and (unreached := await _reach(server.name, server.url)):
        return [unreached]
    return await _definitions(loaded, server) if server.protocol == "mcp" else []


async def _reach(name: str, url: str) -> Said | None:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with asyncio.timeout(CONNECT_S):
            _, writer = await asyncio.open_connection(parts.hostname, port)
    except (OSError, TimeoutError) as error:
        why = getattr(error, "strerror", None) or "no answer"
        return "server_unreachable", f"Server {name!r} at {parts.hostname}:{port}: {why}."
    writer.close()
    return None


async def _definitions(loaded: Loaded, server: ServerSpec) -> list[Said]:
    try:
        from guard_adapters.cli.pin import ASKING, published  # noqa: PLC0415  loads the MCP SDK
    except ModuleNotFoundError:
        return [("note", f"What {server.name!r} lists was not compared: that needs mcp 2.3.")]
    try:
        found = await published(loaded, server.name, ASKING)
    except Unusable as wrong:
        if wrong.code != "server_unreachable":  # it is there, and lists its tools to others
            return [("note", f"What {server.name!r} lists was not compared: {wrong.message}")]
        return [("server_unreachable", f"Server {server.name!r}: {wrong.message}")]
    except GuardError as none:
        return [("note", f"What {server.name!r} lists was not compared: {none.message}")]
    changed = sorted(one.tool.name for one in found if one.state == "changed")
    if not changed:
        return []
    text = f"Server {server.name!r} changed {few(changed)}: calls of them are refused."
    return [("tools_changed", f"{text} See what, and accept it: guard pin diff {server.name}.")]
