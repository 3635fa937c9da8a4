"""Reviewers in the same file: what is good once is taken and used up in one transaction.

Tokens stand here as digests only. It does not know who may be a reviewer, and checks no signature.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from guard.audit.event import Event
from guard.grant.people import LONGEST, MAX_LOGINS, Account, Ceremony, Invite, Login, Passkey
from guard_adapters.store.sqlite.audit import Journal
from guard_adapters.store.sqlite.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS reviewers (
    name TEXT PRIMARY KEY, user_handle BLOB NOT NULL UNIQUE, invited_by TEXT NOT NULL,
    created_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS passkeys (
    credential_id TEXT PRIMARY KEY, reviewer TEXT NOT NULL REFERENCES reviewers (name),
    spki BLOB NOT NULL, cose BLOB NOT NULL, alg INTEGER NOT NULL, sign_count INTEGER NOT NULL,
    aaguid TEXT NOT NULL, backup_eligible INTEGER NOT NULL, backed_up INTEGER NOT NULL,
    device_bound INTEGER NOT NULL, enrolled_by TEXT NOT NULL, created_ms INTEGER NOT NULL,
    usable_from_ms INTEGER NOT NULL, used_ms INTEGER NOT NULL, revoked_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS passkeys_by_reviewer ON passkeys (reviewer, created_ms);
CREATE TABLE IF NOT EXISTS invites (
    token_sha256 TEXT PRIMARY KEY, reviewer TEXT NOT NULL, invited_by TEXT NOT NULL,
    until_ms INTEGER NOT NULL, used_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ceremonies (
    challenge_sha256 TEXT PRIMARY KEY, kind TEXT NOT NULL, until_ms INTEGER NOT NULL,
    reviewer TEXT NOT NULL, detail TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS logins (
    cookie_sha256 TEXT PRIMARY KEY, reviewer TEXT NOT NULL, credential_id TEXT NOT NULL,
    opened_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL
) WITHOUT ROWID
"""

FLOOD = (
    "DELETE FROM ceremonies WHERE challenge_sha256 IN (SELECT challenge_sha256 FROM ceremonies"
    " WHERE kind = 'login' ORDER BY until_ms DESC LIMIT -1 OFFSET ?)"
)
KEY, INVITE, LOGIN = (tuple(one.name for one in fields(kind)) for kind in (Passkey, Invite, Login))
FLAGS = frozenset({"backup_eligible", "backed_up", "device_bound"})
SELECT_KEY = f"SELECT {', '.join(KEY)} FROM passkeys"  # noqa: S608  names of our own fields


