"""Facts, then a decision: the one function behind the first judgement and the second look.

It reads a session and a bundle and asks nobody but a remote decision point, which may only
tighten. A call whose arguments cannot be converted is denied before the engine sees it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from typing import NamedTuple

from guard.audit.event import Event, decided
from guard.audit.unread import known_path, unread
from guard.errors import Refused, Unavailable, Unusable
from guard.model.call import Json, ToolCall, ToolSpec, Transform, argument_bytes
from guard.model.decision import KINDS, Basis, Decision, Deny, Reason, kind, strictness
from guard.model.facts import (
    NO_CREDENTIAL,
    NO_EVIDENCE,
    NO_SITE,
    ClockFacts,
    Derived,
    Evidence,
    Facts,
    Input,
    OfflineFacts,
)
from guard.model.ledger import LedgerSpec
from guard.policy.compile import Bundle
from guard.policy.convert import ArgError, convert_args, limits_of
from guard.policy.evaluate import decide, decide_shadow
from guard.policy.remote import tightened
from guard.policy.transform import NarrowUnavailable, apply_transforms
from guard.ports import Span, World
from guard.provenance.result.known import Known
from guard.provenance.result.segment import write_digest
from guard.session.calls import Wanted, wanted_by
from guard.session.facts import facts
from guard.session.intent import TaskIntent
from guard.session.state import Session
from guard.session.tasks import narrowed_intent

METHOD = "mcp:"
"""Under `mcp:<method>` a message other than tools/call is judged."""


class Judged(NamedTuple):
    """What was judged, what came of it, and what shadow rules would have answered.

    `cut` are the facts of the call as narrowings shrank it, `unread` its arguments where they
    could not be converted, secrets left out: both only for the record.
    """

    facts: Facts
    answer: Decision
    shadow: Decision | None = None
    cut: tuple[Facts, ...] = ()
    unread: Mapping[str, Json] | None = None

    def event(self, salt: bytes) -> Event:
        """Return the record of the decision; `salt` are 16 random bytes."""
        return decided(
            self.facts,
            self.answer,
            salt=salt,
            shadow=self.shadow,
            cut=self.cut,
            unread=self.unread,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """Judges one call, or what is left of it, against one bundle.

    Args:
        world: for the clock, the issuers and the remote decision point.
        bundle: the policy in force when the call came in.
        salt: secret bytes that blind secret arguments and the digest of the task.
        zone: where policy reads hour and weekday.
        max_intent_bytes: the largest intent that a call may declare (bytes).
    """

    world: World
    bundle: Bundle
    salt: bytes = field(repr=False)
    zone: tzinfo = UTC
    max_intent_bytes: int = 4096
    _converted: dict[tuple[str, bytes], Input | ArgError] = field(
        default_factory=dict, init=False, repr=False
    )

    def spec(self, call: ToolCall) -> ToolSpec:
        """Return the catalogue's word on the tool; an unlisted one has no class at all."""
        return self.bundle.catalog.tools.get(call.action) or self.spec_of(call.server, call.tool)

    def spec_of(self, server: str, tool: str) -> ToolSpec:
        """Return the same by names."""
        catalog = self.bundle.catalog
        if tool.startswith(METHOD):
            known = catalog.method_spec(server, tool.removeprefix(METHOD))
        else:
            known = catalog.spec(server, tool)
        return known or ToolSpec(server=server, tool=tool, effect=frozenset())

    def ledgers(self, call: ToolCall) -> tuple[LedgerSpec, ...]:
        """Return the ledgers that this tool is counted in or that its rules read."""
        cut = self.bundle.slice_of(call.server, call.tool)
        return self.bundle.catalog.ledgers if cut is None else cut.ledgers

    def wanted(self, call: ToolCall) -> Wanted:
        """Return which tallies, of those that sessions share, this call needs."""
        return wanted_by(self.spec(call), self.ledgers(call))

    def convert(self, call: ToolCall) -> Input | ArgError:
        """Return the typed arguments, or why they cannot be; the same bytes only once."""
        key = (call.action, call.arguments)
        known = self._converted.get(key)
        if known is None:
            known = self._converted[key] = self._convert(call)
        return known

    def _convert(self, call: ToolCall) -> Input | ArgError:
        if self.bundle.slice_of(call.server, call.tool) is None:
            # Nobody listed it: the answer is that, whatever its arguments are.
            return Input(values={}, derived=Derived(bytes=len(call.arguments)))
        spec, limits, size = self.spec(call), limits_of(self.bundle.catalog), len(call.arguments)
        found = convert_args(spec, _arguments(call), salt=self.salt, limits=limits, size=size)
        if isinstance(found, ArgError):
            return found
        return Input(values=found.values, derived=found.derived, write=write_digest(call, spec))

    def input(self, call: ToolCall) -> Input:
        """Return the typed arguments, or none of them where they cannot be converted."""
        found = self.convert(call)
        if isinstance(found, ArgError):
            return Input(values={}, derived=Derived(bytes=len(call.arguments)))
        return found

    async def judge(
        self, session: Session, call: ToolCall, known: Known, evidence: Evidence | None = None
    ) -> Judged:
        """Judge a call that is already in the session's history.

        A declared intent is judged twice, without and with it, and the stricter answer holds, so
        that no policy can make declaring profitable.

        Args:
            session: as it stands.
            call: the call.
            known: what the session's results have shown.
            evidence: what people approved.
        """
        moment = _Moment(session, known, evidence or NO_EVIDENCE)
        first = self._local(moment, call)
        if call.intent:
            first = max(first, self._declared(moment, call, first), key=_strict)
        if self.world.remote is None or isinstance(first.answer, Deny):
            return first
        remote = await self.world.remote.decide(first.facts)
        if type(remote) not in KINDS:
            raise Unavailable(
                f"The remote decision point answered {type(remote).__name__}, not a decision.",
                code="decision_point_unavailable",
            )
        return first._replace(answer=tightened(first.answer, remote, call.arguments))

    def _declared(self, moment: "_Moment", call: ToolCall, first: Judged) -> Judged:
        try:
            task = narrowed_intent(moment.session, call, max_bytes=self.max_intent_bytes)
        except (Unusable, Refused) as wrong:
            return Judged(first.facts, self._deny(wrong.code, wrong.message))
        return self._local(moment._replace(task=task), call)

    def _local(self, moment: "_Moment", call: ToolCall) -> Judged:
        found = self.convert(call)
        if isinstance(found, ArgError):
            kept = unread(
                self.spec(call), _arguments(call), found.code, limits_of(self.bundle.catalog)
            )
            said = f"{found.path}: {found.message}" if found.path else found.message
            argument = known_path(self.spec(call), found.path)
            refused = replace(self._deny(found.code, said), argument=argument, fault=said)
            return Judged(self.facts(moment, call, self.input(call)), refused, unread=kept)
        seen = self.facts(moment, call, found)
        narrowings = _Narrowings(self, moment, call)
        shadow = decide_shadow(self.bundle, seen, narrowings.apart)
        answer = decide(self.bundle, seen, narrowings)
        return Judged(seen, answer, shadow, cut=tuple(narrowings.made.values()))

    def facts(self, moment: "_Moment", call: ToolCall, found: Input) -> Facts:
        """Return all that is known about the call with these converted arguments."""
        now_ms = self.world.clock.now_ms()
        spec = self.spec(call)
        issuer, session = self.world.issuers.get(spec.issuer), moment.session
        return facts(
            session,
            call,
            spec,
            found,
            now_ms=now_ms,
            clock=ClockFacts.at(now_ms, self.zone),
            credential=issuer.facts(call.server, call.tool) if issuer else NO_CREDENTIAL,
            evidence=moment.evidence,
            ledger_specs=self.ledgers(call),
            intent=moment.task,
            known=moment.known,
            offline=self._offline(session, call, now_ms),
            house=self.zone,
            salt=self.salt,
        )

    def _offline(self, session: Session, call: ToolCall, now_ms: int) -> OfflineFacts:
        contact = self.world.contact
        if contact is None:
            return NO_SITE
        return contact.offline(now_ms, session.who, session.id, call.action)

    def _deny(self, code: str, detail: str) -> Deny:
        basis = Basis(bundle=self.bundle.digest, slice="")
        return Deny(code=code, reasons=(Reason(code=code),), basis=basis, detail=detail)


