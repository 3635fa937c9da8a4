"""What a site last heard of its control plane, as a fact of each call."""

from typing import Protocol

from guard.model.facts import OfflineFacts
from guard.model.identity import Who


class Contact(Protocol):
    """Contract: it never says more than the bundle in force, and less where time is not known."""

    def offline(self, now_ms: int, who: Who, session: str, action: str) -> OfflineFacts: ...
