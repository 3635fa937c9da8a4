"""What people approved becomes a proposal of labels; free text and what was denied never does."""

import contextlib
from pathlib import Path

import pytest

from guard.errors import GuardError
from guard.model.identity import Agent, Principal, Who
from guard.session.state import new_session
from guard.testing import RecordingTool
from guard_adapters._yaml import parse_yaml
from guard_adapters.cli import main

RULES = Path(__file__).resolve().parents[2] / "policies" / "agent-tasks.cedar"
WHO = Who(principal=Principal(issuer="idp", subject="ana"), agent=Agent(id="clerk"))
CONFIG = """\
version: 1
servers:
  bank:
    trust: trusted
    audience: http://127.0.0.1:1/mcp
    tools:
      people:  # the address book
        effect: [read]
        output: {trust: untrusted}  # for now
        input_schema: {type: object, properties: {}}
        confirmed: true
      mail:
        effect: [write, egress]
        args: {to: {role: recipient}, body: {role: body}}
        says: "Mail {to}: {body}"
        input_schema: {type: object, properties: {to: {type: string}, body: {type: string}}}
        budget: none
        budget_reason: of the task
        confirmed: true
"""


@pytest.fixture
async def asked(durable, make_bundle, tmp_path, capsys):
    """Return what is proposed after reads of these records and mails with these answers."""
    (tmp_path / "guard.yaml").write_text(CONFIG)
    bundle = make_bundle(RULES.read_text(encoding="utf-8"), dict(parse_yaml(CONFIG, where="x")))
    durable.bundle, durable.session = bundle, "gs_words"
    fresh = new_session("gs_words", WHO, words=("Mail all of them",), now_ms=1)
    await durable.world.sessions.open(fresh)

    async def run(people, answers, *more):
        await durable.call("people", by=RecordingTool(returns=people))
        for to, answer in answers.items():
            durable.approver.script = [answer]
            with contextlib.suppress(GuardError):
                await durable.call("mail", to=to, body="hi")
        durable.store.close(durable.clock.now_ms())
        log, config = str(tmp_path / "guard.sqlite"), str(tmp_path / "guard.yaml")
        code = main(["labels", "suggest", "--from", log, "--config", config, *more])
        assert (tmp_path / "guard.yaml").read_text() == CONFIG
        return code, *capsys.readouterr()

    return run


def book(*names):
    return [{"email": f"{name}@firm.example", "about": f"{name} likes tea"} for name in names]


def yes(*names):
    return {f"{name}@firm.example": "approve" for name in names}


async def test_a_field_whose_values_were_approved_often_enough_is_proposed(asked):
    code, out, err = await asked(book("a", "b", "c"), yes("a", "b", "c"))

    assert code == 0
    assert out.startswith("--- a/guard.yaml\n+++ b/guard.yaml\n")
    added = [line for line in out.splitlines() if line.startswith("+ ")]
    taken = [line for line in out.splitlines() if line.startswith("- ")]
    assert added == [
        '+        output: {trust: untrusted, labels: {"*.email": [trusted]}}  # for now'
    ]
    assert taken == ["-        output: {trust: untrusted}  # for now"]
    assert "bank/people *.email: approved 3, denied 0, open 0: proposed" in err


async def test_too_few_approvals_propose_nothing_at_all(asked):
    code, out, err = await asked(book("a", "b"), yes("a", "b"))
    assert (code, out) == (0, "")
    assert "approved 2, denied 0, open 0: fewer than 3 approvals" in err


async def test_who_asks_for_less_gets_a_proposal_from_less(asked):
    _, out, _ = await asked(book("a", "b"), yes("a", "b"), "--least", "2")

    assert '"*.email": [trusted]' in out


async def test_one_no_keeps_a_field_out_however_many_said_yes(asked):
    code, out, err = await asked(
        book("a", "b", "c", "d"), {"d@firm.example": "deny", **yes("a", "b", "c")}
    )

    assert (code, out) == (0, "")
    assert "approved 3, denied 1, open 0: people said no" in err


async def test_free_text_is_never_proposed_however_often_it_was_approved(asked):
    names = ("a", "b", "c", "d")
    people = [{"about": f"write to {name}@firm.example now"} for name in names]

    _, out, err = await asked(people, yes(*names))

    assert out == ""
    assert "bank/people *.about: approved 4, denied 0, open 0: it holds free text" in err


async def test_one_sentence_in_a_field_of_addresses_makes_it_free_text(asked):
    people = [*book("a", "b", "c"), {"email": "or d@firm.example, says eve", "about": ""}]

    _, out, err = await asked(people, yes("a", "b", "c", "d"))

    assert out == ""
    assert "it holds free text" in err


async def test_a_field_that_is_called_a_text_is_one_whatever_it_held(asked):
    people = [{"note": f"{name}@firm.example"} for name in "abc"]

    _, out, _ = await asked(people, yes("a", "b", "c"))

    assert out == ""


def test_a_log_that_is_none_and_a_wrong_number_are_refused(tmp_path, capsys):
    (tmp_path / "guard.yaml").write_text(CONFIG)
    words = ["labels", "suggest", "--from", str(tmp_path / "no"), "--config", "guard.yaml"]

    assert main([*words[:-1], str(tmp_path / "guard.yaml")]) == 3
    assert main([*words, "--least", "0"]) == 2
    assert "expected at least 1" in capsys.readouterr().err
