"""The commands that look into an installation, over a guard that really runs or really ran."""

import asyncio
import json
import re
import shlex
import shutil
import socket
import sqlite3
import threading
import time
from contextlib import closing, contextmanager
from types import SimpleNamespace

import pytest

from guard.audit.event import Event
from guard.errors import Refused, Unavailable
from guard.grant.approval import NewApproval
from guard.grant.claims import call_claims
from guard.grant.signing import compact, public_key, signing_input
from guard.grant.verify import CallRefused, verify_call
from guard.grant.view import view_json
from guard.grant.votes import Vote, Voter
from guard.model.call import ToolCall, argument_bytes
from guard.model.decision import Requirement
from guard.model.identity import Agent, Principal, Who
from guard.model.kill import epoch_id
from guard.ports import Attempt
from guard.replay.trace import parse_line
from guard.session.state import new_session
from guard.testing import FrozenClock, RecordingTool
from guard.testing.review import a_view
from guard_adapters.cli import main
from guard_adapters.cli.doctor import notes, python
from guard_adapters.cli.keys import killing
from guard_adapters.cli.operator_client import OperatorClient
from guard_adapters.cli.place import Place
from guard_adapters.front.epochs import Epochs
from guard_adapters.front.mcp.caller import Caller
from guard_adapters.issuer.local_key import LocalSigner
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from guard_adapters.wiring.running import serving
from guard_adapters.wiring.state.announcing import announced
from tests.guard.grant.tokens import ARGS, ISSUER, JTI, TOOL, TYP, bound, settings

CONFIG = """\
version: 1
guard:
  name: test-guard
  policies: [rules.cedar]
  state: state
  serve: {port: 0}
servers:
  notes:
    trust: trusted
    tools:
      read:
        effect: [read]
        args: {password: {role: secret}}
        output: {trust: trusted}
        input_schema: {type: object, properties: {name: {type: string}, password: {type: string}}}
        confirmed: true
"""
RULES = '@id("READ-1") @reason("read_only") permit (principal, action, resource);\n'
ADA = Who(principal=Principal(issuer="https://id.example", subject="ada"), agent=Agent(id="bot"))


@pytest.fixture
def config(tmp_path):
    (tmp_path / "rules.cedar").write_text(RULES)
    (tmp_path / "guard.yaml").write_text(CONFIG)
    return tmp_path / "guard.yaml"


async def called(wired, number, name):
    desk = Desk(wired)
    session = await desk.open_session(ADA, None)
    call = ToolCall(
        id=f"call_{number}", session=session, server="notes", tool="read",
        arguments=argument_bytes({"name": name, "password": "hunter2"}),
    )  # fmt: skip
    await desk.call(call, RecordingTool(), hold_ms=0)
    return session


@pytest.fixture
def ran(config):
    """An installation whose guard judged two calls and ended well."""
    wired = build(load(config))
    asyncio.run(called(wired, 1, "plain"))
    asyncio.run(called(wired, 2, "evil\u202etxt\x1b[2J"))
    wired.close()
    return config


@contextmanager
def running(config):
    """A guard that serves in a thread of its own, with one open question."""
    wired, up, stop = build(load(config)), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve():
        now_ms = wired.world.clock.now_ms()
        asked = Requirement(rule="PAY-1", reason="amount", kind="self")
        new = NewApproval(
            id="apr_1", binding="b", envelope=b"{}", call_id="c1", call_bytes=b"{}",
            view_json=view_json(a_view({"a": 1}, effect="Pay \u202e1 EUR")),
            nonce="00", requester="i|ada", agent="bot", session="gs_1", requirements=(asked,),
            policy_version="p", created_ms=now_ms, pending_until_ms=now_ms + 60_000,
            grant_ttl_s=60, cooldown_key="k",
        )  # fmt: skip
        await wired.world.approvals.open(new, [])
        await Desk(wired).open_session(ADA, None)
        async with serving(wired, {}) as url:
            assert url
            up.set()
            await stop.wait()
        wired.close()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert up.wait(5)
    try:
        yield wired
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(5)
        loop.close()


def guard(*words):
    return main([str(word) for word in words])


def test_a_log_that_holds_ends_with_0(ran, capsys):
    assert guard("audit", "verify", "--config", ran) == 0
    assert "no findings" in capsys.readouterr().out


def test_a_flipped_byte_ends_with_1_and_names_the_place(ran, tmp_path, capsys):
    copy = tmp_path / "copy.sqlite"
    shutil.copy(tmp_path / "state" / "guard.sqlite", copy)
    with closing(sqlite3.connect(copy, isolation_level=None)) as db:
        db.execute("UPDATE audit_leaves SET leaf = CAST('x' || leaf AS BLOB) WHERE seq = 1")

    assert guard("audit", "verify", "--config", ran, "--file", copy) == 1
    assert "root_mismatch: Something from leaf" in capsys.readouterr().out


