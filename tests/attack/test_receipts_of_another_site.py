"""Receipts that are sent: from the site alone, each once, and nobody else closes a site with them."""

import asyncio
import fcntl
import json
import os
import sys
import threading
from dataclasses import replace

import httpx
import pytest

from guard.grant.strict import storable_json
from guard_adapters.front import receipts as front
from guard_adapters.front.receipts import PATH
from guard_adapters.wiring.build import build
from guard_adapters.wiring.control_plane import sites
from guard_adapters.wiring.control_plane.collecting import taken
from guard_adapters.wiring.control_plane.forwarding import CLOSED, WHAT, Forwarding
from guard_adapters.wiring.control_plane.receipts import marked
from guard_adapters.wiring.load import load
from guard_adapters.wiring.running import serving
from tests import sites as shared
from tests.sites import export, ran, receipts, take

both, hq, site = shared.both, shared.hq, shared.site
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no file locks there")


def at_work(hq, site, *more):
    """Give the site a bundle, let it make two calls, and open the control plane's guard."""
    assert take(site, export(hq, site, "b1", *more)) == 0
    assert ran(site, "find", "find") == ["ran", "ran"]
    config = hq / "guard.yaml"
    config.write_text(config.read_text().replace("name: hq,", "name: hq, serve: {port: 0},"))
    return build(load(config))


def sending(site, url):
    """Return the site's guard, and what sends its receipts there."""
    config = site / "guard.yaml"
    line = f"guard:\n  offline_receipts_url: {url}{PATH}\n"
    config.write_text(config.read_text().replace("guard:\n", line, 1))
    wired = build(load(config))
    return wired, Forwarding(wired=wired)


def record(wired):
    return sites.record(wired.loaded.state, "north")


async def posted(url, body):
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        answer = await http.post(url + PATH, json=body)
    return answer.status_code, answer.json().get("error", "")


async def test_a_site_sends_what_it_did_once_and_goes_on_where_the_owner_stands(hq, site) -> None:
    owner = await asyncio.to_thread(at_work, hq, site)
    async with serving(owner, {}) as url:
        wired, forwarding = await asyncio.to_thread(sending, site, url)
        first = await forwarding.once()
        assert first == record(owner).size == marked(wired.loaded.state) > 4
        assert (await forwarding.once(), record(owner).fault) == (0, "")
        (wired.loaded.state / "offline" / "forwarded.json").unlink()  # it forgot: said how far
        assert await forwarding.once() >= 0
        assert marked(wired.loaded.state) == record(owner).size
        wired.close()
    owner.close()


async def test_what_is_not_the_sites_own_is_refused_and_closes_nobody(hq, site) -> None:
    owner = await asyncio.to_thread(at_work, hq, site)
    told = json.loads((await asyncio.to_thread(receipts, site)).read_text())
    last = told["leaves"][-1]
    forged = [
        ({**told, "leaves": [*told["leaves"][:-1], last.replace("ok", "no")]}, "receipts_forged"),
        ({**told, "leaves": told["leaves"][:-1]}, "receipts_forged"),
        ({**told, "note": told["note"].replace("—", "-")}, "receipts_forged"),
        ({**told, "from": 2}, "receipts_gap"),
        ({**told, "site": "south"}, "site_unknown"),
        ({**told, "site": "../north"}, "site_unknown"),
        ({**told, "leaves": "all"}, "receipts_forged"),
        ({"site": "north"}, "receipts_forged"),
    ]
    async with serving(owner, {}) as url:
        for body, code in forged:
            status, said = await posted(url, body)
            assert (status >= 400, said) == (True, code)
            assert (record(owner).size, record(owner).fault) == (0, "")
        assert [fault for _, fault in owner.faults.standing()] == ["receipts_forged"]  # it is said
        assert await posted(url, told) == (200, "")
        size = record(owner).size
        assert await posted(url, told) == (409, "receipts_gap")  # the same once more
        assert (record(owner).size, record(owner).fault) == (size, "")
        assert owner.faults.standing() == []
    owner.close()


class Reader:
    """Reads JSON, and notes in which thread and how many at once."""

    def __init__(self):
        self.threads, self.now, self.most = [], 0, 0

    def __call__(self, raw):
        self.threads.append(threading.current_thread())
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            return storable_json(raw)
        finally:
            self.now -= 1


