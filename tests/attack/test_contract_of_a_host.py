"""A hijacked agent carries the tasks that a host signed, and tries to get more out of them."""

import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from guard.errors import Refused, Unusable
from guard.grant.contract import sign_contract
from guard.grant.signing import public_jwk
from guard.model.call import Outcome, ToolCall, ToolResult
from guard.model.identity import Agent, Principal, Who
from guard_adapters.front.mcp.caller import Caller
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load

HOST = ec.derive_private_key(7, ec.SECP256R1())
STRANGER = ec.derive_private_key(8, ec.SECP256R1())
JWK = public_jwk(HOST.public_key())
CONFIG = """
version: 1
guard:
  name: t
  policies: ["starter:baseline"]
  state: state
  intent_keys: [{kty: EC, crv: P-256, x: "%s", "y": "%s"}]
servers:
  mail:
    trust: trusted
    tools:
      send:
        effect: [write]
        budget: {calls: 1, per: task}
        input_schema: {type: object, properties: {}}
        confirmed: true
"""
ANA = Caller(issuer="idp", subject="ana", agent="clerk", scopes=frozenset())
WHO = Who(principal=Principal(issuer="idp", subject="ana"), agent=Agent(id="clerk"))
SEND = {"purpose": "send the note", "tools": ["mail/send"]}
READ = {"purpose": "only look", "tools": ["read"]}


class Tool:
    ran = 0

    async def run(self, call, credential):
        self.ran += 1
        return ToolResult(outcome=Outcome.OK)


@pytest.fixture
def desk(tmp_path):
    (tmp_path / "guard.yaml").write_text(CONFIG % (JWK["x"], JWK["y"]))
    wired = build(load(tmp_path / "guard.yaml"))
    yield Desk(wired)
    wired.close()


def contract(task, *, key=HOST, at=0, **more):
    return sign_contract(
        key, task, guard="t", who=WHO, now_s=int(time.time()) + at, **more
    ).encode()


async def sends(desk, tool, intent):
    session = await desk.session(ANA, "", intent)
    call = ToolCall(
        id=desk.new_id(),
        session=session,
        server="mail",
        tool="send",
        arguments=b"{}",
        intent=intent,
    )
    await desk.call(call, tool, hold_ms=0)


async def in_force(desk):
    session = await desk._world.sessions.get(await desk.session(ANA, "", b""))
    return session.intent


async def test_the_signed_task_is_in_force_and_its_budget_is_spent_once(desk):
    tool, signed = Tool(), contract(SEND)
    await sends(desk, tool, signed)
    with pytest.raises(Refused):
        await sends(desk, tool, signed)
    assert tool.ran == 1
    assert (await in_force(desk)).declared_by == "host"


async def test_a_contract_of_a_stranger_is_forged_and_changes_nothing(desk):
    tool = Tool()
    with pytest.raises(Refused) as no:
        await sends(desk, tool, contract(SEND, key=STRANGER))
    assert (no.value.code, tool.ran, await in_force(desk)) == ("contract_forged", 0, None)


async def test_an_agent_cannot_go_back_to_an_earlier_task(desk):
    tool, early = Tool(), contract(SEND, at=-3)
    await desk.session(ANA, "", early)
    await desk.session(ANA, "", contract(READ, at=2))
    with pytest.raises(Refused) as no:
        await sends(desk, tool, early)
    assert (no.value.code, tool.ran) == ("contract_superseded", 0)
    assert (await in_force(desk)).purpose == "only look"


async def test_presenting_a_task_again_does_not_undo_its_narrowing(desk):
    signed = contract(SEND)
    await desk.session(ANA, "", signed)
    await desk.session(ANA, "", b'{"purpose":"less","tools":["read"],"scope":"session"}')
    narrow = await in_force(desk)
    await desk.session(ANA, "", signed)
    assert await in_force(desk) == narrow
    assert len(narrow.clauses) == 2


async def test_a_task_does_not_outlive_its_contract(desk):
    before = int(time.time())
    await desk.session(ANA, "", contract(SEND | {"expires_at": before + 9_999}, ttl_s=60))
    assert before + 60 <= (await in_force(desk)).expires_at_ms // 1000 <= before + 65


async def test_a_signed_task_that_is_none_is_refused(desk):
    with pytest.raises(Unusable, match="declared_by"):
        await desk.session(ANA, "", contract(SEND | {"declared_by": "user"}))
    assert await in_force(desk) is None


@pytest.mark.parametrize(
    "key",
    [
        '{kty: oct, k: "AA"}',
        "{kty: EC, crv: P-256}",
        '{kty: EC, crv: P-256, x: "AA", "y": "AA", d: "AA"}',
    ],
)
def test_a_key_that_is_no_public_key_stops_the_start(tmp_path, key):
    text = CONFIG.replace('{kty: EC, crv: P-256, x: "%s", "y": "%s"}', key)
    (tmp_path / "guard.yaml").write_text(text)
    with pytest.raises(Unusable) as no:
        build(load(tmp_path / "guard.yaml"))
    assert no.value.code == "key_unusable"
