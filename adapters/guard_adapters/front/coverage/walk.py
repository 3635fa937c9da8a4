"""From an agent to every tool that it can reach, through sub-agents, handoffs and plain functions.

A tool's function is followed like any other: an agent in its closure is a sub-agent, another tool's
function in it is a call that nobody judges.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import FunctionType
from typing import Final

from guard_adapters.front.coverage.bodies import (
    bodies,
    function_of,
    is_ours,
    of_application,
    parts,
    referred,
)
from guard_adapters.front.coverage.reach import Kind, Reach, ToolAt, Way

MOST: Final = 200_000
"""How many objects are looked at; beyond it nobody knows what is left."""

MAKERS: Final = frozenset(
    {
        "langchain.agents.factory.create_agent",
        "langgraph.prebuilt.chat_agent_executor.create_react_agent",
        "agents.agent.Agent",
        "pydantic_ai.agent.Agent",
        "google.adk.agents.llm_agent.LlmAgent",
    }
)
"""What makes an agent: one that is made while a tool runs cannot be looked at before."""


class TooMuch(Exception):
    """The application holds more objects than are looked at."""


@dataclass(frozen=True, slots=True)
class _Step:
    """An object on the way, the words that lead to it, and the tool whose function leads there."""

    thing: object
    path: tuple[str, ...]
    inside: str = ""

    def to(self, thing: object, word: str = "") -> "_Step":
        return _Step(thing, (*self.path, word) if word else self.path, self.inside)


@dataclass(slots=True)
class Walk:
    """Looks at everything that one agent leads to.

    Args:
        kinds: the frameworks that are known.
    """

    kinds: Sequence[Kind]
    tools: dict[int, tuple[str, FunctionType]] = field(default_factory=dict)
    """The function of each tool that was found, by its identity, with the tool's name."""

    _found: set[Reach] = field(default_factory=set)
    _calls: list[tuple[str, FunctionType, tuple[str, ...]]] = field(default_factory=list)
    _seen: dict[tuple[int, str], object] = field(default_factory=dict)  # kept: an id is not reused
    _waiting: deque[_Step] = field(default_factory=deque)

    def run(self, root: object, name: str) -> list[Reach]:
        """Return every tool that `root` leads to, sorted.

        Raises:
            TooMuch: it holds too many objects to look at.
        """
        self._add(_Step(root, (name,)))
        while self._waiting:
            if len(self._seen) > MOST:
                raise TooMuch
            self._look(self._waiting.popleft())
        for caller, function, path in self._calls:
            called, _ = self.tools.get(id(function), ("", None))
            if called and called != caller:
                self._hole(called, path, f"{caller} calls its function past the guard")
        return sorted(self._found)

    def _add(self, step: _Step) -> None:
        key = id(step.thing), step.inside
        if key not in self._seen:
            self._seen[key] = step.thing
            self._waiting.append(step)

    def _known(self, thing: object) -> bool:
        return any(kind(thing) is not None for kind in self.kinds)

    def _look(self, step: _Step) -> None:
        for kind in self.kinds:
            # Where a tool of a framework is the function itself, its body is no second tool.
            found = None if self._is_body(step) else kind(step.thing)
            if found is not None:
                for one in found:
                    match one:
                        case ToolAt():
                            self._tool(one, step)
                        case Way(word, thing):
                            self._add(step.to(thing, word))
                return
        function = function_of(step.thing)
        if function is not None and of_application(function):
            self._function(function, step)
            if function is not step.thing:
                self._add(step.to(getattr(step.thing, "__self__", None)))
        elif not is_ours(step.thing):
            for _, part in parts(step.thing):
                self._add(step.to(part))

    def _tool(self, tool: ToolAt, step: _Step) -> None:
        path = " > ".join(step.path)
        self._found.add(Reach(tool=tool.name, path=path, state=tool.state, why=tool.why))
        for body in bodies(tool.thing, lambda one: one is not tool.thing and self._known(one)):
            self.tools[id(body)] = tool.name, body
            self._add(_Step(body, (*step.path, tool.name), tool.name))

    def _is_body(self, step: _Step) -> bool:
        name, body = self.tools.get(id(step.thing), ("", None))
        return body is not None and name == step.inside

    def _function(self, function: FunctionType, step: _Step) -> None:
        caller = step.inside or function.__name__
        for word, thing in (*parts(function), *referred(function)):
            if is_ours(thing):  # judged again, as a call of its own
                continue
            if step.inside and (named := _table(thing)):
                self._hole(step.inside, step.path, f"it runs what its arguments name: {named}")
            if _name_of(thing) in MAKERS:
                self._hole(caller, step.path, "it makes an agent while it runs: make it before")
            for body in () if self._known(thing) else bodies(thing, self._known):
                if body is not function:
                    self._calls.append((caller, body, step.path))
            self._add(step.to(thing, "" if callable(thing) and _plain(thing) else word))

    def _hole(self, tool: str, path: tuple[str, ...], why: str) -> None:
        self._found.add(Reach(tool=tool, path=" > ".join(path), state="unguarded", why=why))


def _plain(thing: object) -> bool:
    return function_of(thing) is not None


def _name_of(thing: object) -> str:
    return f"{getattr(thing, '__module__', '')}.{getattr(thing, '__qualname__', '')}"


def _table(thing: object) -> str:
    """Return the names in a table of the application's functions, of which one can be picked."""
    if not isinstance(thing, Mapping) or not thing:
        return ""
    functions = [str(name) for name, one in thing.items() if of_application(one)]
    return ", ".join(sorted(functions)) if len(functions) == len(thing) else ""
