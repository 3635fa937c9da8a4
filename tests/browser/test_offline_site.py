"""At a site without its control plane people answer with a real passkey, and what was done comes back proven."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from guard.audit.check import check_log
from guard.grant.approval import ApprovalState
from guard_adapters.cli import main
from guard_adapters.front.receipts import PATH
from guard_adapters.wiring.build import build, log_key
from guard_adapters.wiring.control_plane import sites
from guard_adapters.wiring.control_plane.forwarding import Forwarding
from guard_adapters.wiring.load import load
from tests.browser.conftest import WAIT_MS, WAIT_S, files, person, running

pytestmark = [pytest.mark.browser, pytest.mark.signals]


def aside(work: Any, *given: Any) -> Any:
    """Do something in a thread of its own: the browser's driver holds the loop of this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work, *given).result(WAIT_S)


def guard(*words: object) -> str:
    said = StringIO()
    with redirect_stdout(said):
        assert aside(main, [str(word) for word in words]) == 0
    return said.getvalue()


async def taken_home(config: Path) -> int:
    """Open the site once more: its log is whole, and what it holds is sent to headquarters."""
    wired = build(load(config))
    try:
        page = await wired.store.log.page(0)
        own = log_key(wired.loaded.state, "north")
        report = check_log(page.leaves, page.sides, page.notes, own.origin, own.key.public_key())
        assert report.findings == ()
        return await Forwarding(wired=wired).once()
    finally:
        wired.close()


class Plant:
    """Headquarters, a site, and what is carried between the two."""

    def __init__(self, folder: Path) -> None:
        self.hq, self.site, self.bundles = folder / "hq", folder / "north", 0
        self.hq.mkdir()
        self.site.mkdir()
        self.write(self.hq)
        authority = guard("offline", "key", *self.config(self.hq)).strip()
        self.write(self.site, authority)
        build(load(self.site / "guard.yaml")).close()  # makes its keys
        (folder / "keys.json").write_text(guard("keys", "show", "--json", *self.config(self.site)))

    def config(self, place: Path) -> tuple[str, Path]:
        return "--config", place / "guard.yaml"

    def named(self, place: Path, *lines: str) -> dict[str, str]:
        named = files()
        named["guard.yaml"] = named["guard.yaml"].replace(
            "  name: test-guard\n",
            "".join(f"  {line}\n" for line in (f"name: {place.name}", *lines)),
        )
        return named

    def write(self, place: Path, *lines: str) -> None:
        for name, text in self.named(place, *lines).items():
            (place / name).write_text(text)

    def carried(self, *more: str) -> None:
        """Take one more bundle to the site, whose guard runs."""
        self.bundles += 1
        out = self.site.parent / f"bundle{self.bundles}"
        keys = ("--site-keys", self.site.parent / "keys.json")
        guard("offline", "export", "north", *keys, "--out", out, "--full", "8h", "--read-only", "9h",
              "--for", "10h", *more, *self.config(self.hq))  # fmt: skip
        guard("offline", "import", out, *self.config(self.site))


@contextmanager
def reviewer(chromium, site):
    ana = person(chromium, site, "ana")
    ana.page.goto(site.invitation("ana"))
    ana.page.locator('[data-act="enrol"]').click()
    ana.page.locator('[data-act="login"]').click()
    ana.page.locator(".who", has_text="ana").wait_for(timeout=WAIT_MS)
    yield ana
    assert ana.broken == []
    ana.page.context.close()


def test_a_passkey_at_the_site_says_yes_and_the_control_plane_proves_the_receipts(
    chromium, tmp_path
):
    plant = Plant(tmp_path)
    with running(plant.hq, plant.named(plant.hq)) as hq:
        authority = guard("offline", "key", *plant.config(plant.hq)).strip()
        way = f"offline_receipts_url: {hq.url.replace('localhost', '127.0.0.1')}{PATH}"
        with running(plant.site, plant.named(plant.site, authority, way)) as site:
            with reviewer(chromium, site) as ana:
                assert site.asks()[0] == "no question: offline_expired"  # no bundle yet
                plant.carried()
                assert site.asks()[0] == "no question: offline_approval"  # nothing is listed

                plant.carried("--approve-locally", "PAY-1")
                approval, call = site.asks()
                row = site.row(approval)
                assert row.pending_until_ms - row.created_ms <= 300_000
                ana.press(approval, "approve")
                assert call.result(WAIT_S).value == "done"
                assert site.asks("pay_much")[0] == "no question: offline_approval"  # another rule

                # A yes opens nothing that a bundle has closed since it was asked for.
                late, waiting = site.asks()
                plant.carried()
                ana.press(late, "approve")
                assert site.code(waiting) == "approval_revoked"
                plant.carried("--approve-locally", "PAY-1")
                gone, waiting = site.asks()
                guard("offline", "revoke", "agent:clerk", *plant.config(plant.hq))
                plant.carried("--approve-locally", "PAY-1")
                ana.press(gone, "approve")
                assert site.code(waiting) == "approval_revoked"

            assert len(site.tool.runs) == 1
            assert site.row(approval).status is ApprovalState.CONSUMED
            (vote,) = site.row(approval).votes
            assert (vote.method, vote.voter.principal, vote.voter.uv) == (
                "webauthn",
                "idp|ana",
                True,
            )

        # The log of the site alone proves the signature, and its receipts go home by themselves.
        sent = aside(asyncio.run, taken_home(plant.site / "guard.yaml"))
        kept = sites.record(hq.wired.loaded.state, "north")
        assert kept is not None
        assert (kept.size, kept.fault) == (sent, "")
        came = (hq.wired.loaded.state / sites.FOLDER / "north.log").read_text().splitlines()
        votes = [leaf for leaf in map(json.loads, came) if leaf["kind"] == "vote"]
        assert [(one["by"], one["method"], one["decision"]) for one in votes] == [
            ("idp|ana", "webauthn", "approve")
        ] * 3
        assert votes[0]["approval"] == approval
        assert "DE02120300000000202051" not in "".join(came)
