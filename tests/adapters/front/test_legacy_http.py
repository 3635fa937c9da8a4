"""A plain HTTP API behind the guard: its requests are tool calls, judged and written anew."""

import asyncio
import json

from guard.grant.votes import Vote, Voter
from guard_adapters.front.legacy import front
from guard_adapters.front.legacy.wire import RoutedTool
from tests.adapters.front.plain_api import POLICY, SECRET, basic, billing
from tests.peers.started import free_port

PAY = json.dumps({"amount": 7, "note": "for May"}).encode()
ASKS = '@id("ASK") @reason("a_person") @decision("step_up") @approvers("session-owner")\n'


async def test_a_request_runs_as_a_tool_call_with_the_credential_of_that_call(tmp_path):
    async with billing(tmp_path) as it:
        it.api.answers = [(200, [(b"content-type", b"application/json")], b'{"paid": 7}')]
        paid = await it.ask("POST /http/billing/invoices/17/pay", PAY)
        read = await it.ask("GET /http/billing/invoices/17?expand=true")
        recent = await it.wired.world.leases.recent(9)
    assert (paid.status, paid.body) == (200, {"paid": 7})
    assert read.status == 200
    first, second = it.api.seen
    assert (first["path"], json.loads(first["body"])) == ("/v1/invoices/17/pay", json.loads(PAY))
    assert (second["path"], second["body"]) == ("/v1/invoices/17", b"")
    assert [one["headers"]["x-api-key"] for one in it.api.seen] == [SECRET] * 2
    assert {(row.tool, row.state.value) for row in recent} == {
        ("pay_invoice", "consumed"), ("read_invoice", "consumed"),
    }  # fmt: skip


async def test_only_what_the_client_accepts_goes_up_and_little_comes_down(tmp_path):
    async with billing(tmp_path) as it:
        it.api.answers = [
            (201, [(b"set-cookie", b"a=1"), (b"etag", b'"x"'), (b"server", b"s")], b"ok")
        ]
        got = await it.ask(
            "GET /http/billing/invoices/17", accept="text/plain", cookie="b=2", x_trace="1",
            x_api_key="of-the-client", user_agent="app",
        )  # fmt: skip
    (seen,) = it.api.seen
    assert seen["headers"].keys() == {
        "host", "accept", "accept-encoding", "x-api-key"
    }  # fmt: skip
    assert (seen["headers"]["accept"], seen["headers"]["x-api-key"]) == ("text/plain", SECRET)
    assert (got.status, got.body, got.headers["etag"]) == (201, b"ok", '"x"')
    assert not {"set-cookie"} & got.headers.keys()


async def test_a_form_stays_a_form(tmp_path):
    async with billing(tmp_path) as it:
        kind = "application/x-www-form-urlencoded"
        got = await it.ask(
            "POST /http/billing/invoices/17/pay", b"amount=7&note=a+b%26c", content_type=kind
        )
    assert got.status == 200
    assert it.api.seen[0]["body"] == b"amount=7&note=a%20b%26c"
    assert it.api.seen[0]["headers"]["content-type"] == kind


async def test_what_policy_denies_is_a_403_and_sends_nothing(tmp_path):
    async with billing(tmp_path) as it:
        got = await it.ask("DELETE /http/billing/invoices/17")
    assert (got.status, got.body["code"]) == (403, "no_dropping")
    assert it.api.seen == []


async def test_what_needs_a_person_is_a_503_that_says_when_to_come_again(tmp_path):
    asks = (
        POLICY
        + ASKS
        + 'forbid (principal, action == Guard::Action::"billing/pay_invoice", resource);'
    )
    async with billing(tmp_path, policy=asks) as it:
        got = await it.ask("POST /http/billing/invoices/17/pay", PAY)
    assert (got.status, got.body["code"]) == (503, "approval_pending"), got.body
    assert int(got.headers["retry-after"]) > 0
    assert it.api.seen == []


async def test_a_client_that_gave_up_is_told_how_its_payment_ended_and_it_is_not_made_twice(
    tmp_path, monkeypatch
):
    made = []

    def kept(**given):
        made.append(RoutedTool(**given))
        return made[-1]

    monkeypatch.setattr(front, "RoutedTool", kept)
    asks = (
        POLICY
        + ASKS
        + 'forbid (principal, action == Guard::Action::"billing/pay_invoice", resource);'
    )
    async with billing(tmp_path, policy=asks) as it, asyncio.timeout(30):
        asked = (await it.ask("POST /http/billing/invoices/17/pay", PAY)).body["approval_id"]
        voter, now_ms = Voter(principal="t|ann", uv=True), it.wired.world.clock.now_ms()
        yes = Vote(
            approval_id=asked, voter=voter, decision="approve", method="webauthn", at_ms=now_ms
        )
        await it.wired.world.approvals.vote(yes, [])
        it.api.go_on.clear()
        first = asyncio.create_task(it.ask("POST /http/billing/invoices/17/pay", PAY))
        while not it.api.seen:
            await asyncio.sleep(0.01)
        first.cancel()
        while not made[-1].client.left:
            await asyncio.sleep(0.01)
        it.api.go_on.set()
        while (await it.wired.world.approvals.get(asked)).outcome == "running":
            await asyncio.sleep(0.01)
        told = await it.ask("POST /http/billing/invoices/17/pay", PAY)
        again = await it.ask("POST /http/billing/invoices/17/pay", PAY)
    assert (told.status, told.body["code"]) == (502, "approval_ran")
    assert "ended without an error; its answer was lost" in told.body["message"]
    assert again.body["code"] == "approval_pending"
    assert len(it.api.seen) == 1


