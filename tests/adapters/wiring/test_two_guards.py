"""Two guards on one database: what one hears or is told cuts the call that runs at the other."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from guard.errors import Refused, Unavailable
from guard.model.access import Access, Level
from guard.model.call import Outcome, ToolCall, ToolResult, argument_bytes
from guard.model.secevent import SecurityEvent, Subject
from guard_adapters.front.mcp.caller import Caller
from guard_adapters.wiring.build import Wired, build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from guard_adapters.wiring.operator.kills import following
from tests import postgres

pytestmark = [pytest.mark.peer, pytest.mark.signals]

CONFIG = """
version: 1
guard: {policies: [rules.cedar], state: state, store: {url_env: TEST_STORE}}
servers:
  crm:
    trust: trusted
    audience: stdio:crm
    tools:
      find: {effect: [read], confirmed: true, input_schema: {type: object, properties: {}}}
"""
RULES = """
@id("ALL") @reason("open") permit (principal is Guard::Agent, action in Guard::Action::"any", resource is Guard::Server);
@id("RISK") @reason("risky") forbid (principal, action in Guard::Action::"any", resource) when { context.risk.session >= 2 };
@id("DEV") @reason("device") forbid (principal, action in Guard::Action::"any", resource)
when { context.risk.device_compliant == false && context.risk.session >= 1 };
"""
ANA = Caller(issuer="https://idp.example", subject="ana", agent="a")


class Running:
    """A tool that runs until it is stopped."""

    stoppable = True

    def __init__(self) -> None:
        self.began = asyncio.Event()

    async def run(self, call, credential) -> ToolResult:
        self.began.set()
        await asyncio.Event().wait()
        return ToolResult(outcome=Outcome.OK)


def installed(folder: Path) -> Path:
    folder.mkdir()
    (folder / "guard.yaml").write_text(CONFIG)
    (folder / "rules.cedar").write_text(RULES)
    return folder / "guard.yaml"


@pytest.fixture
async def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TEST_STORE", postgres.fresh())
    files = [installed(tmp_path / name) for name in ("one", "two")]
    first = build(load(files[0]))
    shutil.copytree(files[0].parent / "state", files[1].parent / "state")
    second = build(load(files[1]))
    async with following(first), following(second):
        yield first, second
    first.close()
    second.close()


async def heard(wired: Wired, session: str, kind: str) -> None:
    about = Subject(issuer=ANA.issuer, subject=ANA.subject)
    event = SecurityEvent(
        issuer=ANA.issuer, jti="j", kind=kind, subject=about, at_ms=wired.world.clock.now_ms(),
        claims={"current_level": "HIGH"},
    )  # fmt: skip
    await wired.reauthorizing.follow(await wired.reauthorizing.hear(event))


async def ended(wired: Wired, session: str, _: str) -> None:
    await wired.reauthorizing.end(session, "operator")


async def narrowed(wired: Wired, session: str, _: str) -> None:
    await wired.reauthorizing.narrow(session, Access(level=Level.STOPPED), "operator")


@pytest.mark.parametrize("from_first", [True, False])
@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (heard, "session-revoked"),
        (heard, "risk-level-change"),
        (ended, ""),
        (narrowed, ""),
    ],
)
async def test_what_one_guard_is_told_cuts_a_call_that_runs_at_the_other(
    two: tuple[Wired, Wired], told, kind: str, *, from_first: bool
) -> None:
    teller, runner = two if from_first else two[::-1]
    desk, tool = Desk(runner), Running()
    session = await desk.session(ANA, "", b"")
    call = ToolCall(
        id=desk.new_id(), session=session, server="crm", tool="find", arguments=argument_bytes({})
    )
    running = asyncio.ensure_future(desk.call(call, tool, hold_ms=0))
    await asyncio.wait_for(tool.began.wait(), 5)

    await told(teller, session, kind)

    with pytest.raises(Refused) as caught:
        await asyncio.wait_for(running, 5)
    assert caught.value.code == "call_cut"
    assert runner.world.live.flights() == []


async def test_a_call_is_cut_also_where_the_hint_was_lost(
    two: tuple[Wired, Wired], monkeypatch: pytest.MonkeyPatch
) -> None:
    teller, runner = two
    changes = runner.store.changes
    tell = changes.tell
    monkeypatch.setattr(changes, "tell", lambda what, name: None if name else tell(what, name))
    desk, tool = Desk(runner), Running()
    session = await desk.session(ANA, "", b"")
    call = ToolCall(
        id=desk.new_id(), session=session, server="crm", tool="find", arguments=argument_bytes({})
    )
    running = asyncio.ensure_future(desk.call(call, tool, hold_ms=0))
    await asyncio.wait_for(tool.began.wait(), 5)
    await teller.reauthorizing.end(session, "operator")
    runner.store.hints.cut()  # as a network may at any time: the next connection looks
    with pytest.raises(Refused) as caught:
        await asyncio.wait_for(running, 5)
    assert caught.value.code == "call_cut"


async def _until(there: Callable[[], bool]) -> None:
    while not there():
        await asyncio.sleep(0.01)


async def begun(desk: Desk, number: int) -> tuple[str, asyncio.Future[ToolResult]]:
    """Return a session of its own in which a call runs."""
    tool, who = Running(), Caller(issuer=ANA.issuer, subject=f"p{number}", agent="a")
    session = await desk.session(who, "", b"")
    call = ToolCall(
        id=desk.new_id(), session=session, server="crm", tool="find", arguments=argument_bytes({})
    )
    running = asyncio.ensure_future(desk.call(call, tool, hold_ms=0))
    await asyncio.wait_for(tool.began.wait(), 5)
    return session, running


@pytest.mark.parametrize(("code", "lasts"), [("state_corrupt", True), ("store_unavailable", False)])
async def test_a_session_that_cannot_be_read_keeps_no_other_call_running(
    two: tuple[Wired, Wired], monkeypatch: pytest.MonkeyPatch, code: str, *, lasts: bool
) -> None:
    teller, runner = two
    changes, sessions = runner.store.changes, runner.world.sessions
    tell, get, failed = changes.tell, sessions.get, list[str]()
    desk = Desk(runner)
    under_way = dict([await begun(desk, number) for number in range(3)])

    async def fails(session: str, *more: object) -> object:
        if not failed:
            failed.append(session)
            raise Unavailable("It cannot be read.", code=code)
        if lasts and session == failed[0]:
            raise Unavailable("It cannot be read.", code=code)
        return await get(session, *more)

    monkeypatch.setattr(changes, "tell", lambda what, name: None if name else tell(what, name))
    for session in under_way:
        await teller.reauthorizing.end(session, "operator")
    monkeypatch.setattr(sessions, "get", fails)
    runner.store.hints.cut()
    await asyncio.wait_for(_until(lambda: bool(failed)), 5)
    for session, running in under_way.items():
        if not (lasts and session == failed[0]):
            with pytest.raises(Refused, match="narrowed"):
                await asyncio.wait_for(asyncio.shield(running), 5)
    for running in under_way.values():
        running.cancel()
    await asyncio.gather(*under_way.values(), return_exceptions=True)
