"""The row of tokens that a server is probed with, from the authorization server that it trusts.

They are real ones: what is wrong in each was asked for, or is wrong with its proof. One that has
run out cannot be asked for, so one is made first and waited for.
"""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from guard.errors import GuardError, Refused, Unusable
from guard.grant.credential import ACCESS_TOKEN, Credential, Prover, token_id
from guard.grant.lease import Lease
from guard.grant.proving import POSSESSION, PROBE_TOOL
from guard.grant.signing import compact, es256_sign
from guard.grant.verify import SKEW_S
from guard.model.decision import Terms
from guard.model.facts import Binding
from guard.policy.catalog_server import ServerSpec
from guard.ports import Issuer
from guard_adapters.issuer.made import Maker
from guard_adapters.issuer.oauth_answer import claims_in
from guard_adapters.issuer.proof_key import ProofKey
from guard_adapters.wiring.credentials.issuers import issuers_of, let_go
from guard_adapters.wiring.credentials.proven import measured_as
from guard_adapters.wiring.proving.probed import Left, took_back
from guard_adapters.wiring.proving.tokens import ASKED, HOUR_MS, OTHER, Elsewhere, Moved, bound_call

JWT_PARTS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """For whom tokens are asked, and for which other resource: what an operator may have to say.

    `unsafe_elsewhere`: that token may be one that whoever sees it can use there.
    """

    principal: str = "guard"
    agent: str = "guard-check"
    elsewhere: str = ""
    unsafe_elsewhere: bool = False


