"""The catalogue of one suite as a parsed `guard.yaml`: an operator's list and the schemas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bench.agentdojo.world import suite

LISTED: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "catalog.yaml").read_text(encoding="utf-8")
)


def catalog(name: str, *, labelled: bool) -> dict[str, Any]:
    """Return the catalogue; without labels nothing that a tool returns is trusted."""
    tools = {
        one.name: _entry(LISTED[name][one.name], _schema(one), labelled)
        for one in suite(name).tools
    }
    return {"version": 1, "servers": {name: {"trust": "trusted", "tools": tools}}}


def _entry(listed: dict[str, Any], schema: dict[str, Any], labelled: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "effect": listed["effect"],
        "impact": listed.get("impact", ""),
        "args": {
            path: role if isinstance(role, dict) else {"role": role}
            for path, role in listed.get("args", {}).items()
        },
        "input_schema": schema,
        "budget": "none",
        "budget_reason": "the task's own budget counts",
        "confirmed": True,
    }
    if labelled and "labels" in listed:
        entry["output"] = {"labels": listed["labels"]}
    return entry


def _schema(tool: Any) -> dict[str, Any]:
    """Return what the server publishes; the runtime's coercion of null is not in it."""
    return dict(tool.parameters.model_json_schema())
