"""Checks that whoever presents a call token holds the key that the token is bound to.

The proof itself is read in `guard.grant.dpop`. Its id is not remembered here: the call token is
good once, and its memory sees to that. This file fetches nothing and reads no clock.
"""

from guard.grant.dpop import Proof, ProofRefused, check_proof
from guard.grant.presented import CallRefused, VerifiedCall


def check_possession(
    call: VerifiedCall, token: str, proof: Proof | None, now_ms: int, *, required: bool
) -> None:
    """Return if the token is free for all, or bound to a key that the proof shows.

    Args:
        call: what the token says.
        token: the compact token.
        proof: what came with it; None where nothing can come.
        now_ms: Unix milliseconds.
        required: refuse tokens that anyone could present.

    Raises:
        CallRefused: `not_sender_constrained`, or as `guard.grant.dpop.check_proof`.
    """
    if "cnf" not in call.claims:
        if required:
            raise CallRefused("not_sender_constrained", "This tool takes only key-bound tokens.")
        return
    if proof is None:
        # Only its key holder may use it: never a bearer.
        raise CallRefused("proof_missing", "The token is bound to a key; no proof came with it.")
    try:
        # A key that is named in another way has no thumbprint: no proof is for it.
        check_proof(proof, token=token, jkt=_bound_to(call) or "", now_ms=now_ms)
    except ProofRefused as no:
        raise CallRefused(no.code, no.message) from None


def _bound_to(call: VerifiedCall) -> str | None:
    bound = call.claims.get("cnf")
    named = bound.get("jkt") if isinstance(bound, dict) and bound.keys() == {"jkt"} else None
    return named if isinstance(named, str) else None
