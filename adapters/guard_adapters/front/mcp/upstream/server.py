"""One upstream as the HTTP front knows it, and what ties its values to one caller."""

from collections.abc import Callable
from dataclasses import dataclass, field

from guard_adapters.front.mcp.elicitation.seal import RequestStateSeal, SessionSeal
from guard_adapters.front.mcp.elicitation.server_asks import ServerRules
from guard_adapters.front.mcp.upstream.between import Between
from guard_adapters.front.mcp.upstream.carry import Delivery, ServerKey


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpServer:
    """One upstream: its name in `/mcp/<name>`, its URL and how it takes the guard's credential."""

    name: str
    url: str
    delivery: Delivery = "none"
    rules: ServerRules = field(default_factory=ServerRules)
    # Read for each message that is no judged call: a call brings the key of its own lease.
    key: Callable[[], ServerKey | None] = field(default=lambda: None, repr=False)
    between: Between | None = None  # the same, where each caller needs a token of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Seals:
    """What turns values of an upstream into values that only one caller can bring back."""

    session: SessionSeal
    state: RequestStateSeal
