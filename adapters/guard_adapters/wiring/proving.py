"""Measures what an upstream verifies of a call token, and keeps the answer for a day.

It asks with tokens of this installation's own key, for a tool that does not exist. What was
measured counts for this server as guard.yaml has it now: another address, audience or tool
definition, and it has to be measured again.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from guard.clock import Clock
from guard.errors import GuardError, Unusable
from guard.grant.claims import TokenForm, call_claims
from guard.grant.credential import CALL_TOKEN, BoundCall, Credential, Prover, token_id
from guard.grant.dpop import Bearing
from guard.grant.proving import PROBE_TOOL, refusal_code, row
from guard.grant.signing import args_s256, compact, signing_input
from guard.model.facts import Binding
from guard.policy.catalog_server import ServerSpec
from guard.ports import Ids, Signer
from guard_adapters._http.carrying import Sending
from guard_adapters._http.proved import mcp_http_client
from guard_adapters.front.mcp.carry import Carried
from guard_adapters.front.mcp.gate import TOKEN_KEY
from guard_adapters.issuer.local_key import LocalSigner
from guard_adapters.issuer.made import Maker
from guard_adapters.issuer.proof_key import ProofKey
from guard_adapters.store.clock import SystemClock, SystemIds
from guard_adapters.wiring.build import token_form
from guard_adapters.wiring.load import Loaded
from guard_adapters.wiring.proven import keep, setup_digest
from guard_adapters.wiring.signer import signing_keys

WAIT_S: Final = 20
_ASKED: Final[Mapping[str, Any]] = {"probe": "guard"}
_HOUR_MS: Final = 3_600_000


async def measured(loaded: Loaded, name: str) -> dict[str, str]:
    """Ask a server of the catalogue, keep what it showed, and return it by call of the row.

    Raises:
        Unusable: `server_unknown`, `probe_unsupported` or `server_unreachable`, or why the key
            cannot be used.
        Unavailable: `signer_unavailable`.
    """
    server = loaded.catalog.servers.get(name)
    if server is None or not (server.url or server.command) or server.protocol == "http":
        raise Unusable(
            f"guard.yaml says neither a URL nor a command for {name!r}.",
            code="server_unknown",
            where=str(loaded.file),
            next_step="Add `url:` or `command:` to the server.",
        )
    if not server.audience or server.delivery == "none":
        raise Unusable(
            f"The server {name!r} is sent no call token.",
            code="probe_unsupported",
            where=str(loaded.file),
            next_step="Set `audience:`, and a `delivery:` other than none.",
        )
    clock, ids, installation = SystemClock(), SystemIds(), loaded.installation
    maker = Maker(
        guard_id="",  # it leases nothing
        clock=clock,
        ids=ids,
        folder=loaded.file.parent,
        timeout_s=installation.settings.port_timeout_ms / 1000,
    )
    keys = signing_keys(installation, loaded.state / "keys", maker)
    try:
        await keys.look()
        probe = Probe(
            signer=keys.current(),
            clock=clock,
            ids=ids,
            issuer=installation.name,
            server=server,
            form=token_form(loaded.catalog, name),
        )
        async with asyncio.timeout(WAIT_S):
            shown = await probe.shown()
    except GuardError:
        raise
    except Exception as error:  # noqa: BLE001  the SDK raises groups and own types: no answer
        raise Unusable(
            f"The server {name!r} did not answer ({type(error).__name__}).",
            code="server_unreachable",
            next_step="Start it by hand to see what it says, then try again.",
        ) from None
    finally:
        await keys.aclose()
    keep(loaded.state, name, setup_digest(loaded.catalog, name), shown, clock.now_ms())
    return shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A clock that shows another time."""

    clock: Clock
    by_ms: int

    def now_ms(self) -> int:
        """Return Unix milliseconds, moved."""
        return self.clock.now_ms() + self.by_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """A key that proves for another address than it is asked for."""

    key: ProofKey

    @property
    def jkt(self) -> str:
        """Return the thumbprint of the key."""
        return self.key.jkt

    def proof(
        self, method: str, url: str, *, token: str = "", nonce: str = "", bearing: Bearing = "ath"
    ) -> str:
        """Return a good proof for the wrong address."""
        other = f"{url.rstrip('/')}/elsewhere"
        return self.key.proof(method, other, token=token, nonce=nonce, bearing=bearing)


