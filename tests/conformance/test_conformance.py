"""The fixture is right, and behind the guard no client can tell: every check comes out the same.

Alone it passes the official suite whole, on both wires: measured once, for all who compare with it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.conformance.harness import (
    EXPECTED,
    LEGACY,
    MODERN,
    Bench,
    Findings,
    checks,
    compare,
    not_passed,
    run_suite,
    totals,
)

pytestmark = pytest.mark.conformance


@pytest.mark.parametrize(("version", "scenarios"), [(LEGACY, 33), (MODERN, 40)])
def test_the_fixture_alone_passes_the_whole_suite(
    direct_findings: Callable[[str], Findings], version: str, scenarios: int
) -> None:
    findings = direct_findings(version)

    assert not_passed(findings) == []
    assert totals(findings) == EXPECTED[version]
    assert len(findings) == scenarios


@pytest.mark.parametrize("version", [LEGACY, MODERN])
def test_through_the_guard_every_check_comes_out_as_without_it(
    bench: Bench,
    direct_url: str,
    direct_findings: Callable[[str], Findings],
    guarded_url: Callable[[str], AbstractContextManager[str]],
    version: str,
    record_property: Callable[[str, object], None],
) -> None:
    direct = direct_findings(version)
    assert totals(direct) == EXPECTED[version], "the fixture is wrong, not the guard"

    with guarded_url(direct_url) as url:
        guarded = run_suite(bench, url, version)

    assert compare(direct, guarded) == []
    record_property("checks", checks(guarded))
