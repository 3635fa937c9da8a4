"""Chooses who signs call tokens: a key in the state folder, or a server that holds one."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from guard.config import Installation
from guard.errors import Unusable
from guard_adapters.issuer.calltoken import SigningKeys
from guard_adapters.issuer.key_ring import KeyRing
from guard_adapters.issuer.made import Maker

if TYPE_CHECKING:
    from guard_adapters.issuer.transit import TransitKeys

WHERE: Final = "guard.signer"
KIND: Final = "openbao"


def signing_keys(installation: Installation, folder: Path, maker: Maker) -> SigningKeys:
    """Return the keys of call tokens; `folder` is where files of keys are.

    Raises:
        Unusable: `signer_unusable`, or a file of keys cannot be used.
    """
    held = transit_keys(installation, maker)
    return KeyRing(folder, clock=maker.clock) if held is None else held


def transit_keys(installation: Installation, maker: Maker) -> "TransitKeys | None":
    """Return the keys that a server holds; None where they are files. Raises as `signing_keys`."""
    if not installation.signer:
        return None
    settings: dict[str, Any] = dict(installation.signer)
    kind = settings.pop("kind", None)
    if kind != KIND:
        raise _unusable(f"got kind {kind!r}, expected {KIND!r}")
    from guard_adapters.issuer.transit import Transit, TransitKeys  # noqa: PLC0415  an HTTP client

    try:
        return TransitKeys(Transit.model_validate(settings), maker)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        path = ".".join(map(str, first["loc"]))
        raise _unusable(f"{path}: {first['msg']}") from None


def _unusable(wrong: str) -> Unusable:
    return Unusable(
        f"The signer of call tokens cannot be used: {wrong}.",
        code="signer_unusable",
        where=WHERE,
        next_step="See docs/signing-keys.md for its settings.",
    )
