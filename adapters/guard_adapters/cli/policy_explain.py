"""`guard policy explain CALL.json`: why one call gets its answer, rule by rule.

CALL.json is one case of a decision table: `call`, `args`, and what is `given` and `approved`. The
context is printed as the engine reads it: arguments whose role is secret are digests there. Origins
are those that the case gives (`given.prov.origins`, as `guard audit show --json` has them).
"""

import argparse
import json
from dataclasses import asdict

from guard.errors import Unusable
from guard.model.facts import Input
from guard.policy.convert import ArgError
from guard.policy.explain import Explanation
from guard.policy.explain import explain as explained
from guard.policy.given import PlainPast, TableCall
from guard.policy.tables import given, parse_table
from guard_adapters._shown import shown
from guard_adapters._yaml import read_text
from guard_adapters.cli import FINE
from guard_adapters.cli.opened import Opened


def explain(args: argparse.Namespace, policy: Opened) -> int:
    """Print the decision on one call and how it came about."""
    try:
        raw = json.loads(read_text(args.call))
    except (ValueError, RecursionError) as error:
        raise Unusable(
            f"This is not JSON: {error}.",
            code="call_unusable",
            where=str(args.call),
            next_step='Write {"call": "server/tool", "args": {}, "given": {}}.',
        ) from None
    case = {"name": "call", "expect": "allow", **raw} if isinstance(raw, dict) else raw
    table = parse_table({"cases": [case]}, where=str(args.call))
    bundle, only = policy.bundle(), table.cases[0]
    step = only.steps[-1]
    holds = given(table, only, step)
    decision = TableCall(bundle, holds, step, PlainPast(bundle.catalog)).run()
    asked = TableCall(bundle, holds, step, PlainPast(bundle.catalog))
    found = asked.input()
    if isinstance(found, ArgError):
        print(f"deny {found.code}: {found.path}: {found.message}")
        return FINE
    _print(explained(bundle, asked.facts(found), decision), found, as_json=args.json)
    return FINE


def _print(told: Explanation, found: Input, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(told), ensure_ascii=False, default=str))
        return
    print(f"{told.action}: {told.kind} [{', '.join(one.code for one in told.reasons)}]")
    for rule in told.rules:
        state = "fired" if rule.fired else "not fired"
        shadow = " (shadow)" if rule.shadow else ""
        print(f"  {rule.id} {rule.kind}{shadow} {state}: {rule.clause}  {rule.where}")
    for line in told.change or ("nothing",):
        print(f"what would change it: {line}")
    for line in told.origins:
        print(f"origin: {shown(line)}")
    if found.derived.opaque:
        print(f"policy cannot see: {', '.join(sorted(found.derived.opaque))}")
    print(f"context: {told.context}")
