"""Wires what others are told as security events: receivers of guard.yaml, keys, routes, rounds."""

import base64
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from starlette.routing import Route

from guard.config import SignalReceiver
from guard.errors import Unavailable, Unusable
from guard.grant.secevent import CAEP
from guard.ports import Ids
from guard.ports.transmit import Change, OutStream, Transmissions
from guard_adapters._faults import Faults
from guard_adapters._http.origins import origin
from guard_adapters.front.bearer import digest_of
from guard_adapters.front.ssf.management import Desk, routes
from guard_adapters.front.ssf.offered import offered_routes
from guard_adapters.front.ssf.outgoing import Receiver, Voice
from guard_adapters.front.ssf.sending import Sending
from guard_adapters.issuer.made import read_secret
from guard_adapters.issuer.set_key import RsaSigner
from guard_adapters.wiring.build import Wired
from guard_adapters.wiring.process.rounds import rounds
from guard_adapters.wiring.process.together import meanwhile
from guard_adapters.wiring.signals.telling import Telling
from guard_adapters.wiring.state.keys import secret

ROUND_S: Final = 0.5
"""Pause between two looks into the log (seconds)."""

_LABEL: Final = b"guard/receiver-header/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """Hides the secrets of receivers in a store: whoever reads its rows alone has none of them."""

    key: bytes = field(repr=False)
    ids: Ids

    def seal(self, text: str) -> str:
        """Return text that only this installation can read."""
        nonce = self.ids.token(12)
        raw = nonce + AESGCM(self.key).encrypt(nonce, text.encode(), _LABEL)
        return base64.b64encode(raw).decode()

    def opened(self, sealed: str) -> str:
        """Return the text.

        Raises:
            Unavailable: `receiver_seal_broken`: another key sealed it, or the row is damaged.
        """
        try:
            raw = base64.b64decode(sealed, validate=True)
            return AESGCM(self.key).decrypt(raw[:12], raw[12:], _LABEL).decode()
        except (InvalidTag, ValueError):
            raise Unavailable(
                "The token for a receiver cannot be read: another key sealed it, or it is damaged.",
                code="receiver_seal_broken",
                next_step="Restore keys/receivers-seal.key, or have the stream made anew.",
            ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transmitter:
    """All that is told to others by one guard; without receivers, nothing."""

    routes: tuple[Route, ...] = ()
    telling: Telling | None = None
    sending: Sending | None = None
    faults: Faults = field(default_factory=Faults)


def receiver_token(state: Path, name: str) -> str:
    """Return what a receiver must bear to manage its stream, making it where there is none."""
    return secret(state / "keys" / f"receiver-{name}.key").hex()


def transmitter(wired: Wired, url: str) -> Transmitter:
    """Return the transmitter of one guard, which others reach at `url`.

    Raises:
        Unusable: `receiver_unusable`: an origin in `push_to` is none; or a key or token file.
    """
    listed, keys = wired.loaded.installation.receivers, wired.loaded.state / "keys"
    if not listed:
        return Transmitter()
    voice = Voice(
        issuer=url.rstrip("/"),
        signer=RsaSigner.from_file(keys / "signals-out.pem"),
        clock=wired.world.clock,
        ids=wired.world.ids,
        receivers={name: _receiver(wired, name, one) for name, one in listed.items()},
    )
    sealed = Sealed(key=secret(keys / "receivers-seal.key"), ids=wired.world.ids)
    rows, faults = wired.store.transmissions, wired.faults
    desk = Desk(voice=voice, rows=rows, seal=sealed.seal)
    return Transmitter(
        routes=(*routes(desk), *offered_routes(desk)),
        telling=Telling(
            world=wired.world, log=wired.store.log, rows=rows, voice=voice, faults=faults
        ),
        sending=Sending(rows=rows, clock=wired.world.clock, opened=sealed.opened, faults=faults),
        faults=faults,
    )


def _receiver(wired: Wired, name: str, one: SignalReceiver) -> Receiver:
    try:
        push_to = frozenset(origin(each) for each in one.push_to)
        _ = one.push_url and origin(one.push_url)
    except ValueError as wrong:
        raise Unusable(
            f"The receiver {name!r} cannot be told anything: {wrong}.",
            code="receiver_unusable",
            next_step="Write origins as https://host or https://host:port.",
        ) from None
    return Receiver(
        name=name,
        audience=one.audience,
        token=digest_of(receiver_token(wired.loaded.state, name)),
        events=tuple(CAEP + event for event in one.events),
        about=one.about,
        push_to=push_to,
        fixed=bool(one.push_url),
    )


async def written_down(wired: Wired, rows: Transmissions) -> None:
    """Make the streams that guard.yaml has, and end those whose receiver it no longer has."""
    listed = wired.loaded.installation.receivers
    for row in await rows.streams():
        one = listed.get(row.receiver)
        if one is None or bool(one.push_url) != (row.id == _fixed(row.receiver)):
            await rows.drop(row.id)
    for name, one in listed.items():
        if one.push_url:
            change = _as_written(wired, one)
            if await rows.change(_fixed(name), change) is None:
                await rows.put(change(OutStream(id=_fixed(name), receiver=name)))
    told = await rows.told()
    if not listed and told.cursor >= 0:  # whoever is listed later is told nothing of before
        await rows.tell(replace(told, cursor=-1, levels={}), [])


def _as_written(wired: Wired, one: SignalReceiver) -> Change:
    """Return the change of a stream to what guard.yaml says of it; its status stays."""
    file = one.push_token_file
    token = read_secret(wired.loaded.file.parent / file) if file else ""
    key = secret(wired.loaded.state / "keys" / "receivers-seal.key")
    sealed = Sealed(key=key, ids=wired.world.ids)
    header = sealed.seal(f"Bearer {token}") if token else ""
    events = tuple(CAEP + event for event in one.events)
    return lambda held: replace(held, url=one.push_url, header=header, events=events)


def _fixed(name: str) -> str:
    return f"cfg_{name}"


@asynccontextmanager
async def transmitting(wired: Wired, found: Transmitter) -> AsyncIterator[None]:
    """Tell receivers what happens, as long as this is open; without receivers end what was."""
    await written_down(wired, wired.store.transmissions)
    if found.telling is None or found.sending is None:
        yield
        return
    await found.telling.round()  # from here on nothing is left out
    work = rounds(
        ROUND_S,
        found.faults,
        ("The log is not told to receivers", found.telling.round),
        ("Nothing is sent to receivers", found.sending.round),
    )
    async with aclosing(found.sending), meanwhile(work):
        yield
