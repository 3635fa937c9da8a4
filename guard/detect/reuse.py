"""A token, a proof or an approval that was shown where it does not belong, or shown twice.

Whoever checked it says so by a stable code; here the code becomes a finding, or nothing where the
same delivery only arrived twice. Codes that anybody can cause without holding a genuine token are
not among them: strangers must not move the risk of a session.
"""

from collections.abc import Mapping
from typing import Final

from guard.detect.finding import Finding
from guard.detect.numbers import Detectors

KINDS: Final[Mapping[str, str]] = {
    "replayed": "token_reuse",
    "proof_replayed": "token_reuse",
    "assertion_replayed": "token_reuse",
    "certificate_mismatch": "proof_mismatch",
    "proof_key": "proof_mismatch",
    "proof_binding": "proof_mismatch",
    "approval_elsewhere": "approval_reuse",
    "workload_wrong": "workload_moved",
}
"""The code of a refusal -> the kind of finding."""

_SAID: Final[Mapping[str, str]] = {
    "replayed": "A call token was shown a second time.",
    "proof_replayed": "A proof of possession was shown a second time.",
    "assertion_replayed": "A client's assertion was shown a second time.",
    "certificate_mismatch": "A genuine token was shown with another client certificate, or none.",
    "proof_key": "A genuine token was shown with the proof of another key.",
    "proof_binding": "A genuine token was shown with the proof for another address.",
    "approval_elsewhere": "What belongs to one approved call was shown with another.",
    "workload_wrong": "A genuine token was shown by a workload that its agent may not be.",
}


def reused(
    code: str, numbers: Detectors, *, same_delivery: bool = False, apart_ms: int = 0
) -> Finding | None:
    """Return what a refusal with this code means.

    Args:
        code: of the refusal, as the checker gave it.
        numbers: the operator's.
        same_delivery: whether both showings had the same proof and came from the same peer.
        apart_ms: time between them (milliseconds).
    """
    kind = KINDS.get(code)
    if kind is None or kind in numbers.without:
        return None
    if same_delivery and apart_ms <= numbers.duplicate_ms:
        return None
    return Finding(kind=kind, said=_SAID[code], evidence={"code": code})
