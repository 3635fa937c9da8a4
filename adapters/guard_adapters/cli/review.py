"""`guard review`: the queue of open questions in a terminal. It denies, and never approves."""

import argparse
import sys
import webbrowser
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from guard.errors import Unusable
from guard_adapters.cli import FINE, Commands
from guard_adapters.cli.operator_client import OperatorClient, named
from guard_adapters.cli.place import add_place, place


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("review", help="the queue of open questions, in this terminal")
    add_place(parser)


def run(args: argparse.Namespace) -> int:
    """Show the queue until it is closed."""
    if find_spec("textual") is None:
        raise Unusable(
            "The terminal application is not installed.",
            code="extra_missing",
            next_step='Install "guardcall[review]", or use `guard approvals`.',
        )
    if not sys.stdout.isatty():
        raise Unusable(
            "This is no terminal.",
            code="no_terminal",
            next_step="Use `guard approvals list` where nobody looks at a screen.",
        )
    from guard_adapters.cli.review_app import Review  # noqa: PLC0415  heavy, and optional

    Review(Waiting(OperatorClient(place(args))), webbrowser.open).run()
    return FINE


class Waiting:
    """The open questions of one running guard, over its operator's routes."""

    def __init__(self, guard: OperatorClient) -> None:
        self._guard = guard

    def listed(self) -> Sequence[Mapping[str, Any]]:
        """Return the open questions."""
        return list(self._guard.ask("GET", "approvals?open=1")["approvals"])

    def question(self, approval_id: str) -> Mapping[str, Any]:
        """Return one question."""
        return self._guard.ask("GET", f"approvals/{named(approval_id)}")

    def deny(self, approval_id: str, reason: str) -> Mapping[str, Any]:
        """Say no."""
        path = f"approvals/{named(approval_id)}/deny"
        return self._guard.ask("POST", path, {"reason": reason})

    def link(self, approval_id: str) -> str:
        """Return the page where a passkey says yes."""
        url = self._guard.ask("GET", "console")["url"]
        return f"{url}/a/{named(approval_id)}"
