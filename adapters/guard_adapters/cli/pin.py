"""`guard pin`: compare what a server publishes with what a person accepted, and accept it.

A tool whose definition changed is refused until its new pin is in guard.yaml. `accept` changes the
one `pin:` line of one tool and nothing else in the file; it calls no tool.
"""

import argparse
import asyncio
import json
import re
from dataclasses import dataclass
from pathlib import Path

from guard.errors import Unusable
from guard_adapters._yaml.read import read_yaml
from guard_adapters.cli import FINDINGS, FINE, Commands
from guard_adapters.cli.published import Listed, tools_of
from guard_adapters.front.mcp.tools.pins import tool_digest
from guard_adapters.wiring.load import Loaded, load, reachable
from guard_adapters.wiring.proving.between import lent, maker_of
from guard_adapters.wiring.proving.exchange import Asking

ASKING = Asking(principal="guard", agent="guard-check")
"""For whom a list is asked where nobody says."""

PIN_LINE = re.compile(r"^(?P<indent>\s*)pin:\s*sha256:[0-9a-f]{64}\s*(?P<rest>#.*)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One tool as it is published now, beside what guard.yaml accepts."""

    tool: Listed
    digest: str
    state: str  # pinned, changed, unpinned or unlisted


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("pin", help="compare and accept tool definitions")
    parser.add_argument("--config", type=Path, default=Path("guard.yaml"))
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    diff = actions.add_parser("diff", help="say which definitions are not the accepted ones")
    diff.add_argument("server", help="the server's name in guard.yaml")
    accept = actions.add_parser("accept", help="write a tool's present pin into guard.yaml")
    accept.add_argument("server", help="the server's name in guard.yaml")
    accept.add_argument("tool", help="the tool's name")
    for one in (diff, accept):
        asked = one.add_argument_group("where a server wants a token to list its tools")
        asked.add_argument(
            "--principal", default=ASKING.principal, help="the person that it is for"
        )
        asked.add_argument("--agent", default=ASKING.agent, help="the agent that it is for")


def run(args: argparse.Namespace) -> int:
    """Ask the server, compare, and for `accept` change one line."""
    asking = Asking(principal=args.principal, agent=args.agent)
    listed = asyncio.run(published(load(args.config), args.server, asking))
    if args.action == "diff":
        return _said(listed)
    found = next((one for one in listed if one.tool.name == args.tool), None)
    if found is None:
        raise Unusable(
            f"The server {args.server!r} publishes no tool {args.tool!r}.",
            code="tool_unknown",
            where=str(args.config),
            next_step="Run `guard pin diff` for what it publishes.",
        )
    _accept(args.config, args.server, found)
    print(f"{args.server}/{args.tool}: accepted {found.digest}")
    return FINE


async def published(loaded: Loaded, name: str, asking: Asking) -> list[Published]:
    """Return every tool that a server publishes, beside what guard.yaml accepts.

    Raises:
        Unusable: it cannot be asked, or gives no list.
        Refused, Unavailable: it wants a token, and there is none.
    """
    server = reachable(loaded, name)
    async with lent(loaded, server, maker_of(loaded), asking) as key:
        tools = await tools_of(
            server.url, list(server.command), key, environ=server.environ, cwd=server.cwd
        )
    return [_compared(loaded, name, tool) for tool in tools]


def _compared(loaded: Loaded, server: str, tool: Listed) -> Published:
    digest, spec = tool_digest(tool.definition), loaded.catalog.tools.get(f"{server}/{tool.name}")
    if spec is None:
        state = "unlisted"
    elif not spec.pins:
        state = "unpinned"
    else:
        state = "pinned" if digest.removeprefix("sha256:") in _bare(spec.pins) else "changed"
    return Published(tool=tool, digest=digest, state=state)


def _bare(pins: frozenset[str]) -> frozenset[str]:
    return frozenset(pin.removeprefix("sha256:") for pin in pins)


def _said(listed: list[Published]) -> int:
    for one in listed:
        print(f"{one.state:9} {one.tool.name}  {one.digest}")
        if one.state == "changed":
            print(json.dumps(one.tool.definition, indent=2, sort_keys=True))
    changed = [one for one in listed if one.state == "changed"]
    print(f"{len(listed)} tools, {len(changed)} changed")
    return FINDINGS if changed else FINE


def _accept(path: Path, server: str, found: Published) -> None:
    document = read_yaml(path)
    place = ("servers", server, "tools", found.tool.name)
    line = document.lines.get((*place, "pin"))
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    old = PIN_LINE.match(lines[line - 1]) if line else None
    if old is None:
        raise Unusable(
            f"{server}/{found.tool.name} has no line `pin: sha256:...` of its own.",
            code="pin_line_missing",
            where=str(path),
            next_step=f"Write it by hand: pin: {found.digest}",
        )
    rest = f"  {old['rest']}" if old["rest"] else ""
    lines[(line or 0) - 1] = f"{old['indent']}pin: {found.digest}{rest}"
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text("\n".join(lines), encoding="utf-8")
    draft.replace(path)
