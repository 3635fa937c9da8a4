"""Which questions of servers are open in legacy sessions, and whether an answer is one to them.

The legacy wire asks in a request of its own and answers in another: who answers brings nothing
back that says what was asked. It answers for nobody.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

from guard_adapters.front.mcp.client.cancel import FlightKey
from guard_adapters.front.mcp.elicitation.server_asks import Fields, fields_of, fits

KEPT: Final = 4096
"""Open questions that are remembered; the oldest goes first."""


class Questions:
    """Questions of legacy sessions that are open in this process.

    A guard that was started since, or another one of several, does not know them: then an answer
    passes as it is. It can reach no other session than the caller's own; clients of this wire are
    to stay at one guard, which holds their streams.
    """

    def __init__(self) -> None:
        self._open: OrderedDict[FlightKey, Fields] = OrderedDict()

    def asked(self, key: FlightKey, question: Mapping[str, Any]) -> None:
        """Remember a question that the client was asked."""
        self._open[key] = fields_of(question)
        self._open.move_to_end(key)
        if len(self._open) > KEPT:
            self._open.popitem(last=False)

    def allow(self, key: FlightKey, answer: object) -> bool:
        """Return whether this may pass as an answer: each that comes is looked at."""
        return fits(answer, self._open.get(key))
