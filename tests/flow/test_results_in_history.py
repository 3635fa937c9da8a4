"""What a tool returned can be matched by a later call of the same live session."""

import pytest

from guard.errors import NotAllowed

SCHEMA = {"type": "object", "properties": {"to": {"type": "string"}}}
CATALOG = {
    "version": 1,
    "servers": {
        "bank": {
            "tools": {
                "read": {
                    "effect": ["read"],
                    "confirmed": True,
                    "output": {"extract": {"payee": "recipient"}},
                    "input_schema": SCHEMA,
                },
                "pay": {
                    "effect": ["write"],
                    "confirmed": True,
                    "budget": "none",
                    "budget_reason": "limited by the rule under test",
                    "input_schema": SCHEMA,
                },
            }
        }
    },
    "ledgers": {
        "seen_payee": {
            "formerly": "results",
            "of": "bank/read",
            "match": {"result.payee": "input.to"},
            "window": "session",
        }
    },
}
POLICY = """
@id("OK-1") @reason("open") permit (principal, action in Guard::Action::"any", resource);
@id("NO-9") @reason("payee_never_looked_up")
forbid (principal, action == Guard::Action::"bank/pay", resource)
unless { context.history.seen_payee };
"""


@pytest.fixture
def looked_up(flow, make_bundle):
    flow.bundle = make_bundle(POLICY, CATALOG)
    return flow


@pytest.mark.parametrize(
    "returned",
    [
        {"payee": "DE02"},
        {"structuredContent": {"payee": "DE02"}, "content": []},
        {"content": [{"type": "text", "text": '{"payee": "DE02"}'}]},
    ],
    ids=["value", "structured", "json text"],
)
async def test_a_payee_that_a_tool_returned_may_be_paid(looked_up, returned):
    looked_up.tool.returns = returned
    await looked_up.call("read", to="1")
    await looked_up.call("pay", to="DE02")
    with pytest.raises(NotAllowed, match="payee_never_looked_up"):
        await looked_up.call("pay", to="DE03")


@pytest.mark.parametrize(
    "returned", ["DE02", {"isError": True, "content": [], "payee": "DE02"}, None]
)
async def test_a_failed_or_shapeless_result_makes_no_payee(looked_up, returned):
    looked_up.tool.returns = returned
    await looked_up.call("read", to="1")
    with pytest.raises(NotAllowed):
        await looked_up.call("pay", to="DE02")
