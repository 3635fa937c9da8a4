"""The key of call tokens in OpenBao: it signs there, and nobody can read it, the guard included.

The server keeps a row of key versions; which one signs follows from when each was made
(`guard.grant.rotation`), so several guards agree without a word. Speaks the Vault API.
"""

import base64
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import Field

from guard.clock import Clock
from guard.errors import Unavailable, Unusable
from guard.grant.rotation import PUBLISH_MS, InUse, Version, in_use
from guard.grant.signing import COORDINATE, public_jwk, thumbprint, unb64u
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters.issuer.key_ring import not_yet_usable
from guard_adapters.issuer.made import Maker, read_secret
from guard_adapters.issuer.vault_api import VaultServer, api_of

LOOK_MS: Final = 10_000
"""How old the row may be before it is looked at again."""

TYPE: Final = "ecdsa-p256"


class Transit(VaultServer):
    """The settings of such a signer."""

    mount: str = Field("transit", pattern=r"^[a-zA-Z0-9/_-]{1,64}$", description="Engine's path.")
    key: str = Field(
        "guardcall", pattern=r"^[a-zA-Z0-9_.-]{1,64}$", description="Name of the key there."
    )


class TransitSigner:
    """One version of the key; fulfils `guard.ports.Signer`."""

    alg = "ES256"

    def __init__(self, keys: "TransitKeys", version: Version) -> None:
        self._keys = keys
        self._number = version.number
        self.public_jwk = version.jwk
        self.kid = thumbprint(version.jwk)

    def __repr__(self) -> str:
        """Return the key's name only."""
        return f"TransitSigner(kid={self.kid!r})"

    async def sign(self, signing_input: bytes) -> bytes:
        """Return the 64-byte signature.

        Raises:
            Unavailable: `signer_unavailable`.
        """
        return await self._keys.signed(signing_input, self._number)


class TransitKeys:
    """The versions of one key; fulfils `guard_adapters.issuer.calltoken.SigningKeys`."""

    def __init__(self, settings: Transit, maker: Maker) -> None:
        self._api = api_of(settings, maker, f"/{settings.mount}")
        self._token_file = maker.path(settings.token_file)
        self._key = settings.key
        self._clock: Clock = maker.clock
        self._versions: tuple[Version, ...] = ()
        self._looked_ms = -LOOK_MS

    async def look(self) -> None:
        """Read the versions again where that is due.

        Raises:
            Unavailable: `signer_unavailable`.
            Unusable: `signer_unusable`: the key is of another type, or can be read.
        """
        now_ms = self._clock.now_ms()
        age_ms = now_ms - self._looked_ms
        if self._versions and 0 <= age_ms < LOOK_MS:
            return
        try:
            found = await self._ask("GET", f"keys/{self._key}")
        except Unavailable:
            # A key is published for longer than that before it signs: none was missed.
            if self._versions and 0 <= age_ms < PUBLISH_MS:
                return
            raise
        self._versions = _versions(found, self._key)
        self._looked_ms = now_ms

    def current(self) -> TransitSigner:
        """Return the version that signs now, as it was last looked at.

        Raises:
            Unusable: `keys_missing`: nobody has looked yet.
        """
        return TransitSigner(self, self.in_use().signing)

    def published(self) -> tuple[Mapping[str, str], ...]:
        """Return the public keys that verifiers should know, the signing first."""
        return self.in_use().published()

    def in_use(self) -> InUse:
        """Return what the versions mean now. Raises as `current`."""
        found = in_use(self._versions, self._clock.now_ms())
        if found is None:
            raise Unusable(
                "The versions of the signing key are not known.",
                code="keys_missing",
                where=self._key,
                next_step="See that the server answers, and that it holds the key.",
            )
        return found

    async def signed(self, signing_input: bytes, number: int) -> bytes:
        """Return the signature of one version. Raises as `TransitSigner.sign`."""
        found = await self._ask("POST", f"sign/{self._key}/sha2-256", {
            "input": base64.b64encode(signing_input).decode(),
            "key_version": number,
            "marshaling_algorithm": "jws",  # r and s, as JOSE has them, not DER
        })  # fmt: skip
        text = str(found.get("signature", ""))
        try:
            signature = unb64u(text.rpartition(":")[2])
        except ValueError:
            signature = b""
        if not text.startswith(f"vault:v{number}:") or len(signature) != 2 * COORDINATE:
            raise _unavailable("its answer holds no signature of this version")
        return signature

    async def rotate(self, *, stolen: bool) -> None:
        """Make a version, which signs once verifiers know it; with `stolen`, end those before it.

        Raises:
            Unavailable: `signer_unavailable`.
            Unusable: `key_not_yet_usable`: the last one that was made does not sign yet.
        """
        await self.look()
        following, now_ms = self.in_use().following, self._clock.now_ms()
        if following and not stolen:
            raise not_yet_usable(following[0].usable_ms - now_ms, self._key)
        await self._ask("POST", f"keys/{self._key}/rotate")
        self._looked_ms = -LOOK_MS
        await self.look()
        if stolen:
            latest = max(one.number for one in self._versions)
            # In this order: the server refuses to verify with less than it signs with.
            least = {"min_encryption_version": latest, "min_decryption_version": latest}
            await self._ask("POST", f"keys/{self._key}/config", least)
            self._versions = tuple(one for one in self._versions if one.number == latest)

    async def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        # Read each time: whoever renews the guard's token puts a new one there.
        headers = {"X-Vault-Token": read_secret(self._token_file)}
        try:
            status, found = await self._api.ask(method, path, headers=headers, body=body)
        except UpstreamFailed as failed:
            raise _unavailable(str(failed)) from None
        if status >= HTTPStatus.BAD_REQUEST:
            raise _unavailable(f"it answers {status} to {method} {path.partition('/')[0]}")
        data = found.get("data")
        return data if isinstance(data, dict) else {}

    async def aclose(self) -> None:
        """Close the connection to the server."""
        await self._api.aclose()


def _versions(found: Mapping[str, Any], name: str) -> tuple[Version, ...]:
    kind, listed = found.get("type"), found.get("keys")
    if kind != TYPE or not isinstance(listed, dict):
        raise _unusable(f"its type is {kind!r}, expected {TYPE!r}", name)
    if found.get("exportable") or found.get("allow_plaintext_backup"):
        # Then it is a file with more steps: whoever may read it can forge any call.
        raise _unusable("it can be exported", name)
    least = found.get("min_decryption_version") or 1
    try:
        return tuple(
            Version(number=int(number), made_ms=_ms(row["creation_time"]), jwk=_jwk(row))
            for number, row in listed.items()
            if int(number) >= int(least)
        )
    except (ValueError, TypeError, KeyError):
        raise _unusable("its versions cannot be read", name) from None


def _ms(text: str) -> int:
    # Nanoseconds, which Python before 3.11 would refuse and later ones cut.
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def _jwk(row: Mapping[str, Any]) -> Mapping[str, str]:
    key = load_pem_public_key(row["public_key"].encode())
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise ValueError("not a P-256 key")
    return public_jwk(key)


def _unavailable(wrong: str) -> Unavailable:
    return Unavailable(
        f"The signer of call tokens cannot be used: {wrong}.",
        code="signer_unavailable",
        next_step="See that the server is unsealed, and that the guard's token is good there.",
    )


def _unusable(wrong: str, name: str) -> Unusable:
    return Unusable(
        f"The key of call tokens cannot be used: {wrong}.",
        code="signer_unusable",
        where=name,
        next_step=f"Make one: bao write -f transit/keys/NAME type={TYPE}.",
    )
