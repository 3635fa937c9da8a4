"""A loop of your own over a chat or messages API: one function stands before your table of tools.

    python examples/frameworks/with_own_loop.py

What a model would send is played: a name, the arguments as JSON text, and an id that repeats in
every turn. `scope` tells the turns apart.
"""

import json
from typing import Any

from bank import CALLS, TOOLS, Bank, play

from guard_adapters.front.native import Native, Ran, Waiting

TABLE = {one.__name__: one for one in TOOLS}


async def dispatched(bank: Bank, turn: int, name: str, raw: str) -> str:
    """Return what the model reads in answer to one call."""
    native = Native(
        server="bank",
        tool=name,
        arguments=json.loads(raw),
        session="invoice-7",
        scope=str(turn),
        call_id="call_0",
    )

    async def run(judged: dict[str, Any]) -> str:
        return str(TABLE[name](**judged))

    answer = await bank.guard.intake.around(native, run)
    if isinstance(answer, Waiting):
        return f"waits: {answer.text}"
    return str(answer.result) if isinstance(answer, Ran) else answer.text


async def work(bank: Bank) -> None:
    for turn, (name, given) in enumerate(CALLS):
        print(f"{name}: {await dispatched(bank, turn, name, json.dumps(given))}")
    await bank.yes()
    for _ in range(2):  # the second time it is answered from the store
        print(f"{name}: {await dispatched(bank, turn, name, json.dumps(given))}")


if __name__ == "__main__":
    play(work)
