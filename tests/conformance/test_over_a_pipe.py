"""`guard proxy` before a server on a pipe: behind the bridge of `guard serve`, no check changes.

The measure is the bridge alone: what a pipe cannot do (events by number, headers) no relay can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from tests.conformance.harness import (
    LEGACY,
    MODERN,
    Bench,
    Findings,
    checks,
    compare,
    everything_command,
    run_suite,
    totals,
)

pytestmark = pytest.mark.conformance
EXPECTED = {LEGACY: (80, 0), MODERN: (151, 1)}  # passed, failed, through the bridge alone


@pytest.fixture(scope="module")
def url(
    piped: Callable[[list[str]], AbstractContextManager[str]],
) -> Iterator[str]:
    """Whatever stands before the fixture, each a path of one guard."""
    with piped(everything_command("--stdio")) as url:
        yield url


@pytest.fixture(scope="module")
def bridged(bench: Bench, url: str) -> Callable[[str], Findings]:
    """What the suite finds through the bridge alone, once for each version."""
    runs: dict[str, Findings] = {}

    def of(version: str) -> Findings:
        if version not in runs:
            runs[version] = run_suite(bench, f"{url}/bridged", version)
        return runs[version]

    return of


# Each session of the suite starts the fixture and a relay: half a minute for each line but the first.
# What is older speaks over a pipe in test_proxy, and plays the suite over HTTP in test_conformance.
@pytest.mark.parametrize(
    ("version", "form"),
    [
        (MODERN, "attached"),
        pytest.param(LEGACY, "attached", marks=pytest.mark.soak),
        pytest.param(MODERN, "standalone", marks=pytest.mark.soak),
        pytest.param(LEGACY, "standalone", marks=pytest.mark.soak),
    ],
)
def test_guard_proxy_changes_no_check(
    bench: Bench,
    url: str,
    bridged: Callable[[str], Findings],
    version: str,
    form: str,
    record_property: Callable[[str, object], None],
) -> None:
    without = bridged(version)
    assert totals(without) == EXPECTED[version], "the fixture or the bridge is wrong"

    guarded = run_suite(bench, f"{url}/{form}", version)

    assert compare(without, guarded) == []
    record_property("checks", checks(guarded))
