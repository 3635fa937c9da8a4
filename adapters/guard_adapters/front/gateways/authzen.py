"""AuthZEN Authorization API 1.0: evaluations of tool calls, for gateways that bear the gateway key.

Taken from a request are subject, action, resource, arguments and conversation, and nothing that
would be a fact about them. What does not fit is an error, which every gateway takes for no. An
approval that is open is told as in the Access Request and Approval Profile (draft 1).
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from guard.errors import GuardError, Unusable
from guard_adapters.front.bearer import bears, digest_of
from guard_adapters.front.gateways.asking import GatewayDesk, Verdict, Wanted
from guard_adapters.front.mcp.protocol.json import loads
from guard_adapters.front.mcp.protocol.wire import WireRefused

MOST: Final = 64
"""Most evaluations in one request."""

_STOPS: Final[Mapping[str, bool | None]] = {
    "execute_all": None,
    "deny_on_first_deny": False,
    "permit_on_first_permit": True,
}

Answer = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]


def authzen_routes(desk: GatewayDesk, token: str, url: str) -> list[Route]:
    """Return the routes, full paths, for the guard's own application.

    Args:
        desk: what judges.
        token: what a gateway must bear.
        url: how gateways reach the guard.
    """
    api, expected = _Api(desk), digest_of(token)
    table: tuple[tuple[str, Answer], ...] = (
        ("/access/v1/evaluation", api.one),
        ("/access/v1/evaluations", api.several),
        ("/guard/v1/outcome", api.ended),
    )

    async def about(_request: Request) -> Response:
        return JSONResponse(
            {
                "policy_decision_point": url,
                "access_evaluation_endpoint": f"{url}/access/v1/evaluation",
                "access_evaluations_endpoint": f"{url}/access/v1/evaluations",
            }
        )

    return [
        Route("/.well-known/authzen-configuration", about, methods=["GET"]),
        *(Route(path, _borne(answer, expected), methods=["POST"]) for path, answer in table),
    ]


def _borne(answer: Answer, expected: bytes) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        named = request.headers.get("x-request-id", "")
        headers = {"X-Request-ID": named} if named else {}
        if not bears(request.headers.get("authorization", ""), expected):
            body: dict[str, Any] = {"error": "gateway_unknown"}
            return JSONResponse(body, status_code=401, headers=headers)
        try:
            body, status = await answer(loads(await request.body())), 200
        except (Unusable, WireRefused) as wrong:
            code = wrong.code if isinstance(wrong, Unusable) else wrong.reason
            body, status = {"error": str(code)}, 400
        except GuardError as no:
            body, status = {"error": no.code}, 404 if no.code.endswith("_unknown") else 503
        if body.pop("unavailable", False):  # no decision was made: not the same as a no
            status = 503
        return JSONResponse(body, status_code=status, headers=headers)

    return respond


class _Api:
    """Requests as calls, and verdicts as AuthZEN has them."""

    def __init__(self, desk: GatewayDesk) -> None:
        self._desk = desk

    async def one(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return _told(await self._desk.verdict(wanted(asked)))

    async def several(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        each, options = asked.get("evaluations"), asked.get("options") or {}
        if not isinstance(each, list) or not 0 < len(each) <= MOST:
            raise _unusable("evaluations")
        if not isinstance(options, dict) or not all(isinstance(one, dict) for one in each):
            raise _unusable("options and each evaluation are objects")
        semantic = options.get("evaluations_semantic", "execute_all")
        if not isinstance(semantic, str) or semantic not in _STOPS:
            raise _unusable("options.evaluations_semantic")
        shared = {name: asked[name] for name in _PARTS if name in asked}
        calls = [wanted({**shared, **one}) for one in each]  # all of them, before one is judged
        told: list[dict[str, Any]] = []
        for call in calls:
            told.append(_told(await self._desk.verdict(call)))
            if told[-1]["decision"] is _STOPS[semantic]:
                break
        gone = any(one.pop("unavailable", False) for one in told)
        return {"evaluations": told, "unavailable": gone}

    async def ended(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        match asked:
            case {"decision_id": str(ident), "outcome": "ok" | "error" as outcome}:
                failed = outcome == "error"
                text = await self._desk.ended(ident, asked.get("result"), failed=failed)
                return {"released": not text, "text": text}
            case _:
                raise _unusable("decision_id, outcome")


_PARTS: Final = ("subject", "action", "resource", "context")


def wanted(asked: Mapping[str, Any]) -> Wanted:
    """Return the call that is asked about.

    Raises:
        Unusable: `request_unusable`.
    """
    match asked:
        case {
            "subject": {"id": str(person), **_subject},
            "action": {"name": "tools/call", **_action},
            "resource": {"type": "tool", "id": str(tool), **resource},
        } if person and tool:
            properties: Any = resource.get("properties") or {}
        case _:
            raise _unusable("subject.id, action.name tools/call, resource {type: tool, id}")
    context: Any = asked.get("context") or {}
    if not isinstance(properties, dict) or not isinstance(context, dict):
        raise _unusable("properties and context are objects")
    server = properties.get("server") or context.get("server") or ""
    if not server:
        server, _, tool = tool.partition("/")
    arguments = properties.get("arguments", context.get("arguments", {}))
    found = (server, tool, context.get("agent", ""), context.get("session", ""))
    if not all(isinstance(one, str) for one in found) or not isinstance(arguments, dict):
        raise _unusable("server, agent and session are texts, arguments are an object")
    return Wanted(
        person=person,
        agent=found[2] or "gateway",
        server=server,
        tool=tool,
        arguments=arguments,
        session=found[3],
    )


def _told(verdict: Verdict) -> dict[str, Any]:
    context: dict[str, Any] = {}
    if verdict.id:
        context["decision_id"] = verdict.id
    if not verdict.allowed:
        context["reason_admin"] = {"code": verdict.code}
        context["reason_user"] = {"text": verdict.text}
    if verdict.smaller is not None:
        context["arguments"] = verdict.smaller
    if (waiting := verdict.waiting) is not None:
        context["access_request"] = {
            "id": waiting.approval_id,
            "status": "pending",
            "expires_at_ms": waiting.expires_at_ms,
            "next_action": "evaluate_again",
        }
    gone = verdict.text.startswith("GUARD_UNAVAILABLE")
    told: dict[str, Any] = {"decision": verdict.allowed, "context": context}
    return told | ({"unavailable": True} if gone else {})


def _unusable(what: str) -> Unusable:
    return Unusable(f"The request does not hold what it should: {what}.", code="request_unusable")
