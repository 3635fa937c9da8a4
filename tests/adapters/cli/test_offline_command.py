# ruff: noqa: F811  the fixtures have the names of what they give
"""`guard offline`: bundles go to a site, receipts come back, and what each says is what it does."""

import asyncio
import contextlib
import json
import re
from dataclasses import replace
from http.server import BaseHTTPRequestHandler

import pytest

from guard.access.killing import Killing
from guard.errors import Unavailable
from guard_adapters.wiring.build import build
from guard_adapters.wiring.control_plane.fetching import WHAT, Fetching
from guard_adapters.wiring.load import load
from guard_adapters.wiring.running import serving
from tests.sites import both, collect, export, guard, hq, ran, receipts, site, take  # noqa: F401  fixtures
from tests.web_server import WebServer


def test_before_a_bundle_nothing_runs(site, capsys):
    assert ran(site, "find") == ["offline_expired"]
    assert guard("offline", "status", "--config", site / "guard.yaml") == 1
    assert "nothing runs" in capsys.readouterr().out


def test_fresh_everything_stale_reading_expired_nothing(hq, site, capsys):
    assert take(site, export(hq, site)) == 0
    assert ran(site, "find", "note") == ["ran", "ran"]
    assert guard("offline", "status", "--config", site / "guard.yaml") == 0
    assert "north: full, by epoch 1 of hq" in capsys.readouterr().out
    assert take(site, export(hq, site, "b2", "--full", "1s")) == 0
    later = load(site / "guard.yaml").site
    made = later.issued_s * 1000
    assert [int(later.step(made + at)) for at in (0, 2000, 1_801_000)] == [0, 1, 2]


def test_people_at_a_site_answer_what_was_listed_and_nothing_else(hq, site):
    assert take(site, export(hq, site, "b1")) == 0
    assert ran(site, "pay") == ["offline_approval"]
    assert take(site, export(hq, site, "b2", "--approve-locally", "ASK-1")) == 0
    assert ran(site, "pay") == ["no_approver"]  # it would be asked, and nobody is there


def test_what_was_revoked_stops_at_the_next_bundle(hq, site):
    assert take(site, export(hq, site, "b1")) == 0
    assert guard("offline", "revoke", "agent:clerk", "--config", hq / "guard.yaml") == 0
    assert guard("offline", "revoke", "people:clerk", "--config", hq / "guard.yaml") == 2
    assert take(site, export(hq, site, "b2")) == 0
    assert ran(site, "find") == ["offline_revoked"]


def test_the_sites_key_set_carries_its_certificate(hq, site):
    assert take(site, export(hq, site)) == 0
    wired = build(load(site / "guard.yaml"))
    try:
        (row,) = [one for one in wired.calltoken.jwks()["keys"] if "dlg" in one]
        assert row["kid"] == json.loads((site / "keys.json").read_text())["kid"]
    finally:
        wired.close()


def test_receipts_come_in_order_and_are_proven(hq, site, capsys):
    assert take(site, export(hq, site, "b1", "--max-calls", "3")) == 0
    ran(site, "find", "note")
    first = receipts(site)
    ran(site, "find")
    second = receipts(site, "r2")
    assert collect(hq, first) == collect(hq, second) == 0
    said = capsys.readouterr().out
    assert "0 calls are left to it" in said
    assert collect(hq, second) == 1  # the same ones again
    assert "receipts_gap" in capsys.readouterr().err


def test_receipts_hold_no_arguments_and_nobody_for_whom_an_agent_acts(hq, site):
    assert take(site, export(hq, site)) == 0
    ran(site, "find")
    text = receipts(site).read_text()
    assert not re.search(r"\bana\b", text), "a random id may hold the letters"
    assert 'facts":' not in text


def test_a_guard_that_is_no_site_takes_no_bundle_and_lists_its_sites(hq, site, capsys):
    assert guard("offline", "status", "--config", hq / "guard.yaml") == 0
    assert "It is nobody's control plane." in capsys.readouterr().out
    export(hq, site)
    assert take(hq, site / "bundle.jwt") == 3
    assert guard("offline", "status", "--config", hq / "guard.yaml") == 0
    assert "north  epoch 1  0 records came  in order" in capsys.readouterr().out
    with contextlib.suppress(SystemExit):
        assert (
            guard(
                "offline", "export", "../evil", "--out", site / "x", "--config", hq / "guard.yaml"
            )
            == 3
        )


