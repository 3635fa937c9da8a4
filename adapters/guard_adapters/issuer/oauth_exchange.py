"""Access tokens for one call from an authorization server: token exchange (RFC 8693).

The guard vouches for person and agent with short tokens of its own key; the server answers with an
access token for one resource (RFC 8707), these scopes, this very call (RFC 9396) and one key
(RFC 9449), new for each call. What comes back wider, longer or unbound is not handed over. It never
sees, stores or passes on a token of the caller, and claims no level that the tool server was not
seen to check.
"""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from guard.errors import Refused
from guard.grant.claims import call_detail
from guard.grant.credential import ACCESS_TOKEN as KIND
from guard.grant.credential import BoundCall, BoundCaller, Credential
from guard.grant.lease import GRACE_MS, Fate, Lease, handle_of
from guard.grant.signing import NotCanonical, verifying_jwk
from guard.model.call import Json
from guard.model.decision import Terms
from guard.model.facts import Binding, CredentialFacts
from guard_adapters._http.api import Answer, Api
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters._http.origins import origin
from guard_adapters.issuer.local_key import LocalSigner
from guard_adapters.issuer.made import Maker, discreet, facts_of, read_secret, refuse_below
from guard_adapters.issuer.oauth_answer import (
    ACCESS_TOKEN,
    Wanted,
    check_bound,
    ends_of,
    error_of,
    refused,
    unavailable,
)
from guard_adapters.issuer.oauth_client import BySecret, BySignature, ClientAuth
from guard_adapters.issuer.proof_key import ProofKey

_URN: Final = "urn:ietf:params:oauth:"
EXCHANGE: Final = _URN + "grant-type:token-exchange"
_JWT: Final = _URN + "token-type:jwt"
_MOST_TOKENS: Final = 10_000


