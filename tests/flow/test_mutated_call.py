"""People said yes to one call; the agent sends another that differs in one thing. It must not run.

The yes stays for the call that they saw: afterwards that one runs, once, with exactly its bytes.
Each field of what an approval is bound to is changed, alone, on the fake and on the real store.
"""

import inspect
from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guard.errors import GuardError
from guard.grant.binding import Ref, binding
from guard.grant.votes import Vote, Voter
from guard.model.call import argument_bytes
from guard.model.identity import Agent, Principal, Who, Workload
from guard.session.intent import parse_intent
from guard.session.state import declared
from tests.flow.conftest import CATALOG, bundle_of, on_sqlite
from tests.soak.kept import keep

SEEN = {"amount_minor": 500, "recipient": "DE02120300000000202051"}
POLICY = """
@id("OK-1") @reason("open") permit (principal is Guard::Agent, action in Guard::Action::"any", resource is Guard::Server);
@id("ASK-1") @decision("step_up") @approvers("session-owner") @ttl("300s") @grant_ttl("60s") @reason("money")
forbid (principal, action in [Guard::Action::"bank/pay", Guard::Action::"bank/pay_too", Guard::Action::"shop/pay"], resource)
when { context.input has amount_minor && context.input.amount_minor > 100 };
"""
TEXTS = st.text(max_size=30)
AMOUNTS = st.integers(min_value=101, max_value=1000).filter(lambda n: n != SEEN["amount_minor"])
ARGUMENTS = st.one_of(
    AMOUNTS.map(lambda n: {**SEEN, "amount_minor": n}),
    TEXTS.map(lambda text: {**SEEN, "recipient": text}),
    TEXTS.map(lambda text: {**SEEN, "recipient": SEEN["recipient"] + text + " "}),
    TEXTS.map(lambda text: {**SEEN, "pin": text}),
    st.just({"amount_minor": SEEN["amount_minor"]}),
    st.just({**SEEN, "recipient": SEEN["recipient"].lower()}),
    st.just({**SEEN, "amount_minor": str(SEEN["amount_minor"])}),
)
MUTATED = {
    "bytes_sha256": ARGUMENTS,
    "server": st.just("shop"),
    "tool": st.just("pay_too"),
    "session": st.sampled_from(["same agent", "other agent"]),
    "principal": st.one_of(
        TEXTS.map(lambda text: {"subject": f"ana{text}!"}),
        TEXTS.map(lambda text: {"issuer": f"idp{text}!"}),
    ),
    "workload": TEXTS.map(lambda text: Workload(id=f"w{text}")),
    "acting": st.lists(st.text("ab ", min_size=1, max_size=5), min_size=1, max_size=3).map(tuple),
    "intent_sha256": TEXTS.map(lambda text: f"pay the rent {text}"),
    "policy_version": st.just("rule"),
    "schema_sha256": st.sampled_from(["pinned", "wider"]),
}
"""By the names that the binding has for its fields; no front fills `refs` yet."""

ANY = st.sampled_from(sorted(MUTATED)).flatmap(
    # The number makes one that has few values come as often as the others.
    lambda name: st.tuples(st.just(name), MUTATED[name], st.integers(0, 1 << 30))
)


def catalogue(**changes):
    """The bank with a second tool like its first, and a second server with the same tool."""
    bank = CATALOG["servers"]["bank"]
    pay = {**bank["tools"]["pay"], "narrow": {}}
    tools = {**bank["tools"], "pay": {**pay, **changes}, "pay_too": pay}
    servers = {"bank": {**bank, "tools": tools}, "shop": {**bank, "tools": {"pay": pay}}}
    return {**CATALOG, "servers": servers}


@pytest.fixture(scope="module")
def bundles():
    """The installation, and what it is after somebody changed a rule, a pin or a schema."""
    schema = CATALOG["servers"]["bank"]["tools"]["pay"]["input_schema"]
    wider = {**schema, "properties": {**schema["properties"], "when": {"type": "string"}}}
    return {
        "seen": bundle_of(POLICY, catalogue()),
        "rule": bundle_of(POLICY.replace("> 100", "> 99"), catalogue()),
        "pinned": bundle_of(POLICY, catalogue(pin="sha256:" + "ab" * 32)),
        "wider": bundle_of(POLICY, catalogue(input_schema=wider)),
    }


