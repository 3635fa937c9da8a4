"""The guard's HTTP API as an OpenAPI 3.1 document: one line for each operation of a running guard.

`docs/generate.py` writes it to docs/openapi.json; a test holds the table beside the routes of a
guard with everything configured, and another sends what it allows, and what it does not.
"""

from collections.abc import Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

TEXT: Final[Schema] = {"type": "string"}
NUMBER: Final[Schema] = {"type": "integer"}
FLAG: Final[Schema] = {"type": "boolean"}
ANY: Final[Schema] = {}
HTML: Final = "text/html"
PLAIN: Final = "text/plain"
STREAMED: Final = "text/event-stream"
ERROR: Final[Schema] = {"$ref": "#/components/schemas/Error"}
CODE: Final[Schema] = {"$ref": "#/components/schemas/Code"}
TOLD: Final[Schema] = {"$ref": "#/components/schemas/Description"}


def obj(*optional: str, **required: Schema) -> Schema:
    """Return an object that holds these; `optional` are members of any kind that may be missing."""
    return {
        "type": "object",
        "properties": {**required, **dict.fromkeys(optional, ANY)},
        "required": [*required],
    }


def only(body: Schema) -> Schema:
    """Return an object that holds nothing else."""
    return {**body, "additionalProperties": False}


def rows(name: str, of: Schema | None = None) -> Schema:
    """Return an object with one list."""
    return obj(**{name: {"type": "array", "items": of or {"type": "object"}}})


def one_of(*words: str) -> Schema:
    """Return one of these texts."""
    return {"type": "string", "enum": [*words]}


def query(name: str, schema: Schema, *, required: bool = False) -> Mapping[str, Any]:
    """Return a parameter behind the question mark."""
    return {"name": name, "in": "query", "required": required, "schema": dict(schema)}


SESSION: Final = obj("default", id=TEXT, principal=TEXT, agent=TEXT, opened_at_ms=NUMBER, ended_at_ms=NUMBER,
                     suspended_at_ms=NUMBER, steps=NUMBER, in_flight=NUMBER, risk=NUMBER, access=TEXT,
                     purpose=TEXT, labels={"type": "array", "items": TEXT})  # fmt: skip
TRUST: Final = obj("signals", "narrowings", id=TEXT, access=TEXT, risk=NUMBER, score=NUMBER)
APPROVAL: Final = obj("view", "votes", "outcome", id=TEXT, status=TEXT, reason_code=TEXT,
                      session=TEXT, call=TEXT, requester=TEXT, agent=TEXT, created_ms=NUMBER)  # fmt: skip
LEASE: Final = obj("kind", "grant", id=TEXT, state=TEXT, session=TEXT, call=TEXT, issuer=TEXT)
GRANT: Final = obj("reach", id=TEXT, plan=TEXT, status=TEXT, action=TEXT, uses=NUMBER)
PLAN: Final = obj("lines", "votes", id=TEXT, kind=TEXT, status=TEXT, session=TEXT)
TASK: Final = obj("unlisted", "task", "mandate", "ended", "purpose", session=TEXT)
KILL: Final = obj("note", scope=TEXT, name=TEXT, why=TEXT, by=TEXT, at_ms=NUMBER)
SCOPE: Final = one_of("everything", "server", "tool", "agent", "principal", "device", "key")
SUBJECT: Final = obj("iss", "sub", "email", "id", "user", "device", "session", "tenant",
                     format=one_of("email", "iss_sub", "opaque", "complex"))  # fmt: skip
DIGITS: Final[Schema] = {"type": "string", "pattern": "^[0-9]{1,15}$"}
LONG: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": 1024}
STREAM: Final = obj("description", stream_id=TEXT, iss=TEXT, aud=TEXT, delivery=obj(method=TEXT, endpoint_url=TEXT),
                    events_supported={"type": "array"}, events_requested={"type": "array"},
                    events_delivered={"type": "array"}, min_verification_interval=NUMBER)  # fmt: skip
DELIVERY: Final = obj("endpoint_url", "authorization_header",
                      method=one_of("urn:ietf:rfc:8935", "urn:ietf:rfc:8936"))  # fmt: skip
