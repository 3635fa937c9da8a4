"""What the compiler refuses or warns of in the catalogue: codes G101 to G109 and G401.

Each check is a function from one tool to findings; none of them judges a call.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from guard.model.call import ToolSpec
from guard.policy.catalog import Catalog
from guard.policy.finding import Finding, error, warning
from guard.policy.generate import REAUTH_RULE, opaque_paths
from guard.policy.rule import Rule
from guard.policy.says import placeholders
from guard.policy.schema import CLASSES, THE_SESSION
from guard.policy.shape import shape_at, shape_of, walk
from guard.policy.slice import applies

ALIASES: Mapping[str, frozenset[str]] = {
    "recipient": frozenset(
        {"to", "cc", "bcc", "recipient", "recipients", "reply_to", "forward_to", "attendees"}
    ),
    "path": frozenset(
        {"path", "paths", "file", "filename", "file_path", "source", "destination", "directory"}
    ),
    "url": frozenset({"url", "uri", "urls", "endpoint", "webhook", "callback_url", "href"}),
}
"""Names under which an argument of a role hides (compared with `-` as `_`)."""

_SHOWN = frozenset({"recipient", "amount", "path", "source", "url"})
_Found = Iterator[Finding]


def catalog_findings(catalog: Catalog, rules: Sequence[Rule]) -> list[Finding]:
    """Return what is wrong with the catalogue, given the rules."""
    checks: tuple[Callable[[ToolSpec, Catalog], _Found], ...] = (
        _unknown_schema,
        _unknown_paths,
        _no_budget,
        _no_destination,
        _aliases,
        _open_arguments,
        _sentence,
        _low_impact,
        _order,
    )
    found = [one for spec in catalog.specs() for check in checks for one in check(spec, catalog)]
    found += [one for spec in catalog.specs() for one in _never_asked(spec, rules)]
    found += [
        warning("G101", "guard.yaml:servers", f"{action} is offered and not listed; it is hidden.")
        for action in catalog.unlisted
    ]
    if THE_SESSION in catalog.tools:
        where = where_of(catalog.tools[THE_SESSION])
        found.append(error("G102", where, "the guard uses this name; call the server another."))
    return found + list(_ledgers(catalog))


def where_of(spec: ToolSpec) -> str:
    """Return the place of a tool in the catalogue."""
    return f"guard.yaml:servers.{spec.server}.tools.{spec.tool}"


def _unknown_schema(spec: ToolSpec, catalog: Catalog) -> _Found:
    del catalog
    if not spec.effect:
        yield error("G100", where_of(spec), "effect is empty; expected read, write, egress, ...")
    if {"read", "write"} <= spec.effect:
        yield error("G100", where_of(spec), "effect has read and write; a write tool is not read.")
    if not spec.input_schema:
        message = "no input schema, so every argument is unknown; accept its definition."
        yield warning("G101", where_of(spec), message)


def _unknown_paths(spec: ToolSpec, catalog: Catalog) -> _Found:
    """G101: a role on an argument that the tool does not have protects nothing."""
    del catalog
    shape = shape_of(spec.input_schema)
    named = set(spec.args) | {one.path for one in spec.transforms.values() if one.path}
    for path in sorted(named if spec.input_schema else ()):
        if shape_at(shape, path) is None:
            yield error("G101", where_of(spec), f"the tool has no argument {path!r}.")


def _no_budget(spec: ToolSpec, catalog: Catalog) -> _Found:
    settled = spec.budget is not None or spec.action in catalog.unbudgeted
    if {"write", "egress"} & spec.effect and not settled:
        message = "a write or egress tool needs a budget, or `budget: none` and a budget_reason."
        yield error("G102", where_of(spec), message)


def _no_destination(spec: ToolSpec, catalog: Catalog) -> _Found:
    del catalog
    known = spec.destination or spec.paths("recipient") or spec.paths("url")
    if "egress" in spec.effect and not known:
        message = "an egress tool needs an argument of role recipient or url, or a destination."
        yield error("G103", where_of(spec), message)


def _aliases(spec: ToolSpec, catalog: Catalog) -> _Found:
    del catalog
    for path, _, _ in walk(shape_of(spec.input_schema)):
        role = alias_of(path)
        known = spec.paths(role) if role and path not in spec.args else ()
        if known and not any(one.startswith(f"{path}.") for one in known):
            message = f"{path!r} looks like a {role} and has no role."
            yield error("G104", where_of(spec), message)


def alias_of(path: str) -> str:
    """Return the role that an argument's name says it has; empty: none."""
    last = path.rpartition(".")[2].lower().replace("-", "_")
    return next((role for role, names in ALIASES.items() if last in names), "")