@dataclass(slots=True, kw_only=True)
class Exchanged:
    """Access tokens of one `oauth_exchange` issuer."""

    name: str
    entry: Mapping[str, Any]  # of guard.issuers
    server: ServerSpec
    grant: str
    maker: Maker
    asking: Asking
    left: list[Left]  # what could not be taken back is added
    _good: Credential | None = field(default=None, repr=False)
    _late: Credential | None = field(default=None, repr=False)
    _made: list[tuple[Issuer, Lease]] = field(default_factory=list[tuple[Issuer, Lease]])
    _issuers: list[Issuer] = field(default_factory=list[Issuer])

    @property
    def key_bound(self) -> bool:
        """Return whether its tokens are bound to a key."""
        return bool(self.entry.get("dpop", True))

    @property
    def most_s(self) -> float:
        """Return how long all of them may take to make (seconds)."""
        return float(self.entry.get("ttl_s", 60)) + 2 * SKEW_S

    async def begin(self) -> None:
        """Ask for the token that is to run out.

        Raises:
            Unusable: `probe_unsupported`: nothing can be measured without harm; nothing was asked.
        """
        if not self.entry.get("details", True):
            raise self._unsupported(
                "Its tokens do not say which call they are for, so the server is level 1.",
                "Leave `details: false` away where the authorization server allows it.",
            )
        if not self.key_bound and not self.asking.unsafe_elsewhere:
            raise self._unsupported(
                "The server would be shown a token that it can use at another resource.",
                "Use dpop, or say --unsafe-elsewhere where the server may have such a token.",
            )
        self._late = await self._token()

    async def of(self, name: str) -> Credential | None:
        """Return the credential of a call of the row, None for the one without."""
        if name == "without":
            return None
        if name in POSSESSION:
            return self._wrongly_held(name, await self._token())
        if name == "forged":
            return _forged(await self._token())
        if name == "elsewhere":
            return await self._elsewhere()
        if name == "late":
            return await self._run_out()
        if name == "good":
            self._good = await self._token()
        return await self._token(**OTHER[name]) if name in OTHER else self._good

    def _wrongly_held(self, name: str, one: Credential) -> Credential:
        clock, ids, key = self.maker.clock, self.maker.ids, _key_of(one)
        wrong: Mapping[str, Prover | None] = {
            "without_proof": None,
            "other_key": ProofKey(clock=clock, ids=ids),
            "other_address": Elsewhere(key=key),
            "old_proof": key.at(Moved(clock=clock, by_ms=-HOUR_MS)),
        }
        return replace(one, prover=wrong[name])

    async def aclose(self) -> None:
        """Take back what was made, where the server takes tokens back; note what is left."""
        async with AsyncExitStack() as stack:  # each is tried, whatever became of the others
            for one in self._issuers:
                stack.push_async_callback(let_go, one)
            for issuer, lease in self._made:
                stack.push_async_callback(self._taken_back, issuer, lease)

    async def _taken_back(self, issuer: Issuer, lease: Lease) -> None:
        left = await took_back(issuer, lease)
        if left is not None:
            self.left.append(left)

    async def _elsewhere(self) -> Credential:
        there = self.asking.elsewhere or f"{self.server.audience}/elsewhere"
        try:
            return await self._token(to=there, resource=there)
        except Refused as no:
            raise self._unsupported(
                f"The authorization server gives no token for {there}: {no}",
                "Name another resource that it knows with --elsewhere.",
            ) from None

    async def _run_out(self) -> Credential | None:
        late = self._late
        claims = claims_in(late.secret) if late is not None else None
        ends_s = claims.get("exp") if claims else None
        if not isinstance(ends_s, int):
            raise self._unsupported(
                "The tokens of the authorization server cannot be read, so nobody can measure "
                "what is checked of them.",
                "Have it give JWTs (RFC 9068) for this resource.",
            )
        left_ms = (ends_s + SKEW_S) * 1000 - self.maker.clock.now_ms()
        await asyncio.sleep(max(0, left_ms) / 1000 + 0.05)
        return late

    def _unsupported(self, why: str, next_step: str) -> Unusable:
        where = f"guard.issuers.{self.name}"
        return Unusable(why, code="probe_unsupported", where=where, next_step=next_step)

    async def _token(
        self,
        *,
        to: str = "",
        tool: str = PROBE_TOOL,
        arguments: Mapping[str, Any] = ASKED,
        resource: str = "",
    ) -> Credential:
        entry = {**self.entry, **({"resource": resource} if resource else {})}
        issuer = self._issuer(entry)
        asking, ids = self.asking, self.maker.ids
        call = bound_call(
            self.server, ids, to=to, tool=tool, arguments=arguments,
            principal=asking.principal, agent=asking.agent, grant=self.grant,
        )  # fmt: skip
        now_ms = self.maker.clock.now_ms()
        lease = Lease(
            id=token_id(ids.token(16)), call_id=call.call_id, session=call.session,
            kind=ACCESS_TOKEN, deadline_ms=now_ms + issuer.max_ttl_s * 1000, issuer=self.name,
            guard=self.maker.guard_id,
        )  # fmt: skip
        lease = replace(lease, handle=issuer.handle(lease))
        self._made.append((issuer, lease))
        return await issuer.issue(call, Terms(max_ttl_s=issuer.max_ttl_s), lease)

    def _issuer(self, entry: Mapping[str, Any]) -> Issuer:
        """Return an issuer whose tokens say the level that is to be shown."""
        shown = {measured_as(self.server.name, self.name, entry): Binding.L3}
        made = issuers_of({self.name: entry}, replace(self.maker, proven=shown))[self.name]
        self._issuers.append(made)
        return made


def _key_of(credential: Credential) -> ProofKey:
    if not isinstance(credential.prover, ProofKey):
        raise GuardError("A token of the row has no key.", code="probe_unsupported")
    return credential.prover


def _forged(credential: Credential) -> Credential:
    """Return the same token, signed by somebody else."""
    parts = credential.secret.split(".")
    if len(parts) != JWT_PARTS:
        return replace(credential, secret=credential.secret[::-1])
    signed = ".".join(parts[:2]).encode()
    stranger = ec.generate_private_key(ec.SECP256R1())
    return replace(credential, secret=compact(signed, es256_sign(stranger, signed)))
