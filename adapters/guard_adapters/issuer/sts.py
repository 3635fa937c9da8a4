"""Cloud credentials for one call: AssumeRoleWithWebIdentity with a session policy, no static key.

The guard is the identity provider: it signs who calls which tool, and the role trusts that. The
session policy is a template of the operator's with the judged arguments in it, and can only take
away. Nothing can be taken back before it expires; this issuer says so.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, field_validator

from guard.errors import Refused, Unavailable
from guard.grant.credential import BoundCall, Credential
from guard.grant.lease import GRACE_MS, Fate, Lease, handle_of
from guard.grant.signing import verifying_jwk
from guard.model.call import Json
from guard.model.decision import Terms
from guard.model.facts import Binding, CredentialFacts
from guard_adapters._http.api import Api
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters._http.origins import origin
from guard_adapters.issuer.local_key import LocalSigner
from guard_adapters.issuer.made import Maker, discreet, facts_of

KIND: Final = "sts"
FLOOR_S: Final = 900
SLACK_MS: Final = 2_000
"""How much later than the lease a credential may end: clocks, and the time of the request."""

MOST_POLICY: Final = 2_048
"""What AWS takes of a session policy (letters)."""

_FIELD = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_WORD = re.compile(r"[A-Za-z0-9_.=@+:-][A-Za-z0-9_.=@+:/-]{0,1023}")
_PARTS = ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")


class Grant(BaseModel):
    """A role, and what of it one call may use."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    role: str = Field(pattern=r"^arn:[!-~]{1,2000}$", description="ARN of the role.")
    policy: dict[str, Any] = Field(description="Session policy; {name} is an argument.")


