"""The person behind the client is sent to the page where they answer: both eras, both wires."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from guard_adapters.front.mcp.auth.access_token import Caller
from guard_adapters.front.mcp.socket.desk import Message, Reply, Side
from tests.adapters.front.allow_all import ME
from tests.adapters.front.invited import CALL, PAGE, URL_CLIENT, House, house
from tests.adapters.front.relaying import Relayed, Scripted, legacy, modern, relayed

RESULT = {"content": [{"type": "text", "text": "paid"}]}
ACCEPT, DECLINE, CANCEL = ({"action": name} for name in ("accept", "decline", "cancel"))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        yield made


def word(message: Message) -> str:
    return message["result"]["content"][0]["text"].split(":")[0].split()[0]


def question(message: Message) -> tuple[str, Message, str]:
    result = message["result"]
    assert result["resultType"] == "input_required"
    ((ident, asked),) = result["inputRequests"].items()
    return ident, asked, result["requestState"]


def again(message: Message, answer: object, **more: object) -> dict[str, Any]:
    ident, _, state = question(message)
    meta = {"_meta": URL_CLIENT}
    return {**CALL, **meta, "requestState": state, "inputResponses": {ident: answer}, **more}


async def first(it: Relayed, **more: object) -> Message:
    return (await it.modern("tools/call", {**CALL, "_meta": URL_CLIENT, **more})).message


class Pipe:
    """A client and a server at the ends of one pipe; the client answers when it is told to."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.told: list[Message] = []
        self.questions: list[tuple[Message, Reply]] = []
        self.asked = asyncio.Event()

    def ask(self, side: Side, message: Message) -> Reply:
        reply = Reply()
        if side == "client":
            self.questions.append((message, reply))
            self.asked.set()
        else:
            self.sent.append(message)
            reply.set_result({"jsonrpc": "2.0", "id": message["id"], "result": RESULT})
        return reply

    def tell(self, side: Side, message: Message) -> None:
        self.told.append(message)

    def answers(self, action: str) -> None:
        message, reply = self.questions[-1]
        reply.set_result({"jsonrpc": "2.0", "id": message["id"], "result": {"action": action}})

    async def was_asked(self) -> None:
        async with asyncio.timeout(5):
            await self.asked.wait()


async def initialized(home: House, pipe: Pipe, capabilities: object, agent: str = ME.agent) -> Any:
    desk = home.pipe(agent)
    hello = {"protocolVersion": "2025-11-25", "capabilities": capabilities}
    await desk.settle("client", legacy("initialize", hello, 0), pipe)
    return desk


# ---- the modern era over HTTP ----


async def test_a_modern_client_is_asked_by_the_answer_and_the_retry_is_held(home: House) -> None:
    async with relayed(Scripted(result=RESULT), home.desk) as it:
        message = await first(it)
        ident, asked, _ = question(message)
        retry = asyncio.create_task(it.modern("tools/call", again(message, ACCEPT)))
        await asyncio.sleep(0.05)
        held = not retry.done()
        await home.says("approve")
        answer = (await retry).message

    assert ident == f"guard-{home.asked[0]}"
    assert asked["method"] == "elicitation/create"
    assert asked["params"]["mode"] == "url"
    assert asked["params"]["url"] == f"{PAGE}/a/{home.asked[0]}"
    assert held
    assert answer["result"]["content"] == RESULT["content"]
    assert len(home.asked) == 1
    # The upstream saw the call once, and nothing of the guard's own round.
    calls = [m for _, m in it.upstream.seen if m["method"] == "tools/call"]
    assert len(calls) == 1
    assert not {"requestState", "inputResponses"} & calls[0]["params"].keys()


async def test_accepting_is_no_yes(tmp_path: Path) -> None:
    with house(tmp_path, hold_s=0) as home:
        async with relayed(Scripted(result=RESULT), home.desk) as it:
            message = await first(it)
            answer = await it.modern("tools/call", again(message, ACCEPT))

    assert word(answer.message) == "APPROVAL_PENDING"
    assert "tools/call" not in it.upstream.methods()
    data = answer.message["result"]["_meta"]["dev.guardcall/refusal"]
    assert data["remediationHints"] == [{"type": "url", "url": f"{PAGE}/a/{home.asked[0]}"}]


async def test_declining_is_a_no_and_nobody_is_asked_again(home: House) -> None:
    async with relayed(Scripted(result=RESULT), home.desk) as it:
        message = await first(it)
        answer = (await it.modern("tools/call", again(message, DECLINE))).message
        later = await first(it)

    assert word(answer) == word(later) == "DENIED"
    assert (await home.row()).status == "denied"
    assert len(home.asked) == 1
    assert "tools/call" not in it.upstream.methods()


