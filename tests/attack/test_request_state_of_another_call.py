"""A hijacked client brings back the state of another call, another person, another server, or of
last week; answers what nobody asked; and says no for somebody else."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from guard_adapters.front.mcp.auth.access_token import Caller
from guard_adapters.front.mcp.elicitation.invite import GUARD_ID
from guard_adapters.front.mcp.elicitation.rounds import Rounds
from guard_adapters.front.mcp.elicitation.seal import RequestStateSeal, SealKeys
from guard_adapters.front.mcp.protocol.wire import WireRefused
from tests.adapters.front.allow_all import ME
from tests.adapters.front.invited import CALL, URL_CLIENT, House, house
from tests.adapters.front.relaying import Scripted, legacy, relayed

NOW = 1_767_607_200_000
ROUNDS = Rounds(seal=RequestStateSeal(SealKeys(b"k" * 32)), who="ann", upstream="up", now_ms=NOW)
FORM = {
    "method": "elicitation/create",
    "params": {"message": "?", "requestedSchema": {"properties": {"color": {"type": "string"}}}},
}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, hold_s=0) as made:
        yield made


def call(**params: object) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {**CALL, **params}}


def asked(requests: object, **more: object) -> str:
    """Return the state that comes with this upstream's questions."""
    result = {"resultType": "input_required", "inputRequests": requests, **more}
    message = ROUNDS.wrapped({"jsonrpc": "2.0", "id": 1, "result": result}, "tools/call")
    return message["result"]["requestState"]


def refused(rounds: Rounds, message: dict[str, Any]) -> str:
    with pytest.raises(WireRefused) as found:
        rounds.opened(message)
    assert found.value.code == -32602
    return found.value.reason


@pytest.mark.parametrize(
    ("rounds", "method"),
    [
        (dataclasses.replace(ROUNDS, who="eve"), "tools/call"),
        (dataclasses.replace(ROUNDS, upstream="other"), "tools/call"),
        (dataclasses.replace(ROUNDS, now_ms=NOW + 600_000), "tools/call"),
        (
            dataclasses.replace(ROUNDS, seal=RequestStateSeal(SealKeys(b"x" * 32))),
            "tools/call",
        ),
        (ROUNDS, "prompts/get"),
    ],
    ids=["principal", "upstream", "too_late", "key", "method"],
)
def test_a_state_opens_for_its_own_caller_upstream_time_and_method(rounds, method):
    state = asked({"c": FORM}, requestState="S")
    assert ROUNDS.opened(call(requestState=state)).message["params"]["requestState"] == "S"

    assert refused(rounds, {**call(requestState=state), "method": method}) == "bad_request_state"


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "wire"},
        {"arguments": {"to": "eve"}},
        {"arguments": {"to": "bob", "more": 1}},
        {"task": {"ttl": 1}},
    ],
    ids=["tool", "argument", "more", "param"],
)
async def test_the_state_of_an_approval_fits_the_call_that_was_asked_about_only(home, changed):
    async with relayed(Scripted(), home.desk) as it:
        first = await it.modern("tools/call", {**CALL, "_meta": URL_CLIENT})
        ((ident, _),) = first.message["result"]["inputRequests"].items()
        await home.says("approve")
        back = {
            **CALL,
            **changed,
            "_meta": URL_CLIENT,
            "requestState": first.message["result"]["requestState"],
            "inputResponses": {ident: {"action": "accept"}},
        }
        answer = await it.modern("tools/call", back)

    assert answer.status == 400
    assert answer.message["error"]["data"]["reason"] == "bad_request_state"
    assert "tools/call" not in it.upstream.methods()
    (session,) = await home.wired.world.sessions.all()
    assert [one.kind for one in session.signals] == [
        "approval_reuse"
    ]  # and its owner is told apart


async def test_shown_twice_a_state_runs_nothing_twice(home):
    async with relayed(Scripted(), home.desk) as it:
        first = await it.modern("tools/call", {**CALL, "_meta": URL_CLIENT})
        result = first.message["result"]
        ((ident, _),) = result["inputRequests"].items()
        await home.says("approve")
        back = {
            **CALL,
            "_meta": URL_CLIENT,
            "requestState": result["requestState"],
            "inputResponses": {ident: {"action": "accept"}},
        }
        ran = await it.modern("tools/call", back)
        replayed = await it.modern("tools/call", back)

    assert "isError" not in ran.message["result"]
    assert replayed.message["result"].get("resultType") == "input_required"  # a new question
    assert it.upstream.methods().count("tools/call") == 1
    assert len(home.asked) == 2


