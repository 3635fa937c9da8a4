"""`guard proxy --session` of an attached relay: the session named is worked in, if it is one's own."""

import json

from guard.model.identity import Agent, Principal, Who
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.state.places import person
from tests.attack.test_hook_behind_serve import Relay, folder, running  # noqa: F401  the fixture


def of(subject, agent):
    return Who(principal=Principal(issuer="os", subject=subject), agent=Agent(id=agent))


async def called(wired):
    """Return the sessions of the calls that were decided."""
    page = await wired.store.log.page(0)
    rows = [json.loads(leaf) for _, leaf in page.leaves]
    return [row["session"] for row in rows if row["kind"] == "decision"]


async def test_a_relay_works_in_the_session_it_names_and_in_nobody_elses(folder):  # noqa: F811
    pipe = folder / "run" / "s"
    async with running(folder, pipe) as wired:
        desk = Desk(wired)
        own = await desk.open_session(of(person(), "a"), None)
        others = [
            await desk.open_session(of("somebody", "a"), None),
            await desk.open_session(of(person(), "another"), None),
        ]
        relay = await Relay(folder, pipe).start("--session", own)
        assert "got nothing" in await relay.call("peek")
        assert await called(wired) == [own]
        await relay.stop()
        for handle in others:
            thief = await Relay(folder, pipe).start("--session", handle)
            assert "session_unknown" in await thief.call("peek")
            await thief.stop()
        assert await called(wired) == [own]
