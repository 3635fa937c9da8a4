"""Keys in memory that show who sends a request (DPoP, RFC 9449): one for each session.

Nothing is written down: a key ends with the process, and with it whatever was bound to it. Making
one takes less time than reading one from a file.
"""

from collections import OrderedDict
from typing import Final, NoReturn

from cryptography.hazmat.primitives.asymmetric import ec

from guard.clock import Clock
from guard.grant.dpop import Bearing, proof_input
from guard.grant.signing import b64u, compact, es256_sign, public_jwk, thumbprint
from guard.ports import Ids

MOST: Final = 10_000
"""Keys held at once. The one used longest ago goes first: its session gets a new one."""

JTI_BYTES: Final = 16


class ProofKey:
    """One P-256 key; fulfils `guard.grant.credential.Prover`."""

    def __init__(
        self, *, clock: Clock, ids: Ids, key: ec.EllipticCurvePrivateKey | None = None
    ) -> None:
        self._clock = clock
        self._ids = ids
        self._key = key or ec.generate_private_key(ec.SECP256R1())
        self._jwk = public_jwk(self._key.public_key())
        self.jkt = thumbprint(self._jwk)

    def at(self, clock: Clock) -> "ProofKey":
        """Return the same key, which makes its proofs at the times of another clock."""
        return ProofKey(clock=clock, ids=self._ids, key=self._key)

    def __repr__(self) -> str:
        """Return the key's name only."""
        return f"ProofKey(jkt={self.jkt!r})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refuse to be pickled or copied: that would be a key on a disk."""
        raise TypeError(f"ProofKey {self.jkt!r} cannot be pickled: it holds a private key.")

    def proof(
        self, method: str, url: str, *, token: str = "", nonce: str = "", bearing: Bearing = "ath"
    ) -> str:
        """Return a fresh proof for one request; see `guard.grant.dpop.proof_input`."""
        signed = proof_input(
            self._jwk,
            method=method,
            url=url,
            jti=b64u(self._ids.token(JTI_BYTES)),
            now_ms=self._clock.now_ms(),
            token=token,
            nonce=nonce,
            bearing=bearing,
        )
        return compact(signed, es256_sign(self._key, signed))


class SessionKeys:
    """The key of each session, made when it is first asked for."""

    def __init__(self, *, clock: Clock, ids: Ids, most: int = MOST) -> None:
        self._clock = clock
        self._ids = ids
        self._most = most
        self._keys: OrderedDict[str, ProofKey] = OrderedDict()

    def of(self, session: str) -> ProofKey:
        """Return the key of a session."""
        found = self._keys.get(session)
        if found is None:
            found = self._keys[session] = ProofKey(clock=self._clock, ids=self._ids)
            if len(self._keys) > self._most:
                self._keys.popitem(last=False)
        self._keys.move_to_end(session)
        return found
