"""Every example runs as it stands and says what its first lines promise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_a_read_runs_and_what_cannot_be_undone_waits_for_a_person() -> None:
    program = EXAMPLES / "01_wrap_a_function" / "main.py"
    done = subprocess.run(
        [sys.executable, str(program)], capture_output=True, text=True, timeout=30, check=True
    )
    first, second = done.stdout.strip().split("\n")
    assert first == "order 7: shipped"
    assert second.startswith("no_approver:")


def test_every_example_is_run_by_a_test() -> None:
    assert [path.name for path in sorted(EXAMPLES.iterdir())] == ["01_wrap_a_function"]
