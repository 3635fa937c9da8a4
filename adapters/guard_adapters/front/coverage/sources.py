"""Calls of a tool's function that stand in the application's sources, beside its guarded form."""

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Final

from guard_adapters.front.coverage.bodies import is_ours
from guard_adapters.front.coverage.reach import Reach

RUNS: Final = frozenset(
    {
        *("func", "fn", "coroutine", "forward", "handler", "on_invoke_tool"),
        *("invoke", "ainvoke", "run", "arun", "_run"),
    }
)
"""Members by which a tool object of a framework is run."""


def called(tools: Iterable[tuple[str, FunctionType]], package: str) -> list[Reach]:
    """Return every call of a tool's function in the sources of a package.

    Args:
        tools: names of tools, and their functions.
        package: the name of a module or package that is loaded; all its files are read.
    """
    homes = {
        f"{function.__module__}.{_written(function)}": name
        for name, function in tools
        if not is_ours(getattr(sys.modules.get(function.__module__), function.__name__, None))
    }
    found = [one for module, file in _files(package) for one in _in_file(module, file, homes)]
    return sorted(set(found))


def _written(function: FunctionType) -> str:
    """Return how the application writes a tool's function: `pay`, or `pay()` if `pay` makes it."""
    maker, made, _ = function.__qualname__.partition(".<locals>.")
    return f"{maker}()" if made else maker


def _files(package: str) -> Iterator[tuple[str, Path]]:
    loaded = sys.modules[package]
    folders = getattr(loaded, "__path__", None)
    if folders is None:
        if loaded.__file__ is not None:
            yield package, Path(loaded.__file__)
        return
    for folder in map(Path, folders):
        for file in sorted(folder.rglob("*.py")):
            words = (package, *file.relative_to(folder).with_suffix("").parts)
            yield ".".join(words[:-1] if words[-1] == "__init__" else words), file


def _in_file(module: str, file: Path, homes: Mapping[str, str]) -> Iterator[Reach]:
    tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
    names = _Names.of(tree, module, is_package=file.name == "__init__.py")
    for function, node in _calls(tree):
        place = names.full(node.func)
        tool = homes.get(place) or homes.get(_without_run(place))
        if tool and f"{module}.{function}" not in homes:
            yield Reach(
                tool=tool,
                path=f"{file.name}:{node.lineno}",
                state="unguarded",
                why=f"{function or module} calls its function past the guard",
            )


def _calls(tree: ast.AST, function: str = "") -> Iterator[tuple[str, ast.Call]]:
    for node in ast.iter_child_nodes(tree):
        inner = node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else function
        if isinstance(node, ast.Call):
            yield function, node
        yield from _calls(node, function or inner)


def _without_run(place: str) -> str:
    owner, _, last = place.rpartition(".")
    return owner if last in RUNS else ""


@dataclass(frozen=True, slots=True)
class _Names:
    """What the names of one file stand for."""

    module: str
    imported: Mapping[str, str]

    @classmethod
    def of(cls, tree: ast.AST, module: str, *, is_package: bool) -> "_Names":
        imported: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for one in node.names:
                    first = one.name.partition(".")[0]
                    imported[one.asname or first] = one.name if one.asname else first
            elif isinstance(node, ast.ImportFrom):
                home = _home(node, module, is_package=is_package)
                imported |= {one.asname or one.name: f"{home}.{one.name}" for one in node.names}
        return cls(module, imported)

    def full(self, node: ast.expr) -> str:
        """Return the full name of what is called, or an empty string."""
        match node:
            case ast.Name(id=name):
                return self.imported.get(name, f"{self.module}.{name}")
            case ast.Attribute(value=value, attr=attr):
                owner = self.full(value)
                return f"{owner}.{attr}" if owner else ""
            case ast.Call(func=func):
                maker = self.full(func)
                return f"{maker}()" if maker else ""
            case _:
                return ""


def _home(node: ast.ImportFrom, module: str, *, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    up = node.level - 1 if is_package else node.level
    words = module.split(".")
    base = ".".join(words[: len(words) - up])
    return f"{base}.{node.module}" if node.module else base
