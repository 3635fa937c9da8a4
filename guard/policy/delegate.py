"""A sub-agent may do what it and every agent above it may do, and nothing else.

Its call is judged once for each of them on the same facts; here two of the answers become one that
neither would call too wide. Where both cut the arguments, and differently, nothing is left.
"""

from dataclasses import dataclass, replace

from guard.model.call import Transform
from guard.model.decision import Allow, Applied, Decision, Deny, Narrow, Reason, StepUp, strictness
from guard.model.facts import Facts
from guard.model.identity import Agent
from guard.policy.transform import Narrowings


def as_if(facts: Facts, agent: str) -> Facts:
    """Return the same facts as if this agent, from above in the chain, called itself."""
    return facts._replace(who=replace(facts.who, agent=Agent(id=agent)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Above:
    """Narrows the call of a sub-agent as if the agent above it had made it."""

    narrowings: Narrowings
    agent: str

    def apply(self, facts: Facts, transforms: tuple[Transform, ...]) -> tuple[Facts, bytes]:
        """Return the facts and the bytes of the narrowed call; see `Narrowings`."""
        after, arguments = self.narrowings.apply(facts, transforms)
        return as_if(after, self.agent), arguments


def met(mine: Decision, above: Decision) -> Decision:
    """Return the answer for a sub-agent: as strict as its own and as that of one above it."""
    if isinstance(mine, Deny) or isinstance(above, Deny):
        return max(above, mine, key=strictness)
    if _cut(above) and _cut(above) != _cut(mine):
        code = "delegation_conflict"
        return Deny(code=code, reasons=(Reason(code=code), *above.reasons), basis=mine.basis)
    match mine, above:
        case StepUp(), StepUp():
            wanted = dict.fromkeys((*mine.requirements, *above.requirements))
            why = dict.fromkeys((*mine.reasons, *above.reasons))
            return replace(
                mine,
                requirements=tuple(wanted),
                reasons=tuple(why),
                grantable=mine.grantable and above.grantable,
            )
        case StepUp(), _:
            return mine
        case ((Allow() | Narrow()), StepUp()):
            arguments = mine.arguments if isinstance(mine, Narrow) else above.arguments
            return replace(above, arguments=arguments, applied=_applied(mine))
        case ((Allow() | Narrow()), (Allow() | Narrow())):
            return replace(mine, terms=mine.terms.meet(above.terms))


def _applied(one: Decision) -> tuple[Applied, ...]:
    return one.applied if isinstance(one, Narrow | StepUp) else ()


def _cut(one: Decision) -> bytes:
    """Return the arguments that are left where an answer cut them; empty where it did not."""
    return one.arguments if isinstance(one, Narrow | StepUp) and one.applied else b""
