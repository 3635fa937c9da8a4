"""The dialogues and the simulators, read from the unzipped wheel: it is never installed.

Its packages import half a cloud; only the few modules that simulate something are loaded here.
"""

from __future__ import annotations

import ast
import copy
import importlib
import json
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

APIS = {
    "GorillaFileSystem": "gorilla_file_system",
    "MathAPI": "math_api",
    "MessageAPI": "message_api",
    "TwitterAPI": "posting_api",
    "TicketAPI": "ticket_api",
    "TradingBot": "trading_bot",
    "TravelAPI": "travel_booking",
    "VehicleControlAPI": "vehicle_control",
}
_SOURCE = "bfcl_eval.eval_checker.multi_turn_eval.func_source_code"
_TYPES = {"dict": "object", "float": "number", "tuple": "array", "any": ""}


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a dialogue's ground truth."""

    api: str
    tool: str
    args: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """What the person said, and the calls that answer it."""

    said: str
    calls: tuple[Call, ...]


class Benchmark:
    """The wheel's contents.

    Args:
        root: the folder that holds `bfcl_eval`.
    """

    def __init__(self, root: Path) -> None:
        self.data = root / "bfcl_eval" / "data"
        _without_init(root)
        self.tools = {
            api: [
                _schema(one) for one in _lines(self.data / "multi_turn_func_doc" / f"{file}.json")
            ]
            for api, file in APIS.items()
        }
        self._owner = {one["name"]: api for api, tools in self.tools.items() for one in tools}
        self._order = {
            one["name"]: list(one["inputSchema"]["properties"])
            for tools in self.tools.values()
            for one in tools
        }
        answers = _lines(self.data / "possible_answer" / "BFCL_v4_multi_turn_base.json")
        self._answers = {one["id"]: one["ground_truth"] for one in answers}

    def dialogues(self) -> Iterator[tuple[str, list[Turn], dict[str, Any]]]:
        """Yield (id, turns, the state that its simulators begin with)."""
        for one in _lines(self.data / "BFCL_v4_multi_turn_base.json"):
            turns = [
                Turn(
                    "\n".join(each["content"] for each in said if each["role"] == "user"),
                    tuple(self._call(text) for text in calls),
                )
                for said, calls in zip(one["question"], self._answers[one["id"]], strict=True)
            ]
            yield one["id"], turns, one["initial_config"]

    def _call(self, text: str) -> Call:
        node = ast.parse(text, mode="eval").body
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            raise TypeError(text)
        name = node.func.id
        args = dict(zip(self._order[name], map(ast.literal_eval, node.args), strict=False))
        args.update({one.arg: ast.literal_eval(one.value) for one in node.keywords if one.arg})
        return Call(self._owner[name], name, args)


class Simulators:
    """The state of one dialogue."""

    def __init__(self, state: dict[str, Any]) -> None:
        self._state = state
        self._open: dict[str, Any] = {}

    def run(self, call: Call) -> Any:
        """Make a call; return what the tool returns, as JSON."""
        if call.api not in self._open:
            made = getattr(importlib.import_module(f"{_SOURCE}.{APIS[call.api]}"), call.api)()
            if call.api != "MathAPI":
                made._load_scenario(copy.deepcopy(self._state.get(call.api, {})))
            self._open[call.api] = made
        found = getattr(self._open[call.api], call.tool)(**call.args)
        return json.loads(json.dumps(found, default=str))


def _without_init(root: Path) -> None:
    name = ""
    at = root
    for part in _SOURCE.split("."):
        name, at = f"{name}.{part}".strip("."), at / part
        module = types.ModuleType(name)
        module.__path__ = [str(at)]
        sys.modules[name] = module


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def _schema(doc: dict[str, Any]) -> dict[str, Any]:
    """Return a tool as a server would publish it."""
    return {
        "name": doc["name"],
        "description": doc["description"],
        "inputSchema": {**_plain(doc["parameters"]), "additionalProperties": False},
    }


def _plain(node: dict[str, Any]) -> dict[str, Any]:
    kind = _TYPES.get(node.get("type", ""), node.get("type", ""))
    out: dict[str, Any] = {"type": kind} if kind else {}
    for name in ("enum", "required"):
        if name in node:
            out[name] = node[name]
    if node.get("default") is not None:
        out["default"] = node["default"]
    if "properties" in node:
        out["properties"] = {name: _plain(one) for name, one in node["properties"].items()}
    if "items" in node:
        out["items"] = _plain(node["items"])
    return out
