"""Issues the call token: one signed token for one judged call.

Nothing is left at a target, so nothing can be taken back there: a token ends by being used or by
its own clock. This issuer never claims a binding that the upstream has not been seen to check.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from guard.clock import Clock
from guard.errors import Refused, Unusable
from guard.grant.claims import TokenForm, call_claims
from guard.grant.credential import (
    CALL_TOKEN,
    DEFAULT_TTL_S,
    MIN_TTL_S,
    BoundCall,
    Credential,
    Prover,
    Unissuable,
    lifetime_s,
)
from guard.grant.delegation import NO_CERTIFICATE, certified
from guard.grant.lease import Fate, Lease
from guard.grant.signing import NotCanonical, compact, jwks, signing_input
from guard.model.call import Json
from guard.model.decision import Terms
from guard.model.facts import Binding, CredentialFacts
from guard_adapters.issuer.made import discreet, refuse_below

if TYPE_CHECKING:
    from guard.ports import Signer

SECOND_MS = 1000
BEARER = TokenForm()


class SigningKeys(Protocol):
    """The key that signs now, and those that verifiers should know."""

    async def look(self) -> None:
        """Look whether they have changed, where somebody else has to be asked."""
        ...

    async def aclose(self) -> None:
        """Close what is open."""
        ...

    def current(self) -> "Signer":
        """Return the key that signs now. Raises Unusable when none can."""
        ...

    def published(self) -> Sequence[Mapping[str, str]]:
        """Return the public keys, as JWKs."""
        ...


class Provers(Protocol):
    """The keys that tokens are bound to, one for each session."""

    def of(self, session: str) -> Prover:
        """Return the key of a session."""
        ...


class CallTokenIssuer:
    """Mints call tokens; fulfils `guard.ports.Issuer`.

    Args:
        keys: hold the private key; asked for each token, because they rotate.
        issuer: this guard's URI, the tokens' `iss`.
        clock: tells the time.
        ttl_s: longest life; policy may ask for less.
        proven: what each server was seen to check, by server name, asked for each call; unknown
            is L1.
        form: returns how a server takes its token, asked for each call.
        provers: the keys that tokens of a key-bound form are bound to.
        delegation: returns the certificate of a site's key (kid, token).
    """

    kind = CALL_TOKEN
    max_binding = Binding.L3
    min_ttl_s = MIN_TTL_S
    leaves_object = False
    can_cut = False

    def __init__(
        self,
        keys: "SigningKeys",
        *,
        issuer: str,
        clock: Clock,
        ttl_s: int = DEFAULT_TTL_S,
        proven: Mapping[str, Binding] | None = None,
        form: Callable[[str], TokenForm] = lambda _server: BEARER,
        provers: Provers | None = None,
        delegation: Callable[[], tuple[str, str]] = lambda: NO_CERTIFICATE,
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._clock = clock
        self.max_ttl_s = ttl_s
        self._proven = {} if proven is None else proven  # not `or`: it may be empty now
        self._form = form
        self._provers = provers
        self._delegation = delegation

    def facts(self, server: str, tool: str) -> CredentialFacts:
        """Return what a call of this tool would get, for policy to judge."""
        del tool  # all tools of a server are verified by one place
        return CredentialFacts(
            binding=self._binding(server),
            kind=self.kind,
            ttl_floor_s=self.min_ttl_s,
            can_cut=self.can_cut,
        )

    def handle(self, lease: Lease) -> str:
        """Return the token's name; it is the lease's own."""
        return f"jti:{lease.id}"

    @discreet
    async def issue(self, call: BoundCall, terms: Terms, lease: Lease) -> Credential:
        """Return the token for this call, never wider or longer than the terms.

        Raises:
            Refused: `issuer_ttl_floor`, `audience_missing`, `binding_too_low` or
                `arguments_not_canonical`, or why the key cannot be used. Nothing was signed.
            Unavailable: `signer_unavailable`.
        """
        signer = await self._signer()
        binding, now_ms = self._binding(call.server), self._clock.now_ms()
        refuse_below(binding, terms, call.server)
        form, prover = self._form(call.server), self._prover(call)
        try:
            ttl_s = lifetime_s(terms.max_ttl_s, self.max_ttl_s)
            claims = call_claims(
                call,
                issuer=self._issuer,
                jti=lease.id,
                now_ms=now_ms,
                ttl_s=ttl_s,
                binding=binding,
                scopes=terms.scopes or frozenset(),
                form=form,
                jkt=prover.jkt if prover is not None else "",
            )
            header: dict[str, Json] = {
                "alg": signer.alg,
                "kid": signer.kid,
                "typ": form.profile.value,
            }
            signed = signing_input(header, claims)
        except (Unissuable, NotCanonical) as wrong:
            raise Refused(f"No call token can be made: {wrong.wrong}.", code=wrong.code) from wrong
        return Credential(
            kind=self.kind,
            lease_id=lease.id,
            audience=call.audience,
            binding=binding,
            expires_at_ms=(now_ms // SECOND_MS + ttl_s) * SECOND_MS,
            scopes=terms.scopes or frozenset(),
            secret=compact(signed, await signer.sign(signed)),
            prover=prover,
        )

    @discreet
    async def revoke(self, lease: Lease, why: str) -> Fate:
        """Return whether the token is over. It cannot be called back, it only runs out."""
        del why
        # Reserving and issuing are two moments, and `exp` is a whole second.
        over = self._clock.now_ms() >= lease.deadline_ms + SECOND_MS
        return Fate.GONE if over else Fate.RUNS_OUT

    @discreet
    async def sweep(self) -> Sequence[str]:
        """Return no handles: nothing lives at the target."""
        return ()

    def jwks(self) -> dict[str, Json]:
        """Return the key set that upstream servers verify with, as it was last looked at."""
        return certified(jwks(self._keys.published()), self._delegation())

    async def key_set(self) -> dict[str, Json]:
        """Return that key set as it is now (`/.well-known/jwks.json`).

        Raises:
            Unavailable, Unusable: whoever holds the key cannot be asked.
        """
        await self._keys.look()
        return self.jwks()

    async def aclose(self) -> None:
        """Close the connection to whoever holds the key."""
        await self._keys.aclose()

    async def _signer(self) -> "Signer":
        try:
            await self._keys.look()
            return self._keys.current()
        except Unusable as wrong:
            raise Refused(f"No call token can be made: {wrong}", code=wrong.code) from wrong

    def _prover(self, call: BoundCall) -> Prover | None:
        if self._provers is None or not self._form(call.server).key_bound:
            return None
        return self._provers.of(call.session)

    def _binding(self, server: str) -> Binding:
        held = self._provers is not None and self._form(server).key_bound
        most = Binding.L3 if held else Binding.L2
        return min(most, self._proven.get(server, Binding.L1))
