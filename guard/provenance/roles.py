"""What an argument of a call is there: its role, its level, what it is about."""

from collections.abc import Mapping
from typing import Literal

from guard.model.call import Json, ToolSpec
from guard.model.secret_name import known_by_heart
from guard.provenance.lexicon import capability

CHANGING = frozenset({"write", "egress", "privileged", "irreversible"})
"""Classes of tools whose arguments have to be accounted for."""
LEVEL_OF: Mapping[str, str] = {
    "recipient": "dest",
    "id": "target",
    "path": "target",
    "source": "target",
    "amount": "amount",
    "secret": "secret",
    "profile": "profile",
    "url": "url",
    "attach": "attach",
}
"""Which level a role counts in; roles that are missing here are texts, or need nothing."""


Like = Literal["", "number", "flag"]
"""What a value is like, as far as that tells what it is there."""


def like(raw: Json) -> Like:
    """Return what a value is like: a yes or no is no number, though Python counts it among them."""
    if isinstance(raw, bool):
        return "flag"
    return "number" if isinstance(raw, int | float) else ""


def role_of(spec: ToolSpec, path: str, like: Like) -> str:
    """Return the role of an argument; one that nobody decided on is held to the strictest."""
    at = path
    while at:  # what a schema leaves open has the role of what holds it
        entry = spec.args.get(at)
        if entry is not None and entry.role:
            return entry.role
        at = at.rpartition(".")[0]
    if spec.effect.isdisjoint(CHANGING):
        return "query"
    match like:
        case "flag":
            return "flag"
        case "number":
            return "secret" if known_by_heart(path.rpartition(".")[2]) else "amount"
        case "":
            return "secret" if known_by_heart(path.rpartition(".")[2]) else "recipient"


def nouns_of(tool: frozenset[str], path: str) -> frozenset[str]:
    """Return what an argument is about: what its tool acts on, and what its own name says."""
    return tool | capability(path.rpartition(".")[2]).nouns if tool else tool
