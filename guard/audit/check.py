"""Checks a whole audit log offline: is it the one that was signed, and does its story hold?

It takes rows and a public key, and trusts neither what rows say of themselves nor their order.
What lies after the last checkpoint is counted, not vouched for. It repairs nothing, and it cannot
see that the newest checkpoints were removed together with what they covered: for that, compare with
a checkpoint that left the machine.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from guard.audit.event import facts_hold
from guard.audit.granted import Granted
from guard.audit.redact import salted_sha256
from guard.audit.said import holds
from guard.audit.signatures import Signatures
from guard.audit.tree import ED25519, Checkpoint, NotProven, Tree, key_id, opened_note

LET_THROUGH: Final = frozenset({"allow", "narrow"})
RAN: Final = frozenset({"ok", "error", "unknown"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFinding:
    """One thing that is wrong: a stable code, the leaf or checkpoint size it is at, a sentence."""

    code: str
    seq: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReport:
    """What a check found. Sizes and counts are in leaves."""

    findings: tuple[LogFinding, ...]
    size: int
    checkpoints: int
    signed: int  # leaves below the last checkpoint that holds
    erased: int  # decisions, votes and words beside which all was erased: the tree still holds

    @property
    def unsigned(self) -> int:
        """Return how many leaves lie after the last checkpoint that holds."""
        return self.size - self.signed


def vkey(name: str, key: Ed25519PublicKey) -> str:
    """Return the public key of a log as text, to be kept elsewhere (C2SP signed-note)."""
    raw = base64.b64encode(ED25519 + key.public_bytes_raw()).decode()
    return f"{name}+{key_id(name, key).hex()}+{raw}"


def parsed_vkey(text: str) -> tuple[str, Ed25519PublicKey]:
    """Return the log's name and its key.

    Raises:
        NotProven: `vkey_malformed`: not `name+id+key`, or the id is not of this name and key.
    """
    name, _, rest = text.strip().partition("+")
    digest, _, encoded = rest.partition("+")
    try:
        raw = base64.b64decode(encoded, validate=True)
        key = Ed25519PublicKey.from_public_bytes(raw[1:])
    except (binascii.Error, ValueError) as error:
        raise NotProven("vkey_malformed", f"{text[:80]!r} is not name+id+key") from error
    if raw[:1] != ED25519 or not name or key_id(name, key).hex() != digest:
        raise NotProven("vkey_malformed", f"the id {digest!r} is not of this name and key")
    return name, key


def check_log(
    leaves: Iterable[tuple[int, bytes]],
    sides: Mapping[int, str],
    notes: Sequence[str],
    origin: str,
    public_key: Ed25519PublicKey,
) -> LogReport:
    """Return what is wrong with a log.

    Args:
        leaves: (number, bytes) in the order in which they are stored.
        sides: JSON kept beside the tree, by leaf number; erased ones are absent.
        notes: every signed checkpoint, exported ones included.
        origin: the log's name.
        public_key: the key that must have signed the checkpoints.
    """
    signed, findings = _opened(notes, origin, public_key)
    roots, story = _Roots(signed), _Story(sides)
    for seq, data in leaves:
        roots.take(seq, data)
        story.take(seq, data)
    roots.end()
    story.end()
    return LogReport(
        findings=(*findings, *roots.findings, *story.findings),
        size=roots.tree.size,
        checkpoints=sum(map(len, signed.values())),
        signed=roots.good,
        erased=story.erased,
    )


def _opened(
    notes: Sequence[str], origin: str, key: Ed25519PublicKey
) -> tuple[dict[int, set[Checkpoint]], list[LogFinding]]:
    """Return the checkpoints that are signed, by size, and what is wrong with the others."""
    signed: dict[int, set[Checkpoint]] = {}
    findings = []
    for number, note in enumerate(notes):
        try:
            found = opened_note(note, origin, key)
        except NotProven as wrong:
            text = f"Checkpoint {number} in order is not valid: {wrong.wrong}."
            findings.append(LogFinding(code=wrong.code, seq=number, text=text))
        else:
            signed.setdefault(found.size, set()).add(found)
    return signed, findings


class _Roots:
    """Numbers and hashes: the same leaves, in the same order, as were signed."""

    def __init__(self, signed: Mapping[int, set[Checkpoint]]) -> None:
        self.tree = Tree()
        self.good = 0
        self.findings: list[LogFinding] = []
        self._signed = signed
        self._broken = False
        self._gap = False

    def take(self, seq: int, data: bytes) -> None:
        if seq != self.tree.size and not self._gap:
            self._gap = True  # told once: every later number is off as well
            self._say("leaf_gap", self.tree.size, f"Leaf {self.tree.size} is missing; {seq} comes")
        self.tree, _ = self.tree.appended(data)
        self._compare()

    def _compare(self) -> None:
        for signed in self._signed.get(self.tree.size, ()):
            if signed.root == self.tree.root():
                self.good = self.tree.size if not self._broken else self.good
            elif not self._broken:
                self._broken = True  # told once: later roots are over the same changed leaf
                wrong = f"Something from leaf {self.good} to {self.tree.size - 1} is not what the"
                self._say("root_mismatch", self.good, f"{wrong} checkpoint {signed.size} signed")

    def end(self) -> None:
        self._lost()
        if self.tree.size and not self._signed:
            self._say("checkpoint_missing", 0, "No checkpoint of this log is signed by its key")

    def _lost(self) -> None:
        last = max(self._signed, default=0)
        if last > self.tree.size:
            text = f"A checkpoint signed {last} leaves, but only {self.tree.size} are here"
            self._say("leaves_missing", self.tree.size, text)

    def _say(self, code: str, seq: int, text: str) -> None:
        self.findings.append(LogFinding(code=code, seq=seq, text=f"{text}."))


@dataclass(slots=True)
class _Story:
    """Kinds and their order: nothing ran undecided, nothing was used twice, all calls ended."""

    sides: Mapping[int, str]
    findings: list[LogFinding] = field(default_factory=list)
    erased: int = 0
    _through: dict[str, int] = field(default_factory=dict)  # call -> leaf of its last decision
    _outcomes: set[str] = field(default_factory=set)
    _resolved: set[str] = field(default_factory=set)
    _asked: set[str] = field(default_factory=set)
    _used: set[str] = field(default_factory=set)
    _signatures: Signatures = field(init=False)
    _granted: Granted = field(init=False)

    def __post_init__(self) -> None:
        self._signatures, self._granted = Signatures(self._say), Granted(self._say)

    def take(self, seq: int, data: bytes) -> None:
        body = _body(data)
        if body is None:
            self._say("leaf_malformed", seq, "it is not a canonical event")
            return
        call = str(body["call"])
        match body["kind"]:
            case "decision":
                self._decision(seq, body, call)
            case "outcome":
                self._outcome(seq, str(body.get("outcome")), call)
            case "outcome_resolved":
                self._resolved.add(call)
            case "approval_opened":
                self._asked.add(str(body.get("approval")))
            case "consume":
                self._consume(seq, str(body.get("approval")), call)
            case _:
                pass  # the other kinds have no order to keep
        side = _side(self.sides, seq)
        self._signatures.take(seq, body, side)
        self._granted.take(seq, body)
        self._reason(seq, body, side)
        if side is None and body.get("said_s256"):
            self.erased += 1
        elif not holds(body, side):
            self._say("words_changed", seq, "the words beside it are not those that it names")

    def _decision(self, seq: int, body: Mapping[str, Any], call: str) -> None:
        if body.get("decision") in LET_THROUGH:
            self._through[call] = seq
        side = _side(self.sides, seq)
        if side is None:
            self.erased += 1
        elif not facts_hold(body, side):
            self._say("facts_changed", seq, "the facts beside it are not those that it names")

    def _reason(self, seq: int, body: Mapping[str, Any], side: Mapping[str, Any] | None) -> None:
        """Compare the words beside a leaf, such as a reviewer's reason, with what it names."""
        if "reason_s256" not in body or side is None:
            return
        if _reason_digest(side) != body["reason_s256"]:
            self._say("reason_changed", seq, "the words beside it are not those that it names")

    def _outcome(self, seq: int, outcome: str, call: str) -> None:
        if call in self._outcomes:
            self._say("outcome_twice", seq, f"call {call!r} ended before")
        self._outcomes.add(call)
        if outcome in RAN and call not in self._through:
            self._say("outcome_undecided", seq, f"call {call!r} ran, and nothing let it through")

    def _consume(self, seq: int, approval: str, call: str) -> None:
        if call in self._through:
            judged = _side(self.sides, self._through[call])
            self._signatures.used(seq, approval, judged)
        if approval in self._used:
            self._say("approval_used_twice", seq, f"approval {approval!r} was used before")
        if approval not in self._asked:
            self._say("approval_unasked", seq, f"approval {approval!r} was never asked for")
        self._used.add(approval)

    def end(self) -> None:
        self.erased += self._signatures.erased
        ended = self._outcomes | self._resolved
        for call, seq in self._through.items():
            if call not in ended:
                text = f"call {call!r} was let through and never ended: it may have run"
                self._say("outcome_missing", seq, text)

    def _say(self, code: str, seq: int, text: str) -> None:
        self.findings.append(LogFinding(code=code, seq=seq, text=f"Leaf {seq}: {text}."))


def _body(data: bytes) -> dict[str, Any] | None:
    """Return a leaf as written by `Event.body`, or None."""
    try:
        body = json.loads(data)
        again = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        same = again.encode() == data
    except (ValueError, RecursionError):
        return None
    if not same or not isinstance(body, dict) or not {"kind", "call", "session"} <= body.keys():
        return None
    return body


def _side(sides: Mapping[int, str], seq: int) -> Mapping[str, Any] | None:
    """Return what is kept beside a leaf; text that is no object is there, but names nothing."""
    if seq not in sides:
        return None
    try:
        side = json.loads(sides[seq])
    except (ValueError, RecursionError):
        return {}
    return side if isinstance(side, dict) else {}


def _salt(side: Mapping[str, Any]) -> bytes:
    try:
        return bytes.fromhex(str(side.get("salt", "")))
    except ValueError:
        return b""


def _reason_digest(side: Mapping[str, Any]) -> str:
    try:
        return salted_sha256(_salt(side), str(side.get("reason", "")).encode("utf-8", "replace"))
    except ValueError:
        return ""
