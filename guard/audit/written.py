"""Facts -> their one JSON text: what the log keeps of a decision, enough to judge it again.

Keys are sorted, nothing stands between the tokens, and all of it is ASCII, so that the same facts
give the same bytes and the same digest. Written out by hand, record by record: this text is made
for every call, and a generic encoder takes longer over it than the rules take to judge. Nothing is
left out here, nothing is hidden, and nothing is read.
"""

from collections.abc import Mapping
from functools import lru_cache
from json import JSONEncoder
from json.encoder import encode_basestring_ascii as quoted

from guard.model.call import Json
from guard.model.facts import (
    UNNARROWED,
    AccessFacts,
    Derived,
    Facts,
    HistoryFacts,
    IntentFacts,
    Ledger,
    OfflineFacts,
    ProvFacts,
    TextFacts,
)
from guard.model.identity import Agent, Who
from guard.model.origin import Levels, Origin

_TRUTH = ("false", "true")
_SORTED = JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode


def facts_text(facts: Facts) -> str:
    """Return the facts as the log keeps them; `guard.audit.recorded` reads them back."""
    call, clock, credential = facts.call, facts.clock, facts.credential
    evidence, risk = facts.evidence, facts.risk
    score = f',"score":{risk.score}' if risk.score else ""
    return (
        f'{{{_access(facts.access)}"call":{{"bytes_sha256":{quoted(call.bytes_sha256)}'
        f',"definition":{quoted(call.definition)},"id":{quoted(call.id)}'
        f',"server":{quoted(call.server)},"session":{quoted(call.session)}'
        f',"tool":{quoted(call.tool)}}}'
        f',"clock":{{"at_ms":{clock.at_ms},"hour":{clock.hour},"weekday":{clock.weekday}}}'
        f',"credential":{{"binding":{credential.binding:d},"can_cut":{_TRUTH[credential.can_cut]}'
        f',"kind":{quoted(credential.kind)},"ttl_floor_s":{credential.ttl_floor_s}}}'
        f',"derived":{_derived(facts.input.derived)}'
        f',"evidence":{{"applied":{_words(evidence.applied)}'
        f',"approvals":{_words(evidence.approvals)}}}'
        f',"history":{_history(facts.history)}'
        f',"input":{_object(facts.input.values)}'
        f',"intent":{_intent(facts.intent)}'
        f'{_offline(facts.offline)},"prov":{_prov(facts.prov)}'
        f',"risk":{{"device_age_s":{risk.device_age_s}'
        f',"device_compliant":{_TRUTH[risk.device_compliant]},"offline":{_TRUTH[risk.offline]}'
        f'{score},"session":{risk.session},"token_reuse":{_TRUTH[risk.token_reuse]}}}'
        f',"text":{_text(facts.text)}'
        f',"who":{_who(facts.who)}}}'
    )


@lru_cache(maxsize=4096)  # mostly of nothing, or of the arguments of a tool
def _words(values: frozenset[str]) -> str:
    return "[" + ",".join(map(quoted, sorted(values))) + "]"


def _derived(derived: Derived) -> str:
    """Write what the extractors made; what no argument has is left out."""
    amount, domains, people = derived.amount_minor, derived.dest_domains, derived.recipients
    parts = [
        "" if amount is None else f'"amount_minor":{amount},',
        f'"bytes":{derived.bytes}',
        "" if domains is None else f',"dest_domains":{_words(domains)}',
        "" if derived.dest_ip is None else f',"dest_ip":{quoted(derived.dest_ip)}',
        f',"opaque":{_words(derived.opaque)}',
        "" if derived.path is None else f',"path":{quoted(derived.path)}',
        "" if people is None else f',"recipients":{_words(people)}',
        "" if derived.source_path is None else f',"source_path":{quoted(derived.source_path)}',
        "" if derived.url_host is None else f',"url_host":{quoted(derived.url_host)}',
    ]
    return "{" + "".join(parts) + "}"


def _history(history: HistoryFacts) -> str:
    ledgers = [
        f"{quoted(name)}:{_ledger(value)}" for name, value in sorted(history.ledgers.items())
    ]
    return (
        f'{{"denied_1h":{history.denied_1h},"findings":{_words(history.findings)}'
        f',"labels":{_words(history.labels)},"ledgers":{{{",".join(ledgers)}}}'
        f',"overflow":{_TRUTH[history.overflow]},"step":{history.step}}}'
    )


def _ledger(value: Ledger) -> str:
    if type(value) is frozenset:
        return _words(value)
    return _TRUTH[value] if type(value) is bool else f"{value:d}"


def _object(values: Mapping[str, Json]) -> str:
    rows = [f"{quoted(name)}:{_json(value)}" for name, value in sorted(values.items())]
    return "{" + ",".join(rows) + "}"


def _json(value: Json) -> str:
    """Write an argument; most are plain, and an encoder costs more to start than they to write."""
    if type(value) is str:
        return quoted(value)
    if type(value) is int:
        return int.__repr__(value)
    return _SORTED(value)


