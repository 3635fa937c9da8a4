"""A reviewer's answer in the log, with the evidence that lets anybody check it again years later.

The leaf names the question, the answer, the person and the key; what was signed stands beside it,
bound to the leaf by a salted digest, and can be erased without breaking the tree.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from guard.audit.event import Event
from guard.audit.redact import salted_sha256
from guard.grant.approval import Approval
from guard.grant.assertion import Assertion, Place, Signed, SigningKey
from guard.grant.people import Passkey
from guard.grant.signing import b64u, canonical, unb64u
from guard.grant.votes import Vote
from guard.model.call import Json


def evidence_text(
    given: Assertion, key: Passkey, signed: Signed, place: Place, envelope: bytes
) -> str:
    """Return everything that a later check of one signature needs, as canonical JSON.

    `envelope` is what the binding of the question is made from.
    """
    held: dict[str, Json] = {
        "signed": asdict(signed),
        "client_data": b64u(given.client_data),
        "authenticator_data": b64u(given.authenticator_data),
        "signature": b64u(given.signature),
        "credential_id": key.credential_id,
        "spki": b64u(key.spki),
        "alg": key.alg,
        "origin": place.origin,
        "rp_id": place.rp_id,
        "envelope": envelope.decode(),
    }
    return canonical(held).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is kept of one signature."""

    signed: Signed
    given: Assertion
    key: SigningKey
    place: Place
    envelope: bytes


def evidence_from(text: str) -> Evidence:
    """Return what `evidence_text` wrote.

    Raises:
        ValueError: it is something else.
    """
    held = json.loads(text)
    try:
        raw: Mapping[str, Any] = held if isinstance(held, dict) else {}
        given, key, place = signature_from(raw)
        return Evidence(
            signed=Signed(**raw["signed"]),
            given=given,
            key=key,
            place=place,
            envelope=raw["envelope"].encode(),
        )
    except (KeyError, TypeError, AttributeError) as wrong:
        raise ValueError(f"no evidence of a vote: {wrong}") from None


def signature_from(raw: Mapping[str, Any]) -> tuple[Assertion, SigningKey, Place]:
    """Return the signature, the key and the place that are kept of it.

    Raises:
        KeyError, TypeError, ValueError: something is missing, or is not what was kept.
    """
    names = ("client_data", "authenticator_data", "signature")
    given = Assertion(**{name: unb64u(raw[name]) for name in names})
    key = SigningKey(spki=unb64u(raw["spki"]), alg=int(raw["alg"]))
    return given, key, Place(origin=str(raw["origin"]), rp_id=str(raw["rp_id"]))


def voted(
    row: Approval, vote: Vote, *, salt: bytes, key: Passkey | None = None, evidence: str = ""
) -> Event:
    """Return the record of one answer.

    Args:
        row: what was asked.
        vote: the answer.
        salt: 16 random bytes, kept beside the tree.
        key: the passkey that signed, if one did.
        evidence: see `evidence_text`.
    """
    leaf: dict[str, Json] = {
        "approval": row.id,
        "decision": vote.decision,
        "method": vote.method,
        "by": vote.voter.principal,
    }
    side: dict[str, Json] = {"salt": salt.hex()}
    if key is not None:
        leaf |= {"key": key.digest, "evidence_s256": salted_sha256(salt, evidence.encode())}
        side["evidence"] = evidence
    if vote.reason:
        leaf["reason_s256"] = salted_sha256(salt, vote.reason.encode("utf-8", "replace"))
        side["reason"] = vote.reason
    return Event(
        kind="vote", at_ms=vote.at_ms, session=row.session, call=row.call_id, leaf=leaf, side=side
    )
