"""The figures of the detectors' page are those that the bench prints, on every machine."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

from guard.detect.numbers import DETECTED

SMALL = {"sessions": 440, "seed": 3, "before": 400}
"""A fleet with two sessions of each kind, of which each detector finds at least one, and not all both."""
OF_SMALL = """\
| `abnormal_chain` | 2 | 1.0 | 0.667 | 2.3 |
| `approval_reuse` | 2 | 1.0 | 1.0 | 0.0 |
| `definition_changed` | 2 | 1.0 | 1.0 | 0.0 |
| `device_changed` | 2 | 1.0 | 1.0 | 0.0 |
| `fan_out` | 2 | 0.5 | 0.5 | 2.3 |
| `impossible_travel` | 2 | 1.0 | 1.0 | 0.0 |
| `posture_lost` | 2 | 1.0 | 1.0 | 0.0 |
| `proof_mismatch` | 2 | 1.0 | 1.0 | 0.0 |
| `token_reuse` | 2 | 0.5 | 1.0 | 0.0 |
| `velocity` | 2 | 0.5 | 1.0 | 0.0 |
| `workload_moved` | 2 | 1.0 | 1.0 | 0.0 |
"""


@pytest.fixture(scope="module")
def detectors(root: Path) -> ModuleType:
    sys.path.insert(0, str(root / "bench"))
    try:
        return importlib.import_module("detectors")
    finally:
        sys.path.remove(str(root / "bench"))


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs/detectors/README.md").read_text(encoding="utf-8")


def test_a_small_fleet_is_scored_as_on_every_machine(detectors: ModuleType) -> None:
    assert detectors.table(detectors.scored(**SMALL)["kinds"]) == OF_SMALL.splitlines()


@pytest.mark.soak
def test_the_page_holds_what_the_bench_prints(detectors: ModuleType, page: str) -> None:
    rows = detectors.table(detectors.scored(1000, 6)["kinds"])
    assert "\n".join(["|---|---|---|---|---|", *rows, ""]) in page


def test_every_kind_is_scored_and_has_a_page(root: Path, page: str) -> None:
    pages = "".join(one.read_text() for one in (root / "docs/detectors").glob("*.md"))
    table = page.partition("|---|---|---|---|---|\n")[2].partition("\n\n")[0]
    for kind in DETECTED:
        assert f"| `{kind}` |" in OF_SMALL
        assert f"| `{kind}` |" in table
        assert f"`{kind}`" in pages
