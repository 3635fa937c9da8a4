"""Whether streams that are listened to still speak: asks their transmitters for verifications.

A stream that says nothing looks like one with nothing to say. Two verifications that never come, or
a transmitter that paused the stream, are told to whoever operates the guard. It decides nothing.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guard.config import SignalStream
from guard.errors import GuardError
from guard.ports import Ids
from guard_adapters._http.documents import change, get_json
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters._http.origins import is_loopback, origin
from guard_adapters.front.ssf.received import Source
from guard_adapters.issuer.made import read_secret


def metadata_url(issuer: str) -> str:
    """Return where a transmitter describes itself (SSF 1.0, 7.1.1)."""
    base, _, path = issuer.partition("://")
    host, _, rest = path.rstrip("/").partition("/")
    return f"{base}://{host}/.well-known/ssf-configuration" + (f"/{rest}" if rest else "")


async def metadata(issuer: str) -> Mapping[str, Any]:
    """Return what a transmitter says of itself.

    Raises:
        UpstreamFailed: it cannot be read, or is about somebody else.
    """
    found = await get_json(metadata_url(issuer))
    if found.get("issuer") != issuer:
        raise UpstreamFailed(f"it is of {str(found.get('issuer'))[:100]!r}", sent=True)
    return found


def to_be_told(where: str, issuer: str, listed: Collection[str] = ()) -> None:
    """Look whether the token of a stream may be sent to an address that the metadata names.

    Args:
        where: the address.
        issuer: of the transmitter; its own origin may be told.
        listed: further origins that an operator wrote down.

    Raises:
        UpstreamFailed: it is of another origin, or on this machine while the issuer is not.
    """
    try:
        there, own = origin(where), origin(issuer)
        named = {origin(one) for one in listed}
    except ValueError:
        raise UpstreamFailed("the metadata names no usable address", sent=False) from None
    if there != own and (there not in named or (is_loopback(there) and not is_loopback(own))):
        raise UpstreamFailed(f"{there} is not told the token of {own}", sent=False)


@dataclass(slots=True, kw_only=True)
class Verifying:
    """One stream whose transmitter is asked again and again. `folder` holds its token file."""

    source: Source
    listed: SignalStream
    folder: Path
    ids: Ids
    tell: Callable[[str], None]
    _said: str = field(default="", repr=False)

    async def once(self) -> None:
        """Ask for one verification, and say so where the stream is stale."""
        state, why = self.ids.token(16).hex(), ""
        self.source.expect(state)
        try:
            where = (await metadata(self.listed.issuer)).get("verification_endpoint")
            if isinstance(where, str):
                await self._ask(where, state)
            else:
                self.source.expect("")
                self.source.missed = 0  # it offers none: nothing is missed
        except (UpstreamFailed, GuardError) as error:
            why = str(error)  # it never comes, and is counted
        self._report(why)

    async def _ask(self, where: str, state: str) -> None:
        to_be_told(where, self.listed.issuer, self.listed.token_origins)
        token = read_secret(self.folder / self.listed.token_file)
        body = {"stream_id": self.listed.stream_id, "state": state}
        await change("POST", where, body, token=token)

    async def forever(self) -> None:
        """Ask until cancelled."""
        while True:
            await self.once()
            await asyncio.sleep(self.listed.verify_every_s)

    def _report(self, why: str) -> None:
        if self.source.stale != self._said:
            self._said = self.source.stale
            reason = f"{self._said}: {why}" if why else self._said
            state = f"is stale ({reason})" if self._said else "is heard again"
            self.tell(f"The stream {self.source.name} {state}.")
