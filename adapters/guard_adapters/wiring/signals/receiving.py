"""Connects streams of security events to one guard. It decides nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.routing import Route

from guard.config import SignalStream
from guard.grant.secevent import Stream
from guard.model.call import Json
from guard.model.secevent import SecurityEvent
from guard_adapters._http.documents import post_json
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters.front.ssf.poll import Polled
from guard_adapters.front.ssf.push import Pushed
from guard_adapters.front.ssf.received import Remembering, Source
from guard_adapters.issuer.made import read_secret
from guard_adapters.store.replay_sqlite import SqliteReplay
from guard_adapters.wiring.build import Wired
from guard_adapters.wiring.offline.key_sets import key_set
from guard_adapters.wiring.signals.listening import Verifying
from guard_adapters.wiring.state.keys import secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Ear:
    """What a stream needs of one guard."""

    wired: Wired

    def now_ms(self) -> int:
        """Return Unix time (milliseconds)."""
        return self.wired.world.clock.now_ms()

    async def hear(self, event: SecurityEvent) -> Callable[[], Awaitable[None]]:
        """Let an event reach every session that it is about; return what is left to do after."""
        reauthorizing = self.wired.reauthorizing
        told = await reauthorizing.hear(event)
        return lambda: reauthorizing.follow(told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Streams:
    """All streams of one guard."""

    pushed: Pushed
    sources: tuple[Source, ...] = ()
    polled: tuple[Polled, ...] = ()
    verifying: tuple[Verifying, ...] = ()
    close: Callable[[], None] = lambda: None  # of the memory of tokens

    def routes(self) -> list[Route]:
        """Return where transmitters push to."""
        return self.pushed.routes()

    async def poll(self) -> None:
        """Poll every stream that is polled, and verify those that can be, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for polled in self.polled:
                group.create_task(polled.forever())
            for verifying in self.verifying:
                group.create_task(verifying.forever())


def push_token(state: Path, name: str) -> str:
    """Return what the transmitter of this stream must bear, making it where there is none."""
    return secret(state / "keys" / f"signals-{name}.key").hex()


def streams(wired: Wired, tell: Callable[[str], None] = lambda _: None) -> Streams:
    """Return the streams that guard.yaml lists; `tell` is given what an operator should know.

    Raises:
        Unusable: a token file cannot be used.
    """
    listed, state = wired.loaded.installation.signals, wired.loaded.state
    if not listed:
        return Streams(pushed=Pushed({}, {}))
    now_ms = wired.world.clock.now_ms()
    seen = SqliteReplay(state / "signals.sqlite", now_ms=now_ms)
    sources = {name: _source(wired, name, one, seen) for name, one in listed.items()}
    pushing = {name: source for name, source in sources.items() if not listed[name].poll_url}
    tokens = {name: push_token(state, name) for name in pushing}
    polled = tuple(
        Polled(
            source=sources[name],
            ask=_asking(one, wired.loaded.file.parent),
            faults=wired.faults,
        )
        for name, one in listed.items()
        if one.poll_url
    )
    verifying = tuple(
        Verifying(
            source=sources[name],
            listed=one,
            folder=wired.loaded.file.parent,
            ids=wired.world.ids,
            tell=tell,
        )
        for name, one in listed.items()
        if one.stream_id and one.token_file and one.verify_every_s
    )
    return Streams(
        pushed=Pushed(pushing, tokens, wired.faults),
        sources=tuple(sources.values()),
        polled=polled,
        verifying=verifying,
        close=seen.close,
    )


def _source(wired: Wired, name: str, one: SignalStream, seen: Remembering) -> Source:
    return Source(
        name=name,
        stream=Stream(
            issuer=one.issuer, audience=one.audience, algorithms=frozenset(one.algorithms)
        ),
        keys=key_set(one.jwks_url, wired.site),
        hearing=Ear(wired=wired),
        seen=seen,
    )


def _asking(
    one: SignalStream, folder: Path
) -> Callable[[Mapping[str, Json]], Awaitable[Mapping[str, Any]]]:
    token = read_secret(folder / one.poll_token_file) if one.poll_token_file else ""

    async def ask(body: Mapping[str, Json]) -> Mapping[str, Any]:
        try:
            return await post_json(one.poll_url, body, token=token)
        except UpstreamFailed as error:
            raise OSError(str(error)) from error

    return ask
