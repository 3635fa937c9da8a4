"""Rules about a session as a whole: which of them hold now, and what they leave to it.

Where the thresholds of risk are: the guard knows none. A rule that cannot be judged holds, for it
would have taken something away. It narrows no session.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from guard.model.access import Access, Held
from guard.model.call import ToolSpec
from guard.model.facts import CallFacts, ClockFacts, Derived, Facts, Input, RiskFacts
from guard.model.identity import Who
from guard.policy.ask import ask
from guard.policy.finding import Finding, error
from guard.policy.rule import Rule, classes_named
from guard.policy.schema import SESSION, THE_SESSION, groups_of, session_context
from guard.policy.slice import Slice, digest_of, rule_set, trees_of

_SERVER, _, _TOOL = THE_SESSION.partition("/")
SPEC: Final = ToolSpec(server=_SERVER, tool=_TOOL, effect=frozenset({SESSION}))
_NO_CALL: Final = CallFacts(id="", session="", server=_SERVER, tool=_TOOL, bytes_sha256="")
_NO_INPUT: Final = Input(values={}, derived=Derived())


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRules:
    """The rules about sessions of one bundle, enforced ones only."""

    cut: Slice
    held: Mapping[str, Held]

    def holding(self, who: Who, risk: RiskFacts, clock: ClockFacts) -> tuple[Held, ...]:
        """Return what every rule that holds leaves to a session, in file order."""
        if not self.held:
            return ()
        facts = Facts(call=_NO_CALL, who=who, input=_NO_INPUT, clock=clock, risk=risk)
        verdict = ask(self.cut, self.cut.enforced, facts)
        if verdict.fault:
            return tuple(self.held.values())
        return tuple(self.held[rule.id] for rule in verdict.hits)


def session_rules(rules: Sequence[Rule], accesses: Mapping[str, Access]) -> SessionRules:
    """Return the rules about sessions among all rules."""
    mine = [rule for rule in rules if rule.kind == "access" and rule.mode == "enforce"]
    enforced = rule_set(
        SPEC, session_context(), {one.id: trees_of(one.id, one.kind, one.text)[0] for one in mine}
    )
    cut = Slice(
        action=THE_SESSION,
        spec=SPEC,
        rules={rule.id: rule for rule in mine},
        classes=groups_of(SPEC),
        enforced=enforced,
        listed_by=lambda: enforced,
        shadowed=None,
        digest=digest_of(mine, enforced),
        reads_ledgers=False,
    )
    held = {
        rule.id: Held(
            rule=rule.id,
            reason=rule.reason,
            access=accesses[rule.access],
            restore=rule.restore,
        )
        for rule in mine
    }
    return SessionRules(cut=cut, held=held)


def session_findings(rules: Sequence[Rule], accesses: Mapping[str, Access]) -> list[Finding]:
    """Return what is wrong with rules about sessions, and with rules that mistake them (G303)."""
    found: list[Finding] = []
    for rule in rules:
        named = classes_named(rule.source.action) or frozenset()
        about = rule.kind == "access"
        if about and rule.access not in accesses:
            known = ", ".join(sorted(accesses))
            found.append(_wrong(rule, f"@access({rule.access!r}) is none of {known}."))
        if about is not (named == {SESSION}):
            action = f'Guard::Action::"{SESSION}"'
            found.append(_wrong(rule, f'@decision("access"), and no other, is for {action}.'))
    return found


def _wrong(rule: Rule, message: str) -> Finding:
    return error("G303", rule.where, message, rule.id)
