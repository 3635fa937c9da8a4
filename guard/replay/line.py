"""Decisions as lines: the order of keys is part of the format, and so are the separators."""

import json
from collections.abc import Iterable, Iterator

from guard.errors import Unusable
from guard.model.call import Json
from guard.model.decision import (
    Allow,
    Applied,
    Decision,
    Deny,
    Narrow,
    Requirement,
    StepUp,
    Terms,
    kind,
)
from guard.policy.compile import Bundle
from guard.replay.judge import Judged, Options
from guard.replay.together import Replay
from guard.replay.trace import Record, parse_line


def replay_lines(
    bundle: Bundle, lines: Iterable[str], options: Options, *, keep_going: bool = False
) -> Iterator[dict[str, Json]]:
    """Yield the decisions on all lines, in their order; lines without text are passed over.

    With `keep_going` a bad line gives one deny `bad_trace` of no session and no step.

    Raises:
        Unusable: bad_trace, with the number of the line.
    """
    found = list(_records(lines))
    replay = Replay(bundle, options, [one for _, one in found if isinstance(one, Record)])
    for number, record in found:
        try:
            if isinstance(record, Unusable):
                raise record
            decided = [_out(record.session, one) for one in replay.judged(record)]
        except Unusable as unusable:
            if not keep_going:
                unusable.where = f"line {number}"
                raise
            decided = [BAD_TRACE]
        yield from decided


def _records(lines: Iterable[str]) -> Iterator[tuple[int, Record | Unusable]]:
    """Yield what stands on each line, with its number; a name counts once."""
    names: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = parse_line(line, number=number)
        except Unusable as unusable:
            yield number, unusable
            continue
        yield number, _again(record.session, number) if record.session in names else record
        names.add(record.session)


def written(decision: dict[str, Json]) -> str:
    """Return one line of output, without its end."""
    return json.dumps(decision, separators=(",", ":"), ensure_ascii=False)


BAD_TRACE: dict[str, Json] = {
    "session": None,
    "step": None,
    "decision": "deny",
    "reasons": ["bad_trace"],
    "rules": [],
    "obligations": [],
    "micros": None,
}


def _again(session: str, number: int) -> Unusable:
    return Unusable(
        f"Line {number}: session {session!r} has been on an earlier line.",
        code="bad_trace",
        where=f"line {number}",
        next_step="Give every session its own name, or pass --keep-going.",
    )


def _out(session: str, judged: Judged) -> dict[str, Json]:
    codes, rules = reasons_of(judged.decision)
    return {
        "session": session,
        "step": judged.step,
        "decision": kind(judged.decision),
        "reasons": [*codes],
        "rules": [*rules],
        "obligations": obligations(judged.decision),
        "micros": judged.micros,
    }


def reasons_of(decision: Decision) -> tuple[list[str], list[str]]:
    """Return reason codes and rule ids: codes of the guard itself first, then rules in order."""
    own = [one.code for one in decision.reasons if not one.rule]
    if isinstance(decision, Deny) and decision.code not in {one.code for one in decision.reasons}:
        own.insert(0, decision.code)
    ruled = [one for one in decision.reasons if one.rule]
    codes = dict.fromkeys([*own, *(one.code for one in ruled)])
    return list(codes), list(dict.fromkeys(one.rule for one in ruled))


def obligations(decision: Decision) -> list[Json]:
    """Return what the host must do for the decision to hold, as tagged objects."""
    match decision:
        case Allow(terms=terms):
            return _terms(terms)
        case Narrow(applied=applied, terms=terms):
            return [*map(_applied, applied), *_terms(terms)]
        case StepUp(applied=applied, requirements=requirements):
            return [*map(_applied, applied), *map(_required, requirements)]
        case Deny(retry_after_s=seconds):
            return [{"type": "retry_after", "seconds": seconds}] if seconds else []


def _terms(terms: Terms) -> list[Json]:
    if terms == Terms():
        return []
    return [
        {
            "type": "credential",
            "scopes": None if terms.scopes is None else [*sorted(terms.scopes)],
            "max_ttl_s": terms.max_ttl_s,
            "binding_min": terms.binding_min,
        }
    ]


def _applied(one: Applied) -> Json:
    return {"type": "narrow", "rule": one.rule, "name": one.name, "changes": [*one.changes]}


def _required(one: Requirement) -> Json:
    return {
        "type": "approval",
        "rule": one.rule,
        "reason": one.reason,
        "kind": one.kind,
        "groups": [*sorted(one.groups)],
        "quorum": one.quorum,
        "uv": one.uv,
        "device_bound": one.device_bound,
        "ttl_s": one.ttl_s,
        "grant_ttl_s": one.grant_ttl_s,
        "match": [*one.match],
    }
