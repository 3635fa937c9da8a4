"""One damaged row, one bug or one full page must not silence what others are told of all the rest."""

import asyncio
import json
import sqlite3
import threading
from dataclasses import replace

import pytest

from guard.access.killing import Killing
from guard.access.outward import level_of
from guard.errors import Unavailable
from guard.model.access import Access, Level, Restore
from guard.model.identity import Agent, Principal, Who
from guard.model.secevent import Subject
from guard.ports.transmit import OutStream, OutToken
from guard.session.narrowing import Narrowing
from guard.session.risk import signal
from guard.session.state import Session
from guard.testing.clock import CountedIds, FrozenClock
from guard.testing.transmit import MemoryTransmissions
from guard_adapters._faults import Faults
from guard_adapters.front.ssf.asked import Delivery
from guard_adapters.front.ssf.sending import Sending
from guard_adapters.wiring.operator.desk import OPERATOR
from guard_adapters.wiring.running import serving
from guard_adapters.wiring.signals.transmitting import Sealed, transmitter, transmitting
from tests.signals.receiving import PushedTo
from tests.signals.telling import AUD, POLLS, Guard, telling

pytestmark = pytest.mark.signals

NOW = 1_800_000_000_000
STREAM = OutStream(id="str_1", receiver="soc", url="https://old.example/e", header="sealed")


def token(n):
    return OutToken(id=f"jti_{n}", stream="str_1", token=f"t{n}", at_ms=NOW)


async def polled(guard, path, count):
    async with asyncio.timeout(5):
        while len(sets := (await guard.ask("POST", path, {"returnImmediately": True})).json()["sets"]) < count:  # fmt: skip
            await asyncio.sleep(0.05)
    return sets


def damaged(folder, session):
    """Damage the row of one session, which has not ended, while no guard runs."""
    db = sqlite3.connect(folder / ".guardcall" / "guard.sqlite")
    db.execute("UPDATE sessions SET head = '{\"ended\": 0}' WHERE id = ?", (session,))
    db.commit()
    db.close()


async def test_a_stop_reaches_and_is_told_of_all_sessions_but_the_damaged_one(tmp_path) -> None:
    async with telling(tmp_path, POLLS) as first:
        await first.made()
        ana, bob = await first.session("ana"), await first.session("bob")
        await first.caught_up()
    damaged(tmp_path, ana)
    async with telling(tmp_path, POLLS) as again:
        killing = Killing(world=again.wired.world, policy=lambda: again.wired.bundle)
        await killing.follow(await killing.stop("agent", "clerk", why="", by=OPERATOR))
        await again.caught_up()
        told = await again.wired.store.transmissions.told()
    assert {name: level for name, (level, _) in told.levels.items()} == {bob: "HIGH"}


async def test_a_level_is_not_taken_back_because_its_session_cannot_be_read(tmp_path) -> None:
    text = f"  receivers: {{soc: {{audience: '{AUD}', about: person}}}}"
    async with telling(tmp_path, text) as first:
        await first.made()
        ana = await first.session("ana")
        await first.risk(ana, "impossible_travel", source="detector")
        await first.caught_up()
    damaged(tmp_path, ana)
    async with telling(tmp_path, text) as again:
        rows = again.wired.store.transmissions
        await again.risk(await again.session("bob"), "impossible_travel", source="detector")
        await again.caught_up()
        (stream,) = await rows.streams()
        assert await rows.count(stream.id) == 2  # of ana and of bob, that they rose
        assert {level for level, _ in (await rows.told()).levels.values()} == {"MEDIUM"}
        assert len((await rows.told()).levels) == 2