ASKED: Final[Schema] = {
    "type": "object",
    "properties": {
        "delivery": DELIVERY,
        "events_requested": {"type": "array", "items": LONG, "maxItems": 64},
        "description": {"type": "string", "maxLength": 1024},
    },
}
CHANGED: Final[Schema] = {
    **ASKED,
    "properties": {**ASKED["properties"], "stream_id": LONG},
    "required": ["stream_id"],
}
STATUS: Final = obj("reason", stream_id=TEXT, status=one_of("enabled", "paused", "disabled"))
EVALUATION: Final = obj("context", subject=obj("properties", type=TEXT, id=TEXT), action=obj("properties", name={"const": "tools/call"}),
                        resource=obj("properties", type={"const": "tool"}, id={"type": "string", "examples": ["shop/look"]}))  # fmt: skip
DECISION: Final = obj("context", decision=FLAG)
KEYS: Final = rows("keys")
CREDENTIAL: Final = obj("credential")
SEEN: Final = obj("seen")
FIRST: Final = query("start", DIGITS)
OPEN: Final = query("open", one_of("0", "1"))

# Method, path, what it is for, what is sent, what comes back (200 unless a number stands before it).
Row = tuple[str, str, str, Schema | None, Mapping[int, Any], tuple[Mapping[str, Any], ...]]


def row(
    method: str,
    path: str,
    what: str,
    back: object,
    *params: Mapping[str, Any],
    body: Schema | None = None,
) -> Row:
    """Return one operation; `back` is what comes with 200, or all answers by status."""
    by_status = isinstance(back, dict) and all(isinstance(one, int) for one in back) and back
    return method, path, what, body, back if by_status else {200: back}, params


OPERATOR: Final = (
    row("POST", "/sessions", "Mint a session for a person and an agent.", obj(handle=TEXT),
        body=obj("words", "intent", principal=obj(issuer=TEXT, subject=TEXT), agent=TEXT)),
    row("GET", "/sessions", "Every session.", rows("sessions", SESSION)),
    row("GET", "/sessions/{id}", "One session, and all that its trust is made of.", SESSION),
    row("POST", "/sessions/{id}/words", "What the person said meanwhile.", SESSION, body=only(obj(words=TEXT))),
    row("POST", "/sessions/{id}/withdraw", "Take back an approved destination.", SESSION, body=only(obj(value=TEXT))),
    row("POST", "/sessions/{id}/declassify", "Clear the secrets that a session has read.", SESSION),
    row("POST", "/sessions/{id}/signal", "Record a signal of a known kind.", SESSION, body=only(obj(kind=TEXT))),
    row("POST", "/sessions/{id}/revoke", "End a session.", SESSION),
    row("POST", "/sessions/{id}/resume", "Let a suspended session go on.", obj(resumed=TEXT)),
    row("POST", "/sessions/{id}/narrow", "Narrow a session to an access of the policy.", TRUST,
        body=only(obj("reason", access=TEXT))),
    row("POST", "/sessions/{id}/restore", "Give back what was taken.", TRUST, body=only(obj("narrowing"))),
    row("GET", "/sessions/{id}/tallies", "What a session is counted in.", rows("tallies")),
    row("POST", "/sessions/{id}/task", "Give a session its next task.", TASK, body=only(obj("lasts_s", intent={"type": "object"}))),
    row("POST", "/sessions/{id}/task/end", "End its task.", TASK),
    row("POST", "/sessions/{id}/plans", "Ask people about declared calls.", PLAN, body=obj("items", "purpose", "kind")),
    row("GET", "/tasks", "Tasks that are in force.", rows("tasks", TASK)),
    row("GET", "/approvals", "What people were asked.", rows("approvals", APPROVAL), OPEN),
    row("GET", "/approvals/{id}", "One question.", APPROVAL),
    row("POST", "/approvals/{id}/deny", "Say no.", APPROVAL, body=only(obj(reason=TEXT))),
    row("POST", "/approvals/{id}/resolve", "Write down how a run ended that nobody knows the end of.", APPROVAL,
        body=only(obj(outcome=one_of("ok", "error"), evidence=TEXT))),
    row("GET", "/runs/unknown", "Runs without a known end.", rows("approvals", APPROVAL)),
    row("GET", "/grants", "Standing yeses.", rows("grants", GRANT), query("active", one_of("0", "1"))),
    row("GET", "/grants/{id}", "One standing yes.", GRANT),
    row("POST", "/grants/{id}/revoke", "Take it back.", GRANT),
    row("GET", "/plans", "Declared plans.", rows("plans", PLAN), OPEN),
    row("GET", "/plans/{id}", "One plan.", PLAN),
    row("POST", "/plans/{id}/deny", "Say no to a plan.", PLAN, body=obj(reason=LONG)),
    row("POST", "/plans/{id}/revoke", "Take a plan back.", PLAN),
    row("GET", "/leases", "Credentials.", rows("leases", LEASE), OPEN),
    row("GET", "/leases/{id}", "One credential; never its secret.", LEASE),
    row("POST", "/leases/{id}/revoke", "Take one back at its target.", LEASE),
    row("GET", "/kills", "What is stopped.", rows("kills", KILL)),
    row("POST", "/kills", "Stop something.", KILL, body=only(obj("name", "why", "unlisted", scope=SCOPE))),
    row("POST", "/kills/lift", "Let it go on.", obj(scope=TEXT, name=TEXT, lifted=FLAG), body=only(obj("name", scope=SCOPE))),
    row("POST", "/signals", "What another source knows of a caller.", rows("sessions", TEXT),
        body=only(obj(kind=TEXT, source=TEXT, about=SUBJECT))),
    row("GET", "/signals/streams", "Each stream, both ways, and what is wrong with it.",
        obj(now_ms=NUMBER, since_ms=NUMBER, **{"in": {"type": "array"}, "out": {"type": "array"}})),
    row("GET", "/faults", "What does not work behind the scenes.", rows("faults", obj(what=TEXT, fault=TEXT))),
    row("POST", "/policy/reload", "Put the policy on disk in force.", obj(bundle=TEXT)),
    row("GET", "/audit/checkpoint", "The newest signed checkpoint.", obj(note=TEXT)),
    row("GET", "/audit/log", "One page of the log.", obj(size=NUMBER), FIRST),
    row("GET", "/report/step-up", "What asking people costs and is worth.", {"type": "object"}, query("since_ms", DIGITS)),
    row("GET", "/console", "Where reviewers find the console.", obj(url=TEXT)),
    row("GET", "/reviewers", "Every reviewer.", rows("reviewers")),
    row("POST", "/reviewers/{name}/invite", "Invite a reviewer.", obj(link=TEXT)),
    row("POST", "/reviewers/{name}/reset", "Revoke every key of a reviewer.", obj(revoked=NUMBER)),
)  # fmt: skip