class Sts(BaseModel):
    """The settings of one such issuer."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    endpoint: str = Field(description="URL of the token service; https, or loopback.")
    identity: str = Field(description="The guard's public URL: issuer of its identity tokens.")
    audience: str = Field("sts.amazonaws.com", description="Audience that the provider expects.")
    key_file: str = Field("keys/identity.pem", description="Key (0600) of those tokens; made once.")
    region: str = Field("us-east-1", description="Region, for the client.")
    grants: dict[str, Grant] = Field(min_length=1, description="grant -> role and policy.")
    floor_s: int = Field(900, ge=1, le=3_600, description="Shortest life it gives (s); AWS: 900.")
    ttl_s: int = Field(900, ge=1, le=43_200, description="Longest life of a credential (s).")

    @field_validator("endpoint")
    @classmethod
    def _safe(cls, endpoint: str) -> str:
        return origin(endpoint)


class StsIssuer:
    """Assumes roles; fulfils `guard.ports.Issuer`."""

    kind = KIND
    max_binding = Binding.L1
    leaves_object = True  # the rest of the credential's time
    can_cut = False

    def __init__(self, settings: Sts, maker: Maker) -> None:
        self.min_ttl_s, self.max_ttl_s = settings.floor_s, max(settings.ttl_s, settings.floor_s)
        self.identity = settings.identity.rstrip("/")
        self._settings = settings
        self._maker = maker
        self._signer = LocalSigner.from_own_folder(maker.path(settings.key_file))
        self._api = Api(settings.endpoint, timeout_s=maker.timeout_s)

    def facts(self, server: str, tool: str) -> CredentialFacts:
        """Return what a call would get: one level for all."""
        del server, tool
        return facts_of(self)

    def handle(self, lease: Lease) -> str:
        """Return the session's name: the provider's own log shows it."""
        return handle_of(lease)

    def public_key(self) -> dict[str, Json]:
        """Return the key that the provider verifies identity tokens with (a public JWK)."""
        return verifying_jwk(self._signer.public_jwk)

    @discreet
    async def issue(self, call: BoundCall, terms: Terms, lease: Lease) -> Credential:
        """Assume the role of this grant, cut down to this call.

        Raises:
            Refused: `grant_unusable`, or `argument_unusable`: an argument would widen the policy.
            Unavailable: `issuer_unavailable`.
        """
        del terms  # the lease's deadline is what they left
        grant = self._settings.grants.get(call.grant)
        if grant is None:
            raise Refused(
                f"There is no grant {call.grant!r}.",
                code="grant_unusable",
                next_step="List it under the issuer's grants.",
            )
        policy = session_policy(grant.policy, json.loads(call.arguments))
        now_ms = self._maker.clock.now_ms()
        left_s = max(self.min_ttl_s, (lease.deadline_ms - now_ms) // 1000)
        form = {
            "Action": "AssumeRoleWithWebIdentity",
            "Version": "2011-06-15",
            "RoleArn": grant.role,
            "RoleSessionName": lease.handle,
            "Policy": policy,
            "WebIdentityToken": await self._token(call, lease, now_ms // 1000, left_s),
        }
        if left_s >= FLOOR_S:  # services refuse to be told less; they then end with the token
            form["DurationSeconds"] = str(left_s)
        found = await self._assumed(form)
        self._ends_in_time(found["Expiration"], lease.deadline_ms)
        return Credential(
            kind=self.kind,
            lease_id=lease.id,
            audience=call.audience,
            binding=self.max_binding,
            expires_at_ms=lease.deadline_ms,
            secret=found["SecretAccessKey"],
            parts={
                "access_key_id": found["AccessKeyId"],
                "secret_access_key": found["SecretAccessKey"],
                "session_token": found["SessionToken"],
                "region": self._settings.region,
            },
        )

    def _ends_in_time(self, expiration: str, deadline_ms: int) -> None:
        """Refuse a credential that would outlive its lease: nobody could take it back."""
        try:
            until = datetime.fromisoformat(expiration)
        except ValueError:
            raise _unavailable("its answer does not say when the credentials end") from None
        if until.timestamp() * 1000 > deadline_ms + SLACK_MS:
            raise _unavailable(
                "the credentials would outlive the lease; set floor_s and ttl_s to what it gives"
            )

    async def _token(self, call: BoundCall, lease: Lease, now_s: int, left_s: int) -> str:
        claims: dict[str, Json] = {
            "iss": self.identity,
            "aud": self._settings.audience,
            "sub": f"{call.server}/{call.tool}",  # what a role's trust policy can name
            "act": {"sub": call.agent},
            "guard_principal": call.principal,
            "jti": lease.id,
            "iat": now_s,
            "nbf": now_s - 1,
            # Some services end a session when this token ends: it must not be shorter.
            "exp": now_s + left_s,
        }
        return await self._signer.token(claims)

    async def _assumed(self, form: Mapping[str, str]) -> dict[str, str]:
        try:
            answer = await self._api.post_form("", form, headers={})
        except UpstreamFailed as failed:
            raise _unavailable(str(failed)) from None
        if answer.status != HTTPStatus.OK:
            code = _tag("Code", answer.raw) or "no code"
            raise _unavailable(f"it answered {answer.status} ({code})")
        found = {name: _tag(name, answer.raw) for name in _PARTS}
        if not all(found.values()):
            raise _unavailable("its answer holds no credentials")
        return found

    @discreet
    async def revoke(self, lease: Lease, why: str) -> Fate:
        """Say gone once it has expired: the service has no way to end one session."""
        del why
        over = self._maker.clock.now_ms() >= lease.deadline_ms + GRACE_MS
        return Fate.GONE if over else Fate.RUNS_OUT

    @discreet
    async def sweep(self) -> Sequence[str]:
        """Return no handles: the service lists no sessions."""
        return ()

    async def aclose(self) -> None:
        """Close the connections to the service."""
        await self._api.aclose()


def session_policy(template: Mapping[str, Any], arguments: Mapping[str, Json]) -> str:
    """Return the session policy of one call as JSON.

    Raises:
        Refused: `argument_unusable`: an argument is missing, is no plain word, or has a letter
            that means more than itself in a policy; or the policy is too long.
    """

    def word(found: re.Match[str]) -> str:
        value = arguments.get(found[1])
        text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
        # `*`, `?` and `$` widen a resource; `..` and `//` are folded by some services.
        if not _WORD.fullmatch(text) or {"..", ".", ""} & set(text.split("/")):
            raise _unusable(f"The argument {found[1]!r} cannot stand in a policy.")
        return text

    def filled(node: object) -> object:
        match node:
            case str():
                return _FIELD.sub(word, node)
            case list():
                return [filled(one) for one in node]
            case dict():
                return {key: filled(one) for key, one in node.items()}
            case _:
                return node

    text = json.dumps(filled(dict(template)), separators=(",", ":"))
    if len(text) > MOST_POLICY:
        raise _unusable(f"The policy has {len(text)} letters, at most {MOST_POLICY} are taken.")
    return text


def _tag(name: str, raw: bytes) -> str:
    found = re.search(f"<{name}>([^<]*)</{name}>".encode(), raw)
    return found[1].decode("ascii", "replace").strip() if found else ""


def _unusable(wrong: str) -> Refused:
    return Refused(
        wrong,
        code="argument_unusable",
        next_step="Give a plain name or path without wildcards.",
    )


def _unavailable(wrong: str) -> Unavailable:
    return Unavailable(
        f"The token service gave no credentials: {wrong}.",
        code="issuer_unavailable",
        next_step="Check the role's trust policy and the provider: see docs/issuers/sts.md.",
    )
