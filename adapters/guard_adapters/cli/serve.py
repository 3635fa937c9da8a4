"""`guard serve`: stand in front of MCP servers over HTTP, and of attached stdio relays."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from guard.errors import Unusable
from guard.model.legible import legible
from guard.ports import Approver
from guard_adapters.cli import FINE, Commands
from guard_adapters.wiring.build import MakeApprovers, Wired, build
from guard_adapters.wiring.load import load
from guard_adapters.wiring.process.slim import compiled
from guard_adapters.wiring.running import run as serve
from guard_adapters.wiring.state.places import socket_path
from guard_adapters.wiring.state.stores import Store


def register(commands: Commands) -> None:
    """Add the parser of `guard serve`."""
    parser = commands.add_parser("serve", help="stand in front of MCP servers over HTTP")
    parser.add_argument("--config", type=Path, default=Path("guard.yaml"))
    parser.add_argument("--socket", type=Path, help="where stdio relays attach")
    parser.add_argument(
        "--unsafe-ask-in-terminal",
        action="store_true",
        help="ask in this terminal; a terminal is no proof of a person",
    )


def run(args: argparse.Namespace) -> int:
    """Serve until the process is told to stop."""
    asked, loaded = args.unsafe_ask_in_terminal, load(args.config)
    if asked and loaded.installation.offline_authority:
        raise Unusable(
            "At a site people answer with their passkeys, and a terminal is no proof of a person.",
            code="site_asks_passkeys",
            next_step="Start it without --unsafe-ask-in-terminal, and enrol reviewers.",
        )
    wired = build(loaded, approvers=_approvers(ask=asked), reviewed=not asked)
    compiled()
    pipe = args.socket or socket_path("guardcall")
    try:
        asyncio.run(_until_told(wired, pipe))
    finally:
        wired.close()
    return FINE


async def _until_told(wired: Wired, pipe: Path) -> None:
    task = asyncio.create_task(serve(wired, pipe, tell=_tell))
    loop = asyncio.get_running_loop()
    for told in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(told, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        _tell("Stopped.")


def _approvers(*, ask: bool) -> MakeApprovers:
    def made(store: Store) -> tuple[Approver, ...]:
        if not ask:
            return ()
        from guard_adapters.approver.terminal import TerminalApprover  # noqa: PLC0415

        return (TerminalApprover(store.approvals, store.clock),)

    return made


def _tell(sentence: str) -> None:
    # Some words in it are those of others, such as why a transmitter pauses its stream.
    print(f"guard: {legible(sentence)}", file=sys.stderr, flush=True)
