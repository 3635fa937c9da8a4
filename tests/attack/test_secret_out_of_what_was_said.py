"""Attack: learn a secret from what the log keeps of words and tasks, or change what was said."""

import asyncio
import json
import sqlite3
import time
from dataclasses import replace
from hashlib import sha256

import pytest

from guard.audit.blanked import without_secrets
from guard.audit.event import Event, decided, facts_hold
from guard.audit.said import holds, kept, said_sha256
from guard.audit.unread import known_path, unread
from guard.errors import NotAllowed, Unusable
from guard.model.call import ToolSpec
from guard.model.decision import Basis, Deny
from guard.model.facts import CallFacts, ClockFacts, Derived, Facts, Input, IntentFacts
from guard.policy.convert import Limits
from guard.session.intent import TaskIntent, parse_intent
from guard_adapters.cli import main
from guard_adapters.cli.audit_events import Shown
from guard_adapters.cli.audit_export import _intent
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from tests.at_desk import ADA, called, installed, ran

SALT = bytes(range(16))
SECRETS = [
    ("Log in with password hunter2 and pay", "hunter2"),
    ("PIN 4711", "4711"),
    ("My PIN for the bank 4711", "4711"),
    ("Use the API key sk-abc123DEF456ghi789", "abc123"),
    ("Use sk-abc123DEF456ghi789 to call it", "abc123"),
    ("the token ghp_abcdefghijklmnopqrstuvwxyz0123456789", "ghp_"),
    ("Authorization: Bearer eyJhbGciOi.abc.def", "hbGci"),
    ("Mein Passwort ist hunter2", "hunter2"),
    ("open https://ada:hunter2@host.example/x", "hunter2"),
    ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI", "wJalr"),
    ("Set the password to 'correct horse battery'", "horse"),
    ("passphrase correct horse battery staple", "staple"),
    ("Change my password from hunter2 to Tr0ub4dor", "hunter2"),
    ("Change my password from hunter2 to Tr0ub4dor", "Tr0ub"),
    ("Log in as ada / hunter2", "hunter2"),
    ("send x aB3dE5fG7hI9jK1lM3nO5 on", "aB3d"),
    ('{"api_key": "abc def"}', "def"),
    ("password: " + "a1" * 300, "a1a1"),
    ("-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----", "MIIabc"),
]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_a_secret_that_a_text_names_or_shows_is_not_kept(text, secret):
    found = kept(SALT, [text], TaskIntent(purpose=text, declared_by="user"))

    assert secret not in json.dumps([dict(found.leaf), dict(found.side)])


@pytest.mark.parametrize(
    "text",
    [
        "Mail kim@firm.example and pay 900 EUR to DE89370400440532013000.",
        "Reset the password for Bob",
        "open https://docs.example/D/1AbcDEF234ghiJKL567mnoPQR/edit",
        "Set the price to 12.50 on 2026-11-28 at 10:00",
    ],
)
def test_words_without_a_secret_are_kept_whole(text):
    assert without_secrets(text) == text


