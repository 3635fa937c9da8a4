"""What `guard doctor` says of untrusted servers, where every permit wants a trusted one."""

from collections.abc import Iterator

from guard.policy.trusting import wants_trust
from guard_adapters.cli.doctor_people import few
from guard_adapters.wiring.load import Loaded


def untrusted(loaded: Loaded) -> Iterator[tuple[str, str]]:
    """Say which servers' confirmed tools no rule can permit, since the server is untrusted."""
    barred: dict[str, list[str]] = {}
    for spec in loaded.catalog.specs():
        if not spec.confirmed or spec.server_trusted:
            continue
        found = loaded.bundle.slice_of(spec.server, spec.tool)
        rules = found.rules.values() if found is not None else ()
        permits = [one for one in rules if one.kind == "permit" and one.mode == "enforce"]
        if permits and all(wants_trust(one) for one in permits):
            barred.setdefault(spec.server, []).append(spec.tool)
    for server, tools in barred.items():
        text = f"Server {server!r} is untrusted, and every rule that would permit {few(tools)} asks"
        tail = "calls are denied (no_permit). Set trust: trusted, if you would let it see what it"
        yield "server_untrusted", f"{text} for a trusted one: {tail} is sent; or write a rule."