class OAuthExchange(BaseModel):
    """The settings of one such issuer."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    token_url: str = Field(description="The server's token endpoint; https, or loopback.")
    revocation_url: str = Field("", description="Its revocation endpoint (RFC 7009), if any.")
    audience: str = Field(description="The server's own name: its issuer identifier.")
    identity: str = Field(description="The guard's public URL: who vouches for person and agent.")
    client_id: str = Field(min_length=1, max_length=256, description="The guard as a client there.")
    client_secret_file: str = Field(
        "", description="File (0600) with its secret; empty: it signs with its key (RFC 7523)."
    )
    key_file: str = Field("keys/identity.pem", description="Key (0600) that signs; made once.")
    resource: str = Field("", description="Resource of its tokens; empty: the server's audience.")
    details: bool = Field(default=True, description="Ask for this very call (RFC 9396).")
    dpop: bool = Field(default=True, description="Bind each token to a key of its own (RFC 9449).")
    ttl_s: int = Field(60, ge=5, le=3_600, description="Life of the tokens that it gives (s).")

    @field_validator("token_url", "revocation_url")
    @classmethod
    def _safe(cls, url: str) -> str:
        if url:
            origin(url)
            if urlsplit(url).fragment:
                raise ValueError("an endpoint has no fragment (RFC 6749, 3.2)")
        return url


class OAuthExchangeIssuer:
    """Exchanges tokens; fulfils `guard.ports.Issuer`."""

    kind = KIND
    max_binding = Binding.L3
    leaves_object = True  # the rest of the token's time
    can_cut = False

    def __init__(self, settings: OAuthExchange, maker: Maker) -> None:
        # Nobody can ask a server for a shorter life (RFC 8693 has no word for it).
        self.min_ttl_s = self.max_ttl_s = settings.ttl_s
        self.identity = settings.identity.rstrip("/")
        self.binds_key = settings.dpop
        self._settings = settings
        self._maker = maker
        bound = Binding.L3 if settings.dpop else Binding.L2
        self._provable = bound if settings.details else Binding.L1  # what its tokens could prove
        self._signer = LocalSigner.from_own_folder(maker.path(settings.key_file))
        self._client = self._client_auth()
        self._token_api = Api(origin(settings.token_url), timeout_s=maker.timeout_s)
        self._revocation_api = (
            Api(origin(settings.revocation_url), timeout_s=maker.timeout_s)
            if settings.revocation_url
            else None
        )
        self._nonce = ""  # of the server, for the next proof
        self._tokens: dict[str, str] = {}  # handle -> what to take back

    def _client_auth(self) -> ClientAuth:
        settings, maker = self._settings, self._maker
        if not settings.client_secret_file:
            return BySignature(settings.client_id, settings.audience, self._signer, maker)
        path = maker.path(settings.client_secret_file)
        read_secret(path)  # a missing or readable file stops the start, not a call
        return BySecret(settings.client_id, lambda: read_secret(path))

    def facts(self, server: str, tool: str) -> CredentialFacts:
        """Return what a call would get: what the server was seen to check of such tokens."""
        del tool  # all tools of a server are verified by one place
        return facts_of(self)._replace(binding=self._binding(server))

    def _binding(self, server: str) -> Binding:
        return min(self._provable, self._maker.proven.get(server, Binding.L1))

    def handle(self, lease: Lease) -> str:
        """Return the lease's name: it is the `jti` of what the guard says about the person."""
        return handle_of(lease)

    def public_key(self) -> dict[str, Json]:
        """Return the key that the server verifies the guard's tokens with (a public JWK)."""
        return verifying_jwk(self._signer.public_jwk)

    @discreet
    async def issue(self, call: BoundCall, terms: Terms, lease: Lease) -> Credential:
        """Exchange what the guard says about this call for an access token.

        Raises:
            Refused: `grant_unusable`: the server does not give this grant for this resource;
                `arguments_not_canonical`, `binding_too_low`.
            Unavailable: `issuer_unavailable`: no token, or one that reaches further than asked.
        """
        binding = self._binding(call.server)
        refuse_below(binding, terms, call.server)  # of their life, the lease's deadline is left
        details = [call_detail(call, binding)] if self._settings.details else ()
        return await self._made(call, lease, details, binding)

    @discreet
    async def issue_between(self, caller: BoundCaller, lease: Lease) -> Credential:
        """Exchange what the guard says about this caller for a token that belongs to no call.

        It has no detail: a server that looks for one takes it for no call of a tool.

        Raises:
            As `issue`.
        """
        return await self._made(caller, lease, (), Binding.L1)

    async def _made(
        self,
        who: BoundCall | BoundCaller,
        lease: Lease,
        details: Sequence[dict[str, Json]],
        binding: Binding,
    ) -> Credential:
        maker, resource = self._maker, self._resource(who.audience)
        wanted = Wanted(
            scope=who.grant,
            details=details,
            prover=ProofKey(clock=maker.clock, ids=maker.ids) if self._settings.dpop else None,
            deadline_ms=lease.deadline_ms,
            resource=resource,
        )
        form = {
            "grant_type": EXCHANGE,
            "subject_token": await self._said(who.principal, lease, lease.handle),
            "subject_token_type": _JWT,
            "actor_token": await self._said(who.agent, lease, f"{lease.handle}.actor"),
            "actor_token_type": _JWT,
            "requested_token_type": ACCESS_TOKEN,
            "resource": resource,
            **({"scope": wanted.scope} if wanted.scope else {}),
            **({"authorization_details": json.dumps(wanted.details)} if wanted.details else {}),
        }
        found = await self._exchanged(form, wanted)
        token = found.get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise unavailable("its answer holds no token")
        self._remember(lease.handle, token)  # before it is judged: what is refused is taken back
        ends_ms = ends_of(found, wanted, maker.clock.now_ms())
        check_bound(token, wanted)
        return Credential(
            kind=self.kind,
            lease_id=lease.id,
            audience=resource,
            binding=binding,
            expires_at_ms=min(ends_ms, lease.deadline_ms),
            scopes=frozenset(wanted.scope.split()),
            secret=token,
            prover=wanted.prover,
        )

    def _resource(self, audience: str) -> str:
        resource = self._settings.resource or audience
        if urlsplit(resource).scheme not in {"http", "https"}:
            raise Refused(
                f"{resource!r} is no resource that a token could be for (RFC 8707).",
                code="grant_unusable",
                next_step="Set `audience:` of the server, or `resource:` of the issuer, to a URL.",
            )
        return resource

    async def _said(self, who: str, lease: Lease, jti: str) -> str:
        """Return what the guard says about the person or the agent of this lease."""
        now_s = self._maker.clock.now_ms() // 1000
        claims: dict[str, Json] = {
            "iss": self.identity,
            "aud": self._settings.audience,
            "sub": who,
            "jti": jti,
            "txn": lease.call_id or lease.session,
            "iat": now_s,
            "nbf": now_s - 1,
            "exp": now_s + 30,  # for one request
        }
        try:
            return await self._signer.token(claims)
        except NotCanonical as odd:
            raise Refused(f"No token can be asked for: {odd.wrong}.", code=odd.code) from odd

    async def _exchanged(self, form: Mapping[str, str], wanted: Wanted) -> Mapping[str, Any]:
        """Ask once, and once more where the server wants its nonce in the proof (RFC 9449, 8)."""
        used = self._nonce
        answer = await self._asked(form, wanted)
        if error_of(answer) == "use_dpop_nonce" and self._nonce != used:
            answer = await self._asked(form, wanted)
        if answer.status != HTTPStatus.OK:
            raise refused(answer)
        return answer.object()

    async def _asked(self, form: Mapping[str, str], wanted: Wanted) -> Answer:
        url = self._settings.token_url
        proofs = (
            {} if wanted.prover is None
            else {"DPoP": wanted.prover.proof("POST", url, nonce=self._nonce)}
        )  # fmt: skip
        answer = await self._posted(self._token_api, url, form, proofs)
        self._nonce = answer.headers.get("dpop-nonce", self._nonce)
        return answer

    async def _posted(
        self, api: Api, url: str, form: Mapping[str, str], more: Mapping[str, str]
    ) -> Answer:
        headers, own = await self._client.of()
        parts = urlsplit(url)
        path = parts.path.removeprefix("/") + (f"?{parts.query}" if parts.query else "")
        try:
            return await api.post_form(path, {**form, **own}, headers={**headers, **more})
        except UpstreamFailed as failed:
            raise unavailable(str(failed)) from None

    def _remember(self, handle: str, token: str) -> None:
        while len(self._tokens) >= _MOST_TOKENS:  # the oldest have run out long ago
            del self._tokens[next(iter(self._tokens))]
        self._tokens[handle] = token

    @discreet
    async def revoke(self, lease: Lease, why: str) -> Fate:
        """Take the token back where the server can (RFC 7009), else wait until it has run out.

        A guard that starts again has forgotten the token, and so it waits as well.
        """
        del why
        if self._maker.clock.now_ms() >= lease.deadline_ms + GRACE_MS:
            self._tokens.pop(lease.handle, None)
            return Fate.GONE
        token = self._tokens.get(lease.handle)
        if token is None or self._revocation_api is None:
            return Fate.RUNS_OUT
        form = {"token": token, "token_type_hint": "access_token"}
        url = self._settings.revocation_url
        answer = await self._posted(self._revocation_api, url, form, {})
        if answer.status == HTTPStatus.OK:
            self._tokens.pop(lease.handle, None)
            return Fate.GONE
        # Servers cannot call back tokens that nobody asks them about.
        wait = error_of(answer) == "unsupported_token_type"
        return Fate.RUNS_OUT if wait else Fate.STILL_THERE

    @discreet
    async def sweep(self) -> Sequence[str]:
        """Return no handles: the server lists no tokens."""
        return ()

    async def aclose(self) -> None:
        """Close the connections to the server."""
        await self._token_api.aclose()
        if self._revocation_api is not None:
            await self._revocation_api.aclose()
