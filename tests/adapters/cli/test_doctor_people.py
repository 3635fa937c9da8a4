"""`guard doctor` on rules that ask people: who could answer, and where."""

import asyncio
import json

import pytest

from guard.grant.people import Account, Invite, Passkey
from guard_adapters.cli import main
from guard_adapters.wiring.build import build
from guard_adapters.wiring.load import load
from tests.browser.conftest import running

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


def test_rules_that_wait_for_the_same_people_share_a_line(tmp_path, capsys):
    rules = [(ASK % ("finance", "1")).replace("ASK-1", f"ASK-{n}") for n in range(1, 9)]
    rules.append((ASK % ("legal", "1")).replace("ASK-1", "LAW-1"))
    (tmp_path / "rules.cedar").write_text("".join(rules))
    (tmp_path / "guard.yaml").write_text(CONFIG % "")
    main(["doctor", "--config", str(tmp_path / "guard.yaml")])

    lines = capsys.readouterr().out.splitlines()
    finance, legal = (one for one in lines if one.startswith("approver_missing"))
    assert "ASK-1, ASK-2, ASK-3, ASK-4, ASK-5 and 3 more. They ask 1 of finance" in finance
    assert "LAW-1" in legal


@pytest.mark.parametrize(
    ("url", "wrong"),
    [("", False), ("https://guard.corp.example", False), ("http://guard.corp.example", True)],
)
def test_an_address_without_a_console_is_named(tmp_path, capsys, url, wrong):
    assert ("console_origin" in said(tmp_path, capsys, people=ANA, url=url)) is wrong


async def lets_in(store, people):
    """Let these people in, each by whom the second of their pair names."""
    for name, by in people:
        account = Account(name=name, user_handle=name.encode() * 16, invited_by=by)
        key = Passkey(
            credential_id=name,
            reviewer=name,
            spki=b"k",
            cose=b"k",
            alg=-7,
            enrolled_by=by,
            created_ms=1,
        )
        invite = Invite(token_sha256=name, reviewer=name, invited_by=by, until_ms=2**50)
        await store.reviewers.invite(invite, [])
        assert await store.reviewers.enrol(name, account, key, [])


LINKED = [("ana", ""), ("bob", "i|ana")]
CAROL = "  carol: {issuer: i, subject: carol, groups: [finance]}\n"


@pytest.mark.parametrize(
    ("people", "let_in", "quorum", "connected"),
    [
        (ANA + BOB, LINKED, "2", True),
        (ANA + BOB, LINKED, "1", False),
        (ANA + BOB, [("ana", ""), ("bob", "")], "2", False),
        (ANA + BOB, [("ana", ""), ("bob", "i|eve")], "2", False),
        (ANA + BOB, LINKED[:1], "2", False),  # bob may still be let in by somebody else
        (ANA + BOB + CAROL, [*LINKED, ("carol", "i|ana")], "2", False),  # bob and carol are two
        (ANA + BOB + CAROL, [*LINKED, ("carol", "i|ana")], "3", True),
        (ANA + BOB, LINKED, '2") @device_bound("true', False),  # another reason, and not said here
    ],
)
@pytest.mark.parametrize("runs", [False, True])
def test_people_who_let_each_other_in_are_named_where_several_are_asked(
    tmp_path, capsys, people, let_in, quorum, connected, runs
):
    said(tmp_path, capsys, people=people, quorum=quorum)
    command = ["doctor", "--config", str(tmp_path / "guard.yaml")]
    if runs:
        files = {one.name: one.read_text() for one in tmp_path.iterdir() if one.is_file()}
        with running(tmp_path, files) as found:
            found.run(lets_in(found.wired.store, let_in))
            main(command)
    else:
        wired = build(load(tmp_path / "guard.yaml"))
        asyncio.run(lets_in(wired.store, let_in))
        wired.close()
        main(command)

    lines = capsys.readouterr().out
    assert ("reviewers_connected" in lines) is connected
    assert not {"approver_missing", "unusable"} & {
        one.partition(":")[0] for one in lines.splitlines()
    }


def lines_of(folder, capsys):
    main(["doctor", "--config", str(folder / "guard.yaml"), "--json"])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return {row["code"]: row["text"] for row in rows}


@pytest.mark.parametrize(
    ("group", "quorum", "let_in", "keyless"),
    [
        ("finance", "1", [], True),
        ("session-owner", "1", [], True),
        ("finance", "2", LINKED[:1], True),
        ("legal", "1", LINKED[:1], True),
        ("finance", "1", LINKED[:1], False),
        ("session-owner", "1", LINKED[:1], False),
        ("finance", "2", LINKED, False),  # that they count as one is said, not this
    ],
)
@pytest.mark.parametrize("ran", [False, True])
def test_rules_whose_people_have_no_passkey_yet_are_named(
    tmp_path, capsys, group, quorum, let_in, keyless, ran
):
    said(tmp_path, capsys, people=ANA + BOB, group=group, quorum=quorum)
    if let_in or ran:
        wired = build(load(tmp_path / "guard.yaml"))
        asyncio.run(lets_in(wired.store, let_in))
        wired.close()

    found = lines_of(tmp_path, capsys)
    assert ("reviewers_keyless" in found) is keyless
    assert not keyless or "ASK-1" in found["reviewers_keyless"]
    assert "approver_missing" not in found


@pytest.mark.parametrize(
    ("policies", "trust", "confirmed", "told"),
    [
        ('"starter:baseline"', "untrusted", "true", True),
        ('"starter:mcp-proxy"', "untrusted", "true", True),
        ('"starter:agent-tasks"', "untrusted", "true", True),
        ('"starter:baseline"', "trusted", "true", False),
        ('"starter:baseline"', "untrusted", "false", False),
        ('"starter:baseline", own.cedar', "untrusted", "true", False),
        ("strict.cedar", "untrusted", "true", True),
        ("either.cedar", "untrusted", "true", False),
    ],
)
def test_a_server_of_which_no_rule_permits_anything_as_it_is_untrusted_is_named(
    tmp_path, capsys, policies, trust, confirmed, told
):
    permit = (
        '@id("%s") @reason("x") permit (principal is Guard::Agent, '
        'action in Guard::Action::"any", resource is Guard::Server) when { %s };\n'
    )
    for name, when in {
        "own": "context.history.step > 0",
        "strict": "context.history.step > 0 && resource.trusted",
        "either": "resource.trusted || context.history.step > 0",
    }.items():
        (tmp_path / f"{name}.cedar").write_text(permit % (name.upper(), when))
    (tmp_path / "guard.yaml").write_text(
        "version: 1\n"
        f"guard: {{policies: [{policies}], state: state, serve: {{port: 0}}}}\n"
        "ledgers:\n"
        "  same_tool_60s: {count: calls, of: write, per: tool, key: session, window: 60s}\n"
        "servers:\n"
        "  shop:\n"
        f"    trust: {trust}\n"
        "    tools:\n"
        "      find:\n"
        "        effect: [read]\n"
        "        input_schema: {type: object, properties: {}}\n"
        f"        confirmed: {confirmed}\n"
    )

    found = lines_of(tmp_path, capsys)
    assert "unusable" not in found, found
    assert ("server_untrusted" in found) is told
