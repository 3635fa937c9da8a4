"""`guard policy replay` and `diff`: decisions of recorded sessions on stdout, sums on stderr."""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable

from guard.model.call import Json
from guard.replay.judge import Options
from guard.replay.line import replay_lines, written
from guard_adapters.cli import FINDINGS, FINE
from guard_adapters.cli.opened import Opened

STRICTNESS = {"allow": 0, "narrow": 1, "step_up": 2, "deny": 3}


def replay(args: argparse.Namespace, policy: Opened, lines: Iterable[str]) -> int:
    """Print one decision a step; say on stderr how many there were of each kind."""
    options = Options(
        history=args.history,
        approve=args.approve,
        zone=policy.zone,
        cpu_ns=None if args.no_timing else time.thread_time_ns,
    )
    kinds: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    micros: list[int] = []
    for one in replay_lines(policy.bundle(), lines, options, keep_going=args.keep_going):
        print(written(one))
        kinds[str(one["decision"])] += 1
        rules.update(_words(one["rules"]) or _words(one["reasons"]))
        if isinstance(one["micros"], int):
            micros.append(one["micros"])
    _sum_up(kinds, rules, sorted(micros))
    return FINE


def diff(args: argparse.Namespace, old: Opened, new: Opened, lines: list[str]) -> int:
    """Print what changes from one policy to the other; FINDINGS if anything loosens."""
    changes: Counter[tuple[str, str, str]] = Counter()
    first: dict[tuple[str, str, str], str] = {}
    names = _actions(lines)
    for before, after in zip(_decided(old, lines), _decided(new, lines), strict=True):
        was, now = str(before["decision"]), str(after["decision"])
        if was == now:
            continue
        place = (str(before["session"]), before["step"])
        key = (names.get(place, "?"), was, now)
        changes[key] += 1
        first.setdefault(key, f"{place[0]} step {place[1]}")
    for key, count in sorted(changes.items()):
        action, was, now = key
        record = {"action": action, "old": was, "new": now, "count": count, "first": first[key]}
        text = f"{action} {was} -> {now} {count} (first: {first[key]})"
        print(json.dumps(record) if args.json else text)
    looser = any(STRICTNESS[now] < STRICTNESS[was] for _, was, now in changes)
    return FINDINGS if looser else FINE


def _decided(policy: Opened, lines: list[str]) -> Iterable[dict[str, Json]]:
    options = Options(history="recorded", zone=policy.zone)
    return replay_lines(policy.bundle(), lines, options)


def _actions(lines: list[str]) -> dict[tuple[str, Json], str]:
    """Return the action of every step; bad lines are refused by the replay itself."""
    found: dict[tuple[str, Json], str] = {}
    for line in lines:
        try:
            record = json.loads(line)
            for index, step in enumerate(record["steps"]):
                found[str(record["session"]), index] = f"{step['server']}/{step['tool']}"
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
    return found


def _words(value: Json) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _sum_up(kinds: Counter[str], rules: Counter[str], micros: list[int]) -> None:
    total = sum(kinds.values())
    parts = [f"{kind} {kinds[kind]}" for kind in STRICTNESS]
    print(f"{total} calls: {', '.join(parts)}", file=sys.stderr)
    for rule, count in sorted(rules.items()):
        print(f"  {rule} {count}", file=sys.stderr)
    if total:
        rate = 100 * kinds["step_up"] / total
        print(f"step-ups per 100 calls: {rate:.1f}", file=sys.stderr)
    if micros:
        p50, p99 = micros[len(micros) // 2], micros[min(len(micros) - 1, len(micros) * 99 // 100)]
        print(f"thread CPU per decision: p50 {p50} us, p99 {p99} us", file=sys.stderr)
