"""A mandate: calls that a host approved beforehand, counted, timed, and taken back at will."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from guard.errors import ApprovalPending, NotAllowed, Refused
from guard.grant.contract import LONGEST_MANDATE_S, sign_contract
from guard.grant.signing import public_jwk
from guard.model.call import Outcome, ToolCall, ToolResult, argument_bytes
from guard.model.identity import Agent, Principal, Who
from guard_adapters.front.mcp.caller import Caller
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from guard_adapters.wiring.operator.tasks import TaskDesk

HOST = ec.derive_private_key(7, ec.SECP256R1())
STRANGER = ec.derive_private_key(8, ec.SECP256R1())
JWK = public_jwk(HOST.public_key())
CONFIG = """
version: 1
guard:
  name: t
  policies: [rules.cedar]
  state: state
  intent_keys: [{kty: EC, crv: P-256, x: "%s", "y": "%s"}]
servers:
  shop:
    trust: trusted
    tools:
      refund:
        effect: [write]
        budget: none
        budget_reason: the task counts
        args: {amount_minor: {role: amount, currency: EUR, scale: 2}, order: {role: id}}
        input_schema:
          type: object
          properties: {amount_minor: {type: integer}, order: {type: string}}
        confirmed: true
"""
RULES = """
@id("ALLOW-1") @reason("own_shop")
permit (principal, action, resource);