def _arguments(call: ToolCall) -> Mapping[str, Json]:
    """Return the arguments of a call.

    Raises:
        Refused: `bad_argument`: the bytes are not one JSON object; nothing could be said of them.
    """
    try:
        found = call.read()
    except (ValueError, RecursionError):  # not chained: it quotes what may be secret
        found = None
    if type(found) is not dict:
        raise Refused(
            f"The arguments of {call.action!r} are not one JSON object.",
            code="bad_argument",
            next_step="Send an object that names each argument.",
        )
    return found


def tell(span: Span, judged: Judged) -> None:
    """Note in the trace of a call what was decided about it."""
    span.note("guard.decision", kind(judged.answer))
    span.note("guard.rules", [one.rule for one in judged.answer.reasons if one.rule])
    span.note("guard.credential", judged.facts.credential.kind)
    span.note("guard.credential.binding", int(judged.facts.credential.binding))


def _strict(judged: Judged) -> int:
    return strictness(judged.answer)


class _Moment(NamedTuple):
    """What stays the same while the arguments of one call shrink."""

    session: Session
    known: Known
    evidence: Evidence
    task: TaskIntent | None = None


@dataclass(slots=True)
class _Narrowings:
    """Makes Facts anew for shrunken arguments, always from the call as it came."""

    judging: Judging
    moment: _Moment
    call: ToolCall
    made: dict[tuple[Transform, ...], Facts] = field(default_factory=dict)

    def apart(self) -> "_Narrowings":
        """Return what makes the same, and not for the record."""
        return replace(self, made={})

    def apply(self, facts: Facts, transforms: Sequence[Transform]) -> tuple[Facts, bytes]:
        """Return the facts and the bytes of the narrowed call.

        Raises:
            NarrowUnavailable: a transform does not fit, or what is left is not a valid call.
        """
        if not transforms:
            return facts, self.call.arguments
        after = argument_bytes(apply_transforms(self.call.parsed(), transforms, facts))
        call = self.call.narrowed(after)
        found = self.judging.convert(call)
        if isinstance(found, ArgError):
            raise NarrowUnavailable(f"{found.code}: {found.path}")
        made = self.made[tuple(transforms)] = self.judging.facts(self.moment, call, found)
        return made, after