RECEIVERS: Final = (
    row("POST", "/streams", "Make a stream (SSF 1.0, 8.1.1.1).", {201: STREAM}, body=ASKED),
    row("GET", "/streams", "Read a stream, or all of this receiver.", {200: ANY}, query("stream_id", TEXT)),
    row("PATCH", "/streams", "Change a stream.", STREAM, body=CHANGED),
    row("PUT", "/streams", "Replace a stream.", STREAM, body=CHANGED),
    row("DELETE", "/streams", "End a stream.", {204: None}, query("stream_id", TEXT, required=True)),
    row("GET", "/status", "Whether a stream goes on.", STATUS, query("stream_id", TEXT, required=True)),
    row("POST", "/status", "Enable, pause or disable a stream.", STATUS,
        body=obj("reason", stream_id=LONG, status=one_of("enabled", "paused", "disabled"))),
    row("POST", "/verify", "Ask for a verification event.", {204: None}, body=obj("state", stream_id=LONG)),
    row("POST", "/poll/{id}", "Fetch tokens (RFC 8936).", obj(sets={"type": "object"}, moreAvailable=FLAG),
        body=obj("ack", "setErrs", "maxEvents", returnImmediately={"const": True})),
)  # fmt: skip

GATEWAYS: Final = (
    row("POST", "/access/v1/evaluation", "May this call be made? (AuthZEN 1.0)", DECISION, body=EVALUATION),
    row("POST", "/access/v1/evaluations", "May these calls be made?", rows("evaluations", DECISION),
        body=obj("subject", "action", "resource", "context", "options",
                 evaluations={"type": "array", "items": {"type": "object"}, "minItems": 1, "maxItems": 64})),
    row("POST", "/guard/v1/outcome", "How an allowed call ended.", obj(released=FLAG, text=TEXT),
        body=obj("result", decision_id=TEXT, outcome=one_of("ok", "error"))),
)  # fmt: skip

