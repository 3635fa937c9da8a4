"""`guard report step-up`: what asking people costs and is worth, at the running guard."""

import argparse
import json
from collections.abc import Iterator, Mapping
from typing import Any

from guard.policy.duration import duration_ms
from guard_adapters._shown import shown
from guard_adapters.cli import FINE, Commands
from guard_adapters.cli.operator_client import OperatorClient
from guard_adapters.cli.place import add_place, place
from guard_adapters.store.clock import SystemClock


def register(commands: Commands) -> None:
    """Add the command and its reports."""
    parser = commands.add_parser("report", help="figures of what people are asked")
    reports = parser.add_subparsers(dest="report", required=True, metavar="REPORT")
    one = reports.add_parser("step-up", help="prompts, answers, times, noise, vigilance")
    one.add_argument("--since", default="7d", type=_back_ms, help="how far back, such as 24h or 7d")
    one.add_argument("--json", action="store_true", help="one JSON object")
    add_place(one)


def run(args: argparse.Namespace) -> int:
    """Print the report and return 0."""
    since_ms = max(0, SystemClock().now_ms() - args.since)
    found = OperatorClient(place(args)).ask("GET", f"report/step-up?since_ms={since_ms}")
    if args.json:
        print(json.dumps(found))
        return FINE
    for line in lines(found):
        print(shown(line))
    return FINE


def _back_ms(text: str) -> int:
    try:
        return duration_ms(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the report as text."""
    per = found["prompts_per_1000_calls"]
    yield f"{found['calls']} tool calls, {found['prompts']} prompts: {per / 10:.1f} per 100 calls"
    yield f"{found['by_grant']} calls answered by a standing yes"
    yield f"{found['unknown_outcomes']} outcomes unknown"
    if found["canaries"]:
        caught, missed = found["canaries_caught"], found["canaries_missed"]
        yield f"{found['canaries']} canaries: {caught} caught, {missed} missed"
    if not found["complete"]:
        yield "More was asked than is read at once: these figures are of the newest questions."
    for one in found["rules"]:
        yield _rule(one)
    for one in found["reviewers"]:
        mark = "  RUBBER STAMP" if one["rubber_stamp"] else ""
        yield (
            f"by {one['principal']}: {one['approved']} yes, {one['denied']} no,"
            f" median {one['median_ms'] / 1000:.1f} s{mark}"
        )


def _rule(one: Mapping[str, Any]) -> str:
    revoked = ", ".join(f"{count} {why}" for why, count in one["revoked"].items()) or "none"
    mark = "  NOISE: narrow it, grant it or drop it" if one["noise"] else ""
    return (
        f"{one['rule']}: asked {one['asked']}, yes {one['approved']}, no {one['denied']}"
        f" ({one['approve_rate'] / 10:.1f} % yes), no answer {one['no_answer']},"
        f" joined {one['joined']}, unused {one['approved_unused']}, revoked {revoked},"
        f" median {one['median_ms'] / 1000:.1f} s"
        f" ({one['read_median_ms'] / 1000:.1f} s once somebody was reached){mark}"
    )
