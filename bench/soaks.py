"""What `make soak` counted, as a section of docs/benchmarks.md. It runs nothing."""

from __future__ import annotations

from typing import Any

from kept import DIGEST, found, made_of

SECTION = """
## Heavy loops (`make soak`)

Each begins with a random seed of its own. "Older": it ran on other code than stands here.

| loop | counted | on | code |
|---|---|---|---|
{rows}
"""


def section() -> str:
    """Return every loop with its counts, its day, and whether it ran on what stands here."""
    held = found("soak") or {}
    return SECTION.format(rows="\n".join(_row(name, one) for name, one in held.items()))


def _row(name: str, one: dict[str, Any]) -> str:
    shown = {key: value for key, value in one.items() if key not in {DIGEST, "date"}}
    counts = ", ".join(f"{key.replace('_', ' ')} {_said(value)}" for key, value in shown.items())
    older = "" if one[DIGEST] == made_of("soak") else ", older"
    return f"| {name} | {counts} | {one['date']} | `{one[DIGEST]}`{older} |"


def _said(value: object) -> object:
    return value if not isinstance(value, list) else ", ".join(map(str, value)) or "none"
