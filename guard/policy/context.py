"""Facts -> the engine's request: entities, and the context as JSON text, projected to what is read.

Text because the engine would serialise a dictionary anyway; projected because every attribute
costs, and an entity costs ten of them. Nothing is computed here that Facts do not say.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import attrgetter

from cedarpy import Entities

from guard.model.call import Json, ToolSpec
from guard.model.facts import Facts
from guard.model.identity import Who
from guard.policy.schema import Reads, groups_of

Path = tuple[str, ...]
"""Steps below `context`, such as `("risk", "session")`."""

_COMPACT = json.JSONEncoder(separators=(",", ":")).encode  # made once: json.dumps makes it anew
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FOREVER_MS = 253_402_300_799_999  # 9999-12-31: the last moment that Cedar's datetime can write


def _words(values: frozenset[str]) -> Json:
    return list(values)


def _now(facts: Facts) -> Json:
    at_ms = min(max(facts.clock.at_ms, 0), _FOREVER_MS)
    at = _EPOCH + timedelta(milliseconds=at_ms)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


READ: Mapping[Path, Callable[[Facts], Json]] = {
    ("prov", "user_prompt"): lambda f: _words(f.prov.user_prompt),
    ("prov", "trusted_tool"): lambda f: _words(f.prov.trusted_tool),
    ("prov", "untrusted"): lambda f: _words(f.prov.untrusted),
    ("prov", "secret"): lambda f: _words(f.prov.secret),
    ("prov", "model"): lambda f: _words(f.prov.model),
    ("prov", "linked"): lambda f: _words(f.prov.linked),
    ("prov", "created"): lambda f: _words(f.prov.created),
    ("prov", "level", "dest"): attrgetter("prov.level.dest"),
    ("prov", "level", "target"): attrgetter("prov.level.target"),
    ("prov", "level", "amount"): attrgetter("prov.level.amount"),
    ("prov", "level", "secret"): attrgetter("prov.level.secret"),
    ("prov", "level", "profile"): attrgetter("prov.level.profile"),
    ("prov", "level", "url"): attrgetter("prov.level.url"),
    ("prov", "level", "attach"): attrgetter("prov.level.attach"),
    ("prov", "same_record"): attrgetter("prov.same_record"),
    ("prov", "ambiguous"): attrgetter("prov.ambiguous"),
    ("prov", "index_full"): attrgetter("prov.index_full"),
    ("prov", "not_canonical"): attrgetter("prov.not_canonical"),
    ("text", "outbound"): attrgetter("text.outbound"),
    ("text", "active_unknown"): attrgetter("text.active_unknown"),
    ("text", "short_unknown"): attrgetter("text.short_unknown"),
    ("text", "only_reads"): attrgetter("text.only_reads"),
    ("text", "open_unknown"): lambda f: bool(f.input.derived.opaque) and not f.text.open_told,
    ("when", "known"): attrgetter("text.when_known"),
    ("when", "ordered"): attrgetter("text.when_ordered"),
    ("permission", "within"): attrgetter("text.permission_within"),
    ("choice", "known"): attrgetter("text.choice_known"),
    ("intent", "declared"): attrgetter("intent.declared"),
    ("intent", "covers"): attrgetter("intent.covers"),
    ("intent", "args_ok"): attrgetter("intent.args_ok"),
    ("intent", "mandate"): attrgetter("intent.mandate"),
    ("intent", "purpose"): attrgetter("intent.purpose"),
    ("intent", "egress"): lambda f: _words(f.intent.egress),
    ("intent", "budget_minor"): attrgetter("intent.budget_minor"),
    ("intent", "planned"): attrgetter("intent.planned"),
    ("intent", "fits"): attrgetter("intent.fits"),
    ("intent", "spoken"): attrgetter("intent.spoken"),
    ("intent", "words"): attrgetter("intent.words"),
    ("intent", "asked"): attrgetter("intent.asked"),
    ("intent", "condition"): attrgetter("intent.condition"),
    ("intent", "left"): attrgetter("intent.left"),
    ("intent", "repeat"): attrgetter("intent.repeat"),
    ("risk", "session"): attrgetter("risk.session"),
    ("risk", "score"): attrgetter("risk.score"),
    ("risk", "token_reuse"): attrgetter("risk.token_reuse"),
    ("risk", "device_compliant"): attrgetter("risk.device_compliant"),
    ("risk", "offline"): attrgetter("risk.offline"),
    ("risk", "device_age_s"): attrgetter("risk.device_age_s"),
    ("access", "level"): attrgetter("access.level"),
    ("access", "admits"): attrgetter("access.admits"),
    ("access", "settles"): attrgetter("access.settles"),
    ("credential", "binding"): lambda f: int(f.credential.binding),
    ("credential", "kind"): attrgetter("credential.kind"),
    ("credential", "ttl_floor_s"): attrgetter("credential.ttl_floor_s"),
    ("credential", "can_cut"): attrgetter("credential.can_cut"),
    ("clock", "hour"): attrgetter("clock.hour"),
    ("clock", "weekday"): attrgetter("clock.weekday"),
    ("clock", "now"): _now,
    ("history", "labels"): lambda f: _words(f.history.labels),
    ("history", "findings"): lambda f: _words(f.history.findings),
    ("history", "step"): attrgetter("history.step"),
    ("history", "denied_1h"): lambda f: f.history.denied_1h,
    ("derived", "opaque"): lambda f: _words(f.input.derived.opaque),
    ("derived", "bytes"): attrgetter("input.derived.bytes"),
    ("derived", "dest_domains"): lambda f: _maybe_words(f.input.derived.dest_domains),
    ("derived", "recipients"): lambda f: _maybe_words(f.input.derived.recipients),
    ("derived", "amount_minor"): attrgetter("input.derived.amount_minor"),
    ("derived", "path"): attrgetter("input.derived.path"),
    ("derived", "source_path"): attrgetter("input.derived.source_path"),
    ("derived", "url_host"): attrgetter("input.derived.url_host"),
    ("derived", "dest_ip"): attrgetter("input.derived.dest_ip"),
    ("approvals",): lambda f: _words(f.evidence.approvals),
    ("applied",): lambda f: _words(f.evidence.applied),
}
"""How each attribute of the context is read from Facts; ledgers and arguments go by name."""


def _maybe_words(values: frozenset[str] | None) -> Json:
    return None if values is None else list(values)


def whole_paths(kind: Mapping[str, object], prefix: Path = ()) -> Reads:
    """Return the leaves of a record type, arguments as one leaf each."""
    found: set[tuple[str, ...]] = set()
    attributes = kind["attributes"]
    if not isinstance(attributes, Mapping):
        return frozenset()
    for name, one in attributes.items():
        path = (*prefix, name)
        if one["type"] == "Record" and path[0] != "input":
            found |= whole_paths(one, path) or {path}
        elif path == ("input",):
            inner = one["attributes"]
            found |= {(*path, argument) for argument in inner} or {path}
        else:
            found.add(path)
    return frozenset(found)


def reader(path: Path, kind: object) -> Callable[[Facts], Json]:
    """Return what reads one leaf from Facts; None means that it is left out.

    Args:
        path: the leaf, as `whole_paths` names it.
        kind: its type, which shapes an argument that is a record.
    """
    known = READ.get(path)
    if known is not None:
        return known
    if path[0] == "input" and len(path) > 1:
        return lambda facts: _shaped(facts.input.values.get(path[1]), kind)
    return lambda facts: _other(facts, path)


def context_text(facts: Facts, leaves: tuple[Path, ...], kind: object) -> str:
    """Return the context as JSON text: exactly the leaves, without those that are None.

    `kind` is the record type of the runtime context; it shapes nested arguments. A ledger that
    Facts lack is left out, so that the request does not fit its schema and is refused.
    """
    out: dict[str, Json] = {}
    for path in leaves:
        group = path[0]
        read = READ.get(path)
        if read is not None:
            value = read(facts)
        elif group == "input":
            out["input"] = _shaped(dict(facts.input.values), _attribute(kind, "input"))
            continue
        else:
            value = _other(facts, path)
        if len(path) == 1:
            out[group] = value
            continue
        record = out.setdefault(group, {})
        for name in path[1:-1]:
            record = record.setdefault(name, {}) if isinstance(record, dict) else record
        if value is not None and isinstance(record, dict):
            record[path[-1]] = value
    return _COMPACT(out)


def _other(facts: Facts, path: Path) -> Json:
    """Return a ledger, or an empty record for a group of which nothing exists here."""
    if len(path) == 1:
        return {}
    value = facts.history.ledgers.get(path[1]) if path[0] == "history" else None
    return list(value) if isinstance(value, frozenset) else value


def _attribute(kind: object, name: str) -> object:
    attributes = kind["attributes"] if isinstance(kind, Mapping) else {}
    return attributes[name] if isinstance(attributes, Mapping) else {}


def _shaped(value: Json, kind: object) -> Json:
    """Return the part of an argument that its projected type has."""
    if not isinstance(kind, Mapping):
        return value
    if isinstance(value, dict) and kind.get("type") == "Record":
        attributes = kind["attributes"]
        return {
            name: _shaped(one, attributes[name])
            for name, one in value.items()
            if name in attributes
        }
    return value


def request(who: Who, server: str, action: str, context: str) -> dict[str, object]:
    """Return the engine's request. Ids as records: as text, a newline in one would be refused."""
    return {
        "principal": {"type": "Guard::Agent", "id": who.agent.id},
        "action": {"type": "Guard::Action", "id": action},
        "resource": {"type": "Guard::Server", "id": server},
        "context": context,
    }


