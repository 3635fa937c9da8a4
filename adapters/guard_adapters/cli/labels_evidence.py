"""What a log tells about the fields from which arguments came when people were asked.

Counts, and proposes nothing. A log was written about agents that may have been hijacked: a field is
taken for free text as soon as one value out of it was part of a longer one, or of no known kind.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from guard.model.origin import Source
from guard.provenance.typed.canonical import classify
from guard_adapters.cli.audit_events import Shown

WHOLE_KINDS = frozenset({"email", "iban", "number", "amount", "phone"})
PROSE = frozenset(
    {"text", "body", "content", "message", "description", "note", "notes", "comment", "comments"}
    | {"memo", "title", "subject", "summary", "name", "snippet", "html", "markdown", "details"}
)
_ID = re.compile(r"(?=.*\d)[A-Za-z0-9_-]{1,64}")
_SHOWN = 80
"""An excerpt of this length may have been cut, so that nobody knows whether it was whole."""


@dataclass(slots=True, kw_only=True)
class Evidence:
    """What is known of one field: ids of the approvals, and whether it held anything but values."""

    approved: set[str] = field(default_factory=set)
    denied: set[str] = field(default_factory=set)
    open: set[str] = field(default_factory=set)
    prose: bool = False


def evidence(events: Iterable[Shown]) -> dict[tuple[str, str], Evidence]:
    """Return the evidence by (action, field), from the events of a log in their order."""
    every = list(events)
    questions = _questions(every)
    found: dict[tuple[str, str], Evidence] = {}
    for event in every:
        if event.leaf.get("kind") != "decision":
            continue
        asked = event.leaf.get("decision") == "step_up"
        call = str(event.leaf.get("call"))
        for origin in _origins(event):
            one = found.setdefault((origin["action"], origin["field"]), Evidence())
            one.prose = one.prose or not _whole(origin)
            if asked and call in questions:
                approval, said = questions[call]
                {"yes": one.approved, "no": one.denied}.get(said, one.open).add(approval)
    return found


def _questions(events: Iterable[Shown]) -> dict[str, tuple[str, str]]:
    """Return call -> (approval, yes, no or nothing): used is yes, and one no is a no."""
    opened: dict[str, str] = {}
    said: dict[str, str] = {}
    for event in events:
        leaf, call = event.leaf, str(event.leaf.get("call"))
        match leaf.get("kind"):
            case "approval_opened":
                opened[call] = str(leaf.get("approval"))
            case "consume":
                said.setdefault(call, "yes")
            case "vote" if leaf.get("decision") == "deny":
                said[call] = "no"
            case "outcome" if leaf.get("code") == "approval_denied":
                said[call] = "no"
            case _:
                pass
    return {call: (approval, said.get(call, "")) for call, approval in opened.items()}


def _origins(event: Shown) -> Iterator[Mapping[str, Any]]:
    """Yield the origins that lie in a field which a label could change."""
    try:
        origins = json.loads(event.beside.get("facts", "{}"))["prov"]["origins"]
        for one in origins:
            low = one["source"] in {Source.UNTRUSTED, Source.TRUSTED}
            if low and one["field"] and one["action"]:
                yield one
    except (KeyError, TypeError, ValueError, RecursionError):
        return  # erased, or of another version: no evidence


def _whole(origin: Mapping[str, Any]) -> bool:
    """Return whether the field held this one value and nothing else."""
    text, last = str(origin["excerpt"]), str(origin["field"]).rpartition(".")[2].casefold()
    if last in PROSE or not text or len(text) >= _SHOWN or text != text.strip():
        return False
    if origin["role"] in {"id", "path", "source"} and _ID.fullmatch(text):
        return True
    return any(kind in WHOLE_KINDS for kind, _ in classify(text))
