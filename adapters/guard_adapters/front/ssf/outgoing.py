"""What the guard tells others, as signed tokens (RFC 8417), for each receiver its own (SSF 1.0).

Which receivers there are is the operator's word; what is told of whom was decided before.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from guard.access.outward import TELLS, About, Statement
from guard.clock import Clock
from guard.grant.secevent import SSF
from guard.grant.signing import compact, signing_input
from guard.model.call import Json
from guard.ports import Ids
from guard.ports.transmit import OutStream, OutToken

PUSH: Final = "urn:ietf:rfc:8935"
POLL: Final = "urn:ietf:rfc:8936"
PREFIX: Final = "/guard/v1/ssf"
KEYS: Final = "/.well-known/guard-signals.json"
METADATA: Final = "/.well-known/ssf-configuration"
TYP: Final = "secevent+jwt"

EVERY_S: Final = 30
"""Shortest pause between two verifications of one stream (seconds)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """One receiver, as the operator listed it.

    Args:
        audience: `aud` of everything that it gets.
        token: digest of what it must bear.
        events: URIs of what it may be told.
        about: whether it is told of single sessions or of people.
        push_to: origins to which its own stream may be pushed; none: it polls.
        fixed: the operator wrote its stream down; it changes nothing but the status.
    """

    name: str
    audience: str
    token: bytes = field(repr=False)
    events: tuple[str, ...] = TELLS
    about: About = "session"
    push_to: frozenset[str] = frozenset()
    fixed: bool = False

    def delivered(self, stream: OutStream) -> list[Json]:
        """Return the events of a stream: what it asked for, of what it may be told."""
        return [one for one in self.events if one in stream.events]


class SetSigner(Protocol):
    """The key that signs tokens. `alg` as in RFC 7518."""

    alg: str
    kid: str

    def signed(self, text: bytes) -> bytes:
        """Return the signature over these bytes."""
        ...

    def public(self) -> Mapping[str, Json]:
        """Return the public key (a JWK)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Speaks as one transmitter. `issuer` is its URL, without a slash at the end."""

    issuer: str
    signer: SetSigner
    clock: Clock
    ids: Ids
    receivers: Mapping[str, Receiver]

    def tokens(
        self, statements: Iterable[Statement], streams: Sequence[OutStream]
    ) -> list[OutToken]:
        """Return a token for each statement and each stream that wants it, in their order."""
        wanting = [
            (stream, receiver, receiver.delivered(stream))
            for stream in streams
            if stream.status != "disabled" and (receiver := self.receivers.get(stream.receiver))
        ]
        return [
            self._token(stream, receiver, one.event, one.subject, one.claims)
            for one in statements
            for stream, receiver, wanted in wanting
            if one.event in wanted and one.about == receiver.about
        ]

    def verification(self, stream: OutStream, state: str | None) -> OutToken:
        """Return the token by which a receiver sees that its stream works (SSF 1.0, 8.1.4.1)."""
        said: dict[str, Json] = {} if state is None else {"state": state}
        about: dict[str, Json] = {"format": "opaque", "id": stream.id}
        receiver = self.receivers[stream.receiver]
        return self._token(stream, receiver, SSF + "verification", about, said)

    def _token(
        self,
        stream: OutStream,
        receiver: Receiver,
        event: str,
        subject: Mapping[str, Json],
        said: Mapping[str, Json],
    ) -> OutToken:
        now_ms, jti = self.clock.now_ms(), self.ids.token(16).hex()
        claims: dict[str, Json] = {
            "iss": self.issuer,
            "aud": receiver.audience,
            "iat": now_ms // 1000,
            "jti": jti,
            "sub_id": dict(subject),
            "events": {event: dict(said)},
        }
        header = {"alg": self.signer.alg, "kid": self.signer.kid, "typ": TYP}
        text = signing_input(header, claims)
        token = compact(text, self.signer.signed(text))
        return OutToken(id=jti, stream=stream.id, token=token, at_ms=now_ms)
