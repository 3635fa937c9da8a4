"""What `guard doctor` says of credentials: who may want more of them, and what was left of some."""

from collections.abc import Iterator
from datetime import UTC, datetime

from guard.grant.credential import ACCESS_TOKEN
from guard_adapters.store.clock import SystemClock
from guard_adapters.wiring.load import Loaded
from guard_adapters.wiring.proving.probed import left_at


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


def probes(loaded: Loaded) -> Iterator[tuple[str, str]]:
    """Say which tokens of measurements may still be good at their authorization server."""
    for one in left_at(loaded.state, SystemClock().now_ms()):
        until = datetime.fromtimestamp(one.until_ms / 1000, UTC).isoformat(timespec="seconds")
        yield (
            "probe_left",
            (
                f"A token of `guard check upstream` could not be taken back: {one.handle} of "
                f"issuer {one.issuer!r} is good until {until}: revoke it at that server."
            ),
        )