async def test_a_running_site_takes_a_bundle_at_once(hq, site, capsys):
    config = site / "guard.yaml"
    config.write_text(config.read_text().replace("guard:\n", "guard:\n  serve: {port: 0}\n", 1))
    file = await asyncio.to_thread(export, hq, site)
    wired = build(load(config))
    try:
        async with serving(wired, {}):
            assert int(wired.site.step(wired.world.clock.now_ms())) == 2
            assert await asyncio.to_thread(take, site, file) == 0
            assert int(wired.site.step(wired.world.clock.now_ms())) == 0
            assert {"OK-1", "ASK-1"} <= set(wired.bundle.rules)
    finally:
        wired.close()
    assert "The running guard has taken it up." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("stop", "ends"),
    [
        (["everything"], ["offline_revoked", "offline_revoked"]),
        (["tool", "shop/find"], ["offline_revoked", "ran"]),
        (["agent", "clerk"], ["offline_revoked", "offline_revoked"]),
        (["principal", "idp|ana"], ["offline_revoked", "offline_revoked"]),
        (["agent", "somebody"], ["ran", "ran"]),
    ],
)
def test_what_the_control_plane_has_stopped_stops_at_the_next_bundle(hq, site, stop, ends):
    asyncio.run(stopping(hq, *stop))
    assert take(site, export(hq, site, "b1")) == 0
    assert ran(site, "find", "note") == ends
    asyncio.run(stopping(hq, *stop, lift=True))
    assert take(site, export(hq, site, "b2")) == 0
    assert ran(site, "find", "note") == ["ran", "ran"]


async def test_a_running_control_plane_is_asked_what_it_has_stopped(hq, site):
    config = hq / "guard.yaml"
    config.write_text(config.read_text().replace("name: hq,", "name: hq, serve: {port: 0},"))
    wired = build(load(config))
    try:
        async with serving(wired, {}):
            await stopping(hq, "tool", "shop/find", wired=wired)
            file = await asyncio.to_thread(export, hq, site)
            assert await asyncio.to_thread(take, site, file) == 0
    finally:
        wired.close()
    assert await asyncio.to_thread(ran, site, "find", "note") == ["offline_revoked", "ran"]


async def stopping(folder, scope, name="", *, lift=False, wired=None):
    """Use the kill switch of a guard."""
    made = wired or build(load(folder / "guard.yaml"))
    killing = Killing(world=made.world, policy=lambda: made.bundle)
    if lift:
        await killing.lift(scope, name, by="operator")
    else:
        await killing.stop(scope, name, why="", by="operator")
    if wired is None:
        made.close()


def fault(wired):
    """Return why no later bundle is in force; empty: nothing is wrong."""
    return dict(wired.faults.standing()).get(WHAT, "")


class Web:
    """A web server with one file, or a status that is none."""

    def __init__(self):
        self.text, self.status, self.asked = b"", 404, 0
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                web.asked += 1
                self.send_response(web.status)
                self.send_header("location", "/elsewhere")
                self.send_header("content-length", str(len(web.text)))
                self.end_headers()
                self.wfile.write(web.text)

            def log_message(self, *_):
                pass

        self.server = WebServer(Handler)
        self.url = f"{self.server.url}/north.jwt"

    def hold(self, file):
        self.text, self.status = file.read_bytes(), 200


@pytest.fixture
def web():
    made = Web()
    yield made
    made.server.close()