@id("ASK-1") @decision("step_up") @approvers("session-owner") @ttl("300s") @reason("money")
forbid (principal, action in Guard::Action::"write", resource)
unless { context.intent.mandate };
"""
ANA = Caller(issuer="idp", subject="ana", agent="clerk", scopes=frozenset())
WHO = Who(principal=Principal(issuer="idp", subject="ana"), agent=Agent(id="clerk"))
NIGHT = datetime(2026, 3, 2, 2, 15, tzinfo=UTC)  # a Monday
MANDATE = {
    "purpose": "refund what the courier lost",
    "tools": ["shop/refund"],
    "calls": {"shop/refund": 1000},
    "budget_minor": 1_000_000,
    "args": {
        "shop/refund": {"amount_minor": {"min": 1, "max": 5000}, "order": {"prefix": "lost-"}}
    },
    "schedule": {"weekdays": ["mon", "tue"], "hours": [2, 3]},
    "mandate": True,
}


class Tool:
    ran = 0

    async def run(self, call, credential):
        self.ran += 1
        return ToolResult(outcome=Outcome.OK)


class Clock:
    def __init__(self, at):
        self.at = at

    def now_ms(self):
        return int(self.at.timestamp() * 1000)


class Silent:
    """A person who is told of questions and answers none."""

    async def announce(self, approval):
        return None


class Job:
    """One nightly job: a session, its agent, and the time of day."""

    def __init__(self, wired):
        self.clock = Clock(NIGHT)
        wired.world = replace(wired.world, clock=self.clock, approvers=(Silent(),))
        wired.guard = replace(wired.guard, world=wired.world)
        self.desk, self.tool = Desk(wired), Tool()
        self.operator = TaskDesk(
            world=wired.world, reauthorizing=wired.reauthorizing, by="operator"
        )
        self.session = ""

    async def open(self):
        self.session = await self.desk.open_session(WHO, None)
        return self

    def signed(self, task=MANDATE, *, key=HOST, **more):
        given = {"session": self.session, "ttl_s": LONGEST_MANDATE_S} | more
        now_s = self.clock.now_ms() // 1000
        return sign_contract(key, task, guard="t", who=WHO, now_s=now_s, **given).encode()

    async def take(self, declared):
        await self.desk.session(ANA, self.session, declared)

    async def refund(self, amount=100, order="lost-1", intent=b""):
        call = ToolCall(
            id=self.desk.new_id(), session=self.session, server="shop", tool="refund",
            arguments=argument_bytes({"amount_minor": amount, "order": order}), intent=intent,
        )  # fmt: skip
        await self.desk.call(call, self.tool, hold_ms=0)

    async def asks(self, *args, **more):
        """Return whether this call needs a person, as it would without a mandate."""
        ran = self.tool.ran
        with pytest.raises((ApprovalPending, Refused)) as no:
            await self.refund(*args, **more)
        assert self.tool.ran == ran
        return no.value.code


@pytest.fixture
def wired(tmp_path):
    (tmp_path / "rules.cedar").write_text(RULES)
    (tmp_path / "guard.yaml").write_text(CONFIG % (JWK["x"], JWK["y"]))
    wired = build(load(tmp_path / "guard.yaml"))
    yield wired
    wired.close()


@pytest.fixture
async def job(wired):
    return await Job(wired).open()


@pytest.mark.parametrize("calls", [60, pytest.param(1000, marks=pytest.mark.soak)])
async def test_a_nightly_job_makes_all_its_calls_unasked_and_stops_at_the_next(job, calls):
    await job.take(job.signed(MANDATE | {"calls": {"shop/refund": calls}}))
    for number in range(calls):
        await job.refund(order=f"lost-{number}")
    assert await job.asks() == "approval_pending"
    assert job.tool.ran == calls
    await job.take(job.signed(MANDATE, ttl_s=60))  # asked for anew, it is another mandate
    await job.refund()


async def test_parallel_calls_do_not_get_round_the_count(job):
    await job.take(job.signed(MANDATE | {"calls": {"shop/refund": 3}}))
    done = await asyncio.gather(*(job.refund() for _ in range(8)), return_exceptions=True)
    assert (job.tool.ran, done.count(None)) == (3, 3)


@pytest.mark.parametrize(("amount", "order"), [(5001, "lost-1"), (0, "lost-1"), (100, "kept-1")])
async def test_a_call_outside_the_ranges_needs_a_person_as_without_a_mandate(job, amount, order):
    await job.take(job.signed())
    assert await job.asks(amount, order) == "approval_pending"


async def test_the_money_of_a_mandate_is_spent_once(job):
    await job.take(job.signed(MANDATE | {"budget_minor": 250}))
    await job.refund(200)
    assert await job.asks(51) == "approval_pending"
    await job.refund(50)
    assert await job.asks(1) == "approval_pending"


@pytest.mark.parametrize(
    "moment", [NIGHT.replace(hour=1), NIGHT.replace(hour=4), NIGHT.replace(day=4)]
)
async def test_outside_its_schedule_a_mandate_answers_nothing(job, moment):
    moments = {**MANDATE, "schedule": MANDATE["schedule"] | {"not_before": 1}}
    await job.take(job.signed(moments))
    await job.refund()
    job.clock.at = moment
    assert await job.asks() == "approval_pending"


async def test_before_its_first_moment_a_mandate_answers_nothing(job):
    later = NIGHT.replace(minute=30)
    await job.take(job.signed(MANDATE | {"schedule": {"not_before": int(later.timestamp())}}))
    assert await job.asks() == "approval_pending"
    job.clock.at = later
    await job.refund()


async def test_after_its_end_a_mandate_answers_nothing(job):
    await job.take(job.signed(MANDATE | {"schedule": {}}, ttl_s=3600))
    await job.refund()
    job.clock.at = NIGHT.replace(hour=4)
    assert await job.asks() == "approval_pending"


async def test_after_it_was_ended_the_next_call_is_not_answered_and_nothing_brings_it_back(job):
    signed, other = job.signed(), job.signed(MANDATE | {"purpose": "another of this second"})
    await job.take(signed)
    await job.refund()
    session = await job.operator.end_task(job.session)
    assert not session.ended_at_ms
    assert await job.asks() == "approval_pending"
    await job.take(signed)
    assert await job.asks() == "approval_pending"
    with pytest.raises(Refused) as no:
        await job.take(other)
    assert no.value.code == "contract_superseded"
    job.clock.at = NIGHT.replace(minute=16)
    await job.take(job.signed())  # the host may sign a new one
    await job.refund()


async def test_ending_a_task_voids_the_questions_that_were_open(job):
    await job.take(job.signed())
    assert await job.asks(order="kept-1") == "approval_pending"
    await job.operator.end_task(job.session)
    found = await job.operator.world.approvals.listed(open_only=False, session=job.session)
    assert [(one.status.value, one.reason_code) for one in found] == [("cancelled", "operator")]


async def test_a_task_that_nobody_declared_cannot_be_ended(job):
    with pytest.raises(Refused) as no:
        await job.operator.end_task(job.session)
    assert no.value.code == "task_undeclared"
    assert await job.operator.tasks() == []


async def test_a_policy_that_does_not_read_mandates_asks_as_before(wired, tmp_path):
    (tmp_path / "rules.cedar").write_text(RULES.replace("unless { context.intent.mandate }", ""))
    wired.bundle = load(tmp_path / "guard.yaml").bundle
    job = await Job(wired).open()
    await job.take(job.signed())
    assert await job.asks() == "approval_pending"


async def test_an_agent_may_narrow_a_mandate_for_one_call(job):
    await job.take(job.signed())
    less = {k: v for k, v in MANDATE.items() if k not in {"mandate", "schedule"}}
    less |= {"args": {"shop/refund": {"amount_minor": {"max": 10}}}}
    assert await job.asks(11, intent=json.dumps(less).encode()) == "approval_pending"
    await job.refund(10, intent=json.dumps(less).encode())


# ---- how an agent would get more ----


@pytest.mark.parametrize("scope", ["call", "session"])
async def test_what_an_agent_calls_a_mandate_is_none(job, scope):
    said = json.dumps(MANDATE | {"scope": scope}).encode()
    await job.take(said)
    assert await job.asks(intent=said) == "approval_pending"


async def test_a_mandate_that_a_stranger_signed_is_forged(job):
    with pytest.raises(Refused) as no:
        await job.take(job.signed(key=STRANGER))
    assert no.value.code == "contract_forged"
    assert await job.asks() == "approval_pending"


async def test_a_mandate_is_of_no_use_in_a_second_session(job):
    signed = job.signed()
    await job.take(signed)
    await job.open()
    with pytest.raises(Refused) as no:
        await job.take(signed)
    assert no.value.code == "contract_not_yours"


async def test_an_agent_cannot_widen_a_mandate(job):
    await job.take(job.signed(MANDATE | {"calls": {"shop/refund": 1}}))
    more = json.dumps(MANDATE | {"scope": "session", "args": {}, "schedule": {}}).encode()
    await job.take(more)
    await job.refund()
    assert await job.asks() == "approval_pending"
    assert await job.asks(9999, intent=more) == "approval_pending"


@pytest.mark.parametrize(
    "task",
    [
        MANDATE | {"tools": ["write"]},
        MANDATE | {"tools": []},
        MANDATE | {"calls": {}},
        MANDATE | {"tools": ["write"], "calls": {"write": 5}},
        MANDATE | {"schedule": {"hours": [24]}},
        MANDATE | {"schedule": {"weekdays": ["monday"]}},
    ],
)
async def test_a_mandate_without_a_ceiling_or_with_a_wrong_schedule_is_refused(job, task):
    with pytest.raises(Exception, match="intent_unusable"):
        await job.take(job.signed(task))
    assert await job.asks() == "approval_pending"


def test_a_mandate_is_signed_for_one_session_and_a_month_at_most():
    asked = {"guard": "t", "who": WHO, "now_s": 1}
    with pytest.raises(ValueError, match="one session"):
        sign_contract(HOST, MANDATE, **asked)
    with pytest.raises(ValueError, match="ttl_s"):
        sign_contract(HOST, MANDATE, **asked, session="s", ttl_s=LONGEST_MANDATE_S + 1)
    with pytest.raises(ValueError, match="ttl_s"):
        sign_contract(HOST, MANDATE | {"mandate": False}, **asked, session="s", ttl_s=86_401)


async def test_a_policy_may_refuse_what_no_mandate_covers(wired, tmp_path):
    only = 'action in Guard::Action::"any", resource)\nwhen { context.intent.mandate };'
    (tmp_path / "rules.cedar").write_text(RULES.replace("action, resource);", only, 1))
    wired.bundle = load(tmp_path / "guard.yaml").bundle
    job = await Job(wired).open()
    await job.take(job.signed())
    await job.refund()
    await job.operator.end_task(job.session)
    with pytest.raises(NotAllowed):
        await job.refund()
    assert job.tool.ran == 1
