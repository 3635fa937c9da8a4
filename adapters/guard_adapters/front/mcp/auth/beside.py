"""What comes beside the access token: which workload calls, from which device, from where.

Each in a header of its own, each signed by or told by somebody other than the agent, none needed
unless the operator says so. It only adds to a caller who is known already.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from guard.model.identity import Device, Workload
from guard_adapters.front.mcp.auth.access_token import Caller, Misused, refuse_token
from guard_adapters.front.mcp.auth.certificate import Certificate, certificate_of
from guard_adapters.front.mcp.auth.jwks import KeySource
from guard_adapters.front.mcp.auth.jws import (
    check_audience,
    check_times,
    instant_ms,
    text_of,
    verified,
)
from guard_adapters.front.mcp.auth.location import place_of
from guard_adapters.front.mcp.auth.svid import Svids
from guard_adapters.front.mcp.protocol.edge import Headers, single
from guard_adapters.front.mcp.protocol.wire import REFUSED, WireRefused

WORKLOAD: Final = b"guard-workload"
"""Carries a JWT-SVID."""

DEVICE: Final = b"guard-device"
"""Carries a signed statement about a device."""

_POSTURE: Final = frozenset({"device-posture+jwt"})
_LONGEST_MS: Final = 24 * 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Postures:
    """Whose statements about devices are taken."""

    issuer: str
    keys: KeySource

    async def device(
        self, token: str, caller: Caller, audiences: frozenset[str], now_ms: int
    ) -> Device:
        """Return the device of this caller, as its manager states it.

        Raises:
            WireRefused: 401: it is not about this person's device, or not of that manager.
        """
        claims = await verified(token, self.keys, types=_POSTURE, now_ms=now_ms)
        if claims.get("iss") != self.issuer:
            text = "The statement about the device comes from another issuer."
            refuse_token("token_issuer_wrong", text)
        check_audience(claims, audiences)
        check_times(claims, now_ms, most_ms=_LONGEST_MS)
        if text_of(claims, "user") != caller.subject:
            text = "The statement is about the device of another person. Send your own."
            refuse_token("posture_foreign", text)
        seen_ms, compliant = instant_ms(claims, "iat"), _truth(claims, "compliant")
        if seen_ms is None:
            refuse_token("token_claims_bad", "The statement does not say when it was made.")
        return Device(id=text_of(claims, "sub"), compliant=compliant, seen_at_ms=seen_ms)


def _truth(claims: Mapping[str, Any], name: str) -> bool:
    value = claims.get(name)
    if not isinstance(value, bool):
        refuse_token("token_claims_bad", f"The claim {name} is neither true nor false.")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What one guard takes beside the token.

    Args:
        location_header: in which the proxy says where a caller is; empty: none.
        certificate_header: in which it hands over the client's certificate; empty: none.
        svids: checks JWT-SVIDs; None: none are taken.
        postures: checks statements about devices; None: none are taken.
        workloads: the workloads that each of these agents may be, by its name.
    """

    location_header: str = ""
    certificate_header: str = ""
    svids: Svids | None = None
    postures: Postures | None = None
    workloads: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    def certificate(self, headers: Headers) -> Certificate | None:
        """Return the client's certificate, where the proxy hands it over."""
        name = self.certificate_header
        return certificate_of(headers, name) if name else None

    async def added(
        self,
        caller: Caller,
        headers: Headers,
        certificate: Certificate | None,
        audiences: frozenset[str],
        now_ms: int,
    ) -> Caller:
        """Return the caller with all that is known beside the token.

        Raises:
            WireRefused: 400 or 401: what came cannot be believed.
            Misused: 403 `workload_wrong`: the token is genuine, and its agent runs elsewhere.
        """
        workload = certificate.workload if certificate else Workload()
        svid = single(headers, WORKLOAD) if self.svids else None
        if svid is not None and self.svids is not None:
            workload = await self.svids.workload(svid, audiences, now_ms=now_ms)
        self._check_workload(caller, workload)
        posture = single(headers, DEVICE) if self.postures else None
        device = Device()
        if posture is not None and self.postures is not None:
            device = await self.postures.device(posture, caller, audiences, now_ms)
        place = None
        if self.location_header:
            place = place_of(headers, self.location_header, now_ms)
        return replace(caller, workload=workload, device=device, place=place)

    def _check_workload(self, caller: Caller, workload: Workload) -> None:
        may_be = self.workloads.get(caller.agent)
        if may_be is not None and not (workload.attested and workload.id in may_be):
            text = "This agent runs as another workload. Send its SVID, or use its certificate."
            raise Misused.by(caller, WireRefused(REFUSED, text, 403, "workload_wrong"))
