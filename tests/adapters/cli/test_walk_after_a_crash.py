"""An operator after a crash, with nothing but the commands: the guard was killed while a tool held a login."""

import json
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from guard_adapters.cli import main
from tests.forked import OF_GUARD, python
from tests.peers.postgres import Postgres

pytestmark = pytest.mark.peer
ROOT = Path(__file__).parents[3]
CONFIG = """
version: 1
guard:
  policies: [all.cedar]
  state: state
  serve: {{port: 0}}
  settings: {{port_timeout_ms: 5000}}
  issuers: {issuers}
servers:
  crm:
    trust: trusted
    credential: {{issuer: db, grant: tool_crm_read}}
    tools:
      read: {{effect: [read], confirmed: true, input_schema: {{type: object}}}}
"""
DIES = """
import asyncio, sys
from dataclasses import replace
from pathlib import Path
from guard.model.call import ToolCall
from guard_adapters.front.mcp.caller import Caller
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from guard_adapters.wiring.watchdog import watched

class Tool:
    async def run(self, call, credential):
        print(credential.lease_id, flush=True)
        await asyncio.Event().wait()

async def main():
    wired = build(load(Path(sys.argv[1])))
    desk = Desk(wired)
    session = await desk.session(Caller(issuer="t", subject="ana", agent="a"), "", b"")
    call = ToolCall(id=desk.new_id(), session=session, server="crm", tool="read", arguments=b"{}")
    async with watched(wired.world, wired.heart):
        await desk.call(call, Tool(), hold_ms=0)

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def postgres():
    server = Postgres().set_up()
    yield server
    server.stop()


@pytest.fixture
def config(tmp_path, postgres):
    issuers = json.dumps({"db": {"kind": "postgres_role", **postgres.settings()}})
    (tmp_path / "guard.yaml").write_text(CONFIG.format(issuers=issuers))
    (tmp_path / "all.cedar").write_text(
        '@id("ALL") @reason("all") permit (principal, action, resource);'
    )
    return tmp_path / "guard.yaml"


def started(argv, by=sys.executable, **more):
    path = {"PYTHONPATH": f"{ROOT}:{ROOT / 'adapters'}"}
    return subprocess.Popen([by, *argv], text=True, env=path, **more)


def killed_in_a_call(config):
    with started(["-c", DIES, str(config)], stdout=subprocess.PIPE) as process:
        lease = process.stdout.readline().strip()
        process.kill()
    assert lease
    return lease


def guard(capsys, config, *words):
    capsys.readouterr()
    code = main([*words, "--config", str(config)])
    said = capsys.readouterr()
    return code, said.out, said.err


def answer(capsys, config, *words):
    code, out, err = guard(capsys, config, *words, "--json")
    assert code == 0, err
    return json.loads(out)


@contextmanager
def serving(config, capsys):
    code = "import sys; from guard_adapters.cli import main; sys.exit(main(sys.argv[1:]))"
    folder = config.parent / "run"
    folder.mkdir(mode=0o700)
    words = ["serve", "--config", str(config), "--socket", str(folder / "s.sock")]
    process, end = started(["-c", code, *words], by=python(*OF_GUARD)), time.monotonic() + 20
    try:
        while guard(capsys, config, "leases", "list")[0] != 0:
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(10)


def test_the_operator_finds_the_lease_taken_back_and_the_keys_where_they_were(
    config, postgres, capsys
):
    lease = killed_in_a_call(config)
    assert len(postgres.roles()) == 1  # it lives on at the target
    code, out, err = guard(capsys, config, "leases", "list")
    assert (code != 0, out) == (True, "")
    assert "guard serve" in err  # says what to start
    before = answer(capsys, config, "keys", "show")

    with serving(config, capsys):
        assert lease not in guard(capsys, config, "leases", "list")[1]
        shown = answer(capsys, config, "leases", "show", lease)
        assert (shown["state"], shown["reason"]) == ("revoked", "process_ended")
        assert (shown["server"], shown["tool"], shown["binding"]) == ("crm", "read", 1)
        assert postgres.roles() == []
        listed = guard(capsys, config, "leases", "list", "--all")[1]
        assert [line.split()[:3] for line in listed.splitlines()] == [[lease, "revoked", "L1"]]
        assert guard(capsys, config, "leases", "revoke", lease)[0] == 0  # once more does no harm
        code, _, err = guard(capsys, config, "leases", "revoke", "nobody")
        assert (code, "lease_unknown" in err) == (1, True)

        turned = answer(capsys, config, "keys", "rotate")
        assert turned["kid"] == before["kid"]  # the next one has to be known first
        assert len(turned["jwks"]["keys"]) == len(before["jwks"]["keys"]) + 1
        assert guard(capsys, config, "keys", "rotate")[0] != 0
    assert guard(capsys, config, "audit", "verify")[0] == 0
    _, log, _ = guard(capsys, config, "audit", "export")
    told = [json.loads(one["leaf"]) for one in map(json.loads, log.splitlines()) if "leaf" in one]
    of_lease = [one for one in told if one.get("lease") == lease]
    assert [one["kind"] for one in of_lease] == [
        "lease_reserved", "credential_issued", "credential_delivered", "credential_revoked",
    ]  # fmt: skip
    assert {one["handle"] for one in of_lease} == {shown["handle"]}
    assert [one["binding"] for one in of_lease[1:]] == [1, 1, 1]
