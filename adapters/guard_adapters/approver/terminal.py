"""Asks in this terminal. Unsafe for anything but one's own machine.

A terminal is no proof of a person: a program can open one and type. So no is the default, Enter
alone never approves, and the vote is recorded with the method `terminal`. Whatever agents and
tools wrote is shown whole, with everything that could hide or reorder text escaped.
"""

import asyncio
import json
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from guard.clock import Clock
from guard.errors import GuardError
from guard.grant.approval import Approval
from guard.grant.votes import Vote, Voter
from guard.ports import Approvals

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that show nothing, or move what stands beside them."""

INVISIBLE = frozenset(
    [
        *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0),
        *range(0x180B, 0x1810),
        *range(0xFE00, 0xFE10),
        *range(0xE0100, 0xE01F0),
    ]
)
"""Code points outside those categories that draw nothing either."""


def visible(text: str) -> str:
    """Return the text with every character that hides or reorders written as <U+202E>."""
    return "".join(
        f"<U+{ord(one):04X}>"
        if unicodedata.category(one) in HIDDEN or ord(one) in INVISIBLE
        else one
        for one in text
    )


def question(view: Mapping[str, Any], approval: Approval) -> str:
    """Return everything a person reads before they answer: nothing is cut."""
    origin = {path: name for name, paths in view["origin"].items() for path in paths}
    lines = [
        f"  {visible(str(view['effect']))}",
        f"  tool: {visible(str(view['action']))}   agent: {visible(str(view['agent']))}",
        f"  task: {visible(str(view['intent'] or '(none declared)'))}",
        *(f"  because: {one['reason']} ({one['rule']})" for one in view["why"]),
        "  arguments:",
    ]
    for name, value in view["arguments"].items():
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        lines.append(f"    {visible(name)} = {visible(shown)}   [{origin.get(name, 'unknown')}]")
    if view["labels"]:
        lines.append(f"  the session has touched: {', '.join(view['labels'])}")
    if view["irreversible"]:
        lines.append("  This cannot be undone.")
    lines.append(f"  A yes is for this call alone, once, within {approval.grant_ttl_s} s.")
    return "\n".join(lines)


class TerminalApprover:
    """Asks one question at a time and votes.

    Args:
        approvals: where the vote goes.
        clock: when it is cast.
        ask: prints a prompt and returns one line.
        tell: prints text.
    """

    def __init__(
        self,
        approvals: Approvals,
        clock: Clock,
        *,
        ask: Callable[[str], str] = input,
        tell: Callable[[str], None] = print,
    ) -> None:
        self._approvals = approvals
        self._clock = clock
        self._ask = ask
        self._tell = tell
        self._turn = asyncio.Lock()
        self._asking: set[asyncio.Task[None]] = set()

    async def announce(self, approval: Approval) -> None:
        """Ask in the background: announcing never waits for an answer."""
        task = asyncio.create_task(self._answered(approval))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _answered(self, approval: Approval) -> None:
        async with self._turn:
            self._tell(f"\nA tool call needs you:\n{question(_view(approval), approval)}")
            # A thread of its own: waiting for a person must not stop the guard.
            line = await asyncio.to_thread(self._ask, "Type yes to approve, anything else denies: ")
        vote = Vote(
            approval_id=approval.id,
            voter=Voter(principal=approval.requester, uv=True),
            decision="approve" if line.strip().casefold() == "yes" else "deny",
            method="terminal",
            at_ms=self._clock.now_ms(),
        )
        try:
            await self._approvals.vote(vote, [])
        except GuardError as ended:
            self._tell(f"Too late: {ended.message}")


def _view(approval: Approval) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(approval.view_json)
    return found
