"""Reviewers on PostgreSQL: what is good once is taken by one statement, or under its row's lock.

Tokens stand here as digests only. It does not know who may be a reviewer, and checks no signature.
"""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Final

from guard.audit.event import Event
from guard.grant.people import LONGEST, MAX_LOGINS, Account, Ceremony, Invite, Login, Passkey
from guard_adapters.store.postgres.audit import append
from guard_adapters.store.postgres.database import Connection, Database
from guard_adapters.store.postgres.schema import later_ms

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS reviewers (
    name text PRIMARY KEY, user_handle bytea NOT NULL UNIQUE, invited_by text NOT NULL,
    created_ms bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS passkeys (
    credential_id text PRIMARY KEY, reviewer text NOT NULL REFERENCES reviewers (name),
    spki bytea NOT NULL, cose bytea NOT NULL, alg integer NOT NULL, sign_count bigint NOT NULL,
    aaguid text NOT NULL, backup_eligible boolean NOT NULL, backed_up boolean NOT NULL,
    device_bound boolean NOT NULL, enrolled_by text NOT NULL, created_ms bigint NOT NULL,
    usable_from_ms bigint NOT NULL, used_ms bigint NOT NULL, revoked_ms bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS passkeys_by_reviewer ON passkeys (reviewer, created_ms);
CREATE TABLE IF NOT EXISTS invites (
    token_sha256 text PRIMARY KEY, reviewer text NOT NULL, invited_by text NOT NULL,
    until_ms bigint NOT NULL, used_ms bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS ceremonies (
    challenge_sha256 text PRIMARY KEY, kind text NOT NULL, until_ms bigint NOT NULL,
    reviewer text NOT NULL, detail text NOT NULL
);
CREATE TABLE IF NOT EXISTS logins (
    cookie_sha256 text PRIMARY KEY, reviewer text NOT NULL, credential_id text NOT NULL,
    opened_ms bigint NOT NULL, seen_ms bigint NOT NULL
);
"""

KEY, INVITE, LOGIN = (tuple(one.name for one in fields(kind)) for kind in (Passkey, Invite, Login))
_KEYS: Final = f"SELECT {', '.join(KEY)} FROM passkeys"  # noqa: S608  names of our own fields


class PostgresReviewers:
    """The `Reviewers` port on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def account(self, name: str) -> Account | None:
        """Return the account of this name."""
        found = await self._database.run(lambda db: _accounts(db, name), again=True)
        return found[0] if found else None

    async def accounts(self) -> Sequence[Account]:
        """Return every account, by name."""
        return await self._database.run(lambda db: _accounts(db, ""), again=True)

    async def passkey(self, credential_id: str) -> Passkey | None:
        """Return one passkey."""
        return await self._database.run(lambda db: _key(db, credential_id), again=True)

    async def passkeys(self, *names: str) -> Sequence[Passkey]:
        """Return the passkeys of reviewers, or of all, revoked ones included, oldest first."""
        given = (list(names),) if names else ()
        which = "WHERE reviewer = ANY($1::text[])" if names else ""

        async def work(db: Connection) -> list[Passkey]:
            rows = await db.fetch(f"{_KEYS} {which} ORDER BY created_ms, credential_id", *given)
            return [Passkey(**row) for row in rows]

        return await self._database.run(work, again=True)

    async def invite(self, invite: Invite, events: Sequence[Event]) -> None:
        """Write an invitation down; open ones of the same reviewer are void."""

        async def work(db: Connection) -> None:
            await _void_invites(db, invite.reviewer)
            await db.execute(
                "INSERT INTO invites VALUES ($1, $2, $3, $4, 0)",
                invite.token_sha256,
                invite.reviewer,
                invite.invited_by,
                invite.until_ms,
            )
            await append(db, events)

        await self._database.run(work)

    async def invited(self, token_sha256: str) -> Invite | None:
        """Return an invitation."""
        return await self._database.run(lambda db: _invite(db, token_sha256), again=True)

    async def enrol(
        self, token_sha256: str, account: Account, key: Passkey, events: Sequence[Event]
    ) -> bool:
        """Use the invitation up and keep the passkey; False changes nothing."""

        async def work(db: Connection) -> bool:
            found = await _invite(db, token_sha256, lock=True)
            now_ms = await later_ms(db, key.created_ms)
            if found is None or found.reviewer != key.reviewer or not found.open(now_ms):
                return False
            if await _key(db, key.credential_id) is not None:
                return False
            await db.execute(
                "UPDATE invites SET used_ms = $1 WHERE token_sha256 = $2",
                key.created_ms,
                token_sha256,
            )
            await db.execute(
                "INSERT INTO reviewers VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING",
                account.name,
                account.user_handle,
                account.invited_by,
                account.created_ms,
            )
            await _insert(db, key)
            await append(db, events)
            return True

        return await self._database.run(work)

    async def begin(self, ceremony: Ceremony, now_ms: int) -> None:
        """Keep a challenge until it is answered or late."""

        async def work(db: Connection) -> None:
            await db.execute(
                "DELETE FROM ceremonies WHERE until_ms <= $1", await later_ms(db, now_ms)
            )
            await db.execute(
                "INSERT INTO ceremonies VALUES ($1, $2, $3, $4, $5)",
                ceremony.challenge_sha256,
                ceremony.kind,
                ceremony.until_ms,
                ceremony.reviewer,
                ceremony.detail,
            )
            await db.execute(
                "DELETE FROM ceremonies WHERE challenge_sha256 IN (SELECT challenge_sha256"
                " FROM ceremonies WHERE kind = 'login' ORDER BY until_ms DESC OFFSET $1)",
                MAX_LOGINS,
            )

        await self._database.run(work)

    async def take(self, challenge_sha256: str, now_ms: int) -> Ceremony | None:
        """Give a challenge out, once."""

        async def work(db: Connection) -> Ceremony | None:
            row = await db.fetchrow(
                "DELETE FROM ceremonies WHERE challenge_sha256 = $1"
                " RETURNING challenge_sha256, kind, until_ms, reviewer, detail",
                challenge_sha256,
            )
            late = row is None or await later_ms(db, now_ms) >= row["until_ms"]
            return None if late else Ceremony(**row)

        return await self._database.run(work)

    async def counted(self, credential_id: str, sign_count: int, now_ms: int) -> bool:
        """Move the counter of a living key up by compare-and-swap."""

        async def work(db: Connection) -> bool:
            done = await db.execute(
                "UPDATE passkeys SET sign_count = $2, used_ms = $3"
                " WHERE credential_id = $1 AND revoked_ms = 0"
                " AND (sign_count < $2 OR (sign_count = 0 AND $2 = 0))",
                credential_id,
                sign_count,
                now_ms,
            )
            return bool(done == "UPDATE 1")

        return await self._database.run(work)

    async def revoke(
        self, name: str, credential_id: str, now_ms: int, events: Sequence[Event]
    ) -> int:
        """Revoke one key of a reviewer or all, with what was opened by them."""

        async def work(db: Connection) -> int:
            revoked = await db.fetch(
                "UPDATE passkeys SET revoked_ms = $3 WHERE reviewer = $1 AND revoked_ms = 0"
                " AND $2 IN ('', credential_id) RETURNING credential_id",
                name,
                credential_id,
                now_ms,
            )
            await _void_invites(db, name)
            await db.execute(
                "DELETE FROM logins WHERE reviewer = $1 AND $2 IN ('', credential_id)",
                name,
                credential_id,
            )
            await append(db, events)
            return len(revoked)

        return await self._database.run(work)

    async def open_login(self, login: Login, now_ms: int) -> None:
        """Keep a login; dead ones are forgotten."""

        async def work(db: Connection) -> None:
            at_ms = await later_ms(db, now_ms)
            await db.execute(
                "DELETE FROM logins WHERE seen_ms <= $1 OR opened_ms <= $2",
                at_ms - LONGEST.idle_ms,
                at_ms - LONGEST.login_ms,
            )
            await db.execute(
                "INSERT INTO logins VALUES ($1, $2, $3, $4, $5)",
                login.cookie_sha256,
                login.reviewer,
                login.credential_id,
                login.opened_ms,
                login.seen_ms,
            )

        await self._database.run(work)

    async def login(self, cookie_sha256: str) -> Login | None:
        """Return a login."""

        async def work(db: Connection) -> Login | None:
            row = await db.fetchrow(
                f"SELECT {', '.join(LOGIN)} FROM logins WHERE cookie_sha256 = $1",  # noqa: S608
                cookie_sha256,
            )
            return None if row is None else Login(**row)

        return await self._database.run(work, again=True)

    async def seen(self, cookie_sha256: str, now_ms: int) -> None:
        """Note that a login is in use."""
        await self._database.run(
            lambda db: db.execute(
                "UPDATE logins SET seen_ms = $2 WHERE cookie_sha256 = $1", cookie_sha256, now_ms
            )
        )

    async def end_login(self, cookie_sha256: str) -> None:
        """Forget a login."""
        await self._database.run(
            lambda db: db.execute("DELETE FROM logins WHERE cookie_sha256 = $1", cookie_sha256)
        )


async def _accounts(db: Connection, name: str) -> list[Account]:
    rows = await db.fetch(
        "SELECT name, user_handle, invited_by, created_ms FROM reviewers"
        " WHERE $1 IN ('', name) ORDER BY name",
        name,
    )
    return [Account(**row) for row in rows]


async def _key(db: Connection, credential_id: str) -> Passkey | None:
    row = await db.fetchrow(f"{_KEYS} WHERE credential_id = $1", credential_id)
    return None if row is None else Passkey(**row)


async def _insert(db: Connection, key: Passkey) -> None:
    marks: Any = ", ".join(f"${n}" for n in range(1, len(KEY) + 1))
    await db.execute(
        f"INSERT INTO passkeys ({', '.join(KEY)}) VALUES ({marks})",  # noqa: S608  our own fields
        *[getattr(key, name) for name in KEY],
    )


async def _invite(db: Connection, token_sha256: str, *, lock: bool = False) -> Invite | None:
    row = await db.fetchrow(
        f"SELECT {', '.join(INVITE)} FROM invites WHERE token_sha256 = $1"  # noqa: S608
        f"{' FOR UPDATE' if lock else ''}",
        token_sha256,
    )
    return None if row is None else Invite(**row)


async def _void_invites(db: Connection, name: str) -> None:
    await db.execute("DELETE FROM invites WHERE reviewer = $1 AND used_ms = 0", name)
