"""A PostgreSQL role for one call: made, used, its sessions cut, dropped.

The role can do what the tool's group role can, until its time is over, and nothing grants it more.
It can change its own settings, so that a timeout set on it is no boundary: the watchdog is.
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import pbkdf2_hmac, sha256
from hmac import digest
from typing import Final
from urllib.parse import quote

from pydantic import Field

from guard.errors import Refused
from guard.grant.credential import BoundCall, Credential
from guard.grant.lease import Fate, Lease, handle_of, prefix_of
from guard.grant.signing import b64u
from guard.model.decision import Terms
from guard.model.facts import Binding, CredentialFacts
from guard_adapters.issuer.made import Maker, discreet, facts_of
from guard_adapters.issuer.postgres import PostgresTarget, SaidNo, Server

KIND: Final = "postgres_role"
PASSWORD_BYTES: Final = 24
ROUNDS: Final = 1
"""192 random bits cannot be guessed: stretching them would cost 8 ms for each call."""

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_HANDLE = re.compile(r"g_[a-z0-9]{6}_[a-z2-7]{26}")
_UNDEFINED: Final = "42704"


class PostgresRole(PostgresTarget):
    """The settings of one such issuer."""

    ttl_s: int = Field(60, ge=5, le=3_600, description="Longest life of a role (s).")
    connections: int = Field(1, ge=1, le=16, description="Sessions that a role may have at once.")


class PostgresRoleIssuer:
    """Makes roles; fulfils `guard.ports.Issuer`."""

    kind = KIND
    max_binding = Binding.L1
    min_ttl_s = 5
    leaves_object = True
    can_cut = True

    def __init__(self, settings: PostgresRole, maker: Maker) -> None:
        self.max_ttl_s = settings.ttl_s
        self._settings = settings
        self._maker = maker
        self._server = Server(settings, maker)

    def facts(self, server: str, tool: str) -> CredentialFacts:
        """Return what a call would get: one level for all."""
        del server, tool
        return facts_of(self)

    def handle(self, lease: Lease) -> str:
        """Return the role's name."""
        return handle_of(lease)

    @discreet
    async def issue(self, call: BoundCall, terms: Terms, lease: Lease) -> Credential:
        """Make the role.

        Raises:
            Refused: `grant_unusable`: the catalogue names no role that could be granted.
            Unavailable: `issuer_unavailable`: the server refused or could not be reached.
        """
        del terms  # the lease's deadline is what they left
        if not _NAME.fullmatch(call.grant) or not _HANDLE.fullmatch(lease.handle):
            raise Refused(
                f"{call.grant!r} is no role that a tool's credential can be a member of.",
                code="grant_unusable",
                next_step="Name a plain group role as credential.grant in guard.yaml.",
            )
        password = b64u(self._maker.ids.token(PASSWORD_BYTES))
        until = datetime.fromtimestamp(-(-lease.deadline_ms // 1000), UTC)
        verifier = scram(password, self._maker.ids.token(16))
        await self._server.run(
            f'CREATE ROLE "{lease.handle}" LOGIN NOCREATEDB NOCREATEROLE NOSUPERUSER'
            f" PASSWORD '{verifier}' VALID UNTIL '{until:%Y-%m-%d %H:%M:%S}+00'"
            f' CONNECTION LIMIT {self._settings.connections} IN ROLE "{call.grant}"'
        )
        return Credential(
            kind=self.kind,
            lease_id=lease.id,
            audience=call.audience,
            binding=self.max_binding,
            expires_at_ms=lease.deadline_ms,
            secret=password,
            parts=self._parts(lease.handle, password),
        )

    def _parts(self, user: str, password: str) -> dict[str, str]:
        target = self._settings
        where = f"{quote(target.host, safe='')}:{target.port}/{quote(target.database, safe='')}"
        return {
            "host": target.host,
            "port": str(target.port),
            "database": target.database,
            "user": user,
            "password": password,
            "dsn": f"postgresql://{user}:{password}@{where}",
        }

    @discreet
    async def revoke(self, lease: Lease, why: str) -> Fate:
        """Shut the role out, cut its sessions, drop it. One that is not there is gone."""
        del why
        name = lease.handle
        if not _HANDLE.fullmatch(name):
            return Fate.STILL_THERE
        try:
            # First no login, or a client that connects again at once would outlive the cut.
            await self._server.run(f'ALTER ROLE "{name}" NOLOGIN')
            await self._server.rows(
                "SELECT pg_terminate_backend(pid, 400) FROM pg_stat_activity WHERE usename = $1",
                name,
            )
            await self._server.run(f'DROP ROLE "{name}"')
        except SaidNo as no:
            if no.sqlstate != _UNDEFINED:
                raise
        return Fate.GONE

    @discreet
    async def sweep(self) -> Sequence[str]:
        """Return the roles that carry this guard's name."""
        # Not LIKE: `_` would match any letter, and another guard's roles with it.
        rows = await self._server.rows(
            "SELECT rolname FROM pg_roles WHERE starts_with(rolname, $1)",
            prefix_of(self._maker.guard_id),
        )
        return [row[0] for row in rows]

    async def aclose(self) -> None:
        """Close the connections to the server."""
        await self._server.aclose()


def scram(password: str, salt: bytes, rounds: int = ROUNDS) -> str:
    """Return a SCRAM-SHA-256 verifier (RFC 5803): the server never sees the password."""
    salted = pbkdf2_hmac("sha256", password.encode(), salt, rounds)
    stored = sha256(digest(salted, b"Client Key", "sha256")).digest()
    server = digest(salted, b"Server Key", "sha256")
    shown = [b64encode(raw).decode() for raw in (salt, stored, server)]
    return f"SCRAM-SHA-256${rounds}:{shown[0]}${shown[1]}:{shown[2]}"
