"""Somebody who can write to the store's file changes what happened. All below a checkpoint shows."""

import shutil
import sqlite3
from contextlib import closing

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guard.audit.check import check_log
from guard.audit.event import Event, decided, finished
from guard.model.call import Outcome, ToolCall
from guard.model.decision import Allow, Basis, Reason, Terms
from guard.model.facts import CallFacts, ClockFacts, Derived, Facts, Input
from guard.model.identity import Agent, Principal, Who
from guard_adapters.store.log import LogKey
from guard_adapters.store.sqlite.reading import read_log
from guard_adapters.store.sqlite.store import SqliteStore

KEY = LogKey(origin="t/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))
BASIS = Basis(bundle="b", slice="s")


def story(call_id):
    facts = Facts(
        call=CallFacts(id=call_id, session="gs_1", server="mail", tool="send", bytes_sha256="aa"),
        who=Who(principal=Principal(issuer="i", subject="ada"), agent=Agent(id="bot")),
        input=Input(values={"to": "x@example.com"}, derived=Derived()),
        clock=ClockFacts(at_ms=1000, hour=10, weekday=0),
    )
    yes = Allow(reasons=(Reason(code="read_only", rule="R1"),), terms=Terms(), basis=BASIS)
    call = ToolCall(id=call_id, session="gs_1", server="mail", tool="send", arguments=b"{}")
    return [
        decided(facts, yes, salt=b"s" * 16),
        Event(kind="lease_reserved", at_ms=1001, session="gs_1", call=call_id),
        finished(call, Outcome.OK, "", [], 2000),
    ]


@pytest.fixture
async def path(tmp_path):
    made = tmp_path / "guard.sqlite"
    store = SqliteStore(made, KEY, timeout_ms=5_000, cooldown_ms=0)
    for number in range(3):
        await store.sink.write(story(f"call_{number}"))
    store.close(9_000)
    return made


def changed(path, *statements):
    """Run statements on a copy, as somebody with the file in hand would."""
    copy = path.with_name("copy.sqlite")
    shutil.copy(path, copy)
    with closing(sqlite3.connect(copy, isolation_level=None)) as db:
        for statement, values in statements:
            db.execute(statement, values)
    return copy


def codes(rows):
    report = check_log(rows.leaves, rows.sides, rows.notes, KEY.origin, KEY.key.public_key())
    return {finding.code for finding in report.findings}


def test_the_untouched_log_is_fine(path):
    assert codes(read_log(path)) == set()


def test_one_flipped_bit_in_any_byte_of_any_leaf_is_found(path):
    rows = read_log(path)
    leaves, tried = list(rows.leaves), 0
    for seq, data in rows.leaves:
        for place in range(len(data)):
            flipped = data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :]
            leaves[seq] = (seq, flipped)
            report = check_log(leaves, rows.sides, rows.notes, KEY.origin, KEY.key.public_key())
            assert "root_mismatch" in {finding.code for finding in report.findings}
            tried += 1
        leaves[seq] = (seq, data)
    assert tried == sum(len(data) for _, data in rows.leaves) > 1_400


def test_one_flipped_byte_in_the_file_is_found(path):
    copy = changed(
        path,
        (
            "UPDATE audit_leaves SET leaf = CAST(replace(leaf, 'send', 'sena') AS BLOB) WHERE seq = ?",
            (0,),
        ),
    )

    assert "root_mismatch" in codes(read_log(copy))


@pytest.mark.parametrize("seq", range(9))
def test_a_deleted_leaf_is_found(path, seq):
    found = codes(read_log(changed(path, ("DELETE FROM audit_leaves WHERE seq = ?", (seq,)))))

    assert found & {"leaf_gap", "leaves_missing"}


def test_a_deleted_leaf_whose_followers_moved_up_is_found(path):
    copy = changed(
        path,
        ("DELETE FROM audit_leaves WHERE seq = ?", (4,)),
        ("UPDATE audit_leaves SET seq = seq - 1 WHERE seq > ?", (4,)),
    )

    assert {"root_mismatch", "leaves_missing"} & codes(read_log(copy))


def test_two_leaves_that_changed_places_are_found(path):
    copy = changed(
        path,
        ("UPDATE audit_leaves SET seq = 1000 WHERE seq = ?", (1,)),
        ("UPDATE audit_leaves SET seq = 1 WHERE seq = ?", (4,)),
        ("UPDATE audit_leaves SET seq = 4 WHERE seq = ?", (1000,)),
    )

    assert "root_mismatch" in codes(read_log(copy))


@pytest.mark.parametrize("kept", [0, 3, 8])
def test_a_log_cut_short_is_found(path, kept):
    copy = changed(path, ("DELETE FROM audit_leaves WHERE seq >= ?", (kept,)))

    assert "leaves_missing" in codes(read_log(copy))


def test_rewritten_leaves_with_rewritten_nodes_and_a_foreign_signature_are_found(path):
    rows = read_log(path)
    other = LogKey(origin="t/audit", key=Ed25519PrivateKey.from_private_bytes(b"o" * 32))
    forged = check_log(rows.leaves, rows.sides, rows.notes, KEY.origin, other.key.public_key())

    assert {"checkpoint_signature", "checkpoint_missing"} == {f.code for f in forged.findings}


def test_facts_changed_beside_the_tree_are_found(path):
    copy = changed(
        path,
        (
            "UPDATE audit_side SET side = replace(side, 'x@example', 'y@example') WHERE seq = ?",
            (0,),
        ),
    )

    assert codes(read_log(copy)) == {"facts_changed"}


def test_an_exported_checkpoint_finds_a_log_that_was_cut_together_with_its_checkpoints(path):
    exported = read_log(path).notes[-1]
    copy = changed(
        path,
        ("DELETE FROM audit_leaves WHERE seq >= ?", (6,)),
        ("DELETE FROM audit_checkpoints WHERE size > ?", (6,)),
    )
    rows = read_log(copy)
    notes = (*rows.notes, exported)

    report = check_log(rows.leaves, rows.sides, notes, KEY.origin, KEY.key.public_key())

    assert "leaves_missing" in {finding.code for finding in report.findings}
