"""The operator's catalogue: which tools there are, what they do, what may be said of them.

Takes an already parsed mapping and gives `ToolSpec`s. What is not listed has no spec, and what has
no spec does not run. It reads no file and judges no call.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Literal

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from guard.model.access import Access
from guard.model.call import ArgSpec, Budget, Json, ToolSpec
from guard.model.idempotency import Idempotency
from guard.model.ledger import LedgerSpec
from guard.policy.catalog_access import accesses
from guard.policy.catalog_file import CatalogFile, DefaultsEntry, ServerEntry
from guard.policy.catalog_labels import joined, label_of
from guard.policy.catalog_narrow import transform_of
from guard.policy.catalog_server import ServerSpec, issuer_of, server_of
from guard.policy.catalog_tool_file import ArgEntry, IdempotencyEntry, ToolEntry
from guard.policy.finding import PolicyUnusable, error
from guard.policy.ledgers import budget_ledgers, declared_ledgers
from guard.provenance.schema.service import short_names
from guard.provenance.schema.standing import standing_words

METHOD_EFFECTS: Mapping[str, frozenset[str]] = {
    "resources/read": frozenset({"read"}),
    "prompts/get": frozenset({"read"}),
    "unknown": frozenset(),
}
"""Methods other than tools/call that are judged, with their classes beside `any`."""

UNLISTED = "mcp:unlisted"
"""The action of every unlisted tool of a server with `unsafe_allow_all_unlisted`."""

Schemas = Mapping[str, Mapping[str, Mapping[str, Json]]]
"""Input schemas of pinned definitions: server -> tool -> JSON Schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """All tools of all servers, ledgers, limits. `digest` covers everything it was made from."""

    zone: str
    defaults: DefaultsEntry
    servers: Mapping[str, ServerSpec]
    tools: Mapping[str, ToolSpec]
    ledgers: tuple[LedgerSpec, ...]
    rule_sets: Mapping[str, Literal["enforce", "shadow"]]
    unbudgeted: Mapping[str, str]  # action -> why it needs no budget
    unlisted: tuple[str, ...]  # actions that an upstream offers and nobody listed
    digest: str
    accesses: Mapping[str, Access]  # what rules about sessions may leave, by name

    def spec(self, server: str, tool: str) -> ToolSpec | None:
        """Return what is known of a tool; None means it must not run.

        Names that begin with `mcp:` are never tools: those are methods, see `method_spec`.
        """
        known = self.tools.get(f"{server}/{tool}")
        if known is not None or tool.startswith("mcp:"):
            return known
        upstream = self.servers.get(server)
        if upstream is None or not upstream.unsafe_allow_all_unlisted:
            return None
        return _bare(upstream, tool, frozenset())

    def method_spec(self, server: str, method: str) -> ToolSpec | None:
        """Return the spec under which a method other than tools/call is judged.

        A method that nobody listed is judged as `mcp:unknown`.
        """
        upstream = self.servers.get(server)
        if upstream is None:
            return None
        known = method in METHOD_EFFECTS or method in upstream.allow_methods
        name = method if known else "unknown"
        return _bare(upstream, f"mcp:{name}", METHOD_EFFECTS.get(name, frozenset()))

    def specs(self) -> tuple[ToolSpec, ...]:
        """Return all listed tools, in the order of the file."""
        return tuple(self.tools.values())

    def judged(self) -> tuple[ToolSpec, ...]:
        """Return everything that has its own action: tools, methods, the unlisted."""
        found = list(self.tools.values())
        for upstream in self.servers.values():
            names = sorted(METHOD_EFFECTS.keys() | upstream.allow_methods)
            found += [
                _bare(upstream, f"mcp:{n}", METHOD_EFFECTS.get(n, frozenset())) for n in names
            ]
            if upstream.unsafe_allow_all_unlisted:
                found.append(_bare(upstream, UNLISTED, frozenset()))
        return tuple(found)


def _wrong(at: ErrorDetails) -> str:
    """Return what is wrong with one place of the file, by the name of its key."""
    named = [one for one in at["loc"] if isinstance(one, str)]
    said = "there is no such key" if at["type"] == "extra_forbidden" else at["msg"]
    return f"{named[-1]}: {said}." if named else f"{said}."


