"""Policy demands how closely a credential is bound: an issuer that reaches less is not asked at all."""

import pytest

from guard.errors import NotAllowed
from guard.model.facts import Binding, CredentialFacts

DEMAND = """
@id("CRED-001") @reason("binding_too_low")
forbid (principal, action == Guard::Action::"bank/note", resource)
unless { context.credential.binding >= 2 };
"""


def reaching(make_issuer, level, **more):
    class At(make_issuer):
        def facts(self, server, tool):
            return CredentialFacts(binding=level, kind="at", **more)

    return At()


@pytest.fixture
def demanding(flow, make_bundle, policy):
    flow.bundle = make_bundle(policy + DEMAND)
    return flow


@pytest.mark.parametrize("level", [Binding.L0, Binding.L1])
async def test_a_level_that_is_too_low_runs_nothing_and_mints_nothing(
    demanding, make_issuer, level
):
    issuer = reaching(make_issuer, level)
    demanding.but(issuers={"calltoken": issuer})
    with pytest.raises(NotAllowed) as no:
        await demanding.call("note", text="x")
    assert no.value.code == "binding_too_low"
    assert (issuer.issued, demanding.tool.runs, demanding.store.leases) == ([], [], {})
    await demanding.call("read", id="1")  # the rule is about the other tool


@pytest.mark.parametrize("level", [Binding.L2, Binding.L3])
async def test_a_level_that_is_enough_runs(demanding, make_issuer, level):
    demanding.but(issuers={"calltoken": reaching(make_issuer, level)})
    await demanding.call("note", text="x")
    assert len(demanding.tool.runs) == 1


async def test_a_rule_that_wants_a_shorter_life_than_the_issuer_gives_says_so(
    flow, make_issuer, make_bundle, policy
):
    flow.bundle = make_bundle(policy.replace('@id("OK-1")', '@id("OK-1") @max_ttl("60s")'))
    issuer = reaching(make_issuer, Binding.L1, ttl_floor_s=900)
    flow.but(issuers={"calltoken": issuer})
    with pytest.raises(NotAllowed) as no:
        await flow.call("read", id="1")
    assert no.value.code == "issuer_ttl_floor"
    assert issuer.issued == []