class Bench:
    """One approved call, and ways to send another."""

    def __init__(self, flow, bundles, forget=lambda: None):
        self.flow, self.bundles, self.mutated, self.forget = flow, bundles, Counter(), forget

    async def send(self, session, arguments=SEEN, **changes):
        request = replace(
            self.flow.request(changes.pop("tool", "pay"), session=session),
            arguments=argument_bytes(arguments), **changes,
        )  # fmt: skip
        await self.flow.guard.call(request, self.flow.tool, hold_ms=0)

    async def approved(self):
        """Ask for the call in a new session of somebody new, and say yes."""
        flow = self.flow
        flow.bundle = self.bundles["seen"]
        flow.tool.runs.clear()
        self.forget()
        number = sum(self.mutated.values())
        person = Principal(issuer="idp", subject=f"ana{number}")
        self.who = Who(principal=person, agent=Agent(id="clerk"))
        session = await flow.open(f"gs_{number}_seen", self.who)
        with pytest.raises(GuardError):
            await self.send(session)
        (row,) = await flow.approvals.listed(open_only=True, session=session)
        vote = Vote(
            approval_id=row.id, voter=Voter(principal=row.requester, uv=True),
            decision="approve", method="webauthn", at_ms=flow.clock.now_ms(),
        )  # fmt: skip
        await flow.approvals.vote(vote, [])
        return session

    async def changed(self, session, **fields):
        await self.flow.world.sessions.update(session, lambda one: replace(one, **fields))

    async def other(self, session, name, value):
        """Send the call with one thing changed, and change it back."""
        match name:
            case "bytes_sha256":
                await self.send(session, value)
            case "server" | "tool" | "acting":
                await self.send(session, **{name: value})
            case "session":
                agent = self.who.agent if value == "same agent" else Agent(id="other")
                who = replace(self.who, agent=agent)
                await self.send(await self.flow.open(f"{session}_other", who))
            case "principal" | "workload":
                principal = self.who.principal
                parts = {name: value if name == "workload" else replace(principal, **value)}
                await self.changed(session, who=replace(self.who, **parts))
                try:
                    await self.send(session)
                finally:
                    await self.changed(session, who=self.who)
            case "intent_sha256":
                await self.with_task(session, value)
            case _:
                self.flow.bundle = self.bundles[value]
                await self.send(session)

    async def with_task(self, session, purpose):
        said = {"purpose": purpose, "tools": ["any"]}
        task = parse_intent(said, declared_by="host", max_bytes=4096)
        await self.flow.world.sessions.update(session, lambda one: declared(one, task))
        try:
            await self.send(session)
        finally:
            await self.changed(session, intent=None, task="")

    async def tried(self, name, value):
        session = await self.approved()
        self.mutated[name] += 1
        try:
            await self.other(session, name, value)
        except GuardError:
            pass
        else:
            raise AssertionError(f"it ran with another {name}: {value!r}")
        assert self.flow.tool.runs == []
        if name in {"policy_version", "schema_sha256"}:
            return
        await self.send(session)
        ((call, _),) = self.flow.tool.runs
        assert call.arguments == argument_bytes(SEEN)
        with pytest.raises(GuardError):
            await self.send(session)
        assert len(self.flow.tool.runs) == 1


@pytest.fixture(params=["memory", "sqlite"])
async def bench(request, flow, bundles):
    if request.param == "memory":

        def forget():  # the fake looks through all that it holds
            for held in (
                flow.approvals.rows,
                flow.store.held,
                flow.store.leases,
                flow.store.events,
            ):
                held.clear()

        yield Bench(flow, bundles, forget)
        return
    with TemporaryDirectory() as folder:
        async with on_sqlite(flow, Path(folder)) as stored:
            yield Bench(stored, bundles)


def numbers(examples):
    return settings(
        max_examples=examples, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


@pytest.mark.parametrize("name", MUTATED)
@numbers(8)
@given(data=st.data())
async def test_a_call_that_differs_in_one_thing_does_not_run(bench, name, data):
    await bench.tried(name, data.draw(MUTATED[name]))


@pytest.fixture
def counted(bench):
    yield bench
    kind = type(bench.flow.world.sessions).__name__.removesuffix("Sessions").removesuffix("Store")
    counts = {name: bench.mutated[name] for name in sorted(bench.mutated)}
    assert set(counts) == set(MUTATED)
    keep(f"mutated calls, {kind.lower()}", calls=sum(counts.values()), ran=0, **counts)


@pytest.mark.soak
@numbers(10_000)
@given(mutation=ANY)
async def test_none_of_10000_mutated_calls_runs(counted, mutation):
    await counted.tried(*mutation[:2])


def test_each_field_of_the_binding_is_among_what_is_changed():
    assert set(inspect.signature(binding).parameters) == {*MUTATED, "refs"}


@pytest.mark.parametrize("name", inspect.signature(binding).parameters)
def test_each_field_changes_the_binding(name):
    fields = dict.fromkeys(inspect.signature(binding).parameters, "a") | {"refs": ()}
    other = (Ref(arg="a", kind="file", digest="00"),) if name == "refs" else "b"
    assert binding(**fields) != binding(**fields | {name: other})
