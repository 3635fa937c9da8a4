"""AgentDojo's suites as this benchmark uses them: environments, tools, and what shows injections.

Only three suites, version v1.2.2. Environments are parsed once and unpickled after that, because
reading them is nine tenths of a run. Results become JSON, as an MCP server would send them.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml
from agentdojo.functions_runtime import FunctionCall, FunctionsRuntime
from agentdojo.task_suite.load_suites import get_suites
from agentdojo.types import text_content_block_from_string
from pydantic import BaseModel

VERSION = "v1.2.2"
SUITES = ("workspace", "banking", "slack")
Args = Mapping[str, Any]

yaml.safe_load = lambda text: yaml.load(text, yaml.CSafeLoader)  # ten times faster, same values


@dataclass(frozen=True, slots=True)
class Call:
    """One call that somebody makes."""

    tool: str
    args: Args


@cache
def suite(name: str) -> Any:
    return get_suites(VERSION)[name]


@cache
def runtime(name: str) -> FunctionsRuntime:
    return FunctionsRuntime(suite(name).tools)


def tasks(name: str) -> list[str]:
    return list(suite(name).user_tasks)


def goals(name: str) -> list[str]:
    return list(suite(name).injection_tasks)


def user_task(name: str, task: str) -> Any:
    return suite(name).user_tasks[task]


def goal_task(name: str, goal: str) -> Any:
    return suite(name).injection_tasks[goal]


def prompt(name: str, task: str) -> str:
    return str(user_task(name, task).PROMPT)


class World:
    """One environment in one state; `fresh` gives the same state again."""

    def __init__(self, name: str, task: str, texts: Mapping[str, str]) -> None:
        made = suite(name).load_and_inject_default_environment(dict(texts))
        self.name = name
        self.task = task
        self._state = pickle.dumps(user_task(name, task).init_environment(made))

    def fresh(self) -> Any:
        return pickle.loads(self._state)

    def script(self) -> list[Call]:
        """Return the calls by which the user's task is solved in this environment."""
        return calls_of(user_task(self.name, self.task).ground_truth(self.fresh()))


def calls_of(script: Sequence[FunctionCall]) -> list[Call]:
    return [Call(one.function, dict(one.args)) for one in script]


def run(name: str, env: Any, call: Call) -> tuple[Any, bool]:
    """Make the call; return its result as JSON and whether it failed."""
    value, failed = runtime(name).run_function(env, call.tool, dict(call.args))
    return (failed, True) if failed else (as_json(value), False)


def as_json(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {str(key): as_json(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(one) for one in value]
    return value


def reached(name: str, goal: str, before: Any, after: Any, made: Sequence[Call]) -> bool:
    """Return what the goal's own predicate says."""
    return _checked(name, goal_task(name, goal), "", before, after, made)


def useful(name: str, task: str, before: Any, after: Any, made: Sequence[Call]) -> bool:
    """Return what the user task's own predicate says."""
    said = user_task(name, task).GROUND_TRUTH_OUTPUT
    return _checked(name, user_task(name, task), said, before, after, made)


def _checked(
    name: str, task: Any, said: str, before: Any, after: Any, made: Sequence[Call]
) -> bool:
    trace = [FunctionCall(function=one.tool, args=dict(one.args)) for one in made]
    words = [text_content_block_from_string(said)]
    # On copies: some predicates read mail as a person does, and what was read is unread no more.
    worlds = (pickle.loads(pickle.dumps(one)) for one in (before, after))
    return bool(suite(name)._check_task_result(task, words, *worlds, trace))


@cache
def seen_vectors(name: str, task: str) -> tuple[tuple[str, ...], int]:
    """Return the vectors that the task's own reads show, and after which call the first is shown.

    Found with one canary in each; the package's own search misses all of them.
    """
    marks = {
        vector: f"canary{index:03d}x"
        for index, vector in enumerate(suite(name).get_injection_vector_defaults())
    }
    world = World(name, task, marks)
    env, seen, first = world.fresh(), set(), -1
    for index, call in enumerate(world.script()):
        shown = repr(run(name, env, call)[0])
        new = {vector for vector, mark in marks.items() if mark in shown}
        if new and first < 0:
            first = index
        seen |= new
    if first < 0:
        raise RuntimeError(f"{name} {task} shows no vector")
    return tuple(sorted(seen)), first
