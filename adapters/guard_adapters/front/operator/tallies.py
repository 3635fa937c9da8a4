"""The part of the operator's API about tallies: what a session is counted in. It resets none."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Protocol

from starlette.requests import Request

from guard.model.call import Json
from guard.session.counted import Counted
from guard_adapters.front.operator.routes import Answer


class TallyOperating(Protocol):
    """What this part asks of a guard."""

    async def tallies(self, session_id: str) -> Sequence[Counted]:
        """Return what a session is counted in."""


def tally_table(desk: TallyOperating) -> tuple[tuple[str, str, Answer], ...]:
    """Return method, path and answer of each route."""

    async def tallies(request: Request) -> Json:
        found = await desk.tallies(request.path_params["id"])
        return {"tallies": [asdict(one) for one in found]}

    return (("GET", "/sessions/{id}/tallies", tallies),)
