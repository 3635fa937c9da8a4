"""The figures of the detectors' page are those that the bench prints, on every machine."""

import importlib
import sys
from pathlib import Path

import pytest

from guard.detect.numbers import DETECTED


@pytest.fixture(scope="module")
def rows(root: Path) -> list[str]:
    sys.path.insert(0, str(root / "bench"))
    try:
        detectors = importlib.import_module("detectors")
        return detectors.table(detectors.scored(1000, 6)["kinds"])
    finally:
        sys.path.remove(str(root / "bench"))


def test_the_page_holds_what_the_bench_prints(root: Path, rows: list[str]) -> None:
    text = (root / "docs/detectors/README.md").read_text(encoding="utf-8")
    assert "\n".join(["|---|---|---|---|---|", *rows, ""]) in text


def test_every_kind_is_scored_and_has_a_page(root: Path, rows: list[str]) -> None:
    pages = "".join(page.read_text() for page in (root / "docs/detectors").glob("*.md"))
    for kind in DETECTED:
        assert any(row.startswith(f"| `{kind}` |") for row in rows)
        assert f"`{kind}`" in pages
