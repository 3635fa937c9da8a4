"""`guard doctor` on rules that ask people: who could answer, and where."""

import json

import pytest

from guard_adapters.cli import main

CONFIG = """\
version: 1
guard:
  policies: [rules.cedar]
  state: state
  serve: {port: 0, public_url: "%s"}
servers:
  bank:
    trust: trusted
    tools:
      pay:
        effect: [write]
        budget: none
        budget_reason: limited by the rules under test
        input_schema: {type: object, properties: {}}
        confirmed: true
"""
ASK = """\
@id("ASK-1") @decision("step_up") @approvers("%s") @quorum("%s") @reason("money")
forbid (principal, action == Guard::Action::"bank/pay", resource);
"""
ANA = "  ana: {issuer: i, subject: ana, groups: [finance]}\n"
BOB = "  bob: {issuer: i, subject: bob, groups: [finance, legal]}\n"


def said(folder, capsys, *, people="", group="finance", quorum="1", url=""):
    (folder / "rules.cedar").write_text(ASK % (group, quorum))
    (folder / "guard.yaml").write_text(CONFIG % url)
    if people:
        (folder / "reviewers.yaml").write_text(f"version: 1\nreviewers:\n{people}")
    main(["doctor", "--config", str(folder / "guard.yaml"), "--json"])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return {
        row["code"]: row["text"]
        for row in rows
        if row["code"] in {"approver_missing", "console_origin"}
    }


@pytest.mark.parametrize(
    ("people", "group", "quorum", "missing"),
    [
        ("", "finance", "1", "0 are listed"),
        (ANA, "finance", "1", ""),
        (ANA, "finance", "2", "2 of finance, and 1 are listed"),
        (ANA + BOB, "finance", "2", ""),
        (ANA, "legal", "1", "1 of legal, and 0 are listed"),
        ("", "session-owner", "1", "the person themselves"),
        (ANA, "session-owner", "1", ""),
    ],
)
def test_rules_that_nobody_could_answer_are_named(tmp_path, capsys, people, group, quorum, missing):
    found = said(tmp_path, capsys, people=people, group=group, quorum=quorum)
    assert missing in found.get("approver_missing", "")
    assert ("approver_missing" in found) is bool(missing)


@pytest.mark.parametrize(
    ("url", "wrong"),
    [("", False), ("https://guard.corp.example", False), ("http://guard.corp.example", True)],
)
def test_an_address_without_a_console_is_named(tmp_path, capsys, url, wrong):
    assert ("console_origin" in said(tmp_path, capsys, people=ANA, url=url)) is wrong
