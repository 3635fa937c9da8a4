"""A control plane and a site, each a folder: bundles go there, receipts come back, nothing is believed."""

import asyncio
import contextlib
import json
from dataclasses import replace

import pytest

from guard.errors import NotAllowed
from guard.model.call import ToolCall
from guard.model.identity import Agent, Principal, Who
from guard.testing import RecordingTool
from guard_adapters.cli import main
from guard_adapters.store.clock import Moment, SystemClock
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from guard_adapters.wiring.site import Site, lost_ms

SERVERS = """\
servers:
  shop:
    trust: trusted
    audience: http://127.0.0.1:9/mcp
    tools:
      find: {effect: [read], confirmed: true, input_schema: {type: object, properties: {}}}
      note: {effect: [write], confirmed: true, budget: none, budget_reason: test, input_schema: {type: object, properties: {}}}
      pay: {effect: [write], confirmed: true, budget: none, budget_reason: test, input_schema: {type: object, properties: {}}}
"""
RULES = """
@id("OK-1") @reason("open") permit (principal, action, resource);
@id("ASK-1") @decision("step_up") @approvers("session-owner") @ttl("3600s") @grant_ttl("900s") @reason("money")
forbid (principal, action == Guard::Action::"shop/pay", resource);
"""
WHO = Who(principal=Principal(issuer="idp", subject="ana"), agent=Agent(id="clerk"))


def guard(*words):
    return main(list(map(str, words)))


@pytest.fixture
def hq(tmp_path):
    folder = tmp_path / "hq"
    folder.mkdir()
    (folder / "rules.cedar").write_text(RULES)
    (folder / "guard.yaml").write_text(
        f"version: 1\nguard: {{name: hq, policies: [rules.cedar]}}\n{SERVERS}"
    )
    return folder


@pytest.fixture
def site(tmp_path, hq, capsys):
    folder = tmp_path / "north"
    folder.mkdir()
    assert guard("offline", "key", "--config", hq / "guard.yaml") == 0
    line = capsys.readouterr().out.strip()
    (folder / "guard.yaml").write_text(f"version: 1\nguard:\n  name: north\n  {line}\n{SERVERS}")
    build(load(folder / "guard.yaml")).close()  # makes its keys
    assert guard("keys", "show", "--json", "--config", folder / "guard.yaml") == 0
    (folder / "keys.json").write_text(capsys.readouterr().out)
    return folder


def export(hq, site, name="bundle.jwt", *more):
    out = site / name
    done = guard(
        "offline",
        "export",
        "north",
        "--config",
        hq / "guard.yaml",
        "--site-keys",
        site / "keys.json",
        "--out",
        out,
        *more,
    )
    assert done == 0
    return out


def take(site, file):
    return guard("offline", "import", file, "--config", site / "guard.yaml")


def ran(site, *tools):
    """Return what became of each call of a session at the site."""

    async def work():
        wired = build(load(site / "guard.yaml"))
        ends = []
        try:
            desk = Desk(wired)
            session = await desk.open_session(WHO, None)
            for number, tool in enumerate(tools):
                call = ToolCall(
                    id=f"{session}_{number}",
                    session=session,
                    server="shop",
                    tool=tool,
                    arguments=b"{}",
                )
                try:
                    await desk.call(call, RecordingTool(), hold_ms=0)
                    ends.append("ran")
                except NotAllowed as no:
                    ends.append(no.code)
                except Exception as other:
                    ends.append(other.code)
        finally:
            wired.close()
        return ends

    return asyncio.run(work())


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


def test_an_older_bundle_a_forged_one_and_one_for_another_site_are_refused(hq, site, capsys):
    first, second = export(hq, site, "b1"), export(hq, site, "b2")
    assert take(site, second) == 0
    assert take(site, first) == 3
    assert take(site, second) == 3
    assert "bundle_superseded" in capsys.readouterr().err
    text = export(hq, site, "b3").read_text().strip()
    (site / "b4").write_text(text[:-4] + "AAAA")
    assert take(site, site / "b4") == 3
    assert "bundle_forged" in capsys.readouterr().err
    other = site / "guard.yaml"
    other.write_text(other.read_text().replace("name: north", "name: south"))
    assert take(site, site / "b3") == 3
    assert "bundle_of_another_site" in capsys.readouterr().err


def test_an_older_bundle_put_back_on_disk_is_not_taken(hq, site):
    first, second = export(hq, site, "b1"), export(hq, site, "b2")
    assert take(site, first) == take(site, second) == 0
    (site / ".guardcall/offline/bundle.jwt").write_text(first.read_text())
    with pytest.raises(Exception, match="bundle_superseded"):
        load(site / "guard.yaml")


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


def receipts(site, name="r1"):
    out = site / name
    assert guard("offline", "receipts", "--out", out, "--config", site / "guard.yaml") == 0
    return out


def collect(hq, file):
    return guard("offline", "collect", file, "--config", hq / "guard.yaml")


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


def test_a_gap_a_forged_record_and_too_many_calls_close_the_site(hq, site, capsys):
    assert take(site, export(hq, site, "b1", "--max-calls", "1")) == 0
    ran(site, "find", "find")
    file = receipts(site)
    told = json.loads(file.read_text())
    forged = {**told, "leaves": [*told["leaves"][:-1], told["leaves"][-1].replace("ok", "no")]}
    (site / "forged").write_text(json.dumps(forged))
    assert collect(hq, site / "forged") == 1
    refused = [
        "offline",
        "export",
        "north",
        "--config",
        str(hq / "guard.yaml"),
        "--out",
        str(site / "no"),
    ]
    assert main(refused) == 3
    assert "receipts_forged" in capsys.readouterr().err
    assert guard("offline", "release", "north", "--config", hq / "guard.yaml") == 0
    assert collect(hq, file) == 1
    assert "receipts_overrun" in capsys.readouterr().err
    assert main(refused) == 3


def test_receipts_hold_no_arguments_and_no_names(hq, site):
    assert take(site, export(hq, site)) == 0
    ran(site, "find")
    text = receipts(site).read_text()
    assert "ana" not in text
    assert 'facts":' not in text


class Machine:
    def __init__(self, wall_ms, boot_id):
        self.wall, self.boot = wall_ms, boot_id

    def wall_ms(self):
        return self.wall

    def boot_ms(self):
        return 1000

    def boot_id(self):
        return self.boot


def test_a_clock_that_was_set_back_stops_the_site_until_a_bundle_made_since(hq, site):
    assert take(site, export(hq, site)) == 0
    state, bundle = site / ".guardcall", load(site / "guard.yaml").site
    now_ms = bundle.issued_s * 1000 + 60_000
    kept = Moment(boot_id="a", boot_ms=5, high_ms=now_ms)
    back = SystemClock(Machine(now_ms - 3_600_000, "b"), kept)
    stopped = Site(bundle=bundle, authority={}, lost_ms=lost_ms(state, back))
    assert int(stopped.step(now_ms)) == 2
    # Starting again on the same boot does not make the clock right.
    again = SystemClock(Machine(now_ms - 3_600_000, "b"), back.moment())
    assert not again.behind
    assert lost_ms(state, again) == now_ms
    assert ran(site, "find") == ["offline_expired"]
    since = replace(bundle, seq=9, issued_s=now_ms // 1000 + 1)
    assert int(Site(bundle=since, authority={}, lost_ms=now_ms).step(now_ms + 2000)) == 0


def test_a_guard_that_is_no_site_takes_no_bundle_and_lists_its_sites(hq, site, capsys):
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
