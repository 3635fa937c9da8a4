"""Measures what an upstream verifies of a call token, and keeps the answer for a day.

It asks with tokens of this installation's own key, for a tool that does not exist. What was
measured counts for this server as guard.yaml has it now: another address, audience or tool
definition, and it has to be measured again.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from mcp import Client, MCPError, StdioServerParameters

from guard.errors import Unusable
from guard.grant.credential import TYP, BoundCall, call_claims, token_id
from guard.grant.proving import EXPECTED, PROBE_TOOL, refusal_code
from guard.grant.signing import args_s256, compact, signing_input
from guard_adapters.front.mcp.gate import TOKEN_KEY
from guard_adapters.issuer.local_key import LocalSigner
from guard_adapters.store.clock import SystemClock, SystemIds
from guard_adapters.wiring.load import Loaded
from guard_adapters.wiring.proven import keep, setup_digest

WAIT_S: Final = 20
_ASKED: Final[Mapping[str, Any]] = {"probe": "guard"}
_HOUR_MS: Final = 3_600_000


async def measured(loaded: Loaded, name: str) -> dict[str, str]:
    """Ask a server of the catalogue, keep what it showed, and return it by call of the row.

    Raises:
        Unusable: `server_unknown`, `probe_unsupported` or `server_unreachable`.
    """
    server = loaded.catalog.servers.get(name)
    if server is None or not (server.url or server.command):
        raise Unusable(
            f"guard.yaml says neither a URL nor a command for {name!r}.",
            code="server_unknown",
            where=str(loaded.file),
            next_step="Add `url:` or `command:` to the server.",
        )
    if not server.audience or server.delivery != "meta":
        raise Unusable(
            f"The server {name!r} is sent no call token in `_meta`.",
            code="probe_unsupported",
            where=str(loaded.file),
            next_step="Set `audience:` and `delivery: meta`; other deliveries count as L1.",
        )
    signer = LocalSigner.from_file(loaded.state / "keys" / "calltoken.pem")
    tokens = await _tokens(signer, loaded.installation.name, name, server.audience)
    target = server.url or StdioServerParameters(
        command=server.command[0], args=list(server.command[1:]), env=dict(server.environ) or None
    )
    try:
        async with asyncio.timeout(WAIT_S), Client(target) as client:
            shown = {call: await _answer(client, token) for call, token in tokens.items()}
    except Exception as error:  # noqa: BLE001  the SDK raises groups and own types: no answer
        raise Unusable(
            f"The server {name!r} did not answer ({type(error).__name__}).",
            code="server_unreachable",
            next_step="Start it by hand to see what it says, then try again.",
        ) from None
    keep(loaded.state, name, setup_digest(loaded.catalog, name), shown, SystemClock().now_ms())
    return shown


async def _answer(client: Client, token: str | None) -> str:
    meta: Any = {} if token is None else {TOKEN_KEY: token}
    try:
        await client.call_tool(PROBE_TOOL, dict(_ASKED), meta=meta)
    except MCPError as refused:
        return refusal_code(refused.data)
    return refusal_code(None)


async def _tokens(
    signer: LocalSigner, issuer: str, server: str, audience: str
) -> dict[str, str | None]:
    """Return the token of each call of the row, None for the one without."""
    stranger = LocalSigner(ec.generate_private_key(ec.SECP256R1()))
    now_ms = SystemClock().now_ms()

    async def token(
        by: LocalSigner = signer,
        to: str = audience,
        tool: str = PROBE_TOOL,
        arguments: Mapping[str, Any] = _ASKED,
        at_ms: int = now_ms,
    ) -> str:
        ids = SystemIds()
        call = BoundCall(
            call_id=f"probe_{ids.token(8).hex()}",
            server=server,
            tool=tool,
            args_s256=args_s256(tool, dict(arguments)),
            audience=to,
            principal="guard",
            agent="guard-check",
            session="probe",
        )
        claims = call_claims(call, issuer=issuer, jti=token_id(ids.token(16)), now_ms=at_ms)
        head = {"alg": by.alg, "kid": signer.kid, "typ": TYP}
        signed = signing_input(head, claims)
        return compact(signed, await by.sign(signed))

    good = await token()
    made: dict[str, str | None] = {
        "without": None,
        "forged": await token(by=stranger),
        "elsewhere": await token(to=f"{audience}/elsewhere"),
        "late": await token(at_ms=now_ms - _HOUR_MS),
        "other_tool": await token(tool="another_tool"),
        "other_arguments": await token(arguments={"probe": "other"}),
        "good": good,
        "again": good,
    }
    return {name: made[name] for name in EXPECTED}
