"""Measures what an upstream verifies of the tokens of calls, and keeps the answer for a day.

It asks with tokens of this installation's own key, or of the authorization server that the upstream
trusts, for a tool that does not exist. What was measured counts for this server as guard.yaml has
it now: another address, audience, issuer or tool definition, and it has to be measured again.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from guard.errors import GuardError, Unusable
from guard.grant.credential import ACCESS_TOKEN, Credential
from guard.grant.proving import PROBE_TOOL, refusal_code, row
from guard.policy.catalog_server import DEFAULT_ISSUER, ServerSpec
from guard_adapters._http.carrying import Sending
from guard_adapters._http.proved import mcp_http_client
from guard_adapters.front.mcp.protocol.edge import HeaderList
from guard_adapters.front.mcp.protocol.private import TOKEN_KEY
from guard_adapters.front.mcp.upstream.between import Key, ServerToken
from guard_adapters.front.mcp.upstream.carry import Carried
from guard_adapters.issuer.made import Maker
from guard_adapters.wiring.build import token_form
from guard_adapters.wiring.credentials.proven import keep, measured_as, setup_digest
from guard_adapters.wiring.credentials.signer import signing_keys
from guard_adapters.wiring.load import Loaded, reachable
from guard_adapters.wiring.proving.between import lent, maker_of
from guard_adapters.wiring.proving.exchange import Asking, Exchanged
from guard_adapters.wiring.proving.probed import Left, keep_left
from guard_adapters.wiring.proving.tokens import ASKED, OwnTokens, Tokens

WAIT_S: Final = 20
NOBODY: Final = Asking()


async def measured(loaded: Loaded, name: str, asking: Asking = NOBODY) -> dict[str, str]:
    """Ask a server of the catalogue, keep what it showed, and return it by call of the row.

    Args:
        loaded: the installation.
        name: of the server.
        asking: for whom an authorization server is asked for tokens.

    Raises:
        Unusable: `server_unknown`, `probe_unsupported` or `server_unreachable`, or why the key
            cannot be used.
        Refused, Unavailable: the authorization server gives no token; `signer_unavailable`.
    """
    server = _server(loaded, name)
    exchange, grant = exchange_of(loaded, name)
    entry = loaded.installation.issuers[exchange] if exchange else None
    maker = maker_of(loaded)
    tokens: Tokens
    left: list[Left] = []
    if entry is not None:
        tokens = Exchanged(
            name=exchange, entry=entry, server=server, grant=grant, maker=maker, asking=asking,
            left=left,
        )  # fmt: skip
    else:
        tokens = await _own_tokens(loaded, server, maker)
    try:
        async with lent(loaded, server, maker, asking) as standing:
            shown = await _shown(Probe(server=server, tokens=tokens, standing=standing), name)
    finally:
        keep_left(loaded.state, left, maker.clock.now_ms())
    kept = measured_as(name, exchange, entry)
    keep(loaded.state, kept, setup_digest(loaded.catalog, name), shown, maker.clock.now_ms())
    return shown


async def _own_tokens(loaded: Loaded, server: ServerSpec, maker: Maker) -> OwnTokens:
    keys = signing_keys(loaded.installation, loaded.state / "keys", maker)
    try:
        await keys.look()
        signer = keys.current()
    except GuardError:
        await keys.aclose()
        raise
    return OwnTokens(
        signer=signer,
        issuer=loaded.installation.name,
        server=server,
        form=token_form(loaded.catalog, server.name),
        clock=maker.clock,
        ids=maker.ids,
        close=keys.aclose,
    )


async def _shown(probe: "Probe", name: str) -> dict[str, str]:
    try:
        async with asyncio.timeout(WAIT_S + probe.tokens.most_s):
            return await probe.shown()
    except GuardError:
        raise
    except Exception as error:  # noqa: BLE001  the SDK raises groups and own types: no answer
        told = error
        while isinstance(told, ExceptionGroup):  # the SDK puts what ends its streams in groups
            told = told.exceptions[0]
        if isinstance(told, GuardError):
            raise told from None
        raise Unusable(
            f"The server {name!r} did not answer ({type(error).__name__}).",
            code="server_unreachable",
            next_step="Start it by hand to see what it says, then try again.",
        ) from None


def exchange_of(loaded: Loaded, name: str) -> tuple[str, str]:
    """Return issuer and grant with which an authorization server gives a server its tokens.

    Two empty words where it takes call tokens: those of the guard's own key.
    """
    listed, specs = loaded.installation.issuers, loaded.catalog.judged()
    own = [(one.issuer, one.grant) for one in specs if one.server == name]
    server = loaded.catalog.servers[name]
    used = [(server.issuer, server.grant), *own]
    if any(issuer == DEFAULT_ISSUER for issuer, _ in own):
        return "", ""
    found = [
        (issuer, grant)
        for issuer, grant in used
        if issuer in listed and listed[issuer].get("kind") == ACCESS_TOKEN
    ]
    return found[0] if found else ("", "")


def _server(loaded: Loaded, name: str) -> ServerSpec:
    server = reachable(loaded, name)
    if not server.audience or server.delivery == "none":
        raise Unusable(
            f"The server {name!r} is sent no call token.",
            code="probe_unsupported",
            where=str(loaded.file),
            next_step="Set `audience:`, and a `delivery:` other than none.",
        )
    return server


@dataclass(slots=True, kw_only=True)
class Probe:
    """One row of calls to one server."""

    server: ServerSpec
    tokens: Tokens
    standing: Key | None = None  # what goes with messages that are no calls
    carried: Carried | None = None  # by the call that is on its way

    async def shown(self) -> dict[str, str]:
        """Make the calls, and return the answer to each."""
        names = tuple(row(key_bound=self.tokens.key_bound))
        try:
            await self.tokens.begin()
            async with self._client() as client:
                # What has to run out comes last: the others need not wait for it.
                found = {one: await self._answer(client, one) for one in names if one != "late"}
                found["late"] = await self._answer(client, "late")
        finally:
            await self.tokens.aclose()
        return {one: found[one] for one in names}

    @asynccontextmanager
    async def _client(self) -> AsyncGenerator[Client]:
        async with AsyncExitStack() as stack:
            if self.server.url:
                http = await stack.enter_async_context(
                    mcp_http_client(self._headers, wait_s=WAIT_S)
                )
                target: Any = streamable_http_client(self.server.url, http_client=http)
            else:
                target = StdioServerParameters(
                    command=self.server.command[0],
                    args=list(self.server.command[1:]),
                    env=dict(self.server.environ) or None,
                )
            yield await stack.enter_async_context(Client(target))

    def _headers(self, sending: Sending) -> list[tuple[str, str]]:
        own: HeaderList = []
        method, url = sending.method, self.server.url  # that of guard.yaml, as in a call
        alone = False
        if self.carried is not None and method == "POST":
            own = self.carried.headers(sending.nonce)
            alone = isinstance(self.standing, ServerToken) and not self.server.beside
        if self.standing is not None and not alone:
            own = [*own, *self.standing.headers(method, url, sending.nonce)]
        return [(name.decode(), value.decode()) for name, value in own]

    async def _answer(self, client: Client, name: str) -> str:
        credential: Credential | None = await self.tokens.of(name)
        self.carried = Carried(
            delivery=self.server.delivery, url=self.server.url, credential=credential
        )
        token = self.carried.in_meta
        meta: Any = {TOKEN_KEY: token} if token else {}
        try:
            await client.call_tool(PROBE_TOOL, dict(ASKED), meta=meta)
        except MCPError as refused:
            return refusal_code(refused.data)
        finally:
            self.carried = None
        return refusal_code(None)
