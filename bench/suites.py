"""Runs suites of tests as they stand and counts what they checked: figures of `make bench`.

    python bench/suites.py [NAME...]

A test says by the property `checks` how many things it compared; one that says nothing counts as
one. What fails or is skipped counts as nothing, and is named. It judges nothing itself.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CONFORMANCE = "tests/conformance"
EQUAL = "test_through_the_guard_every_check_comes_out_as_without_it"
SUITES = {
    "probes": ("tests/probes",),
    "conformance": (
        f"{CONFORMANCE}/test_conformance.py::{EQUAL}",
        f"{CONFORMANCE}/test_over_a_pipe.py",
    ),
    "peers": (f"{CONFORMANCE}/test_proxy.py",),
    "fidelity": (f"{CONFORMANCE}/test_fidelity.py",),
    "cancel": ("tests/adapters/front/test_cancel_matrix.py",),
    "load": ("tests/soak/test_load.py",),
    "bad_input": ("tests/attack/test_bad_input.py",),
}


class Counting:
    """What became of each test of one run."""

    def __init__(self) -> None:
        self.passed: list[dict[str, int]] = []
        self.lost: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in one phase of one test: its call, or why it never got there."""
        if report.when == "call" and report.passed:
            self.passed.append(dict(_whole(report)))
        elif not report.passed:
            self.lost.append(f"{report.outcome}: {report.nodeid}")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Take in a file that could not be read or was skipped whole."""
        if not report.passed:
            self.lost.append(f"{report.outcome}: {report.nodeid}")

    def figures(self) -> dict[str, object]:
        """Return what was checked, and every test that was not passed."""
        return {
            "tests": len(self.passed),
            "checks": sum(one.get("checks", 1) for one in self.passed),
            "probes": len({one["probe"] for one in self.passed if one.get("probe", 15) <= 14}),
            "calls": sum(one.get("calls", 0) for one in self.passed),
            "lost": self.lost,
        }


def _whole(report: pytest.TestReport) -> Iterator[tuple[str, int]]:
    for name, value in report.user_properties:
        if isinstance(value, int):
            yield name, value


def main() -> int:
    found = {}
    for name in sys.argv[1:] or SUITES:
        counting = Counting()
        places = [str(ROOT / one) for one in SUITES[name]]
        every = ("-q", "-p", "no:cacheprovider", "-n", "0", "-m", "soak or not soak")
        with redirect_stdout(sys.stderr):
            code = pytest.main(["--rootdir", str(ROOT), *every, *places], plugins=[counting])
        if code and not counting.lost:
            counting.lost.append(f"pytest ended with {code!s}")
        found[name] = counting.figures()
    print(json.dumps(found, indent=1))
    return int(any(one["lost"] for one in found.values()))


if __name__ == "__main__":
    sys.exit(main())
