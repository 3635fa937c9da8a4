"""What is committed names no machine and no package host, and no file is called a drawer."""

import re
import subprocess
from pathlib import Path

import pytest

DRAWERS = re.compile(r"(^|[_/-])(utils?|helpers?|managers?|base|common|misc)([_./-]|$)")
TRACES = re.compile(
    r"/work/|/home/[a-z]|/Users/[a-z]|/root/|\bpypi\.org\b|\bregistry\.npmjs\.org\b|pythonhosted"
)
TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".cedar", ".svg", ".json", ""}
LOCKS = {"package-lock.json"}


@pytest.fixture(scope="module")
def committed(root: Path) -> list[str]:
    ran = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    if ran.returncode != 0:
        pytest.skip("not a checkout")
    return [name for name in ran.stdout.splitlines() if (root / name).is_file()]


def test_no_file_is_called_a_drawer(committed: list[str]) -> None:
    assert [name for name in committed if DRAWERS.search(name)] == []


def test_nothing_names_a_machine_or_a_package_host(root: Path, committed: list[str]) -> None:
    traces = []
    for name in committed:
        path = root / name
        if path.suffix not in TEXT or path.name in LOCKS or name.endswith("test_no_trace.py"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if TRACES.search(line):
                traces.append(f"{name}:{number}: {line.strip()[:80]}")
    assert traces == []


def test_nothing_is_left_to_do_later(root: Path, sources: list[Path]) -> None:
    # `guard init` writes the word into guard.yaml, for a person to act on: only as a text.
    later = [
        f"{path.relative_to(root)}:{number}"
        for path in sources
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"#\s*(TODO|FIXME|XXX|HACK)\b", line)
    ]
    assert later == []
