"""The part of the operator's API that says what is heard of others, what they are told, what fails.

It reads; nothing is changed here.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from starlette.requests import Request

from guard.model.call import Json
from guard_adapters.front.operator.routes import Table


class StreamOperating(Protocol):
    """What this part asks of a guard."""

    async def streams(self) -> Mapping[str, Json]:
        """Return each stream, both ways, with what is wrong with it."""

    def faults(self) -> Sequence[tuple[str, str]]:
        """Return what does not work behind the scenes now, and by which code."""


def stream_table(desk: StreamOperating) -> Table:
    """Return method, path and answer of each route."""

    async def streams(request: Request) -> Json:  # noqa: ARG001  the routes' shape
        return dict(await desk.streams())

    async def faults(request: Request) -> Json:  # noqa: ARG001  the routes' shape
        return {"faults": [{"what": what, "fault": fault} for what, fault in desk.faults()]}

    return (("GET", "/signals/streams", streams), ("GET", "/faults", faults))
