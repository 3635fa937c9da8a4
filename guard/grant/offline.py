"""What a site without its control plane works from: one signed bundle, and how old it is.

A compact JWS (RFC 7515) of type `guard-bundle+jwt`, ES256, by the key of the control plane alone,
for one site. Rule 1: a bundle never takes the place of a later one. Rule 2: age closes, first for
changes, then for everything; nothing here opens. It reads no clock and keeps nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import sha256
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from guard.grant.signing import compact, es256_verify, public_jwk, signing_input, thumbprint, unb64u
from guard.grant.strict import NotStrictJson, strict_json
from guard.model.call import Json

TYP: Final = "guard-bundle+jwt"
ALG: Final = "ES256"
MAX_BYTES: Final = 4 * 2**20
LONGEST_S: Final = 31 * 86_400
"""Longest life of a bundle (s)."""

AHEAD_S: Final = 300
"""How far the clock of the control plane may run ahead of the site's (s)."""

KINDS: Final = ("principal", "agent", "session", "server", "tool", "device")
"""What can be revoked, each by its name; a tool as `<server>/<tool>`."""

EVERYTHING: Final = "everything:"
"""What stands among the revocations while the control plane has stopped everything."""

_PARTS: Final = 3


class OfflineRefused(Exception):
    """A bundle, certificate or receipt is not taken. `code` is stable, `message` for a person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Step(IntEnum):
    """How far a site may go on what it last heard."""

    FULL = 0
    READ_ONLY = 1
    NONE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteBundle:
    """All that a site needs: rules, revocations, and how long it may go on. Times in Unix seconds.

    Args:
        guard: the control plane's name.
        site: the name of the one guard that it is for.
        seq: its epoch; each bundle for a site has a higher one.
        issued_s, not_after_s: from when to when.
        full_s, read_only_s: ages up to which everything, and reading, goes on.
        policies: policy texts by file name.
        revoked: `<kind>:<name>`, of `KINDS`.
        approvable: ids of the rules whose question a passkey at the site may answer.
        delegation: the certificate by which tool servers take the site's tokens; may be empty.
        keys: public key sets of others (JSON text) by the address that the site's guard.yaml names.
    """

    guard: str
    site: str
    seq: int
    issued_s: int
    not_after_s: int
    full_s: int
    read_only_s: int
    policies: Mapping[str, str] = field(repr=False)
    revoked: frozenset[str] = frozenset()
    approvable: frozenset[str] = frozenset()
    delegation: str = field(default="", repr=False)
    keys: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)

    def step(self, now_ms: int) -> Step:
        """Return how far the site may go now."""
        age_s = max(0, now_ms // 1000 - self.issued_s)
        if now_ms // 1000 >= self.not_after_s or age_s > self.read_only_s:
            return Step.NONE
        return Step.FULL if age_s <= self.full_s else Step.READ_ONLY


def policy_sha256(policies: Mapping[str, str]) -> str:
    """Return one digest over policy texts and their names."""
    told = sha256(b"guard/site-policy/v1\0")
    for name, text in sorted(policies.items()):
        told.update(f"{len(name)}:{name}{len(text.encode())}:".encode())
        told.update(text.encode())
    return told.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """The control plane's key: its name, and what signs with it (ES256, 64 bytes)."""

    kid: str
    sign: Callable[[bytes], bytes] = field(repr=False)


def sign_bundle(authority: Authority, bundle: SiteBundle) -> str:
    """Return the bundle as a compact token.

    Raises:
        ValueError: its times do not follow each other, or it lives too long.
    """
    if not 0 < bundle.not_after_s - bundle.issued_s <= LONGEST_S:
        raise ValueError(f"a bundle lives 1 to {LONGEST_S} s")
    if not 0 <= bundle.full_s <= bundle.read_only_s:
        raise ValueError("full_s is longer than read_only_s")
    claims: dict[str, Json] = {
        "iss": bundle.guard,
        "sub": bundle.site,
        "seq": bundle.seq,
        "iat": bundle.issued_s,
        "exp": bundle.not_after_s,
        "full_s": bundle.full_s,
        "read_only_s": bundle.read_only_s,
        "policies": dict(bundle.policies),
        "policy_sha256": policy_sha256(bundle.policies),
        "revoked": [*sorted(bundle.revoked)],
        "approvable": [*sorted(bundle.approvable)],
        "delegation": bundle.delegation,
        "keys": dict(bundle.keys),
    }
    return signed_by(authority, TYP, claims)


