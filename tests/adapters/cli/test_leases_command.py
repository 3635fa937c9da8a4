"""`guard leases` over a guard that really runs: what lives is listed, and taking back is told."""

import asyncio
import json
import threading
from contextlib import contextmanager
from dataclasses import replace

import pytest

from guard.grant.lease import Fate, Lease, LeaseState
from guard.model.facts import Binding
from guard_adapters.cli import main
from guard_adapters.wiring.build import build
from guard_adapters.wiring.load import load
from guard_adapters.wiring.running import serving

CONFIG = """\
version: 1
guard: {policies: [rules.cedar], state: state, serve: {port: 0}}
servers:
  crm:
    trust: trusted
    tools:
      read: {effect: [read], input_schema: {type: object}, confirmed: true}
"""
DIGEST = "ab" * 32


class Target:
    kind, max_binding, min_ttl_s, max_ttl_s = "t", Binding.L1, 1, 30
    leaves_object = can_cut = True

    def __init__(self):
        self.fate = Fate.GONE

    async def revoke(self, lease, why):
        assert why == "operator"
        return self.fate

    async def sweep(self):
        return ()


def rows():
    row = Lease(
        id="l1", call_id="c1", session="gs_1", kind="t", issuer="db", guard="abcdef", server="crm",
        tool="read", deadline_ms=2_000_000_000_000, state=LeaseState.DELIVERED, binding=1,
        handle="g_abcdef_one", token_sha256=DIGEST, changed_ms=5,
    )  # fmt: skip
    ended = replace(
        row, id="l2", state=LeaseState.CONSUMED, handle="g_abcdef_two\x1b[2J", changed_ms=6
    )
    return row, ended


@contextmanager
def running(config, target):
    wired, up, stop = build(load(config)), threading.Event(), asyncio.Event()
    wired.world.issuers["db"] = target
    loop = asyncio.new_event_loop()

    async def serve():
        for row in rows():
            await wired.world.leases.reserve(row, [])
        async with serving(wired, {}):
            up.set()
            await stop.wait()
        wired.close()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert up.wait(5)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(5)
        loop.close()


@pytest.fixture
def target(tmp_path):
    return Target()


@pytest.fixture
def config(tmp_path, target):
    (tmp_path / "rules.cedar").write_text(
        '@id("READ-1") @reason("r") permit (principal, action, resource);'
    )
    (tmp_path / "guard.yaml").write_text(CONFIG)
    with running(tmp_path / "guard.yaml", target):
        yield tmp_path / "guard.yaml"


def guard(config, *words):
    return main(["leases", *words, "--config", str(config)])


def test_what_may_still_live_is_listed_and_with_all_what_ended(config, capsys):
    assert guard(config, "list") == 0
    assert capsys.readouterr().out == "l1  delivered       L1  g_abcdef_one  crm/read\n"
    assert guard(config, "list", "--all") == 0
    out = capsys.readouterr().out
    assert [line.split()[0] for line in out.splitlines()] == ["l2", "l1"]
    assert "\x1b" not in out


def test_one_lease_is_shown_without_the_digest_of_its_secret(config, capsys):
    assert guard(config, "show", "l1", "--json") == 0
    out = capsys.readouterr().out
    assert json.loads(out)["handle"] == "g_abcdef_one"
    assert DIGEST not in out
    assert guard(config, "show", "l9") == 1
    assert "lease_unknown" in capsys.readouterr().err


def test_taking_back_says_whether_it_is_gone(config, target, capsys):
    target.fate = Fate.STILL_THERE
    assert guard(config, "revoke", "l1") == 1
    assert " revoke_pending " in capsys.readouterr().out
    target.fate = Fate.GONE
    assert guard(config, "revoke", "l1") == 0
    assert " revoked " in capsys.readouterr().out
    guard(config, "list")
    assert capsys.readouterr().out == "There is no open lease.\n"
