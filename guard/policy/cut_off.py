"""What a site without its control plane may still do, by the age of what it heard last.

No rule can widen it. Fresh, everything that the rules allow. Stale, what only reads. Expired,
nothing. People at the site answer the questions of the rules that the control plane listed.
"""

from dataclasses import replace
from typing import Final

from guard.model.call import ToolSpec
from guard.model.decision import Decision, Deny, Reason, StepUp
from guard.model.facts import Facts, OfflineFacts

LONGEST_S: Final = 300
"""How long a question may wait, and its yes may be used, at a site (s)."""

_READS: Final = frozenset({"read"})


def closed(spec: ToolSpec, offline: OfflineFacts) -> str:
    """Return the code by which a site refuses this tool now; empty: it does not."""
    code = ""
    if offline.step > 1:
        code = "offline_expired"
    elif offline.revoked:
        code = "offline_revoked"
    elif offline.step and not spec.effect <= _READS:
        code = "offline_read_only"
    return code if offline.site else ""


def counted(facts: Facts) -> Facts:
    """Return the facts with those yeses alone that people here may give by the newest bundle."""
    said, may = facts.evidence.approvals, facts.offline.approvable
    if not facts.offline.site or said <= may:
        return facts
    return facts._replace(evidence=facts.evidence._replace(approvals=said & may))


def answerable(answer: Decision, offline: OfflineFacts) -> Decision:
    """Return the answer as a site can keep it: a question that nobody here may answer is a no."""
    if not offline.site or not isinstance(answer, StepUp):
        return answer
    if not all(one.rule in offline.approvable for one in answer.requirements):
        code = "offline_approval"
        reasons = (Reason(code=code), *answer.reasons)
        return Deny(code=code, reasons=reasons, basis=answer.basis)
    shorter = tuple(
        replace(one, ttl_s=min(one.ttl_s, LONGEST_S), grant_ttl_s=min(one.grant_ttl_s, LONGEST_S))
        for one in answer.requirements
    )
    return replace(answer, requirements=shorter, grantable=False)
