"""Reads what a caller presented: the parts, the header and the claims of a call token.

Shape only: whether a key is known, whether a claim is there and has its type, whom the token
names. Refuses whatever has two readings. Deciding whether the call may run is
`guard.grant.verify`'s; this file looks at no clock and at no arguments.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from guard.grant.claims import DETAIL_TYPE, Profile
from guard.grant.signing import UNSAFE_NUMBER, BadKey, public_key, unb64u
from guard.grant.strict import NotStrictJson, strict_json
from guard.model.call import Json

ALG: Final = "ES256"
HEADER: Final = frozenset({"alg", "kid", "typ"})
MAX_TOKEN: Final = 8 * 1024
"""Longest token, in bytes: what servers commonly take as one header line."""

STEPS: Final[Mapping[str, int]] = {
    "token_missing": 1, "token_too_large": 1, "token_malformed": 1,
    "wrong_typ": 2, "wrong_alg": 2, "bad_header": 2, "unknown_key": 2,
    "bad_signature": 3,
    "claims_malformed": 4, "wrong_issuer": 4, "wrong_audience": 4, "expired": 4,
    "not_yet_valid": 4, "ttl_too_long": 4,
    "revoked": 5,
    "tool_mismatch": 6, "args_mismatch": 6, "schema_mismatch": 6, "binding_too_low": 6,
    "delegation_missing": 6, "delegation_expired": 6, "delegation_exceeded": 6,
    "not_sender_constrained": 7, "proof_missing": 7, "proof_malformed": 7,
    "proof_key": 7, "proof_signature": 7, "proof_binding": 7, "proof_stale": 7,
    "use_nonce": 7,
    "replayed": 8, "replay_store_unavailable": 8, "replay_store_cold": 8,
}  # fmt: skip
"""Every code, and the step that gives it."""

Keys = Mapping[str, ec.EllipticCurvePublicKey]
"""Public keys by `kid`."""


class CallRefused(Exception):
    """The token does not allow this call. `code` is stable, `message` is for a log.

    `authentic` says whether the signature held: what a stranger sends must not count against
    the session that it names.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.step = STEPS[code]
        self.authentic = self.step > STEPS["bad_signature"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedCall:
    """What the guard vouches for: this call, by this agent, for this person, now and once."""

    issuer: str
    audience: str
    subject: str
    agent: str
    tool: str
    args_s256: str
    session: str
    jti: str
    kid: str
    issued_ms: int
    expires_s: int
    binding: int
    schema_s256: str = ""
    scopes: frozenset[str] = frozenset()
    claims: Mapping[str, Json] = field(repr=False)


def public_keys(jwks: Mapping[str, Json]) -> dict[str, ec.EllipticCurvePublicKey]:
    """Return the ES256 keys of a JWK set by `kid`; keys of other types are left out.

    Raises:
        BadKey: not a JWK set, a P-256 key without its name or with another's, or a private key.
    """
    rows = jwks.get("keys")
    if not isinstance(rows, list):
        raise BadKey("the document has no list 'keys'")
    found: dict[str, ec.EllipticCurvePublicKey] = {}
    for row in rows:
        if not isinstance(row, dict) or row.get("kty") != "EC" or row.get("crv") != "P-256":
            # A symmetric key in here would let everyone who can read it sign.
            continue
        kid = row.get("kid")
        if not isinstance(kid, str) or not kid or kid in found:
            raise BadKey(f"kid {kid!r} is missing, empty or given twice")
        found[kid] = public_key(row)
    return found


def parts(token: str | None) -> tuple[bytes, bytes, bytes, bytes]:
    """Return signing input, header, payload and signature of a compact token (RFC 7515, 5.2)."""
    if not token:
        raise CallRefused("token_missing", "The call carries no token.")
    if len(token) > MAX_TOKEN:
        raise CallRefused(
            "token_too_large", f"The token has {len(token)} characters, at most {MAX_TOKEN}."
        )
    pieces = token.split(".")
    if len(pieces) != 3:  # noqa: PLR2004  header, payload, signature
        raise CallRefused("token_malformed", f"The token has {len(pieces)} parts, not 3.")
    try:
        header, payload, signature = (unb64u(piece) for piece in pieces)
    except ValueError:
        raise CallRefused("token_malformed", "A part of the token is not base64url.") from None
    return token.rpartition(".")[0].encode(), header, payload, signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Whose tokens are taken, for which server, in which form.

    `trust_domain` is the audience of transaction tokens, whose details name this server.
    """

    issuer: str
    audience: str
    profile: Profile = Profile.TOOL_CALL
    trust_domain: str = ""

    @property
    def addressee(self) -> str:
        """Return what `aud` must be."""
        return self.trust_domain if self.profile is Profile.TXN else self.audience


def trusted(
    raw: bytes, keys: Keys, profile: Profile = Profile.TOOL_CALL
) -> tuple[str, ec.EllipticCurvePublicKey]:
    """Return the known key that the header names, after refusing everything else in it."""
    try:
        header = strict_json(raw)
    except NotStrictJson as wrong:
        raise CallRefused("token_malformed", f"The token's header: {wrong.wrong}.") from None
    if not isinstance(header, dict):
        raise CallRefused("token_malformed", "The token's header is not an object.")
    if header.get("typ") != profile.value:
        raise CallRefused(
            "wrong_typ", f"typ is {brief(header.get('typ'))}, expected {profile.value!r}."
        )
    if header.get("alg") != ALG:
        raise CallRefused("wrong_alg", f"alg is {brief(header.get('alg'))}, expected {ALG!r}.")
    kid = header.get("kid")
    if header.keys() != HEADER or not isinstance(kid, str):
        # jwk, jku, x5u and x5c would bring their own key, crit their own rules (RFC 8725, 3.10).
        raise CallRefused(
            "bad_header", f"Members are {brief(sorted(header))}, not {sorted(HEADER)}."
        )
    if kid not in keys:
        raise CallRefused("unknown_key", f"Key {brief(kid)} is none of the {len(keys)} known.")
    return kid, keys[kid]


def claims_of(raw: bytes, kid: str, expected: Expected) -> VerifiedCall:
    """Return the claims of a signed payload, all there and of their types, for this audience."""
    try:
        claims = strict_json(raw)
    except NotStrictJson as wrong:
        raise CallRefused("claims_malformed", f"The claims: {wrong.wrong}.") from None
    if not isinstance(claims, dict):
        raise CallRefused("claims_malformed", "The claims are not an object.")
    _check_addressed(claims, expected)
    detail = _detail(claims, expected)
    return VerifiedCall(
        issuer=expected.issuer,
        audience=expected.audience,
        subject=_text(claims, "sub"),
        agent=_agent(claims, expected.profile),
        tool=_text(detail, "tool"),
        args_s256=_text(detail, "args_s256"),
        session=_text(detail, "session"),
        jti=_text(claims, "jti"),
        kid=kid,
        issued_ms=_issued_ms(claims, expected.profile),
        expires_s=number(claims, "exp"),
        binding=number(detail, "binding"),
        schema_s256=_text(detail, "schema_s256") if "schema_s256" in detail else "",
        scopes=_scopes(claims, expected.profile),
        claims=claims,
    )


def _check_addressed(claims: Mapping[str, Json], expected: Expected) -> None:
    issuer, addressee = expected.issuer, expected.addressee
    if claims.get("iss") != issuer:
        raise CallRefused("wrong_issuer", f"iss is {brief(claims.get('iss'))}, not {issuer!r}.")
    if not addressee or claims.get("aud") != addressee:
        # A list is refused too: a token for two servers can be replayed by either at the other.
        raise CallRefused(
            "wrong_audience", f"aud is {brief(claims.get('aud'))}, not {addressee!r}."
        )


def _detail(claims: Mapping[str, Json], expected: Expected) -> Mapping[str, Json]:
    if expected.profile is Profile.TXN:
        detail = claims.get("tctx")
    else:
        details = claims.get("authorization_details")
        detail = details[0] if isinstance(details, list) and len(details) == 1 else None
    if not isinstance(detail, dict):
        raise CallRefused("claims_malformed", "The token does not hold exactly one detail.")
    here = [expected.audience]
    if detail.get("type") == DETAIL_TYPE and detail.get("locations") == here:
        return detail
    if expected.profile is Profile.TXN and detail.get("type") == DETAIL_TYPE:
        # The trust domain has many servers; this one is named in the detail alone.
        raise CallRefused("wrong_audience", f"The detail is not for {expected.audience!r} alone.")
    raise CallRefused(
        "claims_malformed", f"The detail is not a {DETAIL_TYPE!r} for {expected.audience!r} alone."
    )


def _agent(claims: Mapping[str, Json], profile: Profile) -> str:
    actor = claims.get("act")
    if actor is None and profile is Profile.RAR:
        return _text(claims, "client_id")  # RFC 9068, 2.2: always there
    return _text(actor if isinstance(actor, dict) else {}, "sub")


def _scopes(claims: Mapping[str, Json], profile: Profile) -> frozenset[str]:
    if profile is Profile.RAR and "scope" not in claims:
        return frozenset()  # RFC 9068, 2.2.3: only where scopes were asked for
    return frozenset(_text(claims, "scope").split())


def _issued_ms(claims: Mapping[str, Json], profile: Profile) -> int:
    if profile is Profile.RAR and "iat_ms" not in claims:
        # The start of its second: a revocation in the same second ends it as well.
        return number(claims, "iat") * 1000
    return number(claims, "iat_ms")


def _text(claims: Mapping[str, Json], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise CallRefused("claims_malformed", f"{name} is {brief(value)}, not a string.")
    return value


def number(claims: Mapping[str, Json], name: str) -> int:
    """Return a claim that is an integer a double can hold."""
    value = claims.get(name)
    # type() because True is an int: `"exp": true` must not mean one second after 1970.
    if type(value) is not int or not 0 <= value < UNSAFE_NUMBER:
        raise CallRefused("claims_malformed", f"{name} is {brief(value)}, not an integer.")
    return value


def brief(value: object) -> str:
    """Return a value as it may stand in a log line: quoted, and cut."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"  # noqa: PLR2004  one log line