async def test_a_stranger_has_nothing_read_but_his_checkpoint(hq, site, monkeypatch) -> None:
    owner = await asyncio.to_thread(at_work, hq, site)
    told = json.loads((await asyncio.to_thread(receipts, site)).read_text())
    note = told["note"]
    strangers = [
        {"site": "north", "from": 0, "leaves": [0] * 1_000, "note": "north/audit\n1\nAA==\n\n"},
        {**told, "note": note.replace("north", "south")},
        {**told, "note": note[:-9] + "AAAAAAA=\n"},
        {**told, "note": [note]},
        {**told, "note": "9" * 5_000},
        {**told, "note": note + " " * 5_000},
        {"site": "north", "leaves": [json.dumps({"note": note})]},
        {"site": "north", "from": 0, "leaves": [note]},
    ]
    raws = [json.dumps(one).encode() for one in strangers]
    raws += [
        b'{"note":"\\ud800\\n1\\nAA==\\n\\n"}',
        b'"note":',
        b'"note"',
        b"",
        b'{"note":"',
        b'"note":"\\u00',
    ]
    reader = Reader()
    monkeypatch.setattr(front, "storable_json", reader)
    async with serving(owner, {}) as url, httpx.AsyncClient(trust_env=False) as http:
        for raw in raws:
            answer = await http.post(url + PATH, content=raw)
            assert (answer.status_code, answer.json()) == (400, {"error": "receipts_forged"}), raw
        assert reader.threads == []
        assert owner.faults.standing() == []

        again = await asyncio.gather(*(posted(url, told) for _ in range(6)))

        assert sorted(again) == [(200, ""), *[(409, "receipts_gap")] * 5]
        assert threading.main_thread() not in reader.threads  # the guard's loop goes on
        assert (len(reader.threads), reader.most) == (6, 1)
    owner.close()


async def test_no_record_is_looked_at_before_the_sites_own_signature(hq, site, monkeypatch) -> None:
    owner = await asyncio.to_thread(at_work, hq, site)
    told = json.loads((await asyncio.to_thread(receipts, site)).read_text())
    looked = []
    monkeypatch.setattr(sites, "collected", lambda *given: looked.append(given))
    forged = {**told, "note": told["note"].replace("—", "-")}
    _, code, _ = await asyncio.to_thread(taken, owner.loaded.state, forged, sent=True)
    assert (code, looked) == ("receipts_forged", [])
    owner.close()


async def test_too_many_calls_close_a_site_until_somebody_has_looked(hq, site) -> None:
    owner = await asyncio.to_thread(at_work, hq, site, "--max-calls", "1")
    async with serving(owner, {}) as url:
        wired, forwarding = await asyncio.to_thread(sending, site, url)
        await forwarding.tell()
        assert record(owner).fault == "receipts_overrun"
        assert [code for _, code in wired.faults.standing()] == ["receipts_overrun"]
        await wired.world.sink.write([])
        await forwarding.tell()  # nothing new: and nothing is forgiven
        assert record(owner).fault == "receipts_overrun"
        wired.close()

        for fault in ("receipts_overrun", "receipts_forged"):  # or by a file that was carried
            size = record(owner).size
            sites.keep(owner.loaded.state, replace(record(owner), fault=fault, allowance=9))
            await asyncio.to_thread(ran, site, "find")
            wired = await asyncio.to_thread(build, load(site / "guard.yaml"))
            await Forwarding(wired=wired).tell()
            assert (record(owner).size > size, record(owner).fault) == (True, fault)
            assert [code for _, code in wired.faults.standing()] == [fault]
            assert [code for _, code in owner.faults.standing()] == [fault]
            wired.close()

        sites.keep(owner.loaded.state, replace(sites.released(record(owner)), allowance=9))
        await asyncio.to_thread(ran, site, "find")
        wired = await asyncio.to_thread(build, load(site / "guard.yaml"))
        wired.faults.note(CLOSED, "receipts_overrun")
        await Forwarding(wired=wired).tell()
        assert (wired.faults.standing(), owner.faults.standing()) == ([], [])
        wired.close()
    owner.close()


def held(folder):
    """Return whether somebody else has the records of sites to themselves."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def test_receipts_that_come_while_an_operator_acts_are_not_forgotten(hq, site, monkeypatch) -> None:
    export(hq, site, "b1")
    folder, alone = load(hq / "guard.yaml").state / sites.FOLDER, []

    def noting(real):
        return lambda *given: alone.append(held(folder)) or real(*given)

    for name in ("records", "keep"):
        monkeypatch.setattr(sites, name, noting(getattr(sites, name)))
    export(hq, site, "b2")
    assert shared.guard("offline", "release", "north", "--config", hq / "guard.yaml") == 0
    assert alone == [True] * 4  # each read the record and wrote it, and nobody in between


async def test_a_control_plane_out_of_reach_loses_nothing_and_is_said(hq, site) -> None:
    owner = await asyncio.to_thread(at_work, hq, site)
    owner.close()
    wired, forwarding = await asyncio.to_thread(sending, site, "http://127.0.0.1:1")
    await forwarding.tell()
    ((what, fault),) = wired.faults.standing()
    assert (what, fault.partition(":")[0], marked(wired.loaded.state)) == (WHAT, "not_there", 0)
    wired.close()