PAGES: Final = (
    ("/console/", "Open questions."),
    ("/console/approvals/{id}", "One question."),
    ("/console/approvals/{id}/arguments/{number}", "One argument, whole."),
    ("/console/approvals/{id}/sheets/{number}", "A part of a question that is longer than a page."),
    ("/console/approvals/{id}/said", "What the person said."),
    ("/console/batch/{id}", "Several questions."),
    ("/console/plans/{id}", "One plan."),
    ("/console/answered", "Questions that have their answer."),
    ("/console/plans", "Plans."),
    ("/console/unknown", "Runs without a known end."),
    ("/console/sessions", "Sessions."),
    ("/console/sessions/{id}", "One session."),
    ("/console/sessions/{id}/said", "What the person of a session said."),
    ("/console/grants", "Standing yeses."),
    ("/console/policy", "The policy in force."),
    ("/console/audit", "The log."),
    ("/console/audit/{seq}", "One entry of the log."),
    ("/console/reviewers", "Reviewers."),
)

FORMS: Final = (
    ("/login/options", "A challenge to sign in with.", obj()),
    ("/login", "Sign in with a passkey.", CREDENTIAL),
    ("/logout", "Sign out.", obj()),
    ("/enrol/options", "A challenge for a new passkey.", obj("token")),
    ("/enrol", "Enrol a passkey by an invitation.", obj("token", "credential")),
    ("/approvals/seen", "Say which questions were in view.", obj("ids")),
    ("/approvals/{id}/options", "A challenge to say yes with.", SEEN),
    ("/approvals/{id}/approve", "Say yes: a signature over this very call.", obj("credential", "seen", "typed")),
    ("/approvals/{id}/deny", "Say no.", obj("reason")),
    ("/approvals/{id}/standing", "Ask for a standing yes.", obj("uses", "ttl_s", "reach")),
    ("/approvals/{id}/reveal", "Look at one secret.", obj("number")),
    ("/approvals/{id}/suspend", "Say no, and let the session wait.", obj("reason")),
    ("/sessions/{id}/end", "End a session.", obj()),
    ("/plans/{id}/options", "A challenge for a plan.", SEEN),
    ("/plans/{id}/approve", "Say yes to a plan.", obj("credential", "seen", "typed")),
    ("/plans/{id}/deny", "Say no to a plan.", obj("reason")),
    ("/grants/{id}/revoke", "Take a standing yes back.", obj()),
    ("/batch/options", "A challenge for several questions.", obj("ids", "seen")),
    ("/batch/approve", "Answer several questions.", obj("credential", "ids", "seen")),
    ("/invites/options", "A challenge to let others in with.", obj("name")),
    ("/invites", "Let somebody in.", obj("name", "credential")),
    ("/keys/revoke", "Revoke a passkey.", obj("key", "credential")),
)  # fmt: skip

