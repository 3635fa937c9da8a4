"""The committed map of modules is the disk, and every page made from the sources is fresh."""

from pathlib import Path
from types import ModuleType

import pytest

PAGES = (
    "errors.md",
    "settings.md",
    "annotations.md",
    "states.md",
    "cli.md",
    "house.md",
    "promises.md",
)


@pytest.fixture(scope="module")
def stale(generator: ModuleType) -> set[str]:
    return {path.name for path, _ in generator.differing()}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_made_from_the_sources_is_what_they_say(stale: set[str], page: str) -> None:
    assert page not in stale, "Run `make docs` and commit what it writes."


def test_no_page_is_forgotten(generator: ModuleType) -> None:
    assert tuple(generator.PAGES) == PAGES


def test_every_module_says_what_it_is_for(generator: ModuleType) -> None:
    silent = [file for file, (said, _) in generator.modules().items() if not said]
    assert silent == []


def test_holes_are_packages_and_the_folder_above_is_none(root: Path, sources: list[Path]) -> None:
    assert not (root / "adapters" / "__init__.py").exists()
    bare = {path.parent for path in sources} - {
        p.parent for p in sources if p.name == "__init__.py"
    }
    assert bare == set()
