"""The guard's span in the traces that frameworks make themselves."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.forked import OF_FRAMEWORK, python
from tests.frameworks.test_contract import LANE, ROOT

pytestmark = pytest.mark.frameworks

UNDER = {
    "agent_framework": "invoke_agent",
    "fastmcp": "tools/call",
    "google_adk": "execute_tool look",
    "strands": "execute_event_loop_cycle",
}
"""Frameworks with spans of their own, and how the name of that begins under which the guard's hangs.

Those of Pydantic AI and of MCP are in `test_one_trace`.
"""


@pytest.mark.parametrize("name", [one for one in UNDER if one in LANE])
def test_the_guards_span_hangs_under_the_frameworks_and_the_run_is_told_once(
    tmp_path: Path, name: str
) -> None:
    ran = subprocess.run(
        [
            python(*OF_FRAMEWORK.get(name, ())),
            "-W",
            "ignore",
            "-m",
            "tests.frameworks.spans",
            name,
            str(tmp_path),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    spans = json.loads(ran.stdout.splitlines()[-1])
    (above,) = [above for spoken, _, above in spans if spoken == "guard look"]
    assert above[0].startswith(UNDER[name]), spans
    runs = [spoken for spoken, operation, _ in spans if operation == "execute_tool"]
    assert len(runs) == 1, spans
