"""A coding agent with a shell and git: commits run, a push waits for a person, the rest is refused.

    python examples/coding_agent/main.py

A scripted agent works in a real repository. Claude Code itself is guarded by the same two files:
see docs/frameworks/coding-agents.md.
"""

import asyncio
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from guard_adapters.front.native import Native, Ran
from guard_adapters.wiring.local import Local, local

HERE = Path(__file__).parent
COMMANDS = (
    "git init -q -b main . && git init -q --bare ../shared",
    "git remote add origin ../shared && git add -A",
    "git -c user.name=a -c user.email=a@example.com commit -qm 'first' && git log --format=%s",
    "sudo make install",
    "git push -q --force origin main",
    "git push -q origin main",
)


async def bash(folder: Path, guard: Local, command: str) -> str:
    """Run one command of the agent, if the guard lets it."""

    async def run(judged: dict[str, Any]) -> str:
        done = await asyncio.to_thread(
            subprocess.run,
            ["sh", "-c", judged["command"]],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip() or f"exit {done.returncode}"

    native = Native(
        server="claude", tool="Bash", arguments={"command": command}, session="one task"
    )
    answer = await guard.intake.around(native, run)
    return str(answer.result) if isinstance(answer, Ran) else answer.text.split()[0].strip(":")


async def work(folder: Path) -> None:
    """Play the agent in `folder`."""
    shutil.copytree(HERE, folder, dirs_exist_ok=True)
    project = folder / "project"
    project.mkdir()
    (project / "main.py").write_text("print('hello')\n")
    with local(folder / "guard.yaml", person="ana", agent="claude", tell=_ask) as guard:
        for command in COMMANDS:
            print(f"$ {command}\n{await bash(project, guard, command)}")


def _ask(_question: object) -> None:
    """Tell nobody: in this example no person is there."""


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(work(Path(name)))
