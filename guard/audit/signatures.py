"""Checks every signed yes of a log again: who signed what, with which key, and what then ran.

Rule 1: nothing beside the tree is believed that a leaf does not name. Rule 2: a key signs only
between the leaf that let it in and the leaf that took it away. Rule 3: a call that used an approval
had the very bytes that were signed. Erased evidence is counted, not guessed.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from guard.audit.redact import salted_sha256
from guard.audit.voted import Evidence, evidence_from
from guard.grant.assertion import NotSigned, proven
from guard.grant.binding import LABEL

Say = Callable[[str, int, str], None]
Side = Mapping[str, Any]


@dataclass(slots=True)
class Signatures:
    """Takes the leaves of a log in order. `say` is told what is wrong: code, leaf, sentence."""

    say: Say
    erased: int = 0
    _keys: dict[str, str] = field(default_factory=dict)  # key -> whose it is, while it lives
    _signed: dict[str, set[str]] = field(default_factory=dict)  # approval -> digests of arguments

    def take(self, seq: int, body: Mapping[str, Any], side: Side | None) -> None:
        """Take one leaf and what is beside it; None where that was erased."""
        match body:
            case {"kind": "reviewer_enrolled", "who": str(who), "key": str(key)}:
                self._keys[key] = who
            case {"kind": "reviewer_reset" | "reviewer_key_revoked", "keys": [*keys]}:
                for key in keys:
                    self._keys.pop(str(key), None)
            case {"kind": "vote", "method": "webauthn", "decision": "approve"} if (
                "approval" in body
            ):
                self._vote(seq, body, side)
            case _:
                pass

    def used(self, seq: int, approval: str, decision: Side | None) -> None:
        """Compare what ran with what was signed; `decision`: what is beside the last decision."""
        if decision is None or approval not in self._signed:
            return
        if self._signed[approval] != {_arguments(decision)}:
            self.say("vote_other_call", seq, "what ran is not what people signed")

    def _vote(self, seq: int, body: Mapping[str, Any], side: Side | None) -> None:
        if side is None:
            self.erased += 1
            return
        try:
            text = str(side["evidence"])
            digest = salted_sha256(bytes.fromhex(str(side["salt"])), text.encode())
            held = evidence_from(text)
        except (KeyError, ValueError):
            self.say("evidence_changed", seq, "there is no evidence of a signature beside it")
            return
        if digest != body.get("evidence_s256"):
            self.say("evidence_changed", seq, "the evidence beside it is not the one that it names")
        elif self._good(seq, body, held):
            arguments = self._signed.setdefault(str(body["approval"]), set())
            arguments.add(_member(held.envelope, "args_sha256"))

    def _good(self, seq: int, body: Mapping[str, Any], held: Evidence) -> bool:
        signed = held.signed
        named = (signed.approval, signed.reviewer, signed.decision)
        if named != (body["approval"], body.get("by"), body["decision"]):
            self.say("vote_foreign", seq, "it was signed by or for somebody or something else")
            return False
        key = sha256(held.key.spki).hexdigest()
        if key != body.get("key") or self._keys.get(key) != signed.reviewer:
            self.say("vote_key_unknown", seq, "the key was not this reviewer's at that time")
            return False
        if sha256(LABEL + held.envelope).hexdigest() != signed.binding:
            self.say("vote_other_call", seq, "the call beside it is not the one that was signed")
            return False
        try:
            proven(held.given, held.key, signed.challenge(), held.place)
        except (NotSigned, ValueError, TypeError) as wrong:
            self.say("vote_unsigned", seq, f"the signature does not hold: {wrong}")
            return False
        return True


def _member(text: bytes, name: str) -> str:
    found = json.loads(text)
    return str(found.get(name)) if isinstance(found, dict) else ""


def _arguments(decision: Side) -> str:
    """Return the digest of the arguments that were judged."""
    try:
        facts = json.loads(str(decision.get("facts", "")))
        return str(facts["call"]["bytes_sha256"])
    except (ValueError, KeyError, TypeError):
        return ""