async def test_a_session_that_cannot_be_read_silences_no_other(tmp_path) -> None:
    first = Guard(tmp_path, POLLS)
    async with serving(first.wired, {}) as first.url:
        stream = (await first.made()).json()
        ana, bob = await first.session("ana"), await first.session("bob")
        await first.caught_up()
    for one in (ana, bob):
        await first.wired.reauthorizing.end(one, OPERATOR)
    first.wired.close()
    damaged(tmp_path, ana)
    again, said = Guard(tmp_path, POLLS), []
    path = stream["delivery"]["endpoint_url"].removeprefix(first.url)
    async with serving(again.wired, {}, said.append) as again.url:
        await polled(again, path, 1)
        eve = await again.session("eve")
        killing = Killing(world=again.wired.world, policy=lambda: again.wired.bundle)
        stopped = await killing.stop("agent", "nobody", why="", by=OPERATOR)
        await killing.follow(stopped)
        await again.wired.reauthorizing.end(eve, OPERATOR)
        await polled(again, path, 2)
    again.wired.close()
    assert [one for one in said if ana in one and "Receivers" in one] == [
        f"Receivers are told nothing of session {ana} (session_unreadable)."
    ]


async def test_the_log_says_which_session_a_word_did_not_reach(tmp_path) -> None:
    first = Guard(tmp_path, POLLS)
    ana, _ = await first.session("ana"), await first.session("bob")
    first.wired.close()
    damaged(tmp_path, ana)
    again = Guard(tmp_path, POLLS)
    now_ms = again.wired.world.clock.now_ms()
    for kind in ("token_reuse", "velocity"):  # of others, too: nobody can tell whose it is
        about = Subject(issuer="https://idp.example", subject="bob")
        await again.wired.reauthorizing.signals(
            about, signal(kind, subject="", at_ms=now_ms, source="edr")
        )
    page = await again.wired.store.log.page(0)
    again.wired.close()
    leaves = [json.loads(leaf) for _, leaf in page.leaves]
    (noted,) = [one for one in leaves if one["kind"] == "session_unreadable"]
    assert (noted["session"], noted["code"]) == (ana, "session_unreadable")
    assert noted["signal"] == "token_reuse"


class Failing:
    """Rows that a bug cannot read from the second round on."""

    def __init__(self, rows):
        self.rows, self.asked = rows, 0

    def __getattr__(self, name):
        return getattr(self.rows, name)

    async def told(self):
        self.asked += 1
        if self.asked > 1:
            raise KeyError("very-secret-7")
        return await self.rows.told()


async def test_a_bug_in_telling_is_said_once_and_what_waits_is_sent(tmp_path) -> None:
    soc, said = PushedTo(), []
    guard = Guard(tmp_path, f"  receivers: {{soc: {{audience: '{AUD}', push_url: '{soc.url}/e'}}}}")
    guard.wired.faults.tell = said.append
    found = transmitter(guard.wired, "http://127.0.0.1:1")
    telling = replace(found.telling, rows=Failing(found.telling.rows))
    async with transmitting(guard.wired, replace(found, telling=telling)):
        async with asyncio.timeout(5):
            while telling.rows.asked < 4:
                await asyncio.sleep(0.05)
        (stream,) = await telling.rows.streams()
        await telling.rows.add([telling.voice.verification(stream, None)])
        async with asyncio.timeout(5):
            while not soc.got:
                await asyncio.sleep(0.05)
    guard.wired.close()
    soc.close()
    assert said == ["The log is not told to receivers (KeyError)."]


class Spy:
    """A key that remembers in which thread it signed."""

    def __init__(self, signer):
        self.signer, self.threads = signer, []

    def __getattr__(self, name):
        return getattr(self.signer, name)

    def signed(self, text):
        self.threads.append(threading.get_ident())
        return self.signer.signed(text)


async def test_a_full_page_of_signatures_is_not_made_in_the_loop(tmp_path) -> None:
    guard = Guard(tmp_path, POLLS)
    telling = transmitter(guard.wired, "http://127.0.0.1:1").telling
    spy = Spy(telling.voice.signer)
    telling = replace(telling, voice=replace(telling.voice, signer=spy))
    stream = OutStream(id="str_1", receiver="soc", events=telling.voice.receivers["soc"].events)
    await telling.rows.put(stream)
    await telling.round()
    await guard.wired.reauthorizing.end(await guard.session(), OPERATOR)
    await telling.round()
    guard.wired.close()
    assert len(spy.threads) == 1
    assert threading.get_ident() not in spy.threads


