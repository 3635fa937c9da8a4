"""First byte of each page over 10,000 questions, on both stores: python bench/console.py [rows]."""

import asyncio
import json
import sys
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from database import databases
from starlette.applications import Starlette
from starlette.testclient import TestClient

from guard.grant.approval import NewApproval
from guard.grant.seen import marks
from guard.grant.view import view_json
from guard.grant.votes import Vote, Voter
from guard.model.decision import Requirement
from guard.model.identity import Agent, Principal, Who
from guard.session.state import new_session
from guard.testing.review import a_view
from guard_adapters.console.app import SignedIn, console_routes
from guard_adapters.console.origin import origin_of
from guard_adapters.console.questions import Questions
from guard_adapters.console.views import Views
from guard_adapters.wiring.board import BoardDesk
from guard_adapters.wiring.build import build
from guard_adapters.wiring.load import load

ROWS, ROUNDS, STEP = 10_000, 40, 50
ASKED = Requirement(rule="PAY-1", reason="money", kind="review", groups=frozenset({"finance"}))
CONFIG = """\
version: 1
guard: {policies: ['starter:baseline'], state: state%s}
servers: {}
"""
BOUND = b'{"server":"bank","tool":"pay"}'
VIEW = view_json(a_view({"amount": 1, "to": "x" * 400}, effect="Pays 1.00 EUR"))


class AlwaysAna:
    """A door that is open, for one reviewer."""

    async def signed_in(self, request: Any) -> SignedIn:  # the port's shape
        return SignedIn(name="ana", principal="idp|ana", groups=frozenset({"finance"}))


def question(number: int, now_ms: int) -> NewApproval:
    return NewApproval(
        id=f"apr_{number:036x}", binding=f"b{number}", envelope=BOUND, call_id=f"c{number}",
        call_bytes=b"{}", view_json=VIEW, nonce="00", requester="idp|zoe", agent="clerk",
        session=f"gs_{number % 500}", requirements=(ASKED,), policy_version="p",
        pending_until_ms=now_ms + 3_600_000, grant_ttl_s=60, created_ms=now_ms, action="bank/pay",
    )  # fmt: skip


async def filled(wired: Any, rows: int) -> None:
    now_ms = wired.world.clock.now_ms()
    who = Who(principal=Principal(issuer="idp", subject="zoe"), agent=Agent(id="clerk"))
    for number in range(500):
        await wired.world.sessions.open(new_session(f"gs_{number}", who, now_ms=now_ms + number))
    said = Vote(
        approval_id="", voter=Voter(principal="idp|bob"), decision="deny", method="login",
        at_ms=now_ms,
    )  # fmt: skip
    for start in range(0, rows, STEP):
        many = [question(number, now_ms) for number in range(start, min(rows, start + STEP))]
        await asyncio.gather(*(wired.world.approvals.open(one, []) for one in many))
        late = [replace(said, approval_id=one.id) for one in many[::2]]
        await asyncio.gather(*(wired.world.approvals.vote(one, []) for one in late))


def measured(http: TestClient, path: str) -> dict[str, float]:
    took, weight = [], 0
    for _ in range(ROUNDS):
        began = time.perf_counter()
        answer = http.get(path)
        took.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, (path, answer.text)
        weight = len(answer.content)
    took.sort()
    return {
        "p50_ms": round(took[ROUNDS // 2], 1),
        "p95_ms": round(took[int(ROUNDS * 0.95)], 1),
        "bytes": weight,
    }


def on(store: str, rows: int) -> dict[str, Any]:
    """Return the figures of one guard on an empty store; empty: the embedded one."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "store.url").write_text(store)
        (Path(folder) / "store.url").chmod(0o600)
        shared = ", store: {url_file: store.url}" if store else ""
        (Path(folder) / "guard.yaml").write_text(CONFIG % shared)
        wired = build(load(Path(folder) / "guard.yaml"))
        asyncio.run(filled(wired, rows))
        desk = BoardDesk(wired=wired)
        origin = origin_of("http://localhost:8470")
        routes = console_routes(
            origin=origin, door=AlwaysAna(), token=wired.world.ids.token,
            pages=(
                *Views(desk=desk).pages(),
                *Questions(desk=desk, marks=partial(marks, b"k" * 32)).pages(),
            ),
        )  # fmt: skip
        one = f"apr_{1:036x}"
        paths = ("/", f"/approvals/{one}", f"/batch/{one}", "/sessions", "/sessions/gs_1",
                 "/grants", "/policy", "/audit")  # fmt: skip
        with TestClient(Starlette(routes=routes), base_url=origin.url) as http:
            found = {path: measured(http, f"/console{path}") for path in paths}
        wired.close()
    return found


def main(rows: int = ROWS) -> int:
    found = {"sqlite": on("", rows)}
    with databases() as empty:
        found["postgres"] = on(empty("console"), rows)
    print(json.dumps({"bar": "p95 100 ms, 100 KB", "rows": rows, "pages": found}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
