"""The operator's HTTP API under `/guard/v1/`: sessions, open questions, reload, the log.

Rule 1: only the bearer of the operator's token, and never a browser: a request with an Origin is
refused. Rule 2: nothing here says yes. Whoever reads a token from a file is a program until shown
otherwise, so questions can be denied here and approved only where a person proves to be one.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from guard.errors import GuardError, Refused, Unavailable, Unusable
from guard.grant.approval import Approval
from guard.grant.strict import NotStrictJson, storable_json
from guard.model.call import Json
from guard.session.state import Session
from guard_adapters._http.bodies import start_of
from guard_adapters.front.bearer import bears, digest_of

PREFIX: Final = "/guard/v1"
MAX_DIGITS: Final = 15
MAX_BODY: Final = 64 * 2**10
"""Largest request (bytes): a declared intent is 4 KiB."""
LOOK: Final[Mapping[str, str]] = {
    "approval_unknown": "See which there are: guard approvals list",
    "plan_unknown": "See which there are: guard plans list",
    "session_unknown": "See which there are: guard sessions list",
}
"""What an operator does about an id that is not there; an agent would be told something else."""


class Operating(Protocol):
    """What the operator's API asks of a guard. Every change is written to the audit log."""

    async def open_session(self, said: Mapping[str, Json]) -> str:
        """Mint a session for a principal and return its handle."""

    async def sessions(self) -> Sequence[Session]:
        """Return every session."""

    async def session(self, session_id: str) -> Session:
        """Return one session."""

    async def tell(self, session_id: str, words: str) -> Session:
        """Take in what the person said meanwhile."""

    async def endorsed(self, session_id: str) -> Sequence[tuple[str, str, str]]:
        """Return the destinations that people approved: role, kind, value."""

    async def withdraw(self, session_id: str, value: str) -> Session:
        """Take back an approved destination."""

    async def declassify(self, session_id: str) -> Session:
        """Clear the secrets that a session has read."""

    async def signal(self, session_id: str, kind: str) -> Session:
        """Record a signal of a known kind."""

    async def revoke(self, session_id: str) -> Session:
        """End a session."""

    async def approvals(self, *, open_only: bool) -> Sequence[Approval]:
        """Return approvals, oldest first."""

    async def approval(self, approval_id: str) -> Approval:
        """Return one approval."""

    async def deny(self, approval_id: str, reason: str) -> Approval:
        """Say no, with a reason for the agent."""

    async def reload(self) -> str:
        """Put the policy on disk in force; return its digest."""

    async def checkpoint(self) -> str:
        """Return the newest signed checkpoint."""

    async def log(self, start: int) -> Mapping[str, Json]:
        """Return one page of the log, from this leaf on."""

    def trust(self, session: Session) -> Mapping[str, Json]:
        """Return how far the session may go, its score, and all that it is made of."""


Answer = Callable[[Request], Awaitable[Json]]
Table = tuple[tuple[str, str, Answer], ...]


def operator_routes(desk: Operating, token: str, more: Table = ()) -> list[Route]:
    """Return the routes, full paths, for the guard's own application.

    Args:
        desk: the guard.
        token: what a caller must bear, as text.
        more: method, path and answer of other parts, under the same token.
    """
    api = _Api(desk)
    table: Table = (
        ("POST", "/sessions", api.open_session),
        ("GET", "/sessions", api.sessions),
        ("GET", "/sessions/{id}", api.session),
        ("POST", "/sessions/{id}/words", api.tell),
        ("POST", "/sessions/{id}/withdraw", api.withdraw),
        ("POST", "/sessions/{id}/declassify", api.declassify),
        ("POST", "/sessions/{id}/signal", api.signal),
        ("POST", "/sessions/{id}/revoke", api.revoke),
        ("GET", "/approvals", api.approvals),
        ("GET", "/approvals/{id}", api.approval),
        ("POST", "/approvals/{id}/deny", api.deny),
        ("POST", "/policy/reload", api.reload),
        ("GET", "/audit/checkpoint", api.checkpoint),
        ("GET", "/audit/log", api.log),
        *more,
    )
    return under(token, table)


def under(token: str, table: Table) -> list[Route]:
    """Return the routes of a table, full paths, for bearers of the operator's token alone."""
    expected = digest_of(token)
    return [
        Route(PREFIX + path, _guarded(answer, expected), methods=[method])
        for method, path, answer in table
    ]


def _guarded(answer: Answer, expected: bytes) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        if "origin" in request.headers:
            return _error(403, "origin_refused", "A browser may not call this.")
        if not bears(request.headers.get("authorization", ""), expected):
            return _error(401, "operator_unknown", "The operator's token is missing or wrong.")
        try:
            return JSONResponse(await answer(request))
        except GuardError as error:
            step = LOOK.get(error.code, error.next_step)
            return _error(_status(error), error.code, error.message, step)

    return respond


def _status(error: GuardError) -> int:
    if isinstance(error, Unavailable):
        return 503
    if isinstance(error, Refused):
        return 404 if error.code.endswith("_unknown") else 409
    return 400


def _error(status: int, code: str, message: str, next_step: str = "") -> JSONResponse:
    body = {"error": code, "message": message, "next_step": next_step}
    return JSONResponse(body, status_code=status)


