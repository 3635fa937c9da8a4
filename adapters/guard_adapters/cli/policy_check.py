"""`guard policy check` and `guard policy test`: prints findings and failures, one a line."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from guard.errors import Unusable
from guard.policy.check import TableReport, forbids, run_mutants, run_tables, table_findings
from guard.policy.finding import Finding, PolicyUnusable
from guard_adapters._yaml import read_yaml
from guard_adapters.cli import FINDINGS, FINE
from guard_adapters.cli.opened import CONFIG, Opened, opened, placed


def check(args: argparse.Namespace, place: Path) -> int:
    """Print what is wrong with a policy; findings are the answer, not a failure to load."""
    tail = ""
    try:
        policy = opened(place, rules=args.rules, tables=args.tables)
        bundle = policy.bundle()
        found = bundle.findings
        if policy.tables:
            report = run_tables(bundle, policy.tables)
            found = (*found, *table_findings(bundle, report, strict=args.strict))
        own = sum(not rule.startswith("guard:") for rule in bundle.rules)
        catalog = bundle.catalog
        tail = f"{own} rules, {len(catalog.tools)} tools, {len(catalog.ledgers)} ledgers"
        digest = f"; bundle {bundle.digest}"
    except PolicyUnusable as unusable:
        found, tail, digest = unusable.findings, "not usable", ""
    config = read_yaml(place / CONFIG if place.is_dir() else place)
    found = tuple(placed(one, config) for one in found)
    errors = sum(one.severity == "error" for one in found)
    warnings = len(found) - errors
    for one in found:
        print(_json(one) if args.json else one)
    if not args.json:
        print(f"{tail}: {errors} errors, {warnings} warnings{digest}")
    return FINDINGS if errors or (args.strict and warnings) else FINE


def test(args: argparse.Namespace, policy: Opened) -> int:
    """Print which cases fail, which forbids no case fires and which mutants survive.

    Raises:
        Unusable: `table_missing`: nothing was tested, which must not look like a pass.
    """
    if not policy.tables:
        raise Unusable(
            "There is no decision table: nothing was tested.",
            code="table_missing",
            where=policy.config.where,
            next_step="Write one in a folder `tests` beside the rules, or name one with --tables.",
        )
    bundle = policy.bundle()
    report = run_tables(bundle, policy.tables)
    wanted = forbids(bundle)
    fired = [rule for rule in wanted if rule in report.fired]
    _print_failures(args, report)
    survivors = 0
    line = f"{report.passed} passed, {len(report.failures)} failed; "
    line += f"forbids fired {len(fired)}/{len(wanted)}"
    if args.mutate:
        mutation = run_mutants(bundle, dict(policy.rules), policy.tables)
        survivors = len(mutation.survivors)
        line += f"; mutants killed {mutation.total - survivors}/{mutation.total}"
        for one in mutation.survivors:
            record = {"survivor": one.rule, "change": one.change}
            print(json.dumps(record) if args.json else f"SURVIVED {one.rule}: {one.change}")
    if not args.json:
        print(line)
    return FINDINGS if report.failures or survivors else FINE


def _print_failures(args: argparse.Namespace, report: TableReport) -> None:
    for one in report.failures:
        print(json.dumps(asdict(one)) if args.json else one)


def _json(finding: Finding) -> str:
    return json.dumps(asdict(finding), ensure_ascii=False)
