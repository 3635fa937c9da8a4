"""One call from asking to audit. Read this first.

The order of checks is the order of `_walk`: admit, judge, write the answer down, ask people where
it is a step-up, mint the credential, run the stored bytes, record the outcome. No audit write, no
call. It keeps no state of its own and catches nothing that it cannot answer: whatever raises,
nothing runs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo

from guard.access.killing import refuse_killed
from guard.access.narrowing import Narrower, explained, level_of, told_of, unmoved
from guard.config import Settings
from guard.course import Course
from guard.detect.reuse import reused
from guard.detect.watch import Watch, went
from guard.errors import GuardError, NotAllowed, Refused, Unavailable, is_no
from guard.grant.unanswered import Hold
from guard.judging import Judged, Judging, tell
from guard.lease.issuing import Leasing
from guard.model.call import Outcome, ToolCall, ToolResult, ToolSpec
from guard.model.decision import Allow, Deny, Narrow, StepUp, Terms, told
from guard.model.facts import Evidence
from guard.policy.compile import Bundle
from guard.policy.generate import REAUTH_RULE
from guard.ports import Span, Tool, World
from guard.ports.live import Flight
from guard.provenance.result.known import Known
from guard.reauthorize import Reauthorizing
from guard.session.calls import admitted, forwarded
from guard.session.provenance import labels_of
from guard.session.result import extracted
from guard.session.state import Session
from guard.session.tasks import lapsed
from guard.stepup.asking import Asking, Claim
from guard.stepup.repeating import Repeating
from guard.stepup.showing import Showing
from guard.stepup.sparing import Sparing

ENDS = frozenset({Outcome.OK, Outcome.ERROR})
"""What a tool may say of its own end; whatever else it says, it may have acted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Stands in front of every tool call.

    Args:
        world: everything outside, wired together.
        policy: returns the policy bundle in force; one reference is swapped on reload.
        settings: the numbers.
        salt: 32 secret bytes that blind secret arguments and the digest of the task.
        zone: the time zone in which policy reads hour and weekday.
        watch: returns the detectors' numbers and what was learned for them.
    """

    world: World
    policy: Callable[[], Bundle]
    settings: Settings = field(default_factory=Settings)
    salt: bytes = field(repr=False)
    zone: tzinfo = UTC
    watch: Callable[[], Watch] = Watch

    async def call(self, call: ToolCall, tool: Tool, *, hold_ms: Hold) -> ToolResult:
        """Judge one tool call and, if allowed, run it.

        Args:
            call: the call, its arguments already serialised.
            tool: runs exactly the bytes that it is given.
            hold_ms: how long to wait for people before `ApprovalPending` (ms), see `Hold`.

        Returns:
            What the tool returned, after its labels and its outcome are recorded.

        Raises:
            NotAllowed: policy denied; carries the decision.
            NotApproved: a person said no, nobody answered, or the yes no longer holds.
            ApprovalPending: a person has been asked; the same call again keeps waiting.
            Unavailable: something that the guard needs failed; `outcome_unrecorded` alone means
                that the tool ran and its result is withheld.
        """
        course = Course(call=call)
        with course.heard(self.world.outcomes):
            return await self._called(course, tool, hold_ms)

    async def _called(self, course: Course, tool: Tool, hold_ms: Hold) -> ToolResult:
        async with self.world.trace.call(course.call) as span:
            course.call = course.call.within(span.traceparent)
            try:
                await self._walk(course, tool, hold_ms, span)
                course.told = course.result is not None and not course.result.unheard
            except GuardError as error:
                course.code = error.code
                course.denied, course.told = is_no(error), True
                raise
            finally:
                # One synchronous hand-over: an await here would be lost to a second cancel.
                done = self.world.outcomes.close(course.ending(self._end_ms(course)))
                span.note("guard.outcome", course.outcome)
            await done
        assert course.result is not None  # noqa: S101  `_walk` returned, so the tool did
        await Leasing(world=self.world).end(course.leased, course.result.refused)
        if course.result.refused:
            await self._token_refused(course.call, course.result.refused)
        return course.result

    async def _token_refused(self, call: ToolCall, code: str) -> None:
        """Take in why a server refused this call's own token: somebody may have used it before.

        Only the word of a server that the operator trusts counts against a session.
        """
        watch, judging = self.watch(), self.judging()
        finding = reused(code, watch.numbers)
        if finding is not None and judging.spec(call).server_trusted:
            await self._reauthorizing.noticed(call.session, finding, watch)

    async def _walk(self, course: Course, tool: Tool, hold_ms: Hold, span: Span) -> None:
        judging = self.judging()
        spec = judging.spec(course.call)
        narrower = Narrower(world=self.world, judging=judging)
        session = course.session = await narrower.look(await self._admit(course, spec, judging))
        known = await self.world.sessions.known(session.id)
        judged = await judging.judge(session, course.call, known)
        tell(span, judged)
        if session.narrowings:
            span.note("guard.access", level_of(session))
        if course.findings:
            span.note("guard.findings", [one.kind for one in course.findings])
        # Every answer is written down before anything follows from it, Deny included.
        salt = self.world.ids.token(16)
        await self.world.sink.write([judged.event(salt)])
        if isinstance(judged.answer, StepUp):
            await Leasing(world=self.world).free(spec, session.who)
            judged = await self._asked(course, spec, judged, hold_ms, span)
            if REAUTH_RULE in judged.facts.evidence.approvals:
                await narrower.give_back(session.id, "reauth")
        terms = self._let_through(course, judged)
        leasing, asked = Leasing(world=self.world), (course.call, spec, judged.facts, terms)
        minted = await leasing.mint(*asked, course.approval, course.keep)
        if course.leased:
            span.note("guard.credential.handle", course.leased.handle)
        keyed = course.call.keyed(spec.idempotency, course.claim.consume_id)
        evidence = judged.facts.evidence.narrowed_by(one.rule for one in course.applied)
        lease = course.leased.id if course.leased else ""
        # From here on the call is found where it is to be cut: it looks at the session after that.
        flight = Flight(call=keyed, evidence=evidence, lease=lease)
        with self.world.live.aboard(flight) as seat:
            await leasing.deliver(course.leased)
            await self._forward(course, spec, judging, flight)
            if not seat.cut:
                course.outcome = Outcome.UNKNOWN  # from here on the tool may have acted
                result = await seat.run(tool, minted)
                if result is not None:
                    self._returned(course, spec, result, known)
            if seat.cut:
                raise Refused("Its session was narrowed while the call ran.", code="call_cut")

    def _returned(self, course: Course, spec: ToolSpec, result: ToolResult, known: Known) -> None:
        """Take over what the tool returned: labels, what it showed, and how it ended."""
        course.result = replace(
            result,
            labels=labels_of(spec, result.shown, result.labels),
            narrowed=told(course.applied),
            reduced=told_of(course.session),
        )
        course.found = extracted(spec, result.shown)
        course.shows(spec, result.shown, known, self.zone)
        course.outcome = result.outcome if result.outcome in ENDS else Outcome.UNKNOWN

    async def _admit(self, course: Course, spec: ToolSpec, judging: Judging) -> Session:
        """Enter the call in history, in flight, before it is judged: parallel calls cannot race."""
        call, now_ms = course.call, self.world.clock.now_ms()
        course.at_ms = now_ms
        found, specs = judging.input(call), judging.ledgers(call)

        def change(session: Session) -> Session:
            course.admitted = False
            refuse_killed(self.world.kills.standing(), call, session.caller(call.acting))
            session, course.lapsed = lapsed(session, now_ms)
            most = self.settings.in_flight
            entered = admitted(session, call, spec, found, now_ms, specs, in_flight=most)
            # Here, not after the update: a caller cancelled in it may have been admitted.
            course.admitted = True
            entered, course.findings = self.watch().call(entered, call, spec, now_ms)
            return entered

        session = await self.world.sessions.update(call.session, change, judging.wanted(call))
        # In the session already, so that nobody is judged without it: the rest may come later.
        if course.lapsed:
            await self._reauthorizing.task_over(session, course.lapsed)
        return await self._reauthorizing.found(session, course.findings, call.id)

    async def _asked(
        self, course: Course, spec: ToolSpec, judged: Judged, hold_ms: Hold, span: Span
    ) -> Judged:
        """Return the judgement after people said yes: on fresh facts, by the policy in force then.

        Raises:
            NotApproved: the catalogue's word on the tool changed while people were asked.
        """

        async def again(call: ToolCall, evidence: Evidence) -> tuple[Session, Judged]:
            judging = self.judging()
            now = await self.world.sessions.get(call.session, judging.wanted(call))
            now = await self._reauthorizing.owed(now)  # a yes of before a signal is none
            code = now.closed or ("" if judging.spec(call) == spec else "tool_changed")
            if code:
                return now, Judged(judged.facts, Deny(code=code, basis=judged.answer.basis))
            known = await self.world.sessions.known(now.id)
            return now, await judging.judge(now, call, known, evidence)

        most, bundle = self.settings.max_review_bytes, self.policy()
        showing = Showing(world=self.world, session=course.session, bundle=bundle, max_bytes=most)
        asking = Asking(
            world=self.world,
            showing=showing,
            retry_after_s=self.settings.retry_after_s,
            outcome_due_ms=(self.settings.tool_timeout_s + 30) * 1000,
            repeating=Repeating(world=self.world, within_ms=self.settings.lost_answer_s * 1000),
            sparing=Sparing.under(self.world, self.settings),
            key=self.salt,
        )

        def claim(used: Claim) -> None:
            course.claim = used

        asked_ms = judged.facts.clock.at_ms
        try:
            yes = await asking.ask(course.call, spec, judged, again, claim, hold_ms)
        finally:
            span.note("guard.approval_wait_ms", self._end_ms(course) - asked_ms)
        course.call, course.approval, course.applied = yes.call, yes.approval, yes.applied
        tell(span, yes.judged)
        return yes.judged

    def _let_through(self, course: Course, judged: Judged) -> Terms:
        """Take over what the answer narrowed and return the terms of the credential.

        Raises:
            NotAllowed: the answer is not one under which a call runs.
        """
        match judged.answer:
            case Allow(terms=terms):
                return terms
            case Narrow(arguments=arguments, applied=applied, terms=terms):
                course.call = course.call.narrowed(arguments)
                course.applied = tuple(dict.fromkeys((*course.applied, *applied)))
                return terms
            case Deny() as answer:
                raise NotAllowed(explained(answer, course.session), call_id=course.call.id)
            case StepUp(basis=basis):  # asked above: a second one means that the ground moved
                raise NotAllowed(Deny(code="state_conflict", basis=basis), call_id=course.call.id)

    async def _forward(
        self, course: Course, spec: ToolSpec, judging: Judging, flight: Flight
    ) -> None:
        """Let the tool's static labels enter now: its progress notes already carry its text.

        What was said of the session since the call was judged is judged here: whoever said it may
        have looked for calls to cut before this one could be found.
        """
        call, now_ms = course.call, self.world.clock.now_ms()
        found, specs = judging.input(call), judging.ledgers(call)

        def change(session: Session) -> Session:
            unmoved(course.session, session)
            return went(forwarded(session, call.id, spec, found, specs, now_ms=now_ms), spec)

        session = await self.world.sessions.update(call.session, change, judging.wanted(call))
        session = await self._reauthorizing.still(course.session, session, flight)
        # The last look before the tool: after whoever stops it has an answer, it does not begin.
        refuse_killed(self.world.kills.standing(), call, session.caller(call.acting))

    def _end_ms(self, course: Course) -> int:
        """Return now, or the last moment known: a clock that fails must not lose the ending."""
        try:
            return self.world.clock.now_ms()
        except Unavailable:
            return course.at_ms

    @property
    def _reauthorizing(self) -> Reauthorizing:
        return Reauthorizing(world=self.world, judging=self.judging)

    def judging(self) -> Judging:
        """Return what judges by the policy in force now; it records nothing and asks nobody."""
        return Judging(
            world=self.world,
            bundle=self.policy(),
            salt=self.salt,
            zone=self.zone,
            max_intent_bytes=self.settings.max_intent_bytes,
        )
