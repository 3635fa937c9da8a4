"""`guard doctor`: says in sentences what is wrong with an installation. It repairs nothing.

Ends with 0 fine, 1 findings, 3 where guard.yaml or its policy cannot be loaded.
"""

import argparse
import json
import os
import socket
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from guard.errors import Unusable
from guard.grant.offline import Step
from guard_adapters._owned import is_private
from guard_adapters._shown import shown
from guard_adapters.cli import FINDINGS, FINE, UNUSABLE, Commands
from guard_adapters.cli.doctor_credentials import between, probes
from guard_adapters.cli.doctor_live import live
from guard_adapters.cli.doctor_people import approver, connected, few, keyless
from guard_adapters.cli.doctor_servers import reached_servers
from guard_adapters.cli.doctor_signer import reached_signer, signer
from guard_adapters.cli.doctor_store import reached_store, store
from guard_adapters.cli.doctor_trust import untrusted
from guard_adapters.cli.place import CONFIG
from guard_adapters.store.clock import SystemClock
from guard_adapters.wiring.load import Loaded, load
from guard_adapters.wiring.offline.site import Site, lost_ms
from guard_adapters.wiring.state.announcing import listening_at

OLDEST_PYTHON: Final = (3, 11)
WAL_FLAW: Final = ((3, 7, 0), (3, 51, 2))
"""SQLite in which two connections that reset a write-ahead log at once can damage it."""


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("doctor", help="say what is wrong with this installation")
    parser.add_argument("--config", type=Path, default=CONFIG)
    parser.add_argument(
        "--connect",
        action="store_true",
        help="also try the store, the signer and the servers: those that are commands are started",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(args: argparse.Namespace) -> int:
    """Look at everything, print what was found and return the exit code."""
    found = [*python(sys.version_info[:3]), *notes()]
    try:
        loaded = load(args.config)
    except Unusable as error:
        _tell([*found, ("unusable", str(error))], as_json=args.json)
        return UNUSABLE
    for look in LOOKS:
        found.extend(look(loaded))
    found.extend(live(loaded))
    if args.connect:
        found.extend(reached_store(loaded))
        found.extend(reached_signer(loaded))
        found.extend(reached_servers(loaded))
    _tell(found, as_json=args.json)
    return FINDINGS if any(code != "note" for code, _ in found) else FINE


Said = tuple[str, str]
"""A stable code and a sentence; `note` is worth knowing and no finding."""


def python(version: tuple[int, ...]) -> Iterator[Said]:
    """Say if this Python is too old."""
    if version < OLDEST_PYTHON:
        had = ".".join(map(str, version))
        yield "python_old", f"Python {had} runs this; the guard needs 3.11 or newer."


def notes(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> Iterator[Said]:
    """Say what is worth knowing about this SQLite."""
    first, last = WAL_FLAW
    if first <= version <= last:
        had = ".".join(map(str, version))
        yield (
            "note",
            (
                f"SQLite {had} can damage a database that two processes write to at once. The "
                "guard opens its store from one process only: do not open it with other programs."
            ),
        )


def keys(loaded: Loaded) -> Iterator[Said]:
    """Say which key files others can read."""
    for path in sorted((loaded.state / "keys").glob("*")):
        seen = path.lstat()
        if not is_private(seen):
            mode = stat.S_IMODE(seen.st_mode)
            yield (
                "key_file_unsafe",
                (
                    f"Key file {str(path)!r} has mode {mode:04o} and owner {seen.st_uid}, expected "
                    f"0600 and {os.geteuid()}: others may have read it. Delete it and start again."
                ),
            )


def state(loaded: Loaded) -> Iterator[Said]:
    """Say if the state folder cannot be written to."""
    place = loaded.state
    if place.exists() and not place.is_dir():
        yield "state_unwritable", f"The state folder {str(place)!r} is not a folder. Move it away."
        return
    nearest = next(one for one in (place, *place.absolute().parents) if one.exists())
    if not os.access(nearest, os.W_OK | os.X_OK):
        text = f"{str(nearest)!r} cannot be written to: nothing would be recorded, so nothing runs."
        yield "state_unwritable", text
    if place.is_dir() and stat.S_IMODE(place.stat().st_mode) & 0o022:
        text = f"Others may write into the state folder {str(place)!r}. Run: chmod go-w {place}"
        yield "state_open", text


def address(loaded: Loaded) -> Iterator[Said]:
    """Say if something else listens where the guard would."""
    serve = loaded.installation.serve
    if serve.port == 0 or listening_at(loaded.state) is not None:
        return  # any free port, or the guard itself is running
    family = socket.AF_INET6 if ":" in serve.host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((serve.host, serve.port))
        except OSError as error:
            text = f"The guard cannot listen on {serve.host}:{serve.port} ({error.strerror})."
            yield "address_in_use", f"{text} Stop what listens there, or set guard.serve.port."


def access(loaded: Loaded) -> Iterator[Said]:
    """Say if the guard would take anybody, or nobody."""
    serve = loaded.installation.serve
    if serve.unsafe_no_auth and not serve.issuer:
        text = "guard.serve.unsafe_no_auth takes every caller on this machine as one person."
        yield "auth_unsafe", f"{text} Use it for demonstrations only."
    if bool(serve.issuer) != bool(serve.jwks_url):
        text = "guard.serve.issuer and guard.serve.jwks_url go together; one of them is missing."
        yield "auth_incomplete", text


def tools(loaded: Loaded) -> Iterator[Said]:
    """Say which tools nobody has confirmed or pinned, and which servers list none."""
    specs = [spec for spec in loaded.catalog.specs() if not spec.tool.startswith("mcp:")]
    waiting = sorted(spec.action for spec in specs if not spec.confirmed)
    if waiting:
        text = f"Nobody has confirmed {few(waiting)}: calls of them are denied."
        yield "tools_unconfirmed", f"{text} Read each entry and set confirmed: true."
    servers = loaded.catalog.servers
    listing = {  # functions and plain HTTP have no definition that could change
        name for name, one in servers.items() if (one.url or one.command) and one.protocol != "http"
    }
    open_to = (spec for spec in specs if spec.confirmed and spec.server in listing)
    loose = sorted(spec.action for spec in open_to if not spec.pins)
    if loose:
        text = (
            f"The definitions of {few(loose)} are not pinned: a server may change them unseen. "
            "Run: guard pin diff SERVER"
        )
        yield "tools_unpinned", text
    for name in sorted(servers.keys() - {spec.server for spec in specs}):
        yield "server_empty", f"Server {name!r} lists no tools: every call of it is denied."


def findings(loaded: Loaded) -> Iterator[Said]:
    """Say what the compiler warned about."""
    for one in loaded.bundle.findings:
        yield "policy_warning", f"{one}"


def offline(loaded: Loaded) -> Iterator[Said]:
    """Say if a site has too old a bundle, or none."""
    authority, clock = loaded.installation.offline_authority, SystemClock()
    if not authority:
        return
    site = Site(bundle=loaded.site, authority=authority, lost_ms=lost_ms(loaded.state, clock))
    step = site.step(clock.now_ms())
    if step is not Step.FULL:
        why = (
            "the clock was set back"
            if site.lost and loaded.site
            else "its bundle is old or missing"
        )
        goes = "only reading goes on" if step is Step.READ_ONLY else "nothing runs"
        yield "offline", f"This site: {goes}: {why}. Import a new one: guard offline import."


LOOKS: Final[tuple[Callable[[Loaded], Iterator[Said]], ...]] = (
    keys, signer, state, store, address, access, tools, untrusted, between, probes, approver,
    keyless, connected, offline, findings,
)  # fmt: skip


def _tell(found: list[Said], *, as_json: bool) -> None:
    for code, text in found:
        print(json.dumps({"code": code, "text": text}) if as_json else f"{code}: {shown(text)}")
    if not found and not as_json:
        print("Nothing is wrong.")
