"""Plays the contract in every framework, newest and oldest, and writes down with which versions.

`python tests/frameworks/lanes.py [LANE ...]`: each lane has an environment for the newest release of
its frameworks and one for the oldest that their extras allow, in `.venv-frameworks`. Programs of
coding agents come from npm, Claude Code with its SDK.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".venv-frameworks"
PAGE = ROOT / "docs" / "frameworks" / "README.md"
BEGIN, END = "<!-- versions: written by `make frameworks` -->", "<!-- end of versions -->"

LANES = {
    "one": {
        "langchain": ("langchain", "langchain"),
        "openai_agents": ("openai-agents", "openai-agents"),
        "pydantic_ai": ("pydantic-ai", "pydantic-ai-slim"),
        "google_adk": ("google-adk", "google-adk"),
        "claude_sdk": ("claude", "claude-agent-sdk"),
        "agent_framework": ("agent-framework", "agent-framework-core"),
        "smolagents": ("smolagents", "smolagents"),
        "inspect_ai": ("inspect", "inspect-ai"),
        "fastmcp": ("fastmcp", "fastmcp"),
        "mcp_server": ("", "mcp"),
    },
    "two": {
        "crewai": ("crewai", "crewai"),
        "strands": ("strands", "strands-agents"),
        "llama_index": ("llama-index", "llama-index-core"),
    },
    "program": {
        "claude_program": ("claude", "claude-agent-sdk"),
        "claude_code": ("", "claude-code"),
        "codex": ("", "@openai/codex"),
        "gemini_cli": ("", "@google/gemini-cli"),
    },
}
"""World -> its extra and the package whose version counts. Lane two has frameworks with mcp 1.x."""

FROM_NPM = {"@openai/codex": "0.160.0", "@google/gemini-cli": "0.55.1"}
"""Programs, and the oldest version of each whose hooks are known to be asked."""

SHOWN = {
    "claude_program": "claude-agent-sdk, with its program",
    "claude_code": "Claude Code, by its settings",
    "codex": "Codex, by its settings",
    "gemini_cli": "Gemini CLI, by its settings",
}
"""What the table calls a world that has not the name of its package."""

APART = ("--no-binary", "claude-agent-sdk")
"""Its wheel brings a program of 381 MB, which only the lane of that name runs."""

PARTS = ("contract", "covered", "programs", "snippets", "spans")
"""What is played of a framework."""

OF_PROGRAMS = ("contract", "coding_programs")
"""What is played of a program that runs tools itself."""


@dataclass(frozen=True)
class Played:
    """How one lane went."""

    versions: dict[str, str]
    passed: bool


def main(wanted: list[str]) -> int:
    """Play the lanes, write the table and return 0 if all of them passed."""
    found = {
        (lane, age): play(lane, age) for lane in wanted or LANES for age in ("newest", "oldest")
    }
    write(found)
    return 0 if all(one.passed for one in found.values()) else 1


def play(lane: str, age: str) -> Played:
    """Play one lane and return how it went."""
    python = environment(lane, age)
    worlds = ",".join(LANES[lane])
    tests = [
        str(ROOT / "tests" / "frameworks" / f"test_{one}.py")
        for one in (OF_PROGRAMS if lane == "program" else PARTS)
    ]
    folders = programs(lane, age, python)
    env = {
        **os.environ,
        "GUARD_FRAMEWORKS": worlds,
        "GUARD_PROGRAMS": os.pathsep.join(map(str, folders)),
        "CI": "true",
        "CREWAI_DISABLE_TELEMETRY": "true",
    }
    # What a framework warns of is its own affair: it is an error in `make test` only.
    ran = subprocess.run(
        [python, "-m", "pytest", "-q", "-W", "ignore", *tests], cwd=ROOT, env=env, check=False
    )
    found = {**versions(python), **versions_of_programs(folders)}
    return Played(versions=found, passed=ran.returncode == 0)


def environment(lane: str, age: str) -> Path:
    """Return the interpreter of an environment, made anew."""
    folder = HOME / f"{lane}-{age}"
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", "--clear", folder], check=True)
    extras = ",".join(filter(None, (extra for extra, _ in LANES[lane].values())))
    pins = [
        f"{package}=={floor(extra, package)}" for extra, package in LANES[lane].values() if extra
    ]
    words = [f"{ROOT}[{extras}]", "hypothesis>=6.150", "pytest>=9", "pytest-asyncio>=1.5"]
    words += ["pytest-xdist>=3.8"]
    python = folder / "bin" / "python"
    subprocess.run(
        [*uv, "pip", "install", "--quiet", "--python", python, "--editable", *words]
        + ([] if lane == "program" else [*APART])
        + (pins if age == "oldest" else []),
        check=True,
    )
    return python


def programs(lane: str, age: str, python: Path) -> list[Path]:
    """Return the folders with the programs of a lane; those that npm has are installed anew."""
    if lane != "program":
        return []
    folder = HOME / f"programs-{age}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "package.json").write_text("{}")
    wanted = [f"{one}@{oldest if age == 'oldest' else 'latest'}" for one, oldest in FROM_NPM.items()]  # fmt: skip
    quiet = ["--silent", "--no-fund", "--no-audit"]
    subprocess.run(["npm", "install", *quiet, *wanted], cwd=folder, check=True)
    code = "import claude_agent_sdk as m; print(m.__path__[0])"
    ran = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return [folder / "node_modules" / ".bin", Path(ran.stdout.strip()) / "_bundled"]


def versions_of_programs(folders: list[Path]) -> dict[str, str]:
    """Return the version of each program."""
    if not folders:
        return {}
    npm, claude = folders
    found = {one: json.loads((npm.parent / one / "package.json").read_text())["version"] for one in FROM_NPM}  # fmt: skip
    ran = subprocess.run([claude / "claude", "--version"], capture_output=True, text=True, check=True)  # fmt: skip
    return {**found, "claude-code": ran.stdout.split()[0]}


def floor(extra: str, package: str) -> str:
    """Return the oldest version of a package that an extra allows."""
    file = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for one in file["project"]["optional-dependencies"][extra]:
        if (found := re.match(rf"{re.escape(package)}>=([0-9.]+)", one)) is not None:
            return found[1]
    raise ValueError(f"{extra} has no floor for {package}")


def versions(python: Path) -> dict[str, str]:
    """Return the version of each package that is installed there."""
    code = "import importlib.metadata as m\nfor d in m.distributions(): print(d.name, d.version)"
    ran = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    pairs = (line.split() for line in ran.stdout.splitlines())
    return {name.lower().replace("_", "-"): version for name, version in pairs}


def write(found: dict[tuple[str, str], Played]) -> None:
    """Write the table into the page, lanes that were not played left out."""
    rows = ["| package | newest | oldest | mcp beside it |", "|---|---|---|---|"]
    for lane, worlds in LANES.items():
        ages = [found.get((lane, age)) for age in ("newest", "oldest")]
        if not all(ages):
            continue
        for world, (_, package) in worlds.items():
            cells = [
                f"{one.versions.get(package, '-')} {'passes' if one.passed else 'FAILS'}"
                for one in ages
                if one is not None
            ]
            beside = ", ".join(
                dict.fromkeys(one.versions["mcp"] for one in ages if one is not None)
            )
            rows.append(f"| {SHOWN.get(world, package)} | {cells[0]} | {cells[1]} | {beside} |")
    print("\n".join(rows))
    if set(found) == {(lane, age) for lane in LANES for age in ("newest", "oldest")}:
        before, _, rest = PAGE.read_text().partition(BEGIN)
        after = rest.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}\n\n" + "\n".join(rows) + f"\n\n{END}{after}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
