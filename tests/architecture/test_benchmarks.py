"""A figure says on which rules it was measured, and when those are not the rules that stand here."""

import importlib.util
import json
import shutil

import pytest


@pytest.fixture
def tree(root, tmp_path):
    """Return a small house with the real keeper of results in it, as a function that loads it."""
    for name in ("guard/model", "policies", "bench/results", "bench/agentdojo"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "guard" / "model" / "call.py").write_text("# what a call is\nLIMIT = 1\n")
    (tmp_path / "policies" / "agent-tasks.cedar").write_text("// who may what\npermit;\n")
    (tmp_path / "bench" / "judge.py").write_text("")
    shutil.copy(root / "bench" / "kept.py", tmp_path / "bench")

    def load():
        spec = importlib.util.spec_from_file_location("kept", tmp_path / "bench" / "kept.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


def test_a_figure_is_of_these_rules_until_one_is_changed(tree, tmp_path):
    kept = tree()
    kept.Keeping("fuzz").write(kept.RESULTS / "fuzz.json", {"clean": 70})
    assert not tree().stale("fuzz")

    (tmp_path / "policies" / "agent-tasks.cedar").write_text("// who may what\nforbid;\n")

    assert tree().stale("fuzz")
    assert tree().found("fuzz") == {"clean": 70}


def test_a_comment_makes_no_figure_older(tree, tmp_path):
    kept = tree()
    kept.Keeping("fuzz").write(kept.RESULTS / "fuzz.json", {"clean": 70})

    (tmp_path / "guard" / "model" / "call.py").write_text("# what one call is\n\nLIMIT = 1\n")

    assert not tree().stale("fuzz")


def test_what_changes_while_it_is_measured_makes_the_figure_older(tree, tmp_path):
    kept = tree()
    keeping = kept.Keeping("fuzz")
    (tmp_path / "guard" / "model" / "call.py").write_text("LIMIT = 2\n")
    keeping.write(kept.RESULTS / "fuzz.json", {"clean": 70})

    assert tree().stale("fuzz")


def test_a_figure_without_a_digest_is_of_nobody_knows_which_rules(tree):
    kept = tree()
    (kept.RESULTS / "bfcl.json").write_text(json.dumps([{"labels": "none"}]))

    assert tree().stale("bfcl")


def test_what_others_read_keeps_its_shape(tree):
    kept = tree()
    path = kept.RESULTS / "agentdojo.json"
    kept.Keeping("agentdojo").write_each(
        path, {"labels": {"pairs": 1}, "zero_labels": {"pairs": 2}}
    )

    held = json.loads(path.read_text())
    assert list(held) == ["labels", "zero_labels"]
    assert held["labels"]["pairs"] == 1
    assert not tree().stale("agentdojo")
