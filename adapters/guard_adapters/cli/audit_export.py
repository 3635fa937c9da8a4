"""`guard audit export`: the log as JSON lines, or its decisions as input of `guard policy replay`.

A log keeps salted digests of arguments in the tree and converted arguments beside it, with secrets
blinded: a trace made from it holds those, in the types of the catalogue's schemas. Results of tools
are not kept, so each step holds the facts that it was judged on: a replay under the same rules
comes to the same decisions. Whoever asks what another course would have brought takes `facts` out;
then words, task and labels are what is left to judge by.

A trace begins with the first prompt and the first task, from before the first call. Whatever was
said, declared or ended since stands in `said`, with the step before which it was. What is not what
its leaf names is refused.
"""

import argparse
import json
import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from guard.audit.blanked import blanked, purpose_without_secrets, without_secrets
from guard.audit.event import facts_hold
from guard.audit.redact import redacted
from guard.audit.said import KINDS, holds
from guard.errors import Unusable
from guard.policy.catalog import Catalog
from guard.policy.sent import sent_args
from guard.replay.trace import TraceIntent, TraceProv
from guard_adapters.cli import FINE
from guard_adapters.cli.audit_events import Shown, events, facts_of, salt_of
from guard_adapters.cli.opened import opened
from guard_adapters.store.log import LogRows


def export(args: argparse.Namespace, rows: LogRows) -> int:
    """Write the log.

    Raises:
        Unusable: `export_exists`: an export is never overwritten; `export_unwritable`; traces are
            wanted, and the catalogue cannot be read; `facts_unreadable`: what stands beside an
            event is not what its leaf names.
    """
    lines = traces(rows, opened(args.config).catalog) if args.traces else log_lines(rows)
    if args.out is None:
        _write(sys.stdout, lines)
        return FINE
    with _new(args.out) as file:
        _write(file, lines)
    return FINE


def log_lines(rows: LogRows) -> Iterator[Mapping[str, Any]]:
    """Yield leaves in order, as text, then the checkpoints; nothing from beside the tree."""
    for seq, leaf in rows.leaves:
        yield {"seq": seq, "leaf": leaf.decode("utf-8", "replace")}
    for note in rows.notes:
        yield {"note": note}


def traces(rows: LogRows, catalog: Catalog) -> Iterator[Mapping[str, Any]]:
    """Yield one recorded session a line, as far as the log kept it."""
    sessions: dict[str, list[Shown]] = {}
    for event in events(rows):
        if event.seq in rows.sides and not _stands(event):
            raise _unreadable(event)
        if event.leaf.get("session"):
            sessions.setdefault(str(event.leaf["session"]), []).append(event)
    for name, some in sessions.items():
        trace = _trace(name, some, catalog)
        if trace is not None:
            yield trace


def _trace(name: str, some: list[Shown], catalog: Catalog) -> Mapping[str, Any] | None:
    calls: dict[str, Shown] = {}
    for event in some:
        if event.leaf.get("kind") == "decision" and facts_of(event):
            # The first decision on a call: a second one follows an approval.
            calls.setdefault(str(event.leaf["call"]), event)
    if not calls:
        return None
    first = next(iter(calls.values()))
    facts, start_ms = facts_of(first), int(first.leaf["at_ms"])
    before = [event for event in some if event.seq < first.seq]
    return {
        "session": name,
        "principal": f"{facts['who']['issuer']}|{facts['who']['subject']}",
        "agent": facts["who"]["agent"],
        "intent": _intent(before, facts),
        **_words(before),
        **_since_then(some, [event.seq for event in calls.values()], start_ms),
        "start": datetime.fromtimestamp(start_ms / 1000, UTC).isoformat(),
        "steps": [_step(event, some, start_ms, catalog) for event in calls.values()],
        **_approved(list(calls), some),
    }


def _stands(event: Shown) -> bool:
    decided = event.leaf.get("kind") == "decision"
    return facts_hold(event.leaf, event.beside) if decided else holds(event.leaf, event.beside)


def _words(before: Iterable[Shown]) -> Mapping[str, Any]:
    """Return what the person said before the first call."""
    words = [text for event in before for text in _told(event)]
    return {"prompt": "\n".join(words)} if words else {}


def _told(event: Shown) -> list[str]:
    words = event.beside.get("words") if event.leaf["kind"] in KINDS else None
    return [without_secrets(text) for text in words or ()]


def _since_then(
    some: Sequence[Shown], calls: Sequence[int], start_ms: int
) -> Mapping[str, list[Mapping[str, Any]]]:
    """Return what was said beside the first prompt and the first task, in its order.

    Args:
        some: the events of one session.
        calls: where in the log each call was first judged.
        start_ms: when the first one was.
    """
    said: list[Mapping[str, Any]] = []
    first = _first_task(event for event in some if event.seq < calls[0])
    for event in some:
        words = _told(event) if event.seq > calls[0] else []
        task = _task(event) if event is not first else None
        over = event.leaf["kind"] == "task_ended"
        if words or task or over:
            step = bisect_left(calls, event.seq)
            said.append(
                {
                    "step": step,
                    "x_at": _since(event, start_ms),
                    **({"words": words} if words else {}),
                    **({"intent": task} if task else {}),
                    **({"over": True} if over else {}),
                }
            )
    return {"said": said} if said else {}


def _first_task(some: Iterable[Shown]) -> Shown | None:
    return next((one for one in some if _task(one)), None)


