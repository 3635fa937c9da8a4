"""First byte and weight of every console page over 10,000 rows, on both stores.

python bench/console.py [rows]
"""

import asyncio
import json
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.testclient import TestClient

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.database import databases
from guard.grant.seen import marks
from guard_adapters.console.app import SignedIn, console_routes
from guard_adapters.console.origin import origin_of
from guard_adapters.console.questions import Questions
from guard_adapters.console.views import Views
from guard_adapters.wiring.review.board import BoardDesk
from tests.adapters.console.full import LONG, fill, guard, lose, name, people_page

ROWS, ROUNDS = 10_000, 40


class AlwaysAna:
    """A door that is open, for one reviewer."""

    async def signed_in(self, request: Any) -> SignedIn:  # the port's shape
        return SignedIn(name="ana", principal="idp|ana", groups=frozenset({"finance"}))


def paths(rows: int) -> tuple[str, ...]:
    """Return every page, lists at their start and in their middle."""
    half, asked, long = rows // 2, f"/approvals/{name(1)}", f"/sessions/{LONG}"
    lists = ("/", "/answered", "/unknown", "/sessions", "/grants", "/plans", "/reviewers")
    return (
        *lists,
        *(f"{path}?skip={half}" for path in lists),
        "/policy",
        *("/audit", f"/audit?before={half}", "/audit/1"),
        *(asked, f"{asked}/said", f"{asked}/sheets/0", f"/batch/{name(1)}"),
        f"/plans/pln_{1:036x}",
        *(long, f"{long}?before={half}", "/sessions/gs_1"),
    )


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
        wired = guard(Path(folder), store)
        asyncio.run(fill(wired, rows))
        asyncio.run(lose(wired, rows))
        desk, origin = BoardDesk(wired=wired), origin_of("http://localhost:8470")
        routes = console_routes(
            origin=origin, door=AlwaysAna(), token=wired.world.ids.token,
            pages=(
                *Views(desk=desk).pages(),
                *Questions(desk=desk, marks=partial(marks, b"k" * 32)).pages(),
                people_page(wired, AlwaysAna(), origin),
            ),
        )  # fmt: skip
        with TestClient(Starlette(routes=routes), base_url=origin.url) as http:
            found = {path: measured(http, f"/console{path}") for path in paths(rows)}
        wired.close()
    return found


def main(rows: int = ROWS) -> int:
    found = {"sqlite": on("", rows)}
    with databases() as empty:
        found["postgres"] = on(empty("console"), rows)
    every = [page for pages in found.values() for page in pages.values()]
    worst = {
        "p95_ms": max(page["p95_ms"] for page in every),
        "bytes": max(page["bytes"] for page in every),
    }
    bar = "p95 100 ms, 100,000 bytes"
    print(json.dumps({"bar": bar, "rows": rows, "worst": worst, "pages": found}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
