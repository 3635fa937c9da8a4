"""A site on its own: fresh, stale and expired; its own questions; and the log decides it again."""

import pytest

from guard.audit.recorded import facts_from_text
from guard.errors import ApprovalPending, NotAllowed
from guard.model.facts import OfflineFacts
from guard.policy.evaluate import decide
from guard.testing.contact import ScriptedContact

FRESH = OfflineFacts(site=True)


@pytest.fixture
def site(flow):
    return flow.but(contact=ScriptedContact(facts=FRESH))


def at(site, **facts):
    site.world.contact.facts = FRESH._replace(**facts)


async def test_fresh_everything_runs_that_the_rules_allow(site):
    await site.call("note", text="x")
    await site.call("read", id="1")
    with pytest.raises(NotAllowed, match="never"):
        await site.call("wipe")


async def test_stale_only_what_reads_runs(site):
    at(site, step=1)
    await site.call("read", id="1")
    for tool, arguments in (
        ("note", {"text": "x"}),
        ("pay", {"amount_minor": 1}),
        ("ten", {"n": 1}),
    ):
        with pytest.raises(NotAllowed, match="offline_read_only"):
            await site.call(tool, **arguments)


async def test_expired_nothing_runs(site):
    at(site, step=2)
    for tool in ("read", "note"):
        with pytest.raises(NotAllowed, match="offline_expired"):
            await site.call(tool)
    assert site.tool.runs == []


async def test_no_rule_can_open_what_age_has_closed(site, make_bundle):
    site.bundle = make_bundle('@id("OK") @reason("open") permit (principal, action, resource);')
    at(site, step=2)
    with pytest.raises(NotAllowed, match="offline_expired"):
        await site.call("read")


async def test_what_was_revoked_does_not_run(site):
    at(site, revoked=True)
    with pytest.raises(NotAllowed, match="offline_revoked"):
        await site.call("read")


async def test_people_at_the_site_answer_listed_rules_for_five_minutes(site):
    with pytest.raises(NotAllowed, match="offline_approval"):
        await site.call("pay", amount_minor=500)
    at(site, approvable=frozenset({"ASK-1"}))
    site.approver.script = ["approve"]
    await site.call("pay", amount_minor=500)
    (asked,) = site.approver.seen
    assert asked.pending_until_ms - asked.created_ms <= 300_000
    assert all(one.grant_ttl_s <= 300 for one in asked.requirements)


async def test_what_goes_stale_while_people_think_does_not_run(site):
    at(site, approvable=frozenset({"ASK-1"}))
    with pytest.raises(ApprovalPending):
        await site.call("pay", amount_minor=500)
    (asked,) = await site.approvals.listed(open_only=True)
    await site.approvals.vote(site.vote(asked.id), [])
    at(site, approvable=frozenset({"ASK-1"}), step=1)
    with pytest.raises(NotAllowed, match="offline_read_only"):
        await site.call("pay", amount_minor=500)
    assert site.tool.runs == []


async def test_a_yes_counts_only_while_its_rule_is_one_that_the_site_may_answer(site):
    for kept in (frozenset(), frozenset({"ASK-2"})):
        at(site, approvable=frozenset({"ASK-1"}))
        with pytest.raises(ApprovalPending):
            await site.call("pay", amount_minor=500 + len(kept))
        asked = (await site.approvals.listed(open_only=True))[-1]
        await site.approvals.vote(site.vote(asked.id), [])
        at(site, approvable=kept)  # a later bundle came while people thought
        with pytest.raises(NotAllowed, match="offline_approval"):
            await site.call("pay", amount_minor=500 + len(kept))
    assert site.tool.runs == []


async def test_the_log_decides_it_again(site):
    at(site, step=1, approvable=frozenset({"ASK-1"}))
    with pytest.raises(NotAllowed):
        await site.call("note", text="x")
    facts = facts_from_text(site.events("decision")[-1].side["facts"])
    assert facts.offline == OfflineFacts(site=True, step=1, approvable=frozenset({"ASK-1"}))
    assert facts.risk.offline
    assert decide(site.bundle, facts, None).code == "offline_read_only"


async def test_a_guard_that_is_no_site_writes_nothing_of_it(flow):
    await flow.call("read", id="1")
    assert '"offline":{' not in flow.events("decision")[0].side["facts"]
