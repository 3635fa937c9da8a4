"""The npm programs that we did not write run here, alone, before anything stands between them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.conformance


def ask(command: list[str]) -> dict[str, object]:
    ran = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    return json.loads(ran.stdout)


def test_the_inspector_reads_a_file_through_the_file_server(
    inspector_command: list[str], filesystem_server_command: list[str], tmp_path: Path
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("kept as it is")

    call = ["--method", "tools/call", "--tool-name", "read_text_file"]
    answer = ask(
        [*inspector_command, *filesystem_server_command, *call, "--tool-arg", f"path={note}"]
    )

    assert answer["content"] == [{"type": "text", "text": "kept as it is"}]


def test_the_inspector_lists_the_tools_of_the_reference_server(
    inspector_command: list[str], everything_server_command: list[str]
) -> None:
    answer = ask([*inspector_command, *everything_server_command, "--method", "tools/list"])

    assert "echo" in json.dumps(answer)
