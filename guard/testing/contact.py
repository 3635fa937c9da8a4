"""A site whose contact with its control plane is as a test says."""

from dataclasses import dataclass, field

from guard.model.facts import OfflineFacts
from guard.model.identity import Who


@dataclass(slots=True, kw_only=True)
class ScriptedContact:
    """Says `facts` of every call, until a test sets others."""

    facts: OfflineFacts = field(default_factory=lambda: OfflineFacts(site=True))

    def offline(self, now_ms: int, who: Who, session: str, action: str) -> OfflineFacts:  # noqa: ARG002  the port's shape
        """Return what the test says."""
        return self.facts
