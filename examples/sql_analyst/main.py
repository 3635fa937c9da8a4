"""An SQL analyst: each call logs in with a certificate of its own, as the role of its tool.

    python examples/sql_analyst/main.py

The server is real. What a query may reach is decided there, by the role; whether it may be asked at
all, by the guard. At the end, the key of a finished call is tried once more.
"""

# pyright: basic
# The driver of PostgreSQL ships no types.

import asyncio
import shutil
import socket
import ssl
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import asyncpg

sys.path.insert(0, str(Path(__file__).parent))

from database import Database

from guard.grant.credential import Credential
from guard_adapters.front.function import current_credential
from guard_adapters.front.native import Native, Ran
from guard_adapters.issuer.files import as_files
from guard_adapters.wiring.local import Local, local
from guard_adapters.wiring.watchdog import watched

HERE = Path(__file__).parent
REFUND = "UPDATE orders SET refunded = $2 WHERE id = $1 RETURNING refunded"
CALLS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("sql", "orders", {"query": "SELECT sum(cents) FROM orders"}),
    ("sql", "orders", {"query": "SELECT name FROM customers"}),
    ("sql", "orders", {"query": "WITH x AS (DELETE FROM orders RETURNING 1) SELECT 1 FROM x"}),
    ("sql", "customers", {"query": "SELECT name FROM customers"}),
    ("sql", "refund", {"order": 8, "cents": 9_000}),
    ("chart", "publish", {"title": "Orders in November"}),
)


class Analyst:
    """The tools. None of them knows a password; each logs in as its credential says."""

    def __init__(self, ca: Path) -> None:
        self._ca = ca
        self.used: Credential | None = None

    async def run(self, tool: str, given: Mapping[str, Any]) -> object:
        """Run one tool with its judged arguments."""
        if tool == "publish":
            return f"published {given['title']!r}"
        self.used = current_credential()
        if tool == "refund":
            return await self.fetched(self.used, REFUND, given["order"], given["cents"])
        return await self.fetched(self.used, given["query"])

    async def fetched(self, credential: Credential, query: str, *values: object) -> object:
        """Log in, ask one thing, log out."""
        tls, parts = ssl.create_default_context(cafile=self._ca), credential.parts
        with as_files(credential, "certificate", "key") as files:
            tls.load_cert_chain(files["certificate"], files["key"])
        db = await asyncpg.connect(
            host=parts["host"],
            port=int(parts["port"]),
            database=parts["database"],
            user=parts["user"],
            ssl=tls,
        )
        try:
            return f"{await db.fetchval(query, *values)} (as {parts['user']})"
        finally:
            await db.close()


async def call(
    guard: Local, analyst: Analyst, server: str, tool: str, given: dict[str, Any]
) -> object:
    """Make one call of the analyst, if the guard lets it."""

    async def run(judged: dict[str, Any]) -> object:
        try:
            return await analyst.run(tool, judged)
        except asyncpg.PostgresError as no:
            return f"PostgreSQL: {no}"

    native = Native(server=server, tool=tool, arguments=given, session="one task")
    answer = await guard.intake.around(native, run)
    return answer.result if isinstance(answer, Ran) else answer.text.split()[0].strip(":")


async def work(folder: Path) -> None:
    """Play the analyst in `folder`."""
    shutil.copytree(HERE, folder, dirs_exist_ok=True)
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    database = Database(folder / "db", folder / "keys", port)
    database.make()
    config = folder / "guard.yaml"
    config.write_text(config.read_text().replace("port: 5432", f"port: {port}"))
    analyst = Analyst(folder / "keys" / "ca.crt")
    try:
        await database.start()
        with local(config, person="ana", agent="analyst", tell=_ask) as guard:
            async with watched(guard.wired.world, guard.wired.heart):
                for server, tool, given in CALLS:
                    print(f"{tool} {given}: {await call(guard, analyst, server, tool, given)}")
                await _again(analyst)
    finally:
        database.stop()


async def _again(analyst: Analyst) -> None:
    assert analyst.used is not None  # noqa: S101  three calls have run
    try:
        told = await analyst.fetched(analyst.used, "SELECT 1")
    except (OSError, asyncpg.PostgresError) as no:
        told = f"refused ({type(no).__name__})"
    print(f"the key of a finished call: {told}")


def _ask(_question: object) -> None:
    """Tell nobody: in this example no person is there."""


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)  # PostgreSQL runs as somebody else where this runs as root
        asyncio.run(work(Path(name)))