# By another name for this machine a page leads to its own; by any other name it is not given.
_ALIAS: Final[Mapping[int, Any]] = {307: None, 421: PLAIN}
OPEN_TO_ALL: Final = (
    row("GET", "/healthz", "Whether the process lives.", obj(status=TEXT)),
    row("GET", "/readyz", "Whether calls can be judged.", {200: obj(ready=FLAG), 503: obj(ready=FLAG)}),
    row("GET", "/.well-known/jwks.json", "The keys of call tokens.", {200: KEYS, 503: CODE}),
    row("GET", "/guard/v1/epochs", "Which call tokens are void.",
        {200: obj(seq=NUMBER, epochs={"type": "array"}), 400: CODE, 503: CODE}, query("after", DIGITS)),
    row("POST", "/guard/v1/sites/receipts", "What a site did since the last time, under its signature.",
        {200: obj("error", size=NUMBER), 413: CODE, **dict.fromkeys((400, 404, 409, 503), obj("size", error=TEXT))},
        body=obj(site=TEXT, leaves={"type": "array", "items": TEXT}, note=TEXT, **{"from": NUMBER})),
    row("GET", "/.well-known/oauth-protected-resource/mcp/{server}", "Who gives access tokens for an upstream (RFC 9728).",
        {200: obj(resource=TEXT), 404: PLAIN}),
    row("GET", "/.well-known/authzen-configuration", "Where AuthZEN is answered.", obj(policy_decision_point=TEXT)),
    row("GET", "/.well-known/openid-configuration", "The guard as identity provider.", obj(issuer=TEXT, jwks_uri=TEXT)),
    row("GET", "/.well-known/guard-identity.json", "Its keys.", KEYS),
    row("GET", "/.well-known/ssf-configuration", "The guard as transmitter of security events.", obj(issuer=TEXT, jwks_uri=TEXT)),
    row("GET", "/.well-known/guard-signals.json", "Its keys.", KEYS),
    row("GET", "/console/static/{name}", "Styles and scripts of the console.", {200: ANY, 404: PLAIN, **_ALIAS}),
    row("GET", "/console/enrol", "The page behind an invitation.", {200: HTML, **_ALIAS}),
    row("GET", "/a/{id}", "From the link in a message to its question.", {303: None, 404: PLAIN, **_ALIAS}),
)  # fmt: skip


MCP_ERROR: Final = obj("id", "jsonrpc", error=obj("data", code=NUMBER, message=TEXT))
_MCP_NO: Final[Mapping[int, Any]] = dict.fromkeys((400, 401, 403, 404, 405, 406, 409, 413, 415, 429, 500, 502, 503, 504), ANY)  # fmt: skip
UPSTREAMS: Final = (
    row("POST", "/mcp/{server}", "One MCP message (streamable HTTP, both eras).",
        {200: ANY, 202: None, **_MCP_NO}, body=obj("id", "params", jsonrpc={"const": "2.0"}, method=TEXT)),
    row("GET", "/mcp/{server}", "The server's own stream of a legacy session.", {200: ANY, **_MCP_NO}),
    row("DELETE", "/mcp/{server}", "The end of a legacy session.", {200: ANY, 202: None, 204: None, **_MCP_NO}),
    *(row(method, "/http/{api}/{path}", "A request of an application that knows no guard, by the routes of the catalogue.",
          {200: ANY, 201: ANY, 202: ANY, 204: None, 304: None, **_MCP_NO})
      for method in ("GET", "POST", "PUT", "PATCH", "DELETE")),
)  # fmt: skip

HEAD: Final = """\
The HTTP API of `guard serve`. Each part bears its own token: the operator's, a gateway's, a
receiver's, a transmitter's. Calls of agents come by MCP. docs/operator.md says more in words.
"""


def document() -> dict[str, Any]:
    """Return the whole document."""
    paths: dict[str, dict[str, Any]] = {}
    for tag, rows_, prefix, secured, beside in _groups():
        for one in rows_:
            method, path = one[0], prefix + one[1]
            paths.setdefault(path, {})[method.lower()] = _operation(one, path, tag, secured, beside)
    return {
        "openapi": "3.1.0",
        "info": {"title": "guardcall", "version": "1", "description": HEAD},
        "paths": paths,
        "components": {"schemas": _SCHEMAS, "responses": _RESPONSES, "securitySchemes": _SCHEMES},
    }


_SCHEMES: Final = {
    name: {"type": "http", "scheme": "bearer", "description": what}
    for name, what in (
        ("operator", "keys/operator.key of the state folder, as hex"),
        ("gateway", "keys/gateway.key"),
        ("receiver", "keys/receiver-<name>.key"),
        ("transmitter", "keys/signals-<name>.key"),
        ("agent", "an access token of guard.serve.issuer, or keys/dev.key on loopback"),
    )
}
_SCHEMAS: Final = {
    "Error": obj("next_step", error=TEXT, message=TEXT),
    "Code": obj(error=TEXT),
    "Description": obj(description=TEXT),
    "SetError": obj(err=TEXT, description=TEXT),
}
_SET_ERROR: Final = {"$ref": "#/components/schemas/SetError"}
_BORNE: Final = dict.fromkeys((400, 401, 403, 404, 409, 503), ERROR)
_PAGE: Final = {**_ALIAS, **dict.fromkeys((400, 401, 403, 404, 409, 503), HTML)}
_FORM: Final = {**_BORNE, 421: PLAIN}

