"""The bytes that were judged are the bytes that the tool receives, and labels only join upward."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guard.errors import GuardError
from guard.model.call import argument_bytes
from guard.model.labels import Label, Secrecy, Trust
from tests.many import many

LABELS = st.builds(Label, trust=st.sampled_from(Trust), secrecy=st.sampled_from(Secrecy))
TEXT = st.text(max_size=40)
quick = settings(
    max_examples=many(150),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@quick
@given(recipient=TEXT, amount=st.integers(min_value=0, max_value=100))
async def test_any_value_that_is_let_through_arrives_byte_for_byte(flow, recipient, amount):
    arguments = {"recipient": recipient, "amount_minor": amount}
    session = await flow.open(f"gs_{len(flow.tool.runs)}_{recipient!a}_{amount}"[:60])
    before = len(flow.tool.runs)
    try:
        await flow.call("pay", session=session, **arguments)
    except GuardError:
        assert len(flow.tool.runs) == before
        return
    call, _ = flow.tool.runs[-1]
    assert len(flow.tool.runs) == before + 1
    assert call.arguments == argument_bytes(arguments)


@given(one=LABELS, other=LABELS, third=LABELS)
def test_a_join_is_never_more_trusted_nor_less_secret(one, other, third):
    joined = one.join(other)
    assert joined.trust <= min(one.trust, other.trust)
    assert joined.secrecy >= max(one.secrecy, other.secrecy)
    assert joined == other.join(one)
    assert joined.join(third) == one.join(other.join(third))
    assert one.names("bank") <= joined.names("bank")


@settings(quick, max_examples=many(30))
@given(tools=st.lists(st.sampled_from(["read", "read_web", "ten"]), max_size=6))
async def test_no_call_takes_a_label_from_its_session(flow, tools):
    known = (await flow.state()).labels
    for tool in tools:
        try:
            await flow.call(tool, **({} if tool == "ten" else {"id": "1"}))
        except GuardError:
            continue
        finally:
            labels = (await flow.state()).labels
            assert known <= labels
            known = labels
