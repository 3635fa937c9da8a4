"""A yes runs exactly what people saw, once; anything else that moved in between runs nothing."""

import json

import pytest

from guard.errors import ApprovalPending, NobodyToAsk, NotAllowed, NotApproved, Unavailable
from guard.grant.view import view_from
from guard.model.call import argument_bytes
from guard.model.decision import Allow, Basis, Deny, Narrow, Reason, Requirement, StepUp, Terms
from guard.model.review import Cut
from guard.session.intent import parse_intent
from guard.session.risk import signal
from guard.session.state import declared


class Meanwhile:
    """A reviewer who says yes after something else has happened."""

    def __init__(self, flow, happens):
        self.flow, self.happens = flow, happens

    async def announce(self, approval):
        self.flow.approver.script = ["approve"]
        await self.flow.approver.announce(approval)
        await self.happens()


async def pay(flow, amount_minor=500, **more):
    return await flow.call("pay", amount_minor=amount_minor, **more)


async def rows(flow):
    return list(await flow.world.approvals.listed(open_only=False))


async def test_yes_runs_exactly_these_bytes_exactly_once(flow):
    flow.approver.script = ["approve"]
    await pay(flow)
    ((call, _),) = flow.tool.runs
    assert (
        call.arguments == flow.approver.seen[0].call_bytes == argument_bytes({"amount_minor": 500})
    )
    (row,) = await rows(flow)
    assert (row.status, row.outcome) == ("consumed", "ok")
    with pytest.raises(ApprovalPending):  # a second one is a new question
        await pay(flow)
    assert len(flow.tool.runs) == 1


async def test_no_refuses_the_same_call_also_in_a_new_session(flow):
    flow.approver.script = ["deny", "approve"]
    with pytest.raises(NotApproved, match="denied"):
        await pay(flow)
    await flow.open("gs_2")
    with pytest.raises(NotApproved, match="denied") as again:
        await pay(flow, session="gs_2")
    assert again.value.retry_after_s == 600
    assert len(flow.approver.seen) == 1
    assert flow.tool.runs == []


async def test_after_silence_the_same_call_joins_and_a_later_yes_lets_it_run(flow):
    for _ in range(2):
        with pytest.raises(ApprovalPending) as pending:
            await pay(flow)
    assert len(flow.approver.seen) == 1
    (asked,) = flow.approver.seen
    assert pending.value.approval_id == asked.id
    flow.approver.script = ["approve"]
    await flow.approver.announce(asked)
    await pay(flow)
    assert len(flow.tool.runs) == 1


async def test_waiting_is_not_counted_as_a_denial(flow):
    with pytest.raises(ApprovalPending):
        await pay(flow)
    flow.approver.script = ["deny"]
    with pytest.raises(NotApproved):
        await pay(flow, amount_minor=501)
    with pytest.raises(NotAllowed):
        await flow.call("wipe")
    await flow.call("read", id="1")
    facts = json.loads(flow.events("decision")[-1].side["facts"])
    assert facts["history"]["denied_1h"] == 2


async def test_a_question_expires_and_so_does_a_yes(flow):
    with pytest.raises(ApprovalPending):
        await pay(flow)
    flow.clock.advance(301_000)
    with pytest.raises(ApprovalPending):
        await pay(flow)
    assert len(flow.approver.seen) == 2
    flow.approver.script = ["approve"]
    await flow.approver.announce(flow.approver.seen[1])
    flow.clock.advance(61_000)
    with pytest.raises(ApprovalPending):
        await pay(flow)
    assert flow.tool.runs == []


async def nothing_runs(flow, happens, code, **call):
    flow.but(approvers=(Meanwhile(flow, happens),))
    with pytest.raises((NotApproved, NotAllowed)) as no:
        await pay(flow, **call)
    assert no.value.code == code
    assert flow.tool.runs == []
    assert flow.outcomes() == [("refused", code)]
    (row,) = await rows(flow)
    assert row.status == "revoked"


async def test_a_risk_signal_between_yes_and_run_revokes_it(flow):
    async def doubt():
        found = signal("impossible_travel", subject="ana", at_ms=flow.clock.now_ms(), source="test")
        await flow.reauthorizing.signal("gs_1", found)

    await nothing_runs(flow, doubt, "approval_revoked")


async def test_facts_that_changed_without_a_signal_revoke_it_too(flow, make_bundle, policy):
    flow.bundle = make_bundle(policy.replace("bank/note", "bank/pay"))

    async def read_the_web():
        await flow.call("read_web", id="1", by=type(flow.tool)())

    flow.but(approvers=(Meanwhile(flow, read_the_web),))
    with pytest.raises(NotApproved) as no:
        await pay(flow)
    assert no.value.code == "approval_revoked"
    assert flow.tool.runs == []


