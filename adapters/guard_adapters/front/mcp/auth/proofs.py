"""Proofs of the agents that call (RFC 9449): each is good once, at one guard, for a minute or two.

An agent's access token is used for many calls, so the id of every proof is remembered. A proof must
hold a nonce of this process: what was shown to a guard before it started again, or to another
guard, is none here, so no memory has to be shared or kept on a disk.
"""

import secrets
from typing import Final

from guard.grant.dpop import Proof, ProofRefused, check_proof, nonces
from guard.grant.replay import MemoryReplay, ReplayUnavailable
from guard_adapters.front.mcp.auth.access_token import refuse_token
from guard_adapters.front.mcp.protocol.wire import GUARD_UNAVAILABLE, refuse

MOST: Final = 100_000
"""Proofs remembered at once: two minutes of 800 calls a second."""


class Proofs:
    """The memory of proofs, and the nonces that they must hold."""

    def __init__(self, *, most: int = MOST) -> None:
        self._key = secrets.token_bytes(32)
        self._shown = MemoryReplay(start_ms=0, limit=most)

    def nonce(self, now_ms: int) -> str:
        """Return the nonce for the next proof."""
        return nonces(self._key, now_ms)[0]

    def nonces(self, now_ms: int) -> tuple[str, str]:
        """Return the nonces that a proof may hold now."""
        return nonces(self._key, now_ms)

    def check(self, proof: Proof, *, token: str, jkt: str, now_ms: int) -> None:
        """Return if this proof shows the key of the token, for this request, for the first time.

        Raises:
            WireRefused: 401 with `proof_...`, `use_nonce` or `proof_replayed`; 503 while too many
                proofs are remembered.
        """
        try:
            shown = check_proof(proof, token=token, jkt=jkt, now_ms=now_ms)
        except ProofRefused as no:
            refuse_token(no.code, no.message)
        try:
            first = self._shown.first(shown.key(), shown.until_ms(), now_ms)
        except ReplayUnavailable:
            text = "Too many calls came with proofs in the last minute. Try again soon."
            refuse(GUARD_UNAVAILABLE, "proofs_too_many", text, status=503)
        if not first:
            refuse_token("proof_replayed", "This proof came before. Make one for each request.")
