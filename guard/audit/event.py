"""What happened, as one leaf of the audit tree: kinds, digests and codes; no names, no free text.

Plain digests of arguments never enter a leaf, because small argument spaces can be guessed: leaves
carry salted ones. What a person may want to read later (facts, redacted arguments, the reason of a
reviewer) goes to `side`, which is stored beside the tree and can be erased without breaking it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal

from guard.model.call import Json, Outcome, ToolCall
from guard.model.decision import Allow, Decision, Deny, Narrow, StepUp, kind
from guard.model.facts import Derived, Facts, TextFacts
from guard.model.origin import Levels, Origin

Kind = Literal[
    "session_opened", "session_ended", "intent_declared", "task_told",
    "endorsement_withdrawn", "narrowed", "restored",
    "signal",
    "decision", "approval_opened", "vote", "approval_ended", "consume",
    "plan_opened", "plan_ended", "grant_made", "grant_ended",
    "lease_reserved", "credential_issued", "credential_revoked", "outcome", "outcome_resolved",
    "reviewer_invited", "reviewer_enrolled", "reviewer_reset", "reviewer_key_revoked",
    "definition_changed", "config_change", "export", "erase",
]  # fmt: skip


# Made once: json.dumps makes it anew.
_SORTED = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode


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


def facts_json(facts: Facts) -> dict[str, Any]:
    """Return the Facts as JSON, complete enough to judge them again.

    Written out by hand, group by group: a generic conversion copies deeply and costs more than the
    decision itself.
    """
    call, who, clock = facts.call, facts.who, facts.clock
    intent, prov, history, risk = facts.intent, facts.prov, facts.history, facts.risk
    return {
        "call": {
            "id": call.id, "session": call.session, "server": call.server, "tool": call.tool,
            "bytes_sha256": call.bytes_sha256, "definition": call.definition,
        },
        "who": {
            "issuer": who.principal.issuer, "subject": who.principal.subject,
            "teams": sorted(who.principal.teams), "agent": who.agent.id,
            "groups": sorted(who.agent.groups), "workload": who.workload.id,
            "attested": who.workload.attested, "device": who.device.id,
            "device_compliant": who.device.compliant, "device_seen_ms": who.device.seen_at_ms,
            "claims": [[name, value] for name, value in who.claims],
        },
        "input": dict(facts.input.values),
        "derived": _derived_json(facts.input.derived),
        "clock": {"at_ms": clock.at_ms, "hour": clock.hour, "weekday": clock.weekday},
        "intent": {
            "declared": intent.declared, "covers": intent.covers, "args_ok": intent.args_ok,
            "purpose": intent.purpose, "egress": sorted(intent.egress),
            "budget_minor": intent.budget_minor, "sha256": intent.sha256,
            "spoken": intent.spoken, "words": intent.words,
            "left": intent.left, "repeat": intent.repeat,
        },
        "prov": {
            "user_prompt": sorted(prov.user_prompt), "trusted_tool": sorted(prov.trusted_tool),
            "untrusted": sorted(prov.untrusted), "secret": sorted(prov.secret),
            "model": sorted(prov.model), "linked": sorted(prov.linked),
            "created": sorted(prov.created), "level": _plain(prov.level),
            "same_record": prov.same_record, "ambiguous": prov.ambiguous,
            "index_full": prov.index_full, "not_canonical": prov.not_canonical,
            "origins": [_plain(one) for one in prov.origins],
        },
        "text": _plain(facts.text),
        "history": {
            "labels": sorted(history.labels), "findings": sorted(history.findings),
            "step": history.step, "denied_1h": history.denied_1h, "overflow": history.overflow,
            "ledgers": {
                name: sorted(value) if type(value) is frozenset else value
                for name, value in history.ledgers.items()
            },
        },
        "risk": {
            "session": risk.session, "token_reuse": risk.token_reuse, "offline": risk.offline,
            "device_compliant": risk.device_compliant, "device_age_s": risk.device_age_s,
        },
        "credential": {
            "binding": int(facts.credential.binding), "kind": facts.credential.kind,
            "ttl_floor_s": facts.credential.ttl_floor_s, "can_cut": facts.credential.can_cut,
        },
        "evidence": {
            "approvals": sorted(facts.evidence.approvals), "applied": sorted(facts.evidence.applied)
        },
    }  # fmt: skip


def _plain(record: Levels | Origin | TextFacts) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}


def _derived_json(derived: Derived) -> dict[str, Any]:
    some: dict[str, Any] = {"opaque": sorted(derived.opaque), "bytes": derived.bytes}
    for name in ("dest_domains", "recipients"):
        values = getattr(derived, name)
        if values is not None:
            some[name] = sorted(values)
    for name in ("amount_minor", "path", "url_host", "dest_ip"):
        value = getattr(derived, name)
        if value is not None:
            some[name] = value
    return some


def decided(
    facts: Facts, answer: Decision, *, salt: bytes, shadow: Decision | None = None
) -> Event:
    """Return the record of one decision.

    Args:
        facts: what was judged; kept beside the tree, its salted digest in it.
        answer: what was decided.
        salt: 16 random bytes, kept beside the tree, so that arguments cannot be guessed.
        shadow: what rules on trial would have answered; nothing follows from it.
    """
    text = _SORTED(facts_json(facts))
    digest = sha256(b"guard/facts/v1\0" + salt + text.encode()).hexdigest()
    basis, reasons = answer.basis, answer.reasons
    leaf: dict[str, Any] = {
        "decision": kind(answer),
        "reasons": [reason.code for reason in reasons],
        "rules": [reason.rule for reason in reasons if reason.rule],
        "facts_sha256": digest,
        "bundle": basis.bundle,
        "slice": basis.slice,
        "server": facts.call.server,
        "tool": facts.call.tool,
    }
    match answer:
        case Deny():
            leaf["code"] = answer.code
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
        side={"salt": salt.hex(), "facts": text},
    )


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