def _open_arguments(spec: ToolSpec, catalog: Catalog) -> _Found:
    del catalog
    if "privileged" not in spec.effect:
        return
    for path in opaque_paths(spec):
        message = (
            f"policy cannot see {path!r} of a privileged tool; set `opaque: true` to accept that."
        )
        yield error("G105", where_of(spec), message)


def _sentence(spec: ToolSpec, catalog: Catalog) -> _Found:
    del catalog
    if not spec.says:
        return
    named = placeholders(spec.says)
    shape = shape_of(spec.input_schema)
    for path in sorted(named):
        if spec.input_schema and shape_at(shape, path) is None:
            yield error("G106", where_of(spec), f"says names {path!r}, which the tool lacks.")
    for role in sorted(_SHOWN):
        for path in spec.paths(role):
            if path not in named:
                yield error("G106", where_of(spec), f"says leaves out the {role} {path!r}.")


def _low_impact(spec: ToolSpec, catalog: Catalog) -> _Found:
    """G108: `impact: low` relaxes rules, so it may not stand on what money or power depends on."""
    del catalog
    if not spec.low_impact:
        return
    heavy = {*spec.effect & {"privileged", "irreversible"}}
    heavy |= {role for role in ("amount", "secret", "permission", "command") if spec.paths(role)}
    if heavy:
        message = f"impact: low contradicts {', '.join(sorted(heavy))}."
        yield error("G108", where_of(spec), message)


def _order(spec: ToolSpec, catalog: Catalog) -> _Found:
    """G109: without an order nobody knows the least permission, so every one asks."""
    del catalog
    for path in spec.paths("permission"):
        if not spec.args[path].order:
            message = f"permission {path!r} has no `order` from the least to the most; it asks."
            yield warning("G109", where_of(spec), message)


def _never_asked(spec: ToolSpec, rules: Sequence[Rule]) -> _Found:
    asking = (one for one in rules if one.kind == "step_up" and one.id != REAUTH_RULE)
    asked = any(applies(rule, spec) for rule in asking)
    if "irreversible" in spec.effect and not asked:
        yield warning("G107", where_of(spec), "irreversible, and no step_up rule applies to it.")


def _ledgers(catalog: Catalog) -> _Found:
    actions = {spec.action: spec for spec in catalog.judged()}
    for ledger in catalog.ledgers:
        where = f"guard.yaml:ledgers.{ledger.name}"
        for of in (ledger.of, *(one.of for one in ledger.steps)):
            if of not in actions and of not in CLASSES:
                known = ", ".join(sorted(CLASSES))
                yield error("G401", where, f"of: got {of!r}, expected an action or one of {known}.")
        spec = actions.get(ledger.of)
        if ledger.kind != "sum" or spec is None:
            continue
        if ledger.path == "derived.amount_minor" and not spec.paths("amount"):
            yield error("G401", where, f"{ledger.of} has no argument of role amount.")
        if ledger.path.startswith("input."):
            shape = shape_at(shape_of(spec.input_schema), ledger.path.removeprefix("input."))
            if shape is None or shape.kind != "long":
                yield error("G401", where, f"sum of {ledger.path!r}, which is no integer.")
