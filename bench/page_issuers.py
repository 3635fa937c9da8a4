"""The part of docs/benchmarks.md about credentials: what each issuer costs at its real target."""

from __future__ import annotations

from typing import Any

from kept import found

TEXT = """
## Credentials, each at its real target (`python bench/run.py issuers call_token`)

One credential is made, used once at the target as a tool would, and taken back; medians in
milliseconds of wall time, on the machine of this page. *Use* is nearly all the target's: a TLS
handshake and a query, a login and a command, a signed request. What takes back nothing (0) is what
runs out by itself.

| issuer | mint | use | revoke |
|---|---|---|---|
{rows}

A signal to the end of a live SQL session, through the guard's own code: a role's {role} ms p50 and
{role99} ms p99, a certificate's {cert} and {cert99} ms, one of OpenBao's {bao} and {bao99} ms.
"""

LEVEL = """
What a level 3 call token adds to one MCP call, both ends together: {added} ms CPU ({bare} ms is the
call without); of it {mint} us are the mint and {verify} us the verification.
"""


def credentials() -> str:
    """Return the section, from what `bench/issuers.py` and `bench/call_token.py` printed."""
    held = found("issuers")
    rows = [
        f"| {_named(name)} | {one['mint_ms']:g} | {one['use_ms']:g} | {one['revoke_ms']:g} |"
        for name, one in held.items()
        if isinstance(one, dict) and "mint_ms" in one
    ]
    kinds = ("postgres_role", "postgres_cert", "openbao")
    role, cert, bao = (held[f"signal to cut, {kind}"] for kind in kinds)
    text = TEXT.format(
        rows="\n".join(rows),
        role=role["p50_ms"],
        role99=role["p99_ms"],
        cert=cert["p50_ms"],
        cert99=cert["p99_ms"],
        bao=bao["p50_ms"],
        bao99=bao["p99_ms"],
    )
    return text + _level(found("call_token"))


def _level(held: dict[str, Any]) -> str:
    alone = held["level 3, alone"]
    return LEVEL.format(
        added=held["level 3, added_ms"],
        bare=held["bare_ms"],
        mint=alone["mint_us"],
        verify=alone["verify_us"],
    )


def _named(name: str) -> str:
    kind, _, more = name.partition(", ")
    return f"`{kind}`{', ' + more if more else ''}"
