"""Another process that takes up a run: all it has are the guard's folder and what the framework kept.

`python -m tests.frameworks.later WORLD FOLDER` reads `run.pickle` there and prints what came of it.
"""

import asyncio
import importlib
import json
import pickle
import sys
from pathlib import Path

from tests.frameworks.conftest import World
from tests.frameworks.worlds.played import Played


async def resumed(name: str, folder: Path) -> dict[str, object]:
    """Resume the run and return which tools ran, what the model read, and whether it waits again."""
    play = importlib.import_module(f"tests.frameworks.worlds.{name}")
    state = pickle.loads((folder / "run.pickle").read_bytes())
    world = World(folder)
    try:
        played = await play.resume(world, Played(read=[], state=state))
    finally:
        world.close()
    return {"ran": world.ran, "read": played.read[-1:], "waits": played.view is not None}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(resumed(sys.argv[1], Path(sys.argv[2])))))