async def test_the_end_of_the_session_between_yes_and_run_revokes_it(flow):
    async def end():
        await flow.reauthorizing.end("gs_1", "over")

    await nothing_runs(flow, end, "approval_revoked")


async def test_a_policy_swapped_between_yes_and_run_revokes_it(flow, make_bundle, policy):
    async def swap():
        flow.bundle = make_bundle(policy.replace("amount_minor > 100 ", "amount_minor > 200 "))

    await nothing_runs(flow, swap, "approval_revoked")


async def test_another_word_of_the_catalogue_between_yes_and_run_revokes_it(
    flow, make_bundle, catalogue
):
    async def swap():
        changed = json.loads(
            json.dumps(catalogue).replace("http://127.0.0.1:1/mcp", "http://127.0.0.1:2/mcp")
        )
        flow.bundle = make_bundle(catalog=changed)

    await nothing_runs(flow, swap, "approval_revoked")


async def test_a_reload_that_changes_nothing_for_the_tool_does_not_revoke_it(
    flow, make_bundle, policy
):
    async def swap():
        flow.bundle = make_bundle(
            policy
            + '@id("X") @reason("x") forbid (principal, action == Guard::Action::"bank/note", resource) when { context.risk.session >= 1 };'
        )

    flow.but(approvers=(Meanwhile(flow, swap),))
    await pay(flow)
    assert len(flow.tool.runs) == 1


async def asked_anew(flow, call):
    with pytest.raises(ApprovalPending):
        await pay(flow)
    with pytest.raises(ApprovalPending):
        await call()
    assert len({one.binding for one in flow.approver.seen}) == 2


async def test_other_arguments_are_another_question(flow):
    await asked_anew(flow, lambda: pay(flow, amount_minor=501))


async def test_another_session_is_another_question(flow):
    await flow.open("gs_2")
    await asked_anew(flow, lambda: pay(flow, session="gs_2"))


async def test_another_intent_is_another_question(flow):
    async def declare_and_pay():
        task = parse_intent(
            b'{"purpose":"pay","tools":["bank/pay"]}', declared_by="host", max_bytes=999
        )
        await flow.store.update("gs_1", lambda one: declared(one, task))
        await pay(flow)

    await asked_anew(flow, declare_and_pay)


async def test_another_definition_of_the_tool_is_another_question(flow, make_bundle, catalogue):
    async def redefined():
        changed = json.loads(json.dumps(catalogue))
        changed["servers"]["bank"]["tools"]["pay"]["pin"] = "sha256:" + "ab" * 32
        flow.bundle = make_bundle(catalog=changed)
        await pay(flow)

    await asked_anew(flow, redefined)


async def test_nobody_is_asked_where_a_rule_says_no(flow, make_bundle, policy):
    flow.bundle = make_bundle(policy.replace("bank/wipe", "bank/pay"))
    with pytest.raises(NotAllowed) as no:
        await pay(flow)
    assert (no.value.code, flow.approver.seen) == ("never", [])


async def test_without_reviewers_nothing_runs_and_the_code_says_it(flow):
    flow.but(approvers=())
    with pytest.raises(NobodyToAsk) as no:
        await pay(flow)
    assert no.value.code == "no_approver"
    assert "reviewers.yaml" in no.value.next_step
    assert [each.rule for each in no.value.reasons] == ["ASK-1"]
    assert flow.outcomes() == [("refused", "no_approver")]
    assert flow.tool.runs == []


async def test_a_question_that_nobody_could_answer_is_never_listed(flow):
    listed = []

    class Nobody:
        async def enough(self, new):
            listed.extend(await rows(flow))
            raise NobodyToAsk("Nobody has a passkey.", code="no_reviewer", reasons=())

    flow.but(audience=Nobody())
    with pytest.raises(NobodyToAsk):
        await pay(flow)
    assert (listed, await rows(flow), flow.approver.seen, flow.tool.runs) == ([], [], [], [])
    assert flow.outcomes() == [("refused", "no_reviewer")]


async def test_people_see_the_narrowed_call_it_runs_and_the_agent_is_told(flow):
    flow.approver.script = ["approve"]
    result = await pay(flow, amount_minor=5000)
    ((call, _),) = flow.tool.runs
    (shown,) = flow.approver.seen
    assert call.arguments == shown.call_bytes == argument_bytes({"amount_minor": 1000})
    assert view_from(shown.view_json).cuts == (
        Cut(rule="CUT-1", name="cap", paths=("amount_minor",)),
    )
    assert result.narrowed == (("cap", "amount_minor"),)


