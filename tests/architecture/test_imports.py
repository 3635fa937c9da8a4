"""What a program loads decides how soon it starts: each of these leaves out what it never uses."""

import subprocess
import sys

import pytest

STORES = {"guard_adapters.wiring.state.stores", "guard_adapters.store.sqlite.store", "sqlite3"}
JUDGING = {
    "guard.judging",
    "guard.pipeline",
    "guard.policy.compile",
    "guard.provenance.weigh",
    "guard.session",
    "cedarpy",
}
SERVING = {"httpcore2", "httpx2", "mcp", "mcp_types", "starlette", "uvicorn"}
ASKING = ("approvals", "grants", "kill", "leases", "plans", "report", "review", "reviewers", "sessions", "tasks")  # fmt: skip


def loaded(*modules: str) -> set[str]:
    """Return all that a fresh interpreter has loaded after these."""
    program = "import sys\n" + "".join(f"import {one}\n" for one in modules) + "print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    return set(ran.stdout.split())


@pytest.mark.parametrize("part", [STORES, JUDGING, SERVING], ids=["stores", "judging", "serving"])
def test_what_asks_the_running_guard_loads_none(part: set[str], asking: set[str]) -> None:
    assert asking & part == set()


@pytest.fixture(scope="module")
def asking() -> set[str]:
    return loaded(*(f"guard_adapters.cli.{name}" for name in ASKING))


LONG = 600
"""Characters of a pattern above which it has to be late: compiling it takes a millisecond."""
EAGER = f"""
import re, sys
import guard_adapters.wiring.alone
for name, module in [*sys.modules.items()]:
    if name.startswith("guard"):
        for word, held in vars(module).items():
            if isinstance(held, re.Pattern) and len(held.pattern) > {LONG}:
                print(f"{{name}}.{{word}}")
"""


def test_no_long_pattern_is_compiled_before_a_text_is_read_with_it() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", EAGER], capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout.split() == [], "Write late(...) of guard.model.late in place of re.compile."


TASKLESS = """
import gc
from datetime import UTC
from guard.audit.blanked import purpose_without_secrets
from guard.model.late import _Late
from guard.provenance.request.said import read_task
from guard.provenance.request.soon import on_its_days
on_its_days(read_task(()), 1_800_000_000_000, UTC)
assert purpose_without_secrets("") == ""
print(*[one._text[:60] for one in gc.get_objects() if isinstance(one, _Late) and "_compiled" in vars(one)])
"""


def test_no_pattern_is_compiled_for_a_session_that_is_told_no_task() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", TASKLESS], capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout.split() == []
