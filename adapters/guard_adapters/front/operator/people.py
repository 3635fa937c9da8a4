"""The operator's routes about reviewers: list them, invite the first ones, reset one.

An invitation comes back as a link, once; the guard keeps only its digest.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from starlette.requests import Request
from starlette.routing import Route

from guard.model.call import Json
from guard_adapters.front.operator.routes import Table, under


class AdmittingDesk(Protocol):
    """What the operator may do about reviewers."""

    async def reviewers(self) -> Sequence[Mapping[str, Json]]:
        """Return every reviewer of the file, with their keys."""

    async def invite(self, name: str) -> str:
        """Return the link of a new invitation."""

    async def reset(self, name: str) -> int:
        """Revoke every key of a reviewer; return how many."""


def people_routes(desk: AdmittingDesk, token: str) -> list[Route]:
    """Return the routes, full paths, for the guard's own application.

    Args:
        desk: the guard.
        token: what a caller must bear, as text.
    """

    async def listed(_: Request) -> Json:
        return {"reviewers": [dict(one) for one in await desk.reviewers()]}

    async def invite(request: Request) -> Json:
        return {"link": await desk.invite(request.path_params["name"])}

    async def reset(request: Request) -> Json:
        return {"revoked": await desk.reset(request.path_params["name"])}

    table: Table = (
        ("GET", "/reviewers", listed),
        ("POST", "/reviewers/{name}/invite", invite),
        ("POST", "/reviewers/{name}/reset", reset),
    )
    return under(token, table)
