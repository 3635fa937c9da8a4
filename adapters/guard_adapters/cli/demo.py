"""`guard demo`: the main job on embedded defaults, with real effects in a temporary folder."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from guard.ports import Approver
from guard_adapters.approver.terminal import TerminalApprover
from guard_adapters.cli import FINDINGS, FINE, Commands
from guard_adapters.demo.reviewer import ScriptedReviewer
from guard_adapters.demo.scene import Scene, scene
from guard_adapters.demo.story import Failed, Story
from guard_adapters.demo.tampering import tamper
from guard_adapters.demo.transcript import Transcript


def register(commands: Commands) -> None:
    """Add the parser of `guard demo`."""
    parser = commands.add_parser("demo", help="show the guard at work on built-in servers")
    parser.add_argument(
        "--yes", action="store_true", help="let a scripted reviewer answer, also on a terminal"
    )


def run(args: argparse.Namespace) -> int:
    """Play the story; exit code 1 when an expectation does not hold."""
    transcript = Transcript(Console(highlight=False))
    ask_person = sys.stdin.isatty() and sys.stdout.isatty() and not args.yes
    with tempfile.TemporaryDirectory(prefix="guard-demo-") as folder:
        try:
            asyncio.run(_play(Path(folder), transcript, ask_person=ask_person))
            tamper(Path(folder), transcript)
        except Failed as failed:
            transcript.note(f"FAILED: {failed}")
            return FINDINGS
    transcript.end()
    return FINE


async def _play(folder: Path, transcript: Transcript, *, ask_person: bool) -> None:
    approvers: list[Approver] = []
    async with scene(folder, approvers) as stage:
        approvers.append(_approver(stage, transcript, ask_person=ask_person))
        await Story(stage, transcript).play()


def _approver(stage: Scene, transcript: Transcript, *, ask_person: bool) -> Approver:
    approvals, clock = stage.wired.world.approvals, stage.wired.world.clock
    if ask_person:
        return TerminalApprover(approvals, clock)
    return ScriptedReviewer(approvals, clock, transcript)
