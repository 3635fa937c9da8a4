"""Facts read back from the log, to judge a decision again: the inverse of `facts_text`.

It believes nothing: whoever reads a log checks the salted digest of the text first. It fills no
gap, because facts that were guessed would be judged as if somebody had known them.
"""

import json
from collections.abc import Mapping
from typing import Any

from guard.errors import Unusable
from guard.model.facts import (
    AccessFacts,
    Binding,
    CallFacts,
    ClockFacts,
    CredentialFacts,
    Derived,
    Evidence,
    Facts,
    HistoryFacts,
    Input,
    IntentFacts,
    Ledger,
    OfflineFacts,
    ProvFacts,
    RiskFacts,
    TextFacts,
)
from guard.model.identity import Agent, Device, Principal, Who, Workload
from guard.model.origin import Levels, Origin, Source

_Raw = Mapping[str, Any]
_PATHS = frozenset(
    {"user_prompt", "trusted_tool", "untrusted", "secret", "model", "linked", "created"}
)


def facts_from_text(text: str) -> Facts:
    """Return the facts of a decision's side row.

    Raises:
        Unusable: `facts_unreadable`: it is not JSON, or a part is missing or of another version.
    """
    try:
        return facts_from_json(json.loads(text))
    except (KeyError, TypeError, ValueError) as wrong:
        raise Unusable(
            f"The recorded facts cannot be read ({type(wrong).__name__}).",
            code="facts_unreadable",
            next_step="Replay with the version of the guard that wrote the log.",
        ) from wrong


def facts_from_json(raw: _Raw) -> Facts:
    """Return the facts of a parsed text; raises KeyError, TypeError or ValueError."""
    return Facts(
        call=CallFacts(**raw["call"]),
        who=_who(raw["who"]),
        input=Input(values=raw["input"], derived=_derived(raw["derived"])),
        clock=ClockFacts(**raw["clock"]),
        intent=IntentFacts(**{**raw["intent"], "egress": frozenset(raw["intent"]["egress"])}),
        prov=_prov(raw["prov"]),
        text=TextFacts(**raw["text"]),
        history=_history(raw["history"]),
        risk=RiskFacts(**raw["risk"]),
        access=_access(raw.get("access", {})),
        credential=CredentialFacts(
            **{**raw["credential"], "binding": Binding(raw["credential"]["binding"])}
        ),
        offline=_offline(raw.get("offline")),
        evidence=Evidence(**{name: frozenset(ids) for name, ids in raw["evidence"].items()}),
    )


def _offline(raw: _Raw | None) -> OfflineFacts:
    if raw is None:  # written by a site only
        return OfflineFacts()
    return OfflineFacts(**{**raw, "approvable": frozenset(raw["approvable"])})


def _who(raw: _Raw) -> Who:
    return Who(
        principal=Principal(
            issuer=raw["issuer"], subject=raw["subject"], teams=frozenset(raw["teams"])
        ),
        agent=Agent(
            id=raw["agent"],
            groups=frozenset(raw["groups"]),
            parents=tuple(raw.get("parents", ())),  # written where there are some
        ),
        workload=Workload(id=raw["workload"], attested=raw["attested"]),
        device=Device(
            id=raw["device"],
            compliant=raw["device_compliant"],
            seen_at_ms=raw["device_seen_ms"],
        ),
        claims=tuple((name, value) for name, value in raw["claims"]),
    )


def _prov(raw: _Raw) -> ProvFacts:
    found: dict[str, Any] = {
        name: frozenset(one) if name in _PATHS else one for name, one in raw.items()
    }
    found["level"] = Levels(**raw["level"])
    found["origins"] = tuple(
        Origin(**{**one, "source": Source(one["source"])}) for one in raw["origins"]
    )
    return ProvFacts(**found)


def _access(raw: _Raw) -> AccessFacts:
    scopes = raw.get("scopes")
    return AccessFacts(**{**raw, "scopes": None if scopes is None else frozenset(scopes)})


def _derived(raw: _Raw) -> Derived:
    found = dict(raw)
    for name in ("opaque", "dest_domains", "recipients"):
        if name in found:
            found[name] = frozenset(found[name])
    return Derived(**found)


def _history(raw: _Raw) -> HistoryFacts:
    return HistoryFacts(
        **{
            **raw,
            "labels": frozenset(raw["labels"]),
            "findings": frozenset(raw["findings"]),
            "ledgers": {name: _ledger(value) for name, value in raw["ledgers"].items()},
        }
    )


def _ledger(value: int | bool | list[str]) -> Ledger:  # noqa: FBT001  a recorded value, no switch
    return frozenset(value) if isinstance(value, list) else value
