"""Keeps what a benchmark found together with a digest of the rules and the code that it measured.

A figure is worth as much as what it was measured on: `stale` says of which results that is not what
stands here now. Blank lines and comments do not count. It measures nothing.
"""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results"
# What the answers on recorded calls come from.
JUDGEMENT = (
    *("guard/model", "guard/policy", "guard/provenance", "guard/session", "guard/replay"),
    *("policies/agent-tasks.cedar", "bench/judge.py"),
)
MADE_OF = {
    "agentdojo": (*JUDGEMENT, "bench/agentdojo"),
    "adaptive": (*JUDGEMENT, "bench/agentdojo"),
    "wrong_label": (*JUDGEMENT, "bench/agentdojo"),
    "fuzz": (*JUDGEMENT, "bench/agentdojo", "bench/fuzz"),
    "bfcl": (*JUDGEMENT, "bench/bfcl"),
    "soak": ("guard", "adapters"),
    "issuers": ("guard", "adapters", "bench/issuers.py", "bench/issuer_rows.py"),
}
"""What each benchmark measures; every other one: the whole house, by its own file."""
MADE_BY = {
    **dict.fromkeys(("agentdojo", "adaptive"), "make bench-agentdojo"),
    "wrong_label": "make bench-wrong-label",
    "fuzz": "make bench-fuzz",
    "bfcl": "make bench-bfcl",
    "soak": "make soak",
}
SUFFIXES = {".py", ".cedar", ".yaml"}
DIGEST = "made_of"


class Keeping:
    """One run of a benchmark; made before it measures, so that a later edit does not count.

    Args:
        name: of the benchmark and of its file in bench/results.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.digest = made_of(name)

    def write(self, path: Path, found: object, **more: object) -> None:
        """Write what was found, and beside it what was measured."""
        kept = {"bench": self.name, DIGEST: self.digest, **more, "printed": found}
        path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")

    def write_each(self, path: Path, found: dict[str, dict[str, object]]) -> None:
        """Write what was found where others read it: the digest stands inside each part."""
        kept = {part: {DIGEST: self.digest, **figures} for part, figures in found.items()}
        path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def made_of(name: str) -> str:
    """Return the digest of what this benchmark measures, as it stands here."""
    whole = sha256()
    for place in MADE_OF.get(name, ("guard", "adapters", f"bench/{name}.py")):
        for path in _files(place):
            whole.update(f"{path.relative_to(ROOT)}\n".encode())
            whole.update(_counted(path))
    return whole.hexdigest()[:16]


@cache
def _counted(path: Path) -> bytes:
    """Return the text of a file without blank lines and lines of comments."""
    lines = path.read_text(encoding="utf-8").splitlines()
    marks = ("//", "#") if path.suffix == ".cedar" else ("#",)
    return "\n".join(
        one for one in lines if one.strip() and not one.lstrip().startswith(marks)
    ).encode()


def found(name: str) -> Any:
    """Return what a benchmark found the last time; None: it was never run."""
    held = _held(name)
    return held["printed"] if isinstance(held, dict) and "printed" in held else held


def stale(name: str) -> bool:
    """Return whether the last figures of a benchmark are of other rules or code than these."""
    held = _held(name)
    if not isinstance(held, dict):
        return True
    parts = [held] if "printed" in held else list(held.values())
    return any(not isinstance(one, dict) or one.get(DIGEST) != made_of(name) for one in parts)


@cache
def _held(name: str) -> Any:
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


@cache
def _files(place: str) -> tuple[Path, ...]:
    at = ROOT / place
    inside = at.rglob("*") if at.is_dir() else [at]
    return tuple(sorted(one for one in inside if one.suffix in SUFFIXES))
