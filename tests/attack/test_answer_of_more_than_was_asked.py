"""A client answers a server's question with more than the form asks for: data leaves unseen.

The modern wire carries answers in the call that is made again; the legacy one in messages of their own.
"""

import pytest

from guard_adapters.front.mcp.client.questions import KEPT, Questions
from guard_adapters.front.mcp.elicitation.server_asks import ServerRules
from tests.adapters.front.relaying import Scripted, legacy, relayed
from tests.adapters.front.test_mcp_http import note
from tests.adapters.front.test_mcp_stdio_desk import Front, Pipe, desk

FORM = {
    "message": "Who?",
    "requestedSchema": {"type": "object", "properties": {"name": {"type": "string"}}},
}
ASK = {"id": 9, "method": "elicitation/create", "params": FORM}
GOOD = {"action": "accept", "content": {"name": "ann"}}
MORE = {"action": "accept", "content": {"name": "ann", "password": "hunter2"}}
SESSION = [(b"mcp-session-id", b"s-1")]
CALL = {"name": "t", "arguments": {}}


def answer(result: dict, ident: object = 9) -> dict:
    return {"jsonrpc": "2.0", "id": ident, "result": result}


async def asked(it) -> dict[str, str]:
    """Open a legacy session and let a call of it ask; return the header that names the session."""
    begun = await it.post(
        legacy("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}})
    )
    session = {"mcp-session-id": begun.headers["mcp-session-id"]}
    await it.post(legacy("tools/call", CALL, ident=2), session)
    it.upstream.seen.clear()
    return session


async def test_over_http_it_is_refused_as_often_as_it_is_tried() -> None:
    async with relayed(Scripted(events=[note(ASK)], headers=SESSION)) as it:
        session = await asked(it)
        first, again = [await it.post(answer(MORE), session) for _ in range(2)]
        reached = it.upstream.seen.copy()
        it.upstream.events = []
        await it.post(answer(GOOD), session)
    for one in (first, again):
        assert one.message["error"]["data"]["reason"] == "answer_not_asked"
        assert one.message["id"] is None  # 9 may be a request of the client's own
    assert reached == []
    assert [message for _, message in it.upstream.seen] == [answer(GOOD)]


@pytest.mark.parametrize("result", [GOOD, {"action": "decline"}, {"action": "accept"}])
async def test_through_a_pipe_what_was_asked_passes(result: dict) -> None:
    pipe = Pipe(elicitation_create=result)
    said = await desk(Front()).settle("server", {"jsonrpc": "2.0", **ASK}, pipe)
    assert said["result"] == result


async def test_through_a_pipe_the_server_is_told_that_it_is_withheld() -> None:
    pipe = Pipe(elicitation_create=MORE)
    said = await desk(Front()).settle("server", {"jsonrpc": "2.0", **ASK}, pipe)
    assert (said["id"], said["error"]["data"]["code"]) == (9, "answer_not_asked")
    assert "hunter2" not in str(said)


async def test_an_answer_of_a_model_is_no_form_and_passes() -> None:
    model = {"role": "assistant", "content": {"type": "text", "text": "x"}, "model": "m"}
    pipe = Pipe(sampling_createMessage=model)
    ask = {"jsonrpc": "2.0", "id": 9, "method": "sampling/createMessage", "params": {}}
    said = await desk(Front(), rules=ServerRules(sampling=True)).settle("server", ask, pipe)
    assert said["result"] == model


def test_questions_without_end_do_not_fill_the_memory() -> None:
    questions = Questions()
    for number in range(KEPT + 1):
        questions.asked(("me", "up", "s", "call", number), ASK)
    assert questions.allow(("me", "up", "s", "call", 0), MORE)  # forgotten: passes as it is
    assert not questions.allow(("me", "up", "s", "call", KEPT), MORE)


async def test_where_the_operator_lets_unasked_answers_through_they_pass_on_both_fronts() -> None:
    rules = ServerRules(unasked_answers=True)
    async with relayed(Scripted(events=[note(ASK)], headers=SESSION), rules=rules) as it:
        session = await asked(it)
        it.upstream.events = []
        await it.post(answer(MORE), session)
    assert [message for _, message in it.upstream.seen] == [answer(MORE)]
    pipe = Pipe(elicitation_create=MORE)
    said = await desk(Front(), rules=rules).settle("server", {"jsonrpc": "2.0", **ASK}, pipe)
    assert said["result"] == MORE
