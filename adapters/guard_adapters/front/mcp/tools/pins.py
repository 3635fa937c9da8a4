"""Which definition each tool of an upstream publishes now, compared with the accepted ones.

A server that was looked at yesterday may describe its tools otherwise today: the description is
what the model obeys. Rule 1: one changed character is a changed tool. Rule 2: what was seen for
one caller says nothing about another. This file accepts nothing and sends nothing.
"""

import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from guard.model.call import Definition, ToolSpec

LABEL: Final = b"guard/tool/v1\x00"
LIST_CHANGED: Final = "notifications/tools/list_changed"
MAX_AGE_MS: Final = 300_000
_PINNED: Final = (
    "name",
    "title",
    "description",
    "inputSchema",
    "outputSchema",
    "annotations",
    "execution",
    "_meta",
)
_CALLERS: Final = 1_000


def tool_digest(definition: Mapping[str, Any], volatile: frozenset[str] = frozenset()) -> str:
    """Return the pin of a definition: `sha256:` and hex.

    `volatile` are keys of `_meta` that the operator knows to change from list to list.
    """
    kept = {key: definition[key] for key in _PINNED if key in definition}
    if isinstance(meta := kept.get("_meta"), Mapping):
        kept["_meta"] = {key: value for key, value in meta.items() if key not in volatile}
    # Escaped, because an upstream may publish text that UTF-8 cannot carry.
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return "sha256:" + sha256(LABEL + text.encode("ascii")).hexdigest()


@dataclass(slots=True, kw_only=True)
class _Seen:
    tools: dict[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    until_ms: int = 0  # a whole list was read, and counts until then


class PinBook:
    """What was published, by upstream and caller. Kept in memory; asked anew after a restart."""

    def __init__(self, volatile: frozenset[str] = frozenset()) -> None:
        self._volatile = volatile
        self._seen: OrderedDict[tuple[str, str], _Seen] = OrderedDict()

    def learn(self, server: str, who: str, tools: Iterable[Mapping[str, Any]]) -> None:
        """Take in one page of a list that passes."""
        seen = self._of(server, who)
        for tool in tools:
            if isinstance(name := tool.get("name"), str):
                seen.tools[name] = (tool_digest(tool, self._volatile), tool)

    def listed(self, server: str, who: str, tools: Iterable[Mapping[str, Any]], until: int) -> None:
        """Take in a whole list; what is not in it is published no more."""
        self._seen[server, who] = _Seen(until_ms=until)
        self.learn(server, who, tools)

    def forget(self, server: str) -> None:
        """The server says that its list changed: ask again before the next call."""
        for key in [key for key in self._seen if key[0] == server]:
            self._seen[key].until_ms = 0

    def fresh(self, server: str, who: str, now_ms: int) -> bool:
        """Return whether a whole list was read lately enough to judge by."""
        seen = self._seen.get((server, who))
        return seen is not None and now_ms < seen.until_ms

    def state(self, server: str, who: str, tool: str, spec: ToolSpec | None) -> Definition:
        """Return how the published definition compares with the accepted ones.

        A tool with accepted definitions that is not published (any more) is changed.
        """
        if spec is None or not spec.pins:
            return "unpinned"
        seen = self._seen.get((server, who))
        found = seen.tools.get(tool) if seen else None
        return "pinned" if found and found[0] in spec.pins else "changed"

    def definition(self, server: str, who: str, tool: str) -> Mapping[str, Any] | None:
        """Return what the upstream published for this caller, or None."""
        seen = self._seen.get((server, who))
        found = seen.tools.get(tool) if seen else None
        return found[1] if found else None

    def _of(self, server: str, who: str) -> _Seen:
        seen = self._seen.setdefault((server, who), _Seen())
        self._seen.move_to_end((server, who))
        while len(self._seen) > _CALLERS:
            self._seen.popitem(last=False)
        return seen
