import asyncio
import threading
from dataclasses import replace

import pytest

from guard.grant.approval import ApprovalEvent, ApprovalState, NewApproval
from guard.grant.unanswered import unusable
from guard.grant.view import view_json
from guard.model.decision import Requirement
from guard.model.facts import ProvFacts
from guard.model.origin import Origin, Source
from guard.model.review import Ran
from guard.testing import FrozenClock, MemoryApprovals
from guard.testing.review import a_view
from guard_adapters._shown.question import question
from guard_adapters.approver.terminal import TerminalApprover, lines
from guard_adapters.front.mcp.judging.verdict import refusal_of

ASK = Requirement(rule="PAY-1", reason="amount", kind="self", ttl_s=60)
VIEW = a_view(
    {"amount": 9870, "to": "ACME", "memo": {"x": 1}},
    effect="Pay 98.70 EUR to ACME",
    prov=ProvFacts(
        user_prompt=frozenset({"amount"}),
        untrusted=frozenset({"memo.x"}),
        origins=(
            Origin(path="amount", role="amount", kind="number", source=Source.PROMPT, why="in_prompt"),
            Origin(path="memo.x", role="", kind="number", source=Source.UNTRUSTED,
                   why="untrusted_only", step=2, action="mail/read"),
        ),
    ),
)  # fmt: skip


class Desk:
    def __init__(self, typed):
        self.clock = FrozenClock()
        self.approvals = MemoryApprovals(clock=self.clock)
        self.told = []
        self.approver = TerminalApprover(self.approvals, self.clock, typed, self.told.append)

    async def asked(self, number=1, requirement=ASK):
        new = NewApproval(
            id=f"apr_{number}", binding=f"b{number}", envelope=b"{}", call_id="c", call_bytes=b"{}",
            view_json=view_json(VIEW), nonce="00", requester="i|ada", agent="bot",
            session="gs_1", requirements=(requirement,), policy_version="p",
            pending_until_ms=self.clock.ms + 60_000, grant_ttl_s=60,
        )  # fmt: skip
        approval = await self.approvals.open(new, [])
        await self.approver.announce(approval)
        return approval

    async def status(self, number=1):
        await asyncio.wait_for(self.approver.settled(), 5)
        return self.approvals.rows[f"apr_{number}"].status


def ended(_prompt):
    raise EOFError


@pytest.mark.parametrize("typed", ["yes", " YES \n"])
async def test_the_whole_word_yes_approves_and_is_written_down(typed):
    desk = Desk(lambda _prompt: typed)
    await desk.asked()

    assert await desk.status() is ApprovalState.APPROVED
    assert desk.approvals.rows["apr_1"].votes[0].method == "terminal"
    assert desk.approvals.events[-1].leaf["decision"] == "approve"


@pytest.mark.parametrize("typed", ["", "\n", "y", "no", "yes please", "ye s", "да"])
async def test_enter_and_everything_else_is_no(typed):
    desk = Desk(lambda _prompt: typed)
    await desk.asked()

    assert await desk.status() is ApprovalState.DENIED


async def test_nobody_at_the_keyboard_is_no():
    desk = Desk(ended)
    await desk.asked()

    assert await desk.status() is ApprovalState.CANCELLED


@pytest.mark.parametrize("how", [EOFError, OSError, ValueError, RuntimeError])
async def test_where_nobody_is_at_the_keyboard_no_persons_no_is_written_down(how):
    def gone(_prompt):
        raise how

    desk = Desk(gone)
    await desk.asked()
    await desk.status()

    row = desk.approvals.rows["apr_1"]
    assert (row.reason_code, row.votes) == ("nobody_there", ())
    assert [one.leaf["why"] for one in desk.approvals.events] == ["nobody_there"]
    assert desk.approvals.cooldowns == {}
    assert "was at the terminal" in refusal_of(unusable(row, 0, desk.clock.ms)).text


async def test_the_end_of_input_takes_no_yes_back_that_another_gave():
    def approved_elsewhere(_prompt):
        row = desk.approvals.rows["apr_1"]
        desk.approvals.rows["apr_1"] = row.after(ApprovalEvent.APPROVE, desk.clock.ms)
        raise EOFError

    desk = Desk(approved_elsewhere)
    await desk.asked()

    assert await desk.status() is ApprovalState.APPROVED


async def test_announcing_returns_while_nobody_has_typed_anything():
    typed = threading.Event()
    desk = Desk(lambda _prompt: "yes" if typed.wait(5) else "")

    await asyncio.wait_for(desk.asked(), 1)
    before = desk.approvals.rows["apr_1"].status
    typed.set()

    assert before is ApprovalState.PENDING
    assert await desk.status() is ApprovalState.APPROVED


async def test_a_question_that_ended_meanwhile_is_not_put():
    answers = iter(["no"])
    desk = Desk(lambda _prompt: next(answers))
    await desk.asked()
    await desk.asked(2)
    await desk.approvals.end("apr_2", "void", "changed", desk.clock.ms, [])

    assert await desk.status(2) is ApprovalState.CANCELLED


async def test_a_yes_that_comes_too_late_approves_nothing():
    desk = Desk(lambda _prompt: desk.clock.advance(61_000) or "yes")
    await desk.asked()

    assert await desk.status() is ApprovalState.PENDING
    assert desk.approvals.rows["apr_1"].votes == ()
    assert desk.told[-1].startswith("Not counted")


async def test_one_person_at_a_terminal_is_not_a_review_by_others():
    review = Requirement(
        rule="PAY-2", reason="amount", kind="review", groups=frozenset({"finance"})
    )
    desk = Desk(lambda _prompt: "yes")
    await desk.asked(requirement=review)

    assert await desk.status() is ApprovalState.PENDING
    assert "not enough" in desk.told[-1]


async def test_the_prompt_shows_effect_rule_every_argument_and_where_it_came_from():
    desk = Desk(lambda _prompt: "no")
    screen = "\n".join(lines(await desk.asked()))
    await desk.status()

    assert "Pay 98.70 EUR to ACME" in screen
    assert "PAY-1: amount" in screen
    assert "amount = 9870\n        in the person's own words" in screen
    assert 'to = "ACME"\n        not known' in screen
    assert "memo.x = 1\n        UNTRUSTED; only in mail/read result, step 2, untrusted" in screen
    assert "cannot be undone" in screen
    assert "this one call" in screen


async def test_a_question_that_cannot_be_shown_is_not_approved():
    desk = Desk(lambda _prompt: "yes")
    row = await desk.asked()
    desk.approvals.rows[row.id] = replace(row, view_json=b'{"effect":"Pay"}')

    assert await desk.status() is ApprovalState.PENDING
    (said,) = desk.told
    assert said.startswith("Not counted: The stored view of a question cannot be read: ")


def test_a_call_that_was_approved_before_is_shown_as_that():
    ran = Ran(approval="apr_9", at_ms=VIEW.asked_ms - 40_000, outcome="ok")
    told = question(replace(VIEW, ran=ran))
    assert "  Same call  approved before (apr_9), let run 40 s before: ok" in told
    assert not any("Same call" in line for line in question(VIEW))


@pytest.mark.parametrize(
    ("targets", "said"), [(0, "0 receivers"), (1, "1 receiver"), (2, "2 receivers")]
)
def test_how_many_a_call_reaches_is_counted_in_plain_words(targets, said):
    view = replace(VIEW, blast=replace(VIEW.blast, targets=targets))

    reaches = next(line for line in question(view) if line.startswith("  Reaches"))

    assert said in [part.strip() for part in reaches.removeprefix("  Reaches").split(";")]
