"""The fixture is right: alone it passes the official suite whole, on both wires."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conformance.harness import EXPECTED, LEGACY, MODERN, Findings, not_passed, totals

pytestmark = pytest.mark.conformance


@pytest.mark.parametrize(("version", "scenarios"), [(LEGACY, 33), (MODERN, 40)])
def test_the_fixture_alone_passes_the_whole_suite(
    direct_findings: Callable[[str], Findings], version: str, scenarios: int
) -> None:
    findings = direct_findings(version)

    assert not_passed(findings) == []
    assert totals(findings) == EXPECTED[version]
    assert len(findings) == scenarios
