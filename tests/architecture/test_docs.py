"""Docs are true: Python blocks run, commands parse, other blocks can be read, links resolve.

A page's `guard.yaml` is the last YAML block before a Python block that has `servers:`. A block
under `<!-- not run -->` is a fragment: it is not run, only what follows it is.
"""

import contextlib
import io
import json
import os
import re
import shlex
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from cedarpy import policies_to_json_str

from guard.grant.signing import jwks
from guard.grant.verify import SKEW_S
from guard_adapters import cli
from guard_adapters.issuer.local_key import LocalSigner
from tests.forked import OF_GUARD, python

ROOT = Path(__file__).resolve().parents[2]
NAMES = (
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "docs/*.md",
    "docs/adr/*.md",
    "docs/issuers/*.md",
    "docs/detectors/*.md",
)
PAGES = sorted(page for name in NAMES for page in ROOT.glob(name))
BLOCK = re.compile(
    r"(<!-- not run -->\n+)?^ *```(\w+)[^\n]*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


class Block(NamedTuple):
    page: Path
    number: int
    kind: str
    text: str
    runs: bool

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.number}"


def blocks(*kinds: str) -> list[Block]:
    return [
        Block(page, text.count("\n", 0, found.start()) + 1, found[2], found[3], not found[1])
        for page in PAGES
        for text in [page.read_text(encoding="utf-8")]
        for found in BLOCK.finditer(text)
        if found[2] in kinds
    ]


def catalogue_of(block: Block) -> str:
    """Return the page's guard.yaml: the nearest before the block, else the first behind it."""
    found = [one for one in blocks("yaml") if one.page == block.page and "servers:" in one.text]
    before = [one for one in found if one.number < block.number]
    return before[-1].text if before else found[0].text if found else ""


def commands() -> Iterator[tuple[str, list[str]]]:
    """Yield every command line that a page tells a reader to type."""
    for block in blocks("bash", "console", "sh", "shell"):
        lines = block.text.replace("\\\n", " ").splitlines()
        typed = (
            [one[2:] for one in lines if one.startswith("$ ")] if block.kind == "console" else lines
        )
        for line in typed:
            words = shlex.split(line, comments=True)
            if words:
                yield str(block), words


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_a_python_block_runs(block: Block, tmp_path: Path) -> None:
    compile(block.text, str(block), "exec")
    if not block.runs:
        return
    (tmp_path / "guard.yaml").write_text(catalogue_of(block), encoding="utf-8")
    signer = LocalSigner.from_file(tmp_path / "key.pem")
    (tmp_path / "jwks.json").write_text(json.dumps(jwks([dict(signer.public_jwk)])))
    ran = subprocess.run(
        [python(*OF_GUARD), "-W", "error", "-c", block.text],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "adapters")))},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("block", blocks("json", "yaml", "toml", "cedar"), ids=str)
def test_a_data_block_can_be_read(block: Block) -> None:
    match block.kind:
        case "json":
            json.loads(block.text)
        case "yaml":
            assert yaml.safe_load(block.text) is not None
        case "cedar":
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                assert json.loads(policies_to_json_str(block.text))["staticPolicies"]


def test_a_command_that_a_page_names_is_one() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    wrong = []
    for where, words in commands():
        match words:
            case ["make", target, *_] if target not in targets:
                wrong.append(f"{where}: make {target}")
            case ["guard", *rest] if not parses(rest):
                wrong.append(f"{where}: {' '.join(words)}")
            case ["make" | "guard", *_]:
                pass
    assert wrong == []


def parses(words: list[str]) -> bool:
    """Return whether the program takes these words; nothing is run."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            cli._parse(words)
        except SystemExit as stop:
            return stop.code == 0
        except ModuleNotFoundError:
            return False
    return True


def test_the_check_of_commands_sees_a_wrong_one() -> None:
    assert parses(["--version"])
    assert parses(["policy", "check", "--strict"])
    assert not parses(["policy", "chekc"])
    assert not parses(["frobnicate"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_of_a_page_resolve(page: Path) -> None:
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    broken = []
    for link in LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def anchors(page: Path) -> set[str]:
    """Return the anchors that headings get where pages are shown."""
    if page.suffix != ".md":
        return set()
    heads = re.findall(r"^#+ (.+)$", BLOCK.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in heads}


def test_the_readme_is_short_and_shows_one_picture() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 150
    assert len(re.findall(r"!\[", text)) == 1


def test_pages_give_the_skew_of_the_code() -> None:
    said = {
        page.name: re.findall(r"`skew_s` \((\d+)\)|the skew \((\d+) s", page.read_text("utf-8"))
        for page in PAGES
        if page.name != "CHANGELOG.md"
    }
    found = {
        name: {int("".join(one)) for one in numbers} for name, numbers in said.items() if numbers
    }
    assert found == {"verify-a-call-token.md": {SKEW_S}, "errors.md": {SKEW_S}}


def test_no_page_copies_out_a_memory_that_says_that_it_forgets_nothing_and_does() -> None:
    # With 0 a token that was spent before a restart is a new one after it.
    assert [
        p.name for p in PAGES if re.search(r"MemoryReplay\(start_ms=0\)", p.read_text("utf-8"))
    ] == []
