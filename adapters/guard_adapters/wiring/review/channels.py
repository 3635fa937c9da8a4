"""Wires what leaves the guard for people: the channels of guard.yaml. It decides nothing."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Final

from guard.errors import Unusable
from guard_adapters.approver.webhook import Channel, Postman
from guard_adapters.console.origin import origin_of
from guard_adapters.wiring.build import Wired
from guard_adapters.wiring.process.rounds import rounds
from guard_adapters.wiring.process.together import meanwhile
from guard_adapters.wiring.state.keys import secret

ROUND_S: Final = 1.0
"""Pause between two looks into the outbox (seconds)."""


def postman(wired: Wired, url: str) -> Postman:
    """Return what sends the messages of one guard.

    Raises:
        Unusable: no browser would make a passkey for the links in them.
    """
    keys, listed = wired.loaded.state / "keys", wired.loaded.installation.channels
    return Postman(
        outbox=wired.store.outbox,
        approvals=wired.world.approvals,
        grants=wired.world.grants,
        clock=wired.world.clock,
        ids=wired.world.ids,
        channels={
            name: Channel(
                name=name,
                url=one.url,
                shape=one.kind,
                secret=secret(keys / f"channel-{name}.key"),
            )
            for name, one in listed.items()
        },
        console=origin_of(url).url,
    )


@asynccontextmanager
async def delivering(wired: Wired, url: str) -> AsyncIterator[None]:
    """Send what waits in the outbox, as long as this is open; without channels do nothing.

    Args:
        wired: the guard.
        url: how reviewers reach it.
    """
    if not wired.loaded.installation.channels:
        yield
        return
    try:
        sender = postman(wired, url)
    except Unusable as error:
        raise Unusable(
            f"Channels link to the console, and there is none ({error.message}).",
            code="no_console",
            next_step=error.next_step,
        ) from None
    await wired.store.outbox.reopened()
    work = rounds(ROUND_S, wired.faults, ("No channel is told of questions", sender.round))
    async with aclosing(sender), meanwhile(work):
        yield
