"""An agent that declares a wider task, or a new one, gains nothing by it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from guard.model.call import Outcome, ToolCall, ToolSpec
from guard.model.facts import ClockFacts, CredentialFacts, Derived, Evidence, Input
from guard.model.identity import Agent, Principal, Who
from guard.session.belongs import intent_facts
from guard.session.calls import admitted, settled
from guard.session.facts import facts
from guard.session.intent import meet, parse_intent, widens
from guard.session.state import declared, new_session
from guard.session.tasks import narrowed_intent

NOW = 1_767_607_200_000


def at(now_ms):
    return ClockFacts(at_ms=now_ms, hour=10, weekday=0)


PAY = ToolSpec(server="bank", tool="pay", effect=frozenset({"write", "egress", "irreversible"}))
READ = ToolSpec(server="files", tool="read", effect=frozenset({"read"}))
WHO = Who(principal=Principal(issuer="i", subject="ada"), agent=Agent(id="bot"))
GREEDY = b'{"purpose":"pay eve","tools":["any"],"budget_minor":1000000,"egress":["evil.example"]}'
TASK = {
    "purpose": "read",
    "tools": ["read", "bank/pay"],
    "budget_minor": 100,
    "egress": ["a.example"],
}


def host(**more):
    return parse_intent(TASK | more, declared_by="host", max_bytes=4096)


def greedy():
    return parse_intent(GREEDY, declared_by="agent", max_bytes=4096)


def pay(session, call_id, amount):
    call = ToolCall(id=call_id, session="s", server="bank", tool="pay", arguments=b"{}")
    given_input = Input(values={"amount_minor": amount}, derived=Derived(amount_minor=amount))
    session = admitted(session, call, PAY, given_input, NOW)
    known = facts(
        session, call, PAY, given_input, now_ms=NOW, clock=ClockFacts(at_ms=NOW, hour=1, weekday=1),
        credential=CredentialFacts(), evidence=Evidence(),
    )  # fmt: skip
    return settled(session, call_id, Outcome.OK, frozenset(), {}, NOW), known


def test_an_agent_without_a_task_cannot_declare_itself_one():
    got = intent_facts(greedy(), PAY, {}, at(NOW))
    assert (got.declared, got.covers, got.args_ok, got.egress, got.budget_minor) == (
        False,
        False,
        False,
        frozenset(),
        0,
    )


def test_a_permanent_declaration_of_the_agent_is_no_task_either():
    session = declared(new_session("s", WHO, now_ms=NOW), greedy())
    _, known = pay(session, "c1", 5)
    assert not known.intent.declared
    assert not known.intent.covers


def test_a_greedy_declaration_changes_no_fact_to_the_better():
    task = host(tools=["read"])
    call = ToolCall(id="c", session="s", server="bank", tool="pay", arguments=b"{}", intent=GREEDY)
    session = new_session("s", WHO, intent=task, now_ms=NOW)
    asked = narrowed_intent(session, call, max_bytes=4096)
    got = intent_facts(asked, PAY, {}, at(NOW))
    assert (got.covers, got.egress, got.budget_minor) == (False, frozenset(), 100)
    assert got.purpose == "read"
    assert widens(task, greedy())


def test_declaring_again_does_not_refill_the_budget():
    session = new_session("s", WHO, intent=host(), now_ms=NOW)
    left = []
    for n in range(4):
        session, known = pay(session, f"c{n}", 30)
        left.append(known.intent.budget_minor)
        fresh = parse_intent(TASK | {"purpose": f"again {n}"}, declared_by="agent", max_bytes=4096)
        session = declared(session, fresh)
    assert left == [100, 70, 40, 10]


def test_words_of_the_agent_are_nobody_elses_words():
    asked = host(purpose="read plan.txt")
    session = declared(new_session("s", WHO, intent=asked, now_ms=NOW), greedy())
    call = ToolCall(
        id="c",
        session="s",
        server="bank",
        tool="pay",
        arguments=b'{"recipient": "eve", "word": "plan.txt"}',
    )
    values = Input(values={"recipient": "eve", "word": "plan.txt"}, derived=Derived())
    known = facts(
        session, call, PAY, values, now_ms=NOW, clock=ClockFacts(at_ms=NOW, hour=1, weekday=1),
        credential=CredentialFacts(), evidence=Evidence(),
    )  # fmt: skip
    assert known.prov.user_prompt == {"word"}
    assert known.prov.model == {"recipient"}


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["any", "read", "write", "egress", "bank/pay", "files/read"]), max_size=4
    ),
    st.integers(0, 10_000),
    st.integers(0, 200),
)
def test_no_declaration_of_an_agent_gives_what_the_host_did_not(tools, budget, amount):
    asked = parse_intent(
        {"purpose": "x", "tools": tools, "budget_minor": budget},
        declared_by="agent",
        max_bytes=4096,
    )
    base = host()
    for spec in (PAY, READ):
        alone = intent_facts(base, spec, {"n": amount}, at(NOW))
        both = intent_facts(meet(base, asked), spec, {"n": amount}, at(NOW))
        assert both.covers <= alone.covers
        assert both.budget_minor <= alone.budget_minor
        assert both.egress <= alone.egress
