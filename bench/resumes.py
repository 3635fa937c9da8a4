# ruff: noqa: E402  # the path comes first
"""Does a resumed run ever run a finished call again? Counted over many resumes, on a real store.

    python bench/resumes.py [RESUMES]

Each call has the framework's own id. It is made once and taken up twice, as frameworks do: after it
ended, at the same time as its first attempt, after that was cancelled while its tool ran, and by a
later guard on the same store, as another process has it. Prints one JSON object: `double_runs`
counts calls whose tool ran more than once, `lost` those that ended well and were not answered from
the store.
"""

import asyncio
import json
import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "adapters")]

from guard_adapters.front.native import Native, Ran
from guard_adapters.wiring.local import Local, local

RESUMES, AT_ONCE, PROCESSES = 10_000, 25, 20
WAYS = ("ended", "together", "cancelled")


class Calls:
    """Calls of one agent, and how often the tool of each has run."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.chance = folder, random.Random(seed)
        self.ran: Counter[int] = Counter()
        self.ways: Counter[str] = Counter()
        self.lost = self.resumed = 0
        for name in ("guard.yaml", "policy.cedar"):
            shutil.copy(ROOT / "tests" / "frameworks" / name, folder)

    def opened(self) -> Local:
        return local(self.folder / "guard.yaml", person="ana", agent="clerk")

    async def made(self, guard: Local, number: int, hold: asyncio.Event | None = None) -> Any:
        async def run(_judged: dict[str, Any]) -> str:
            self.ran[number] += 1
            if hold is not None:
                hold.set()
                await asyncio.Event().wait()
            return f"found {number}"

        native = Native(
            server="bank",
            tool="look",
            arguments={"key": str(number)},
            session=f"t{number % 50}",
            scope=f"m{number}",
            call_id="call_0",
        )
        return await guard.intake.around(native, run)

    async def again(self, guard: Local, number: int, *, ended: bool) -> None:
        self.resumed += 1
        answer = await self.made(guard, number)
        if ended and not (isinstance(answer, Ran) and answer.result == f"found {number}"):
            self.lost += 1

    async def one(self, guard: Local, number: int) -> None:
        """Make one call, and take it up once while this process lives."""
        way = self.chance.choice(WAYS)
        self.ways[way] += 1
        match way:
            case "ended":
                await self.made(guard, number)
                await self.again(guard, number, ended=True)
            case "together":
                await asyncio.gather(
                    self.made(guard, number), self.again(guard, number, ended=False)
                )
            case "cancelled":
                begun = asyncio.Event()
                first = asyncio.create_task(self.made(guard, number, begun))
                await asyncio.wait_for(begun.wait(), 5)
                first.cancel()
                await asyncio.wait({first})
                await self.again(guard, number, ended=False)

    async def process(self, numbers: list[int]) -> None:
        """Play one process: its calls, then every one of them again in the next one."""
        with self.opened() as guard:
            for start in range(0, len(numbers), AT_ONCE):
                some = numbers[start : start + AT_ONCE]
                await asyncio.gather(*(self.one(guard, number) for number in some))
        with self.opened() as guard:
            for start in range(0, len(numbers), AT_ONCE):
                some = numbers[start : start + AT_ONCE]
                await asyncio.gather(*(self.again(guard, number, ended=False) for number in some))


async def counted(resumes: int, seed: int = 7) -> dict[str, Any]:
    """Return what came of so many resumes."""
    with tempfile.TemporaryDirectory() as name:
        calls = Calls(Path(name), seed)
        numbers, size = list(range(resumes // 2)), max(resumes // 2 // PROCESSES, 1)
        for start in range(0, len(numbers), size):
            await calls.process(numbers[start : start + size])
    return {
        "resumes": calls.resumed,
        "calls": len(calls.ran),
        "first_attempts": dict(calls.ways),
        "double_runs": sum(1 for times in calls.ran.values() if times > 1),
        "lost": calls.lost,
    }


if __name__ == "__main__":
    said = [int(one) for one in sys.argv[1:]] or [RESUMES]
    print(json.dumps(asyncio.run(counted(said[0])), indent=1))
