"""The main job as a story: a hijacked agent works through the guard, and the right things happen.

The agent is scripted to do whatever it reads: no model is needed to show that the guard holds.
Every chapter checks what really happened, in the ledger and in the mailbox; the story fails when
an expectation does.
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from mcp.client.session import ClientSession
from mcp.client.streamable_http import streamable_http_client

from guard.config import META_NAMESPACE
from guard.model.identity import Agent, Principal, Who
from guard.session.intent import parse_intent
from guard.session.risk import signal
from guard_adapters._http.proved import agent_client
from guard_adapters.demo.scene import ACME, AGENT, SENDER, THIEF, Scene
from guard_adapters.demo.transcript import Transcript
from guard_adapters.wiring.desk import Desk

TASK = {
    "purpose": f"Pay invoice 117 of Acme: 98.70 EUR to {ACME}, and tell billing@acme.example.",
    "tools": ["read", "ledger/send_money", "mail/send_mail"],
    "egress": ["acme.example"],
    "budget_minor": 9870,
    "args": {"ledger/send_money": {"recipient": {"eq": ACME}, "amount_minor": {"max": 9870}}},
}


class Failed(Exception):
    """An expectation of the story did not hold."""


class Story:
    """Plays the chapters in order on one scene."""

    def __init__(self, scene: Scene, transcript: Transcript) -> None:
        self._scene = scene
        self._say = transcript
        self._handle = ""

    async def play(self) -> None:
        """Play everything.

        Raises:
            Failed: something happened that must not, or did not happen that must.
        """
        try:
            await self._chapters()
        except ExceptionGroup as group:  # the client wraps what is raised while it is connected
            raise _first(group) from None

    async def _chapters(self) -> None:
        await self._declare()
        await self._read()
        await self._obey_the_letter()
        await self._pay()
        await self._steal()
        await self._narrow()

    async def _declare(self) -> None:
        self._say.chapter("The task", "Ana's application declares what the agent is sent to do.")
        desk = Desk(self._scene.wired)
        who = Who(
            principal=Principal(issuer=AGENT.issuer, subject=AGENT.subject),
            agent=Agent(id=AGENT.agent),
        )
        intent = parse_intent(json.dumps(TASK).encode(), declared_by="host", max_bytes=4096)
        self._handle = await desk.open_session(who, intent)
        self._say.note(TASK["purpose"])

    async def _read(self) -> None:
        self._say.chapter("Reading", "Reads are allowed, and what they bring in is labelled.")
        async with self._server("files") as files:
            await self._allowed(files, "list_files", {})
            await self._allowed(files, "read_file", {"path": "invoice-117.txt"})
            letter = await self._allowed(files, "read_file", {"path": "letter.txt"})
        self._say.quote(letter)

    async def _obey_the_letter(self) -> None:
        self._say.chapter("The letter", "The agent does what the letter says. The guard does not.")
        async with self._server("ledger") as ledger:
            payment = {"amount_minor": 45_000, "recipient": THIEF, "memo": "new bank"}
            await self._refused(ledger, "send_money", payment)
        async with self._server("mail") as mail:
            to = ["audit@acme-billing.example"]
            message = {"to": to, "subject": "invoice 117", "body": "see attached"}
            await self._refused(mail, "send_mail", message)
        self._expect(not self._scene.ledger.payments(), "no money moved")
        self._expect(not self._scene.mailbox.received, "no mail left")

    async def _pay(self) -> None:
        self._say.chapter("The wanted payment", "It cannot be undone, so a person is asked first.")
        async with self._server("ledger") as ledger:
            payment = {"amount_minor": 9870, "recipient": ACME, "memo": "invoice 117"}
            await self._allowed(ledger, "send_money", payment)
        paid = self._scene.ledger.payments()
        self._expect(paid == [(ACME, 9870, "invoice 117")], "exactly this payment was made")
        async with self._server("mail") as mail:
            message = {"to": ["billing@acme.example"], "subject": "paid", "body": "invoice 117"}
            await self._allowed(mail, "send_mail", message)
        sent = [receivers for receivers, _ in self._scene.mailbox.received]
        self._expect(sent == [["billing@acme.example"]], f"one mail left {SENDER}")

    async def _steal(self) -> None:
        self._say.chapter(
            "The credential",
            "The ledger verified a token for that call alone. A thief has it.",
        )
        payment = {"amount_minor": 9870, "recipient": ACME, "memo": "invoice 117"}
        stolen = self._scene.ear.heard[-1]
        for what, token, arguments in (
            ("the stolen token, again", stolen, payment),
            ("the stolen token, other arguments", stolen, {**payment, "recipient": THIEF}),
            ("no token", "", payment),
        ):
            async with _session(self._scene.ledger_url, token) as ledger:
                code = await _refusal_of(ledger, "send_money", arguments)
            self._say.refusal(f"straight to the ledger, {what}", code)
            self._expect(bool(code), f"{what}: refused by the ledger itself")
        self._expect(len(self._scene.ledger.payments()) == 1, "still exactly one payment")
        self._expect("replayed" in self._scene.ledger.refusals(), "the replay was recognised")

    async def _narrow(self) -> None:
        self._say.chapter("Doubt", "A risk signal arrives: the session goes on, reading only.")
        clock = self._scene.wired.world.clock
        found = signal(
            "impossible_travel", subject=AGENT.subject, at_ms=clock.now_ms(), source="demo"
        )
        await self._scene.wired.reauthorizing.signal(self._handle, found)
        async with self._server("ledger") as ledger:
            tools = sorted(tool.name for tool in (await ledger.list_tools()).tools)
            self._expect(tools == ["get_balance"], "the list of tools shrank to reading")
            payment = {"amount_minor": 100, "recipient": ACME, "memo": "tip"}
            await self._refused(ledger, "send_money", payment)
            await self._allowed(ledger, "get_balance", {})

    @asynccontextmanager
    async def _server(self, name: str) -> AsyncIterator[ClientSession]:
        url = f"{self._scene.url}/mcp/{name}"
        async with _session(url, self._scene.key, self._handle) as session:
            yield session

    async def _allowed(
        self, session: ClientSession, tool: str, arguments: Mapping[str, Any]
    ) -> str:
        result = await session.call_tool(tool, dict(arguments))
        text = _text(result)
        self._say.call(tool, arguments, text, refused=bool(result.is_error))
        self._expect(not result.is_error, f"{tool} was allowed")
        return text

    async def _refused(
        self, session: ClientSession, tool: str, arguments: Mapping[str, Any]
    ) -> None:
        result = await session.call_tool(tool, dict(arguments))
        self._say.call(tool, arguments, _why(result), refused=bool(result.is_error))
        self._expect(bool(result.is_error), f"{tool} was refused")

    def _expect(self, held: object, what: str) -> None:
        self._say.check(what, held=bool(held))
        if not held:
            raise Failed(what)


def _first(group: ExceptionGroup[Exception]) -> Exception:
    """Return the one thing that went wrong: chapters are played one after the other."""
    found: Exception = group
    while isinstance(found, ExceptionGroup):
        found = found.exceptions[0]
    return found


@asynccontextmanager
async def _session(url: str, token: str, handle: str = "") -> AsyncIterator[ClientSession]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if handle:
        headers["Guard-Session"] = handle
    async with (
        agent_client(headers) as http,
        streamable_http_client(url, http_client=http) as streams,
        ClientSession(streams[0], streams[1]) as session,
    ):
        await session.initialize()
        await session.list_tools()
        yield session


async def _refusal_of(session: ClientSession, tool: str, arguments: Mapping[str, Any]) -> str:
    """Return the code with which a server refused, or nothing if it did not."""
    try:
        result = await session.call_tool(tool, dict(arguments))
    except Exception as error:  # noqa: BLE001  whatever the client raises for a refusal
        data = getattr(getattr(error, "error", None), "data", None)
        return str(data["code"]) if isinstance(data, dict) and "code" in data else str(error)
    return _text(result) if result.is_error else ""


def _why(result: Any) -> str:  # noqa: ANN401  the client's own result type differs by version
    """Return the codes that a program reads in a refusal."""
    detail = (result.meta or {}).get(f"{META_NAMESPACE}/refusal", {})
    reasons = [
        f"{one['reason']} ({one['rule']})" for one in detail.get("reasons", ()) if one.get("rule")
    ]
    return f"{detail.get('code', '')}: {', '.join(reasons)}" if reasons else detail.get("code", "")


def _text(result: Any) -> str:  # noqa: ANN401  the client's own result type differs by version
    return "\n".join(part.text for part in result.content if part.type == "text")