def signed_by(authority: Authority, typ: str, claims: Mapping[str, Json]) -> str:
    """Return claims as a compact token of a type, signed by the control plane."""
    signed = signing_input({"alg": ALG, "typ": typ, "kid": authority.kid}, claims)
    return compact(signed, authority.sign(signed))


def claims_by(key: ec.EllipticCurvePublicKey, typ: str, token: str) -> Mapping[str, Any]:
    """Return the claims of a token of this type that this key signed.

    Raises:
        OfflineRefused: `bundle_malformed`, `bundle_forged`.
    """
    parts = token.strip().split(".")
    if len(token) > MAX_BYTES or len(parts) != _PARTS:
        raise OfflineRefused("bundle_malformed", "It is no compact token, or too large.")
    try:
        header, claims = (strict_json(unb64u(part)) for part in parts[:2])
        signature = unb64u(parts[2])
    except (ValueError, NotStrictJson):
        raise OfflineRefused("bundle_malformed", "It has no single reading.") from None
    wanted = {"alg": ALG, "typ": typ, "kid": thumbprint(public_jwk(key))}
    if header != wanted or not isinstance(claims, dict):
        raise OfflineRefused("bundle_forged", f"It is no {typ} by the key of the control plane.")
    if not es256_verify(key, f"{parts[0]}.{parts[1]}".encode(), signature):
        raise OfflineRefused("bundle_forged", "The signature does not hold.")
    return claims


def read_bundle(
    token: str, key: ec.EllipticCurvePublicKey, *, site: str, now_ms: int, seq: int = 0
) -> SiteBundle:
    """Return the bundle of a token, if it is genuine, for this site, and later than the last.

    Args:
        token: as it came.
        key: of the control plane.
        site: the name of this guard.
        now_ms: Unix milliseconds.
        seq: the epoch that is in force; 0 = none is, or the same bundle is read again.

    Raises:
        OfflineRefused: `bundle_malformed`, `bundle_forged`, `bundle_of_another_site`,
            `bundle_superseded`, `clock_behind`.
    """
    bundle = _bundle(claims_by(key, TYP, token))
    if bundle.site != site:
        raise OfflineRefused("bundle_of_another_site", f"It is for {bundle.site!r}, not {site!r}.")
    if bundle.seq <= seq:
        wrong = f"It has epoch {bundle.seq}, and {seq} is in force."
        raise OfflineRefused("bundle_superseded", wrong)
    if bundle.issued_s > now_ms // 1000 + AHEAD_S:
        wrong = f"It was made at {bundle.issued_s}, and here it is {now_ms // 1000}: set the clock."
        raise OfflineRefused("clock_behind", wrong)
    return bundle


def _bundle(raw: Mapping[str, Any]) -> SiteBundle:
    try:
        policies = {str(name): _text(text) for name, text in raw["policies"].items()}
        bundle = SiteBundle(
            guard=_text(raw["iss"]),
            site=_text(raw["sub"]),
            seq=_count(raw["seq"]),
            issued_s=_count(raw["iat"]),
            not_after_s=_count(raw["exp"]),
            full_s=_count(raw["full_s"]),
            read_only_s=_count(raw["read_only_s"]),
            policies=policies,
            revoked=frozenset(map(_text, raw["revoked"])),
            approvable=frozenset(map(_text, raw["approvable"])),
            delegation=_text(raw["delegation"]),
            keys={str(url): _text(text) for url, text in raw.get("keys", {}).items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        said = f"A part is missing or of another version ({wrong})."
        raise OfflineRefused("bundle_malformed", said) from None
    if raw.get("policy_sha256") != policy_sha256(policies):
        raise OfflineRefused("bundle_malformed", "The digest is of other policies.")
    return bundle


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        raise TypeError(f"{value!r} is no number")
    return value
