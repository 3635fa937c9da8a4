"""What a session was told to do, kept beside the tree: the person's words and the declared task.

It can be erased like facts. A value that the words call a password, a PIN or a key is left out, or
that looks like one: whoever reads the log can judge a session again, and not log in with it. A leaf
names what is kept, under a salt, and never what was said: a digest of whole words would give away
what was left out of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from json import dumps
from typing import Any, Final

from guard.audit.blanked import blanked, without_secrets
from guard.audit.redact import SALT, salted_sha256
from guard.model.call import Json
from guard.session.intent import TaskIntent

KINDS: Final = frozenset({"session_opened", "intent_declared", "task_told"})
"""The leaves beside which somebody's words or task may stand."""

LABEL: Final = b"guard/said/v1\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is written of words and of a task: a part of the leaf, and all that stands beside it."""

    leaf: Mapping[str, Json]
    side: Mapping[str, Json]


def kept(salt: bytes, words: Sequence[str] = (), intent: TaskIntent | None = None) -> Kept:
    """Return what the log keeps of words and of a task.

    Args:
        salt: 16 random bytes, kept beside the tree and erased with what they salt.
        words: what the person said.
        intent: the declared task.
    """
    side: dict[str, Json] = {}
    leaf: dict[str, Json] = {}
    if words:
        side["words"] = [without_secrets(one) for one in words]
    if intent is not None:
        text = dumps(blanked(intent.as_json()), sort_keys=True, separators=(",", ":"))
        side["intent"] = text
        leaf["intent"] = salted_sha256(salt, text.encode())
    if side:
        side["salt"] = salt.hex()
    # Empty, not absent, where nothing was said: else words could be put beside it later.
    leaf["said_s256"] = said_sha256(side) if side else ""
    return Kept(leaf=leaf, side=side)


def said_sha256(side: Mapping[str, Any]) -> str:
    """Return the salted digest of what stands beside such a leaf; empty where it has no such form.

    SHA-256("guard/said/v1" 0x00 salt || JSON of the rest, keys sorted), lower-case hex.
    """
    try:
        salt = bytes.fromhex(side.get("salt", ""))
        rest = dumps({name: side[name] for name in side if name != "salt"}, sort_keys=True)
    except (TypeError, ValueError, RecursionError):
        return ""
    if len(salt) != SALT or not _formed(side) or not side.keys() <= {"salt", "words", "intent"}:
        return ""
    return sha256(LABEL + salt + rest.encode()).hexdigest()


def holds(leaf: Mapping[str, Any], side: Mapping[str, Any] | None) -> bool:
    """Return whether what stands beside a leaf is what it names; what was erased is not compared.

    Leaves of earlier versions name nothing: there it need only be texts beside the right kind.
    """
    if side is None:
        return True
    if leaf.get("kind") not in KINDS:
        return not side.keys() & {"words", "intent"}
    if "said_s256" not in leaf:
        return _formed(side)
    return bool(leaf["said_s256"]) and said_sha256(side) == leaf["said_s256"]


def _formed(side: Mapping[str, Any]) -> bool:
    words, intent = side.get("words", []), side.get("intent", "")
    return isinstance(words, list) and all(isinstance(one, str) for one in [*words, intent])