def test_erased_facts_end_with_2(ran, tmp_path):
    with closing(sqlite3.connect(tmp_path / "state" / "guard.sqlite", isolation_level=None)) as db:
        db.execute("DELETE FROM audit_side")

    assert guard("audit", "verify", "--config", ran) == 2


@pytest.mark.parametrize("action", ["show", "export"])
def test_a_wrong_option_of_what_verifies_nothing_ends_with_2_like_any_other(ran, action):
    assert guard("audit", action, "--what", "--config", ran) == 2
    assert guard("audit", action, "--file", "/nowhere") == 3


@pytest.mark.parametrize("wrong", [["--what"], ["--file", "/nowhere"], ["--key", "a+b+c"]])
def test_a_wrong_option_or_file_ends_with_3_and_not_with_erased(ran, wrong):
    assert guard("audit", "verify", "--config", ran, *wrong) == 3


def test_a_check_makes_no_key_and_no_folder(config, tmp_path):
    assert guard("audit", "verify", "--config", config, "--file", __file__) == 3
    assert not (tmp_path / "state").exists()


def test_the_key_that_was_kept_elsewhere_verifies_the_log(ran, tmp_path, capsys):
    guard("keys", "show", "--config", ran, "--json")
    shown = json.loads(capsys.readouterr().out)

    store = tmp_path / "state" / "guard.sqlite"
    assert (
        guard("audit", "verify", "--config", ran, "--file", store, "--key", shown["audit_vkey"])
        == 0
    )
    assert "d" not in shown["jwks"]["keys"][0]
    assert shown["kid"]


def test_keys_of_a_guard_that_never_ran_are_not_made(config, tmp_path):
    assert guard("keys", "show", "--config", config) == 3
    assert not (tmp_path / "state").exists()


def test_recorded_decisions_are_decided_again_by_the_policy_in_force(ran, capsys):
    assert guard("audit", "verify", "--replay", "--config", ran) == 0
    assert "2 decisions come out the same, 0 do not" in capsys.readouterr().out
    (ran.parent / "rules.cedar").write_text(RULES.replace("READ-1", "READ-2"))
    assert guard("audit", "verify", "--replay", "--json", "--config", ran) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["replayed"]["other_rules"] == 2
    (ran.parent / "rules.cedar").write_text("no policy")
    assert guard("audit", "verify", "--replay", "--config", ran) == 3


@pytest.mark.parametrize("changed", ["policy", "catalogue"])
def test_calls_that_another_bundle_judged_are_counted_under_its_digest_and_differ_in_nothing(
    ran, capsys, changed
):
    judged = load(ran).bundle.digest
    if changed == "policy":
        (ran.parent / "rules.cedar").write_text(RULES.replace("READ-1", "READ-2"))
    else:
        ran.write_text(CONFIG.replace("confirmed: true", "confirmed: false"))
    now = load(ran).bundle.digest
    assert guard("audit", "verify", "--replay", "--config", ran) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[-4:] == [
        "0 decisions come out the same, 0 do not",
        f"2 were not replayed: judged by another bundle than {now} in force",
        f"  2 by {judged}",
        "  To replay them, name the guard.yaml of that time with --config.",
    ]
    assert guard("audit", "verify", "--replay", "--json", "--config", ran) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (said["bundle"], said["judged_by"]) == (now, {judged: 2})
    assert (said["replayed"]["other_rules"], said["replayed"]["different"]) == (2, 0)


def test_an_export_finds_a_log_that_was_cut_with_its_checkpoints(ran, tmp_path, capsys):
    out = tmp_path / "export.jsonl"
    assert guard("audit", "export", "--config", ran, "--out", out) == 0
    assert guard("audit", "export", "--config", ran, "--out", out) == 3
    with closing(sqlite3.connect(tmp_path / "state" / "guard.sqlite", isolation_level=None)) as db:
        db.execute("DELETE FROM audit_leaves WHERE seq > 1")
        db.execute("DELETE FROM audit_checkpoints WHERE size > 2")

    assert guard("audit", "verify", "--config", ran, "--against", out) == 1
    assert "leaves_missing" in capsys.readouterr().out


def test_an_export_holds_nothing_from_beside_the_tree(ran, capsys):
    guard("audit", "export", "--config", ran)
    out = capsys.readouterr().out

    assert '"note"' in out
    assert "plain" not in out


def test_what_is_shown_has_facts_but_no_secret_and_nothing_unseen(ran, capsys):
    assert guard("audit", "show", "--config", ran, "--call", "call_2") == 0
    out = capsys.readouterr().out

    assert "evil<U+202E>txt" in out
    assert "\x1b" not in out
    assert "hunter2" not in out
    assert "call_1" not in out
    assert "device never seen" in out


def test_a_call_is_shown_as_one_block_from_who_asked_to_how_it_ended(ran, capsys):
    assert guard("audit", "show", "--config", ran, "-n", "1") == 0
    head, *rows, last = capsys.readouterr().out.splitlines()

    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC  notes/read  allow -> ok", head)
    said = {row[2:12].rstrip(): row[13:] for row in rows}
    assert said["Session"].startswith("gs_")
    assert said["Who"] == "ada of https://id.example, by agent bot, device never seen"
    assert said["Decision"] == "allow: read_only (READ-1)"
    assert said["Outcome"].startswith("ok, ")
    assert re.fullmatch(r"  Call       call_2, events \d+ to \d+", last)
    assert "sha256" not in "".join(rows)


