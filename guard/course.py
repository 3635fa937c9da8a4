"""How far one call has come, and what its ending must record.

`pipeline` walks, this remembers: it decides nothing and waits for nobody.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import tzinfo

from guard.audit.event import finished
from guard.detect.finding import Finding
from guard.errors import GuardError
from guard.grant.approval import Approval
from guard.lease.issuing import Leased
from guard.model.call import Json, Outcome, ToolCall, ToolResult, ToolSpec
from guard.model.decision import Applied
from guard.ports import Ending, Outcomes
from guard.provenance.result.known import Known
from guard.provenance.result.segment import Segment
from guard.session.calls import settled
from guard.session.provenance import segment_for
from guard.session.state import Session, remembering
from guard.stepup.asking import NOTHING_CLAIMED, Claim


@dataclass(slots=True, kw_only=True)
class Course:
    """One call on its way. Filled in step by step, so that any ending has what is known by then."""

    call: ToolCall
    session: Session = field(init=False)  # as the call was judged
    at_ms: int = 0
    admitted: bool = False
    findings: tuple[Finding, ...] = ()  # what detectors saw as it came in
    lapsed: str = ""  # why the task was over when the call came in
    outcome: Outcome = Outcome.REFUSED
    code: str = ""
    denied: bool = False
    told: bool = False  # whoever made the call hears how it ended
    result: ToolResult | None = None
    found: Mapping[str, str] = field(default_factory=dict)  # what policy may match in the result
    segment: Segment | None = None  # what the result showed
    claim: Claim = NOTHING_CLAIMED
    approval: Approval | None = None
    leased: Leased | None = None
    applied: tuple[Applied, ...] = ()

    def keep(self, leased: Leased) -> None:
        """Remember the credential from the moment that it is promised."""
        self.leased = leased

    def shows(self, spec: ToolSpec, shown: Json, known: Known, house: tzinfo) -> None:
        """Remember what the result of this call shows to those after it."""
        self.segment = segment_for(
            self.session,
            self.call,
            spec,
            shown,
            known,
            step=self.session.step,
            approved=self.approval is not None,
            house=house,
            now_ms=self.at_ms,
        )

    def ending(self, now_ms: int) -> Ending:
        """Return everything that is recorded about the end of this call, together."""
        call, outcome = self.call, self.outcome
        labels = self.result.labels if self.result else frozenset()
        approved, denied = self.approval is not None, self.denied
        leased = self.leased

        def change(session: Session) -> Session:
            if not self.admitted:  # the step in flight under this id is another call's
                return session
            said = {"denied": denied, "approved": approved}
            ended = settled(session, call.id, outcome, labels, self.found, now_ms, **said)
            return remembering(ended, self.segment) if self.segment else ended

        return Ending(
            session=call.session,
            change=change,
            events=(finished(call, outcome, self.code, sorted(labels), now_ms),),
            outcome=outcome,
            approval=self.claim.approval,
            consume_id=self.claim.consume_id,
            # What was never sent has no answer that could be lost.
            told_ms=now_ms if self.told or outcome is Outcome.REFUSED else 0,
            lease=leased.id if leased else "",
            lease_change=leased.settled(now_ms) if leased else None,
            segment=self.segment,
        )

    @contextmanager
    def heard(self, outcomes: Outcomes) -> Iterator[None]:
        """Take back that the end was told where its caller leaves after it was written."""
        over = False
        try:
            yield
            over = True
        except GuardError:
            over = True
            raise
        finally:
            if self.told and self.claim.approval and not over:
                outcomes.close(
                    Ending(
                        session=self.call.session,
                        change=lambda session: session,
                        events=(),
                        outcome=self.outcome,
                        approval=self.claim.approval,
                        consume_id=self.claim.consume_id,
                    )
                )
