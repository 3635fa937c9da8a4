"""The pictures of docs/approve-a-call.md, taken of a real console: python -m tests.browser.pictures."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser.conftest import QUIET, WAIT_S, Person, executable, person, running
from tests.browser.scene import ACME, FILES, Agent117

DOCS = Path(__file__).parents[2] / "docs" / "pictures"
WIDE, TALL, NARROW = 960, 900, 320


def signed_in(browser: Any, guard: Any, name: str) -> Person:
    """Return a person who has enrolled a passkey and signed in with it."""
    found = person(browser, guard, name)
    found.page.goto(guard.invitation(name))
    found.page.locator('[data-act="enrol"]').click()
    found.page.locator('[data-act="login"]').click()
    found.page.locator(".who", has_text=name).wait_for()
    return found


def pictures(browser: Any, guard: Any, folder: Path) -> list[Path]:
    """Play a morning of one reviewer, and take the pictures into a folder."""
    ana, taken = signed_in(browser, guard, "ana"), []

    def take(name: str, width: int, height: int, scheme: str = "light") -> None:
        ana.page.set_viewport_size({"width": width, "height": height})
        ana.page.emulate_media(color_scheme=scheme)
        ana.page.wait_for_timeout(150)  # until the queue's stream has said what there is
        taken.append(folder / f"{name}.png")
        ana.page.screenshot(path=str(taken[-1]))

    plain = Agent117(guard).opened("Pay invoice 117 of ACME Ltd to DE89370400440532013000.")
    good, call = plain.reads().pays(
        recipient=ACME, memo="invoice 117", notify=["billing@acme.example"], letter=None
    )
    ana.open(f"/console/approvals/{good}")
    ana.read()
    with ana.answered("/approve"):
        ana.page.locator('[data-act="approve"]').click()
    call.result(WAIT_S)
    agent = Agent117(guard).opened().reads()
    question, waiting = agent.pays(memo="invoice 117 \u202e711", pin="4711")
    _, large = agent.pays(amount_minor=2_000_000, memo="advance on 118")
    ana.open("/console/")
    take("queue", WIDE, 420)
    ana.open(f"/console/approvals/{question}")
    take("question", WIDE, TALL)
    take("question-narrow", NARROW, 640)
    ana.page.set_viewport_size({"width": WIDE, "height": TALL})
    ana.page.locator("#reach").scroll_into_view_if_needed()
    ana.page.evaluate("document.getElementById('reach').scrollIntoView()")
    take("chain", WIDE, TALL, "dark")
    ana.open(f"/console/sessions/{agent.session}")
    take("session", WIDE, 720)
    ana.open("/console/policy")
    take("policy", WIDE, 520)
    booking = Agent117(guard, "kim").opened("Book this month's invoices.")
    bookings = [
        booking.books(hold_ms=0, amount_minor=cents, papers=f"/invoices/2026/{number}.pdf")[0]
        for number, cents in ((117, 12_900), (118, 4_550), (119, 88_000))
    ]
    ana.page.set_viewport_size({"width": WIDE, "height": TALL})
    ana.open(f"/console/batch/{bookings[0]}")
    ana.read()
    ana.page.locator("[data-tick]:enabled").first.check()
    ana.page.evaluate("scrollTo(0, 0)")
    take("batch", WIDE, TALL)
    ana.open(f"/console/approvals/{bookings[0]}")
    ana.page.locator("summary", has_text="Ask for a standing yes").click()
    ana.page.locator('[data-pick="amount_minor"]').select_option(index=1)
    ana.page.locator('[data-pick="papers"]').select_option(index=1)
    ana.page.locator(".standing button").click()
    ana.page.wait_for_url("**/console/plans/*")
    take("standing", WIDE, 640)
    guard.run(guard.desk_end(booking.session))
    guard.run(guard.desk_end(agent.session))
    for one in (waiting, large):
        guard.code(one)
    ana.page.context.close()
    assert ana.broken == []
    return taken


def main() -> int:
    """Take the pictures for the documentation."""
    DOCS.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), FILES) as guard,
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=executable(), args=QUIET)
        for one in pictures(browser, guard, DOCS):
            print(one)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