def test_a_program_still_reads_one_event_a_line(ran, capsys):
    assert guard("audit", "show", "--config", ran, "-n", "2", "--json") == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert [one["event"]["kind"] for one in found] == ["decision", "outcome"]
    assert {one["event"]["call"] for one in found} == {"call_2"}
    assert found[0]["facts"]["who"]["agent"] == "bot"


@pytest.mark.parametrize("wrong", ["0", "-1", "many"])
def test_no_number_of_calls_to_show_is_a_wrong_command_line(ran, wrong):
    assert guard("audit", "show", "--config", ran, "-n", wrong) == 2


def test_a_log_that_holds_nothing_yet_is_fine_and_says_so(config, capsys):
    build(load(config)).close()
    assert guard("audit", "show", "--config", config) == 0
    assert capsys.readouterr().out == "There is no event.\n"
    assert guard("audit", "show", "--json", "--config", config) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("of", ["call", "session"])
def test_showing_a_call_or_session_that_is_not_there_ends_with_1_like_other_commands(
    ran, capsys, of
):
    assert guard("audit", "show", "--config", ran, f"--{of}", "nothing", "--json") == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert f"event_unknown: The log holds no event of {of} 'nothing'." in said.err


def test_traces_are_what_replay_reads(ran, capsys):
    assert guard("audit", "export", "--config", ran, "--traces") == 0
    lines = capsys.readouterr().out.splitlines()

    records = [parse_line(line, number=number) for number, line in enumerate(lines, 1)]
    assert [one.steps[0].tool for one in records] == ["read", "read"]
    assert records[0].steps[0].args["name"] == "plain"
    assert "hunter2" not in "".join(lines)


def test_questions_are_listed_shown_and_denied_at_the_running_guard(config, capsys):
    with running(config):
        assert guard("approvals", "list", "--config", config) == 0
        assert guard("approvals", "show", "apr_1", "--config", config) == 0
        assert guard("approvals", "deny", "apr_1", "--reason", "no", "--config", config) == 0
        assert guard("approvals", "deny", "apr_1", "--reason", "no", "--config", config) == 1
    out = capsys.readouterr().out

    assert "Pay <U+202E>1 EUR" in out
    assert "apr_1  denied" in out


def test_sessions_are_listed_signalled_and_revoked_at_the_running_guard(config, capsys):
    with running(config):
        guard("sessions", "list", "--config", config, "--json")
        handle = json.loads(capsys.readouterr().out)["id"]
        assert (
            guard("sessions", "signal", handle, "--kind", "risk_level_high", "--config", config)
            == 0
        )
        assert guard("sessions", "revoke", handle, "--config", config) == 0
        assert guard("sessions", "show", handle, "--config", config) == 0
        assert guard("sessions", "show", "gs_x", "--config", config) == 1
    out = capsys.readouterr().out

    assert "ended  risk 3" in out


async def shared_session(wired):
    return await Desk(wired).session(Caller("os", "o'hara", "my bot"), "", b"")


def test_ending_the_session_that_calls_share_says_how_work_goes_on(config, capsys):
    with running(config) as wired:
        (own,) = OperatorClient(Place(state=config.parent / "state", name="test-guard")).ask(
            "GET", "sessions"
        )["sessions"]
        shared = asyncio.run(shared_session(wired))
        assert guard("sessions", "revoke", own["id"], "--config", config) == 0
        assert len(capsys.readouterr().out.splitlines()) == 1
        assert guard("sessions", "revoke", shared, "--json", "--config", config) == 0
        assert json.loads(capsys.readouterr().out)["default"]
        assert guard("sessions", "revoke", shared, "--config", config) == 0
        said = capsys.readouterr().out
        call = ToolCall(id="c9", session=shared, server="notes", tool="read", arguments=b"{}")
        with pytest.raises(Refused) as no:
            asyncio.run(Desk(wired).call(call, RecordingTool(), hold_ms=0))
        (command,) = re.findall(r"guard (tasks start .*) --purpose WHAT", said)
        words = [*shlex.split(command), "--purpose", "tidy up", "--config", config]
        assert guard(*words) == 0
        again = capsys.readouterr().out
        assert guard("sessions", "resume", shared, "--config", config) == 1
        assert "session_ended" in capsys.readouterr().err
        assert guard(*words, "--tool", "notes/read", "--session", shared) == 1
        assert "Open another: guard tasks start" in capsys.readouterr().err

    assert "Calls of my bot for os|o'hara that name no session are refused" in said
    assert "Guard-Session" in said
    assert no.value.code == "session_ended"
    assert "whoever runs the guard, and to give you its handle" in no.value.next_step
    assert "guard tasks" not in str(no.value), "an agent with a shell is not told how"
    assert again.startswith("gs_")
    assert "my bot for os|o'hara" in again


