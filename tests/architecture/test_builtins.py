"""The guard needs no import to open a file or to run text: so the names themselves are refused."""

import ast
import re
from pathlib import Path

import pytest

REFUSED = {"open", "print", "input", "eval", "exec", "compile", "breakpoint", "__import__"}


NAMED = re.compile(rf"(?<![\w.])({'|'.join(sorted(REFUSED))})(?!\w)")
BROAD = re.compile(r"except\s*:|Exception\b")


def parsed(text: str, word: re.Pattern[str]) -> list[ast.AST]:
    """Return the nodes of a text; none, where it has no such word nor letters that may be read as one."""
    return [] if text.isascii() and not word.search(text) else [*ast.walk(ast.parse(text))]


def refused_in(text: str) -> list[str]:
    return [
        f"{node.lineno}: {node.id}"
        for node in parsed(text, NAMED)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in REFUSED
    ]


def broad_excepts_in(text: str) -> list[int]:
    return [
        node.lineno
        for node in parsed(text, BROAD)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
    ]


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_the_check_sees_each_name(name: str) -> None:
    assert refused_in(f"def act():\n    return {name}('x')") == [f"2: {name}"]


def test_the_guard_uses_no_builtin_that_touches_the_world(root: Path) -> None:
    uses = {
        path.relative_to(root).as_posix(): found
        for path in (root / "guard").rglob("*.py")
        if (found := refused_in(path.read_text(encoding="utf-8")))
    }
    assert uses == {}


def test_the_guard_catches_nothing_broadly(root: Path) -> None:
    broad = {
        path.relative_to(root).as_posix(): found
        for path in (root / "guard").rglob("*.py")
        if (found := broad_excepts_in(path.read_text(encoding="utf-8")))
    }
    assert broad == {}
    assert broad_excepts_in("try:\n    1\nexcept Exception:\n    2") == [3]
