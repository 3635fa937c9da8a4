"""GET and DELETE of legacy sessions: the server's own stream, replays, and the end.

What a server pushes here belongs to a session that was sealed to the caller; without such a
session id there is no stream to read. It gates what the server asks, and forwards nothing unread.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Final

from guard.errors import GuardError
from guard.ports import Waiter
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters._http.pool import Upstream
from guard_adapters.front.mcp.client.cancel import Gone, attended
from guard_adapters.front.mcp.client.stream import Receive
from guard_adapters.front.mcp.http.post import unsealed
from guard_adapters.front.mcp.judging.gate import Asked, Way
from guard_adapters.front.mcp.protocol.wire import WireRefused, notice
from guard_adapters.front.mcp.tools.pins import LIST_CHANGED
from guard_adapters.front.mcp.upstream.relay import Passage
from guard_adapters.front.mcp.upstream.reply import is_events, unreached

_NOTHING: Final = Asked(message={}, method="", id=None, era="legacy", way=Way.FORWARD)
_DAY_S: Final = 86_400
_LOOK_S: Final = 5
"""How soon a stream ends whose session has ended (seconds)."""


Relisted = Callable[[], AbstractAsyncContextManager[Waiter]]
"""Wakes when the tools of the caller may have changed."""


async def session_request(
    passage: Passage, method: str, receive: Receive, relisted: Relisted
) -> None:
    """Carry out a GET or DELETE; whoever holds a stream is told when their tools have changed.

    Raises:
        WireRefused: the session id is not the caller's (404).
    """
    opened = _with_session(passage)
    try:
        upstream = await opened.open(method, None)
    except UpstreamFailed as error:
        reply = unreached(_NOTHING, error)
        await opened.client.answer(reply.status, reply.headers, reply.message)
        return
    try:
        if is_events(upstream) and upstream.status < 300:  # noqa: PLR2004 - a stream, no error
            await _followed(opened, upstream, receive, relisted)
        else:
            reply = await opened.converse(upstream, _NOTHING)
            await opened.client.answer(reply.status, reply.headers, reply.message)
    finally:
        await upstream.aclose()


def _with_session(passage: Passage) -> Passage:
    return replace(passage, session=unsealed(passage))


async def _followed(
    passage: Passage, upstream: Upstream, receive: Receive, relisted: Relisted
) -> None:
    await passage.client.open(passage.down(upstream), upstream.status)
    pump = asyncio.create_task(_pumped(passage, upstream))
    teller = asyncio.create_task(_told(passage, relisted))
    standing = passage.standing
    every_s, tick = (_DAY_S, _nothing) if standing is None else (_LOOK_S, standing.may)
    try:
        # Nobody can read this stream any more once the client has left: the server may know.
        await attended(pump, receive=receive, every_s=every_s, tick=tick)
    except Gone:
        return
    except GuardError:
        pass  # its session may hear nothing more: the stream ends
    finally:
        teller.cancel()
    await passage.client.end()


async def _told(passage: Passage, relisted: Relisted) -> None:
    async with relisted() as changes:
        while True:
            if await changes.wait(_DAY_S * 1000):
                await passage.client.message(notice(LIST_CHANGED))


async def _pumped(passage: Passage, upstream: Upstream) -> None:
    try:
        async for event, message in passage.events(upstream):
            await passage.replay(event, message)
    except (UpstreamFailed, WireRefused):
        return  # the stream ends here for the client, who may resume it with its last event id


async def _nothing() -> None:
    return
