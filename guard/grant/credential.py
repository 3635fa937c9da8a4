"""One call as its credential is tied to it, and the secret of that credential.

Nothing in this file can widen a credential: `narrowed` shortens or drops, and has no twin.
The secret is never shown: not in `repr`, not in a pickle, not in a copy of the fields.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NoReturn, Protocol

from guard.grant.dpop import Bearing
from guard.grant.signing import b64u
from guard.model.facts import Binding

CALL_TOKEN: Final = "calltoken"  # noqa: S105  a name
"""The kind of the one credential that is itself a message to the upstream."""

ACCESS_TOKEN: Final = "oauth_exchange"  # noqa: S105  a name
"""The kind of an authorization server's own tokens."""

MIN_TTL_S: Final = 5
MAX_TTL_S: Final = 60
DEFAULT_TTL_S: Final = 30


class Unissuable(ValueError):
    """A credential that the rules of this file do not allow."""

    def __init__(self, code: str, wrong: str) -> None:
        super().__init__(f"{code}: {wrong}.")
        self.code = code
        self.wrong = wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalEvidence:
    """Who said yes, and how: the token names it, the upstream may ask for it."""

    id: str
    by: tuple[str, ...]
    method: str  # webauthn, ciba, otp, terminal or policy
    at_ms: int
    evidence_s256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundCall:
    """One judged call, with everything that its credential is tied to."""

    call_id: str
    server: str
    tool: str
    args_s256: str  # RFC 8785 digest, b64u; see guard.grant.signing.args_s256
    audience: str  # canonical MCP server URI, or stdio:<server-id>
    principal: str
    agent: str
    session: str
    seq: int = 0
    parent: str = ""  # the agent that started this one
    client_id: str = ""
    schema_s256: str = ""  # the tool definition that a person accepted
    intent: str = ""
    prev: str = ""  # digest of the session's last record
    txn: str = ""  # of which transaction this call is a part; empty = the session
    policy: str = ""  # digest of the bundle
    grant: str = ""  # what it may do at the target, in the issuer's words
    arguments: bytes = field(default=b"{}", repr=False)  # exactly those that were judged
    approval: ApprovalEvidence | None = None
    risk: int = 0  # level of the session's risk, 0 to 3
    device_compliant: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundCaller:
    """For whom a credential between calls is: a session at one server, and no call of it."""

    server: str
    audience: str  # canonical MCP server URI
    principal: str
    agent: str
    session: str
    grant: str  # what it may do at the target, in the issuer's words


def lifetime_s(wanted: int | None, ceiling: int = DEFAULT_TTL_S) -> int:
    """Return the seconds a token may live: the smaller of what policy and settings say.

    Raises:
        Unissuable: `issuer_ttl_floor`: policy wants less than `MIN_TTL_S`, shorter than one slow
            hop to an upstream, or the setting is out of range.
    """
    ttl = ceiling if wanted is None else min(wanted, ceiling)
    if not MIN_TTL_S <= ttl <= MAX_TTL_S:
        raise Unissuable(
            "issuer_ttl_floor", f"a call token lives {MIN_TTL_S} to {MAX_TTL_S} s, not {ttl}"
        )
    return ttl


def token_id(lease_id: bytes) -> str:
    """Return the `jti` for the 16 random bytes of a lease."""
    return b64u(lease_id)


class Prover(Protocol):
    """Holds the key that a credential is bound to."""

    @property
    def jkt(self) -> str:
        """Return the RFC 7638 thumbprint of the key."""
        ...

    def proof(
        self, method: str, url: str, *, token: str = "", nonce: str = "", bearing: Bearing = "ath"
    ) -> str:
        """Return a fresh proof for one request (RFC 9449)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """The secret for one call, and what it is good for.

    `secret` is for the wire only: never log it, never hand it to a model. `parts` hold what else a
    client of the target needs (user, key file, session token), some of it as secret. `prover`
    holds the key that it is bound to, where it is bound to one.
    """

    kind: str
    lease_id: str
    audience: str
    binding: Binding
    expires_at_ms: int
    scopes: frozenset[str] = frozenset()
    secret: str = field(repr=False)
    parts: Mapping[str, str] = field(default_factory=dict, repr=False)
    prover: Prover | None = field(default=None, repr=False, compare=False)

    @property
    def token(self) -> str:
        """Return what may travel in a message to the upstream; of other kinds that is nothing."""
        return self.secret if self.kind == CALL_TOKEN else ""

    @property
    def bearer(self) -> str:
        """Return what may travel in HTTP headers to its audience; of other kinds, nothing."""
        return self.secret if self.kind in {CALL_TOKEN, ACCESS_TOKEN} else ""

    def headers(self, method: str, url: str, *, nonce: str = "") -> tuple[tuple[str, str], ...]:
        """Return the HTTP headers that carry it in one request (RFC 6750, 2.1; RFC 9449, 7.1).

        Asked anew for each request: where it is bound to a key, a proof is good for one.
        """
        if self.prover is None:
            return (("Authorization", f"Bearer {self.secret}"),)
        proof = self.prover.proof(method, url, token=self.secret, nonce=nonce)
        return (("Authorization", f"DPoP {self.secret}"), ("DPoP", proof))

    def beside(self, method: str, url: str, *, nonce: str = "") -> tuple[tuple[str, str], ...]:
        """Return the headers that carry it beside another credential: as a transaction token.

        It is never an access token, so it is not in `Authorization`; the proof names it in `tth`.
        """
        own = ("Txn-Token", self.secret)
        if self.prover is None:
            return (own,)
        proof = self.prover.proof(method, url, token=self.secret, nonce=nonce, bearing="tth")
        return (own, ("DPoP", proof))

    def live(self, now_ms: int) -> bool:
        """Return whether it is worth sending."""
        return now_ms < self.expires_at_ms

    def narrowed(
        self, *, scopes: frozenset[str] | None = None, expires_at_ms: int | None = None
    ) -> "Credential":
        """Return a credential that reaches no further: fewer scopes, an earlier end.

        Asking for more gives what was there before; nothing in here widens.
        """
        return replace(
            self,
            scopes=self.scopes if scopes is None else self.scopes & scopes,
            expires_at_ms=min(self.expires_at_ms, expires_at_ms or self.expires_at_ms),
        )

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refuse to be pickled or copied, in every protocol: that would be a secret on a disk.

        Not `__getstate__`: before 3.11.4, a dataclass with slots replaces that of its class.
        """
        raise TypeError(f"Credential {self.lease_id!r} cannot be pickled: it holds a secret.")
