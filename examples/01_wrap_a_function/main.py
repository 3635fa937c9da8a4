"""Guards two functions: one may run, the other waits for a person who is not there.

    python examples/01_wrap_a_function/main.py

The task is declared by the program, not by the agent. The refund is inside the task, but cannot be
undone; with nobody configured to answer, it does not run.
"""

import asyncio
import shutil
import tempfile
from pathlib import Path

from guard import GuardError, TaskIntent
from guard.model.identity import Agent, Principal, Who
from guard_adapters.front.function import Wrapper
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load

HERE = Path(__file__).parent


async def find_order(number: int) -> str:
    """Look up an order."""
    return f"order {number}: shipped"


async def refund(number: int, amount_minor: int) -> str:
    """Give money back (cents)."""
    return f"order {number}: {amount_minor} cents refunded"


async def work(folder: Path) -> None:
    """Let an agent's two calls pass through the guard."""
    shutil.copy(HERE / "guard.yaml", folder)
    wired = build(load(folder / "guard.yaml"))
    try:
        desk = Desk(wired)
        who = Who(principal=Principal(issuer="example", subject="ana"), agent=Agent(id="clerk"))
        task = TaskIntent(
            purpose="Refund order 7",
            tools=frozenset({"read", "shop/refund"}),
            budget_minor=5000,
            declared_by="host",
        )
        tools = Wrapper(desk, session=await desk.open_session(who, task), server="shop")
        print(await tools.wrap(find_order)(number=7))
        try:
            print(await tools.wrap(refund)(number=7, amount_minor=1990))
        except GuardError as no:
            print(no)
    finally:
        wired.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(work(Path(name)))
