"""One PostgreSQL server as an issuer of credentials sees it: few connections, short waits.

What the server says is told by its SQLSTATE only: its sentences may quote what was sent.
"""

import asyncio
import ssl
from collections.abc import Sequence
from typing import Any, Final

import asyncpg
from pydantic import BaseModel, ConfigDict, Field

from guard.errors import Unavailable
from guard_adapters.issuer.made import Maker, read_secret

MOST_CONNECTIONS: Final = 4


class PostgresTarget(BaseModel):
    """Where the server is, and as whom the guard comes: a role that may make and cut others."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)

    host: str = Field(description="Host name, address, or folder of the Unix socket.")
    port: int = Field(5432, ge=1, le=65_535, description="Port.")
    database: str = Field(description="The database that the tools use.")
    user: str = Field(description="The guard's own role.")
    password_file: str = Field("", description="File (0600) with its password, if it has one.")
    ca_file: str = Field("", description="Certificates that the server's own must chain to.")


class Server:
    """Runs statements as the guard's own role.

    Args:
        target: where.
        maker: folder of relative paths, and the longest wait.
    """

    def __init__(self, target: PostgresTarget, maker: Maker) -> None:
        self.target = target
        self._maker = maker
        self._timeout_s = maker.timeout_s
        self._pool: asyncpg.Pool | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._turn = asyncio.Lock()

    async def run(self, statements: str) -> None:
        """Run statements without parameters, in one transaction."""
        await self._with("execute", statements)

    async def rows(self, query: str, *values: object) -> Sequence[Any]:
        """Return the rows of one query."""
        found: Sequence[Any] = await self._with("fetch", query, *values)
        return found

    async def aclose(self) -> None:
        """Close what is open."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.terminate()

    async def _with(self, method: str, *words: object) -> Any:  # noqa: ANN401  rows have no type
        try:
            async with asyncio.timeout(self._timeout_s):
                pool = await self._opened()
                async with pool.acquire() as connection:
                    return await getattr(connection, method)(*words)
        except asyncpg.PostgresError as wrong:
            raise SaidNo(wrong.sqlstate or "XX000") from None
        except (OSError, TimeoutError, asyncpg.InterfaceError, ValueError) as wrong:
            raise Unavailable(
                f"The PostgreSQL server at {self.target.host}:{self.target.port} cannot be asked "
                f"({type(wrong).__name__}).",
                code="issuer_unavailable",
                next_step="Check the address, the password file and the server's pg_hba.conf.",
            ) from None

    async def _opened(self) -> asyncpg.Pool:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:  # plain functions bring a loop each, and take theirs along
            self._loop, self._pool, self._turn = loop, None, asyncio.Lock()
        async with self._turn:
            if self._pool is None:
                target = self.target
                secret = target.password_file
                self._pool = await asyncpg.create_pool(
                    host=target.host,
                    port=target.port,
                    database=target.database,
                    user=target.user,
                    password=read_secret(self._maker.path(secret)) if secret else None,
                    ssl=self.tls(),
                    min_size=1,
                    max_size=MOST_CONNECTIONS,
                    timeout=self._timeout_s,
                    command_timeout=self._timeout_s,
                    server_settings={"application_name": "guardcall"},
                )
            return self._pool

    def tls(self) -> ssl.SSLContext | None:
        """Return how the server is recognised; None without a CA."""
        if not self.target.ca_file:
            return None
        return ssl.create_default_context(cafile=str(self._maker.path(self.target.ca_file)))


class SaidNo(Unavailable):
    """The server refused a statement; `sqlstate` says in which class."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(
            f"The PostgreSQL server refused (SQLSTATE {sqlstate}).",
            code="issuer_unavailable",
            next_step="Check what the guard's role may do: see docs/issuers/postgres.md.",
        )
        self.sqlstate = sqlstate
