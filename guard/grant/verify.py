"""Checks a call token where the tool runs: accept it once, or refuse with a stable code.

Usable alone in a tool server: it needs cryptography and rfc8785, no policy engine, no framework.
Rule 1: the order of checks is fixed, and remembering the token comes last: a failed attempt must
not use up the honest holder's token. Rule 2: nothing in the token chooses how it is checked: one
algorithm, one issuer, one audience, and keys that the caller brought. This file fetches nothing,
reads no clock and repairs no input.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from guard.grant.claims import Profile as Profile  # noqa: PLC0414  public here
from guard.grant.credential import MAX_TTL_S
from guard.grant.delegation import Delegation
from guard.grant.delegation import delegations as delegations_in
from guard.grant.dpop import Proof as Proof  # noqa: PLC0414  public here
from guard.grant.possession import check_possession
from guard.grant.presented import CallRefused as CallRefused  # noqa: PLC0414  public here
from guard.grant.presented import (
    Expected,
    Keys,
    brief,
    claims_of,
    number,
    parts,
    public_keys,
    trusted,
)
from guard.grant.presented import VerifiedCall as VerifiedCall  # noqa: PLC0414  public here
from guard.grant.replay import Replay, ReplayCold, ReplayUnavailable, remember_until_ms, replay_key
from guard.grant.signing import BadKey, NotCanonical, args_s256, es256_verify
from guard.model.call import Json
from guard.model.kill import epoch_id

SKEW_S: Final = 2
"""Seconds that two clocks may differ. 0 where guard and tool server share one clock."""

REFETCH_MS: Final = 10_000
"""Shortest pause between two fetches of the key set: an unknown `kid` costs an attacker nothing."""

Epochs = Mapping[tuple[str, str], int]
"""Revocations: (kind, name or `epoch_id` of it) -> Unix ms. What was made by then is void."""


def verify_call(
    token: str | None,
    tool: str,
    args: Mapping[str, Json] | None,
    *,
    now_ms: int,
    keys: Keys,
    issuer: str,
    audience: str,
    replay: Replay,
    schema_s256: str | None = None,
    binding_min: int = 0,
    sender_constrained: bool = False,
    proof: Proof | None = None,
    epochs: Epochs | None = None,
    skew_s: int = SKEW_S,
    profile: Profile = Profile.TOOL_CALL,
    trust_domain: str = "",
    delegations: Mapping[str, Delegation] | None = None,
) -> VerifiedCall:
    """Return the verified call, or refuse. The caller runs the tool only if this returns.

    Args:
        token: the compact token, or None when the request carried none.
        tool: the name that the server is about to run.
        args: the parsed arguments that it is about to run with; None is `{}`.
        now_ms: Unix milliseconds.
        keys: public keys by `kid`; see `public_keys`.
        issuer: the guard that this server trusts, exactly as its tokens say it.
        audience: the name of this server, exactly as the guard's catalogue says it.
        replay: the memory of tokens shown before.
        schema_s256: digest of the tool's own definition; None does not compare.
        binding_min: the least level (0-3) that this tool accepts.
        sender_constrained: refuse tokens that anyone could present.
        proof: what shows that the sender holds the token's key; None where nothing can.
        epochs: revocations known here.
        skew_s: seconds that the two clocks may differ.
        profile: the one form that is taken; see `guard.grant.claims.Profile`.
        trust_domain: audience of transaction tokens; other forms have none.
        delegations: what the key of a site may sign, by `kid`; None: the keys are the guard's own.

    Raises:
        CallRefused: with one of `STEPS`, in their order (RFC 7515 5.2, RFC 7519 7.2, RFC 8725).
    """
    signed, header, payload, signature = parts(token)
    kid, key = trusted(header, keys, profile)
    if not es256_verify(key, signed, signature):
        raise CallRefused("bad_signature", f"The signature does not verify under key {kid!r}.")
    expected = Expected(
        issuer=issuer, audience=audience, profile=profile, trust_domain=trust_domain
    )
    call = claims_of(payload, kid, expected)
    _check_time(call, now_ms, skew_s, profile)
    _check_epochs(call, epochs or {})
    _check_call(call, tool, args, schema_s256, binding_min)
    if delegations is not None:
        _check_delegation(call, delegations, now_ms)
    check_possession(call, token or "", proof, now_ms, required=sender_constrained)
    _check_first(call, replay, now_ms, skew_s)
    return call


def _check_time(call: VerifiedCall, now_ms: int, skew_s: int, profile: Profile) -> None:
    iat = number(call.claims, "iat")
    foreign = profile is Profile.RAR and "nbf" not in call.claims  # RFC 9068 asks for none
    nbf = iat if foreign else number(call.claims, "nbf")
    if call.issued_ms // 1000 != iat:
        raise CallRefused("claims_malformed", f"iat {iat} and iat_ms {call.issued_ms} disagree.")
    skew_ms = skew_s * 1000
    if now_ms >= call.expires_s * 1000 + skew_ms:
        raise CallRefused("expired", f"exp was {call.expires_s}, now is {now_ms // 1000}.")
    if max(nbf * 1000, call.issued_ms) > now_ms + skew_ms:
        raise CallRefused("not_yet_valid", f"nbf is {nbf}, iat {iat}, now is {now_ms // 1000}.")
    if not 0 < call.expires_s - iat <= MAX_TTL_S:
        raise CallRefused("ttl_too_long", f"Life is {call.expires_s - iat} s, 1 to {MAX_TTL_S}.")


def _check_epochs(call: VerifiedCall, epochs: Epochs) -> None:
    if not epochs:
        return
    names = (
        ("everything", ""), ("session", call.session), ("agent", call.agent),
        ("principal", call.subject),
        ("tool", call.tool), ("server", call.audience), ("kid", call.kid), ("jti", call.jti),
    )  # fmt: skip
    for kind, name in names:
        known = max(epochs.get((kind, name), -1), epochs.get((kind, epoch_id(name)), -1))
        if call.issued_ms <= known:
            raise CallRefused("revoked", f"Tokens of this {kind} made until then are void.")


def _check_call(
    call: VerifiedCall,
    tool: str,
    args: Mapping[str, Json] | None,
    schema_s256: str | None,
    binding_min: int,
) -> None:
    if call.tool != tool:
        raise CallRefused("tool_mismatch", f"The token is for {brief(call.tool)}, not {tool!r}.")
    try:
        digest = args_s256(tool, args)
    except NotCanonical as wrong:
        raise CallRefused("args_mismatch", f"{wrong.path}: {wrong.wrong}.") from None
    if call.args_s256 != digest:
        raise CallRefused("args_mismatch", "The arguments are not those that were authorized.")
    if schema_s256 is not None and call.schema_s256 != schema_s256:
        raise CallRefused("schema_mismatch", "The tool's definition is not the one accepted.")
    if call.binding < binding_min:
        raise CallRefused("binding_too_low", f"Level {call.binding}, at least {binding_min}.")


def _check_delegation(
    call: VerifiedCall, delegations: Mapping[str, Delegation], now_ms: int
) -> None:
    held = delegations.get(call.kid)
    if held is None:
        raise CallRefused("delegation_missing", f"Nobody let key {call.kid!r} sign for a site.")
    fault = held.fault(
        audience=call.audience,
        tool=call.tool,
        life_s=call.expires_s - call.issued_ms // 1000,
        binding=call.binding,
        now_ms=now_ms,
    )
    if fault:
        raise CallRefused(fault, f"What site {held.site!r} may sign ends before this call.")


def _check_first(call: VerifiedCall, replay: Replay, now_ms: int, skew_s: int) -> None:
    warm_ms = replay.start_ms + skew_s * 1000
    if replay.start_ms and call.issued_ms <= warm_ms:
        # It may have been shown before the memory began; the issuer's clock may run ahead.
        wait_s = (warm_ms - call.issued_ms) // 1000 + 1
        text = "The memory of tokens has just begun, so this one may have been shown before."
        raise CallRefused("replay_store_cold", f"{text} Call again in {wait_s} s: nothing ran.")
    until_ms = remember_until_ms(call.expires_s, skew_s)
    try:
        first = replay.first(replay_key(call.issuer, call.jti), until_ms, now_ms)
    except ReplayCold as wrong:
        raise CallRefused("replay_store_cold", wrong.wrong) from None
    except ReplayUnavailable as wrong:
        raise CallRefused("replay_store_unavailable", wrong.wrong) from None
    if not first:
        raise CallRefused("replayed", f"Token {brief(call.jti)} has been shown before.")


class Verifier:
    """`verify_call` with its settings kept, and with keys that may be fetched anew.

    Args:
        jwks: the guard's JWK set.
        issuer, audience, replay, skew_s, sender_constrained, profile, trust_domain: as in
            `verify_call`.
        refetch: returns the JWK set as it is now, or None when it cannot be had.
        authority: the public key (JWK) of the control plane, where the guard is one of its sites:
            then a key counts only with its certificate.
    """

    def __init__(
        self,
        jwks: Mapping[str, Json],
        *,
        issuer: str,
        audience: str,
        replay: Replay,
        skew_s: int = SKEW_S,
        sender_constrained: bool = False,
        profile: Profile = Profile.TOOL_CALL,
        trust_domain: str = "",
        refetch: Callable[[], Awaitable[Mapping[str, Json] | None]] | None = None,
        authority: Mapping[str, str] | None = None,
    ) -> None:
        self._authority = authority
        self._take(jwks)
        self._issuer = issuer
        self._audience = audience
        self._replay = replay
        self._skew_s = skew_s
        self._sender_constrained = sender_constrained
        self.profile: Final = profile
        self._trust_domain = trust_domain
        self._refetch = refetch
        self._fetched_ms = -REFETCH_MS
        self.epochs: Epochs = {}

    def check(
        self,
        token: str | None,
        tool: str,
        args: Mapping[str, Json] | None,
        *,
        now_ms: int,
        schema_s256: str | None = None,
        binding_min: int = 0,
        proof: Proof | None = None,
    ) -> VerifiedCall:
        """Return the verified call, or raise `CallRefused`; with the keys at hand."""
        return verify_call(
            token,
            tool,
            args,
            now_ms=now_ms,
            keys=self._keys,
            issuer=self._issuer,
            audience=self._audience,
            replay=self._replay,
            schema_s256=schema_s256,
            binding_min=binding_min,
            sender_constrained=self._sender_constrained,
            proof=proof,
            epochs=self.epochs,
            skew_s=self._skew_s,
            profile=self.profile,
            trust_domain=self._trust_domain,
            delegations=self._delegations,
        )

    def _take(self, jwks: Mapping[str, Json]) -> None:
        self._keys = public_keys(jwks)
        held = None if self._authority is None else delegations_in(jwks, self._authority)
        self._delegations = held

    async def refreshed(self, now_ms: int) -> bool:
        """Fetch the keys again, at most once per `REFETCH_MS`; return whether they were taken."""
        if self._refetch is None or 0 <= now_ms - self._fetched_ms < REFETCH_MS:
            return False
        self._fetched_ms = now_ms
        fresh = await self._refetch()
        if fresh is None:
            return False
        try:
            self._take(fresh)
        except BadKey:
            return False  # what was good stays; the token in hand is refused as unknown_key
        return True
