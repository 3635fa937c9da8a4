"""Files stay small enough to hold. There is no list of exceptions."""

from pathlib import Path

MOST_LINES = 300


def test_no_file_is_longer_than_the_limit(root: Path, sources: list[Path]) -> None:
    lengths = {
        path.relative_to(root).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in [*sources, *sorted((root / "bench").rglob("*.py"))]
    }
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}
