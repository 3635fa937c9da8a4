"""The row of tokens that a server is probed with, made by the guard's own key.

Each one is wrong in one point, and right in all others. It sends nothing.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from cryptography.hazmat.primitives.asymmetric import ec

from guard.clock import Clock
from guard.grant.claims import TokenForm, call_claims
from guard.grant.credential import CALL_TOKEN, BoundCall, Credential, Prover, token_id
from guard.grant.dpop import Bearing
from guard.grant.proving import POSSESSION, PROBE_TOOL
from guard.grant.signing import args_s256, compact, signing_input
from guard.model.facts import Binding
from guard.policy.catalog_server import ServerSpec
from guard.ports import Ids, Signer
from guard_adapters.issuer.local_key import LocalSigner
from guard_adapters.issuer.proof_key import ProofKey

ASKED: Final[Mapping[str, Any]] = {"probe": "guard"}
"""The arguments of every call of the row."""

HOUR_MS: Final = 3_600_000

OTHER: Final[Mapping[str, Mapping[str, Any]]] = {
    "other_tool": {"tool": "another_tool"},
    "other_arguments": {"arguments": {"probe": "other"}},
}
"""Calls of the row whose token is for another call: what is other about it."""


class Tokens(Protocol):
    """Makes what each call of the row carries, just before it is sent."""

    @property
    def key_bound(self) -> bool:
        """Return whether its tokens are bound to a key."""
        ...

    @property
    def most_s(self) -> float:
        """Return how long all of them may take to make (seconds)."""
        ...

    async def begin(self) -> None:
        """Make ready what needs time."""
        ...

    async def of(self, name: str) -> Credential | None:
        """Return the credential of a call of the row, None for the one without."""
        ...

    async def aclose(self) -> None:
        """Take back what was made, where that is possible."""
        ...


def bound_call(
    server: ServerSpec,
    ids: Ids,
    *,
    to: str = "",
    tool: str = PROBE_TOOL,
    arguments: Mapping[str, Any] = ASKED,
    principal: str = "guard",
    agent: str = "guard-check",
    grant: str = "",
) -> BoundCall:
    """Return the call that a token of the row is for."""
    return BoundCall(
        call_id=f"probe_{ids.token(8).hex()}",
        server=server.name,
        tool=tool,
        args_s256=args_s256(tool, dict(arguments)),
        audience=to or server.audience,
        principal=principal,
        agent=agent,
        session="probe",
        grant=grant,
    )


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
class OwnTokens:
    """Call tokens, signed by the guard."""

    signer: Signer
    issuer: str
    server: ServerSpec
    form: TokenForm
    clock: Clock
    ids: Ids
    close: Callable[[], Awaitable[None]]  # the way to whoever holds the key
    _good: Credential | None = field(default=None, repr=False)

    @property
    def key_bound(self) -> bool:
        """Return whether its tokens are bound to a key."""
        return self.form.key_bound

    @property
    def most_s(self) -> float:
        """Return how long all of them may take to make (seconds)."""
        return 0

    async def begin(self) -> None:
        """Make the token that is shown twice."""
        self._good = await self._made()

    async def aclose(self) -> None:
        """Close the way to whoever holds the key; of the tokens nothing is left."""
        await self.close()

    async def of(self, name: str) -> Credential | None:
        """Return the credential of a call of the row, None for the one without."""
        if name == "without":
            return None
        if name in POSSESSION:
            return await self._bound(name)
        if name == "forged":
            return await self._made(by=LocalSigner(ec.generate_private_key(ec.SECP256R1())))
        if name == "elsewhere":
            return await self._made(to=f"{self.server.audience}/elsewhere")
        if name == "late":
            return await self._made(age_ms=HOUR_MS)
        return await self._made(**OTHER[name]) if name in OTHER else self._good

    async def _bound(self, name: str) -> Credential:
        if name == "other_address":
            return await self._made(prover=Elsewhere(key=self._key()))
        if name == "old_proof":
            old = Moved(clock=self.clock, by_ms=-HOUR_MS)
            return await self._made(prover=ProofKey(clock=old, ids=self.ids))
        return replace(await self._made(), prover=None if name == "without_proof" else self._key())

    def _key(self) -> ProofKey:
        return ProofKey(clock=self.clock, ids=self.ids)

    async def _made(
        self,
        *,
        by: Signer | None = None,
        to: str = "",
        tool: str = PROBE_TOOL,
        arguments: Mapping[str, Any] = ASKED,
        age_ms: int = 0,
        prover: Prover | None = None,
    ) -> Credential:
        call = bound_call(self.server, self.ids, to=to, tool=tool, arguments=arguments)
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
