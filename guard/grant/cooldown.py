"""When people are left in peace: the same call after a no, and an agent that asks and asks.

The key of a refused call has no session in it, so that a new session does not start anew, and is an
HMAC, so that a copied table does not tell what was asked.
"""

import hmac
from hashlib import sha256
from typing import Final

from guard.grant.signing import canonical
from guard.model.call import ToolCall
from guard.model.identity import Who

LABEL: Final = b"guard/cooldown/v1\0"


def cooldown_key(
    key: bytes, *, server: str, tool: str, bytes_sha256: str, principal: str, agent: str
) -> str:
    """Return under which key a no to this call is remembered (lower-case hex).

    Args:
        key: secret bytes of this installation; all replicas of one store share them.
        server: the tool's server.
        tool: the tool.
        bytes_sha256: digest of the arguments as they would be sent.
        principal: the person for whom the agent acts.
        agent: the agent.
    """
    text = canonical(
        {
            "server": server,
            "tool": tool,
            "args_sha256": bytes_sha256,
            "principal": principal,
            "agent": agent,
        }
    )
    return hmac.new(key, LABEL + text, sha256).hexdigest()


def same_call(key: bytes, call: ToolCall, who: Who) -> str:
    """Return the key that this call of this agent for this person has in every session."""
    return cooldown_key(
        key,
        server=call.server,
        tool=call.tool,
        bytes_sha256=call.bytes_sha256,
        principal=who.principal.key,
        agent=who.agent.id,
    )
