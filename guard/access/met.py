"""Whether anything of the name that a stop gives is there: a slip of the pen stops nothing.

Tools and servers are known: what the catalogue does not list is refused, with what it lists under
names like it. Agents, people and devices are known as far as they have a session now; a stop of
others holds, and whoever asked is told so.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Final

from guard.errors import Refused
from guard.model.call import ToolCall
from guard.model.identity import Who
from guard.model.kill import Kill, Scope
from guard.policy.catalog import Catalog

FEW: Final = 5
"""Names that are offered at most."""


def refuse_unlisted(
    scope: Scope, name: str, catalog: Catalog, running: Iterable[ToolCall] = ()
) -> None:
    """Let a stop pass that names a tool or server of the catalogue, or of a call under way.

    Raises:
        Refused: `kill_unlisted`, with the names that are nearest.
    """
    calls = [*running]
    match scope:
        case "server":
            there = name in catalog.servers or any(one.server == name for one in calls)
            known = sorted(catalog.servers)
        case "tool":
            there = lists(catalog, name) or any(one.action == name for one in calls)
            known = sorted(catalog.tools)
        case _:
            return
    if there:
        return
    near = alike(name, known)
    raise Refused(
        f"The catalogue lists no {scope} {name!r}: nothing was stopped.",
        code="kill_unlisted",
        next_step=f"{_offered(near)} Is it there all the same, stop it with --unlisted.",
    )


def unmet(kill: Kill, callers: Iterable[Who]) -> str:
    """Return what to tell whoever stopped somebody that has no session now; else nothing."""
    read = SEEN.get(kill.scope)
    if read is None:
        return ""
    known: set[str] = set()
    for who in callers:
        if kill.holds(who):
            return ""
        known |= set(read(who))
    near = alike(kill.name, sorted(known))
    return (
        f"It holds, but no session of such {_A[kill.scope]} is open now. {_offered(near)}".strip()
    )


_A: Final[Mapping[Scope, str]] = {
    "agent": "an agent",
    "principal": "a person",
    "device": "a device",
}
SEEN: Final[Mapping[Scope, Callable[[Who], Collection[str]]]] = {
    "agent": lambda who: (who.agent.id, *who.agent.parents),
    "principal": lambda who: (who.principal.key, who.principal.subject),
    "device": lambda who: (who.device.id,) if who.device.id else (),
}
"""Whom a stop can name that is known by a session, and under which names."""


def lists(catalog: Catalog, name: str) -> bool:
    """Return whether this, as `<server>/<tool>`, is what the catalogue lets be called at all."""
    server, _, tool = name.partition("/")
    if tool.startswith("mcp:"):  # a method is judged as a tool of that name
        spec = catalog.method_spec(server, tool.removeprefix("mcp:"))
        return spec is not None and spec.tool == tool
    return bool(tool) and catalog.spec(server, tool) is not None


def alike(name: str, known: Collection[str]) -> list[str]:
    """Return known names like one: those that end in it first, all of them where they are few."""
    own = [one for one in known if one.rpartition("/")[2] == name.rpartition("/")[2]]
    near = [*own, *(one for one in get_close_matches(name, known, FEW) if one not in own)]
    return (near or (sorted(known) if len(known) <= FEW else []))[:FEW]


def _offered(near: Collection[str]) -> str:
    return f"Names like it: {', '.join(near)}." if near else "No name is like it."
