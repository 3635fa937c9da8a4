"""People said yes to one call; the agent sends another that differs in one thing. It must not run.

The yes stays for the call that they saw: afterwards that one runs, once, with exactly its bytes.
"""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guard.errors import GuardError
from guard.grant.votes import Vote, Voter
from guard.model.call import argument_bytes
from guard.model.identity import Agent, Principal, Who, Workload

SEEN = {"amount_minor": 500, "recipient": "DE02120300000000202051"}
ANA = Who(principal=Principal(issuer="idp", subject="ana"), agent=Agent(id="clerk"))

AMOUNTS = st.integers(min_value=101, max_value=1000).filter(lambda n: n != SEEN["amount_minor"])
TEXTS = st.text(max_size=30)
ARGUMENTS = st.one_of(
    AMOUNTS.map(lambda n: {**SEEN, "amount_minor": n}),
    TEXTS.map(lambda text: {**SEEN, "recipient": text}),
    TEXTS.map(lambda text: {**SEEN, "recipient": SEEN["recipient"] + text + " "}),
    TEXTS.map(lambda text: {**SEEN, "pin": text}),
    st.just({"amount_minor": SEEN["amount_minor"]}),
    st.just({**SEEN, "recipient": SEEN["recipient"].lower()}),
    st.just({**SEEN, "amount_minor": str(SEEN["amount_minor"])}),
)
PEOPLE = st.one_of(
    TEXTS.map(lambda text: replace(ANA, principal=Principal(issuer="idp", subject=f"ana{text}!"))),
    TEXTS.map(lambda text: replace(ANA, principal=Principal(issuer=f"idp{text}!", subject="ana"))),
    TEXTS.map(lambda text: replace(ANA, agent=Agent(id=f"clerk{text}!"))),
    TEXTS.map(lambda text: replace(ANA, workload=Workload(id=f"w{text}"))),
)
MUTATIONS = st.one_of(
    ARGUMENTS.map(lambda found: ("arguments", found)),
    PEOPLE.map(lambda who: ("who", who)),
    st.just(("session", ANA)),
    st.sampled_from([("rules", "rule"), ("rules", "tool"), ("rules", "schema")]),
)


@pytest.fixture(scope="session")
def other_bundles(make_bundle, policy, catalogue):
    """The same installation after somebody changed a rule, a tool or its schema."""
    servers = catalogue["servers"]
    bank = servers["bank"]
    pay = bank["tools"]["pay"]

    def with_pay(**changes):
        tools = {**bank["tools"], "pay": {**pay, **changes}}
        return {**catalogue, "servers": {**servers, "bank": {**bank, "tools": tools}}}

    schema = pay["input_schema"]
    wider = {**schema, "properties": {**schema["properties"], "when": {"type": "string"}}}
    return {
        "rule": make_bundle(policy.replace("amount_minor > 100 }", "amount_minor > 99 }")),
        "tool": make_bundle(policy, with_pay(pin="sha256:" + "ab" * 32)),
        "schema": make_bundle(policy, with_pay(input_schema=wider)),
    }


class Bench:
    """One approved call, and a way to send another."""

    def __init__(self, flow, bundle, others):
        self.flow, self.bundle, self.others = flow, bundle, others
        self.count = 0

    async def send(self, session, arguments):
        request = self.flow.request("pay", session=session)
        request = replace(request, arguments=argument_bytes(arguments))
        await self.flow.guard.call(request, self.flow.tool, hold_ms=0)

    async def approved(self):
        """Ask for the call in a new session, and say yes."""
        flow = self.flow
        flow.bundle = self.bundle
        flow.approvals.rows.clear()
        flow.tool.runs.clear()
        self.count += 1
        session = await flow.open(f"gs_{self.count}_seen", ANA)
        with pytest.raises(GuardError):
            await self.send(session, SEEN)
        (row,) = flow.approvals.rows.values()
        vote = Vote(
            approval_id=row.id, voter=Voter(principal=row.requester, uv=True),
            decision="approve", method="webauthn", at_ms=flow.clock.now_ms(),
        )  # fmt: skip
        await flow.approvals.vote(vote, [])
        return session

    async def mutated(self, what, value, session):
        if what == "arguments":
            await self.send(session, value)
        elif what == "rules":
            self.flow.bundle = self.others[value]
            await self.send(session, SEEN)
        else:
            await self.send(await self.flow.open(f"gs_{self.count}_other", value), SEEN)

    async def tried(self, what, value):
        session = await self.approved()
        try:
            await self.mutated(what, value, session)
        except GuardError:
            pass
        else:
            raise AssertionError(f"it ran with another {what}: {value!r}")
        assert self.flow.tool.runs == []
        if what == "rules":
            return
        await self.send(session, SEEN)
        ((call, _),) = self.flow.tool.runs
        assert call.arguments == argument_bytes(SEEN)
        with pytest.raises(GuardError):
            await self.send(session, SEEN)
        assert len(self.flow.tool.runs) == 1


@pytest.fixture
def bench(flow, bundle, other_bundles):
    return Bench(flow, bundle, other_bundles)


def numbers(examples):
    return settings(
        max_examples=examples, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


@numbers(150)
@given(mutation=MUTATIONS)
async def test_a_call_that_differs_in_one_thing_does_not_run(bench, mutation):
    await bench.tried(*mutation)


@pytest.mark.soak
@numbers(10_000)
@given(mutation=MUTATIONS)
async def test_none_of_10000_mutated_calls_runs(bench, mutation):
    await bench.tried(*mutation)
