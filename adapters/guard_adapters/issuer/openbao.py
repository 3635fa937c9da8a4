"""Database credentials from OpenBao or a server with the same API: one child token for each call.

The child token is the handle: it carries the lease's name, can read one role's credentials and
nothing else, and ends at the deadline. Revoking it takes everything back that was made with it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from pydantic import Field

from guard.errors import Refused, Unavailable
from guard.grant.credential import BoundCall, Credential
from guard.grant.lease import Fate, Lease, handle_of, prefix_of
from guard.model.decision import Terms
from guard.model.facts import Binding, CredentialFacts
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters.issuer.made import Maker, discreet, facts_of, read_secret
from guard_adapters.issuer.vault_api import VaultServer, api_of

KIND: Final = "openbao"
META: Final = "guard_lease"
MOST_KNOWN: Final = 100_000

_GRANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


class OpenBao(VaultServer):
    """The settings of one such issuer."""

    mount: str = Field("database", pattern=r"^[a-zA-Z0-9/_-]{1,64}$", description="Engine's path.")
    policy: str = Field(
        "guard-{grant}",
        description="Policy of the child token: it may read the credentials of its grant alone.",
    )
    wrap: bool = Field(default=False, description="Hand over a wrapping token, good once.")
    ttl_s: int = Field(60, ge=5, le=3_600, description="Longest life of a credential (s).")


@dataclass(frozen=True, slots=True)
class _Made:
    """What was made for one lease: how each part is taken back. None of it is secret."""

    child: str  # accessor of the child token
    lease_id: str = ""  # of the credentials; unknown where they are wrapped
    wrapping: str = ""  # accessor of the token that they can be taken out with


class OpenBaoIssuer:
    """Makes child tokens and reads credentials with them; fulfils `guard.ports.Issuer`."""

    kind = KIND
    max_binding = Binding.L1
    min_ttl_s = 5
    leaves_object = True
    can_cut = True

    def __init__(self, settings: OpenBao, maker: Maker) -> None:
        self.max_ttl_s = settings.ttl_s
        self._settings = settings
        self._maker = maker
        self._api = api_of(settings, maker)
        self._token = read_secret(maker.path(settings.token_file))
        # What a sweep has seen of accessors: handles of ours, and "" for what is somebody else's.
        self._known: dict[str, str] = {}
        self._made: dict[str, _Made] = {}  # by handle

    def facts(self, server: str, tool: str) -> CredentialFacts:
        """Return what a call would get: one level for all."""
        del server, tool
        return facts_of(self)

    def handle(self, lease: Lease) -> str:
        """Return what the child token carries as its metadata."""
        return handle_of(lease)

    @discreet
    async def issue(self, call: BoundCall, terms: Terms, lease: Lease) -> Credential:
        """Make the child token, and read credentials with it.

        Raises:
            Refused: `grant_unusable`.
            Unavailable: `issuer_unavailable`.
        """
        del terms  # the lease's deadline is what they left
        if not _GRANT.fullmatch(call.grant):
            raise Refused(
                f"{call.grant!r} is no role of a database engine.",
                code="grant_unusable",
                next_step="Name the engine's role as credential.grant in guard.yaml.",
            )
        left_s = max(1, -(-(lease.deadline_ms - self._maker.clock.now_ms()) // 1000))
        child = await self._child(call.grant, lease.handle, left_s)
        path = f"{self._settings.mount}/creds/{call.grant}"
        more = {"X-Vault-Wrap-TTL": f"{left_s}s"} if self._settings.wrap else {}
        found = await self._ask("GET", path, token=child["client_token"], headers=more)
        while len(self._made) >= MOST_KNOWN:  # the oldest have ended long ago, perhaps elsewhere
            del self._made[next(iter(self._made))]
        self._made[lease.handle] = _Made(
            child=str(child["accessor"]),
            lease_id=str(found.get("lease_id", "")),
            wrapping=str((found.get("wrap_info") or {}).get("accessor", "")),
        )
        secret, parts = self._delivered(found)
        return Credential(
            kind=self.kind,
            lease_id=lease.id,
            audience=call.audience,
            binding=self.max_binding,
            expires_at_ms=lease.deadline_ms,
            secret=secret,
            parts=parts,
        )

    def _delivered(self, found: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
        match found:
            case {"wrap_info": {"token": str(token)}}:
                return token, {"address": self._settings.address, "wrapping_token": token}
            case {"data": {"username": str(user), "password": str(password)}}:
                return password, {"user": user, "password": password}
            case _:
                raise _unavailable("its answer holds no credentials")

    async def _child(self, grant: str, handle: str, left_s: int) -> Mapping[str, Any]:
        asked = {
            "policies": [self._settings.policy.format(grant=grant)],
            "meta": {META: handle},
            "ttl": f"{left_s}s",
            "explicit_max_ttl": f"{left_s}s",
            "renewable": False,
            "no_default_policy": True,
            "type": "service",
            "display_name": "guard",
        }
        found = await self._ask("POST", "auth/token/create", body=asked)
        match found:
            case {"auth": {"client_token": str(), "accessor": str()}}:
                made: Mapping[str, Any] = found["auth"]
                return made
            case _:
                raise _unavailable("its answer holds no token")

    @discreet
    async def revoke(self, lease: Lease, why: str) -> Fate:
        """Take back what was made with the child token, then the token. One not there is gone."""
        del why
        known = self._made.get(lease.handle)
        if known is not None and known.wrapping:  # first: nobody takes anything out any more
            await self._end_token(known.wrapping)
        if known is not None and known.lease_id:
            # Told to be in step: without it, the roles are dropped a moment after the answer.
            body = {"lease_id": known.lease_id, "sync": True}
            await self._ask("PUT", "sys/leases/revoke", body=body)
        accessor = known.child if known else await self._found(lease.handle)
        if accessor is None:
            return Fate.GONE
        await self._end_token(accessor)
        self._made.pop(lease.handle, None)
        self._known.pop(accessor, None)
        return Fate.GONE

    async def _end_token(self, accessor: str) -> None:
        await self._ask(
            "POST",
            "auth/token/revoke-accessor",
            body={"accessor": accessor},
            fine=(HTTPStatus.BAD_REQUEST,),  # it is not there any more
        )

    async def _found(self, handle: str) -> str | None:
        """Return the accessor of the child token that carries this name."""
        await self.sweep()
        return next((one for one, name in self._known.items() if name == handle), None)

    @discreet
    async def sweep(self) -> Sequence[str]:
        """Return the names of the child tokens that this guard made and that still live."""
        found = await self._ask("LIST", "auth/token/accessors", fine=(HTTPStatus.NOT_FOUND,))
        listed = found.get("data") or {}
        alive = {str(one) for one in listed.get("keys", ())}
        self._known = {one: name for one, name in self._known.items() if one in alive}
        own = prefix_of(self._maker.guard_id)
        for accessor in alive - self._known.keys():
            seen = await self._ask(
                "POST",
                "auth/token/lookup-accessor",
                body={"accessor": accessor},
                fine=(HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN),  # it ended in between
            )
            meta = (seen.get("data") or {}).get("meta") or {}
            name = str(meta.get(META, ""))
            if seen.get("data") is not None and len(self._known) < MOST_KNOWN:
                self._known[accessor] = name if name.startswith(own) else ""
        return sorted({name for name in self._known.values() if name})

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        fine: Sequence[int] = (),
    ) -> Mapping[str, Any]:
        sent = {"X-Vault-Token": token or self._token, **(headers or {})}
        try:
            status, found = await self._api.ask(method, path, headers=sent, body=body)
        except UpstreamFailed as failed:
            raise _unavailable(str(failed)) from None
        if status in fine:
            return {}
        if status >= HTTPStatus.MULTIPLE_CHOICES:  # its sentences may quote what was sent
            raise _unavailable(f"it answered {status} to {method} {path}")
        return found

    async def aclose(self) -> None:
        """Close the connections to the server."""
        await self._api.aclose()


def _unavailable(wrong: str) -> Unavailable:
    return Unavailable(
        f"OpenBao gave no credentials: {wrong}.",
        code="issuer_unavailable",
        next_step="Check address, token and policies: see docs/issuers/openbao.md.",
    )