def test_a_session_shows_what_it_is_counted_in_with_others(config, capsys):
    ledger = "ledgers: {reads: {count: calls, of: any, per: tool, key: principal, window: 1h}}\n"
    config.write_text(CONFIG + ledger)
    rule = '@id("R-2") @reason("many") forbid (principal, action in Guard::Action::"any", resource) when '
    (config.parent / "rules.cedar").write_text(RULES + rule + "{ context.history.reads > 9 };")
    wired = build(load(config))
    first, second = (asyncio.run(called(wired, n, "plain")) for n in (1, 2))
    wired.close()
    with running(config):
        assert guard("sessions", "show", second, "--config", config) == 0
    out = capsys.readouterr().out

    assert first != second
    assert "  counted by principal: reads of notes/read 2 in 3600 s\n" in out


def test_a_session_is_narrowed_shown_and_given_back_at_the_running_guard(config, capsys):
    with running(config):
        guard("sessions", "list", "--config", config, "--json")
        handle = json.loads(capsys.readouterr().out)["id"]
        guard("sessions", "signal", handle, "--kind", "operator_narrow", "--config", config)
        only = ("sessions", "narrow", handle, "--access", "read_only", "--reason", "looked_odd")
        assert guard(*only, "--config", config) == 0
        narrowed = capsys.readouterr().out
        assert guard("sessions", "restore", handle, "--config", config) == 0
        restored = capsys.readouterr().out
        assert guard("sessions", "restore", handle, "--config", config) == 1
        assert guard("sessions", "narrow", handle, "--access", "none", "--config", config) == 1

    assert "(read_only)" in narrowed
    assert "signal operator_narrow from operator: 500 of 500" in narrowed
    assert "(looked_odd, operator): level=read_only; given back by operator" in narrowed
    assert "(read_only)" not in restored


def test_a_question_begins_with_what_a_person_signs_and_ends_with_its_ids(config, capsys):
    with running(config):
        assert guard("approvals", "show", "apr_1", "--config", config) == 0
        open_one = capsys.readouterr().out.splitlines()
        assert guard("approvals", "show", "apr_1", "--json", "--config", config) == 0
        assert json.loads(capsys.readouterr().out)["id"] == "apr_1"
        guard("approvals", "deny", "apr_1", "--reason", "no", "--config", config)
        capsys.readouterr()
        assert guard("approvals", "show", "apr_1", "--config", config) == 0
        denied = capsys.readouterr().out.splitlines()

    assert re.fullmatch(
        r"Open until \d{4}-\d\d-\d\d \S+ UTC, asked by agent bot for i\|ada", open_one[0]
    )
    labels = [row[2:12].strip() for row in open_one]
    assert labels[1:4] == ["Effect", "Action", "Because"]
    assert labels.index("Arguments, all of them"[:10]) < labels.index("A yes")
    assert labels.index("A yes") < labels.index("Answers") < labels.index("Rules")
    assert labels[-3:] == ["Id", "In session", "Call"]
    assert not any("{" in row or "[" in row for row in open_one)
    assert denied[0].startswith("Denied, asked by")
    assert "  Answers    deny by " in "\n".join(denied)


def test_every_list_of_nothing_says_so_in_one_way_and_is_no_line_of_json(config, capsys):
    empty = {
        "leases": "open lease", "leases --all": "lease", "grants": "active grant",
        "grants --all": "grant", "plans": "open plan", "plans --all": "plan", "kill": "stop",
        "reviewers": "reviewer", "tasks": "task", "tasks --mandates": "mandate",
        "signals": "stream that is heard or told of",
    }  # fmt: skip
    with running(config):
        for words, of in empty.items():
            command, *more = words.split()
            assert guard(command, "list", *more, "--config", config) == 0
            assert capsys.readouterr().out == f"There is no {of}.\n"
            if command != "signals":
                assert guard(command, "list", *more, "--json", "--config", config) == 0
                assert capsys.readouterr().out == ""
        assert guard("signals", "status", "--config", config) == 0
        assert capsys.readouterr().out == "There is no stream that is heard or told of.\n"


def test_a_guard_that_nobody_used_yet_has_no_question_and_no_session(config, monkeypatch, capsys):
    monkeypatch.setattr(OperatorClient, "__init__", lambda *_: None)
    monkeypatch.setattr(OperatorClient, "ask", lambda *_: {"approvals": [], "sessions": []})
    for words in ("approvals list", "approvals list --all", "sessions list"):
        assert guard(*words.split(), "--config", config) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [f"There is no {of}." for of in ("open question", "question", "session")]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("tool", "read"), "notes/read"),
        (("tool", "notes/raed"), "notes/read"),
        (("tool", "notes/"), "notes/read"),
        (("tool", "notes/mcp:nope"), "notes/read"),
        (("server", "nots"), "notes"),
        (("server", "notes/read"), "notes"),
    ],
)
def test_a_stop_of_a_tool_or_server_that_is_not_listed_is_refused_with_the_names_like_it(
    config, capsys, words, offered
):
    with running(config):
        assert guard("kill", *words, "--config", config) == 1
        told = capsys.readouterr()
        assert guard("kill", "list", "--config", config) == 0
        assert "stopped since" not in capsys.readouterr().out
        assert guard("kill", *words, "--unlisted", "--config", config) == 0

    assert told.out == ""
    assert "kill_unlisted" in told.err
    assert f"Names like it: {offered}." in told.err


