"""A client cannot tell that the guard is there: every check of the suite comes out the same."""

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
    run_suite,
    totals,
)

pytestmark = pytest.mark.conformance


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
