"""First guesses for a catalogue entry, from a tool's name, its schema and its annotations.

Every guess carries its reason, and none is believed: an entry is written unconfirmed, and what a
person has not confirmed is denied. Annotations are the server's own word, so that they can only
add caution here, never take it away.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from guard.model.call import Json

READ_VERBS = frozenset(
    {"get", "list", "read", "search", "find", "fetch", "show", "describe", "query", "view", "count"}
)
FINAL_VERBS = frozenset(
    {"delete", "remove", "purge", "drop", "destroy", "send", "pay", "transfer", "publish", "post"}
)
ROLES: Mapping[str, frozenset[str]] = {
    "recipient": frozenset(
        {"to", "cc", "bcc", "recipient", "recipients", "reply_to", "forward_to", "email"}
    ),
    "url": frozenset({"url", "urls", "uri", "uris", "link", "href", "webhook", "endpoint"}),
    "path": frozenset(
        {"path", "paths", "file", "files", "filename", "file_path", "directory", "dir", "folder"}
        | {"source", "destination"}
    ),
    "amount": frozenset({"amount", "amount_minor", "amount_cents"}),
    "command": frozenset({"command", "cmd", "script", "code", "sql", "shell"}),
    "query": frozenset({"query", "q", "search", "pattern"}),
    "body": frozenset({"body", "text", "content", "message", "subject"}),
    "secret": frozenset({"password", "secret", "token", "api_key", "apikey"}),
}
MAIL = frozenset({"to", "cc", "bcc", "reply_to", "forward_to", "email"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What a tool seems to do, and why it seems so."""

    effect: tuple[str, ...]
    why: str
    roles: Mapping[str, str]
    says: str


def guessed(name: str, schema: Mapping[str, Json], hints: Mapping[str, bool]) -> Guess:
    """Return the guess for one tool; `hints` are its annotations, by their names on the wire."""
    roles = roles_of(schema)
    words = re.split(r"[^a-z0-9]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())
    verb = next((word for word in words if word in READ_VERBS | FINAL_VERBS), "")
    why = [f"the name says {verb!r}" if verb else "the name says nothing"]
    reads = verb in READ_VERBS and not hints.get("destructiveHint", False)
    effect = ["read"] if reads else ["write"]
    if hints.get("readOnlyHint") is False and reads:
        effect = ["write"]
        why.append("the server does not call it read-only")
    if {"url", "recipient"} & set(roles.values()):
        effect.append("egress")
        why.append("it takes an address")
    if "command" in roles.values():
        effect.append("privileged")
        why.append("it takes a command")
    if effect[0] == "write" and (verb in FINAL_VERBS or hints.get("destructiveHint")):
        effect.append("irreversible")
        why.append("it seems hard to undo")
    shown = [path for path, role in roles.items() if role in {"recipient", "amount", "path", "url"}]
    says = " ".join([name.replace("{", "").replace("}", ""), *(f"{{{path}}}" for path in shown)])
    return Guess(effect=tuple(effect), why="; ".join(why), roles=roles, says=says)


def roles_of(schema: Mapping[str, Json]) -> dict[str, str]:
    """Return the role of every argument whose name gives it away."""
    properties = schema.get("properties")
    roles: dict[str, str] = {}
    for path, shape in (properties if isinstance(properties, dict) else {}).items():
        role = next((role for role, names in ROLES.items() if path.lower() in names), "")
        if not role and re.search(r"(^|_)id$|Id$", path):
            role = "id"
        if role and _fits(role, shape):
            roles[path] = role
    return roles


def _fits(role: str, shape: Json) -> bool:
    """Return whether the extractor of a role can read an argument of this shape."""
    kind = shape.get("type") if isinstance(shape, dict) else None
    if kind == "array" and isinstance(shape, dict) and role in {"recipient", "url", "path"}:
        items = shape.get("items")
        return isinstance(items, dict) and items.get("type") == "string"
    return kind in ({"integer", "number"} if role == "amount" else {"string"})