def test_what_is_listed_and_every_method_of_a_server_can_be_stopped(config, capsys):
    with running(config):
        for words in (("server", "notes"), ("tool", "notes/mcp:prompts/get")):
            assert guard("kill", *words, "--config", config) == 0
    assert "kill_unlisted" not in capsys.readouterr().err


def test_a_stop_of_an_agent_or_person_without_a_session_holds_and_says_that_it_meets_none(
    config, capsys
):
    with running(config):
        for words in (("agent", "bto"), ("principal", "adda"), ("device", "d1")):
            assert guard("kill", *words, "--config", config) == 0
        unmet = capsys.readouterr().out.splitlines()
        for words in (("agent", "bot"), ("principal", "ada")):
            assert guard("kill", *words, "--config", config) == 0
        met = capsys.readouterr().out
    assert all("no session of such" in one for one in unmet)
    assert ["Names like it: bot." in one for one in unmet] == [True, False, False]
    assert "ada" in unmet[1].partition("Names like it")[2]
    assert "no session" not in met


def test_a_tool_is_stopped_listed_and_lifted_at_the_running_guard(config, capsys):
    with running(config):
        assert guard("kill", "tool", "notes/read", "--why", "od\u202ed", "--config", config) == 0
        assert guard("kill", "everything", "--config", config) == 0
        capsys.readouterr()
        assert guard("kill", "list", "--config", config) == 0
        listed = capsys.readouterr().out
        url = json.loads((config.parent / "state" / "serve.json").read_text())["url"]
        verifier = SimpleNamespace(epochs={})
        assert asyncio.run(Epochs(url, verifier).ask())
        assert guard("kill", "lift", "everything", "--config", config) == 0
        assert guard("kill", "lift", "tool", "notes/read", "--config", config) == 0
        assert guard("kill", "lift", "tool", "notes/read", "--config", config) == 1
        lifted = capsys.readouterr().out

    later = FrozenClock(ms=min(verifier.epochs.values()) + 3_600_000)
    server = SimpleNamespace(epochs=dict(verifier.epochs))
    follower = Epochs(url, server, later)
    follower._take({"seq": 9, "epochs": []})
    assert server.epochs == verifier.epochs
    later.ms = max(verifier.epochs.values()) + 3_600_001  # of an hour ago no token lives
    follower._take({"seq": 9, "epochs": []})
    assert server.epochs == {}
    assert "tool notes/read  stopped since " in listed
    assert "by operator  od<U+202E>d" in listed
    assert "everything  stopped since" in listed
    assert verifier.epochs.keys() == {("tool", epoch_id("read")), ("everything", epoch_id(""))}
    assert lifted == "everything  goes on\ntool notes/read  goes on\n"


def test_a_session_is_opened_for_a_task_which_gives_way_to_the_next(config, capsys):
    new = ("tasks", "start", "--principal", "i|ada", "--agent", "bot", "--purpose", "read")
    with running(config):
        given = (
            "--tool",
            "notes/read",
            "--calls",
            "notes/read=3",
            "--lasts",
            "30m",
            "--idle",
            "10m",
        )
        assert guard(*new, *given, "--json", "--config", config) == 0
        first = json.loads(capsys.readouterr().out)
        task = config.parent / "task.json"
        task.write_text('{"purpose": "tidy", "tools": ["notes/read"]}')
        again = ("tasks", "start", "--session", first["session"], "--file", str(task))
        assert guard(*again, "--config", config) == 0
        assert guard("tasks", "start", "--purpose", "x", "--config", config) != 0
        assert guard(*new, "--calls", "notes/read", "--config", config) != 0
    second = capsys.readouterr().out

    assert (first["task"]["calls"], first["task"]["idle_s"]) == ({"notes/read": 3}, 600)
    assert first["task"]["expires_at_ms"] > 1_700_000_000_000
    assert "  task  stands  bot for i|ada  tidy" in second


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "it has no purpose"),
        (("--purpose", "read", "--calls", "notes/read"), "--calls notes/read names no tool and"),
        (("--purpose", "read", "--calls", "=x"), "--calls =x names no tool and number"),
        (("--purpose", "read", "--calls", "notes/read=-1"), "Write --calls bank/pay=3."),
        (("--purpose", "read", "--tool", "READ"), "intent_unusable"),
        (("--file", "task.json"), "intent_unusable"),
    ],
)
def test_a_task_that_cannot_be_started_leaves_no_session_open(
    config, capsys, monkeypatch, words, said
):
    monkeypatch.chdir(config.parent)
    (config.parent / "task.json").write_text('{"tools": ["notes/read"]}')
    new = ("tasks", "start", "--principal", "i|eve", "--agent", "bot")
    with running(config):
        code = guard(*new, *words, "--config", config)
        told = capsys.readouterr().err
        assert guard("sessions", "list", "--config", config) == 0
        listed = capsys.readouterr().out
    assert code == (1 if said == "intent_unusable" else 2)
    assert said in told
    assert not [one for one in listed.splitlines() if "i|eve" in one and " open " in one]


