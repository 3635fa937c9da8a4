"""`guard init`: asks a server for its tools and writes a first guard.yaml.

Nothing that it writes is allowed: every entry is unconfirmed and the server untrusted until a
person has decided. It calls no tool and overwrites no file unless it is told to.
"""

import argparse
import asyncio
import json
import re
import shlex
from collections.abc import Collection, Iterable
from pathlib import Path
from urllib.parse import urlsplit

from guard.errors import Unusable
from guard.grant.scrub import SHORTEST, Scrub
from guard.model.secret_name import named_secret
from guard.policy.refuse_catalog import alias_of
from guard.policy.shape import shape_of, walk
from guard.provenance.schema.service import short_names
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters._http.sendable import check_sendable
from guard_adapters.cli import FINE, Commands, Misused
from guard_adapters.cli.guess import Guess, guessed
from guard_adapters.cli.guess_labels import labels_of, lists_records, moments_told
from guard_adapters.cli.guess_role import RoleGuess, words_in
from guard_adapters.cli.published import Listed, tools_of
from guard_adapters.front.mcp.tools.pins import tool_digest
from guard_adapters.front.mcp.upstream.carry import ServerKey
from guard_adapters.wiring.state.places import environment

NOT_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
MARK = "# DECIDE:"
"""Stands wherever a person must decide; nothing in the file is in force before."""

_HELP = "See `guard init --help`."
WANTS_TOKEN = (
    f"credential: {{issuer: , grant: , between: }}  {MARK} it wants a token with every message;"
    " docs/issuers/oauth-exchange.md"
)


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("init", help="ask a server for its tools and write guard.yaml")
    parser.add_argument("--url", help="an MCP server over HTTP")
    parser.add_argument("--name", help="what to call the server in actions")
    parser.add_argument("--out", type=Path, default=Path("guard.yaml"), help="file to write")
    parser.add_argument(
        "--token-env",
        metavar="NAME",
        help="with --url: the environment variable that holds an access token for this one list",
    )
    parser.add_argument("--force", action="store_true", help="overwrite the file")
    parser.add_argument("server", nargs="*", metavar="-- CMD", help="starts a stdio MCP server")


def run(args: argparse.Namespace) -> int:
    """Connect, list, write, and say what is left to decide."""
    command = list(args.server)
    if bool(args.url) == bool(command):
        raise Misused(
            "Exactly one of --url and a command is needed.",
            code="init_server",
            next_step="Write `guard init -- CMD ARG...` or `guard init --url URL`.",
        )
    if args.out.exists() and not args.force:
        raise Unusable(
            f"File {str(args.out)!r} is already there.",
            code="config_exists",
            where=str(args.out),
            next_step="Give another --out, or --force to overwrite it.",
        )
    key = _token(args.token_env, args.url) if args.token_env else None
    tools = asyncio.run(tools_of(args.url or "", command, key))
    name = server_name(args.name or _source(args.url, command))
    reach = f"url: {_text(args.url)}" if args.url else f"command: {_text(command)}"
    if key is not None:
        reach += f"\n    # {WANTS_TOKEN}"
    text = config_text(name, reach, tools)
    if key is not None:  # a server may say in its definitions what it was shown
        text = Scrub(key.secret).whole(text.encode()).decode()
    args.out.write_text(text, encoding="utf-8")
    print(f"{args.out}: {len(tools)} tools of {name!r}, none confirmed, so none is allowed.")
    print(f"{text.count(MARK)} decisions are left: look for `{MARK}` in the file.")
    print(f"Then: guard policy check {shlex.quote(str(args.out))}")
    return FINE


def _token(name: str, url: str | None) -> ServerKey:
    """Return what goes with the question, from the environment: it is kept nowhere.

    Raises:
        Misused, Unusable: `init_token`.
    """
    token = environment().get(name, "").strip()
    if not url:
        raise Misused("A token goes to a server at a URL.", code="init_token", next_step=_HELP)
    if not (token.isascii() and token.isprintable() and len(token) >= SHORTEST) or " " in token:
        raise _no_token(f"The variable {name!r} holds no access token.")
    try:
        check_sendable(url)
    except UpstreamFailed:
        raise _no_token("A token goes over https, or to this machine.") from None
    return ServerKey(header="authorization", value=f"Bearer {token}", secret=token)


def _no_token(why: str) -> Unusable:
    return Unusable(why, code="init_token", next_step=_HELP)


_PACKAGE = re.compile(
    r"(?:^|[/@])(?:mcp-server-|server-|mcp-)([a-z0-9-]+)|(?:^|/)([a-z0-9-]+?)-mcp(?:-server)?(?![a-z0-9-])"
)
"""How packages of MCP servers are called: `server-filesystem`, `mcp-server-git`, `github-mcp`."""


def _source(url: str | None, command: list[str]) -> str:
    """Return what a server is called: after its host, its package, or the end of its command."""
    if url:
        return str(urlsplit(url).hostname or "server")
    for word in command:
        if found := [*_PACKAGE.finditer(word.lower().replace("_", "-"))]:
            return found[-1][1] or found[-1][2]
    return Path(command[-1]).stem


def server_name(text: str) -> str:
    """Return a text as a server name: lower case, digits and hyphens, at most 32 of them."""
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:32].strip("-")
    return name or "server"


