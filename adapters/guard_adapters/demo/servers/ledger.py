"""An MCP server that moves money between accounts in SQLite.

It takes no call without a token for exactly that call: it trusts the guard's published keys, not
the network and not the agent. Its replay memory is a file of its own.
"""

import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mcp.server.mcpserver import MCPServer

from guard.grant.verify import CallRefused, Verifier
from guard_adapters.demo.servers.serve import serve
from guard_adapters.front.mcp_verify import CallGuard, verified_call
from guard_adapters.store.clock import SystemClock
from guard_adapters.store.replay_sqlite import SqliteReplay

SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (iban TEXT PRIMARY KEY, balance_minor INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS payments (
    id INTEGER PRIMARY KEY, recipient TEXT NOT NULL, amount_minor INTEGER NOT NULL,
    memo TEXT NOT NULL, token TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS refusals (id INTEGER PRIMARY KEY, code TEXT NOT NULL);
"""


class Ledger:
    """The money: one file, one owner's account, and whoever is paid."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._open() as db:
            db.executescript(SCHEMA)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self._path, isolation_level=None, timeout=5)
        try:
            yield db
        finally:
            db.close()

    def deposit(self, iban: str, amount_minor: int) -> None:
        """Open an account with this balance (minor units)."""
        with self._open() as db:
            db.execute("INSERT INTO accounts VALUES (?, ?)", (iban, amount_minor))

    def balance(self, iban: str) -> int:
        """Return a balance (minor units); an unknown account has nothing."""
        with self._open() as db:
            row = db.execute(
                "SELECT balance_minor FROM accounts WHERE iban = ?", (iban,)
            ).fetchone()
        return row[0] if row else 0

    def pay(self, payer: str, recipient: str, amount_minor: int, memo: str, token: str) -> int:
        """Move money in one transaction and return the payment's number."""
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            taken = db.execute(
                "UPDATE accounts SET balance_minor = balance_minor - ?"
                " WHERE iban = ? AND balance_minor >= ?",
                (amount_minor, payer, amount_minor),
            )
            if amount_minor <= 0 or taken.rowcount != 1:
                db.execute("ROLLBACK")
                raise ValueError("the balance does not cover this amount")
            db.execute(
                "INSERT INTO accounts VALUES (?, ?) ON CONFLICT (iban)"
                " DO UPDATE SET balance_minor = balance_minor + excluded.balance_minor",
                (recipient, amount_minor),
            )
            payment = db.execute(
                "INSERT INTO payments (recipient, amount_minor, memo, token) VALUES (?, ?, ?, ?)",
                (recipient, amount_minor, memo, token),
            )
            db.execute("COMMIT")
        return payment.lastrowid or 0

    def payments(self) -> list[tuple[str, int, str]]:
        """Return recipient, amount (minor units) and memo of every payment, oldest first."""
        with self._open() as db:
            rows = db.execute("SELECT recipient, amount_minor, memo FROM payments ORDER BY id")
            return [(row[0], row[1], row[2]) for row in rows]

    def refuse(self, refusal: CallRefused) -> None:
        """Note that a call came without a good token."""
        with self._open() as db:
            db.execute("INSERT INTO refusals (code) VALUES (?)", (refusal.code,))

    def refusals(self) -> list[str]:
        """Return the codes of refused calls, oldest first."""
        with self._open() as db:
            return [row[0] for row in db.execute("SELECT code FROM refusals ORDER BY id")]


def ledger_server(ledger: Ledger, payer: str, verifier: Verifier) -> MCPServer:
    """Return the server; `payer` is the account that every payment is taken from."""
    guard = CallGuard(verifier, clock=SystemClock(), refused=ledger.refuse)
    server = MCPServer("ledger", log_level="ERROR", middleware=[guard])

    @server.tool()
    def get_balance() -> int:
        """Return the balance of the own account in cents."""
        return ledger.balance(payer)

    @server.tool()
    def send_money(amount_minor: int, recipient: str, memo: str) -> str:
        """Pay an amount in cents to an IBAN."""
        token = verified_call().jti
        number = ledger.pay(payer, recipient, amount_minor, memo, token)
        return f"payment {number}: {amount_minor} cents to {recipient}"

    return server


def main(port: int, folder: Path, payer: str, jwks: Path, issuer: str, audience: str) -> None:
    """Serve the ledger of this folder."""
    verifier = Verifier(
        json.loads(jwks.read_text()),
        issuer=issuer,
        audience=audience,
        replay=SqliteReplay(folder / "replay.sqlite", now_ms=SystemClock().now_ms()),
        skew_s=0,  # guard and ledger share one clock
    )
    serve(ledger_server(Ledger(folder / "ledger.sqlite"), payer, verifier), port=port)


if __name__ == "__main__":
    _, port, folder, payer, jwks, issuer, audience = sys.argv
    main(int(port), Path(folder), payer, Path(jwks), issuer, audience)
