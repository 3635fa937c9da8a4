"""Channels of guard.yaml, from the question to a real receiver, and what they do not get."""

import asyncio
import json

import pytest

from guard.errors import Unusable
from guard_adapters.wiring.build import build
from guard_adapters.wiring.load import load
from guard_adapters.wiring.review.channels import delivering
from tests.adapters.approver.test_webhook import ASKED, Receiver
from tests.adapters.store.test_grants_contract import question

CONFIG = """\
version: 1
guard:
  name: test-guard
  policies: [rules.cedar]
  state: state
  channels:
    ops: {{url: "{url}/ops"}}
    chat: {{url: "{url}/chat", kind: slack}}
servers:
  notes:
    trust: trusted
    tools:
      read: {{effect: [read], confirmed: true, input_schema: {{type: object}}}}
"""


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.server.close()


@pytest.fixture
def wired(tmp_path, receiver):
    (tmp_path / "rules.cedar").write_text(
        '@id("A-1") @reason("a") permit (principal, action, resource);'
    )
    (tmp_path / "guard.yaml").write_text(CONFIG.format(url=receiver.url))
    made = build(load(tmp_path / "guard.yaml"))
    yield made
    made.close()


async def test_each_channel_hears_of_a_question_once_and_signed_with_its_own_key(wired, receiver):
    now_ms = wired.world.clock.now_ms()
    limits = {"created_ms": now_ms, "pending_until_ms": now_ms + 60_000}
    await wired.world.approvals.open(question(1, **ASKED, **limits), [])
    async with delivering(wired, "http://localhost:8470"):
        for _ in range(100):
            if len(receiver.got) == 2:
                break
            await asyncio.sleep(0.05)
    bodies = [json.loads(body) for _, body in receiver.got]
    assert sorted("blocks" in one for one in bodies) == [False, True]
    assert {one["link"] for one in bodies if "link" in one} == {"http://localhost:8470/a/apr_1"}
    keys = {path.name for path in (wired.loaded.state / "keys").iterdir()}
    assert {"channel-ops.key", "channel-chat.key"} <= keys


class Failing:
    """An outbox with a bug in it, once."""

    def __init__(self, outbox):
        self.outbox, self.failed = outbox, False

    def __getattr__(self, name):
        return getattr(self.outbox, name)

    async def take(self, now_ms, lease_ms):
        if not self.failed:
            self.failed = True
            raise KeyError("very-secret-7")
        return await self.outbox.take(now_ms, lease_ms)


async def test_a_round_that_fails_is_said_and_the_next_one_sends(wired, receiver):
    wired.store.outbox, said = Failing(wired.store.outbox), []
    wired.faults.tell = said.append
    now_ms = wired.world.clock.now_ms()
    limits = {"created_ms": now_ms, "pending_until_ms": now_ms + 60_000}
    await wired.world.approvals.open(question(1, **ASKED, **limits), [])
    async with delivering(wired, "http://localhost:8470"), asyncio.timeout(5):
        while len(receiver.got) < 2:
            await asyncio.sleep(0.05)
    assert said == ["No channel is told of questions (KeyError)."]


async def test_without_a_console_that_links_could_lead_to_there_are_no_channels(wired):
    with pytest.raises(Unusable, match="no_console"):
        async with delivering(wired, "http://192.0.2.1:8470"):
            pass


@pytest.mark.parametrize(
    "entry",
    [
        "{url: 'ftp://x'}",
        "{url: ''}",
        "{kind: slack}",
        "{url: 'https://x', kind: sms}",
        "{url: 'https://x', approve: true}",
    ],
)
def test_a_channel_that_is_none_is_refused(tmp_path, entry):
    (tmp_path / "guard.yaml").write_text(
        f"version: 1\nguard:\n  channels: {{ops: {entry}}}\nservers: {{}}\n"
    )
    with pytest.raises(Unusable):
        load(tmp_path / "guard.yaml")
