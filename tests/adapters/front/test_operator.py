import asyncio

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.applications import Starlette
from starlette.testclient import TestClient

from guard.detect.watch import Watch
from guard.errors import Unusable
from guard.grant.approval import NewApproval
from guard.model.decision import Requirement
from guard.pipeline import Guard
from guard.policy.catalog import read_catalog
from guard.policy.compile import compile_bundle
from guard.ports import World
from guard.reauthorize import Reauthorizing
from guard.testing import CountedIds, FrozenClock
from guard_adapters.front.operator.routes import operator_routes
from guard_adapters.store.log import LogKey
from guard_adapters.store.sqlite.reading import read_log
from guard_adapters.store.sqlite.store import SqliteStore
from guard_adapters.wiring.detectors.door import Door
from guard_adapters.wiring.operator.desk import OperatorDesk

TOKEN = "t" * 64
HEADERS = {"authorization": f"Bearer {TOKEN}"}
ADA = {"principal": {"issuer": "https://id.example", "subject": "ada"}, "agent": "bot"}
V1 = "/guard/v1"


class Bench:
    def __init__(self, path, bundles=("old", "new")):
        key = LogKey(origin="t/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))
        self.path, self.clock = path, FrozenClock()
        self.store = SqliteStore(path, key, timeout_ms=5_000, cooldown_ms=1_000)
        self.bundles = bundles
        world = World(
            clock=self.clock,
            ids=CountedIds(),
            sessions=self.store.sessions,
            approvals=self.store.approvals,
            leases=self.store.leases,
            outcomes=self.store.sessions,
            sink=self.store.sink,
        )
        nothing = compile_bundle({}, read_catalog({"version": 1}))
        guard = Guard(world=world, policy=lambda: nothing, salt=b"s" * 32)
        reauthorizing = Reauthorizing(world=world, judging=guard.judging)
        self.desk = OperatorDesk(
            world=world,
            reauthorizing=reauthorizing,
            log_reader=self.store.log,
            reload_bundle=self.reloaded,
            door=Door(world=world, reauthorizing=reauthorizing, watch=Watch),
        )
        app = Starlette(routes=operator_routes(self.desk, TOKEN))
        self.http = TestClient(app, headers=HEADERS)

    def reloaded(self):
        if isinstance(self.bundles, Exception):
            raise self.bundles
        return self.bundles

    def words(self, handle):
        return asyncio.run(self.store.sessions.get(handle)).words

    def events(self):
        self.store.close(self.clock.ms + 10_000)
        return [leaf for _, leaf in read_log(self.path).leaves]

    async def question(self):
        asked = Requirement(rule="PAY-1", reason="amount", kind="self")
        new = NewApproval(
            id="apr_1", binding="b", envelope=b"{}", call_id="c1", call_bytes=b"{}",
            view_json=b'{"effect":"Pay"}', nonce="secret-nonce", requester="i|ada", agent="bot",
            session="gs_1", requirements=(asked,), policy_version="p", created_ms=self.clock.ms,
            pending_until_ms=self.clock.ms + 60_000, grant_ttl_s=60, cooldown_key="k",
        )  # fmt: skip
        await self.store.approvals.open(new, [])


@pytest.fixture
def bench(tmp_path):
    made = Bench(tmp_path / "guard.sqlite")
    yield made
    made.store.close(made.clock.ms + 20_000)


ROUTES = [
    ("POST", "/sessions"), ("GET", "/sessions"), ("GET", "/sessions/x"), ("POST", "/sessions/x/signal"),
    ("POST", "/sessions/x/revoke"), ("GET", "/approvals"), ("GET", "/approvals/x"),
    ("POST", "/sessions/x/words"), ("POST", "/sessions/x/withdraw"), ("POST", "/sessions/x/declassify"),
    ("POST", "/approvals/x/deny"), ("POST", "/policy/reload"), ("GET", "/audit/checkpoint"),
    ("GET", "/audit/log"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[1:]}"],
)
def test_without_the_token_nothing_is_answered(bench, method, path, authorization):
    answer = bench.http.request(method, V1 + path, headers={"authorization": authorization})

    assert (answer.status_code, answer.json()["error"]) == (401, "operator_unknown")


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("origin", ["http://127.0.0.1:8470", "null", "https://evil.example"])
def test_a_browser_is_refused_even_with_the_token(bench, method, path, origin):
    answer = bench.http.request(method, V1 + path, headers={"origin": origin})

    assert (answer.status_code, answer.json()["error"]) == (403, "origin_refused")


def test_nobody_can_approve_here(bench):
    assert bench.http.post(f"{V1}/approvals/apr_1/approve", json={}).status_code == 404
    assert not any("approve" in route.path for route in operator_routes(bench.desk, TOKEN))


def test_a_session_is_opened_with_the_hosts_intent_and_written_down(bench):
    said = ADA | {"intent": {"purpose": "pay invoice 42", "tools": ["ledger/pay"]}}

    handle = bench.http.post(f"{V1}/sessions", json=said).json()["handle"]
    [session] = bench.http.get(f"{V1}/sessions").json()["sessions"]

    assert session["id"] == handle
    assert session["purpose"] == "pay invoice 42"
    assert session["principal"] == "https://id.example|ada"
    [leaf] = bench.events()
    assert b'"kind":"session_opened"' in leaf
    assert b"ada" not in leaf


def test_the_persons_words_are_taken_at_opening_and_later_and_only_their_digest_is_logged(bench):
    said = ADA | {"words": "mail kim@firm.example"}
    handle = bench.http.post(f"{V1}/sessions", json=said).json()["handle"]

    more = bench.http.post(f"{V1}/sessions/{handle}/words", json={"words": "and lee@firm.example"})

    assert more.status_code == 200
    assert bench.words(handle) == ("mail kim@firm.example", "and lee@firm.example")
    leaves = bench.events()
    assert not any(b"firm.example" in leaf for leaf in leaves)
    assert any(b'"kind":"task_told"' in leaf for leaf in leaves)


def test_what_nobody_approved_cannot_be_taken_back(bench):
    handle = bench.http.post(f"{V1}/sessions", json=ADA).json()["handle"]

    answer = bench.http.post(f"{V1}/sessions/{handle}/withdraw", json={"value": "eve@bad.example"})

    assert (answer.status_code, answer.json()["error"]) == (404, "endorsement_unknown")
    assert bench.http.get(f"{V1}/sessions/{handle}").json()["approved"] == []


def test_a_secret_that_nobody_read_is_not_cleared(bench):
    handle = bench.http.post(f"{V1}/sessions", json=ADA).json()["handle"]

    answer = bench.http.post(f"{V1}/sessions/{handle}/declassify")

    assert (answer.status_code, answer.json()["error"]) == (404, "secret_unknown")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"principal": "ada", "agent": "bot"},
        {"principal": {"issuer": "", "subject": "ada"}, "agent": "bot"},
        ADA | {"extra": 1},
        ADA | {"intent": "pay"},
        ADA | {"intent": {"purpose": "x", "declared_by": "host"}},
        ADA | {"intent": {"purpose": "x" * 9_000}},
        {**ADA, "principal": {**ADA["principal"], "teams": ["admins"]}},
    ],
)
def test_a_session_that_is_not_said_clearly_is_not_opened(bench, body):
    answer = bench.http.post(f"{V1}/sessions", json=body)

    assert answer.status_code == 400
    assert bench.http.get(f"{V1}/sessions").json() == {"sessions": []}


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{", b"\xff", b"[" * 60_000, b'"' + b"x" * 70_000 + b'"']
)
def test_a_body_that_is_no_object_is_refused_with_a_code(bench, raw):
    answer = bench.http.post(f"{V1}/sessions", content=raw)

    assert (answer.status_code, answer.json()["error"]) == (400, "request_unusable")


def test_a_signal_raises_the_risk_of_the_session_and_is_written_down(bench):
    handle = bench.http.post(f"{V1}/sessions", json=ADA).json()["handle"]

    answer = bench.http.post(f"{V1}/sessions/{handle}/signal", json={"kind": "risk_level_high"})

    assert answer.json()["risk"] == 3
    assert any(b'"kind":"signal"' in leaf for leaf in bench.events())


def test_an_unknown_signal_names_the_known_ones(bench):
    handle = bench.http.post(f"{V1}/sessions", json=ADA).json()["handle"]

    answer = bench.http.post(f"{V1}/sessions/{handle}/signal", json={"kind": "mood"})

    assert (answer.status_code, answer.json()["error"]) == (400, "signal_unknown")
    assert "token_reuse" in answer.json()["message"]


def test_a_revoked_session_has_ended(bench):
    handle = bench.http.post(f"{V1}/sessions", json=ADA).json()["handle"]

    assert bench.http.post(f"{V1}/sessions/{handle}/revoke").json()["ended_at_ms"] > 0
    assert any(b'"kind":"session_ended"' in leaf for leaf in bench.events())


def test_an_unknown_session_is_not_found(bench):
    answer = bench.http.post(f"{V1}/sessions/gs_x/revoke")

    assert (answer.status_code, answer.json()["error"]) == (404, "session_unknown")


async def test_a_question_is_listed_without_its_nonce_and_can_be_denied_once(bench):
    await bench.question()

    [listed] = bench.http.get(f"{V1}/approvals?open=1").json()["approvals"]
    denied = bench.http.post(f"{V1}/approvals/apr_1/deny", json={"reason": "not my invoice"})
    again = bench.http.post(f"{V1}/approvals/apr_1/deny", json={"reason": "still no"})

    assert (listed["status"], listed["view"]) == ("pending", {"effect": "Pay"})
    assert "secret-nonce" not in str(listed)
    assert (denied.json()["status"], again.status_code) == ("denied", 409)
    assert bench.http.get(f"{V1}/approvals?open=1").json()["approvals"] == []


async def test_the_reason_of_a_no_stays_beside_the_tree(bench):
    await bench.question()
    bench.http.post(f"{V1}/approvals/apr_1/deny", json={"reason": "Bob from sales asked"})

    [leaf] = bench.events()

    assert b"Bob" not in leaf
    assert b"reason_s256" in leaf
    assert "Bob from sales asked" in read_log(bench.path).sides[0]


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "x" * 501}, {"reason": 1}])
async def test_a_no_needs_a_reason_of_a_fair_length(bench, body):
    await bench.question()

    assert bench.http.post(f"{V1}/approvals/apr_1/deny", json=body).status_code == 400


def test_a_reload_is_written_down(bench):
    assert bench.http.post(f"{V1}/policy/reload").json() == {"bundle": "new"}
    assert any(b'"was":"old"' in leaf for leaf in bench.events())


def test_a_policy_that_cannot_be_used_is_told_and_not_written_down(bench):
    bench.bundles = Unusable("Line 3 is wrong.", code="policy_unusable")

    answer = bench.http.post(f"{V1}/policy/reload")

    assert (answer.status_code, answer.json()["error"]) == (400, "policy_unusable")
    assert bench.events() == []


def test_the_log_and_its_newest_checkpoint_can_be_taken_away(bench):
    bench.http.post(f"{V1}/sessions", json=ADA)

    page = bench.http.get(f"{V1}/audit/log?start=0").json()
    note = bench.http.get(f"{V1}/audit/checkpoint").json()["note"]

    assert (page["size"], page["leaves"][0][0]) == (1, 0)
    assert note in page["notes"]


@pytest.mark.parametrize("start", ["-1", "x", "٣", "9" * 20])
def test_a_page_that_is_no_number_is_refused(bench, start):
    assert bench.http.get(f"{V1}/audit/log", params={"start": start}).status_code == 400
