"""All that is known about one call at one moment: the only input of a decision.

Frozen and complete, so that a rule cannot depend on anything unrecorded; the same Facts and the
same bundle give the same decision, today and from the log. Integers, strings, booleans and sets
only: no floats, no transcript, nothing that the agent asserts about itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import IntEnum
from types import MappingProxyType
from typing import NamedTuple

from guard.model.access import Level
from guard.model.call import Definition, Json
from guard.model.identity import Who
from guard.model.origin import Levels, Origin

Ledger = int | bool | frozenset[str]
NO_LEDGERS: Mapping[str, Ledger] = MappingProxyType({})
LARGEST_LEFT = 2**63 - 1
"""No limit, as policy can compare it."""


class Binding(IntEnum):
    """How closely a credential is tied to one call, as its upstream can verify it."""

    L0 = 0  # a static secret, injected at the wire
    L1 = 1  # short-lived, limited to an audience
    L2 = 2  # L1, and bound to tool and arguments
    L3 = 3  # L2, sender-constrained and single use


class Derived(NamedTuple):
    """What the registered extractors made of the arguments. None = no argument has that role."""

    opaque: frozenset[str] = frozenset()
    bytes: int = 0
    dest_domains: frozenset[str] | None = None
    recipients: frozenset[str] | None = None
    amount_minor: int | None = None
    path: str | None = None
    source_path: str | None = None  # what a copy or a move reads, beside the path that it writes
    url_host: str | None = None
    dest_ip: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """The arguments after conversion: typed, closed-world, secrets as salted digests.

    `write` is the digest under which a write is remembered; no fact, and empty where nobody made
    it yet.
    """

    values: Mapping[str, Json]
    derived: Derived
    write: str = field(default="", repr=False, compare=False)


class CallFacts(NamedTuple):
    """Which call this is."""

    id: str
    session: str
    server: str
    tool: str
    bytes_sha256: str
    definition: Definition = "pinned"

    @property
    def action(self) -> str:
        """Return the policy action, `<server>/<tool>`."""
        return f"{self.server}/{self.tool}"


class IntentFacts(NamedTuple):
    """How the call stands to the declared task."""

    declared: bool = False
    covers: bool = False
    args_ok: bool = False
    mandate: bool = False  # inside a mandate that a host signed: its signer has answered already
    purpose: str = ""
    egress: frozenset[str] = frozenset()
    budget_minor: int = 0
    sha256: str = ""  # of the task, under the guard's salt: nobody else can try tasks out on it
    planned: bool = False  # steps were declared
    fits: bool = False  # it is a step that is open, with the values that the plan means
    spoken: bool = False  # somebody but the agent said what the task is
    words: bool = True  # the person's words name this capability; nothing said contradicts nothing
    asked: bool = True  # one of their requests is for this, rather than a word in passing
    condition: int = (
        0  # on what they let it depend: 0 nothing, 1 it holds, 2 not known, 3 it does not
    )
    left: int = LARGEST_LEFT  # calls of this capability left after this one
    repeat: bool = False  # the same write was made before


class ProvFacts(NamedTuple):
    """Argument paths by where their value came from."""

    user_prompt: frozenset[str] = frozenset()
    trusted_tool: frozenset[str] = frozenset()
    untrusted: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()
    model: frozenset[str] = frozenset()
    linked: frozenset[str] = frozenset()
    created: frozenset[str] = frozenset()
    level: Levels = Levels()
    same_record: bool = False  # the amount stands in the record of the payee
    ambiguous: bool = False
    index_full: bool = False
    not_canonical: bool = False  # an identity could be taken for another that looks like it
    origins: tuple[Origin, ...] = ()  # for people; a rule reads the levels


class TextFacts(NamedTuple):
    """What the texts of the arguments hold, and whether what must be known about them is."""

    outbound: bool = False  # carries text, a file or a URL to somebody else
    active_unknown: bool = False  # a link or address in a body that the task does not know
    short_unknown: bool = False  # a title or subject with words from nowhere
    only_reads: bool = False  # every command of the call is a plain look-up
    when_known: bool = True
    when_ordered: bool = True
    permission_within: bool = True
    choice_known: bool = True  # no value of a closed set is another one than the person named
    open_told: bool = False  # each name and value in an object without a schema is the person's


class HistoryFacts(NamedTuple):
    """What the session has seen and done."""

    labels: frozenset[str] = frozenset()
    findings: frozenset[str] = frozenset()
    step: int = 0
    denied_1h: int = 0
    ledgers: Mapping[str, Ledger] = NO_LEDGERS
    overflow: bool = False  # a ledger that a rule reads can no longer answer exactly


class RiskFacts(NamedTuple):
    """How far the session is trusted now: level 0 (none) to 3, made from a score up to 1000."""

    session: int = 0
    score: int = 0
    token_reuse: bool = False
    device_compliant: bool = False
    device_age_s: int = 0
    offline: bool = False


class AccessFacts(NamedTuple):
    """What narrowings leave to the session, seen from this call."""

    level: int = int(Level.FULL)
    admits: bool = True
    settles: bool = False  # it does not, and a fresh yes of the session's person would change that
    scopes: frozenset[str] | None = None
    max_ttl_s: int | None = None
    binding_min: int = 0


UNNARROWED = AccessFacts()


class OfflineFacts(NamedTuple):
    """What a site without its control plane may still do; other guards are no site.

    `step` is 0 (everything), 1 (reading) or 2 (nothing); `approvable` are the rules whose question
    people at the site may answer; `revoked`: the control plane took back what this call rests on.
    """

    site: bool = False
    step: int = 0
    approvable: frozenset[str] = frozenset()
    revoked: bool = False


NO_SITE = OfflineFacts()
"""A guard with its control plane at hand."""


class CredentialFacts(NamedTuple):
    """The credential that this call would get."""

    binding: Binding = Binding.L0
    kind: str = "none"
    ttl_floor_s: int = 0
    can_cut: bool = False


NO_CREDENTIAL = CredentialFacts()


class ClockFacts(NamedTuple):
    """The moment, and the local hour and weekday (Monday = 0) in the catalogue's zone."""

    at_ms: int
    hour: int
    weekday: int

    @classmethod
    def at(cls, now_ms: int, zone: tzinfo) -> "ClockFacts":
        """Return a moment (Unix milliseconds) as policy reads it in this zone."""
        local = datetime.fromtimestamp(now_ms / 1000, zone)
        return cls(now_ms, local.hour, local.weekday())


class Evidence(NamedTuple):
    """Rule ids that people approved for exactly this call, and narrowings already applied."""

    approvals: frozenset[str] = frozenset()
    applied: frozenset[str] = frozenset()

    def narrowed_by(self, rules: Iterable[str]) -> "Evidence":
        """Return the same evidence after these rules narrowed the call, too."""
        return self._replace(applied=self.applied.union(rules))


NO_EVIDENCE = Evidence()


class Facts(NamedTuple):
    """One call at one moment, complete."""

    call: CallFacts
    who: Who
    input: Input
    clock: ClockFacts
    intent: IntentFacts = IntentFacts()
    prov: ProvFacts = ProvFacts()
    text: TextFacts = TextFacts()
    history: HistoryFacts = HistoryFacts()
    risk: RiskFacts = RiskFacts()
    access: AccessFacts = UNNARROWED
    credential: CredentialFacts = NO_CREDENTIAL
    evidence: Evidence = NO_EVIDENCE
    offline: OfflineFacts = NO_SITE

    def with_approvals(self, rules: frozenset[str]) -> "Facts":
        """Return the same facts as if these rules had been approved: the counterfactual."""
        evidence = self.evidence._replace(approvals=self.evidence.approvals | rules)
        return self._replace(evidence=evidence)
