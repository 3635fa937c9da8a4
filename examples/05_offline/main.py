"""A site that works without its control plane: bundles go there, receipts come back.

    python examples/05_offline/main.py

Everything is in a temporary folder, and what is carried between the two guards is two files.
"""

import asyncio
import contextlib
import io
import shutil
import tempfile
from pathlib import Path

from guard import GuardError
from guard.model.identity import Agent, Principal, Who
from guard_adapters.cli import main as guard
from guard_adapters.front.function import Wrapper
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load

HERE = Path(__file__).parent
MINUTE_MS = 60_000


async def read(valve: int) -> str:
    """Read a valve."""
    return f"valve {valve} is shut"


async def turn(valve: int) -> str:
    """Turn a valve."""
    return f"valve {valve} was turned"


def run(*words: object) -> str:
    """Run one command of the guard and return what it printed."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        guard([str(word) for word in words])
    return said.getvalue().strip()


async def work(site: Path, *calls: tuple[str, int]) -> None:
    """Let an agent at the site read and turn valves."""
    wired = build(load(site))
    try:
        desk = Desk(wired)
        who = Who(principal=Principal(issuer="station", subject="ana"), agent=Agent(id="pump"))
        session = await desk.open_session(who, None)
        wrapper = Wrapper(desk, server="valves", session=session)
        tools = {"read": wrapper.wrap(read), "turn": wrapper.wrap(turn)}
        for name, valve in calls:
            try:
                print(f"  {name} {valve}: {await tools[name](valve=valve)}")
            except GuardError as error:
                print(f"  {name} {valve}: {error.code}")
    finally:
        wired.close()


def story(folder: Path) -> None:
    """Tell the whole way, at headquarters and at the site."""
    hq, site = folder / "headquarters" / "guard.yaml", folder / "site" / "guard.yaml"
    keys, bundle, receipts = folder / "keys.json", folder / "bundle.jwt", folder / "receipts.json"

    line = run("offline", "key", "--config", hq)
    site.write_text(site.read_text().replace("guard:\n", f"guard:\n  {line}\n"))
    print("The site knows the key of headquarters, and nothing else yet:")
    asyncio.run(work(site, ("read", 2)))
    keys.write_text(run("keys", "show", "--json", "--config", site))

    export = ("offline", "export", "pumping-station", "--config", hq, "--out", bundle)
    run(*export, "--site-keys", keys, "--for", "12h", "--full", "8h", "--read-only", "10h")
    print(run("offline", "import", bundle, "--config", site).partition(" is")[0], "is in force:")
    asyncio.run(work(site, ("read", 2), ("turn", 2), ("turn", 1)))

    held = load(site).site
    for hours in (7, 9, 11):
        if held is not None:
            step = held.step(held.issued_s * 1000 + hours * 60 * MINUTE_MS)
            print(f"After {hours} hours without another one: {step.name.lower()}.")

    run("offline", "receipts", "--out", receipts, "--config", site)
    forged = folder / "forged.json"
    forged.write_text(receipts.read_text().replace("valves", "values"))
    print("What happened goes back, once forged and once as it was:")
    print(" ", run("offline", "collect", forged, "--config", hq).partition(": no")[0])
    run("offline", "release", "pumping-station", "--config", hq)
    print(" ", run("offline", "collect", receipts, "--config", hq).partition(";")[0])

    run("offline", "revoke", "agent:pump", "--config", hq)
    run(*export)
    run("offline", "import", bundle, "--config", site)
    print("The agent was revoked:")
    asyncio.run(work(site, ("read", 2)))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("headquarters", "site"):
            shutil.copytree(HERE / name, Path(folder) / name)
        story(Path(folder))


if __name__ == "__main__":
    main()
