"""A risk signal takes writing away from a session that goes on.

python examples/04_narrow_on_risk/main.py
"""

import asyncio
import shutil
import tempfile
from pathlib import Path

from guard import GuardError
from guard.model.identity import Agent, Principal, Who
from guard.session.risk import signal
from guard_adapters.front.function import Wrapper
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load

HERE = Path(__file__).parent
PAGES = {"Plan": "Ship it on Friday."}


async def read_page(title: str) -> str:
    """Read a page of the wiki."""
    return PAGES[title]


async def write_page(title: str, text: str) -> str:
    """Write a page of the wiki."""
    PAGES[title] = text
    return f"{title} was written"


async def work(folder: Path) -> None:
    """Read and write, before and after the signal."""
    for name in ("guard.yaml", "risk.cedar"):
        shutil.copy(HERE / name, folder)
    wired = build(load(folder / "guard.yaml"))
    try:
        desk = Desk(wired)
        who = Who(principal=Principal(issuer="example", subject="ana"), agent=Agent(id="writer"))
        session = await desk.open_session(who, None)
        tools = Wrapper(desk, session=session, server="wiki")
        read, write = tools.wrap(read_page), tools.wrap(write_page)

        async def both() -> None:
            print("  read:", await read(title="Plan"))
            try:
                print("  write:", await write(title="Plan", text="Ship it on Monday."))
            except GuardError as no:
                print("  write:", no)

        print("before")
        await both()
        now_ms = wired.world.clock.now_ms()
        found = signal("impossible_travel", subject="ana", at_ms=now_ms, source="example")
        await wired.reauthorizing.signal(session, found)
        print("after the signal")
        await both()
    finally:
        wired.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(work(Path(name)))
