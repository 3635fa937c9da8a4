"""A legacy API key, put on the wire by the guard. LEVEL 0: not made for the call, and without end.

What it is good for: the agent cannot read the key, it goes to the listed addresses alone, and it is
taken out of what comes back. What it is not: whoever reads it there has it until it is changed.
"""

from collections.abc import Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, field_validator

from guard.errors import Unusable
from guard.grant.credential import BoundCall, Credential
from guard.grant.lease import Fate, Lease, handle_of
from guard.grant.scrub import SHORTEST
from guard.model.decision import Terms
from guard.model.facts import Binding, CredentialFacts
from guard_adapters._http.origins import origin
from guard_adapters.issuer.made import Maker, discreet, facts_of, read_secret

KIND: Final = "static"


class Static(BaseModel):
    """The settings of one such issuer."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    secret_file: str = Field(description="File (0600) with the key.")
    header: str = Field("Authorization", pattern=r"^[A-Za-z0-9-]{1,64}$", description="Header.")
    prefix: str = Field("Bearer ", max_length=32, description="What stands before the key.")
    origins: tuple[str, ...] = Field(
        min_length=1, description="Where it may go: scheme, host and port, each exactly."
    )
    ttl_s: int = Field(300, ge=1, le=3_600, description="How long one call may use it (s).")

    @field_validator("origins")
    @classmethod
    def _exact(cls, listed: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(origin(one) for one in listed)


class StaticIssuer:
    """Hands out one key; fulfils `guard.ports.Issuer`."""

    kind = KIND
    max_binding = Binding.L0
    min_ttl_s = 0
    leaves_object = False
    can_cut = False

    def __init__(self, settings: Static, maker: Maker) -> None:
        self.max_ttl_s = settings.ttl_s
        self._settings = settings
        self._maker = maker
        self._secret()  # a missing or readable file stops the start, not a call

    def _secret(self) -> str:
        path = self._maker.path(self._settings.secret_file)
        secret = read_secret(path)
        if len(secret.encode()) < SHORTEST or not secret.isprintable() or not secret.isascii():
            raise Unusable(
                f"A key must be {SHORTEST} printable ASCII letters or more.",
                code="secret_file_unusable",
                where=str(path),
                next_step="A shorter one could not be recognised in what comes back.",
            )
        return secret

    @property
    def header_name(self) -> str:
        """Return the header in which the key travels."""
        return self._settings.header

    def facts(self, server: str, tool: str) -> CredentialFacts:
        """Return what a call would get: level 0."""
        del server, tool
        return facts_of(self)

    def handle(self, lease: Lease) -> str:
        """Return a name for the log; nothing at a target has it."""
        return handle_of(lease)

    @discreet
    async def issue(self, call: BoundCall, terms: Terms, lease: Lease) -> Credential:
        """Read the key, so that a changed file is taken from the next call on."""
        del terms
        secret, settings = self._secret(), self._settings
        return Credential(
            kind=self.kind,
            lease_id=lease.id,
            audience=call.audience,
            binding=self.max_binding,
            expires_at_ms=lease.deadline_ms,
            secret=secret,
            parts={
                "header": settings.header,
                "value": settings.prefix + secret,
                "origins": " ".join(settings.origins),
            },
        )

    def header(self, url: str) -> tuple[str, str, str]:
        """Return name and value of the header for a server at this URL, and the key in it.

        Raises:
            Unusable: `issuer_unusable`: the key is not for this address.
        """
        if origin(url) not in self._settings.origins:
            raise Unusable(
                f"The key may not go to {origin(url)}.",
                code="issuer_unusable",
                where="guard.yaml",
                next_step="List scheme, host and port under the issuer's origins, if it should.",
            )
        secret = self._secret()
        return self._settings.header, self._settings.prefix + secret, secret

    @discreet
    async def revoke(self, lease: Lease, why: str) -> Fate:
        """Say gone: it never left the guard but on the wire, and the key itself stays valid."""
        del lease, why
        return Fate.GONE

    @discreet
    async def sweep(self) -> Sequence[str]:
        """Return no handles: nothing is made at a target."""
        return ()
