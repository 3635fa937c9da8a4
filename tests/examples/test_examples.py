"""Every example runs as it stands and says what its first lines promise."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from guard_adapters.store.sqlite.reading import read_log

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_a_read_runs_and_what_cannot_be_undone_waits_for_a_person() -> None:
    program = EXAMPLES / "01_wrap_a_function" / "main.py"
    done = subprocess.run(
        [sys.executable, str(program)], capture_output=True, text=True, timeout=30, check=True
    )
    first, second = done.stdout.strip().split("\n")
    assert first == "order 7: shipped"
    assert second.startswith("no_approver:")


def test_a_site_works_from_a_bundle_and_what_happened_there_is_proven() -> None:
    program = EXAMPLES / "05_offline" / "main.py"
    done = subprocess.run(
        [sys.executable, str(program)], capture_output=True, text=True, timeout=60, check=True
    )
    told = done.stdout
    for words in (
        "read 2: offline_expired", "turn 2: valve 2 was turned", "turn 1: offline_approval",
        "After 7 hours without another one: full", "9 hours without another one: read_only",
        "receipts_forged", "16 records of pumping-station are proven", "read 2: offline_revoked",
    ):  # fmt: skip
        _, found, told = told.partition(words)
        assert found, (words, done.stdout)


@pytest.mark.parametrize("name", ["01_wrap_a_function", "05_offline", "06_legacy_api"])
def test_no_detector_takes_the_usual_work_of_an_example_for_a_thiefs(
    name: str, tmp_path: Path
) -> None:
    place = EXAMPLES / name
    spec = spec_from_file_location(name, place / "main.py")
    assert spec is not None
    assert spec.loader is not None
    example = module_from_spec(spec)
    spec.loader.exec_module(example)
    shutil.copytree(place, tmp_path, dirs_exist_ok=True)
    if hasattr(example, "work") and not hasattr(example, "story"):
        asyncio.run(example.work(tmp_path))
    else:
        example.story(tmp_path)
    logs = list(tmp_path.rglob("guard.sqlite"))
    assert logs
    leaves = [leaf for log in logs for _, leaf in read_log(log).leaves]
    assert any(b'"kind":"decision"' in leaf for leaf in leaves)
    assert not [
        leaf for leaf in leaves if b'"kind":"signal"' in leaf or b'"kind":"narrowed"' in leaf
    ]


def test_an_old_application_pays_a_little_and_not_much() -> None:
    program = EXAMPLES / "06_legacy_api" / "main.py"
    done = subprocess.run(
        [sys.executable, str(program)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.splitlines() == [
        "invoice 17: {'number': 17, 'open_euros': 40}",
        "pay 40: 200 {'paid_euros': 40}",
        "pay 4000: 403 no_permit",
    ]


def test_every_example_is_run_by_a_test() -> None:
    assert [path.name for path in sorted(EXAMPLES.iterdir())] == [
        "01_wrap_a_function",
        "05_offline",
        "06_legacy_api",
    ]