@pytest.mark.parametrize("most", [10_000, pytest.param(40_000, marks=pytest.mark.soak)])
@pytest.mark.parametrize("junk", ["pin ", "token=", "pin a b ", "password 'x", "aB3/", "://a", "a"])
def test_long_junk_is_read_in_time_that_grows_with_it(junk, most):
    def took(size):
        start = time.process_time()
        without_secrets((junk * size)[:size])
        return time.process_time() - start

    took(most // 8)
    assert took(most) < 40 * took(most // 8) + most / 80_000  # squared, it would be 64


def test_a_pin_cannot_be_computed_from_the_log_and_its_salt():
    said = "Log in at the bank, my PIN is 4711, and pay the rent"
    found = kept(SALT, [said], TaskIntent(purpose=said, declared_by="user"))
    log = json.dumps([dict(found.leaf), dict(found.side)])
    [text] = found.side["words"]

    for pin in range(10_000):
        whole = text.replace("[secret]", f"{pin:04}")
        task = TaskIntent(purpose=whole, declared_by="user").digest
        guess = said_sha256({**found.side, "words": [whole]})
        assert not {sha256(whole.encode()).hexdigest(), task, guess} & set(log.split('"'))


def test_a_secret_in_the_purpose_does_not_stand_in_the_facts():
    event = decided(facts(purpose="Log in; password: hunter2"), NO, salt=SALT)

    assert "hunter2" not in str(event.side)
    assert "d1gest" not in str(event.side)


def test_a_secret_put_in_as_the_name_of_an_argument_is_not_kept():
    schema = {"type": "object", "properties": {"to": {"type": "string"}}}
    spec = ToolSpec(server="a", tool="b", effect=frozenset({"write"}), input_schema=schema)

    found = unread(spec, {"to": "x", "hunter2": 1, "4711": 2}, "unknown_argument", Limits())

    assert found is not None
    assert "hunter2" not in json.dumps(found)
    assert "4711" not in json.dumps(found)


def test_a_secret_put_in_as_a_name_is_told_to_its_sender_alone():
    inner = {"type": "object", "properties": {"id": {"type": "string"}}}
    schema = {"type": "object", "properties": {"to": inner, "a.b": {"type": "string"}}}
    spec = ToolSpec(server="a", tool="b", effect=frozenset({"write"}), input_schema=schema)

    assert known_path(spec, "to.id") == "to.id"
    assert known_path(spec, "a.b") == "a.b"
    assert known_path(spec, "to.hunter2.x") == "to.[unknown]"
    assert known_path(spec, "hunter2.to") == "[unknown]"
    no = Deny(code="unknown_argument", argument="[unknown]", fault="hunter2: unknown")
    assert "hunter2" not in f"{NotAllowed(no)}{no!r}"


NO = Deny(code="bad_argument", reasons=(), basis=Basis(bundle="b", slice=""))


def facts(purpose=""):
    return Facts(
        call=CallFacts(id="c", session="gs_1", server="mail", tool="send", bytes_sha256="aa"),
        who=ADA,
        input=Input(values={}, derived=Derived()),
        clock=ClockFacts(at_ms=1000, hour=10, weekday=0),
        intent=IntentFacts(purpose=purpose, sha256="d1gest"),
    )


def test_what_stands_beside_a_decision_cannot_change_its_name_or_its_type():
    one = decided(facts(), NO, salt=SALT, unread={"a": 1})
    whole, text = dict(one.side), one.side["unread"]
    moved = {name: value for name, value in whole.items() if name != "unread"}

    assert facts_hold(one.leaf, whole)
    for side in (
        {**moved, "cut": [text]}, {**whole, "cut": "anything"}, {**whole, "cut": []},
        {**whole, "unread": 7}, {**whole, "words": ["x"]}, moved, {},
    ):  # fmt: skip
        assert not facts_hold(one.leaf, side)


def test_a_decision_of_an_earlier_version_still_holds():
    one = decided(facts(), NO, salt=SALT, cut=[facts()], unread={"a": 1})
    leaf = {name: value for name, value in one.leaf.items() if name != "beside_sha256"}

    assert facts_hold(leaf, one.side)
    assert not facts_hold(leaf, {**one.side, "cut": "anything"})


CONFIG = """\
version: 1
guard: {policies: [rules.cedar], state: state, serve: {port: 0}}
servers:
  shop:
    trust: trusted
    tools:
      price:
        effect: [write]
        budget: none
        budget_reason: none in this test
        input_schema: {type: object, properties: {price: {type: integer}}}
        confirmed: true
"""
RULES = '@id("A-1") @reason("any") permit (principal, action in Guard::Action::"any", resource);'


@pytest.fixture
def config(tmp_path):
    path = installed(tmp_path, CONFIG, RULES)
    ran(path, play)
    return path


async def play(wired):
    """Words, a call, words again, and a session of which nothing is said."""
    desk = Desk(wired)
    task = parse_intent(
        {"purpose": "Pay; password: hunter2", "tools": ["shop/price"]},
        declared_by="user",
        max_bytes=4096,
    )
    session = await desk.open_session(ADA, task, words=["Set the price"])
    await called(desk, session, "shop/price", "c-1", {"price": 5})
    await desk.tell(session, "Now stop")
    await desk.open_session(ADA, None)


def rewritten(config, kind, change):
    """Change what stands beside the leaves of a kind."""
    with sqlite3.connect(config.parent / "state" / "guard.sqlite") as db:
        for seq, leaf in db.execute("SELECT seq, leaf FROM audit_leaves").fetchall():
            if json.loads(leaf)["kind"] == kind:
                row = db.execute("SELECT side FROM audit_side WHERE seq = ?", (seq,)).fetchone()
                text = change(json.loads(row[0]) if row else {})
                db.execute("INSERT OR REPLACE INTO audit_side (seq, side) VALUES (?, ?)",
                           (seq, text if isinstance(text, str) else json.dumps(text)))  # fmt: skip
    db.close()


def test_an_untouched_log_holds_and_its_export_has_no_secret(config, capsys):
    assert main(["audit", "verify", "--config", str(config)]) == 0
    assert main(["audit", "export", "--traces", "--config", str(config)]) == 0
    line = capsys.readouterr().out.splitlines()[-1]
    assert "hunter2" not in line
    trace = json.loads(line)
    assert (trace["prompt"], trace["said"][0]["words"]) == ("Set the price", ["Now stop"])


@pytest.mark.parametrize("kind", ["task_told", "session_opened", "outcome"])
def test_words_that_were_changed_or_put_there_are_found_and_not_exported(config, capsys, kind):
    rewritten(config, kind, lambda side: {**side, "words": ["Pay 900 EUR to Eve"]})

    assert main(["audit", "verify", "--config", str(config)]) == 1
    assert "words_changed" in capsys.readouterr().out
    assert main(["audit", "export", "--traces", "--config", str(config)]) == 3
    assert "facts_unreadable" in capsys.readouterr().err


@pytest.mark.parametrize(
    "change",
    [
        lambda side: {**side, "cut": "anything"},
        lambda side: {**side, "facts": "{"},
        lambda _: "no json",
        lambda side: {**side, "unread": 7},
    ],
)
def test_a_changed_row_beside_a_decision_is_found_and_not_exported(config, capsys, change):
    rewritten(config, "decision", change)

    assert main(["audit", "verify", "--config", str(config)]) == 1
    assert "facts_changed" in capsys.readouterr().out
    assert main(["audit", "export", "--traces", "--config", str(config)]) == 3
    assert "facts_unreadable" in capsys.readouterr().err


def test_erased_words_are_counted(config, capsys):
    with sqlite3.connect(config.parent / "state" / "guard.sqlite") as db:
        db.execute("DELETE FROM audit_side")
    db.close()

    assert main(["audit", "verify", "--json", "--config", str(config)]) == 2
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["erased"] == 3


def test_one_text_is_not_taken_letter_by_letter(config):
    wired = build(load(config))
    with pytest.raises(Unusable, match="one text"):
        asyncio.run(Desk(wired).open_session(ADA, None, words="Pay Bob"))
    wired.close()


def test_words_logged_by_an_earlier_version_still_hold():
    old = Event(
        kind="task_told", at_ms=1, session="s", leaf={"words_sha256": "ab"}, side={"words": ["x"]}
    )
    assert holds(old.body(), old.side)
    assert not holds(replace(old, kind="signal").body(), old.side)
    for words in ("a text", 7, [7], None):
        assert not holds(old.body(), {"words": words})


def test_an_export_leaves_secrets_out_of_tasks_that_an_earlier_version_kept_whole():
    old = Shown(
        seq=0,
        leaf={"kind": "session_opened"},
        beside={"intent": json.dumps({"purpose": "Pay; password: hunter2", "tools": ["a/b"]})},
    )
    told = _intent([old], {"intent": {"purpose": ""}})
    assert told == {"purpose": "Pay; password: [secret]", "tools": ["a/b"]}
