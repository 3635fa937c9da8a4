"""An SSH certificate for one command: the server runs what was judged, whatever a client asks for.

As a file (level 2) it can be used again until it expires or is on the server's list of revoked
keys, for the same command. Behind the guard's own ssh-agent (level 3) the key never leaves the
guard, and signs once. A session that is open is not cut: SSH gives nobody but the server a way to.
"""

import asyncio
import json
import re
import shlex
import string
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final, Literal

from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    SSHCertificateBuilder,
    SSHCertificateType,
)
from pydantic import BaseModel, ConfigDict, Field

from guard.errors import Refused
from guard.grant.credential import BoundCall, Credential
from guard.grant.lease import GRACE_MS, Fate, Lease, handle_of
from guard.model.call import Json
from guard.model.decision import Terms
from guard.model.facts import Binding, CredentialFacts
from guard_adapters.issuer.authority import authority
from guard_adapters.issuer.krl import RevokedKeys
from guard_adapters.issuer.made import Maker, discreet, facts_of

KIND: Final = "ssh"
SKEW_S: Final = 30
MADE: Final = "Make one with ssh-keygen -t ed25519, without a passphrase."

_PLAIN = re.compile(r"[^\x00-\x1f\x7f]{1,1000}")


class Ssh(BaseModel):
    """The settings of one such issuer."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    host: str = Field(description="Host name or address.")
    port: int = Field(22, ge=1, le=65_535, description="Port.")
    user: str = Field(description="Account on the server.")
    ca_key_file: str = Field(description="Key (0600) that the server's TrustedUserCAKeys names.")
    host_key: str = Field("", description="The server's public key, as in known_hosts.")
    commands: dict[str, str] = Field(
        min_length=1, description="grant -> command; {name} is an argument, quoted for the shell."
    )
    delivery: Literal["file", "agent"] = Field(
        "file", description="Hand over the key, or sign once as an ssh-agent."
    )
    krl_file: str = Field("", description="The server's RevokedKeys, where it is on this machine.")
    source_address: str = Field("", description="Networks from which it may be used.")
    ttl_s: int = Field(30, ge=5, le=3_600, description="Longest life of a certificate (s).")


class SshIssuer:
    """Signs certificates; fulfils `guard.ports.Issuer`."""

    kind = KIND
    min_ttl_s = 5
    leaves_object = True  # the rest of the certificate's time
    can_cut = False

    def __init__(self, settings: Ssh, maker: Maker) -> None:
        self.max_ttl_s = settings.ttl_s
        self.max_binding = Binding.L3 if settings.delivery == "agent" else Binding.L2
        self._settings = settings
        self._maker = maker
        self._ca = authority(maker.path(settings.ca_key_file), MADE)
        self._revoked = self._list() if settings.krl_file else None

    def _list(self) -> RevokedKeys:
        public = self._ca.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
        return RevokedKeys(
            self._maker.path(self._settings.krl_file),
            blob(public.decode()),
            lives_ms=self.max_ttl_s * 1000 + GRACE_MS,
            now_ms=self._maker.clock.now_ms(),
        )

    def facts(self, server: str, tool: str) -> CredentialFacts:
        """Return what a call would get: one level for all."""
        del server, tool
        return facts_of(self)

    def handle(self, lease: Lease) -> str:
        """Return the name that the certificate carries in its key id."""
        return handle_of(lease)

    @discreet
    async def issue(self, call: BoundCall, terms: Terms, lease: Lease) -> Credential:
        """Sign a certificate that can run this one command.

        Raises:
            Refused: `grant_unusable`: there is no command of this name; `argument_unusable`: an
                argument is missing, is no plain word, or would be read as an option.
        """
        del terms  # the lease's deadline is what they left
        template = self._settings.commands.get(call.grant)
        if template is None:
            raise Refused(
                f"There is no command {call.grant!r}.",
                code="grant_unusable",
                next_step="List it under the issuer's commands.",
            )
        command = filled(template, json.loads(call.arguments))
        key = ed25519.Ed25519PrivateKey.generate()
        certificate = self._signed(call, lease, command, key)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
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
                "user": settings.user,
                "host_key": settings.host_key,
                "certificate": certificate,
                "command": command,
                **({"key": private} if settings.delivery == "file" else {}),
            },
        )

    def _signed(
        self, call: BoundCall, lease: Lease, command: str, key: ed25519.Ed25519PrivateKey
    ) -> str:
        now_s = self._maker.clock.now_ms() // 1000
        by = ",".join(call.approval.by) if call.approval else "policy"
        named = f"call={call.call_id} lease={lease.handle} intent={call.intent[:16]} by={by}"
        builder = (
            SSHCertificateBuilder()
            .public_key(key.public_key())
            .serial(serial(lease.id))
            .type(SSHCertificateType.USER)
            .key_id(named.encode())
            .valid_principals([principal(call.grant).encode()])
            .valid_after(now_s - SKEW_S)
            .valid_before(-(-lease.deadline_ms // 1000))
            .add_critical_option(b"force-command", command.encode())
        )
        if self._settings.source_address:
            where = self._settings.source_address.encode()
            builder = builder.add_critical_option(b"source-address", where)
        return builder.sign(self._ca).public_bytes().decode()

    @discreet
    async def revoke(self, lease: Lease, why: str) -> Fate:
        """Have the server refuse it, or say gone once it has expired: until then it would work.

        Raises:
            Unavailable: `issuer_unavailable`: the list cannot be written.
        """
        del why
        now_ms = self._maker.clock.now_ms()
        if now_ms >= lease.deadline_ms + GRACE_MS:
            return Fate.GONE
        if self._revoked is None:
            return Fate.RUNS_OUT
        await asyncio.to_thread(self._revoked.add, serial(lease.id), now_ms)
        return Fate.GONE

    @discreet
    async def sweep(self) -> Sequence[str]:
        """Return no handles: nothing is made at the server."""
        return ()


def principal(grant: str) -> str:
    """Return the principal that the server's AuthorizedPrincipalsFile must list."""
    return f"tool:{grant}"


def serial(lease_id: str) -> int:
    """Return the certificate's serial number, 64 bits, made from the lease."""
    raw = urlsafe_b64decode(lease_id + "==")
    return int.from_bytes(sha256(b"guard/lease/v1" + raw).digest()[:8])


def filled(template: str, arguments: Mapping[str, Json]) -> str:
    """Return the command with its arguments, each quoted so that the shell reads one word.

    Raises:
        Refused: `argument_unusable`.
    """
    words: list[str] = []
    for text, name, spec, conversion in string.Formatter().parse(template):
        words.append(text)
        if name is None:
            continue
        value = arguments.get(name)
        plain = isinstance(value, str | int) and not isinstance(value, bool)
        word = str(value)
        if spec or conversion or not plain or not _PLAIN.fullmatch(word) or word[0] == "-":
            raise Refused(
                f"The argument {name!r} cannot be a word of this command.",
                code="argument_unusable",
                next_step="Give one plain word or number that does not begin with a dash.",
            )
        words.append(shlex.quote(word))
    return "".join(words)


def blob(certificate: str) -> bytes:
    """Return a certificate's line as the bytes that SSH sends."""
    return b64decode(certificate.split()[1])
