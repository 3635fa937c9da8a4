"""One tool that an agent can reach, and what stands before it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

State = Literal["guarded", "unguarded", "provider-side", "outside-process"]
"""`provider-side`: the model's provider runs it. `outside-process`: nobody in here sees it run."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Reach:
    """A tool: its name, the way that leads to it from the agent, its state and why."""

    tool: str
    path: str
    state: State
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolAt:
    """A tool of a framework's object: `thing` is what holds the function that runs."""

    name: str
    thing: object
    state: State
    why: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """Where a framework's object leads to, with a word for the path."""

    word: str
    thing: object


Kind: TypeAlias = Callable[[object], Iterator[ToolAt | Way] | None]
"""Knows the objects of one framework by the names of their classes, and imports none of it.

Returns what an object runs and leads to, or None: it is nothing of this framework.
"""


def is_a(thing: object, *names: str) -> bool:
    """Return whether a class of this full name is among those of an object."""
    return any(f"{one.__module__}.{one.__qualname__}" in names for one in type(thing).__mro__)
