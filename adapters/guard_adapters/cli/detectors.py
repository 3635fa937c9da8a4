"""`guard detectors`: learn what agents usually do from an audit log, and show what is watched.

It changes no session; a running guard takes up what was learned at once.
"""

import argparse
import json
from pathlib import Path

from guard.detect.learned import learned, to_json
from guard.detect.numbers import DETECTED, Detectors
from guard.session.risk import WEIGHTS
from guard_adapters._shown import shown
from guard_adapters.cli import FINDINGS, FINE, Commands
from guard_adapters.cli.audit_events import events
from guard_adapters.cli.audit_rows import Where, rows
from guard_adapters.cli.courses import courses
from guard_adapters.cli.operator_client import taken_up
from guard_adapters.cli.place import Place, place_of
from guard_adapters.store.log import LogRows
from guard_adapters.wiring.detectors.door import CHAINS, watch_of
from guard_adapters.wiring.load import Loaded, load


def register(commands: Commands) -> None:
    """Add the command and its actions."""
    parser = commands.add_parser("detectors", help="learn from an audit log, show what is watched")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    learn = actions.add_parser("learn", help="learn which tools each agent calls after which")
    log = learn.add_mutually_exclusive_group()
    log.add_argument(
        "--from", dest="log", type=Path, metavar="AUDIT",
        help="a store file, or a copy of one; without it, the store that guard.yaml names. "
        "Check the log first: guard audit verify",
    )  # fmt: skip
    log.add_argument("--live", action="store_true", help="ask the running guard for its log")
    learn.add_argument(
        "--without", action="append", default=[], metavar="SESSION",
        help="a session that was bad though nothing was found in it; may be repeated",
    )  # fmt: skip
    show = actions.add_parser("show", help="every kind of finding, its weight, and what is learned")
    for one in (learn, show):
        one.add_argument("--config", type=Path, default=Path("guard.yaml"), help="guard.yaml")


def run(args: argparse.Namespace) -> int:
    """Run one action and return its exit code."""
    loaded = load(args.config)
    if args.action == "show":
        return _show(loaded)
    here = place_of(loaded)
    log = Where(live=here) if args.live else Where(store=args.log or here.store)
    return _learn(loaded, here, rows(log), args.without)


def _learn(loaded: Loaded, here: Place, log: LogRows, without: list[str]) -> int:
    found, left_out = courses(events(log), loaded.catalog, without=without)
    chains = learned(found)
    place = loaded.state / CHAINS
    loaded.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = place.with_suffix(".new")
    draft.write_text(to_json(chains), encoding="utf-8")
    draft.replace(place)
    for agent, habits in sorted(chains.agents.items()):
        print(shown(f"{agent}: {habits.sessions} sessions, {len(habits.held)} contexts"))
    print(f"{left_out} sessions were left out: something was found in them, or nobody knows whose.")
    print(f"Written to {place}. {taken_up(here)}")
    return FINE if chains.agents else FINDINGS


def _show(loaded: Loaded) -> int:
    numbers = loaded.installation.detectors
    for kind in sorted(DETECTED):
        print(line(kind, numbers))
    chains = watch_of(loaded.state, numbers).chains
    for agent, habits in sorted(chains.agents.items()):
        print(shown(f"learned  {agent}: {habits.sessions} sessions"))
    if not chains.agents:
        print("learned  nothing: every chain that changes something is unknown")
    print(f"numbers  {json.dumps(numbers.model_dump(exclude={'without', 'weights'}))}")
    return FINE


def line(kind: str, numbers: Detectors) -> str:
    """Return one kind of finding: its weight, how long that lasts, and whether it is made."""
    weight, half_life_ms = WEIGHTS[kind]
    lasts = f"halves every {half_life_ms // 60_000} min" if half_life_ms else "does not fade"
    state = "off" if kind in numbers.without else "on"
    return f"{kind:<18} {state:<4} weight {numbers.weights.get(kind, weight):>4}, {lasts}"
