"""`guard hook selftest`: whether the hook of a coding agent is installed, and really refuses.

It runs the installed command as the agent would, with a call of a tool that nobody has, and asks
Codex itself whether it runs the hook. The refused call is in the log. It changes nothing else.
"""

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from guard_adapters.cli import FINDINGS, FINE
from guard_adapters.front.coding.agents import DIALECTS
from guard_adapters.front.coding.codex import asked
from guard_adapters.front.coding.hook import BLOCK
from guard_adapters.front.coding.installed import flaw, lines_of, read
from guard_adapters.front.coding.settings import FILES, LIMIT_S, words_of

Said = tuple[bool, str]
NOBODY = "guard_selftest"
"""The tool that is asked about: no agent and no catalogue has it."""


def selftest(agent: str, settings: Path | None) -> int:
    """Print what holds and what does not; return the exit code."""
    said = list(_found(agent, settings or Path(FILES[agent])))
    for holds, text in said:
        print(f"{'ok' if holds else 'problem':8} {text}")
    return FINE if all(holds for holds, _ in said) else FINDINGS


def _found(agent: str, named: Path) -> Iterator[Said]:
    file = named.expanduser()
    if not file.exists():
        next_step = f"guard hook install {agent} --settings {named}"
        yield False, f"{named} is not there, so no hook is: {next_step}"
        return
    found = read(file)
    why = flaw(agent, found)
    yield not why, f"{named}: {why or 'the hook sees every tool, and is told how calls end'}"
    for line in lines_of(found, DIALECTS[agent].before):
        yield asyncio.run(_ran(agent, line))
    if agent == "codex":
        yield _trusted(file)


async def _ran(agent: str, line: str) -> Said:
    event = {
        "hook_event_name": DIALECTS[agent].before,
        "session_id": "selftest",
        "tool_name": NOBODY,
        "tool_input": {},
    }
    process = await asyncio.create_subprocess_exec(
        "/bin/sh",
        "-c",
        line,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(LIMIT_S):
            out, err = await process.communicate(json.dumps(event).encode())
    except TimeoutError:
        process.kill()
        await process.wait()
        return False, f"it does not end within {LIMIT_S} s, and the agent runs the tool then"
    text, pipe = err.decode(errors="replace").strip(), words_of(line)[1]
    if process.returncode != BLOCK or out or not text:
        return False, f"it lets a tool run that nobody has: exit {process.returncode}"
    if not text.startswith("DENIED"):
        return False, f"it refuses every call, for no guard answers at {pipe}: {text}"
    return True, f"the guard at {pipe} refuses a tool that nobody has"


def _trusted(file: Path) -> Said:
    program = shutil.which("codex")
    if program is None:
        return False, "codex is not in PATH: whether it trusts the hook is not known"
    try:
        why = asked(program, file, Path.cwd())
    except (ValueError, OSError) as wrong:
        return (
            False,
            f"codex did not say whether it trusts the hook ({wrong}): look at /hooks in it",
        )
    return not why, f"codex does not run it: {why}" if why else "codex runs it"
