"""A guard that starts after a crash: what may have run is unknown, and nothing runs twice."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest

from guard.access.killing import Killing
from guard.errors import GuardError
from guard.grant.approval import Approval
from guard.model.call import Outcome, ToolCall, ToolResult, argument_bytes
from guard.model.secevent import SecurityEvent, Subject
from guard_adapters.front.mcp.caller import Caller
from guard_adapters.store.sqlite.reading import read_log
from guard_adapters.wiring.build import Wired, build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from guard_adapters.wiring.recovery import recover, settle_lost

CONFIG = """
version: 1
guard: {policies: [all.cedar], state: state}
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


class Dies:
    """A tool in whose middle the process ends."""

    def __init__(self) -> None:
        self.started = asyncio.Event()

    async def run(self, call, credential) -> ToolResult:
        self.started.set()
        await asyncio.Event().wait()
        return ToolResult(outcome=Outcome.OK)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "guard.yaml").write_text(CONFIG)
    (tmp_path / "all.cedar").write_text(
        '@id("ALL") @reason("everything") permit (principal, action, resource);'
    )
    return tmp_path / "guard.yaml"


ASKS = """
@id("ASK") @decision("step_up") @approvers("finance") @ttl("300s") @reason("money")
forbid (principal, action, resource);
@id("ALL") @reason("everything") permit (principal, action, resource);
"""


class Opens:
    """An approver that only says that a question is open."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()

    async def announce(self, approval: Approval) -> None:
        self.opened.set()


async def _died_while_people_were_asked(config: Path) -> str:
    """Return the call that waited for an answer when its guard was killed."""
    (config.parent / "all.cedar").write_text(ASKS)
    approver = Opens()
    wired = build(load(config), approvers=lambda _store: (approver,))
    desk = Desk(wired)
    session = await desk.session(ANA, "", b"")
    call = ToolCall(
        id=desk.new_id(),
        session=session,
        server="echo",
        tool="echo",
        arguments=argument_bytes({"text": "x"}),
    )
    task = asyncio.create_task(desk.call(call, Dies(), hold_ms=60_000))
    await asyncio.wait_for(approver.opened.wait(), 5)
    wired.close()
    task.cancel()
    with suppress(asyncio.CancelledError, GuardError):
        await task
    return call.id


async def _died_in_a_call(config: Path) -> str:
    """Return the call that was running; the store is dropped without settling it."""
    wired, tool = build(load(config)), Dies()
    desk = Desk(wired)
    session = await desk.session(ANA, "", b"")
    call = ToolCall(
        id=desk.new_id(),
        session=session,
        server="echo",
        tool="echo",
        arguments=argument_bytes({"text": "x"}),
    )
    task = asyncio.create_task(desk.call(call, tool, hold_ms=0))
    await asyncio.wait_for(tool.started.wait(), 5)
    wired.close()  # what is queued is durable, as after a kill; nothing settles the call
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    return call.id


async def test_a_call_that_was_running_is_unknown_after_a_restart(config: Path) -> None:
    call = await _died_in_a_call(config)
    wired: Wired = build(load(config))
    assert await recover(wired) == 1
    (session,) = await wired.world.sessions.all()
    assert session.steps == ()
    wired.close()
    leaves = [json.loads(leaf) for _, leaf in read_log(config.parent / "state/guard.sqlite").leaves]
    found = [one for one in leaves if one["kind"] == "outcome_resolved"]
    assert [(one["call"], one["outcome"]) for one in found] == [(call, "unknown")]


async def test_text_that_a_lost_call_may_have_shown_is_untrusted_after_a_restart(
    config: Path,
) -> None:
    await _died_in_a_call(config)
    with closing(sqlite3.connect(config.parent / "state/guard.sqlite")) as db, db:
        # As if it had died before the write that says the call went out: nobody waits for that.
        db.execute("UPDATE sessions SET head = json_set(head, '$.labels', json('[]'))")
    wired = build(load(config))
    await recover(wired)
    (session,) = await wired.world.sessions.all()
    assert session.labels == {"untrusted", "untrusted_echo"}
    wired.close()


async def test_a_call_that_only_waited_for_people_did_not_run(config: Path) -> None:
    call = await _died_while_people_were_asked(config)
    wired: Wired = build(load(config))
    assert await recover(wired) == 0
    (session,) = await wired.world.sessions.all()
    assert (session.steps, session.labels) == ((), frozenset())
    wired.close()
    leaves = [json.loads(leaf) for _, leaf in read_log(config.parent / "state/guard.sqlite").leaves]
    (found,) = [one for one in leaves if one["kind"] == "outcome_resolved"]
    assert (found["call"], found["outcome"], found["why"]) == (call, "refused", "process_ended")


async def test_a_second_start_finds_nothing_to_settle(config: Path) -> None:
    await _died_in_a_call(config)
    for found in (1, 0):
        wired = build(load(config))
        assert await recover(wired) == found
        wired.close()


async def test_what_people_were_asked_before_a_signal_is_void_after_a_restart(config: Path) -> None:
    await _died_while_people_were_asked(config)
    wired = build(load(config))
    about = Subject(issuer="test", subject="ana")
    event = SecurityEvent(
        issuer="idp", jti="j", kind="credential-change", claims={}, subject=about, at_ms=0
    )
    assert await wired.reauthorizing.hear(event)  # answered, and then its guard died
    wired.close()
    wired = build(load(config))
    assert [row.status.value for row in await wired.world.approvals.listed(open_only=True)]
    await recover(wired)
    assert await wired.world.approvals.listed(open_only=True) == []
    wired.close()


async def test_what_people_were_asked_before_a_stop_is_void_after_a_restart(config: Path) -> None:
    await _died_while_people_were_asked(config)
    wired = build(load(config))
    await Killing(world=wired.world, policy=lambda: wired.bundle).stop(
        "everything", "", why="", by="operator"
    )
    wired.close()
    wired = build(load(config))
    await recover(wired)
    assert await wired.world.approvals.listed(open_only=True) == []
    await settle_lost(wired)  # as a sweep of a shared store does, again and again
    wired.close()
    leaves = [json.loads(leaf) for _, leaf in read_log(config.parent / "state/guard.sqlite").leaves]
    assert [one["kind"] for one in leaves].count("stop_followed") == 1


async def test_leases_of_the_dead_process_are_recalled(config: Path) -> None:
    await _died_in_a_call(config)
    wired = build(load(config))
    await recover(wired)
    left = await wired.world.leases.unsettled()
    assert {lease.state.value for lease in left} <= {"revoke_pending"}
    wired.close()
