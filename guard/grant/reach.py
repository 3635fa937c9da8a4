"""How far a standing yes reaches: one tool, and what each of its arguments may be.

Rule 1: the world is closed. Every argument of a call must be named, and every argument that is
named must be there; what nobody named was not said yes to. Rule 2: what an argument may be is said
as in `guard.model.limits`, and what is outside is asked of people.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from guard.errors import Unusable
from guard.model.call import Json
from guard.model.legible import legible
from guard.model.limits import (
    Constraint,
    Equal,
    OneOf,
    Prefix,
    Range,
    fault,
    inside,
    leaves,
    text_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """One tool, and one constraint for each of its arguments."""

    server: str
    tool: str
    constraints: tuple[Constraint, ...] = ()

    @property
    def action(self) -> str:
        """Return the policy action, `<server>/<tool>`."""
        return f"{self.server}/{self.tool}"

    def covers(self, arguments: Mapping[str, Json]) -> bool:
        """Return whether a call with these arguments is inside."""
        found = leaves(arguments)
        named = {one.path: one for one in self.constraints}
        if found is None or found.keys() != named.keys() or len(named) < len(self.constraints):
            return False
        return all(inside(named[path], value) for path, value in found.items())

    def lines(self) -> tuple[str, ...]:
        """Return the exact reach for people, an argument a line; what cannot be seen spelled out.

        With no argument, one line says so.
        """
        told = tuple(legible(said(one)) for one in self.constraints)
        return told or ("no arguments at all",)


def said(limit: Constraint) -> str:
    """Return what a constraint lets through, as a sentence about its argument."""
    match limit:
        case Equal(path=path, value=value):
            return f"{path} is exactly {value}"
        case OneOf(path=path, values=values):
            return f"{path} is one of {', '.join(values)}, or a list of these"
        case Range(path=path, low=low, high=high):
            return f"{path} is a whole number from {low} to {high}"
        case Prefix(path=path, start=start):
            return f"{path} begins with {text_of(start)}"


def checked(limit: Constraint) -> Constraint:
    """Return a constraint that says what it seems to say.

    Raises:
        Unusable: `reach_unusable`: it does not, see `fault`.
    """
    wrong = fault(limit)
    if wrong:
        raise _unusable(limit, wrong)
    return limit


def _unusable(limit: Constraint, wrong: str) -> Unusable:
    return Unusable(
        f"What {legible(limit.path)!r} may be cannot be used: {wrong}.",
        code="reach_unusable",
        next_step="Write equal, one_of, range or prefix for each argument of the call.",
    )
