"""The last chapter: the audit log is verified, then one byte of a copy is flipped and found."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from guard.audit.check import LogReport, check_log
from guard.session.risk import DETECTOR
from guard_adapters.demo.story import Failed
from guard_adapters.demo.transcript import Transcript
from guard_adapters.store.sqlite.reading import read_log
from guard_adapters.wiring.build import log_key

_DETECTED = f'"source":"{DETECTOR}"'.encode()


def tamper(folder: Path, transcript: Transcript) -> None:
    """Verify the log of the story, flip one byte in a copy, and verify the copy.

    Raises:
        Failed: the log does not verify, or the flipped one does.
    """
    transcript.chapter("The record", "Every decision and outcome is in a signed Merkle tree.")
    state = folder / "guard"
    whole = _checked(state, state / "guard.sqlite")
    _expect(transcript, not whole.findings, f"{whole.size} records verified")
    strange = [leaf for _, leaf in read_log(state / "guard.sqlite").leaves if _DETECTED in leaf]
    _expect(transcript, not strange, "no detector took usual work for a thief's")
    copy = folder / "copy.sqlite"
    shutil.copy(state / "guard.sqlite", copy)
    with closing(sqlite3.connect(copy, isolation_level=None)) as db:
        row = db.execute(
            "SELECT seq, leaf FROM audit_leaves WHERE instr(leaf, 'deny') LIMIT 1"
        ).fetchone()
        flipped = bytes([row[1][0] ^ 1]) + row[1][1:]
        db.execute("UPDATE audit_leaves SET leaf = ? WHERE seq = ?", (flipped, row[0]))
    forged = _checked(state, copy)
    _expect(
        transcript, bool(forged.findings), f"one flipped byte in record {row[0]} of a copy is found"
    )
    transcript.note(forged.findings[0].text)


def _checked(state: Path, file: Path) -> LogReport:
    key, rows = log_key(state, "demo-guard"), read_log(file)
    return check_log(rows.leaves, rows.sides, rows.notes, key.origin, key.key.public_key())


def _expect(transcript: Transcript, held: object, what: str) -> None:
    transcript.check(what, held=bool(held))
    if not held:
        raise Failed(what)