class _Api:
    """Turns requests into questions to the guard, and what comes back into JSON."""

    def __init__(self, desk: Operating) -> None:
        self._desk = desk

    async def open_session(self, request: Request) -> Json:
        return {"handle": await self._desk.open_session(await read_body(request))}

    async def sessions(self, request: Request) -> Json:  # noqa: ARG002  the routes' shape
        return {"sessions": [self._session(one) for one in await self._desk.sessions()]}

    async def session(self, request: Request) -> Json:
        name = request.path_params["id"]
        approved = await self._desk.endorsed(name)
        rows: Json = [{"role": role, "kind": kind, "value": one} for role, kind, one in approved]
        session = await self._desk.session(name)
        return {**self._session(session), **self._desk.trust(session), "approved": rows}

    async def tell(self, request: Request) -> Json:
        words = _text(await read_body(request), "words")
        return self._session(await self._desk.tell(request.path_params["id"], words))

    async def withdraw(self, request: Request) -> Json:
        value = _text(await read_body(request), "value")
        return self._session(await self._desk.withdraw(request.path_params["id"], value))

    async def declassify(self, request: Request) -> Json:
        return self._session(await self._desk.declassify(request.path_params["id"]))

    async def signal(self, request: Request) -> Json:
        kind = _text(await read_body(request), "kind")
        return self._session(await self._desk.signal(request.path_params["id"], kind))

    async def revoke(self, request: Request) -> Json:
        return self._session(await self._desk.revoke(request.path_params["id"]))

    async def approvals(self, request: Request) -> Json:
        some = await self._desk.approvals(open_only=request.query_params.get("open") == "1")
        return {"approvals": [approval_json(one) for one in some]}

    async def approval(self, request: Request) -> Json:
        return approval_json(await self._desk.approval(request.path_params["id"]))

    async def deny(self, request: Request) -> Json:
        reason = _text(await read_body(request), "reason")
        return approval_json(await self._desk.deny(request.path_params["id"], reason))

    async def reload(self, request: Request) -> Json:  # noqa: ARG002  the routes' shape
        return {"bundle": await self._desk.reload()}

    async def checkpoint(self, request: Request) -> Json:  # noqa: ARG002  the routes' shape
        return {"note": await self._desk.checkpoint()}

    async def log(self, request: Request) -> Json:
        start = request.query_params.get("start", "0")
        if not (start.isascii() and start.isdecimal() and len(start) <= MAX_DIGITS):
            raise unusable(f"start is {start[:40]!r}, expected a leaf number")
        return dict(await self._desk.log(int(start)))

    def _session(self, session: Session) -> dict[str, Json]:
        trust = self._desk.trust(session)
        return {
            "id": session.id,
            "default": session.is_default,
            "principal": session.who.principal.key,
            "agent": session.who.agent.id,
            "opened_at_ms": session.opened_at_ms,
            "ended_at_ms": session.ended_at_ms,
            "suspended_at_ms": session.suspended_at_ms,
            "steps": session.step,
            "in_flight": len(session.steps),
            "labels": [*sorted(session.labels)],
            "risk": trust["risk"],
            "access": trust["access"],
            "purpose": session.intent.purpose if session.intent else "",
        }


def approval_json(approval: Approval) -> dict[str, Json]:
    """Return an approval as an operator may see it: what the reviewer is shown, no nonce."""
    view: Json = json.loads(approval.view_json)
    return {
        "id": approval.id,
        "status": approval.status.value,
        "reason_code": approval.reason_code,
        "session": approval.session,
        "call": approval.call_id,
        "requester": approval.requester,
        "agent": approval.agent,
        "rules": [*sorted(approval.rules)],
        "waiting": approval.waiting,
        "created_ms": approval.created_ms,
        "pending_until_ms": approval.pending_until_ms,
        "delivered_ms": approval.delivered_ms,
        "votes": [
            {"by": one.voter.principal, "decision": one.decision, "method": one.method}
            for one in approval.votes
        ],
        "outcome": approval.outcome.value if approval.outcome else None,
        "told_ms": approval.told_ms,
        "view": view,
    }


async def read_body(request: Request) -> dict[str, Any]:
    """Return the JSON object of a request.

    Raises:
        Unusable: `request_unusable`: too large, or no JSON object.
    """
    raw = await start_of(request.stream(), MAX_BODY)
    if len(raw) > MAX_BODY:
        raise unusable(f"the body has more than {MAX_BODY} bytes")
    try:
        found = storable_json(raw)
    except NotStrictJson as wrong:
        raise unusable(f"the body is not JSON that has one reading: {wrong.wrong}") from None
    if not isinstance(found, dict):
        raise unusable("the body is not a JSON object")
    return found


def _text(body: Mapping[str, Any], name: str) -> str:
    found = body.get(name)
    if set(body) != {name} or not isinstance(found, str) or not found.strip():
        raise unusable(f"the body must hold {name!r} as text, and nothing else")
    return found


def unusable(what: str) -> Unusable:
    """Return the error of a request that does not say what its route takes."""
    return Unusable(
        f"The request cannot be used: {what}.",
        code="request_unusable",
        next_step="See docs/operator.md for what each route takes.",
    )
