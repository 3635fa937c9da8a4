"""`guard policy explain`: why one call gets its answer, rule by rule, argument by argument.

CALL.json is one call: `call`, `args`, what the person said (`prompt`), and what was called before
(`earlier`, each with its `result`); the arguments are weighed as the running guard would. With
`given` it is one case of a decision table instead, and nothing is weighed but what the case says.
`--trace` takes the call out of recorded sessions. The context is printed as the engine reads it:
arguments whose role is secret are digests there.
"""

import argparse
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import Field, ValidationError

from guard.errors import Unusable
from guard.model.call import Json, ToolCall, ToolSpec, argument_bytes
from guard.model.decision import Decision, Deny, kind
from guard.model.facts import Facts, Input
from guard.model.review import Argument
from guard.policy.argued import arguments_of
from guard.policy.compile import Bundle
from guard.policy.explain import Explanation
from guard.policy.explain import explain as explained
from guard.policy.given import PlainPast, TableCall
from guard.policy.tables import Call, Given, given, parse_table
from guard.replay.judge import Judged, Options
from guard.replay.line import reasons_of
from guard.replay.together import Replay
from guard.replay.trace import (
    Part,
    Record,
    TraceClock,
    TraceCredential,
    TraceFacts,
    TraceIntent,
    TraceRisk,
    TraceStep,
    parse_line,
)
from guard_adapters._shown import shown
from guard_adapters._shown.question import arguments as argument_lines
from guard_adapters._yaml import read_text
from guard_adapters.cli import FINE, Misused
from guard_adapters.cli.opened import Opened

SHAPE = 'Write {"call": "server/tool", "args": {}, "prompt": "what the person said"}.'
UNWEIGHED = (
    "`given` says nothing of where the arguments came from, so that no rule about origins fires; "
    "write `prompt` and `earlier` instead of it, and they are weighed"
)


class Before(Part):
    """A call that ran before, and what came back."""

    call: Call
    args: dict[str, Any] = Field(default_factory=dict)
    result: Any = None
    is_error: bool = False


