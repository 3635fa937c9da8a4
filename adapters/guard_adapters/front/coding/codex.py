"""Asks Codex itself whether it runs the guard's hook: it passes over what nobody trusted.

It starts `codex app-server`, which has no model and runs no tool, and reads one answer.
"""

import asyncio
import json
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from guard_adapters.front.coding.settings import words_of

ANSWER_S: Final = 20
"""How long Codex may take (seconds)."""

ASKED: Final = (
    {
        "id": 1,
        "method": "initialize",
        "params": {
            "clientInfo": {"name": "guardcall", "version": "1"},
            "capabilities": {"experimentalApi": True},
        },
    },
    {"method": "initialized"},
)
RUNS: Final = frozenset({"trusted", "managed"})


def asked(program: str, file: Path, folder: Path) -> str:
    """Return why Codex does not run the hook of a settings file, or an empty string.

    Args:
        program: the path of `codex`.
        file: the settings file.
        folder: where Codex would work.

    Raises:
        ValueError: it did not answer, or not in a way that is understood.
    """
    for one in asyncio.run(_hooks(program, folder)):
        ours = one["eventName"] == "preToolUse" and words_of(str(one.get("command", "")))
        if ours and Path(one["sourcePath"]).resolve() == file.resolve():
            if not one["enabled"]:
                return "it is turned off"
            if one["trustStatus"] not in RUNS:
                return (
                    f"it is {one['trustStatus']}: open codex, look at it under /hooks and trust it"
                )
            return ""
    return f"it does not read {file}"


async def _hooks(program: str, folder: Path) -> list[Any]:
    process = await asyncio.create_subprocess_exec(
        program,
        "app-server",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=2**20,
        start_new_session=True,
    )
    assert process.stdin is not None  # noqa: S101  pipes were asked for
    assert process.stdout is not None  # noqa: S101  the same
    listed = {"id": 2, "method": "hooks/list", "params": {"cwds": [str(folder)]}}
    try:
        for message in (*ASKED, listed):
            process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        async with asyncio.timeout(ANSWER_S):
            while line := await process.stdout.readline():
                said = json.loads(line)
                if said.get("id") == 2:  # noqa: PLR2004  the number of the question above
                    return list(said["result"]["data"][0]["hooks"])
    except (TimeoutError, OSError, KeyError, IndexError, TypeError, AttributeError) as wrong:
        raise ValueError(type(wrong).__name__) from wrong
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # npm's `codex` starts the program itself
        await process.wait()
    raise ValueError("it left")