async def test_what_was_narrowed_is_what_is_sent_and_the_answer_says_so(tmp_path):
    narrows = POLICY + (
        '@id("SMALL") @reason("small_payments") @decision("narrow") @narrow("small")\n'
        'forbid (principal, action == Guard::Action::"billing/pay_invoice", resource)\n'
        "unless { context.input.amount <= 100 };"
    )
    async with billing(tmp_path, policy=narrows) as it:
        got = await it.ask("POST /http/billing/invoices/17/pay", b'{"amount": 5000}')
    assert got.status == 200, got.body
    assert json.loads(it.api.seen[0]["body"]) == {"amount": 100}
    assert "amount" in got.headers["guard-narrowed"]


async def test_the_more_literal_route_is_taken(tmp_path):
    async with billing(tmp_path) as it:
        await it.ask("GET /http/billing/invoices/mine")
        tools = [row.tool for row in await it.wired.world.leases.recent(9)]
    assert tools == ["own_invoice"]


async def test_a_client_that_knows_only_a_password_brings_session_and_token_in_it(tmp_path):
    async with billing(tmp_path) as it:
        bare = await it.ask("GET /http/billing/invoices/1", authorization=basic("", "ann"))
        default = (await it.wired.world.sessions.all())[0].id
        named = await it.ask("GET /http/billing/invoices/1", authorization=basic(default, "ann"))
        other = await it.ask("GET /http/billing/invoices/1", authorization=basic(default, "bob"))
        wrong = await it.ask("GET /http/billing/invoices/1", authorization=basic("", "eve"))
        twice = await it.ask(
            "GET /http/billing/invoices/1",
            authorization=basic(default, "ann"),
            guard_session="gs_2",
        )
    assert (bare.status, named.status) == (200, 200)
    assert (other.status, other.body["code"]) == (403, "session_unknown")
    assert (wrong.status, twice.status) == (401, 400)
    assert "Basic" in wrong.headers["www-authenticate"]
    assert len(it.api.seen) == 2


async def test_without_a_token_nobody_comes_in(tmp_path):
    async with billing(tmp_path) as it:
        got = await it.ask("GET /http/billing/invoices/1", authorization="")
        foreign = await it.ask("GET /http/billing/invoices/1", host="evil.example")
        unknown = await it.ask("GET /http/other/invoices/1")
    assert (got.status, foreign.status, unknown.status) == (401, 421, 404)
    assert it.api.seen == []


REFUSED = (
    ((401, [(b"www-authenticate", b"Key")], b""), "upstream_credential_refused"),
    ((302, [(b"location", b"http://evil.example")], b""), "upstream_redirects"),
    ((200, [(b"content-encoding", b"gzip")], b"x"), "answer_unreadable"),
    ((200, [], b"x" * 9000), "outcome_unknown"),
)


async def test_an_answer_that_may_not_pass_is_told_as_such(tmp_path):
    async with billing(tmp_path) as it:
        for answer, code in REFUSED:
            it.api.answers = [answer]
            got = await it.ask("GET /http/billing/invoices/1")
            assert (got.status, got.body["code"]) == (502, code)
            assert not {"www-authenticate", "location"} & got.headers.keys()


async def test_an_api_that_does_not_take_the_key_is_not_shown_it_again_and_again(tmp_path):
    async with billing(tmp_path) as it:
        it.api.answers = [(401, [], b"")] * 5
        got = [await it.ask("GET /http/billing/invoices/1") for _ in range(5)]
    assert [one.body["code"] for one in got] == [
        *["upstream_credential_refused"] * 3, *["credentials_turned_away"] * 2,
    ]  # fmt: skip
    assert len(it.api.seen) == 3


async def test_an_error_of_the_api_is_the_clients_to_read(tmp_path):
    async with billing(tmp_path) as it:
        it.api.answers = [(409, [(b"content-type", b"text/plain")], b"paid already")]
        got = await it.ask("POST /http/billing/invoices/1/pay", PAY)
    assert (got.status, got.body) == (409, b"paid already")


async def test_an_answer_without_a_body_stays_one(tmp_path):
    async with billing(tmp_path) as it:
        it.api.answers = [(204, [], b"")]
        got = await it.ask("POST /http/billing/invoices/1/pay", PAY)
    assert (got.status, got.body) == (204, b"")
    assert "content-length" not in got.headers


async def test_an_api_that_is_not_there_is_a_503_and_nothing_ran(tmp_path):
    async with billing(tmp_path, at=f"http://127.0.0.1:{free_port()}") as it:
        got = await it.ask("GET /http/billing/invoices/1")
    assert (got.status, got.body["code"]) == (503, "upstream_unreachable")