async def test_a_made_up_accept_answers_nothing(home):
    made_up = {f"{GUARD_ID}apr_0": {"action": "accept"}}
    async with relayed(Scripted(), home.desk) as it:
        answer = await it.modern("tools/call", {**CALL, "inputResponses": made_up})

    assert answer.message["result"]["content"][0]["text"].startswith("APPROVAL_PENDING")
    assert it.upstream.methods() == []


@pytest.mark.parametrize("who", [("eve", ME.agent), (ME.subject, "other")], ids=["who", "agent"])
async def test_nobody_says_no_to_the_question_of_somebody_else(home, who):
    eve = Caller(ME.issuer, *who)
    desk = home.desk
    async with relayed(Scripted(), desk) as it:
        await it.modern("tools/call", {**CALL, "_meta": URL_CLIENT})
        object.__setattr__(it.endpoint.access, "unsafe_caller", eve)
        no = {"jsonrpc": "2.0", "id": GUARD_ID + home.asked[0], "result": {"action": "decline"}}
        taken = await it.post(no)

    assert taken.status == 202
    assert (await home.row()).status == "pending"


async def test_no_answer_to_the_guard_reaches_a_server(home):
    async with relayed(Scripted(), home.desk) as it:
        for ident in ("guard-", "guard-apr_1", GUARD_ID + "x" * 5_000):
            for result in ({"action": "accept"}, {"action": 7}, {}, {"action": "decline"}):
                said = {"jsonrpc": "2.0", "id": ident, "result": result}
                await it.post(said)

    assert it.upstream.seen == []


# ---- answers that nobody asked for ----


def test_answers_that_nobody_asked_for_go_nowhere():
    state = asked({"c": FORM}, requestState="S")
    answers = {"c": {"action": "accept", "content": {"color": "red"}}, "loot": {"secret": 1}}

    sent = ROUNDS.opened(call(requestState=state, inputResponses=answers)).message["params"]
    assert sent["inputResponses"] == {"c": answers["c"]}


def test_without_a_question_before_there_is_no_answer():
    sent = ROUNDS.opened(call(inputResponses={"c": {"secret": 1}})).message["params"]
    assert sent["inputResponses"] == {}


def test_a_server_that_the_operator_trusts_with_them_gets_all_answers():
    trusting = dataclasses.replace(ROUNDS, unasked=True)
    sent = trusting.opened(call(inputResponses={"c": {"action": "decline"}})).message["params"]
    assert sent["inputResponses"] == {"c": {"action": "decline"}}


def test_a_question_without_a_state_of_its_own_gets_one_so_that_its_answer_is_known():
    answers = {"c": {"action": "decline"}}
    sent = ROUNDS.opened(call(requestState=asked({"c": FORM}), inputResponses=answers)).message
    assert sent["params"] == {**CALL, "inputResponses": answers}


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (FORM, {"action": "accept", "content": {"color": "red", "loot": "secret"}}),
        (
            {"method": "elicitation/create", "params": {"mode": "url", "url": "https://a.example"}},
            {"action": "accept", "content": {"loot": "secret"}},
        ),
    ],
    ids=["form", "url"],
)
def test_an_answer_holds_the_fields_of_its_form_and_no_others(question, answer):
    state = asked({"c": question})
    message = call(requestState=state, inputResponses={"c": answer})
    assert refused(ROUNDS, message) == "answer_not_asked"


@pytest.mark.parametrize("odd", [None, 7, "loot", ["loot"]])
def test_answers_are_an_object_or_nothing(odd):
    if odd is None:
        assert "inputResponses" not in ROUNDS.opened(call(inputResponses=odd)).message["params"]
    else:
        assert refused(ROUNDS, call(inputResponses=odd)) == "bad_input_responses"


def test_legacy_requests_without_rounds_stay_as_they_are():
    message = legacy("tools/call", CALL)
    assert ROUNDS.opened(message).message is message
