"""What an approval is bound to: one digest over everything that must not change after the yes.

It reads nothing and remembers nothing; the bytes that it hashes come as an argument.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from guard.grant.signing import canonical
from guard.model.call import Json

LABEL: Final = b"guard/call/v1\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """Content that an argument only points at, pinned: a file, a git object, an ETag."""

    arg: str
    kind: str
    digest: str


def binding(
    *,
    server: str,
    tool: str,
    schema_sha256: str,
    bytes_sha256: str,
    session: str,
    workload: str,
    principal: str,
    policy_version: str,
    intent_sha256: str,
    refs: Sequence[Ref] = (),
    acting: str = "",
) -> tuple[str, bytes]:
    """Return what an approval is bound to (lower-case hex), and the envelope it is made from.

    Arguments enter as the digest of the bytes that are shown, stored and forwarded. The head of
    the audit chain stays out: bound to it, every call in between would void the approval.

    Raises:
        NotCanonical: a name in the envelope has no single reading.
    """
    pinned: list[Json] = [{"arg": r.arg, "kind": r.kind, "digest": r.digest} for r in refs]
    body: dict[str, Json] = {
        "server": server,
        "tool": tool,
        "tool_schema_hash": schema_sha256,
        "args_sha256": bytes_sha256,
        "refs": pinned,
        "session": session,
        "workload": workload,
        "principal": principal,
        "policy_version": policy_version,
        "intent_hash": intent_sha256,
        # People say yes to whom they were shown: a sub-agent uses no yes of the agent above it.
        **({"acting": acting} if acting else {}),
    }
    envelope = canonical(body)
    return sha256(LABEL + envelope).hexdigest(), envelope


def for_use(envelope: bytes, use: str) -> tuple[str, bytes]:
    """Return binding and envelope of the same call for this use alone: nobody else joins it."""
    body: dict[str, Json] = json.loads(envelope)
    own = canonical(body | {"use": use})
    return sha256(LABEL + own).hexdigest(), own
