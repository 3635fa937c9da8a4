"""What a server may ask of the client behind the guard: a model, a person, its roots.

A server that asks is a server that wants data or free model time; sampling is refused unless the
operator said otherwise. On the modern wire a server asks inside its result, and then the whole
result is refused. An answer holds what its form asks for and nothing else, on both wires. This file
never answers for a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

from guard_adapters.front.mcp.protocol.wire import INVALID_PARAMS, REFUSED, Era, MessageId, refuse

SAMPLING: Final = "sampling/createMessage"
ELICITATION: Final = "elicitation/create"

Fields = tuple[str, ...] | None
"""The fields of a form, sorted; None where the question is no form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRules:
    """What one server may ask for. The defaults are the careful ones."""

    sampling: bool = False
    roots: bool = True
    elicitation_form: bool = True
    elicitation_hosts: frozenset[str] = frozenset()  # hosts to which a person may be sent
    unasked_answers: bool = False  # may be given answers of which nobody knows the question


class Ask(StrEnum):
    """What happens to a server's request."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    REFUSE = "refuse"  # the server is told no, the client hears nothing
    DROP = "drop"  # the wire has no such thing: protocol violation


def server_ask(method: str, params: Mapping[str, Any], era: Era, rules: ServerRules) -> Ask:
    """Return what happens to a request that a server sends on its own."""
    if era == "modern":
        return Ask.DROP
    return Ask.PASS if allowed(method, params, rules) else Ask.REFUSE


def allowed(method: str, params: Mapping[str, Any], rules: ServerRules) -> bool:
    """Return whether these rules let the server ask this."""
    if method == SAMPLING:
        return rules.sampling
    if method == "roots/list":
        return rules.roots
    if method == ELICITATION:
        if params.get("mode") != "url":
            return rules.elicitation_form
        return _host(params.get("url")) in rules.elicitation_hosts
    return True  # ping, and what extensions add: asks for no data that we know of


def _host(url: object) -> str | None:
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
    except ValueError:
        return None
    return parts.hostname if parts and parts.scheme == "https" else None


def refused_input(result: object, rules: ServerRules) -> str:
    """Return the first method in `inputRequests` that these rules refuse, or an empty string."""
    asked = result.get("inputRequests") if isinstance(result, Mapping) else None
    if not isinstance(asked, Mapping):
        return ""
    for each in asked.values():
        if not isinstance(each, Mapping) or not isinstance(method := each.get("method"), str):
            return "unknown"
        params = each.get("params")
        if not allowed(method, params if isinstance(params, Mapping) else {}, rules):
            return method
    return ""


def refused_to_server(ident: MessageId, method: str) -> dict[str, Any]:
    """Return the error that tells a server that it may not ask this."""
    text = f"{method} is not allowed for this server. Go on without it."
    error = {"code": REFUSED, "message": text, "data": {"code": "server_ask_refused"}}
    return {"jsonrpc": "2.0", "id": ident, "error": error}


def fields_of(question: object) -> Fields:
    """Return what a question asks for."""
    if not isinstance(question, Mapping) or question.get("method") != ELICITATION:
        return None
    params = question.get("params")
    schema = params.get("requestedSchema") if isinstance(params, Mapping) else None
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    return tuple(sorted(properties)) if isinstance(properties, Mapping) else ()


def fits(answer: object, fields: Fields) -> bool:
    """Return whether an answer holds no more than the fields of the form."""
    content = answer.get("content") if isinstance(answer, Mapping) else None
    if fields is None or not isinstance(content, Mapping):
        return True
    return content.keys() <= set(fields)


def refuse_unasked() -> NoReturn:
    """Refuse a message whose answer does not fit (-32602)."""
    text = "An input response holds a field that the form does not have. Send what was asked."
    refuse(INVALID_PARAMS, "answer_not_asked", text)


def withheld(ident: MessageId, method: str) -> dict[str, Any]:
    """Return the error that a server reads instead of an answer that does not fit."""
    text = f"The answer to {method} held more than was asked and is withheld. Go on without it."
    error = {"code": REFUSED, "message": text, "data": {"code": "answer_not_asked"}}
    return {"jsonrpc": "2.0", "id": ident, "error": error}