def _access(access: AccessFacts) -> str:
    """Write what narrowings leave where there are any: as with mandates."""
    if access == UNNARROWED:
        return ""
    parts = [
        f'"admits":{_TRUTH[access.admits]},"binding_min":{access.binding_min}',
        f',"level":{access.level}',
        "" if access.max_ttl_s is None else f',"max_ttl_s":{access.max_ttl_s}',
        "" if access.scopes is None else f',"scopes":{_words(access.scopes)}',
        f',"settles":{_TRUTH[access.settles]}',
    ]
    return '"access":{' + "".join(parts) + "},"


_MANDATE = ',"mandate":true'
"""Written where it is so: the text of a call without one is what earlier logs hold."""


def _condition(condition: int) -> str:
    """Write how a request's condition stands where it has one: as with mandates."""
    return f',"condition":{condition}' if condition else ""


def _intent(intent: IntentFacts) -> str:
    return (
        f'{{"args_ok":{_TRUTH[intent.args_ok]},"asked":{_TRUTH[intent.asked]}'
        f',"budget_minor":{intent.budget_minor}'
        f"{_condition(intent.condition)}"
        f',"covers":{_TRUTH[intent.covers]},"declared":{_TRUTH[intent.declared]}'
        f',"egress":{_words(intent.egress)},"fits":{_TRUTH[intent.fits]}'
        f',"left":{intent.left}{_MANDATE if intent.mandate else ""}'
        f',"planned":{_TRUTH[intent.planned]}'
        f',"purpose":{quoted(intent.purpose)},"repeat":{_TRUTH[intent.repeat]}'
        f',"sha256":{quoted(intent.sha256)},"spoken":{_TRUTH[intent.spoken]}'
        f',"words":{_TRUTH[intent.words]}}}'
    )


def _offline(offline: OfflineFacts) -> str:
    """Write how far a site may go; a guard that is none has nothing to write."""
    if not (offline.site or offline.step or offline.revoked or offline.approvable):
        return ""
    return (
        f',"offline":{{"approvable":{_words(offline.approvable)}'
        f',"revoked":{_TRUTH[offline.revoked]},"site":{_TRUTH[offline.site]}'
        f',"step":{offline.step}}}'
    )


def _prov(prov: ProvFacts) -> str:
    return (
        f'{{"ambiguous":{_TRUTH[prov.ambiguous]},"created":{_words(prov.created)}'
        f',"index_full":{_TRUTH[prov.index_full]},"level":{_level(prov.level)}'
        f',"linked":{_words(prov.linked)},"model":{_words(prov.model)}'
        f',"not_canonical":{_TRUTH[prov.not_canonical]}'
        f',"origins":[{",".join(map(_origin, prov.origins))}]'
        f',"same_record":{_TRUTH[prov.same_record]},"secret":{_words(prov.secret)}'
        f',"trusted_tool":{_words(prov.trusted_tool)},"untrusted":{_words(prov.untrusted)}'
        f',"user_prompt":{_words(prov.user_prompt)}}}'
    )


@lru_cache(maxsize=1024)
def _level(level: Levels) -> str:
    return (
        f'{{"amount":{level.amount},"attach":{level.attach},"dest":{level.dest}'
        f',"profile":{level.profile},"secret":{level.secret},"target":{level.target}'
        f',"url":{level.url}}}'
    )


def _origin(one: Origin) -> str:
    return (
        f'{{"action":{quoted(one.action)},"excerpt":{quoted(one.excerpt)}'
        f',"field":{quoted(one.field)},"kind":{quoted(one.kind)},"path":{quoted(one.path)}'
        f',"place":{one.place},"role":{quoted(one.role)},"source":{int(one.source)},"step":{one.step}'
        f',"why":{quoted(one.why)}}}'
    )


@lru_cache(maxsize=1024)
def _text(text: TextFacts) -> str:
    # Said only where they say something: logs from before these facts keep their text.
    choice = "" if text.choice_known else ',"choice_known":false'
    reads = ',"only_reads":true' if text.only_reads else ""
    told = ',"open_told":true' if text.open_told else ""
    return (
        f'{{"active_unknown":{_TRUTH[text.active_unknown]}{choice}{reads}{told}'
        f',"outbound":{_TRUTH[text.outbound]},"permission_within":{_TRUTH[text.permission_within]}'
        f',"short_unknown":{_TRUTH[text.short_unknown]}'
        f',"when_known":{_TRUTH[text.when_known]},"when_ordered":{_TRUTH[text.when_ordered]}}}'
    )


def _parents(agent: Agent) -> str:
    """Write the agents above a sub-agent, first of the chain first; nobody has none, mostly."""
    return f',"parents":[{",".join(map(quoted, agent.parents))}]' if agent.parents else ""


@lru_cache(maxsize=1024)  # the same callers call again and again
def _who(who: Who) -> str:
    agent, device, principal, workload = who.agent, who.device, who.principal, who.workload
    claims = [f"[{quoted(name)},{quoted(value)}]" for name, value in who.claims]
    return (
        f'{{"agent":{quoted(agent.id)},"attested":{_TRUTH[workload.attested]}'
        f',"claims":[{",".join(claims)}],"device":{quoted(device.id)}'
        f',"device_compliant":{_TRUTH[device.compliant]},"device_seen_ms":{device.seen_at_ms}'
        f',"groups":{_words(agent.groups)},"issuer":{quoted(principal.issuer)}{_parents(agent)}'
        f',"subject":{quoted(principal.subject)},"teams":{_words(principal.teams)}'
        f',"workload":{quoted(workload.id)}}}'
    )
