"""Attack: a client chooses the idempotency key, to repeat a payment or to swallow the next one."""

import json
from typing import Any

import pytest

from guard.model.idempotency import Idempotency, idempotency_key
from guard_adapters.front.mcp.protocol.wire import WireRefused
from tests.adapters.front.allow_all import AllowAll
from tests.adapters.front.relaying import Scripted, legacy, minted, modern, relayed
from tests.adapters.front.test_mcp_stdio_desk import Front, Pipe, call, desk

META = "dev.guardcall/idempotency-key"
CALL = {"name": "t", "arguments": {"a": 1}}
CANARY = "CHOSEN-BY-THE-CLIENT"


class Keyed(AllowAll):
    """Lets everything run, with the key of a catalogue that wants it at one place, or with none."""

    def __init__(self, place: Idempotency | None) -> None:
        super().__init__()
        self.place = place

    async def call(self, call, tool, *, hold_ms):
        return await super().call(call.keyed(self.place, "use-1"), tool, hold_ms=hold_ms)


def expected(header: str = "") -> str:
    return idempotency_key(Idempotency(header=header), call_id="", consume_id="use-1").value


def forged(era: str) -> tuple[dict, dict]:
    params = {**CALL, "_meta": {META: CANARY}}
    message, headers = (
        modern("tools/call", params) if era == "modern" else (legacy("tools/call", params), {})
    )
    return message, {**headers, "idempotency-key": CANARY, "Idempotency-Key": CANARY}


@pytest.mark.parametrize("era", ["modern", "legacy"])
@pytest.mark.parametrize("place", [None, "", "Idempotency-Key"])
async def test_over_http_the_guards_key_arrives_where_it_is_looked_for_and_no_other(era, place):
    wanted = None if place is None else Idempotency(header=place)
    async with relayed(Scripted(), Keyed(wanted)) as it:
        await it.post(*forged(era))
    headers, message = it.upstream.seen[0]
    in_meta = message["params"].get("_meta", {}).get(META)
    assert (in_meta, headers.get("idempotency-key")) == {
        None: (None, None),
        "": (expected(), None),
        "Idempotency-Key": (None, expected("Idempotency-Key")),
    }[place]
    assert CANARY not in json.dumps(it.upstream.seen)
    assert message["params"]["arguments"] == CALL["arguments"]


async def test_it_travels_beside_a_call_token():
    front = Keyed(Idempotency(header="Idempotency-Key"))
    front.credential = minted()
    async with relayed(Scripted(), front, delivery="bearer") as it:
        await it.post(legacy("tools/call", CALL))
    headers, _ = it.upstream.seen[0]
    assert headers["authorization"] == "Bearer tok"
    assert headers["idempotency-key"] == expected("Idempotency-Key")


async def test_a_message_that_is_not_judged_carries_no_key_of_the_client_either():
    async with relayed(Scripted(), Keyed(None)) as it:
        message = legacy("ping", {"_meta": {META: CANARY}})
        await it.post(message, {"idempotency-key": CANARY})
    assert CANARY not in json.dumps(it.upstream.seen)


@pytest.mark.parametrize("place", [None, Idempotency()])
async def test_on_a_pipe_the_clients_key_is_taken_out_and_the_guards_put_in(place):
    class Piped(Front):
        async def call(self, call: Any, tool: Any, *, hold_ms: Any) -> Any:
            return await super().call(call.keyed(place, "use-1"), tool, hold_ms=hold_ms)

    pipe = Pipe()
    await desk(Piped()).settle("client", call(_meta={META: CANARY, "progressToken": 1}), pipe)
    ((_, sent),) = pipe.asked
    own = {META: expected()} if place else {}
    assert sent["params"]["_meta"] == {"progressToken": 1, **own}


@pytest.mark.parametrize(
    "name", [META.upper(), "Dev.guardcall/idempotency-key", "dev.GuardCall/Idempotency-Key"]
)
async def test_a_likeness_that_a_careless_server_would_read_goes_no_further(name):
    pipe = Pipe()
    with pytest.raises(WireRefused) as refused:
        await desk(Front()).settle("client", call(_meta={name: CANARY}), pipe)
    assert (refused.value.reason, pipe.asked) == ("near_key", [])
    assert CANARY not in str(refused.value)
