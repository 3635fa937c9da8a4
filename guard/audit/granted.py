"""The story of standing yeses in a log: used only if given, as often as given, while they held."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Say = Callable[[str, int, str], None]


@dataclass(slots=True)
class Granted:
    """Follows every grant from its making to its last use. `say` takes code, leaf and sentence."""

    say: Say
    _left: dict[str, int] = field(default_factory=dict[str, int])
    _until: dict[str, int] = field(default_factory=dict[str, int])
    _plan: dict[str, str] = field(default_factory=dict[str, str])
    _over: set[str] = field(default_factory=set[str])  # plans and grants that were taken back

    def take(self, seq: int, body: Mapping[str, Any]) -> None:
        """Take one leaf, in order."""
        match body:
            case {"kind": "grant_made", "grant": str(grant), "plan": str(plan)}:
                self._left[grant] = int(body.get("uses", 0))
                self._until[grant] = int(body.get("until_ms", 0))
                self._plan[grant] = plan
            case {"kind": "grant_ended", "grant": str(grant)}:
                self._over.add(grant)
            case {"kind": "plan_ended", "plan": str(plan)}:
                self._over.add(plan)
            case {"kind": "vote", "plan": str(plan), "decision": "deny"}:
                self._over.add(plan)
            case {"kind": "approval_opened", "via": "grant", "grant": str(grant)}:
                self._use(seq, grant, int(body.get("at_ms", 0)))
            case _:
                pass

    def _use(self, seq: int, grant: str, at_ms: int) -> None:
        if grant not in self._left:
            self.say("grant_unmade", seq, f"grant {grant!r} was used and never made")
            return
        self._left[grant] -= 1
        if self._left[grant] < 0:
            self.say("grant_overused", seq, f"grant {grant!r} was used more often than given")
        if at_ms >= self._until[grant]:
            self.say("grant_used_late", seq, f"grant {grant!r} was used after its time")
        if self._over & {grant, self._plan[grant]}:
            self.say("grant_used_after_end", seq, f"grant {grant!r} was used after it ended")
