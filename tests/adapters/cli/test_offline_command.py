# ruff: noqa: F811  the fixtures have the names of what they give
"""`guard offline`: bundles go to a site, receipts come back, and what each says is what it does."""

import asyncio
import contextlib
import json

from guard_adapters.wiring.build import build
from guard_adapters.wiring.load import load
from guard_adapters.wiring.running import serving
from tests.sites import both, collect, export, guard, hq, ran, receipts, site, take  # noqa: F401  fixtures


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
    assert guard("offline", "revoke", "people:clerk", "--config", hq / "guard.yaml") == 3
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


def test_receipts_hold_no_arguments_and_no_names(hq, site):
    assert take(site, export(hq, site)) == 0
    ran(site, "find")
    text = receipts(site).read_text()
    assert "ana" not in text
    assert 'facts":' not in text


def test_a_guard_that_is_no_site_takes_no_bundle_and_lists_its_sites(hq, site, capsys):
    assert guard("offline", "status", "--config", hq / "guard.yaml") == 0
    assert "It is none's control plane." in capsys.readouterr().out
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
