"""A client certificate for one call to PostgreSQL: nothing is made at the server, nothing is left.

Where the server and the guard share a folder, a revoked certificate is put on a revocation list.
Elsewhere revoking cuts its sessions and it could connect again until it expires, seconds later:
this issuer says so, and cuts once more then.
"""

import asyncio
import re
from base64 import b32encode, urlsafe_b64decode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pydantic import Field

from guard.errors import Refused, Unusable
from guard.grant.credential import BoundCall, Credential
from guard.grant.lease import GRACE_MS, Fate, Lease, handle_of, prefix_of
from guard.model.decision import Terms
from guard.model.facts import Binding, CredentialFacts
from guard_adapters.issuer.authority import ec_authority
from guard_adapters.issuer.made import Maker, discreet, facts_of
from guard_adapters.issuer.postgres import PostgresTarget, Server
from guard_adapters.issuer.shared_files import replace

KIND: Final = "postgres_cert"
SKEW: Final = timedelta(seconds=30)
CRL_LASTS: Final = timedelta(days=30)
MADE: Final = "See docs/issuers/postgres.md for how to make one."

_ROLE = re.compile(r"[a-z_][a-z0-9_]{0,31}")  # with the call's name in front, a CN holds 64 letters
_CUT = (
    "SELECT pg_terminate_backend(a.pid, 400) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid)"
    " WHERE s.client_serial = $1::text::numeric AND s.client_dn LIKE '%/CN=call-%'"
)
_LIVE = "SELECT client_dn FROM pg_stat_ssl WHERE client_dn IS NOT NULL"


class PostgresCert(PostgresTarget):
    """The settings of one such issuer."""

    ca_key_file: str = Field(description="Key (PEM, P-256, 0600) that signs client certificates.")
    ca_cert_file: str = Field(description="Its certificate: the server's ssl_ca_file.")
    crl_file: str = Field("", description="The server's ssl_crl_file, where it is on this machine.")
    ttl_s: int = Field(30, ge=5, le=3_600, description="Longest life of a certificate (s).")


class PostgresCertIssuer:
    """Signs client certificates; fulfils `guard.ports.Issuer`."""

    kind = KIND
    max_binding = Binding.L1
    min_ttl_s = 5
    leaves_object = True  # a session, and what is left of the certificate's time
    can_cut = True

    def __init__(self, settings: PostgresCert, maker: Maker) -> None:
        self.max_ttl_s = settings.ttl_s
        self._settings = settings
        self._maker = maker
        self._server = Server(settings, maker)
        self._key = ec_authority(maker.path(settings.ca_key_file), MADE)
        self._ca = _certificate(maker.path(settings.ca_cert_file))
        self._crl_turn = asyncio.Lock()

    def facts(self, server: str, tool: str) -> CredentialFacts:
        """Return what a call would get: one level for all."""
        del server, tool
        return facts_of(self)

    def handle(self, lease: Lease) -> str:
        """Return the name that the certificate carries as its unit."""
        return handle_of(lease)

    @discreet
    async def issue(self, call: BoundCall, terms: Terms, lease: Lease) -> Credential:
        """Sign a certificate for a key that is made for this call.

        Raises:
            Refused: `grant_unusable`: the catalogue names no role that fits into a certificate.
        """
        del terms  # the lease's deadline is what they left
        if not _ROLE.fullmatch(call.grant):
            raise Refused(
                f"{call.grant!r} is no role that a client certificate can name.",
                code="grant_unusable",
                next_step="Name a login role of at most 32 letters as credential.grant.",
            )
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._signed(lease, call.grant, key.public_key())
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        settings = self._settings
        return Credential(
            kind=self.kind,
            lease_id=lease.id,
            audience=call.audience,
            binding=self.max_binding,
            expires_at_ms=lease.deadline_ms,
            secret=private,
            parts={
                "host": settings.host,
                "port": str(settings.port),
                "database": settings.database,
                "user": call.grant,
                "certificate": certificate.public_bytes(Encoding.PEM).decode(),
                "key": private,
            },
        )

    def _signed(
        self, lease: Lease, role: str, public: ec.EllipticCurvePublicKey
    ) -> x509.Certificate:
        raw = urlsafe_b64decode(lease.id + "==")
        short = b32encode(raw).decode().rstrip("=").lower()
        name = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, lease.handle),
                x509.NameAttribute(NameOID.COMMON_NAME, f"call-{short}.{role}"),
            ]
        )
        now = datetime.fromtimestamp(self._maker.clock.now_ms() / 1000, UTC)
        until = datetime.fromtimestamp(-(-lease.deadline_ms // 1000), UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._ca.subject)
            .public_key(public)
            .serial_number(serial(lease.id))
            .not_valid_before(now - SKEW)
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .sign(self._key, hashes.SHA256())
        )

    @discreet
    async def revoke(self, lease: Lease, why: str) -> Fate:
        """Cut the sessions of this certificate; say gone once it can open no other."""
        del why
        listed = await self._listed(lease) if self._settings.crl_file else False
        await self._server.rows(_CUT, str(serial(lease.id)))
        over = self._maker.clock.now_ms() >= lease.deadline_ms + GRACE_MS
        return Fate.GONE if listed or over else Fate.RUNS_OUT

    async def _listed(self, lease: Lease) -> bool:
        """Put the certificate on the revocation list, and have the server read that again."""
        async with self._crl_turn:
            path, number = self._maker.path(self._settings.crl_file), serial(lease.id)
            now = datetime.fromtimestamp(self._maker.clock.now_ms() / 1000, UTC)
            kept = [one for one in _entries(path) if one.revocation_date_utc > now - CRL_LASTS]
            if all(one.serial_number != number for one in kept):
                entry = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(now)
                kept.append(entry.build())
            builder = x509.CertificateRevocationListBuilder().issuer_name(self._ca.subject)
            builder = builder.last_update(now - SKEW).next_update(now + CRL_LASTS)
            for one in kept:
                builder = builder.add_revoked_certificate(one)
            signed = builder.sign(self._key, hashes.SHA256())
            replace(path, signed.public_bytes(Encoding.PEM))
            await self._server.rows("SELECT pg_reload_conf()")
        return True

    @discreet
    async def sweep(self) -> Sequence[str]:
        """Return the calls of this guard that still have a session."""
        own = re.compile(re.escape(prefix_of(self._maker.guard_id)) + "[a-z2-7]{26}")
        rows = await self._server.rows(_LIVE)
        found = (own.search(row[0]) for row in rows)
        return sorted({one[0] for one in found if one})

    async def aclose(self) -> None:
        """Close the connections to the server."""
        await self._server.aclose()


def serial(lease_id: str) -> int:
    """Return the certificate's serial number: made from the lease, so that a row is enough."""
    raw = urlsafe_b64decode(lease_id + "==")
    return int.from_bytes(sha256(b"guard/lease/v1" + raw).digest()[:16]) >> 1


def _certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as wrong:
        raise _unusable(path, f"it holds no certificate ({type(wrong).__name__})") from None


def _unusable(path: Path, wrong: str) -> Unusable:
    return Unusable(
        f"The authority for client certificates cannot be used: {wrong}.",
        code="issuer_unusable",
        where=str(path),
        next_step=MADE,
    )


def _entries(path: Path) -> list[x509.RevokedCertificate]:
    try:
        return list(x509.load_pem_x509_crl(path.read_bytes()))
    except (OSError, ValueError):
        return []  # none yet: the server refuses to start with a damaged one
