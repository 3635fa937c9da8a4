"""The name by which an upstream recognises one run: its idempotency key, and where it travels.

It is made of what the guard alone chose. No argument, and nothing else that an agent says, has a
part in it; it sends nothing.
"""

from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """Where an upstream looks for the key: in this HTTP header, or in `_meta` if it is empty."""

    header: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """The key of one run, and the header that carries it (empty = `_meta`)."""

    value: str
    header: str = ""


def idempotency_key(place: Idempotency, *, call_id: str, consume_id: str) -> IdempotencyKey:
    """Return the key of one run: 64 hex digits.

    Args:
        place: where it travels.
        call_id: the guard's id of the call.
        consume_id: the id under which the call used an approval up; empty if nobody was asked. It
            stays in the approval's row, so that the key of a run whose end is unknown can be made
            again, to ask the upstream for it.
    """
    kind, made_of = ("use", consume_id) if consume_id else ("call", call_id)
    text = f"guard/idempotency/v1\0{kind}\0{made_of}"
    return IdempotencyKey(value=sha256(text.encode()).hexdigest(), header=place.header)
