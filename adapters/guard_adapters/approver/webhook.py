"""Tells channels outside that a question is open: signed webhooks and Slack-shaped messages.

Rule 1: a message says that there is a question and where, never what is in it: no arguments, no
names of people. Rule 2: it only links; a click in somebody else's product proves no person of ours,
so there is nothing in it that approves. Rule 3: sent at least once under one stable id, until the
question ends; the note was written with the question.
"""

import asyncio
import base64
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, Literal

from guard.clock import Clock
from guard.errors import GuardError, Unavailable
from guard.grant.approval import Approval
from guard.grant.batch import action_of
from guard.grant.plan import Plan
from guard.grant.view import view_from
from guard.model.legible import legible
from guard.ports import Approvals, Ids
from guard.ports.grants import Grants
from guard.ports.outbox import Note, Outbox
from guard_adapters._http.deliver import NotTaken, deliver
from guard_adapters._http.failed import UpstreamFailed

LEASE_MS: Final = 60_000
"""Longest work on one note: a sender that dies keeps it no longer than this."""

PAUSE_MS: Final = 2_000
LONGEST_PAUSE_MS: Final = 300_000


Question = Approval | Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One receiver, as the operator configured it. `secret` signs what it gets."""

    name: str
    url: str = field(repr=False)  # of Slack, the address is the credential
    shape: Literal["webhook", "slack"]
    secret: bytes = field(repr=False)


def signature(secret: bytes, note_id: str, at_s: int, body: bytes) -> str:
    """Return the value of `webhook-signature` (standardwebhooks.com, v1).

    Args:
        secret: the channel's secret bytes.
        note_id: the value of `webhook-id`.
        at_s: the value of `webhook-timestamp` (Unix seconds).
        body: the bytes that are sent.
    """
    signed = f"{note_id}.{at_s}.".encode() + body
    made = hmac.new(secret, signed, sha256).digest()
    return f"v1,{base64.b64encode(made).decode('ascii')}"


def message(note: Note, row: Question, link: str) -> Mapping[str, Any]:
    """Return what a webhook gets: that there is a question, how grave, until when, and where."""
    told = _told(row)
    return {
        "id": note.id,
        "type": f"{told.kind}.opened",
        told.kind: row.id,
        "tool": ", ".join(told.tools),
        "rules": list(told.rules),
        "risk": told.risk,
        "expires_at_ms": row.pending_until_ms,
        "link": link,
    }


def slack_message(row: Question, link: str) -> Mapping[str, Any]:
    """Return the same for a Slack incoming webhook: two links, and no button that says yes."""
    told = _told(row)
    tools = ", ".join(_slack(one) for one in told.tools)
    what = f"{'A plan' if told.kind == 'plan' else 'Question'} about {tools}"
    why = ", ".join(_slack(one) for one in told.rules)
    minutes = max(0, row.pending_until_ms - row.created_ms) // 60_000
    text = f"*{what}*\nRules: {why}\nRisk {told.risk} of 3, open for {minutes} min"
    buttons = [_button("Look at it", link, "primary"), _button("Deny", f"{link}#deny", "danger")]
    return {
        "text": what,
        "unfurl_links": False,
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}},
            {"type": "actions", "elements": buttons},
        ],
    }


@dataclass(frozen=True, slots=True)
class _Told:
    """What may be said of a question outside: which tools, which rules, how grave."""

    kind: Literal["approval", "plan"]
    tools: tuple[str, ...]
    rules: tuple[str, ...]
    risk: int


def _told(row: Question) -> _Told:
    rules = tuple(sorted({asked.rule for asked in row.requirements}))
    if isinstance(row, Plan):
        tools = tuple(dict.fromkeys(one.reach.action for one in row.items))
        return _Told("plan", tools, rules, max(one.ground.risk for one in row.items))
    return _Told("approval", (action_of(row),), rules, _risk(row))


def _button(text: str, url: str, style: str) -> Mapping[str, Any]:
    label = {"type": "plain_text", "text": text}
    return {"type": "button", "text": label, "url": url, "style": style}


def _slack(text: str) -> str:
    """Return text that Slack shows as it is (its own three escapes), nothing hidden."""
    shown = legible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return shown.replace("*", "\u2217").replace("`", "'")


def _risk(row: Approval) -> int:
    try:
        return view_from(row.view_json).chain.risk
    except Unavailable:  # its page says so, and cannot be approved
        return 0


Deliver = Callable[..., Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class Postman:
    """Sends what waits in the outbox.

    Args:
        outbox: the notes.
        approvals: the questions that they are about.
        grants: the plans that they are about; None: there are none.
        clock: when.
        ids: for jitter.
        channels: the receivers by name.
        console: where reviewers find the console; links begin with it.
        post: sends; for tests.
    """

    outbox: Outbox
    approvals: Approvals
    clock: Clock
    ids: Ids
    channels: Mapping[str, Channel]
    console: str
    grants: Grants | None = None
    post: Deliver = deliver
    _busy: set["asyncio.Task[None]"] = field(default_factory=set)

    async def round(self) -> None:
        """Begin to send everything that is due, and return; a store that fails is tried again."""
        for note in await self.outbox.take(self.clock.now_ms(), LEASE_MS):
            task = asyncio.create_task(self._sent(note))
            self._busy.add(task)
            task.add_done_callback(self._busy.discard)

    async def settled(self) -> None:
        """Wait until everything that was begun has ended."""
        await asyncio.gather(*self._busy)

    async def aclose(self) -> None:
        """Stop; what was not taken yet is sent by the next guard."""
        for task in self._busy:
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)

    async def _sent(self, note: Note) -> None:
        try:
            await self._handled(note)
        except GuardError:
            return  # the store failed: the lease ends, and the note is due again

    async def _handled(self, note: Note) -> None:
        now_ms = self.clock.now_ms()
        channel, row = self.channels.get(note.channel), await self._question(note.approval)
        if channel is None or row is None or row.at(now_ms).status != "pending":
            await self.outbox.done(note.id, "ended")
            return
        try:
            await self._post(channel, note, row, now_ms)
        except NotTaken:
            await self.outbox.done(note.id, "refused")
        except UpstreamFailed:
            await self._again(note)
        else:
            await self.outbox.done(note.id, "sent")
            if not isinstance(row, Plan):
                await self.approvals.delivered(row.id, self.clock.now_ms())

    async def _question(self, ident: str) -> Question | None:
        if ident.startswith("pln_"):
            return None if self.grants is None else await self.grants.plan(ident)
        return await self.approvals.get(ident)

    async def _post(self, channel: Channel, note: Note, row: Question, now_ms: int) -> None:
        link = f"{self.console}/a/{row.id}"
        said = slack_message(row, link) if channel.shape == "slack" else message(note, row, link)
        body = json.dumps(said, separators=(",", ":"), sort_keys=True).encode()
        at_s = now_ms // 1000
        headers = {
            "webhook-id": note.id,
            "webhook-timestamp": str(at_s),
            "webhook-signature": signature(channel.secret, note.id, at_s, body),
        }
        within_s = min(LEASE_MS / 2, note.until_ms - now_ms) / 1000
        await self.post(channel.url, body, headers, within_s=within_s)

    async def _again(self, note: Note) -> None:
        """Wait twice as long as before, with jitter; past the question's limit, never."""
        pause_ms = min(PAUSE_MS << min(note.tries, 10), LONGEST_PAUSE_MS)
        jitter_ms = pause_ms * self.ids.token(1)[0] // 512
        next_ms = self.clock.now_ms() + pause_ms + jitter_ms
        if next_ms >= note.until_ms:
            await self.outbox.done(note.id, "late")
        else:
            await self.outbox.later(note.id, next_ms)
