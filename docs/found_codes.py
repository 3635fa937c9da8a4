"""Finds every stable error code in the sources, and what each says of itself, by their syntax.

Nothing is imported or run.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("guard", "adapters/guard_adapters")
CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*|G\d{3}")

FIRST = {
    "CallRefused",
    "NotProven",
    "NotSigned",
    "OfflineRefused",
    "ProofRefused",
    "Unclear",
    "Unissuable",
    "_Wrong",
    "_deny",
    "_denied",
    "_no",
    "_refused",
    "_say",
    "_missing_tool",
    "deny",
    "error",
    "refuse",
    "refuse_token",
    "say",
    "warning",
}
"""Callables whose first argument is a code."""

SECOND = {"refusal", "refuse", "failed", "pairs_of"}
"""Callables whose second argument is a code."""

FOURTH = {"WireRefused"}
"""Callables whose fourth argument is a code."""

KEYWORDS = {"code", "reason_code"}
TABLES = {"_REASONS"}
"""Tables that hold (code, advice) pairs."""

KEYED = {"FAULTS"}
"""Tables from code to advice."""


@cache
def found() -> dict[str, list[str]]:
    """Return code -> the files, relative to the repository, in which it is made."""
    places: dict[str, set[str]] = defaultdict(set)
    for file, (_, codes) in modules().items():
        for code in codes:
            places[code].add(file)
    return {code: sorted(files) for code, files in sorted(places.items())}


@cache
def modules() -> dict[str, tuple[str, frozenset[str]]]:
    """Return every source file, relative to the repository: its first sentence, and its codes.

    The syntax trees are let go: all together they are a million objects.
    """
    paths = [path for source in SOURCES for path in sorted((ROOT / source).rglob("*.py"))]
    return {path.relative_to(ROOT).as_posix(): _read(path) for path in paths}


def _read(path: Path) -> tuple[str, frozenset[str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = (ast.get_docstring(tree) or "").split("\n\n")[0].replace("\n", " ")
    codes = (code for node in ast.walk(tree) for code in _codes(node))
    return said, frozenset(code for code in codes if CODE.fullmatch(code))


def _codes(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call():
            yield from _in_call(node)
        case ast.Assign(targets=[ast.Name(id="code") | ast.Attribute(attr="code")], value=value):
            yield from _text(value)
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.Dict(keys=keys, values=values)):
            if name in KEYED:
                for key in keys:
                    yield from _text(key) if key is not None else ()
            if name in TABLES:
                for value in values:
                    if isinstance(value, ast.Tuple):
                        yield from _text(value.elts[0])


def _in_call(call: ast.Call) -> Iterator[str]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    for keyword in call.keywords:
        if keyword.arg in KEYWORDS:
            yield from _text(keyword.value)
    if name in FIRST and call.args:
        yield from _text(call.args[0])
    if name in SECOND and len(call.args) > 1:
        yield from _text(call.args[1])
    if name in FOURTH and len(call.args) > 3:  # noqa: PLR2004
        yield from _text(call.args[3])
    if name == "NotApproved" and len(call.args) > 1:
        yield from (f"approval_{status}" for status in _text(call.args[1]))


def _text(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str() as text) if text:
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from _text(body)
            yield from _text(orelse)
        case ast.BoolOp(values=values):
            for value in values:
                yield from _text(value)