@pytest.mark.parametrize(
    ("now", "urls"),
    [
        (replace(STREAM, url="https://new.example/e"), ["https://old.example/e", "https://new.example/e"]),
        (replace(STREAM, status="paused"), ["https://old.example/e"]),
        (None, ["https://old.example/e"]),
    ],
    ids=["moved", "paused", "dropped"],
)  # fmt: skip
async def test_what_waits_goes_where_the_stream_is_now(now, urls) -> None:
    rows, sent = MemoryTransmissions(), []

    async def post(url, *_, **__):
        sent.append(url)
        await (rows.drop("str_1") if now is None else rows.put(now))

    await rows.put(STREAM)
    await rows.add([token(1), token(2)])
    sending = Sending(rows=rows, clock=FrozenClock(ms=NOW), opened=lambda _: "Bearer x", post=post)
    await sending.round()
    await sending.settled()
    assert sent == urls


async def test_a_sealed_token_that_is_damaged_is_told_by_its_code() -> None:
    sealed, said = Sealed(key=b"k" * 32, ids=CountedIds()), []
    whole = sealed.seal("Bearer very-secret-7")
    for damaged in ("", "not base64!", "AAAA", whole[:-8], "\u00e9", whole[:-4] + "AAAA"):
        with pytest.raises(Unavailable, match="receiver_seal_broken"):
            sealed.opened(damaged)
    rows = MemoryTransmissions()
    await rows.put(STREAM)
    await rows.add([token(1)])
    sending = Sending(
        rows=rows,
        clock=FrozenClock(ms=NOW),
        opened=sealed.opened,
        faults=Faults(tell=said.append),
    )
    for _ in range(3):
        await sending.round()
        await sending.settled()
    assert said == ["Nothing is sent on stream str_1 (receiver_seal_broken)."]
    assert await rows.count("str_1") == 1


def test_no_secret_of_a_receiver_is_in_a_repr() -> None:
    assert "very-secret-7" not in repr(Delivery(url="https://x.example", header="very-secret-7"))
    assert "kkkk" not in repr(Sealed(key=b"k" * 32, ids=CountedIds()))


@pytest.mark.parametrize(
    ("source", "level"),
    [("https://idp.example", None), ("source:edr", None), ("detector", "MEDIUM"), ("operator", "MEDIUM")],
)  # fmt: skip
def test_a_narrowing_by_the_word_of_others_is_not_told_on_as_our_own(source, level) -> None:
    """They may report the very kinds that our detectors find."""
    who = Who(principal=Principal(issuer="https://idp.example", subject="ana"), agent=Agent(id="a"))
    narrowing = Narrowing(
        id="r@1",
        cause="velocity",
        rule="r",
        reason="too_fast",
        since_ms=NOW,
        restore=Restore(),
        access=Access(level=Level.READ_ONLY),
    )
    session = Session(
        id="gs_1",
        who=who,
        opened_at_ms=NOW,
        signals=(signal("velocity", subject="ana", at_ms=NOW, source=source),),
        narrowings=(narrowing,),
    )
    assert level_of(session, [], NOW)[0] == level


async def test_a_receiver_that_was_taken_off_the_list_leaves_nothing_behind(tmp_path) -> None:
    """And whoever is listed again hears nothing of what happened before."""
    soc = PushedTo(answers=[(503, b"")] * 50)
    text = f"  receivers: {{soc: {{audience: '{AUD}', push_url: '{soc.url}/e'}}}}"
    found = []
    for listed, name in ((text, "ana"), ("", "bob"), (text, "eve")):
        guard = Guard(tmp_path, listed)
        rows = guard.wired.store.transmissions
        async with serving(guard.wired, {}) as guard.url:
            before = len(await rows.streams()), await rows.count("cfg_soc")
            await guard.wired.reauthorizing.end(await guard.session(name), OPERATOR)
            if listed:
                await guard.caught_up()
            found.append((*before, await rows.count("cfg_soc")))
        guard.wired.close()
    soc.close()
    # Streams and tokens at the start of each guard, and the tokens after one more ending.
    assert found == [(1, 0, 1), (0, 0, 0), (1, 0, 1)]
