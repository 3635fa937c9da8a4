"""The part of the operator's API about runs that nobody knows the end of.

It writes down what a person found out at the target. It runs nothing again.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from starlette.requests import Request

from guard.errors import Unusable
from guard.grant.approval import Approval
from guard.model.call import Json, Outcome
from guard_adapters.front.operator.routes import Answer, approval_json, read_body

KNOWN: Mapping[str, Outcome] = {"ok": Outcome.OK, "error": Outcome.ERROR}


class RunOperating(Protocol):
    """What this part asks of a guard."""

    async def unknown(self) -> Sequence[Approval]:
        """Return the runs without a known end, oldest first."""

    async def resolve(self, approval_id: str, outcome: Outcome, evidence: str) -> Approval:
        """Write down how one ended, and how that is known."""


def run_table(desk: RunOperating) -> tuple[tuple[str, str, Answer], ...]:
    """Return method, path and answer of each route."""

    async def unknown(request: Request) -> Json:  # noqa: ARG001  the routes' shape
        return {"approvals": [approval_json(one) for one in await desk.unknown()]}

    async def resolve(request: Request) -> Json:
        match await read_body(request):
            case {"outcome": str(outcome), "evidence": str(evidence), **more} if (
                outcome in KNOWN and evidence.strip() and not more
            ):
                approval = request.path_params["id"]
                return approval_json(await desk.resolve(approval, KNOWN[outcome], evidence))
            case _:
                raise Unusable(
                    "The body must hold outcome (ok or error) and evidence, and nothing else.",
                    code="request_unusable",
                    next_step="See docs/operator.md for what each route takes.",
                )

    return (
        ("GET", "/runs/unknown", unknown),
        ("POST", "/approvals/{id}/resolve", resolve),
    )