def _task(event: Shown) -> dict[str, Any] | None:
    """Return the task that an event declares, as a trace holds one; None: it declares none."""
    if event.leaf["kind"] not in KINDS or "intent" not in event.beside:
        return None
    task = _read(event, event.beside["intent"])
    # Again: an earlier version kept a task as it was declared.
    return {
        name: blanked(task[name], random=name != "tools")
        for name in TraceIntent.model_fields
        if name in task
    }


def _since(event: Shown, start_ms: int) -> float:
    return max(0, int(event.leaf["at_ms"]) - start_ms) / 1000


def _intent(before: Iterable[Shown], facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the first task before the first call; without one, what that call knew of it."""
    said, declared = facts["intent"], _first_task(before)
    if declared is not None:
        return _task(declared) or {}
    return {
        "purpose": purpose_without_secrets(said["purpose"]),
        "egress": said["egress"],
        "budget_minor": said["budget_minor"],
        # An agent's own purpose must not come back as the words of its person.
        "declared_by": "user" if said["declared"] else "agent",
    }


def _step(
    event: Shown, some: Iterable[Shown], start_ms: int, catalog: Catalog
) -> Mapping[str, Any]:
    facts, call = facts_of(event), event.leaf["call"]
    ends = [e.leaf for e in some if e.leaf.get("kind") == "outcome" and e.leaf.get("call") == call]
    ended = ends[-1] if ends else {}
    return {
        "server": facts["call"]["server"],
        "tool": facts["call"]["tool"],
        **_arguments(event, facts, catalog),
        "facts": _untied(facts),
        **({"cut": [_untied(one) for one in _cut(event)]} if "cut" in event.beside else {}),
        "is_error": ended.get("outcome") in {"error", "unknown"},
        "at": _since(event, start_ms),
        "prov": {name: facts["prov"][name] for name in TraceProv.model_fields},
        "labels": list(ended.get("labels", [])),
        "x_call": call,
        "x_outcome": ended.get("outcome", ""),
    }


def _arguments(event: Shown, facts: Mapping[str, Any], catalog: Catalog) -> Mapping[str, Any]:
    """Return the arguments in the types of the tool's schema; as they are where nobody lists it.

    Of a call that was refused before any rule was read: what the log kept of them, and the code
    where that is nothing.
    """
    leaf = event.leaf
    if leaf["decision"] == "deny" and not leaf["slice"] and leaf.get("code") != "unknown_tool":
        kept = event.beside.get("unread")
        return {"args": _read(event, kept)} if kept else {"args": {}, "refused": leaf["code"]}
    spec = catalog.spec(facts["call"]["server"], facts["call"]["tool"])
    if spec is None:
        return {"args": dict(facts["input"])}
    opaque = frozenset(facts["derived"].get("opaque", ()))
    sent = sent_args(spec, _plain(event)["input"], opaque)
    return {"args": redacted(sent, spec.args, salt_of(event))}


def _plain(event: Shown) -> dict[str, Any]:
    return _read(event, event.beside["facts"])


def _cut(event: Shown) -> Iterator[dict[str, Any]]:
    """Yield what was left of a call after each narrowing, secrets left out."""
    for text in event.beside["cut"]:
        left = _read(event, text)
        yield left | {"input": redacted(left["input"], {}, salt_of(event))}


def _untied(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return facts without plain digests of what can be guessed and secrets of the purpose."""
    said = facts["intent"]
    purpose = purpose_without_secrets(said["purpose"])
    told = said if purpose == said["purpose"] else {**said, "purpose": purpose, "sha256": ""}
    return {**facts, "call": {**facts["call"], "bytes_sha256": ""}, "intent": told}


def _read(event: Shown, text: str) -> dict[str, Any]:
    """Return an object as it was written beside an event.

    Raises:
        Unusable: `facts_unreadable`.
    """
    try:
        found = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise _unreadable(event)
    return found


def _unreadable(event: Shown) -> Unusable:
    return Unusable(
        f"What stands beside event {event.seq} is not what the event names.",
        code="facts_unreadable",
        next_step="See what else was changed with `guard audit verify`, and restore a copy.",
    )


def _approved(calls: list[str], some: Iterable[Shown]) -> Mapping[str, Any]:
    """Return the yeses that were used, by the step that used them."""
    rules: dict[str, list[str]] = {}
    used = []
    for event in some:
        leaf = event.leaf
        if leaf.get("kind") == "approval_opened":
            rules[str(leaf["approval"])] = [str(rule) for rule in leaf.get("rules", [])]
        if leaf.get("kind") == "consume" and leaf.get("call") in calls:
            step = {"step": calls.index(str(leaf["call"])), "by": "|".join(leaf.get("by") or ["?"])}
            used.append(step | {"rules": rules.get(str(leaf.get("approval")), [])})
    return {"approvals": used} if used else {}


def _write(file: TextIO, lines: Iterable[Mapping[str, Any]]) -> None:
    file.writelines(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)


def _new(path: Path) -> TextIO:
    try:
        return path.open("x", encoding="utf-8")
    except FileExistsError:
        raise Unusable(
            f"{str(path)!r} is already there.",
            code="export_exists",
            next_step="Name a new file: an export may be the only witness of an older log.",
        ) from None
    except OSError as error:
        raise Unusable(
            f"{str(path)!r} cannot be written: {error.strerror}.",
            code="export_unwritable",
            next_step="Name a file in a folder that you may write to.",
        ) from None
