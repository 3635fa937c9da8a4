"""`guard offline`: work without the control plane, and let one guard be it for others.

At a site: status, import, receipts. At the control plane: key, export, revoke, collect, release.
These commands send nothing: files are carried, by whatever way there is.
"""

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from guard.errors import Unusable
from guard.grant.offline import KINDS, Step
from guard_adapters.cli import FINDINGS, FINE, Commands
from guard_adapters.cli.audit_rows import Where, add_where, rows
from guard_adapters.cli.offline_control import (
    add_export,
    collect,
    export,
    key,
    moment,
    release,
    revoke,
    text_of,
)
from guard_adapters.cli.operator_client import taken_up
from guard_adapters.cli.place import Place, add_place, place
from guard_adapters.store.clock import SystemClock
from guard_adapters.wiring.control_plane import sites
from guard_adapters.wiring.control_plane.receipts import receipts_of
from guard_adapters.wiring.offline.site import Site, lost_ms, read_site, take_bundle

STEPS: Final = {Step.FULL: "full", Step.READ_ONLY: "read only", Step.NONE: "nothing runs"}


def register(commands: Commands) -> None:
    """Add the command and its actions."""
    parser = commands.add_parser(
        "offline", help="work without the control plane, by signed bundles"
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    status = actions.add_parser("status", help="how far this site may go, or what each site has")
    taken = actions.add_parser("import", help="at a site: put a bundle in force")
    taken.add_argument("file", type=Path, metavar="BUNDLE", help="as `export` wrote it")
    receipts = actions.add_parser("receipts", help="at a site: write what happened since the last")
    receipts.add_argument("--out", type=Path, required=True, help="file to carry back")
    shown = actions.add_parser("key", help="the public key for `guard.offline_authority` of sites")
    add_export(actions.add_parser("export", help="write a bundle for one site"))
    back = actions.add_parser("revoke", help="take something back, in every bundle from now on")
    back.add_argument("what", metavar="KIND:NAME", help=f"KIND is one of {', '.join(KINDS)}")
    came = actions.add_parser("collect", help="check and keep the receipts of a site")
    came.add_argument("file", type=Path, metavar="RECEIPTS", help="as `receipts` wrote them")
    again = actions.add_parser("release", help="give a site bundles again, after a look at it")
    again.add_argument("site", metavar="SITE")
    for one in (status, taken, shown, back, came, again):
        add_place(one)
    add_where(receipts)


def run(args: argparse.Namespace) -> int:
    """Run one action and return its exit code."""
    return ACTIONS[args.action](args)


def _status(args: argparse.Namespace) -> int:
    found = place(args)
    now_ms, authority = SystemClock().now_ms(), _authority(found)
    if not authority:
        every = sites.records(found.state)
        for one in every:
            state = one.fault or "in order"
            print(f"{one.site}  epoch {one.seq}  {one.size} records came  {state}")
        of = "It is the control plane of those above." if every else "It is nobody's control plane."
        print(f"This guard is no site. {of}")
        return FINE
    bundle = read_site(found.state, authority, found.name, now_ms=now_ms)
    if bundle is None:
        print(f"{found.name}: no bundle was imported yet: nothing runs.")
        return FINDINGS
    site = Site(bundle=bundle, authority=authority, lost_ms=lost_ms(found.state, SystemClock()))
    step = site.step(now_ms)
    print(f"{found.name}: {STEPS[step]}, by epoch {bundle.seq} of {bundle.guard}")
    print(f"made       {moment(bundle.issued_s)}, {_age(now_ms // 1000 - bundle.issued_s)} ago")
    print(f"full       until {moment(bundle.issued_s + bundle.full_s)}")
    print(f"read only  until {moment(bundle.issued_s + bundle.read_only_s)}")
    print(f"ends       {moment(bundle.not_after_s)}")
    print(f"revoked    {', '.join(sorted(bundle.revoked)) or 'nothing'}")
    print(f"local yes  {', '.join(sorted(bundle.approvable)) or 'to no rule'}")
    print(f"keys of    {', '.join(sorted(bundle.keys)) or 'nobody else'}")
    if site.lost:
        print("The clock was set back. Import a bundle that was made since.")
    return FINE if step is Step.FULL else FINDINGS


def _import(args: argparse.Namespace) -> int:
    found, file = place(args), args.file
    authority, now_ms = _authority(found), SystemClock().now_ms()
    if not authority:
        raise Unusable(
            "This guard is no site.",
            code="no_authority",
            where=str(found.config),
            next_step="Set guard.offline_authority to what `guard offline key` prints there.",
        )
    token = text_of(file)
    bundle = take_bundle(found.state, authority, found.name, token, now_ms=now_ms)
    print(f"Epoch {bundle.seq} is in force until {moment(bundle.not_after_s)}.")
    print(taken_up(found))
    return FINE


def _receipts(args: argparse.Namespace) -> int:
    found = place(args)
    told, mark = receipts_of(found.state, found.name, rows(Where.of(args)))
    args.out.write_text(json.dumps(told) + "\n", encoding="utf-8")
    mark()
    print(f"{len(told['leaves'])} records from number {told['from']} on are in {args.out}.")
    return FINE


def _authority(found: Place) -> dict[str, str]:
    return {} if found.installation is None else found.installation.offline_authority


def _age(seconds: int) -> str:
    minutes = max(0, seconds) // 60
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"  # noqa: PLR2004


ACTIONS: Final[Mapping[str, Callable[[argparse.Namespace], int]]] = {
    "status": _status,
    "import": _import,
    "receipts": _receipts,
    "key": key,
    "export": export,
    "revoke": revoke,
    "collect": collect,
    "release": release,
}
