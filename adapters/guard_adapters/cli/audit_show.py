"""`guard audit show`: the last calls, each from its first decision to its outcome, for a reviewer.

As JSON it is one event a line, with what was known when each decision was made.
"""

import argparse
import json
from collections.abc import Sequence

from guard.errors import Refused
from guard_adapters.cli import FINE
from guard_adapters.cli.audit_events import Shown, events, facts_of
from guard_adapters.cli.audit_told import told
from guard_adapters.cli.listing import none
from guard_adapters.store.log import LogRows

Story = list[Shown]
"""The events of one call in their order, or one event that is of no call."""


def show(args: argparse.Namespace, rows: LogRows) -> int:
    """Print what was asked for, and return 0, for an empty log as well.

    Raises:
        Refused: `event_unknown`: the log holds nothing of this call or session.
    """
    wanted = [
        event
        for event in events(rows)
        if args.call in {None, event.leaf.get("call")}
        and args.session in {None, event.leaf.get("session")}
    ]
    if not wanted and (args.call is not None or args.session is not None):
        raise _unknown(args)
    if args.json:
        for event in wanted[-args.n :]:
            print(_json(event))
        return FINE
    if not wanted:
        print(none("event"))
    for number, story in enumerate(last(wanted, args.n)):
        print(*([""] if number else []), *told(story), sep="\n")
    return FINE


def last(wanted: Sequence[Shown], most: int) -> list[Story]:
    """Return the stories to which something was added last, in the order in which they began."""
    stories: dict[object, Story] = {}
    for event in wanted:
        of = (event.leaf.get("session"), call) if (call := event.leaf.get("call")) else event.seq
        stories.setdefault(of, []).append(event)
    newest = sorted(stories.values(), key=lambda story: story[-1].seq)[-most:]
    return sorted(newest, key=lambda story: story[0].seq)


def _unknown(args: argparse.Namespace) -> Refused:
    of = f"call {args.call!r}" if args.call is not None else f"session {args.session!r}"
    return Refused(
        f"The log holds no event of {of}.",
        code="event_unknown",
        next_step="See what it holds: guard audit show.",
    )


def _json(event: Shown) -> str:
    whole = {"seq": event.seq, "event": event.leaf}
    facts = facts_of(event)
    beside = {"facts": facts} if facts else {}
    kept = ("reason", "said", "words", "intent")
    beside |= {name: event.beside[name] for name in kept if name in event.beside}
    return json.dumps(whole | beside, separators=(",", ":"))
