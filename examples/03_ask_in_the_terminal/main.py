"""Asks the person in front of this terminal before a mail goes out.

python examples/03_ask_in_the_terminal/main.py
"""

import asyncio
import shutil
import tempfile
from pathlib import Path

from guard import GuardError
from guard.model.identity import Agent, Principal, Who
from guard_adapters.approver.terminal import TerminalApprover
from guard_adapters.front.function import Wrapper
from guard_adapters.store.clock import SystemClock
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load

HERE = Path(__file__).parent


async def send_mail(to: str, text: str) -> str:
    """Send a mail (this one only says so)."""
    return f"sent to {to}: {text}"


async def work(folder: Path) -> None:
    """Let an agent send two mails, each after a question."""
    for name in ("guard.yaml", "mail.cedar"):
        shutil.copy(HERE / name, folder)
    wired = build(
        load(folder / "guard.yaml"),
        approvers=lambda store: (TerminalApprover(store.approvals, SystemClock()),),
    )
    try:
        desk = Desk(wired)
        who = Who(principal=Principal(issuer="example", subject="ana"), agent=Agent(id="clerk"))
        session = await desk.open_session(who, None)
        mail = Wrapper(desk, session=session, server="office").wrap(send_mail)
        for text in ("The meeting is at ten.", "The meeting is at eleven."):
            try:
                print(await mail(to="bob@example.com", text=text))
            except GuardError as no:
                print(f"not sent: {no.code}")
    finally:
        wired.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(work(Path(name)))
