"""Time that jumps: whatever the clocks of a machine do, nothing is used after its limit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from guard.grant.approval import (
    ApprovalEvent,
    ApprovalState,
    NewApproval,
    NoApprovalTransition,
    opened,
)
from guard.grant.votes import Vote, Voter
from guard.model.decision import Requirement
from guard_adapters.store.clock import SystemClock
from tests.soak.kept import keep

S = ApprovalState
START = 1_767_607_200_000
TTL_S, GRANT_S = 300, 60
ASK = Requirement(rule="PAY-1", reason="amount", kind="self", ttl_s=TTL_S, grant_ttl_s=GRANT_S)
JUMPS = st.sampled_from([-7_200_000, -3_600_000, -300_000, -61_000, -1, 61_000, 3_600_000])
SPANS = st.sampled_from([1, 1_000, 30_000, 59_999, 60_001, 299_000, 400_000, 3_600_000])


@dataclass
class Machine:
    """A machine whose clocks a test sets. `real` is what a clock on the wall of the room shows."""

    real: int = START
    off: int = 0
    booted: int = START - 5_000
    boot: int = 1

    def wall_ms(self) -> int:
        return self.real + self.off

    def boot_ms(self) -> int:
        return self.real - self.booted

    def boot_id(self) -> str:
        return f"boot-{self.boot}"


class Jumping(RuleBasedStateMachine):
    """One approval after the other on a guard that stops and starts on a machine with bad clocks.

    What counts is the time of the room: a yes is good for a minute of it, and no longer.
    """

    counts: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.counts["examples"] += 1
        self.machine = Machine()
        self.clock = SystemClock(self.machine)
        self.kept = self.clock.moment()
        self.row = None
        self.approved_at = 0

    @initialize()
    def begin(self) -> None:
        self.ask()

    def now(self) -> int:
        self.kept = self.clock.moment()  # as a store keeps it, with every write
        return self.kept.high_ms

    @property
    def open(self) -> bool:
        return self.row is not None and self.row.status in {S.PENDING, S.APPROVED}

    @precondition(lambda self: not self.open)
    @rule()
    def ask(self) -> None:
        now = self.now()
        new = NewApproval(
            id="apr_1", binding="b", envelope=b"{}", call_id="c", call_bytes=b"{}",
            view_json=b"{}", nonce="00", requester="i|ada", agent="bot", session="gs_1",
            requirements=(ASK,), policy_version="p", pending_until_ms=now + TTL_S * 1000,
            grant_ttl_s=GRANT_S, created_ms=now,
        )  # fmt: skip
        self.row = opened(new)

    @precondition(lambda self: self.row.status is S.PENDING)
    @rule()
    def approve(self) -> None:
        now = self.now()
        vote = Vote(
            approval_id="apr_1", voter=Voter(principal="i|ada", uv=True), decision="approve",
            method="webauthn", at_ms=now,
        )  # fmt: skip
        try:
            self.row = self.row.voted(vote)
        except NoApprovalTransition:
            self.row = self.row.at(now)
            return
        self.approved_at = self.machine.real

    @precondition(lambda self: self.row.status is S.APPROVED)
    @rule()
    def use(self) -> None:
        now = self.now()
        try:
            self.row = self.row.consumed("use", now, now + 330_000)
        except NoApprovalTransition:
            self.row = self.row.at(now)
            return
        self.counts["uses"] += 1
        late = self.machine.real - self.approved_at - GRANT_S * 1000
        assert late <= 0, f"used {late} ms after its limit"

    @rule(span=SPANS)
    def time_goes_by(self, span: int) -> None:
        self.machine.real += span

    @rule(jump=JUMPS)
    def somebody_sets_the_wall_clock(self, jump: int) -> None:
        self.machine.off += jump

    @rule(
        span=SPANS, jump=st.one_of(st.just(0), JUMPS), how=st.sampled_from(["", "boot", "restore"])
    )
    def the_guard_is_down(self, span: int, jump: int, how: str) -> None:
        """It dies, time goes by, clocks are set, the machine boots or is restored, it starts."""
        self.machine.real += span
        self.machine.off += jump
        if how == "boot":
            self.machine.booted, self.machine.boot = self.machine.real, self.machine.boot + 1
        elif how == "restore" and self.kept.boot_ms > 0:  # the same boot, its clock went back
            self.machine.booted = self.machine.real - (self.kept.boot_ms - 1)
        self.clock = SystemClock(self.machine, self.kept)
        over = {S.APPROVED: self.clock.lost_count, S.PENDING: self.clock.behind}
        if over.get(self.row.status) and self.row.at(self.now()).open:
            self.row = self.row.after(ApprovalEvent.DEADLINE, self.now(), reason="clock_lost")


def test_no_yes_is_used_late_whatever_the_clocks_do() -> None:
    run_state_machine_as_test(
        Jumping,
        settings=settings(
            max_examples=100,
            stateful_step_count=25,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.soak
def test_no_yes_is_used_late_in_2000_examples() -> None:
    Jumping.counts.clear()
    run_state_machine_as_test(
        Jumping,
        settings=settings(
            max_examples=2_000,
            stateful_step_count=25,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    keep("late uses", **Jumping.counts, late=0)


def test_a_clock_that_is_set_back_while_the_guard_is_down_lengthens_nothing() -> None:
    machine = Machine()
    kept = SystemClock(machine).moment()
    machine.real += 3_600_000
    machine.off = -3_600_000

    after = SystemClock(machine, kept)

    assert (after.now_ms() - kept.high_ms, after.lost_count, after.behind) == (
        3_600_000,
        False,
        False,
    )


def test_a_process_that_waits_between_two_clocks_is_not_ahead_of_others() -> None:
    class Busy(Machine):
        waits = 40

        def wall_ms(self) -> int:
            return self.read(super().wall_ms())

        def boot_ms(self) -> int:
            return self.read(super().boot_ms())

        def read(self, found: int) -> int:
            self.real += self.waits
            return found

    machine = Busy()
    clock = SystemClock(machine)
    clock.now_ms()
    machine.waits = 0
    assert clock.now_ms() == machine.wall_ms()


def test_a_forward_jump_counts_on_from_there() -> None:
    machine = Machine()
    clock = SystemClock(machine)
    machine.off = 3_600_000
    jumped = clock.now_ms()
    machine.off, machine.real = 0, machine.real + 60_000

    assert clock.now_ms() - jumped == 60_000


@pytest.mark.parametrize("behind", [False, True])
def test_after_another_boot_nobody_knows_how_much_time_went_by(behind: bool) -> None:
    machine = Machine()
    kept = SystemClock(machine).moment()
    machine.real += 60_000
    rebooted = replace(machine, booted=machine.real, boot=2, off=-120_000 if behind else 0)

    after = SystemClock(rebooted, kept)

    assert (after.lost_count, after.behind) == (True, behind)
    assert after.now_ms() >= kept.high_ms


def test_the_first_start_lost_no_count() -> None:
    clock = SystemClock(Machine())
    assert (clock.lost_count, clock.behind) == (False, False)