async def test_a_secret_argument_is_not_shown_to_people(flow):
    with pytest.raises(ApprovalPending):
        await pay(flow, pin="SECRET-PIN-CANARY")
    (shown,) = flow.approver.seen
    assert b"SECRET-PIN-CANARY" not in shown.view_json


BASIS = Basis(bundle="remote", slice="remote")
WHY = (Reason(code="remote", rule="R"),)


class Remote:
    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    async def decide(self, facts):
        self.asked.append(facts)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


WIDE = Terms(scopes=frozenset({"everything"}), max_ttl_s=3600)
YES = Allow(reasons=WHY, terms=WIDE, basis=BASIS)
NO = Deny(code="remote_no", reasons=WHY, basis=BASIS)
ASK = StepUp(
    requirements=(Requirement(rule="REMOTE-1", reason="remote", kind="self"),),
    arguments=b'{"id":"theirs"}',
    reasons=WHY,
    basis=BASIS,
)
CUT = Narrow(arguments=b'{"id":"theirs"}', applied=(), reasons=WHY, terms=WIDE, basis=BASIS)


async def test_a_remote_yes_widens_nothing(flow):
    flow.but(remote=Remote(YES))
    with pytest.raises(ApprovalPending):
        await pay(flow)
    await flow.call("read", id="1")
    (_, terms, _), *_ = flow.world.issuers["calltoken"].issued
    assert (terms.scopes, terms.max_ttl_s) == (None, 30)


@pytest.mark.parametrize(("answer", "code"), [(NO, "remote_no"), (CUT, "obligation_unsupported")])
async def test_a_remote_no_and_remote_bytes_run_nothing(flow, answer, code):
    flow.but(remote=Remote(answer))
    with pytest.raises(NotAllowed) as no:
        await flow.call("read", id="ours")
    assert no.value.code == code
    assert flow.tool.runs == []


async def test_a_remote_question_is_asked_of_our_bytes_and_our_narrowing_stays(flow):
    flow.approver.script = ["approve", "approve"]
    flow.but(remote=Remote(ASK, YES))
    await flow.call("read", id="ours")
    assert flow.approver.seen[0].call_bytes == b'{"id":"ours"}'
    flow.but(remote=Remote(ASK, YES))
    await pay(flow, amount_minor=5000)
    assert flow.approver.seen[1].rules == {"ASK-1", "REMOTE-1"}
    assert [call.arguments for call, _ in flow.tool.runs] == [
        b'{"id":"ours"}',
        b'{"amount_minor":1000}',
    ]


async def test_an_approver_that_fails_does_not_leave_a_question_that_nobody_heard(flow):
    class Deaf:
        async def announce(self, approval):
            raise Unavailable("The pager is down.", code="approver_unavailable")

    heard = flow.world.approvers
    flow.but(approvers=(Deaf(),))
    with pytest.raises(Unavailable) as no:
        await pay(flow)
    assert no.value.code == "approver_unavailable"
    flow.but(approvers=heard)
    flow.approver.script = ["approve"]
    await pay(flow)
    assert len(flow.tool.runs) == 1


async def test_a_mint_that_fails_after_the_yes_ends_the_approval_as_an_error(flow):
    class Broken(type(flow.world.issuers["calltoken"])):
        async def issue(self, call, terms, lease):
            raise Unavailable("The key is gone.", code="issuer_unavailable")

    flow.but(issuers={"calltoken": Broken()})
    flow.approver.script = ["approve"]
    with pytest.raises(Unavailable):
        await pay(flow)
    (row,) = await rows(flow)
    assert (row.status, row.outcome) == ("consumed", "error")
    assert flow.outcomes() == [("refused", "issuer_unavailable")]
    assert flow.tool.runs == []
    (lease,) = await flow.store.unsettled()
    assert lease.state == "revoke_pending"  # the issuer may have acted


async def test_a_target_that_cannot_be_cleaned_up_does_not_hide_the_result(flow, make_issuer):
    class Down(make_issuer):
        async def revoke(self, lease, why):
            raise Unavailable("The target is away.", code="issuer_unavailable")

    flow.but(issuers={"calltoken": Down(leaves_object=True)})
    assert (await flow.call("read", id="1")).value == "done"
    (lease,) = await flow.store.unsettled()
    assert lease.state == "revoke_pending"
    flow.but(issuers={"calltoken": replace_issuer(make_issuer)})
    await flow.reauthorizing.end("gs_1", "over")
    assert await flow.store.unsettled() == []


def replace_issuer(make_issuer):
    return make_issuer(leaves_object=True)