def test_tools_of_a_task_that_are_not_listed_are_named(config, capsys):
    new = ("tasks", "start", "--principal", "i|ada", "--agent", "bot", "--purpose", "read")
    with running(config):
        given = ("--tool", "read", "--tool", "notes/raed", "--calls", "notes/read=1")
        assert guard(*new, *given, "--config", config) == 0
        odd = capsys.readouterr().out
        assert guard(*new, "--tool", "notes/read", "--config", config) == 0
    assert "  not in the catalogue: notes/raed; names like it: notes/read" in odd
    assert odd.count("not in the catalogue") == 1
    assert "not in the catalogue" not in capsys.readouterr().out


def test_a_purpose_without_tools_is_what_the_person_said_and_no_task(config, capsys):
    new = ("tasks", "start", "--principal", "i|x|ada", "--agent", "bot", "--purpose", "tidy up")
    with running(config):
        assert guard(*new, "--json", "--config", config) == 0
        session = json.loads(capsys.readouterr().out)["id"]
        assert guard("sessions", "tell", session, "and read them", "--config", config) == 0
        assert guard("tasks", "list", "--config", config) == 0
    out = capsys.readouterr().out

    with closing(sqlite3.connect(config.parent / "state" / "guard.sqlite")) as db:
        query = "SELECT head FROM sessions WHERE id = ?"
        head = json.loads(db.execute(query, [session]).fetchone()[0])
    assert head["words"] == ["tidy up", "and read them"]
    assert head["who"][0][:2] == ["i", "x|ada"]
    assert head["intent"] is None
    assert out.startswith(f"{session}  open ")
    assert out.endswith("\nThere is no task.\n")


def test_a_stolen_key_is_void_at_servers_that_follow_whatever_it_signs_later(config, capsys):
    keys = config.parent / "state" / "keys"
    with running(config):
        thief = LocalSigner.load(keys / "calltoken.pem")
        url = json.loads((config.parent / "state" / "serve.json").read_text())["url"]
        verifier = SimpleNamespace(epochs={})
        assert guard("keys", "rotate", "--stolen", "--json", "--config", config) == 0
        assert asyncio.run(Epochs(url, verifier).ask())
    found = json.loads(capsys.readouterr().out)
    assert (found["ended"], found["told"]) == ([thief.kid], True)
    assert found["kid"] != thief.kid
    now_ms = int(time.time() * 1000) + 3_600_000
    made = call_claims(bound(), issuer=ISSUER, jti=JTI, now_ms=now_ms)
    data = signing_input({"alg": "ES256", "kid": thief.kid, "typ": TYP}, made)
    forged = compact(data, asyncio.run(thief.sign(data)))
    stale = {thief.kid: public_key(thief.public_jwk)}  # a server that has not fetched the new set
    with pytest.raises(CallRefused) as no:
        verify_call(
            forged, TOOL, ARGS, **settings(keys=stale, now_ms=now_ms, epochs=verifier.epochs)
        )
    assert no.value.code == "revoked"


def test_without_a_running_guard_the_command_says_what_is_left_to_do(ran, capsys):
    assert guard("keys", "rotate", "--stolen", "--config", ran) == 0
    said = capsys.readouterr().out
    old = re.search(r"ended +kid (\S+), now run: guard kill key (?:-- )?\1\n", said)
    assert old is not None
    assert old[1] not in said.partition("key set")[2]


def test_a_key_whose_name_begins_with_a_dash_is_no_option(ran):
    for kid in ("-1kQ", "kQ-1"):
        _, *words = killing(kid).split()
        asked = guard(*words[:2], "--config", ran, *words[2:])
        assert asked == guard("kill", "list", "--config", ran) != 0, "no guard runs"


def test_another_source_says_something_of_a_person_and_their_session_is_narrowed(config, capsys):
    ada = {"format": "iss_sub", "iss": "https://id.example", "sub": "ada"}
    said = {"kind": "risk_level_high", "source": "fraud", "about": ada}
    with running(config):
        client = OperatorClient(Place(state=config.parent / "state", name="test-guard"))
        (handle,) = client.ask("POST", "signals", said)["sessions"]
        assert client.ask("POST", "signals", {**said, "about": {**ada, "sub": "bob"}}) == {
            "sessions": []
        }
        assert guard("sessions", "show", handle, "--config", config) == 0
        high = capsys.readouterr().out
        client.ask("POST", "signals", {**said, "kind": "risk_level_low"})
        assert guard("sessions", "show", handle, "--config", config) == 0
        low = capsys.readouterr().out
        for wrong in ({"kind": "none"}, {"source": "FRAUD"}, {"about": {}}, {"more": 1}):
            with pytest.raises(Refused):
                client.ask("POST", "signals", {**said, **wrong})

    assert "  signal risk_level_high from source:fraud: 800 of 800" in high
    assert "risk_level_high" not in low