Group = tuple[str, tuple[Row, ...], str, str, Mapping[int, Any]]


def _groups() -> tuple[Group, ...]:
    told = dict.fromkeys((400, 401, 403, 404, 409, 429, 503), TOLD)
    pages = tuple(row("GET", path, what, {200: HTML}) for path, what in PAGES)
    forms = tuple(
        row("POST", path, what, {"type": "object"}, body=body) for path, what, body in FORMS
    )
    push = row("POST", "/guard/v1/signals/push/{name}", "One security event (RFC 8935).",
               {202: None, 400: _SET_ERROR, 503: None}, body={"type": "string", "contentMediaType": "application/secevent+jwt"})  # fmt: skip
    hive = row("POST", "/gateways/toolhive", "ToolHive's validating webhook, signed.",
               {200: obj(version=TEXT, uid=TEXT, allowed=FLAG), 400: CODE, 401: CODE, 409: CODE},
               body=obj("principal", "context", uid=TEXT, mcp_request=obj("params", method=TEXT)))  # fmt: skip
    return (
        ("calls", UPSTREAMS, "", "agent", {}),
        ("operator", OPERATOR, "/guard/v1", "operator", _BORNE),
        ("receivers", RECEIVERS, "/guard/v1/ssf", "receiver", told),
        ("transmitters", (push,), "", "transmitter", {}),
        ("gateways", GATEWAYS, "", "gateway", dict.fromkeys((400, 401, 404, 503), CODE)),
        ("gateways", (hive,), "", "", {}),
        ("console", pages, "", "", _PAGE),
        (
            "console",
            (row("GET", "/console/live/queue", "The queue, as it changes.", {200: STREAMED}),),
            "",
            "",
            _PAGE,
        ),
        ("console", forms, "/console/api", "", _FORM),
        ("everybody", OPEN_TO_ALL, "", "", {}),
    )


def _operation(
    one: Row, path: str, tag: str, secured: str, beside: Mapping[int, Any]
) -> dict[str, Any]:
    method, _, what, body, back, params = one
    named = [part.strip("{}") for part in path.split("/") if part.startswith("{")]
    made: dict[str, Any] = {
        "tags": [tag],
        "summary": what,
        "operationId": f"{method.lower()} {path}",
        "parameters": [
            {
                "name": name,
                "in": "path",
                "required": True,
                "schema": {"type": "string", "minLength": 1},
            }
            for name in named
        ]
        + [dict(one) for one in params],
        "responses": {
            str(status): _response(said) for status, said in sorted({**beside, **back}.items())
        },
    }
    made |= {"security": [{secured: []}]} if secured else {}
    if body is not None:
        kind = body.get("contentMediaType", "application/json")
        made["requestBody"] = {"required": True, "content": {kind: {"schema": dict(body)}}}
    return made


def _response(said: object) -> dict[str, Any]:
    """Return a response, by reference where it is one of those that come again and again."""
    match said:
        case None:
            return {"description": "Nothing."}
        case "text/html" | "text/plain" | "text/event-stream":
            return {"$ref": f"#/components/responses/{said.rpartition('/')[2]}"}
        case {"$ref": str(name)}:
            return {"$ref": f"#/components/responses/{name.rpartition('/')[2]}"}
        case {}:
            return {"description": "As asked.", **_json(said)} if said else {"description": "Any."}


def _json(schema: Schema) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": dict(schema)}}}


_RESPONSES: Final = {
    "html": {"description": "A page.", "content": {HTML: {"schema": TEXT}}},
    "event-stream": {
        "description": "Events, until somebody leaves.",
        "content": {STREAMED: {"schema": TEXT}},
    },
    "plain": {"description": "A line of text.", "content": {PLAIN: {"schema": TEXT}}},
    **{
        name: {"description": what, **_json({"$ref": f"#/components/schemas/{name}"})}
        for name, what in (
            ("Error", "A stable code, a sentence, and what to do next."),
            ("Code", "A stable code."),
            ("Description", "A sentence for people (SSF 1.0)."),
            ("SetError", "Why a token is not taken (RFC 8935, 2.3)."),
        )
    },
}