def config_text(name: str, reach: str, tools: Iterable[Listed]) -> str:
    """Return guard.yaml for one server; `reach` is the line that says how to get there."""
    lines = [
        "# Written by `guard init`. Nothing in here is in force until you have decided:",
        "# a tool with `confirmed: false` is denied, and every guess below may be wrong.",
        "# The rules are `starter:mcp-proxy`. Where people say in words what to do, write",
        '# `guard: {policies: ["starter:agent-tasks"]}`: it asks where each argument came from.',
        "version: 1",
        f"zone: UTC  {MARK} the zone in which rules read the hour",
        "ledgers:",
        "  same_tool_60s: {count: calls, of: write, per: tool, key: session, window: 60s}",
        "servers:",
        f"  {_text(name)}:",
        f"    trust: untrusted  {MARK} trusted, if you would let it see what it is sent",
        f"    {reach}",
        "    tools:",
    ]
    listed = [*tools]
    short = short_names({name: [one.name for one in listed]})
    entries = [line for tool in listed for line in _entry(tool, short[name, tool.name])]
    return "\n".join([*lines, *entries] if entries else [*lines[:-1], "    tools: {}"]) + "\n"


def _entry(tool: Listed, called: str) -> list[str]:
    guess = guessed(tool.name, tool.schema, tool.hints, called, tool.said)
    lines = [
        f"      {_text(tool.name)}:",
        f"        effect: {_flow(guess.effect)}  {MARK} guessed ({guess.sure}): {guess.why}",
        f"        pin: {tool_digest(tool.definition)}",
    ]
    bare = _bare(tool, guess)
    open_ = _undecided(guess, bare)
    if guess.roles or bare:
        lines.append("        args:")
        lines += [_argument(path, one) for path, one in guess.roles.items()]
        lines += [f"          {_text(path)}: {entry}" for path, entry in bare.items()]
        lines += open_
        lines.append(
            f"        says: {_text(guess.says)}  {MARK} guessed (low): what a reviewer reads"
        )
    else:
        lines += ["        # args:", *open_] if open_ else []
    lines += _output(tool, guess, called or tool.name)
    lines.append(f"        input_schema: {_text(dict(tool.schema))}")
    lines.append(f"        confirmed: false  {MARK} true, when all of the above is right")
    return lines


def _argument(path: str, guess: RoleGuess) -> str:
    kind = f", kind: {guess.kind}" if guess.kind else ""
    order = f", order: {_text(list(guess.order))}" if guess.order else ""
    mark = MARK if guess.role == "permission" else "#"
    why = f"guessed ({guess.sure}) from {guess.why}"
    return f"          {_text(path)}: {{role: {guess.role}{kind}{order}}}  {mark} {why}"


def _bare(tool: Listed, guess: Guess) -> dict[str, str]:
    """Return the entries of arguments without a role that would else keep the file from loading.

    Whoever confirms the tool accepts what they say.
    """
    found: dict[str, str] = {}
    used = {one.role for one in guess.roles.values()}
    for path, shape, _ in walk(shape_of(tool.schema)):
        if path in guess.roles or any(one.startswith(f"{path}.") for one in guess.roles):
            continue
        if shape.kind == "opaque" and "privileged" in guess.effect:
            found[path] = f"{{opaque: true}}  {MARK} undecided (low): policy cannot see into it"
        elif alias_of(path) in used:
            found[path] = f"{{}}  {MARK} undecided (low): it is called as a {alias_of(path)} is"
    return found


def _undecided(guess: Guess, bare: Collection[str]) -> list[str]:
    """Return what a person may relax: without a role, an argument of a write is a destination."""
    if guess.effect[0] == "read":
        return []
    return [
        f"          # {_text(path)}: {{role: }}  {MARK} undecided (low): without a role it is held"
        " to what a recipient, or an amount, has to show"
        for path in guess.undecided
        if path not in bare
    ]


def _output(tool: Listed, guess: Guess, called: str) -> list[str]:
    lines = ["        output:"]
    lines.append(f"          trust: untrusted  {MARK} trusted, if only you write its results")
    if lists_records(guess, words_in(called)):
        lines.append(
            f"          records: true  {MARK} guessed (medium): its name; false, if a whole file or"
            " message of somebody else's can come back"
        )
    moments = moments_told(guess, tool)
    if moments:
        why = "guessed (high): a clock; no stranger writes which day it is"
        told = [f"            {_text(one)}: [trusted]  {MARK} {why}" for one in moments]
        return [*lines, "          labels:", *told, '            "*.*": [untrusted]']
    found = labels_of(tool.results)
    hidden = guess.effect[0] == "read" and named_secret(tool.name)
    if found or hidden:
        whole = "[untrusted, secret]  # guessed (medium): its name" if hidden else "[untrusted]"
        lines.append("          labels:  # trusted only where no stranger can write the field")
        lines.append(f'            "*": {whole}')
    lines += [
        f"            {_text(one.path)}: [untrusted, secret]  # guessed ({one.sure}): {one.why}"
        if one.secret
        else f"            # {_text(one.path)}: [trusted]  {MARK} proposed ({one.sure}): {one.why}"
        for one in found
    ]
    if {"write", "egress"} & set(guess.effect):
        lines.append(
            f"        budget: {{calls: 20, per: task}}  {MARK} guessed (low): calls in one task"
        )
    return lines


def _flow(words: Iterable[str]) -> str:
    return f"[{', '.join(words)}]"


def _text(value: object) -> str:
    """Return a value as YAML on one line: JSON is YAML, but for what YAML takes as a line break."""
    text = json.dumps(value, ensure_ascii=False)
    return NOT_YAML.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
