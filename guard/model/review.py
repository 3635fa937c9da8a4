"""What a person sees of one call before they answer: the same everywhere it is shown.

Built from the call, the facts and the answer, never from what the agent says of them; then stored,
and signed over. Whoever renders it leaves nothing out and shortens nothing. It states, and decides
nothing. Times in Unix milliseconds; texts are as they came, so a renderer spells them out.
"""

from dataclasses import dataclass
from typing import Literal

OriginKind = Literal["person", "call", "agent", "policy", "tool", "unknown"]
Change = Literal["none", "same", "new", "changed"]
Reversible = Literal["yes", "no", "reads", ""]
ValueKind = Literal["text", "number", "flag", "nothing", "object", "raw"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value: its kind, and its text. `object` is an empty one, `raw` the call's own bytes."""

    kind: ValueKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueOrigin:
    """Where a value came from. `told` is a sentence of ours, in it everything spelled out."""

    kind: OriginKind
    told: str
    step: int = 0  # of the session, where it came from a result
    untrusted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument, or one list of plain values.

    Args:
        path: names and list places that lead to it.
        listed: whether `values` are the elements of a list; otherwise there is one.
        values: what is sent; none where it is secret or a blob.
        hidden: why the values are not here; empty: they are.
        sha256: of the hidden values' JSON text, in hex.
        size: of it (bytes).
        role: what the catalogue says it is; empty: nothing.
        origins: where it came from, weakest first.
        untrusted: whether strangers may have chosen it.
        notes: what a reader could take it for, and it is not.
        change: how it compares with the last approved call of this tool.
        was: what it was then, if it changed and is no secret.
    """

    path: tuple[str | int, ...]
    listed: bool
    values: tuple[Value, ...]
    hidden: Literal["", "secret", "blob"] = ""
    sha256: str = ""
    size: int = 0
    role: str = ""
    origins: tuple[ValueOrigin, ...] = ()
    untrusted: bool = False
    notes: tuple[str, ...] = ()
    change: Change = "none"
    was: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The last approved call of this tool for the same person, and what it had besides."""

    approval: str
    at_ms: int
    gone: tuple[tuple[str | int, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """The very same call, approved before: when it was let run, and how it stood then."""

    approval: str
    at_ms: int
    outcome: Literal["running", "ok", "error", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyAsked:
    """One rule that asks: its id, where it is written, and whom it asks."""

    rule: str
    reason: str
    where: str
    kind: Literal["self", "review"]
    groups: tuple[str, ...]
    quorum: int
    match: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """One risk signal about the session."""

    kind: str
    source: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A task, and who declared it: words, host, user, config or agent."""

    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Blast:
    """What the call reaches. Empty and -1 mean: not known."""

    reversible: Reversible
    targets: int
    amount_minor: int
    currency: str
    scale: int
    environment: str
    destinations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainStep:
    """One earlier call that matters to this one: its label, its values, or it still runs.

    Args:
        n: its number in the session.
        action: its tool.
        brought: labels that entered the session with its result.
        gave: argument paths whose values came from its result.
        running: whether it has not ended yet.
    """

    n: int
    action: str
    brought: tuple[str, ...] = ()
    gave: tuple[str, ...] = ()
    running: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Where a label entered the session for the first time."""

    label: str
    step: int
    action: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The session so far: the steps that matter here, and where each of its labels came in."""

    opened_ms: int
    step: int
    steps: tuple[ChainStep, ...] = ()
    entries: tuple[Entry, ...] = ()
    labels: tuple[str, ...] = ()
    signals: tuple[Noticed, ...] = ()
    risk: int = 0
    risk_before: int = 0  # ten minutes earlier
    task: tuple[Said, ...] = ()
    prose: tuple[str, ...] = ()  # what the agent says of itself: shown last, and as a quotation


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who acts, where, and on whose behalf."""

    agent: str
    principal: str
    workload: str
    attested: bool
    device: str
    compliant: bool
    device_age_s: int
    session: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gives:
    """What a yes gives: one call, within so many seconds of the yes, with this credential."""

    grant_ttl_s: int
    credential: str
    binding: int
    audience: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What policy narrowed before anybody was asked."""

    rule: str
    name: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewView:
    """Everything on one screen, in the order in which it is read.

    Args:
        effect: one sentence of the operator's; empty: the catalogue has none that fits.
        server: where the call goes.
        tool: which tool of it.
        asked_ms: when the question was made.
        why: the rules that ask.
        arguments: all of them.
        bytes_sha256: of the bytes that would be sent.
        before: the last approved call of this tool; None: there is none.
        ran: the same call of this agent for this person that was approved last; None: none was.
        blast: what it reaches.
        chain: how the session came here.
        standing: who acts.
        gives: what a yes gives.
        cuts: what was narrowed.
    """

    effect: str
    server: str
    tool: str
    asked_ms: int
    why: tuple[WhyAsked, ...]
    arguments: tuple[Argument, ...]
    bytes_sha256: str
    blast: Blast
    chain: Chain
    standing: Standing
    gives: Gives
    before: Before | None = None
    ran: Ran | None = None
    cuts: tuple[Cut, ...] = ()
    v: Literal[1] = 1

    @property
    def action(self) -> str:
        """Return the policy action, `<server>/<tool>`."""
        return f"{self.server}/{self.tool}"

    @property
    def headline(self) -> str:
        """Return what the call does, or that nobody wrote it down."""
        return self.effect or f"Calls {self.action}; no effect text"
