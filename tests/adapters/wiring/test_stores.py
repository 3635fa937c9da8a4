"""A guard on the store that guard.yaml names."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from pathlib import Path

import pytest

from guard.errors import Unusable
from guard.model.call import Outcome, ToolCall, ToolResult, argument_bytes
from guard_adapters.cli import main
from guard_adapters.front.mcp.caller import Caller
from guard_adapters.store.sqlite.store import SqliteStore
from guard_adapters.wiring.build import Wired, build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from guard_adapters.wiring.recovery import recover
from tests import postgres

CONFIG = """
version: 1
guard: {policies: [all.cedar], state: state, store: {%s}}
servers:
  echo:
    trust: trusted
    audience: stdio:echo
    tools:
      echo:
        effect: [read]
        says: "Echoes {text}"
        input_schema: {type: object, properties: {text: {type: string}}, required: [text]}
        confirmed: true
"""
ANA = Caller(issuer="test", subject="ana", agent="a")


class Echo:
    """A tool that ends, or hangs until it is cancelled."""

    def __init__(self, *, hangs: bool = False) -> None:
        self.started, self.hangs = asyncio.Event(), hangs

    async def run(self, call, credential) -> ToolResult:
        self.started.set()
        if self.hangs:
            await asyncio.Event().wait()
        return ToolResult(outcome=Outcome.OK, value="x", shown="x")


def installed(folder: Path, store: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "guard.yaml").write_text(CONFIG.replace("%s", store))
    (folder / "all.cedar").write_text(
        '@id("ALL") @reason("everything") permit (principal, action, resource);'
    )
    return folder / "guard.yaml"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TEST_STORE", postgres.fresh())
    return installed(tmp_path / "one", "url_env: TEST_STORE")


def replica(config: Path, name: str) -> Path:
    """Install a second guard beside the first, with the same keys."""
    other = installed(config.parent.parent / name, "url_env: TEST_STORE")
    shutil.copytree(config.parent / "state", other.parent / "state")
    return other


def call(desk: Desk, session: str) -> ToolCall:
    return ToolCall(
        id=desk.new_id(), session=session, server="echo", tool="echo",
        arguments=argument_bytes({"text": "x"}),
    )  # fmt: skip


async def called(wired: Wired) -> str:
    desk = Desk(wired)
    session = await desk.session(ANA, "", b"")
    await desk.call(call(desk, session), Echo(), hold_ms=0)
    return session


@pytest.mark.peer
async def test_two_guards_on_one_database_see_one_session_and_write_one_log(config, capsys):
    one = build(load(config))
    session = await called(one)
    other = build(load(replica(config, "two")))
    again = await other.world.sessions.get(session)
    await called(other)
    for wired in (one, other):
        wired.close()

    assert (again.step, again.steps) == (1, ())
    assert (
        await asyncio.to_thread(main, ["audit", "verify", "--json", "--config", str(config)]) == 0
    )
    said = json.loads(capsys.readouterr().out)
    assert (said["findings"], said["unsigned"], said["size"] > 4) == (0, 0, True)


@pytest.mark.peer
async def test_a_starting_guard_leaves_the_calls_of_a_living_one_alone(config):
    one, tool = build(load(config)), Echo(hangs=True)
    desk = Desk(one)
    session = await desk.session(ANA, "", b"")
    running = asyncio.create_task(desk.call(call(desk, session), tool, hold_ms=0))
    await asyncio.wait_for(tool.started.wait(), 5)

    other = build(load(replica(config, "two")))
    assert await recover(other) == 0
    assert list(await other.world.leases.unsettled()) != []

    one.close()  # says that it ends: what it leaves is nobody's now
    assert await recover(other) == 1
    left = (await other.world.sessions.get(session)).steps
    rows = await other.store.log.page(0)
    other.close()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    said = [json.loads(leaf) for _, leaf in rows.leaves]
    assert left == ()
    assert [e["outcome"] for e in said if e["kind"] == "outcome_resolved"] == ["unknown"]


@pytest.mark.peer
async def test_the_time_of_a_guard_on_a_database_is_the_databases(config):
    wired = build(load(config))
    clock = wired.world.clock
    said = postgres.execute(os.environ["TEST_STORE"], "SELECT guard_now_ms() AS ms")[0][0]["ms"]
    wired.close()

    assert abs(clock.now_ms() - said) < 5_000


@pytest.mark.peer
def test_the_doctor_reaches_the_database_and_finds_nothing_wrong(config, capsys):
    wired = build(load(config))
    wired.close()
    main(["doctor", "--json", "--connect", "--config", str(config)])

    codes = {json.loads(line)["code"] for line in capsys.readouterr().out.splitlines()}
    assert not {code for code in codes if code.startswith("store")}


@pytest.mark.parametrize("named", ["", "url_env: ''"])
def test_without_a_url_rows_are_kept_in_a_file(tmp_path, named):
    wired = build(load(installed(tmp_path, named)))
    wired.close()

    assert isinstance(wired.store, SqliteStore)
    assert (tmp_path / "state" / "guard.sqlite").exists()


def test_a_store_whose_url_is_missing_is_refused(tmp_path, capsys):
    config = installed(tmp_path, "url_env: NO_SUCH_VARIABLE")
    with pytest.raises(Unusable) as caught:
        build(load(config))
    assert caught.value.code == "store_url_missing"

    main(["doctor", "--json", "--config", str(config)])
    assert "store_url_missing" in capsys.readouterr().out


def test_a_file_with_the_url_that_others_can_read_is_refused_and_not_shown(tmp_path):
    config = installed(tmp_path, "url_file: store.url")
    (tmp_path / "store.url").write_text("postgresql://u:canary@/x?host=/nowhere")
    (tmp_path / "store.url").chmod(0o644)
    with pytest.raises(Unusable) as caught:
        build(load(config))
    assert caught.value.code == "store_url_unsafe"

    (tmp_path / "store.url").chmod(0o600)
    with pytest.raises(Unusable) as caught:
        build(load(config))
    assert (caught.value.code, "canary" in str(caught.value)) == ("store_unusable", False)


def test_naming_both_ways_is_refused(tmp_path):
    with pytest.raises(Unusable) as caught:
        load(installed(tmp_path, "url_env: A, url_file: b"))
    assert caught.value.code == "config_unusable"