async def test_cancelling_only_holds_on(home: House) -> None:
    async with relayed(Scripted(result=RESULT), home.desk) as it:
        message = await first(it)
        retry = asyncio.create_task(it.modern("tools/call", again(message, CANCEL)))
        await asyncio.sleep(0.05)
        await home.says("approve")
        answer = (await retry).message

    assert answer["result"]["content"] == RESULT["content"]


async def test_a_person_who_says_no_at_the_page_is_heard(home: House) -> None:
    async with relayed(Scripted(result=RESULT), home.desk) as it:
        message = await first(it)
        await home.says("deny")
        answer = (await it.modern("tools/call", again(message, ACCEPT))).message

    assert word(answer) == "DENIED"


async def test_one_question_is_put_once(tmp_path: Path) -> None:
    with house(tmp_path, hold_s=0) as home:
        async with relayed(Scripted(result=RESULT), home.desk) as it:
            await first(it)
            second = await first(it)

    assert word(second) == "APPROVAL_PENDING"
    assert len(home.asked) == 1


async def test_an_upstreams_own_round_goes_on_after_the_page(home: House) -> None:
    form = {
        "method": "elicitation/create",
        "params": {"message": "?", "requestedSchema": {"properties": {"color": {}}}},
    }
    wants = {"resultType": "input_required", "inputRequests": {"c": form}, "requestState": "S1"}
    async with relayed(Scripted(result=wants), home.desk) as it:
        page = await first(it)
        await home.says("approve")
        round_one = (await it.modern("tools/call", again(page, ACCEPT))).message["result"]
        it.upstream.result = RESULT
        told = {"c": {"action": "accept", "content": {"color": "red"}}}
        back = {"requestState": round_one["requestState"], "inputResponses": told}
        second_page = await first(it, **back)  # the retry is a call again: it is asked about again
        await home.says("approve")
        answer = (await it.modern("tools/call", again(second_page, ACCEPT))).message

    assert answer["result"]["content"] == RESULT["content"]
    sent = it.upstream.seen[-1][1]["params"]
    assert (sent["requestState"], sent["inputResponses"]) == ("S1", told)


@pytest.mark.parametrize(
    "capabilities", [{}, {"elicitation": {}}, {"elicitation": {"form": {}}}, {"elicitation": "url"}]
)
async def test_a_client_that_opens_no_links_is_held_and_reads_the_link(
    tmp_path: Path, capabilities: object
) -> None:
    meta = {"io.modelcontextprotocol/clientCapabilities": capabilities}
    with house(tmp_path, hold_s=0) as home:
        async with relayed(Scripted(result=RESULT), home.desk) as it:
            answer = await it.modern("tools/call", {**CALL, "_meta": meta})

    assert word(answer.message) == "APPROVAL_PENDING"
    assert f"{PAGE}/a/{home.asked[0]}" in answer.message["result"]["content"][0]["text"]


async def test_somebody_elses_review_is_not_put_to_this_person(tmp_path: Path) -> None:
    with house(tmp_path, hold_s=0) as home:
        async with relayed(Scripted(result=RESULT), home.desk) as it:
            answer = await it.modern("tools/call", {**CALL, "name": "wire", "_meta": URL_CLIENT})

    assert word(answer.message) == "APPROVAL_PENDING"


# ---- the legacy era over HTTP ----


@pytest.mark.parametrize("action", ["accept", "decline", "cancel"])
async def test_a_legacy_client_is_asked_on_the_stream_of_its_call(home: House, action: str) -> None:
    upstream = Scripted(result=RESULT, headers=[(b"mcp-session-id", b"s1")])
    async with relayed(upstream, home.desk) as it:
        hello = {"protocolVersion": "2025-11-25", "capabilities": {"elicitation": {"url": {}}}}
        begun = await it.post(legacy("initialize", hello, 0))
        session = {"mcp-session-id": begun.headers["mcp-session-id"]}
        call = asyncio.create_task(it.post(legacy("tools/call", CALL), session))
        await home.was_asked()
        ident = f"guard-{home.asked[0]}"
        told = {"jsonrpc": "2.0", "id": ident, "result": {"action": action}}
        taken = await it.post(told, session)
        if action != "decline":
            assert not call.done()
            await home.says("approve")
        answer = await asyncio.wait_for(call, 5)

    events = [json.loads(line[6:]) for line in answer.raw.split(b"\n") if line.startswith(b"data:")]
    assert taken.status == 202
    assert events[0]["id"] == ident
    assert events[0]["method"] == "elicitation/create"
    assert events[0]["params"]["url"] == f"{PAGE}/a/{home.asked[0]}"
    assert events[0]["params"]["elicitationId"] == home.asked[0]
    if action == "decline":
        assert word(events[-1]) == "DENIED"
    else:
        assert events[-1]["result"]["content"] == RESULT["content"]
    assert events[-2]["method"] == "notifications/elicitation/complete"
    assert not any("action" in json.dumps(message) for _, message in it.upstream.seen)


