"""The table of controls: each row names a test that exists, and every heading of the frameworks."""

import re
from pathlib import Path

import pytest

ROW = re.compile(
    r"^\| (?P<feature>.+?) \| (?P<nhi>[-\d, ]+) \| (?P<csf>[^|]*) \| (?P<zta>[\d, ]*) \| \[`(?P<test>test_\w+)`\]\((?P<path>\.\./tests/[\w/]+\.py)\) \|$",
    re.MULTILINE,
)
CSF = re.compile(r"(GV|ID|PR|DE|RS|RC)\.[A-Z]{2}-\d\d")


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs/controls.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def rows(page: str) -> list[re.Match[str]]:
    return list(ROW.finditer(page))


def test_every_row_is_read(page: str, rows: list[re.Match[str]]) -> None:
    assert len(rows) == page.count("\n| ") - 1 > 30  # without the heading


def test_each_row_is_carried_by_a_test_that_is_there(root: Path, rows: list[re.Match[str]]) -> None:
    gone = []
    for row in rows:
        text = (root / "docs" / row["path"]).resolve().read_text(encoding="utf-8")
        if not re.search(rf"^(async )?def {row['test']}\(", text, re.MULTILINE):
            gone.append(f"{row['path']}::{row['test']}")
    assert gone == []


def test_every_risk_and_every_tenet_has_a_row(rows: list[re.Match[str]]) -> None:
    named = {
        kind: {int(n) for row in rows for n in re.findall(r"\d+", row[kind])}
        for kind in ("nhi", "zta")
    }
    assert named == {"nhi": set(range(1, 11)), "zta": set(range(1, 8))}
    wrong = [one for row in rows for one in row["csf"].split(", ") if not CSF.fullmatch(one)]
    assert wrong == []


def test_the_table_is_marked_as_our_own_reading(page: str) -> None:
    assert "**This is our own reading**" in page