def entities(who: Who, spec: ToolSpec, classes: frozenset[str] | None = None) -> Entities:
    """Return caller, server and action as entities; remembered, for they change rarely.

    The action is among them because a parsed set does not take action groups from the schema of
    the request: without it, `action in` a class is false, and a forbid on a class never fires.
    """
    upstream = (spec.server, spec.server_trusted, spec.server_env, spec.server_groups)
    return _entities(who, upstream, spec.action, classes or groups_of(spec))


@lru_cache(maxsize=4096)
def _entities(
    who: Who, upstream: tuple[str, bool, str, frozenset[str]], action: str, classes: frozenset[str]
) -> Entities:
    server, trusted, env, groups = upstream
    agent = _entity("Agent", who.agent.id, AgentGroup=who.agent.groups, Team=who.principal.teams)
    agent["attrs"] = {
        "user": who.principal.subject,
        "workload": who.workload.id,
        "attested": who.workload.attested,
    }
    agent["tags"] = dict(who.claims)
    resource = _entity("Server", server, ServerGroup=groups)
    resource["attrs"] = {"trusted": trusted, "env": env}
    every = [agent, resource, _entity("Action", action, Action=classes)]
    return Entities.from_json_str(json.dumps(every))


def _entity(kind: str, name: str, **parents: frozenset[str]) -> dict[str, object]:
    return {
        "uid": {"type": f"Guard::{kind}", "id": name},
        "attrs": {},
        "parents": [
            {"type": f"Guard::{above}", "id": one}
            for above, names in parents.items()
            for one in sorted(names)
        ],
    }