# ---- stdio ----


@pytest.mark.parametrize("action", ["accept", "decline", "cancel"])
async def test_a_legacy_client_on_a_pipe_is_asked_there(home: House, action: str) -> None:
    pipe = Pipe()
    desk = await initialized(home, pipe, {"elicitation": {"url": {}}})
    call = asyncio.create_task(desk.settle("client", legacy("tools/call", CALL), pipe))
    await pipe.was_asked()
    asked, reply = pipe.questions[0]
    pipe.answers(action)
    if action != "decline":
        await asyncio.sleep(0.05)
        assert not call.done()
        await home.says("approve")
    answer = await asyncio.wait_for(call, 5)

    assert asked["id"] == f"guard-{home.asked[0]}"
    assert asked["params"]["url"] == f"{PAGE}/a/{home.asked[0]}"
    assert reply.done()
    assert word(answer) == "DENIED" if action == "decline" else answer["result"] == RESULT
    assert pipe.told[-1]["method"] == "notifications/elicitation/complete"
    assert len(pipe.sent) == (1 if action == "decline" else 2)  # initialize, and the call


async def test_a_question_that_was_answered_elsewhere_is_taken_back(home: House) -> None:
    pipe = Pipe()
    desk = await initialized(home, pipe, {"elicitation": {"url": {}}})
    call = asyncio.create_task(desk.settle("client", legacy("tools/call", CALL), pipe))
    await pipe.was_asked()
    await home.says("approve")
    answer = await asyncio.wait_for(call, 5)

    assert answer["result"] == RESULT
    assert pipe.questions[0][1].cancelled()


async def test_a_modern_client_on_a_pipe_is_asked_by_the_answer(home: House) -> None:
    pipe, desk = Pipe(), home.pipe()
    call, _ = modern("tools/call", {**CALL, "_meta": URL_CLIENT})
    message = await desk.settle("client", call, pipe)
    await home.says("approve")
    retry, _ = modern("tools/call", again(message, ACCEPT), 2)
    answer = await desk.settle("client", retry, pipe)

    assert answer["result"] == RESULT
    assert not {"requestState", "inputResponses"} & pipe.sent[0]["params"].keys()


async def test_identical_calls_on_one_pipe_share_one_question(home: House) -> None:
    pipe = Pipe()
    desk = await initialized(home, pipe, {"elicitation": {"url": {}}})
    calls = [
        asyncio.create_task(desk.settle("client", legacy("tools/call", CALL, n), pipe))
        for n in (1, 2)
    ]
    await pipe.was_asked()
    await home.says("approve")
    answers = await asyncio.wait_for(asyncio.gather(*calls), 5)

    assert len(pipe.questions) == 1
    assert sorted("isError" in answer["result"] for answer in answers) == [False, True]


async def test_an_agent_waits_as_long_as_its_own_setting_says(home: House) -> None:
    pipe = Pipe()
    desk = await initialized(home, pipe, {}, agent="hasty")
    answer = await asyncio.wait_for(desk.settle("client", legacy("tools/call", CALL), pipe), 2)

    assert word(answer) == "APPROVAL_PENDING"
    assert home.desk.hold_ms(ME) == 5_000
    assert home.desk.hold_ms(Caller(ME.issuer, ME.subject, "hasty")) == 0


async def test_a_guard_without_a_page_sends_nobody_anywhere(tmp_path: Path) -> None:
    with house(tmp_path, hold_s=0) as home:
        desk = home.pipe()
        desk.front._url = ""  # type: ignore[attr-defined]
        call, _ = modern("tools/call", {**CALL, "_meta": URL_CLIENT})
        answer = await desk.settle("client", call, Pipe())

    assert word(answer) == "APPROVAL_PENDING"
    assert "http" not in json.dumps(answer)