class OneCall(Before):
    """The call to explain, and what is known of its session."""

    prompt: str | None = None
    intent: TraceIntent | None = None
    earlier: list[Before] = Field(default_factory=list)
    principal: str = Field("alice", min_length=1)
    agent: str = Field("agent", min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One call, judged. `facts` None: it never came so far."""

    server: str
    tool: str
    args: dict[str, Any]
    facts: Facts | None
    decision: Decision
    note: str = ""


def explain(args: argparse.Namespace, policy: Opened, lines: Iterable[str] = ()) -> int:
    """Print the decision on one call and how it came about; `lines` are those of --trace."""
    bundle = policy.bundle()
    if args.trace:
        looked = _recorded(args, bundle, policy, lines)
    else:
        raw = _read(args)
        table = isinstance(raw, dict) and not raw.keys().isdisjoint({"given", "expect", "steps"})
        looked = _case(raw, bundle, args) if table else _weighed(raw, bundle, policy, args)
    _print(looked, bundle, as_json=args.json)
    return FINE


def _read(args: argparse.Namespace) -> Json:
    if args.call is None:
        raise Misused("There is no call to explain.", code="call_unusable", next_step=SHAPE)
    try:
        raw: Json = json.loads(read_text(args.call))
    except (ValueError, RecursionError) as error:
        raise _unusable(f"This is not JSON: {error}.", str(args.call)) from None
    return raw


def _unusable(what: str, where: str) -> Unusable:
    return Unusable(what, code="call_unusable", where=where, next_step=SHAPE)


def _case(raw: Json, bundle: Bundle, args: argparse.Namespace) -> Looked:
    """Return the call of one case of a decision table."""
    case = {"name": "call", "expect": "allow", **raw} if isinstance(raw, dict) else raw
    table = parse_table({"cases": [case]}, where=str(args.call))
    only = table.cases[0]
    step = only.steps[-1]
    holds = given(table, only, step)
    decision = TableCall(bundle, holds, step, PlainPast(bundle.catalog)).run()
    asked = TableCall(bundle, holds, step, PlainPast(bundle.catalog))
    found = asked.input()
    return Looked(
        server=asked.server,
        tool=asked.tool,
        args=step.args,
        facts=asked.facts(found) if isinstance(found, Input) else None,
        decision=decision,
        note="" if holds.prov.model_fields_set or not step.args else UNWEIGHED,
    )


def _weighed(raw: Json, bundle: Bundle, policy: Opened, args: argparse.Namespace) -> Looked:
    """Return one call, weighed by what the person said and by what was called before."""
    try:
        told = OneCall.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        path = ".".join(map(str, first["loc"])) or "(the call)"
        raise _unusable(f"{path}: {first['msg']}.", str(args.call)) from None
    usual = Given()  # of device, credential and clock: as in a table that says nothing of them
    record = Record(
        session="call",
        principal=told.principal,
        agent=told.agent,
        prompt=told.prompt,
        intent=told.intent or TraceIntent(purpose=told.prompt or ""),
        steps=[_step(one) for one in (*told.earlier, told)],
        facts=TraceFacts(
            risk=TraceRisk(device_compliant=usual.risk.device_compliant),
            clock=TraceClock(**usual.clock.model_dump()),
            credential=TraceCredential(**usual.credential.model_dump()),
        ),
    )
    options = Options(history="recorded", zone=policy.zone)
    return _looked(record, Replay(bundle, options, [record]).judged(record), -1)


def _step(one: Before) -> TraceStep:
    server, _, tool = one.call.partition("/")
    return TraceStep(
        server=server, tool=tool, args=one.args, result=one.result, is_error=one.is_error
    )


def _recorded(
    args: argparse.Namespace, bundle: Bundle, policy: Opened, lines: Iterable[str]
) -> Looked:
    """Return one step of a recorded session, as `guard policy replay` judges it."""
    records = [parse_line(one, number=n) for n, one in enumerate(lines, start=1) if one.strip()]
    named = [one for one in records if args.session in {None, one.session}]
    if len(named) != 1:
        raise Unusable(
            f"{len(named)} of {len(records)} sessions of this trace could be meant.",
            code="call_unusable",
            where=str(args.trace),
            next_step="Name one with --session.",
        )
    record = named[0]
    options = Options(history=args.history, approve=args.approve, zone=policy.zone)
    judged = Replay(bundle, options, records).judged(record)
    if not -len(judged) <= args.step < len(judged):
        raise Unusable(
            f"Session {record.session!r} has {len(judged)} steps, counted from 0; "
            f"none is step {args.step}.",
            code="call_unusable",
            where=str(args.trace),
            next_step="Name one of them with --step.",
        )
    return _looked(record, judged, args.step)


def _looked(record: Record, judged: list[Judged], number: int) -> Looked:
    step, one = record.steps[number], judged[number]
    denied = one.decision if isinstance(one.decision, Deny) else None
    unread = denied is not None and bool(denied.detail) and denied.code != "policy_error"
    return Looked(
        server=step.server,
        tool=step.tool,
        args=step.args,
        facts=None if unread else one.facts,
        decision=one.decision,
    )


def _print(looked: Looked, bundle: Bundle, *, as_json: bool) -> None:
    facts, decision = looked.facts, looked.decision
    if facts is None:
        codes, _ = reasons_of(decision)
        detail = decision.detail if isinstance(decision, Deny) else ""
        short = {"kind": kind(decision), "reasons": codes, "detail": detail}
        print(json.dumps(short) if as_json else f"{kind(decision)} {codes[0]}: {shown(detail)}")
        return
    told, rows = explained(bundle, facts, decision), _rows(looked, bundle, facts)
    if as_json:
        whole = {**asdict(told), "arguments": [asdict(one) for one in rows]}
        print(json.dumps(whole, ensure_ascii=False, default=str))
        return
    _print_rules(told)
    print("arguments, each with where it came from:" if rows else "arguments: (none)")
    for line in argument_lines(rows):
        print(line)
    if looked.note:
        print(f"note: {looked.note}")
    if facts.input.derived.opaque:
        print(f"policy cannot see: {', '.join(sorted(facts.input.derived.opaque))}")
    print(f"context: {told.context}")


def _rows(looked: Looked, bundle: Bundle, facts: Facts) -> tuple[Argument, ...]:
    spec = bundle.catalog.spec(looked.server, looked.tool)
    call = ToolCall(
        id="call",
        session="call",
        server=looked.server,
        tool=looked.tool,
        arguments=argument_bytes(looked.args),
    )
    unknown = ToolSpec(server=looked.server, tool=looked.tool, effect=frozenset())
    return arguments_of(call, spec or unknown, facts.prov)


def _print_rules(told: Explanation) -> None:
    print(f"{told.action}: {told.kind} [{', '.join(one.code for one in told.reasons)}]")
    for rule in told.rules:
        state = "fired" if rule.fired else "not fired"
        shadow = " (shadow)" if rule.shadow else ""
        print(f"  {rule.id} {rule.kind}{shadow} {state}: {rule.clause}  {rule.where}")
    for line in told.change or ("nothing",):
        print(f"what would change it: {line}")
