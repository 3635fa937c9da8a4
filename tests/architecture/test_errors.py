"""Every stable error code has a heading and a sentence in docs, and no sentence is left over."""

import re
from pathlib import Path
from types import ModuleType

import guard.errors


def headings(root: Path) -> set[str]:
    text = (root / "docs" / "errors.md").read_text(encoding="utf-8")
    return set(re.findall(r"^### `(.+)`$", text, re.MULTILINE))


def test_every_code_of_the_sources_has_a_heading(generator: ModuleType, root: Path) -> None:
    assert set(generator.found()) == headings(root)


def test_every_code_has_one_sentence_that_ends(generator: ModuleType) -> None:
    codes = [code for group in generator.GROUPS.values() for code in group]
    assert len(codes) == len(set(codes))
    open_ended = [
        c for c, text in generator.SENTENCES.items() if not text.rstrip("`)").endswith(".")
    ]
    assert open_ended == []


def test_the_codes_of_the_exception_tree_are_found(generator: ModuleType) -> None:
    own = {
        each.code
        for each in vars(guard.errors).values()
        if isinstance(each, type) and issubclass(each, guard.errors.GuardError)
    }
    assert own <= set(generator.found())