async def test_a_site_fetches_its_bundle_and_takes_what_it_would_take_from_a_file(hq, site, web):
    config = site / "guard.yaml"
    config.write_text(
        config.read_text().replace("guard:\n", f"guard:\n  offline_url: {web.url}\n", 1)
    )
    first, second = [await asyncio.to_thread(export, hq, site, one) for one in ("b1", "b2")]
    told = []
    wired = build(load(config))
    try:
        asking = Fetching(wired=wired, tell=told.append)
        wired.faults.tell = told.append

        def step():
            return int(wired.site.step(wired.world.clock.now_ms()))

        await asking.once()  # nobody has put a file there yet
        assert (step(), len(told)) == (2, 1)
        web.hold(second)
        await asking.once()
        assert (step(), wired.site.bundle.seq) == (0, 2)
        assert {"OK-1", "ASK-1"} <= set(wired.bundle.rules)
        await asking.once()  # the same again: nothing to say
        assert (fault(wired), len(told)) == ("", 2)
        web.hold(first)  # rolled back
        await asking.once()
        assert "bundle_superseded" in fault(wired)
        forged = second.read_text().strip()
        web.text = (forged[:-4] + "AAAA").encode()
        await asking.once()
        assert "bundle_forged" in fault(wired)
        web.text = b"\xff" * 100
        await asking.once()
        web.text, web.status = second.read_bytes(), 302  # a redirect leads nowhere
        await asking.once()
        assert "status 302" in fault(wired)
        assert (wired.site.bundle.seq, step()) == (2, 0)
    finally:
        wired.close()


async def test_while_nothing_can_be_fetched_age_closes_the_site(hq, site, web):
    config = site / "guard.yaml"
    config.write_text(
        config.read_text().replace("guard:\n", f"guard:\n  offline_url: {web.url}\n", 1)
    )
    web.hold(await asyncio.to_thread(export, hq, site, "b1", "--full", "30s", "--read-only", "1h"))
    wired = build(load(config))
    try:
        asking = Fetching(wired=wired, tell=lambda _: None)
        await asking.once()
        web.status = 503
        later_ms = wired.world.clock.now_ms()
        await asking.once()
        steps = [int(wired.site.step(later_ms + ms)) for ms in (60_000, 3_700_000)]
        assert steps == [1, 2]
    finally:
        wired.close()


async def test_a_bundle_that_could_not_be_put_in_force_is_until_it_can(hq, site, web):
    config = site / "guard.yaml"
    good = config.read_text().replace("guard:\n", f"guard:\n  offline_url: {web.url}\n", 1)
    config.write_text(good)
    files = [await asyncio.to_thread(export, hq, site, one) for one in ("b1", "b2", "b3")]
    told = []
    wired = build(load(config))
    try:
        asking = Fetching(wired=wired, tell=told.append)
        wired.faults.tell = told.append

        async def asked(text):
            config.write_text(text)
            await asking.once()
            return bool(fault(wired)), wired.site.bundle.seq if wired.site.bundle else 0

        web.hold(files[0])
        assert await asked(good) == (False, 1)
        web.hold(files[1])  # a revocation is in it
        assert [await asked("servers: [") for _ in range(2)] == [(True, 1)] * 2
        assert len(told) == 2  # said once
        web.status = 503  # and what is on disk needs no web server
        assert await asked(good) == (True, 2)
        assert "not_there" in fault(wired)
        web.hold(files[2])
        (wired.loaded.state / "offline" / ".epoch.json.new").mkdir()  # the disk fails
        assert await asked(good) == (True, 2)
        (wired.loaded.state / "offline" / ".epoch.json.new").rmdir()
        assert await asked(good) == (False, 3)
        web.hold(await asyncio.to_thread(export, hq, site, "b3b"))
        (wired.loaded.state / "offline" / ".bundle.jwt.new").mkdir()  # after the epoch
        assert [await asked(good) for _ in range(2)] == [(True, 3)] * 2
        (wired.loaded.state / "offline" / ".bundle.jwt.new").rmdir()
        web.hold(files[2])  # the one before is not taken in its place
        assert await asked(good) == (True, 3)
        web.hold(site / "b3b")
        assert await asked(good) == (False, 4)
        kept = [one for one in told if "is in force" in one and "Epoch" in one]
        assert len(kept) == 4

        web.hold(await asyncio.to_thread(export, hq, site, "b4"))
        world, written = wired.world, []

        class Sink:
            def __init__(self, *, full):
                self.full = full

            async def write(self, events):
                if self.full:
                    raise Unavailable("The disk is full.")
                written.extend(events)

        wired.world = replace(world, sink=Sink(full=True))
        assert [await asked(good) for _ in range(2)] == [(True, 5)] * 2
        wired.world = replace(world, sink=Sink(full=False))
        assert [await asked(good) for _ in range(2)] == [(False, 5)] * 2
        assert [one.leaf["by"] for one in written] == ["bundle:5"]
    finally:
        wired.close()
