"""What one result showed, as a line that is only ever appended: typed values, never the body.

A session's index is the fold of its segments, so a process that lags, restarts or joins reads the
missing ones. Their digests are chained: a segment that is altered, missing or added is found.
Values that the catalogue calls secret are not in here.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from json.encoder import encode_basestring_ascii as quoted
from operator import itemgetter
from typing import Any, NamedTuple

from guard.errors import Unavailable
from guard.model.call import Held, Json, ToolCall, ToolSpec
from guard.model.origin import TRUSTED, Source
from guard.provenance.schema.readings import readings
from guard.provenance.schema.shown import own_at
from guard.provenance.typed.canonical import classify, name_of
from guard.provenance.vocabulary.lexicon import capability

_REST: tuple[Any, ...] = (1, (), "", ())
"""What a row leaves out at its end where it says nothing: size, words, task, sought."""
_COMPACT = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True).encode

_EXACT = frozenset({"number", "amount", "email", "iban", "phone"})
"""Kinds of which one canonical spelling says everything."""
_PAYEES = frozenset({"iban", "email", "phone"})
_PROSE = frozenset({"title", "body"})

Kinds = tuple[tuple[str, str], ...]
"""Everything that a value can be: (kind, canonical)."""
Classified = tuple[str, Json, Kinds, "_Own"]
"""One value of a call: its path, what stands there, what that can be, and what it is for."""

Deed = tuple[str, tuple[str, ...]]
"""The action of a write, and how the catalogue says that it is asked for."""

Endorsed = tuple[str, str, str]
"""Role, kind and canonical spelling of a destination that a person approved."""


class UnderWay(NamedTuple):
    """A write that was admitted and has not ended: what it does, its digest, whom it may serve."""

    deed: Deed
    write: str
    size: int = 1


class Seen(NamedTuple):
    """One typed value of a result.

    Args:
        kind: what it is, as `canonical.classify` or `canonical.tokens` names it.
        canonical: the one spelling that is compared.
        path: where it stood, `*` for the elements of a list.
        source: UNTRUSTED, TRUSTED or CREATED.
        record: the object it stood in, counted from 1 in this result; 0 = in none.
        whole: whether it was the whole field, rather than a token inside a longer text.
        excerpt: up to 80 characters around it, for people; untrusted text.
    """

    kind: str
    canonical: str
    path: str
    source: Source
    record: int = 0
    whole: bool = True
    excerpt: str = ""

    @property
    def trusted(self) -> bool:
        """Return whether it is the whole of a field that strangers do not write."""
        return self.whole and self.source is TRUSTED


@dataclass(frozen=True, kw_only=True)
class Segment:
    """What one call left behind for those that follow.

    Args:
        step: the step of the session whose result it is.
        action: its tool.
        seen: the typed values of its result, in the order of the result.
        wrote: short digests of the values that the agent wrote without being told to.
        write: digest of a write's arguments; empty for a read.
        listed: whether the call asked for all there is, naming nothing.
        endorsed: destinations that a person approved with this call.
        truncated: whether the result was too long to be read whole.
        words: how the catalogue says that the tool of a write is asked for.
        size: how many of the receivers that the person named one write served.
        task: for which declared task a write was made; empty: for none.
        sought: the texts by which a call asked for a part of a list; empty: nobody knows.
    """

    step: int
    action: str
    seen: tuple[Seen, ...] = ()
    wrote: tuple[str, ...] = ()
    write: str = ""
    truncated: bool = False
    listed: bool = False
    endorsed: tuple[Endorsed, ...] = ()
    words: tuple[str, ...] = ()
    size: int = 1
    task: str = ""
    sought: tuple[str, ...] = ()

    @cached_property
    def body(self) -> bytes:
        """Return the segment as it is stored (JSON)."""
        head: list[object] = [self.step, self.action, self.write, self.truncated, self.listed]
        if self.words or self.size != 1 or self.task or self.sought:
            head += [self.size, self.words]  # older rows have neither, and their digest must stay
        if self.task or self.sought:
            head.append(self.task)
        if self.sought:
            head.append(self.sought)
        return _COMPACT([head, self.wrote, self.seen, self.endorsed]).encode()


def segment_of(body: bytes) -> Segment:
    """Return the segment that `body` wrote.

    Raises:
        Unavailable: `state_corrupt`: no segment was ever written like this.
    """
    try:
        head: list[Any]
        head, wrote, rows, yes = json.loads(body)
        # Older rows are shorter.
        step, action, write, truncated, listed, size, words, task, sought = [
            *head,
            *_REST[len(head) - 5 :],
        ]
        seen = tuple(
            Seen(kind, canonical, path, Source(source), record, whole, excerpt)
            for kind, canonical, path, source, record, whole, excerpt in rows
        )
        endorsed = tuple((role, kind, canonical) for role, kind, canonical in yes)
    except (ValueError, TypeError, RecursionError):
        raise Unavailable(
            "What a result of this session showed cannot be read back.",
            code="state_corrupt",
            next_step="End the session and start a new one; keep the store for whoever looks.",
        ) from None
    return Segment(
        step=step,
        action=action,
        seen=seen,
        wrote=tuple(wrote),
        write=write,
        truncated=truncated,
        listed=listed,
        endorsed=endorsed,
        words=tuple(words),
        size=size,
        task=task,
        sought=tuple(sought),
    )


def chained(before: str, body: bytes) -> str:
    """Return the digest (hex) of a chain that ended in `before`, after one more segment."""
    return sha256(before.encode() + b"\n" + body).hexdigest()


def write_digest(call: ToolCall, spec: ToolSpec) -> str:
    """Return the digest under which a write is remembered; empty for a call that is none.

    Of what it does, however it is spelled: 40.0 is 40, a blank at the end is none, and what is left
    out is as good as the default. A payment's goes on, behind a point, with whom it pays how much,
    whichever tool does.
    """
    if "write" not in spec.effect:
        return ""
    held = spec.held
    found = [
        (path, value, classify(str(value)), _own(held, path)) for path, value, _ in call.leaves()
    ]
    told = [
        (path, _spelled(value, kinds))
        for path, value, kinds, own in found
        if value is not None and own.tells and value != own.default
    ]
    told.sort(key=itemgetter(0))
    rows = ",".join([f"[{quoted(path)},{quoted(spelled)}]" for path, spelled in told])
    body = f"[{quoted(spec.action)},[{rows}]]"  # as JSON, which takes longer to say the same
    write = sha256(body.encode()).hexdigest()[:32]
    paid = _paid(found) if _pays(held) else ""
    return f"{write}.{paid}" if paid else write


def same_write(write: str, action: str, other: str, other_action: str) -> bool:
    """Return whether two writes do the same: of one tool, or of two that pay the same payee."""
    own, _, paid = write.partition(".")
    its, _, its_paid = other.partition(".")
    return own == its or (bool(paid) and paid == its_paid and action != other_action)


@lru_cache(maxsize=1024)
def _pays(tool: Held) -> bool:
    """Return whether a tool may pay somebody, as its name can be read."""
    spec = tool.spec
    others = () if spec.intent else readings(spec.named)
    ables = (capability(spec.named, spec.intent), *(one.able for one in others))
    return any("pay" in one.verbs for one in ables)


def _paid(found: Iterable[Classified]) -> str:
    """Return the digest of whom a call pays how much; empty: it does not say one of them."""
    payees: set[str] = set()
    sums: list[str] = []
    for _, value, kinds, own in found:
        payees.update([f"{kind} {one}" for kind, one in kinds if kind in _PAYEES])
        if value is not None and own.is_sum:
            sums.append(_spelled(value, kinds))
    if not (payees and sums):
        return ""
    return sha256(f"[[{_listed(payees)}],[{_listed(sums)}]]".encode()).hexdigest()[:32]


def _listed(texts: Iterable[str]) -> str:
    return ",".join(map(quoted, sorted(texts)))


class _Own(NamedTuple):
    """What an argument is in the digest of a write."""

    default: Json
    tells: bool
    """Whether another value makes another write: another note makes no other payment."""
    is_sum: bool
    """Whether it says how much."""


@lru_cache(maxsize=4096)
def _own(tool: Held, path: str) -> _Own:
    args = tool.spec.args
    note = path in args and args[path].role in _PROSE
    return _Own(
        default=own_at(tool, path)[0].get("default"),
        tells=not note or all(one.role != "amount" for one in args.values()),
        is_sum=path in args and args[path].role == "amount",
    )


def _spelled(value: Json, kinds: Kinds) -> str:
    if isinstance(value, bool):
        return str(value)
    for kind, one in kinds:
        if kind in _EXACT:
            return f"{kind} {one}"
        if kind == "text":
            return one.casefold()
    return name_of(str(value))


def value_digest(kind: str, canonical: str) -> str:
    """Return the short digest under which a written value is remembered."""
    return sha256(f"{kind}\n{canonical}".encode()).hexdigest()[:16]