def test_tasks_are_listed_and_ended_at_the_running_guard(config, capsys):
    task = {"purpose": "tidy \u202enotes", "tools": ["notes/read"], "calls": {"notes/read": 7}}
    said = {"principal": {"issuer": "i", "subject": "ada"}, "agent": "bot", "intent": task}
    with running(config):
        place = Place(state=config.parent / "state", name="test-guard")
        handle = OperatorClient(place).ask("POST", "sessions", said)["handle"]
        assert guard("tasks", "list", "--mandates", "--config", config) == 0
        assert handle not in capsys.readouterr().out
        assert guard("tasks", "list", "--config", config) == 0
        listed = capsys.readouterr().out
        assert guard("tasks", "end", handle, "--config", config) == 0
        ended = capsys.readouterr().out
        assert guard("tasks", "end", "gs_x", "--config", config) == 1
        assert "guard sessions list" in capsys.readouterr().err
        assert guard("approvals", "deny", "apr_x", "--reason", "no", "--config", config) == 1
        assert "guard approvals list" in capsys.readouterr().err

    assert f"{handle}  task  stands" in listed
    assert '"notes/read": 7' in listed
    assert "tidy <U+202E>notes" in listed
    assert f"{handle}  task  ended" in ended


def test_a_running_log_is_verified_live_and_never_from_its_file(config, capsys):
    with running(config):
        assert guard("audit", "verify", "--config", config) == 3
        assert "--live" in capsys.readouterr().err
        assert guard("audit", "verify", "--live", "--config", config) == 0


def test_while_a_program_guards_its_own_tools_its_log_waits_for_its_end(ran, tmp_path, capsys):
    wired = build(load(ran))
    try:
        assert guard("audit", "show", "--config", ran) == 3
        beside = capsys.readouterr().err
        assert guard("audit", "show", "--live", "--config", ran) != 0
        live = capsys.readouterr().err
    finally:
        wired.close()
    assert "store_locked" in beside
    assert "once that has ended" in beside
    assert "guard_not_running" in live
    assert "without --live once it has ended" in live
    assert "Start it" not in live
    assert guard("audit", "show", "--config", ran) == 0


def test_a_reload_takes_the_new_rules_and_a_broken_one_changes_nothing(config, tmp_path):
    with running(config) as wired:
        first, place = wired.bundle.digest, Place(state=tmp_path / "state", name="test-guard")
        (tmp_path / "rules.cedar").write_text("permit (")
        with pytest.raises(Exception, match="policy"):
            OperatorClient(place).ask("POST", "policy/reload")
        assert wired.bundle.digest == first
        (tmp_path / "rules.cedar").write_text(RULES + RULES.replace("READ-1", "READ-2"))
        assert OperatorClient(place).ask("POST", "policy/reload")["bundle"] == wired.bundle.digest
        assert wired.bundle.digest != first


def test_without_a_running_guard_that_is_said_and_no_token_is_made(config, tmp_path, capsys):
    assert guard("approvals", "list", "--config", config) == 1
    assert "guard_not_running" in capsys.readouterr().err
    assert not (tmp_path / "state").exists()


def test_the_operators_token_is_never_sent_to_another_machine(ran, tmp_path):
    state = tmp_path / "state"
    (state / "keys" / "operator.key").write_bytes(b"k" * 32)
    (state / "keys" / "operator.key").chmod(0o600)
    with (
        announced(state, "http://attacker.example"),
        pytest.raises(Unavailable, match="not on this machine"),
    ):
        OperatorClient(Place(state=state, name="x")).ask("GET", "sessions")


def doctor(config, capsys, *more):
    code = guard("doctor", "--config", config, "--json", *more)
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return code, {one["code"] for one in said} - {"note"}


def test_functions_of_the_program_itself_have_nothing_to_pin(config, capsys):
    assert doctor(config, capsys) == (0, set())


def test_an_installation_without_pins_is_told_so(config, capsys):
    text = config.read_text()
    config.write_text(text.replace("  notes:\n", "  notes:\n    command: [notes-server]\n"))
    assert doctor(config, capsys) == (1, {"tools_unpinned"})


async def test_a_guard_that_starts_says_which_program_is_not_there_and_serves_the_others(config):
    text = CONFIG.replace("  notes:\n", "  notes:\n    command: [/nowhere/notes]\n")
    config.write_text(text)
    said = []
    wired = build(load(config))
    async with serving(wired, {}, said.append) as url:
        assert url.startswith("http://127.0.0.1:")
        told = [*said]
        standing = wired.faults.standing()
    wired.close()

    assert told == [
        "The server 'notes' cannot be started (server_not_started: No such file or directory)."
    ]
    assert standing, "what `guard doctor --connect` asks the running guard for"