def read_catalog(data: Mapping[str, object], tools: Schemas | None = None) -> Catalog:
    """Return the catalogue of a parsed `guard.yaml`.

    `tools` are input schemas of pinned definitions; an `input_schema` in the entry wins.

    Raises:
        PolicyUnusable: a key, type or value is not one of the catalogue's (code G100).
    """
    try:
        parsed = CatalogFile.model_validate(data)
    except ValidationError as wrong:
        raise PolicyUnusable(
            error("G100", "guard.yaml:" + ".".join(map(str, at["loc"])), _wrong(at))
            for at in wrong.errors(include_url=False, include_input=False)
        ) from None
    schemas = tools or {}
    short = short_names({name: entry.tools for name, entry in parsed.servers.items()})
    shown = {
        (name, tool): _shown(listed, schemas.get(name, {}).get(tool, {}))
        for name, entry in parsed.servers.items()
        for tool, listed in entry.tools.items()
    }
    own = {
        name: standing_words(shown[name, tool] for tool in entry.tools)
        for name, entry in parsed.servers.items()
    }
    specs = {
        f"{name}/{tool}": _spec(
            name, entry, tool, listed, shown[name, tool], own[name], short[name, tool]
        )
        for name, entry in parsed.servers.items()
        for tool, listed in entry.tools.items()
    }
    ledgers, findings = declared_ledgers(parsed.ledgers)
    if findings:
        raise PolicyUnusable(findings)
    named, odd = accesses(parsed.access, tuple(specs))
    if odd:
        raise PolicyUnusable(odd)
    return Catalog(
        accesses=named,
        zone=parsed.zone,
        defaults=parsed.defaults,
        servers={name: server_of(name, entry) for name, entry in parsed.servers.items()},
        tools=specs,
        ledgers=ledgers + budget_ledgers(tuple(specs.values())),
        rule_sets=parsed.rule_sets,
        unbudgeted=_unbudgeted(parsed),
        unlisted=_unlisted(schemas, specs),
        digest=_digest(data, schemas),
    )


def _digest(data: Mapping[str, object], schemas: Schemas) -> str:
    text = json.dumps([data, schemas], sort_keys=True, separators=(",", ":"), default=str)
    return "sha256:" + sha256(text.encode()).hexdigest()


def _unbudgeted(parsed: CatalogFile) -> dict[str, str]:
    return {
        f"{name}/{tool}": listed.budget_reason
        for name, entry in parsed.servers.items()
        for tool, listed in entry.tools.items()
        if listed.budget == "none" and listed.budget_reason
    }


def _unlisted(schemas: Schemas, specs: Mapping[str, ToolSpec]) -> tuple[str, ...]:
    offered = {f"{server}/{tool}" for server, tools in schemas.items() for tool in tools}
    return tuple(sorted(offered - specs.keys()))


@lru_cache(maxsize=1024)  # an agent calls the same ones, and what is remembered goes by the spec
def _bare(upstream: ServerSpec, tool: str, effect: frozenset[str]) -> ToolSpec:
    """Return a spec without arguments: a method, or a tool that nobody listed."""
    return ToolSpec(
        server=upstream.name,
        tool=tool,
        effect=effect | {"any"},
        server_trusted=upstream.trust == "trusted",
        server_env=upstream.env,
        server_groups=upstream.groups,
        audience=upstream.audience,
        issuer="" if upstream.beside else upstream.issuer,
        grant="" if upstream.beside else upstream.grant,
        confirmed=True,
    )


def _shown(listed: ToolEntry, pinned: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return the schema of a tool's arguments: the catalogue's, or else what was pinned."""
    return pinned if listed.input_schema is None else listed.input_schema


def _spec(
    name: str,
    entry: ServerEntry,
    tool: str,
    listed: ToolEntry,
    shown: Mapping[str, Json],
    standing: Mapping[str, frozenset[str]],
    short: str,
) -> ToolSpec:
    pins = [listed.pin] if isinstance(listed.pin, str) else listed.pin
    audience = listed.audience or entry.audience
    own, shared = listed.credential, entry.credential
    return ToolSpec(
        server=name,
        tool=tool,
        effect=frozenset(listed.effect),
        args={path: _arg(arg) for path, arg in listed.args.items()},
        output=label_of(listed.output),
        labels={path: joined(words) for path, words in listed.output.labels.items()},
        records=listed.output.records,
        low_impact=listed.impact == "low",
        intent=tuple(listed.intent),
        named=short,
        extract=dict(listed.output.extract),
        input_schema=shown,
        standing=standing,
        pins=frozenset(pins),
        says=listed.says,
        scopes=frozenset(listed.scopes),
        transforms={key: transform_of(key, one) for key, one in listed.narrow.items()},
        budget=_budget(listed),
        destination=listed.destination,
        audience=audience,
        issuer=issuer_of(own.issuer or shared.issuer, audience),
        grant=own.grant or shared.grant,
        idempotency_arg=_own_try(listed),
        idempotency=_idempotency(listed),
        request=listed.request,
        server_trusted=entry.trust == "trusted",
        server_env=entry.env,
        server_groups=frozenset(entry.groups),
        confirmed=listed.confirmed,
    )


def _arg(entry: ArgEntry) -> ArgSpec:
    return ArgSpec(**{**entry.model_dump(), "order": tuple(entry.order)})


def _idempotency(listed: ToolEntry) -> Idempotency | None:
    match listed.idempotency:
        case "meta":
            return Idempotency()
        case IdempotencyEntry(header=str(named)):
            return Idempotency(header=named)
        case _:
            return None


def _own_try(listed: ToolEntry) -> str:
    said = listed.idempotency
    return said.arg if isinstance(said, IdempotencyEntry) else ""


def _budget(listed: ToolEntry) -> Budget | None:
    if listed.budget is None or listed.budget == "none":
        return None
    return Budget(**listed.budget.model_dump())
