# ruff: noqa: F811  the fixtures have the names of what they give
"""Whoever holds a site puts back old bundles, sets its clock back, and forges what it did."""

import asyncio
import json
from dataclasses import replace

import pytest

from guard.grant.replay import MemoryReplay
from guard.grant.verify import CallRefused, Verifier
from guard.model.call import ToolCall
from guard.testing import RecordingTool, ScriptedApprover
from guard_adapters.cli import main
from guard_adapters.store.clock import Moment, SystemClock
from guard_adapters.wiring.build import build
from guard_adapters.wiring.control_plane.sites import _unsigned
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from guard_adapters.wiring.offline.site import Site, lost_ms
from tests.sites import WHO, both, collect, export, guard, hq, ran, receipts, site, take  # noqa: F401  fixtures


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


def test_a_yes_that_no_passkey_gave_closes_the_site(hq, site, capsys):
    asking = ("serve", "--unsafe-ask-in-terminal", "--config", site / "guard.yaml")
    assert guard(*asking) == 3
    assert "site_asks_passkeys" in capsys.readouterr().err
    assert take(site, export(hq, site, "b1", "--approve-locally", "ASK-1")) == 0

    def answering(store):  # who owns the machine can run a guard that answers itself
        return (ScriptedApprover(approvals=store.approvals, clock=store.clock, script=["approve"]),)

    assert ran(site, "pay", approvers=answering) == ["ran"]
    assert collect(hq, receipts(site)) == 1
    assert "receipts_unsigned" in capsys.readouterr().err
    told = ["offline", "export", "north", "--config", hq / "guard.yaml", "--out", site / "no"]
    assert guard(*told) == 3
    assert guard("offline", "release", "north", "--config", hq / "guard.yaml") == 0
    assert guard(*told) == 0


YES = {"kind": "vote", "approval": "a", "decision": "approve", "method": "webauthn"}
USED = {"kind": "consume", "approval": "a"}


@pytest.mark.parametrize(
    ("leaves", "found"),
    [
        ([YES, USED], False),
        ([YES, {**YES, "approval": "b"}, USED, {**USED, "approval": "b"}], False),
        ([USED], True),
        ([YES, USED, USED], True),
        ([USED, YES], True),
        ([{**YES, "approval": "b"}, USED], True),
        ([{**YES, "method": "terminal"}, USED], True),
        ([{**YES, "decision": "deny"}, USED], True),
        ([YES, {"kind": "approval_ended", "approval": "a"}, USED], True),
    ],
)
def test_each_yes_of_a_passkey_counts_for_one_use_before_it_ends(leaves, found):
    signed = set()
    said = [_unsigned(leaf, signed) for leaf in leaves]
    assert any(said) is found
    assert signed <= ({"a", "b"} if found else set()), "nothing is kept of what is over"


def tokens_of(site, tool):
    """Return a call token that the site made for one call, its key set, and when."""

    async def work():
        wired = build(load(site / "guard.yaml"))
        try:
            desk, runs = Desk(wired), RecordingTool()
            session = await desk.open_session(WHO, None)
            call = ToolCall(id="c", session=session, server="shop", tool=tool, arguments=b"{}")
            await desk.call(call, runs, hold_ms=0)
            return runs.runs[0][1].secret, wired.calltoken.jwks(), desk.now_ms()
        finally:
            wired.close()

    return asyncio.run(work())


def refusal(site, authority):
    token, published, now_ms = tokens_of(site, "find")
    verifier = Verifier(
        published, issuer="north", audience="http://127.0.0.1:9/mcp",
        replay=MemoryReplay(start_ms=0), authority=authority,
    )  # fmt: skip
    try:
        return verifier.check(token, "find", {}, now_ms=now_ms).issuer
    except CallRefused as no:
        return no.code


def test_a_tool_server_takes_the_tokens_of_a_site_within_its_certificate_only(hq, site):
    assert take(site, export(hq, site, "b1")) == 0
    authority = load(site / "guard.yaml").installation.offline_authority
    own = json.loads((site / "keys.json").read_text())["jwks"]["keys"][0]
    assert refusal(site, authority) == "north"
    assert refusal(site, own) == "delegation_missing"  # a site cannot certify itself
    catalogue = hq / "guard.yaml"
    catalogue.write_text(catalogue.read_text().replace("      find:", "      seek:"))
    assert take(site, export(hq, site, "b2")) == 0
    assert refusal(site, authority) == "delegation_exceeded"
