"""What happened, as one leaf of the audit tree: kinds, digests and codes; no names, no free text.

Plain digests of arguments never enter a leaf, because small argument spaces can be guessed: leaves
carry salted ones. What a person may want to read later (facts, redacted arguments, the reason of a
reviewer) goes to `side`, which is stored beside the tree and can be erased without breaking it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from json import dumps
from typing import Any, Final, Literal

from guard.audit.blanked import purpose_without_secrets
from guard.audit.written import facts_text
from guard.model.call import Json, Outcome, ToolCall
from guard.model.decision import Allow, Decision, Deny, Narrow, StepUp, kind
from guard.model.facts import Facts

Kind = Literal[
    "session_opened", "session_suspended", "session_resumed", "session_ended", "session_unreadable",
    "intent_declared", "task_told", "task_ended",
    "endorsement_withdrawn", "declassified", "narrowed", "restored", "call_cut",
    "stopped", "stop_followed", "lifted",
    "signal",
    "decision", "approval_opened", "vote", "approval_ended", "consume",
    "plan_opened", "plan_ended", "grant_made", "grant_ended",
    "lease_reserved", "credential_issued", "credential_delivered", "credential_revoked",
    "lease_irrevocable", "secret_revealed", "outcome", "outcome_resolved", "replayed",
    "run_unkept",
    "reviewer_invited", "reviewer_enrolled", "reviewer_reset", "reviewer_key_revoked",
    "definition_changed", "config_change", "export", "erase",
]  # fmt: skip


FACTS: Final = b"guard/facts/v1\0"
BESIDE: Final = b"guard/beside/v1\0"
"""Where more than facts stands beside a decision: the whole of it, each part under its name."""
_PARTS: Final = frozenset({"salt", "facts", "cut", "unread"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened. `leaf` enters the tree, `side` is kept beside it.

    Both hold JSON with integers below 2^53 and no floats (RFC 8785 must carry the leaf).
    """

    kind: Kind
    at_ms: int
    session: str
    call: str = ""
    leaf: Mapping[str, Json] = field(default_factory=dict)
    side: Mapping[str, Json] = field(default_factory=dict)

    def body(self) -> dict[str, Json]:
        """Return the leaf as JSON, its envelope included."""
        envelope: dict[str, Json] = {
            "v": 1,
            "kind": self.kind,
            "at_ms": self.at_ms,
            "session": self.session,
            "call": self.call,
        }
        return envelope | dict(self.leaf)


def decided(
    facts: Facts,
    answer: Decision,
    *,
    salt: bytes,
    shadow: Decision | None = None,
    cut: Sequence[Facts] = (),
    unread: Mapping[str, Json] | None = None,
) -> Event:
    """Return the record of one decision.

    Args:
        facts: what was judged; kept beside the tree, its salted digest in it.
        answer: what was decided.
        salt: 16 random bytes, kept beside the tree, so that arguments cannot be guessed.
        shadow: what rules on trial would have answered; nothing follows from it.
        cut: the facts of the call as narrowings shrank it, in the order in which they did.
        unread: arguments that could not be converted, secrets left out.
    """
    facts = _quiet(facts)
    side: dict[str, Json] = {"salt": salt.hex(), "facts": facts_text(facts)}
    if cut:
        side["cut"] = [facts_text(_quiet(one)) for one in cut]
    if unread is not None:
        side["unread"] = dumps(unread, sort_keys=True, separators=(",", ":"))
    basis, reasons = answer.basis, answer.reasons
    leaf: dict[str, Any] = {
        "decision": kind(answer),
        "reasons": [reason.code for reason in reasons],
        "rules": [reason.rule for reason in reasons if reason.rule],
        "facts_sha256": facts_sha256(salt, side),
        "bundle": basis.bundle,
        "slice": basis.slice,
        "server": facts.call.server,
        "tool": facts.call.tool,
    }
    if len(side) > 2:  # noqa: PLR2004  salt and facts
        leaf["beside_sha256"] = beside_sha256(salt, side)
    match answer:
        case Deny():
            leaf["code"] = answer.code
            if answer.argument:
                leaf["argument"] = answer.argument
        case Narrow() | StepUp():
            leaf["narrowed"] = [f"{one.rule}:{one.name}" for one in answer.applied]
        case Allow():
            pass
    if shadow is not None:
        fired = [reason.rule for reason in shadow.reasons if reason.rule]
        leaf["shadow"] = {"decision": kind(shadow), "rules": fired}
    return Event(
        kind="decision",
        at_ms=facts.clock.at_ms,
        session=facts.call.session,
        call=facts.call.id,
        leaf=leaf,
        side=side,
    )


def _quiet(facts: Facts) -> Facts:
    """Return facts without the secrets in the purpose of the task, and without its plain digest."""
    said = facts.intent
    purpose = purpose_without_secrets(said.purpose)
    if purpose == said.purpose:
        return facts
    return facts._replace(intent=said._replace(purpose=purpose, sha256=""))


def facts_sha256(salt: bytes, side: Mapping[str, Any]) -> str:
    """Return the salted digest of the texts that stand beside a decision, one after the other."""
    whole = f"{side.get('facts', '')}"
    if "cut" in side or "unread" in side:  # most calls are judged as they came
        cut = side.get("cut")
        texts = [whole, *(cut if isinstance(cut, list) else ())]
        texts += [side["unread"]] if "unread" in side else []
        whole = "\0".join(map(str, texts))
    return sha256(FACTS + salt + whole.encode("utf-8", "surrogatepass")).hexdigest()


def beside_sha256(salt: bytes, side: Mapping[str, Any]) -> str:
    """Return the salted digest of all that stands beside a decision, each part under its name."""
    parts = {name: one for name, one in side.items() if name != "salt"}
    text = dumps(parts, sort_keys=True, separators=(",", ":"))
    return sha256(BESIDE + salt + text.encode()).hexdigest()


def facts_hold(leaf: Mapping[str, Any], side: Mapping[str, Any]) -> bool:
    """Return whether what stands beside a decision has its form and is what the leaf names.

    A leaf of an earlier version names the texts of narrowed and refused calls, and not their parts.
    """
    try:
        salt = bytes.fromhex(side["salt"])
        cut = side.get("cut", [""])
        texts = [side["facts"], side.get("unread", ""), *cut]
        formed = bool(cut) and isinstance(cut, list) and side.keys() <= _PARTS
        formed = formed and not any("\0" in one for one in texts)
        whole = leaf.get("beside_sha256", "")
        named = not whole or beside_sha256(salt, side) == whole
        return formed and named and facts_sha256(salt, side) == leaf.get("facts_sha256")
    except (KeyError, TypeError, ValueError, RecursionError):
        return False


def finished(
    call: ToolCall, outcome: Outcome, code: str, labels: Sequence[str], now_ms: int
) -> Event:
    """Return the record of how one call ended: ran, failed, refused or unknown."""
    leaf: dict[str, Any] = {
        "outcome": outcome.value,
        "server": call.server,
        "tool": call.tool,
        "labels": list(labels),
    }
    if code:
        leaf["code"] = code
    return Event(kind="outcome", at_ms=now_ms, session=call.session, call=call.id, leaf=leaf)