def test_a_key_that_others_can_read_is_told(ran, tmp_path, capsys):
    (tmp_path / "state" / "keys" / "audit.key").chmod(0o644)

    assert "key_file_unsafe" in doctor(ran, capsys)[1]


def test_a_tool_that_nobody_confirmed_is_told(config, capsys):
    config.write_text(CONFIG.replace("confirmed: true", "confirmed: false"))

    assert "tools_unconfirmed" in doctor(config, capsys)[1]


def test_a_port_that_is_taken_is_told(config, capsys):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        config.write_text(CONFIG.replace("port: 0", f"port: {other.getsockname()[1]}"))
        assert "address_in_use" in doctor(config, capsys)[1]


def test_a_server_that_does_not_answer_is_told(config, capsys):
    config.write_text(
        CONFIG.replace(
            "trust: trusted\n    tools",
            "trust: trusted\n    url: http://127.0.0.1:9/mcp\n    tools",
        )
    )

    assert "server_unreachable" not in doctor(config, capsys)[1]
    assert "server_unreachable" in doctor(config, capsys, "--connect")[1]


def test_a_state_folder_that_is_no_folder_is_told(config, tmp_path, capsys):
    (tmp_path / "state").write_text("")

    assert "state_unwritable" in doctor(config, capsys)[1]


def test_a_policy_that_cannot_be_loaded_ends_with_3(config, tmp_path, capsys):
    (tmp_path / "rules.cedar").write_text("permit (")

    assert doctor(config, capsys) == (3, {"unusable"})


def test_old_pythons_and_the_flaw_of_some_sqlites_are_told():
    assert next(python((3, 10, 9)))[0] == "python_old"
    assert list(python((3, 11, 0))) == []
    assert next(notes((3, 51, 2)))[0] == "note"
    assert list(notes((3, 51, 3))) == []


def test_an_event_without_a_session_is_shown_too(ran, capsys):
    wired = build(load(ran))
    asyncio.run(wired.world.sink.write([Event(kind="export", at_ms=1, session="")]))
    wired.close()

    assert guard("audit", "show", "--config", ran, "-n", "1") == 0
    assert "export" in capsys.readouterr().out


async def lose(wired):
    """Let the open question be approved and used, and nobody know how the call ended."""
    approvals, now_ms = wired.world.approvals, wired.world.clock.now_ms()
    ada = Voter(principal="i|ada", uv=True)
    yes = Vote(approval_id="apr_1", voter=ada, decision="approve", method="x", at_ms=now_ms)
    await approvals.vote(yes, [])
    who = Who(principal=Principal(issuer="i", subject="ada"), agent=Agent(id="bot"))
    session = await wired.world.sessions.open(new_session("gs_1", who, now_ms=now_ms))
    used = Attempt(
        consume_id="use",
        judged=session,
        binding="b",
        policy_version="p",
        now_ms=now_ms,
        outcome_due_ms=now_ms,
    )
    await approvals.consume("apr_1", used, [])
    await approvals.sweep(now_ms + 1)


def test_a_run_without_a_known_end_is_listed_first_and_resolved_once(config, capsys):
    with running(config) as wired:
        asyncio.run(lose(wired))
        guard("approvals", "list", "--config", config)
        listed = capsys.readouterr().out
        words = ("approvals", "resolve", "apr_1", "--outcome", "ok", "--config", config)
        said = guard(*words, "--evidence", "seen in the bank's journal")
        again = guard(*words, "--evidence", "seen twice")
        unreadable = guard(*words, "--evidence", "x" * 501)
    codes = capsys.readouterr().err

    assert listed.splitlines()[0].startswith("apr_1  UNKNOWN")
    assert (said, again, unreadable) == (0, 1, 1)
    assert codes.count("approval_transition") == 1
    assert "<" not in codes
    assert "See how it ended: guard approvals show apr_1" in codes
    assert guard("audit", "show", "--config", config, "--json") == 0
    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert any("outcome_resolved" in json.dumps(one) for one in shown)


def test_rotating_publishes_a_key_and_later_lets_it_sign(ran, tmp_path, capsys):
    def shown(action):
        code = guard("keys", action, "--config", ran, "--json")
        text = capsys.readouterr().out
        return json.loads(text) if code == 0 else code

    before = shown("show")
    assert before["next"] is None
    published = shown("rotate")
    assert published["kid"] == before["kid"]
    assert len(published["jwks"]["keys"]) == 2
    assert shown("rotate") == 3
    record = tmp_path / "state" / "keys" / "calltoken.json"
    kept = json.loads(record.read_text())
    kept["published"] = {kid: ms - 300_000 for kid, ms in kept["published"].items()}
    record.write_text(json.dumps(kept))
    after = shown("rotate")
    assert after["kid"] == published["next"]["kid"]
    assert [one["kid"] for one in after["retired"]] == [before["kid"]]
    assert shown("show")["jwks"] == after["jwks"]
