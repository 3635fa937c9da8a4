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
from guard.audit.voted import Evidence, evidence_from, signature_from
from guard.grant.assertion import Assertion, NotSigned, Place, Signed, SigningKey, proven
from guard.grant.binding import LABEL
from guard.grant.signing import unb64u

Say = Callable[[str, int, str], None]
Side = Mapping[str, Any]


@dataclass(slots=True)
class Signatures:
    """Takes the leaves of a log in order. `say` is told what is wrong: code, leaf, sentence."""

    say: Say
    erased: int = 0
    _keys: dict[str, str] = field(default_factory=dict)  # key -> whose it is, while it lives
    _quorum: dict[str, int] = field(default_factory=dict)  # approval -> people it needs
    _yes: dict[str, set[str]] = field(default_factory=dict)  # approval -> who said yes
    _signed: dict[str, set[str]] = field(default_factory=dict)  # approval -> digests of arguments

    def take(self, seq: int, body: Mapping[str, Any], side: Side | None) -> None:
        """Take one leaf and what is beside it; None where that was erased."""
        self._count(body)
        match body:
            case {"kind": "reviewer_enrolled", "who": str(who), "key": str(key)}:
                self._keys[key] = who
            case {"kind": "reviewer_reset" | "reviewer_key_revoked", "keys": [*keys]}:
                for key in keys:
                    self._keys.pop(str(key), None)
            case {"kind": "vote", "method": "webauthn", "decision": "approve"} if side is None:
                self.erased += 1
            case {"kind": "vote", "method": "webauthn", "decision": "approve", "plan": str()}:
                self._plan(seq, body, side or {})
            case {"kind": "vote", "method": "webauthn", "decision": "approve", "batch": str()}:
                self._batch(seq, body, side or {})
            case {"kind": "vote", "method": "webauthn", "decision": "approve"}:
                self._vote(seq, body, side or {})
            case _:
                pass

    def _count(self, body: Mapping[str, Any]) -> None:
        match body:
            case {"kind": "approval_opened", "approval": str(asked), "quorum": int(needed)}:
                self._quorum[asked] = needed
            case {"kind": "vote", "approval": str(asked), "decision": "approve", **more}:
                who = str(more.get("by") or more.get("method"))
                self._yes.setdefault(asked, set()).add(who)
            case _:
                pass

    def used(self, seq: int, approval: str, decision: Side | None) -> None:
        """Compare what ran with what was signed; `decision`: what is beside the last decision."""
        said, needed = len(self._yes.get(approval, ())), self._quorum.get(approval, 0)
        if said < needed:
            self.say("quorum_missed", seq, f"{said} people said yes, and {needed} were needed")
        if decision is None or approval not in self._signed:
            return
        if self._signed[approval] != {_arguments(decision)}:
            self.say("vote_other_call", seq, "what ran is not what people signed")

    def _plan(self, seq: int, body: Mapping[str, Any], side: Side) -> None:
        """Check one signature on a plan: its body names the plan, the person and the answer."""
        signed = self._several(seq, body, side, body.get("evidence_sha256"))
        if signed is None:
            return
        named = (body["plan"], body.get("by"), body["decision"])
        if tuple(signed.get(name) for name in ("plan", "reviewer", "decision")) != named:
            self.say("vote_foreign", seq, "it was signed by or for somebody or something else")

    def _batch(self, seq: int, body: Mapping[str, Any], side: Side) -> None:
        """Check one question of several: its own challenge is among those that were signed."""
        signed = self._several(seq, body, side, body["batch"])
        if signed is None:
            return
        try:
            one, envelope = Signed(**side["one"]), str(side["envelope"]).encode()
            challenge = one.challenge().hex()
        except (KeyError, TypeError, ValueError):
            self.say("evidence_changed", seq, "what was signed for this question is not beside it")
            return
        listed = signed.get("challenges")
        if not isinstance(listed, list) or challenge not in listed:
            self.say("vote_foreign", seq, "this question is not among those that were signed")
        elif self._named(seq, body, one, envelope):
            self._ran(body, envelope)

    def _several(
        self, seq: int, body: Mapping[str, Any], side: Side, digest: object
    ) -> Mapping[str, Any] | None:
        """Return what one signature over several calls was for, if it holds."""
        try:
            held = side["several"]
            signed = unb64u(held["signed"])
            given, key, place = signature_from(held)
            said = json.loads(signed.partition(b"\0")[2])
        except (KeyError, TypeError, ValueError):
            self.say("evidence_changed", seq, "there is no evidence of a signature beside it")
            return None
        if sha256(signed).hexdigest() != digest or not isinstance(said, dict):
            self.say("evidence_changed", seq, "the evidence beside it is not the one that it names")
            return None
        challenge = sha256(signed).digest()
        good = self._alive(seq, body, key) and self._holds(seq, given, key, challenge, place)
        return said if good else None

    def _vote(self, seq: int, body: Mapping[str, Any], side: Side) -> None:
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
            self._ran(body, held.envelope)

    def _ran(self, body: Mapping[str, Any], envelope: bytes) -> None:
        arguments = self._signed.setdefault(str(body["approval"]), set())
        arguments.add(_member(envelope, "args_sha256"))

    def _good(self, seq: int, body: Mapping[str, Any], held: Evidence) -> bool:
        try:
            challenge = held.signed.challenge()
        except (ValueError, TypeError):
            self.say("vote_unsigned", seq, "what was signed has no form")
            return False
        return (
            self._named(seq, body, held.signed, held.envelope)
            and self._alive(seq, body, held.key)
            and self._holds(seq, held.given, held.key, challenge, held.place)
        )

    def _named(self, seq: int, body: Mapping[str, Any], signed: Signed, envelope: bytes) -> bool:
        named = (signed.approval, signed.reviewer, signed.decision)
        if named != (body["approval"], body.get("by"), body["decision"]):
            self.say("vote_foreign", seq, "it was signed by or for somebody or something else")
            return False
        if sha256(LABEL + envelope).hexdigest() != signed.binding:
            self.say("vote_other_call", seq, "the call beside it is not the one that was signed")
            return False
        return True

    def _alive(self, seq: int, body: Mapping[str, Any], key: SigningKey) -> bool:
        digest = sha256(key.spki).hexdigest()
        if digest == body.get("key") and self._keys.get(digest) == body.get("by"):
            return True
        self.say("vote_key_unknown", seq, "the key was not this reviewer's at that time")
        return False

    def _holds(
        self, seq: int, given: Assertion, key: SigningKey, challenge: bytes, place: Place
    ) -> bool:
        try:
            proven(given, key, challenge, place)
        except NotSigned as wrong:
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
