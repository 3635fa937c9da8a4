"""What `guard doctor` says of the signer of call tokens: settings, and with --connect itself."""

import asyncio
from collections.abc import Iterator
from typing import Final

from guard.errors import GuardError, Unusable
from guard_adapters.issuer.made import Maker
from guard_adapters.store.clock import SystemClock, SystemIds
from guard_adapters.wiring.credentials.signer import transit_keys
from guard_adapters.wiring.load import Loaded

CONNECT_S: Final = 2.0


def signer(loaded: Loaded) -> Iterator[tuple[str, str]]:
    """Say if guard.signer cannot be used as it is written."""
    try:
        transit_keys(loaded.installation, _maker(loaded))
    except Unusable as error:
        yield error.code, f"{error.message} {error.next_step}"


def reached_signer(loaded: Loaded) -> list[tuple[str, str]]:
    """Say what is wrong with the key where a server holds it. It is not asked to sign."""
    try:
        asyncio.run(_looked(loaded))
    except GuardError as error:
        return [(error.code, f"{error.message} {error.next_step}")]
    return []


async def _looked(loaded: Loaded) -> None:
    try:
        keys = transit_keys(loaded.installation, _maker(loaded))
    except Unusable:
        return  # said already
    if keys is None:
        return
    try:
        await keys.look()
    finally:
        await keys.aclose()


def _maker(loaded: Loaded) -> Maker:
    clock, ids = SystemClock(), SystemIds()
    folder = loaded.file.parent
    return Maker(guard_id="", clock=clock, ids=ids, folder=folder, timeout_s=CONNECT_S)
