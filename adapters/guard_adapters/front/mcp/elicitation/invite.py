"""Send the person behind the client to the page where they answer, in both protocol eras.

Rule 1: the client carries a link and never a decision: `accept` says that the page was opened,
and the row of the approval is waited for; only `decline` counts, for a no needs no proof. Rule 2:
only the person whom the agent acts for is sent there; other people are not behind this client.
Rule 3: one question, one invitation. This file sends nothing and judges nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from guard.errors import NotApproved
from guard.grant.approval import Approval
from guard_adapters.front.mcp.elicitation.server_asks import ELICITATION
from guard_adapters.front.mcp.judging.gate import Asked

GUARD_ID: Final = "guard-"
"""What ids of requests that the guard itself makes begin with."""

CAPABILITIES_KEY: Final = "io.modelcontextprotocol/clientCapabilities"
MAY_ASK_BACK: Final = frozenset({"tools/call", "resources/read", "prompts/get"})
"""Modern requests that may be answered with a question (2026-07-28, input_required)."""

Message = dict[str, Any]


def modes(capabilities: object) -> frozenset[str]:
    """Return the elicitation modes that a client declares; one that names none knows forms."""
    declared = capabilities.get("elicitation") if isinstance(capabilities, Mapping) else None
    if not isinstance(declared, Mapping):
        return frozenset()
    return frozenset({"form", "url"} & declared.keys()) or frozenset({"form"})


def modern_modes(asked: Asked) -> frozenset[str]:
    """Return the elicitation modes that a modern request declares in its own envelope."""
    meta = asked.params.get("_meta")
    return modes(meta.get(CAPABILITIES_KEY) if isinstance(meta, Mapping) else None)


@dataclass(slots=True, kw_only=True)
class Invitation:
    """How one call waits for people, decided when its question is open.

    Args:
        asked: the call.
        where: returns the page of an approval, empty where there is none.
        wait_ms: how long the call is held.
        can_open: whether the client opens links for its person.
        invite: legacy: sends the request to the client at once. None: the answer to the call asks.
    """

    asked: Asked
    where: Callable[[str], str]
    wait_ms: int
    can_open: bool
    invite: Callable[[Message], None] | None = None
    approval_id: str = ""
    link: str = ""
    invited: bool = False
    open: bool = False  # the call went on without an answer; the page still waits for one

    def __call__(self, approval: Approval, joined: bool) -> int:  # noqa: FBT001 - the port's shape
        """Invite the person if they are the one to answer; return how long to wait (ms)."""
        self.approval_id, self.link = approval.id, self.where(approval.id)
        own = all(one.kind == "self" for one in approval.requirements)
        if joined or not (self.link and self.can_open and own):
            return self.wait_ms
        if self.invite is None:
            self.invited = self.asked.method in MAY_ASK_BACK
            return 0 if self.invited else self.wait_ms
        self.invited = True
        self.invite(self.request())
        return self.wait_ms

    @property
    def request_id(self) -> str:
        """Return the id of the guard's request: any guard can take the answer to it."""
        return GUARD_ID + self.approval_id

    def request(self) -> Message:
        """Return the legacy request to the client (2025-11-25, URL mode elicitation)."""
        params = {**self._params(), "elicitationId": self.approval_id}
        return {"jsonrpc": "2.0", "id": self.request_id, "method": ELICITATION, "params": params}

    def over(self) -> Message:
        """Return the notification that the page needs nobody any more (2025-11-25)."""
        method, params = "notifications/elicitation/complete", {"elicitationId": self.approval_id}
        return {"jsonrpc": "2.0", "method": method, "params": params}

    def input_required(self, state: str) -> Message:
        """Return the modern answer that asks the client to open the page and to call again."""
        asked = {self.request_id: {"method": ELICITATION, "params": self._params()}}
        result = {"resultType": "input_required", "inputRequests": asked, "requestState": state}
        return {"jsonrpc": "2.0", "id": self.asked.id, "result": result}

    def _params(self) -> Message:
        text = "A call of your agent needs your answer. Open the page to read it and decide."
        return {"mode": "url", "message": text, "url": self.link}


def still_waiting(token: str | int, turn: int) -> Message:
    """Return the note that a held call is alive, for the client who asked for progress."""
    # Far below one, so that the server's own progress still rises after it.
    params = {"progressToken": token, "progress": turn / 1000, "message": "Waiting for approval"}
    return {"jsonrpc": "2.0", "method": "notifications/progress", "params": params}


def approval_of(ident: object) -> str | None:
    """Return the approval that the id of a guard's request names; None if it is no such id."""
    ours = isinstance(ident, str) and ident.startswith(GUARD_ID)
    return str(ident).removeprefix(GUARD_ID) if ours else None


def action_of(answer: object) -> str:
    """Return what the client says that the person did: accept, decline or cancel."""
    action = answer.get("action") if isinstance(answer, Mapping) else None
    return action if isinstance(action, str) else ""


def declined(approval_id: str) -> NotApproved:
    """Return the refusal for a person who did not want to open the page."""
    why = "they did not want to look at it"
    return NotApproved(approval_id, "denied", why, reason_code="declined")
