"""What `guard doctor` says of credentials: servers that may want one with more than calls."""

from collections.abc import Iterator

from guard.grant.credential import ACCESS_TOKEN
from guard_adapters.wiring.load import Loaded


def between(loaded: Loaded) -> Iterator[tuple[str, str]]:
    """Say which servers get tokens of an authorization server with calls of tools alone."""
    listed = loaded.installation.issuers
    for server in loaded.catalog.servers.values():
        kind = listed.get(server.issuer, {}).get("kind")
        if kind == ACCESS_TOKEN and server.url and server.protocol == "mcp" and not server.between:
            yield (
                "note",
                (
                    f"Server {server.name!r} gets tokens with calls of tools alone. If it wants "
                    "one with initialize and tools/list, too, set `between:` of its credential to "
                    "scopes for these."
                ),
            )
