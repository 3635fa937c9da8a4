"""`guard labels suggest`: proposes result labels from what people approved, as a diff to merge.

It writes no file. A yes to a call is no promise about a field: who can write it is for a person to
know, so that what is printed is a question with its evidence. Free text is never proposed.
"""

import argparse
import difflib
import json
import sys
from pathlib import Path

from guard.errors import Unusable
from guard.model.call import ToolSpec
from guard.model.labels import Secrecy, Trust
from guard.policy.catalog import Catalog, read_catalog
from guard.provenance.result.observe import label_at
from guard_adapters._shown import shown
from guard_adapters._yaml import inserted, parse_yaml, read_text
from guard_adapters.cli import FINE, Commands
from guard_adapters.cli.audit_events import events
from guard_adapters.cli.labels_evidence import Evidence, evidence
from guard_adapters.store.sqlite.reading import read_log

LEAST = 3


def register(commands: Commands) -> None:
    """Add the command and its action."""
    parser = commands.add_parser("labels", help="propose labels of results from an audit log")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    suggest = actions.add_parser("suggest", help="print a diff of guard.yaml for a person to merge")
    suggest.add_argument(
        "--from", dest="log", type=Path, required=True, metavar="AUDIT",
        help="the store file of a guard, or a copy; check it first with `guard audit verify`",
    )  # fmt: skip
    suggest.add_argument("--config", type=Path, default=Path("guard.yaml"), help="guard.yaml")
    suggest.add_argument(
        "--least", type=_positive, default=LEAST, metavar="N",
        help=f"how often people must have approved a value of the field ({LEAST})",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Print the diff on stdout, and on stderr for each field why it is in there or not."""
    text = read_text(args.config)
    catalog = _catalog(text, str(args.config))
    after = text
    for (action, field), one in sorted(evidence(events(read_log(args.log))).items()):
        spec = catalog.tools.get(action)
        why = _why_not(spec, field, one, args.least)
        counts = f"approved {len(one.approved)}, denied {len(one.denied)}, open {len(one.open)}"
        told = f"{action} {field}: {counts}: {why or 'proposed'}"
        print(shown(told), file=sys.stderr)
        if not why and spec is not None:
            after = _proposed(after, spec, field, one)
    _checked(text, after, str(args.config))
    lines = difflib.unified_diff(
        text.splitlines(keepends=True),
        after.splitlines(keepends=True),
        f"a/{args.config.name}",
        f"b/{args.config.name}",
    )
    print("".join(lines), end="")
    return FINE


def _why_not(spec: ToolSpec | None, field: str, one: Evidence, least: int) -> str:
    """Return why a field is not proposed; empty: it is."""
    if spec is None:
        return "the tool is not in the catalogue"
    label = label_at(spec, tuple(field.split(".")))
    if label.secrecy is Secrecy.SECRET or label.trust is Trust.TRUSTED or field in spec.labels:
        return "the catalogue has decided"
    if one.prose:
        return "it holds free text"
    if one.denied:
        return "people said no"
    return "" if len(one.approved) >= least else f"fewer than {least} approvals"


def _proposed(text: str, spec: ToolSpec, field: str, one: Evidence) -> str:
    route = ("servers", spec.server, "tools", spec.tool, "output", "labels")
    note = f"  # approved {len(one.approved)} times, never denied: can no stranger write it?"
    return inserted(text, route, json.dumps(field), f"[trusted]{note}")


def _checked(before: str, after: str, where: str) -> None:
    """Refuse to print what would not load, or would change anything but trust."""
    try:
        old, new = _catalog(before, where), _catalog(after, where)
    except Unusable as wrong:
        raise _by_hand(where) from wrong
    if old.tools.keys() != new.tools.keys() or old.servers != new.servers:
        raise _by_hand(where)


def _by_hand(where: str) -> Unusable:
    return Unusable(
        "The labels cannot be added to this text without changing more.",
        code="labels_by_hand",
        where=where,
        next_step="Write the fields named above into `output.labels` by hand.",
    )


def _catalog(text: str, where: str) -> Catalog:
    raw = dict(parse_yaml(text, where=where))
    raw.pop("guard", None)
    return read_catalog(raw)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"got {text}, expected at least 1")
    return number