@dataclass(slots=True, kw_only=True)
class Probe:
    """One row of calls to one server."""

    signer: Signer
    issuer: str
    server: ServerSpec
    form: TokenForm
    clock: Clock
    ids: Ids
    carried: Carried | None = None  # by the call that is on its way

    async def shown(self) -> dict[str, str]:
        """Make the calls, and return the answer to each."""
        made = await self._credentials()
        async with self._client() as client:
            return {name: await self._answer(client, made[name]) for name in self._names()}

    def _names(self) -> tuple[str, ...]:
        return tuple(row(key_bound=self.form.key_bound))

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
        if self.carried is None or sending.method != "POST":
            return []
        own = self.carried.headers(sending.nonce)  # for the address of guard.yaml, as in a call
        return [(name.decode(), value.decode()) for name, value in own]

    async def _answer(self, client: Client, credential: Credential | None) -> str:
        self.carried = Carried(
            delivery=self.server.delivery, url=self.server.url, credential=credential
        )
        token = self.carried.in_meta
        meta: Any = {TOKEN_KEY: token} if token else {}
        try:
            await client.call_tool(PROBE_TOOL, dict(_ASKED), meta=meta)
        except MCPError as refused:
            return refusal_code(refused.data)
        finally:
            self.carried = None
        return refusal_code(None)

    async def _credentials(self) -> dict[str, Credential | None]:
        """Return the credential of each call of the row, None for the one without."""
        stranger = LocalSigner(ec.generate_private_key(ec.SECP256R1()))
        there, good = f"{self.server.audience}/elsewhere", await self._made()
        made: dict[str, Credential | None] = {
            "without": None,
            "forged": await self._made(by=stranger),
            "elsewhere": await self._made(to=there),
            "late": await self._made(age_ms=_HOUR_MS),
            "other_tool": await self._made(tool="another_tool"),
            "other_arguments": await self._made(arguments={"probe": "other"}),
            "good": good,
            "again": good,
        }
        if self.form.key_bound:
            old = ProofKey(clock=Moved(clock=self.clock, by_ms=-_HOUR_MS), ids=self.ids)
            made |= {
                "without_proof": replace(await self._made(), prover=None),
                "other_key": replace(await self._made(), prover=self._key()),
                "other_address": await self._made(prover=Elsewhere(key=self._key())),
                "old_proof": await self._made(prover=old),
            }
        return made

    def _key(self) -> ProofKey:
        return ProofKey(clock=self.clock, ids=self.ids)

    async def _made(
        self,
        *,
        by: Signer | None = None,
        to: str = "",
        tool: str = PROBE_TOOL,
        arguments: Mapping[str, Any] = _ASKED,
        age_ms: int = 0,
        prover: Prover | None = None,
    ) -> Credential:
        call = BoundCall(
            call_id=f"probe_{self.ids.token(8).hex()}",
            server=self.server.name,
            tool=tool,
            args_s256=args_s256(tool, dict(arguments)),
            audience=to or self.server.audience,
            principal="guard",
            agent="guard-check",
            session="probe",
        )
        held = (prover or self._key()) if self.form.key_bound else None
        binding = Binding.L3 if held is not None else Binding.L2
        jti, now_ms = token_id(self.ids.token(16)), self.clock.now_ms() - age_ms
        claims = call_claims(
            call,
            issuer=self.issuer,
            jti=jti,
            now_ms=now_ms,
            binding=binding,
            form=self.form,
            jkt=held.jkt if held is not None else "",
        )
        signer = by or self.signer
        header = {"alg": signer.alg, "kid": self.signer.kid, "typ": self.form.profile.value}
        signed = signing_input(header, claims)
        return Credential(
            kind=CALL_TOKEN,
            lease_id=jti,
            audience=call.audience,
            binding=binding,
            expires_at_ms=now_ms,
            secret=compact(signed, await signer.sign(signed)),
            prover=held,
        )
