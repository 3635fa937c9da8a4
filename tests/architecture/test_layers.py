"""The contracts of pyproject.toml hold, and each of them catches what it is there for."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LINT = """
import contextlib, io, json, pathlib, shutil, sys
from importlinter.cli import lint_imports

def linted(contract):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = lint_imports(limit_to_contracts=(contract,) if contract else ())
    return code, said.getvalue()

found = {"": linted("")}
for contract, seeds in json.load(sys.stdin).items():
    before = {}
    for file, line in seeds:
        path = pathlib.Path(file)
        before[path] = path.read_text() if path.exists() else None
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{before[path] or ''}\\n{line}\\n")
    found[contract] = linted(contract)
    for path, text in before.items():
        if text is not None:
            path.write_text(text)
        elif path.name == "__init__.py":
            shutil.rmtree(path.parent)
        else:
            path.unlink()
print(json.dumps(found))
"""
"""Lints the clean copy, then plants the seeds of one contract after the other, in one process: it is faster."""
SEEDS = {
    "policy knows session": ("guard/policy/finding.py", "import guard.session.risk", "flow"),
    "the model raises errors": ("guard/model/labels.py", "import guard.errors", "flow"),
    "a new module in the guard": ("guard/seeded.py", "SEEDED = 1", "flow"),
    "the session knows the pipeline": ("guard/session/risk.py", "import guard.pipeline", "flow"),
    "a reader of words knows the request": (
        "guard/provenance/speech/lone.py",
        "import guard.provenance.request.pieces",
        "provenance",
    ),
    "what is judged knows how it is carried": (
        "adapters/guard_adapters/front/mcp/judging/gate.py",
        "import guard_adapters.front.mcp.upstream.reply",
        "mcp",
    ),
    "a pipe knows the HTTP front": (
        "adapters/guard_adapters/front/mcp/stdio/desk.py",
        "import guard_adapters.front.mcp.http.post",
        "mcp",
    ),
    "what a guard is built of knows the built one": (
        "adapters/guard_adapters/wiring/credentials/signer.py",
        "import guard_adapters.wiring.build",
        "wiring",
    ),
    "the operator's routes know what serves them": (
        "adapters/guard_adapters/wiring/operator/routes.py",
        "import guard_adapters.wiring.serve.pulling",
        "wiring",
    ),
    "a cycle": ("guard/model/labels.py", "import guard.model.facts", "acyclic"),
    "the guard knows an adapter": (
        "guard/ports/__init__.py",
        "import guard_adapters.store.clock",
        "world",
    ),
    "the guard reads the environment": ("guard/model/call.py", "import os", "pure"),
    "the guard asks for the time": ("guard/judging.py", "import time", "pure"),
    "a hole knows its neighbour": (
        "adapters/guard_adapters/front/function.py",
        "import guard_adapters.store.clock",
        "holes",
    ),
    "a hole knows the wiring": (
        "adapters/guard_adapters/issuer/calltoken.py",
        "import guard_adapters.wiring.build",
        "holes",
    ),
    "a new hole": ("adapters/guard_adapters/seeded/__init__.py", "SEEDED = 1", "holes"),
    "Cedar in a front": ("adapters/guard_adapters/front/function.py", "import cedarpy", "engine"),
    "Cedar in the session": ("guard/session/risk.py", "import cedarpy", "engine"),
    "keys in the policy": ("guard/policy/says.py", "import rfc8785", "crypto"),
    "a second HTTP client": (
        "adapters/guard_adapters/front/mcp/http/endpoint.py",
        "import httpx2",
        "http",
    ),
    "a verifier with pydantic": ("guard/grant/presented.py", "import pydantic", "verifier"),
}


@pytest.fixture(scope="module")
def linted(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str]]:
    home = tmp_path_factory.mktemp("house")
    for folder in ("guard", "adapters"):
        shutil.copytree(root / folder, home / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pyproject.toml", home)
    path = os.pathsep.join(map(str, (home, home / "adapters")))
    planted: dict[str, list[tuple[str, str]]] = {}
    for file, line, contract in SEEDS.values():
        planted.setdefault(contract, []).append((file, line))
    ran = subprocess.run(
        [sys.executable, "-c", LINT],
        cwd=home,
        env={**os.environ, "PYTHONPATH": path},
        input=json.dumps(planted),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(ran.stdout.splitlines()[-1])


def test_every_contract_is_kept(linted: dict[str, tuple[int, str]]) -> None:
    code, said = linted[""]
    assert (code, "0 broken" in said) == (0, True), said


@pytest.mark.parametrize("seed", SEEDS)
def test_a_seeded_violation_breaks_its_contract(
    linted: dict[str, tuple[int, str]], seed: str
) -> None:
    file, line, contract = SEEDS[seed]
    code, said = linted[contract]
    assert (code, "0 kept, 1 broken" in said) == (1, True), said
    assert named(file, line) in " ".join(said.split()), said


def named(file: str, line: str) -> str:
    """Return how a report names what was planted: others of its contract are planted beside it."""
    module = file.removeprefix("adapters/").removesuffix(".py").removesuffix("/__init__")
    module = module.replace("/", ".")
    if line == "import guard.model.facts":
        return "No cycles are allowed in guard.model."
    if line.startswith("import "):
        return f"{module} -> {line.removeprefix('import ')} "
    return f"not listed as layers: - {module} "
