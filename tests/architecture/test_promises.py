"""Every promise has its test, and no page names a test that is not there."""

import re
from pathlib import Path
from types import ModuleType

import pytest

HAND_WRITTEN = ("README.md", "SECURITY.md", "docs/*.md", "docs/adr/*.md", "docs/detectors/*.md")


@pytest.fixture(scope="module")
def tests(root: Path) -> dict[str, set[str]]:
    """Return test function -> the files, below tests/, that define it."""
    found: dict[str, set[str]] = {}
    for path in (root / "tests").rglob("test_*.py"):
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"^(?:async )?def (test_\w+)\(", text, re.MULTILINE):
            found.setdefault(name, set()).add(path.relative_to(root / "tests").as_posix())
    return found


def test_every_promise_has_its_test(generator: ModuleType, tests: dict[str, set[str]]) -> None:
    gone = [
        test
        for kept in generator.PROMISES.values()
        for test in kept.values()
        if test.partition("::")[0] not in tests.get(test.partition("::")[2], set())
    ]
    assert gone == []


def test_no_test_keeps_two_promises_of_one_attacker(generator: ModuleType) -> None:
    for kept in generator.PROMISES.values():
        assert len(set(kept.values())) == len(kept)


def test_no_page_names_a_test_that_is_not_there(root: Path, tests: dict[str, set[str]]) -> None:
    files = {Path(name).stem for names in tests.values() for name in names}
    gone = [
        f"{page.name}: {name}"
        for pattern in HAND_WRITTEN
        for page in root.glob(pattern)
        for name in re.findall(r"\btest_\w+", page.read_text(encoding="utf-8"))
        if name not in tests and name not in files
    ]
    assert gone == []
