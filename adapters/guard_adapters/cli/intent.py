"""`guard intent draft`: a model proposes a task for what a person said; the person decides.

The endpoint's key is read from `GUARD_DRAFTER_KEY`.

It prints the declaration and puts nothing in force. On a terminal it asks first.
"""

import argparse
import asyncio
import json
import sys
from pathlib import Path

from guard.errors import Unusable
from guard.session.draft import checked
from guard_adapters._shown import shown
from guard_adapters.cli import FINDINGS, FINE, Commands
from guard_adapters.drafter.chat import ChatDrafter
from guard_adapters.wiring.load import load
from guard_adapters.wiring.state.places import environment

KEY = "GUARD_DRAFTER_KEY"


def register(commands: Commands) -> None:
    """Add the command and its action."""
    parser = commands.add_parser("intent", help="propose a task for what a person said")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    draft = actions.add_parser("draft", help="ask a model for the tools that a task needs")
    draft.add_argument("words", metavar="WORDS", help="what the person said")
    draft.add_argument(
        "--url", required=True, help="an OpenAI-compatible endpoint, such as https://host/v1"
    )
    draft.add_argument("--model", required=True, help="the model's name there")
    draft.add_argument("--yes", action="store_true", help="do not ask, print it")
    draft.add_argument("--config", type=Path, default=Path("guard.yaml"), help="guard.yaml")


def run(args: argparse.Namespace) -> int:
    """Print the declaration that was confirmed and return the exit code."""
    loaded = load(args.config)
    tools = [one for one in loaded.bundle.catalog.specs() if one.confirmed]
    drafter = ChatDrafter(url=args.url, model=args.model, key=environment().get(KEY, ""))
    proposed = asyncio.run(drafter.draft(args.words, [one.action for one in tools]))
    task = checked(
        args.words, proposed, tools, max_bytes=loaded.installation.settings.max_intent_bytes
    )
    text = json.dumps(
        {
            "purpose": task.purpose,
            "tools": sorted(task.tools),
            "egress": sorted(task.egress),
            "calls": dict(sorted(task.calls.items())),
        },
        indent=2,
    )
    if not args.yes and not _confirmed(text):
        return FINDINGS
    print(text)
    return FINE


def _confirmed(text: str) -> bool:
    if not sys.stdin.isatty():
        raise Unusable(
            "A draft is a proposal, and nobody is here to confirm it.",
            code="draft_unconfirmed",
            next_step="Run it on a terminal, or pass --yes if somebody looks at what it prints.",
        )
    print(shown(text), file=sys.stderr)
    return input("Is this the task? [y/N] ").strip().lower() in {"y", "yes"}
