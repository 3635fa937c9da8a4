"""Sessions out of an audit log as the model of tool chains learns them.

What was refused, and every session in which something was found or that was suspended, is left out:
whoever learns from an attack allows it the next time.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from guard.detect.chain import class_of
from guard.detect.learned import Course
from guard.policy.catalog import Catalog
from guard_adapters.cli.audit_events import Shown

_SUSPECT: Final = frozenset({"signal", "session_suspended"})


def courses(
    events: Iterable[Shown], catalog: Catalog, *, without: Collection[str] = ()
) -> tuple[list[Course], int]:
    """Return the courses of the sessions in a log, and how many were left out.

    Args:
        events: of the log, in their order.
        catalog: says what each tool does.
        without: sessions that an operator knows to be bad.

    A tool that the catalogue does not list any more is left out of its session, and a session
    whose facts were erased has no agent to learn for.
    """
    agents: dict[str, str] = {}
    asked: dict[str, list[tuple[str, str]]] = {}  # session -> (call, action) in order of judgement
    refused: set[str] = set()
    suspect = set(without)
    for event in events:
        leaf = event.leaf
        session, call = str(leaf.get("session")), str(leaf.get("call"))
        match leaf.get("kind"):
            case "decision":
                rows = asked.setdefault(session, [])
                if all(call != known for known, _ in rows[-32:]):  # a second look is no second call
                    rows.append((call, f"{leaf.get('server')}/{leaf.get('tool')}"))
                agents.setdefault(session, _agent(event.beside))
            case "outcome" if leaf.get("outcome") == "refused":
                refused.add(call)
            case kind if kind in _SUSPECT:
                suspect.add(session)
            case _:
                pass
    found = [
        Course(agent=agents[session], classes=_classes(rows, refused, catalog))
        for session, rows in asked.items()
        if session not in suspect and agents[session]
    ]
    return found, len(asked) - len(found)


def _classes(rows: Iterable[tuple[str, str]], refused: set[str], catalog: Catalog) -> list[str]:
    ran = (catalog.tools.get(action) for call, action in rows if call not in refused)
    return [class_of(spec) for spec in ran if spec is not None]


def _agent(beside: Mapping[str, Any]) -> str:
    try:
        return str(json.loads(beside["facts"])["who"]["agent"])
    except (KeyError, TypeError, ValueError):
        return ""
