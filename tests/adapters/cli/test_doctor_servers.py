"""`guard doctor --connect`: commands that do not start, and definitions that changed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from guard_adapters.cli import FINDINGS
from tests.adapters.cli.test_pin import SERVER, config, pin  # noqa: F401  the fixture
from tests.forked import OF_GUARD, python


def doctor(config: Path) -> dict[str, str]:  # noqa: F811
    """A started server needs a real stderr, so the command runs as a process."""
    code = "import sys; from guard_adapters.cli import main; sys.exit(main())"
    words = ["doctor", "--connect", "--json", "--config", str(config)]
    done = subprocess.run(
        [python(*OF_GUARD), "-c", code, *words], capture_output=True, text=True, check=False
    )
    return {one["code"]: one["text"] for one in map(json.loads, done.stdout.splitlines())}


def test_a_command_that_cannot_be_started_is_told(config: Path) -> None:  # noqa: F811
    lines = config.read_text().splitlines()
    at = next(n for n, one in enumerate(lines) if "command:" in one)
    lines[at] = '    command: ["nosuchprog-of-guard"]'
    config.write_text("\n".join(lines) + "\n")

    assert "No such file" in doctor(config)["server_unreachable"]


def test_a_definition_that_changed_is_told_and_one_that_was_accepted_is_not(
    config: Path,  # noqa: F811
) -> None:
    assert pin(config, "diff", "shop")[0] == FINDINGS
    assert "'shop' changed find:" in doctor(config)["tools_changed"]

    pin(config, "accept", "shop", "find")
    assert not {"tools_changed", "server_unreachable"} & doctor(config).keys()


def test_a_server_is_asked_with_the_environment_that_it_is_started_with(
    config: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    (tmp_path / "shop.py").write_text(
        'import os\nassert os.environ["SHOP_KEY"] == "k" and os.getcwd() == os.environ["PLACE"]\n'
        + SERVER
    )
    text = config.read_text()
    place = tmp_path.resolve()
    more = f"    environ: {{SHOP_KEY: k, PLACE: {place}}}\n    cwd: {place}\n    tools:"
    config.write_text(text.replace("    tools:", more))

    assert "server_unreachable" not in doctor(config)
