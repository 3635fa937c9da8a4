"""Asking in a terminal: no is the default, and nothing is hidden."""

from __future__ import annotations

import asyncio
import json

import pytest

from guard.grant.approval import ApprovalState, NewApproval
from guard.model.decision import Requirement
from guard.testing import FrozenClock, MemoryApprovals
from guard_adapters.approver.terminal import TerminalApprover, visible

VIEW = {
    "effect": "Pays 98.70 EUR",
    "action": "ledger/send_money",
    "agent": "bookkeeper",
    "intent": "pay invoice 117",
    "why": [{"rule": "POWER-002", "reason": "irreversible"}],
    "arguments": {"recipient": "DE89", "memo": "x" * 5000, "to": ["a\u202eb"]},
    "origin": {"task": ["recipient"], "untrusted": ["memo"], "model": []},
    "labels": ["untrusted"],
    "irreversible": True,
}


def asked(clock: FrozenClock) -> NewApproval:
    return NewApproval(
        id="apr_1",
        binding="b",
        envelope=b"",
        call_id="c",
        call_bytes=json.dumps(VIEW["arguments"]).encode(),
        view_json=json.dumps(VIEW).encode(),
        nonce="n",
        requester="demo|ana",
        agent="bookkeeper",
        session="s",
        requirements=(Requirement(rule="POWER-002", reason="irreversible", kind="self"),),
        policy_version="p",
        pending_until_ms=clock.ms + 60_000,
        grant_ttl_s=60,
        created_ms=clock.ms,
    )


async def answer(line: str) -> tuple[ApprovalState, str]:
    clock, said = FrozenClock(), []
    approvals = MemoryApprovals(clock=clock)
    approver = TerminalApprover(approvals, clock, ask=lambda _: line, tell=said.append)
    await approver.announce(await approvals.open(asked(clock), []))
    async with asyncio.timeout(5):
        while (row := await approvals.get("apr_1")).status is ApprovalState.PENDING:
            await asyncio.sleep(0.001)
    return row.status, "\n".join(said)


@pytest.mark.parametrize("line", ["", "y", "no", "yes please", "\n"])
async def test_anything_but_yes_denies(line: str) -> None:
    status, _ = await answer(line)
    assert status is ApprovalState.DENIED


async def test_yes_approves_and_every_argument_was_shown_whole() -> None:
    status, shown = await answer("yes")
    assert status is ApprovalState.APPROVED
    assert "x" * 5000 in shown
    assert "[untrusted]" in shown
    assert "a<U+202E>b" in shown
    assert "\u202e" not in shown


def test_whatever_hides_or_reorders_is_written_out() -> None:
    assert visible("a\u200bb\x1b[2Kc\ufe0f") == "a<U+200B>b<U+001B>[2Kc<U+FE0F>"


async def test_a_vote_on_an_ended_question_is_told_and_does_no_harm() -> None:
    clock, said = FrozenClock(), []
    approvals = MemoryApprovals(clock=clock)
    row = await approvals.open(asked(clock), [])
    clock.advance(120_000)
    approver = TerminalApprover(approvals, clock, ask=lambda _: "yes", tell=said.append)
    await approver.announce(row)
    async with asyncio.timeout(5):
        while not any("Too late" in line for line in said):
            await asyncio.sleep(0.001)
    assert (await approvals.get("apr_1")).status is ApprovalState.PENDING