class SqliteReviewers:
    """The `Reviewers` port on one file."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal

    async def account(self, name: str) -> Account | None:
        """Return the account of this name."""
        found = await self._database.run(lambda db: accounts(db, "WHERE name = ?", (name,)))
        return found[0] if found else None

    async def accounts(self) -> Sequence[Account]:
        """Return every account, by name."""
        return await self._database.run(accounts)

    async def passkey(self, credential_id: str) -> Passkey | None:
        """Return one passkey."""
        found = await self._database.run(
            lambda db: passkeys(db, "WHERE credential_id = ?", (credential_id,))
        )
        return found[0] if found else None

    async def passkeys(self, *names: str) -> Sequence[Passkey]:
        """Return the passkeys of reviewers, or of all, revoked ones included, oldest first."""
        given = (json.dumps(names),) if names else ()
        which = "WHERE reviewer IN (SELECT value FROM json_each(?))" if names else ""
        where = f"{which} ORDER BY created_ms, credential_id"
        return await self._database.run(lambda db: passkeys(db, where, given))

    async def invite(self, invite: Invite, events: Sequence[Event]) -> None:
        """Write an invitation down; open ones of the same reviewer are void."""

        def work(db: sqlite3.Connection) -> None:
            _void_invites(db, invite.reviewer)
            db.execute(
                "INSERT INTO invites VALUES (?, ?, ?, ?, ?)",
                (invite.token_sha256, invite.reviewer, invite.invited_by, invite.until_ms, 0),
            )
            self._journal.append(db, events)

        await self._database.run(work)

    async def invited(self, token_sha256: str) -> Invite | None:
        """Return an invitation."""
        return await self._database.run(lambda db: _invite(db, token_sha256))

    async def enrol(
        self, token_sha256: str, account: Account, key: Passkey, events: Sequence[Event]
    ) -> bool:
        """Use the invitation up and keep the passkey; False changes nothing."""

        def work(db: sqlite3.Connection) -> bool:
            found = _invite(db, token_sha256)
            if found is None or found.reviewer != key.reviewer or not found.open(key.created_ms):
                return False
            if passkeys(db, "WHERE credential_id = ?", (key.credential_id,)):
                return False
            db.execute(
                "UPDATE invites SET used_ms = ? WHERE token_sha256 = ?",
                (key.created_ms, token_sha256),
            )
            db.execute(
                "INSERT INTO reviewers VALUES (?, ?, ?, ?) ON CONFLICT (name) DO NOTHING",
                (account.name, account.user_handle, account.invited_by, account.created_ms),
            )
            _insert(db, key)
            self._journal.append(db, events)
            return True

        return await self._database.run(work)

    async def begin(self, ceremony: Ceremony, now_ms: int) -> None:
        """Keep a challenge until it is answered or late."""

        def work(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM ceremonies WHERE until_ms <= ?", (now_ms,))
            db.execute(
                "INSERT INTO ceremonies VALUES (?, ?, ?, ?, ?)",
                (
                    ceremony.challenge_sha256,
                    ceremony.kind,
                    ceremony.until_ms,
                    ceremony.reviewer,
                    ceremony.detail,
                ),
            )
            db.execute(FLOOD, (MAX_LOGINS,))

        await self._database.run(work)

    async def take(self, challenge_sha256: str, now_ms: int) -> Ceremony | None:
        """Give a challenge out, once."""

        def work(db: sqlite3.Connection) -> Ceremony | None:
            row = db.execute(
                "SELECT kind, until_ms, reviewer, detail FROM ceremonies"
                " WHERE challenge_sha256 = ?",
                (challenge_sha256,),
            ).fetchone()
            db.execute("DELETE FROM ceremonies WHERE challenge_sha256 = ?", (challenge_sha256,))
            if row is None or now_ms >= row[1]:
                return None
            kind, until_ms, reviewer, detail = row
            return Ceremony(
                challenge_sha256=challenge_sha256,
                kind=kind,
                until_ms=until_ms,
                reviewer=reviewer,
                detail=detail,
            )

        return await self._database.run(work)

    async def counted(self, credential_id: str, sign_count: int, now_ms: int) -> bool:
        """Move the counter of a living key up by compare-and-swap."""

        def work(db: sqlite3.Connection) -> bool:
            changed = db.execute(
                "UPDATE passkeys SET sign_count = ?, used_ms = ?"
                " WHERE credential_id = ? AND revoked_ms = 0"
                " AND (sign_count < ? OR (sign_count = 0 AND ? = 0))",
                (sign_count, now_ms, credential_id, sign_count, sign_count),
            )
            return changed.rowcount == 1

        return await self._database.run(work)

    async def revoke(
        self, name: str, credential_id: str, now_ms: int, events: Sequence[Event]
    ) -> int:
        """Revoke one key of a reviewer or all, with what was opened by them."""

        def work(db: sqlite3.Connection) -> int:
            changed = db.execute(
                "UPDATE passkeys SET revoked_ms = ? WHERE reviewer = ? AND revoked_ms = 0"
                " AND ? IN ('', credential_id)",
                (now_ms, name, credential_id),
            )
            _void_invites(db, name)
            db.execute(
                "DELETE FROM logins WHERE reviewer = ? AND ? IN ('', credential_id)",
                (name, credential_id),
            )
            self._journal.append(db, events)
            return changed.rowcount

        return await self._database.run(work)

    async def open_login(self, login: Login, now_ms: int) -> None:
        """Keep a login; dead ones are forgotten."""

        def work(db: sqlite3.Connection) -> None:
            for old in _logins(db, "", ()):
                if not old.alive(now_ms, LONGEST):
                    db.execute("DELETE FROM logins WHERE cookie_sha256 = ?", (old.cookie_sha256,))
            db.execute(
                "INSERT INTO logins VALUES (?, ?, ?, ?, ?)",
                (
                    login.cookie_sha256,
                    login.reviewer,
                    login.credential_id,
                    login.opened_ms,
                    login.seen_ms,
                ),
            )

        await self._database.run(work)

    async def login(self, cookie_sha256: str) -> Login | None:
        """Return a login."""
        found = await self._database.run(
            lambda db: _logins(db, "WHERE cookie_sha256 = ?", (cookie_sha256,))
        )
        return found[0] if found else None

    async def seen(self, cookie_sha256: str, now_ms: int) -> None:
        """Note that a login is in use."""
        await self._database.run(
            lambda db: (
                db.execute(
                    "UPDATE logins SET seen_ms = ? WHERE cookie_sha256 = ?", (now_ms, cookie_sha256)
                ).rowcount
            )
        )

    async def end_login(self, cookie_sha256: str) -> None:
        """Forget a login."""
        await self._database.run(
            lambda db: (
                db.execute("DELETE FROM logins WHERE cookie_sha256 = ?", (cookie_sha256,)).rowcount
            )
        )


def accounts(
    db: sqlite3.Connection, where: str = "ORDER BY name", given: tuple[str, ...] = ()
) -> list[Account]:
    """Return accounts; `where`: which, of text in this file alone, with the values `given`."""
    rows = db.execute(
        f"SELECT name, user_handle, invited_by, created_ms FROM reviewers {where}",  # noqa: S608  fixed
        given,
    ).fetchall()
    return [
        Account(name=name, user_handle=handle, invited_by=by, created_ms=at_ms)
        for name, handle, by, at_ms in rows
    ]


def passkeys(
    db: sqlite3.Connection, where: str = "ORDER BY created_ms", given: tuple[str, ...] = ()
) -> list[Passkey]:
    """Return passkeys; `where` and `given` as for accounts."""
    rows = db.execute(f"{SELECT_KEY} {where}", given).fetchall()
    return [Passkey(**_typed(dict(zip(KEY, row, strict=True)))) for row in rows]


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    return {name: bool(value) if name in FLAGS else value for name, value in row.items()}


def _insert(db: sqlite3.Connection, key: Passkey) -> None:
    marks = ", ".join("?" * len(KEY))
    db.execute(
        f"INSERT INTO passkeys ({', '.join(KEY)}) VALUES ({marks})",  # noqa: S608  our own fields
        [getattr(key, name) for name in KEY],
    )


def _invite(db: sqlite3.Connection, token_sha256: str) -> Invite | None:
    row = db.execute(
        "SELECT token_sha256, reviewer, invited_by, until_ms, used_ms FROM invites"
        " WHERE token_sha256 = ?",
        (token_sha256,),
    ).fetchone()
    return None if row is None else Invite(**dict(zip(INVITE, row, strict=True)))


def _void_invites(db: sqlite3.Connection, name: str) -> None:
    db.execute("DELETE FROM invites WHERE reviewer = ? AND used_ms = 0", (name,))


def _logins(db: sqlite3.Connection, where: str, given: tuple[str, ...]) -> list[Login]:
    rows = db.execute(f"SELECT {', '.join(LOGIN)} FROM logins {where}", given)  # noqa: S608  fixed
    return [Login(**dict(zip(LOGIN, row, strict=True))) for row in rows.fetchall()]
