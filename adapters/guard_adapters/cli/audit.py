"""`guard audit`: verify, show and export what happened. Changes nothing.

Only `verify --replay` needs a policy, the one by which recorded calls are decided again, and only
`export --traces` a catalogue, which knows the types of arguments.

`verify` ends with 0 fine, 1 something does not hold, 2 it holds and parts were erased, 3 usage or
nothing to read: a script must be able to tell an erased part from a wrong option.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

from guard.audit.check import LogReport, check_log, parsed_vkey, vkey
from guard.audit.tree import NotProven
from guard.errors import Unusable
from guard_adapters.cli import FINDINGS, FINE, UNUSABLE, USAGE, Commands
from guard_adapters.cli.audit_rows import Where, add_where, rows
from guard_adapters.cli.listing import none
from guard_adapters.cli.place import place
from guard_adapters.store.log import LogRows
from guard_adapters.wiring.build import log_key

ERASED = 2
_DIGITS: Final = 9


class _Parser(argparse.ArgumentParser):
    """Ends with `wrong` on a wrong option: 3 where 2 means that parts were erased."""

    wrong = USAGE

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(self.wrong, f"{self.prog}: error: {message}\n")

    def parse_known_args(  # type: ignore[override]  # the stub's overloads have no common form
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Refuse here what nobody knows: the command above would end with 2, whatever is wrong."""
        known, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return known, unknown


def register(commands: Commands) -> None:
    """Add the command and its actions."""
    parser = commands.add_parser("audit", help="verify, show and export the audit log")
    actions = parser.add_subparsers(
        dest="action", required=True, metavar="ACTION", parser_class=_Parser
    )
    verify = actions.add_parser("verify", help="check tree, signatures and the story of each call")
    verify.wrong = UNUSABLE
    verify.add_argument("--key", help="the log's public key, kept elsewhere: name+id+key")
    verify.add_argument(
        "--against", type=Path, action="append", default=[], metavar="FILE",
        help="an exported log or checkpoint that this log must contain",
    )  # fmt: skip
    verify.add_argument(
        "--replay", action="store_true",
        help="decide every recorded call again by the policy of guard.yaml",
    )  # fmt: skip
    show = actions.add_parser("show", help="show calls from decision to outcome, secrets left out")
    chosen = show.add_mutually_exclusive_group()
    chosen.add_argument("--call", help="of this call")
    chosen.add_argument("--session", help="of this session")
    show.add_argument(
        "-n", type=_many, default=20, metavar="N",
        help="the last N calls, and events of no call (20); with --json the last N events",
    )  # fmt: skip
    export = actions.add_parser("export", help="write the log as JSON lines")
    export.add_argument("--traces", action="store_true", help="as input of guard policy replay")
    export.add_argument("--out", type=Path, help="a new file; standard output otherwise")
    for one in (verify, show):
        one.add_argument("--json", action="store_true", help="one JSON object a line")
    for one in (verify, show, export):
        add_where(one)


def run(args: argparse.Namespace) -> int:
    """Run one action and return its exit code."""
    where = Where.of(args)
    match args.action:
        case "verify":
            return _verify(args, where)
        case "show":
            from guard_adapters.cli.audit_show import show  # noqa: PLC0415  only what was asked for

            return show(args, rows(where))
        case _:
            from guard_adapters.cli.audit_export import export  # noqa: PLC0415

            return export(args, rows(where))


def _many(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < len(text) <= _DIGITS and int(text)):
        raise argparse.ArgumentTypeError("a number from 1 on")
    return int(text)


def _verify(args: argparse.Namespace, where: Where) -> int:
    found = rows(where)
    notes = [*found.notes, *(note for path in args.against for note in notes_of(path))]
    try:
        origin, key = parsed_vkey(args.key or _own_key(args))
    except NotProven as wrong:
        raise Unusable(
            f"--key cannot be used: {wrong.wrong}.",
            code=wrong.code,
            next_step="Take it from `guard keys show` of the guard that wrote the log.",
        ) from wrong
    report = check_log(found.leaves, found.sides, notes, origin, key)
    _told(report, found, as_json=args.json)
    if report.findings:
        return FINDINGS
    if args.replay:
        from guard_adapters.cli.audit_replay import replayed  # noqa: PLC0415  only what was asked for

        if not replayed(args, found):
            return FINDINGS
    return ERASED if report.erased else FINE


def _own_key(args: argparse.Namespace) -> str:
    """Return the public key of this installation; a check must not make a new one."""
    found = place(args)
    if not (found.state / "keys" / "audit.key").exists():
        raise Unusable(
            f"There is no key of a log in {str(found.state)!r}.",
            code="log_key_missing",
            next_step="Name the public key with --key, or the installation with --config.",
        )
    own = log_key(found.state, found.name)
    return vkey(own.origin, own.key.public_key())


def notes_of(path: Path) -> list[str]:
    """Return the checkpoints in a file: an export, line by line, or one signed note.

    Raises:
        Unusable: `checkpoint_file_unusable`.
    """
    try:
        text = path.read_text(encoding="utf-8")
        if not text.startswith("{"):
            return [text]
        lines = [json.loads(line) for line in text.splitlines() if line]
        return [line["note"] for line in lines if "note" in line]
    except (OSError, ValueError, TypeError) as error:
        raise Unusable(
            f"It holds no checkpoint that can be read ({type(error).__name__}).",
            code="checkpoint_file_unusable",
            where=str(path),
            next_step="Name a file of `guard audit export`, or one signed checkpoint.",
        ) from error


def _told(report: LogReport, found: LogRows, *, as_json: bool) -> None:
    if as_json:
        for one in report.findings:
            print(json.dumps({"finding": one.code, "seq": one.seq, "text": one.text}))
        print(json.dumps({
            "size": report.size, "signed": report.signed, "unsigned": report.unsigned,
            "checkpoints": report.checkpoints, "erased": report.erased,
            "findings": len(report.findings),
        }))  # fmt: skip
        return
    for one in report.findings:
        print(f"{one.code}: {one.text}")
    said = f"{report.size} events, {report.checkpoints} checkpoints; {report.signed} are signed"
    tail = f", {report.unsigned} after the last checkpoint are not" if report.unsigned else ""
    gone = (
        f"; what stood beside {report.erased} decisions, votes or words was erased"
        if report.erased
        else ""
    )
    verdict = f"{len(report.findings)} findings" if report.findings else "no findings"
    print(f"{said}{tail}{gone}: {verdict}")
    if not found.leaves:
        print(none("event"))
