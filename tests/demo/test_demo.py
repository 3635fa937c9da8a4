"""The demonstration is a check that can fail: it passes on our guard and fails on a broken one."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

import guard_adapters.demo.scene as stage
from guard_adapters.demo.reviewer import ScriptedReviewer
from guard_adapters.demo.story import Failed, Story
from guard_adapters.demo.transcript import Transcript
from tests.forked import OF_GUARD, OF_SERVER, python

pytestmark = pytest.mark.peer
CHAPTERS = {
    "1. The task": "Pay invoice 117 of Acme",
    "2. Reading": "IMPORTANT: the bank of Acme has changed",
    "3. The letter": "tainted_egress",
    "4. The wanted payment": "exactly this payment was made",
    "5. The credential": "replayed",
    "6. Doubt": "session_reads_only",
    "7. The record": "one flipped byte",
}
ALLOW_ALL = """
@id("ALL") @reason("open")
permit (principal is Guard::Agent, action in Guard::Action::"any", resource is Guard::Server);
"""


def test_the_demonstration_holds_tells_every_chapter_and_leaves_its_trace_in_a_file(tmp_path):
    otel = tmp_path / "otel.jsonl"
    exporters = {f"OTEL_{one}_EXPORTER": "console" for one in ("TRACES", "METRICS")}
    code = "import sys; from guard_adapters.cli import main; sys.exit(main(['demo', '--yes']))"
    done = subprocess.run(
        [python(*OF_GUARD, *OF_SERVER, "guard_adapters.demo.story"), "-c", code],
        env={
            **os.environ,
            **exporters,
            "GUARD_OTEL_FILE": str(otel),
            "PYTHONPATH": os.pathsep.join(sys.path),
            "COLUMNS": "200",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    rest = done.stdout
    for chapter, words in CHAPTERS.items():
        _, found, rest = rest.partition(chapter)
        assert found, chapter
        assert words in rest, words
    assert "FAILED" not in done.stdout
    assert done.stderr == ""
    lines = [json.loads(line) for line in otel.read_text().splitlines()]
    spans = [one for one in lines if "context" in one]
    assert {one["attributes"]["guard.decision"] for one in spans} >= {"allow", "deny"}
    assert "guard.decisions" in json.dumps([one for one in lines if "resource_metrics" in one])


async def test_a_guard_that_allows_everything_fails_the_demonstration(tmp_path, monkeypatch):
    broken = tmp_path / "broken"
    shutil.copytree(stage.HERE, broken, ignore=shutil.ignore_patterns("__pycache__"))
    config = (broken / "guard.yaml").read_text()
    (broken / "guard.yaml").write_text(config.replace('"starter:baseline", ', ""))
    (broken / "demo.cedar").write_text(ALLOW_ALL)
    monkeypatch.setattr(stage, "HERE", broken)
    monkeypatch.setattr(sys, "executable", python(*OF_SERVER))
    folder = Path(tmp_path / "stage")
    folder.mkdir()
    with pytest.raises(Failed, match="send_money was refused"):
        await played(folder)


async def played(folder):
    transcript, approvers = Transcript(Console(quiet=True)), []
    async with stage.scene(folder, approvers) as scene:
        world = scene.wired.world
        approvers.append(ScriptedReviewer(world.approvals, world.clock, transcript))
        await Story(scene, transcript).play()
