"""Learns what agents usually do from their sessions, and keeps it as JSON text.

Only calls that were let through count, each session once, and none in which somebody already found
something wrong: a model that learns from an attack allows it the next time.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from guard.detect.chain import BEGIN, END, ORDER, Chains, Context, Habits
from guard.errors import Unusable

FORMAT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One session as the log tells it: by which agent, and the classes of what ran, in order."""

    agent: str
    classes: Sequence[str]


def learned(courses: Iterable[Course]) -> Chains:
    """Return the habits of every agent in these sessions."""
    held: dict[str, Counter[Context]] = defaultdict(Counter)
    then: dict[str, Counter[tuple[Context, str]]] = defaultdict(Counter)
    sessions: Counter[str] = Counter()
    for course in courses:
        sessions[course.agent] += 1
        steps = _steps(course.classes)
        then[course.agent].update(steps)
        held[course.agent].update({context for context, _ in steps})
    return Chains(
        agents={
            agent: Habits(sessions=count, held=dict(held[agent]), then=_nested(then[agent]))
            for agent, count in sessions.items()
        }
    )


def _steps(classes: Sequence[str]) -> set[tuple[Context, str]]:
    """Return each class with every context that it followed; repeats of a class count once."""
    course = [BEGIN] * ORDER
    course += [two for one, two in pairwise([BEGIN, *classes, END]) if one != two]
    return {
        (tuple(course[at - size : at]), course[at])
        for at in range(ORDER, len(course))
        for size in range(ORDER + 1)
    }


def _nested(flat: Counter[tuple[Context, str]]) -> dict[Context, dict[str, int]]:
    nested: dict[Context, dict[str, int]] = defaultdict(dict)
    for (context, kind), count in flat.items():
        nested[context][kind] = count
    return dict(nested)


def to_json(chains: Chains) -> str:
    """Return the model as text: rows of [context, sessions with it, {next: sessions}]."""
    agents = {
        agent: {
            "sessions": one.sessions,
            "rows": sorted(
                [list(context), count, dict(sorted(one.then.get(context, {}).items()))]
                for context, count in one.held.items()
            ),
        }
        for agent, one in sorted(chains.agents.items())
    }
    return json.dumps({"v": FORMAT, "agents": agents}, indent=1) + "\n"


def from_json(text: str, where: str) -> Chains:
    """Return the model that `to_json` wrote.

    Raises:
        Unusable: `chains_unusable`: the text is damaged or of another version.
    """
    try:
        return _chains(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unusable(
            f"What was learned of tool chains cannot be read: {error!r}.",
            code="chains_unusable",
            where=where,
            next_step="Learn it again: guard detectors learn --from AUDIT.",
        ) from None


def _chains(raw: Any) -> Chains:  # noqa: ANN401  parsed JSON
    if raw["v"] != FORMAT:
        raise ValueError(f"format {raw['v']!r}, expected {FORMAT}")
    return Chains(agents={agent: _habits(one) for agent, one in raw["agents"].items()})


def _habits(raw: Any) -> Habits:  # noqa: ANN401  parsed JSON of one agent
    rows = [(tuple(map(str, context)), _count(held), nexts) for context, held, nexts in raw["rows"]]
    return Habits(
        sessions=_count(raw["sessions"]),
        held={context: held for context, held, _ in rows},
        then={
            context: {str(kind): _count(count) for kind, count in nexts.items()}
            for context, _, nexts in rows
        },
    )


def _count(raw: object) -> int:
    if type(raw) is not int or raw < 0:
        raise ValueError(f"{raw!r} is no count")
    return raw
