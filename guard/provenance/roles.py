"""What an argument of a call is there: its role, its level, what it is about."""

from collections.abc import Mapping

from guard.model.call import ToolSpec
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


def role_of(spec: ToolSpec, path: str, *, number: bool) -> str:
    """Return the role of an argument; one that nobody decided on is held to the strictest."""
    at = path
    while at:  # what a schema leaves open has the role of what holds it
        entry = spec.args.get(at)
        if entry is not None and entry.role:
            return entry.role
        at = at.rpartition(".")[0]
    if spec.effect.isdisjoint(CHANGING):
        return "query"
    return "amount" if number else "recipient"


def nouns_of(tool: frozenset[str], path: str) -> frozenset[str]:
    """Return what an argument is about: what its tool acts on, and what its own name says."""
    return tool | capability(path.rpartition(".")[2]).nouns if tool else tool
