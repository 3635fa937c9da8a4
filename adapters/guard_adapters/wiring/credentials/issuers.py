"""Builds the issuers that guard.yaml lists, each by its kind; a kind not used is not loaded.

It reads settings and gives them to `guard_adapters.issuer`; it makes no credential.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any, Final, NamedTuple, cast

from pydantic import BaseModel, ValidationError

from guard.errors import Unusable
from guard.grant.credential import ACCESS_TOKEN
from guard.policy.catalog import Catalog
from guard.policy.catalog_server import DEFAULT_ISSUER
from guard.ports import Issuer
from guard.ports.between import IssuesBetween
from guard_adapters.issuer.made import Maker
from guard_adapters.wiring.credentials.proven import OfIssuer


class Kind(NamedTuple):
    """Where one kind of issuer is, how its settings are read, and what pip calls its needs."""

    module: str
    settings: str
    issuer: str
    extra: str = ""


KINDS: Final[Mapping[str, Kind]] = {
    "oauth_exchange": Kind("oauth_exchange", "OAuthExchange", "OAuthExchangeIssuer"),
    "openbao": Kind("openbao", "OpenBao", "OpenBaoIssuer"),
    "postgres_cert": Kind("postgres_cert", "PostgresCert", "PostgresCertIssuer", "postgres"),
    "postgres_role": Kind("postgres_role", "PostgresRole", "PostgresRoleIssuer", "postgres"),
    "ssh": Kind("ssh", "Ssh", "SshIssuer"),
    "static": Kind("static", "Static", "StaticIssuer"),
    "sts": Kind("sts", "Sts", "StsIssuer"),
}


def issuers_of(listed: Mapping[str, Mapping[str, Any]], maker: Maker) -> dict[str, Issuer]:
    """Return the issuers of `guard.issuers`, by name.

    Raises:
        Unusable: `issuer_unusable`: an entry has an unknown kind or setting, or a file that it
            names cannot be used; `extra_missing`: what it needs is not installed.
    """
    return {name: _issuer(name, entry, maker) for name, entry in listed.items()}


async def let_go(issuer: Issuer) -> None:
    """Close what an issuer holds open; most hold nothing."""
    close = getattr(issuer, "aclose", None)
    if close is not None:
        await close()


def unlisted(catalog: Catalog, known: Mapping[str, Issuer]) -> None:
    """Refuse a catalogue that names an issuer which is not there, or whose tokens go nowhere.

    Raises:
        Unusable: `issuer_unknown`, `delivery_unusable`, `header_taken`.
    """
    for spec in catalog.judged():
        if spec.issuer and spec.issuer not in known:
            raise Unusable(
                f"{spec.action} takes its credential from {spec.issuer!r}, which is not listed.",
                code="issuer_unknown",
                where="guard.yaml",
                next_step="List it under guard.issuers with its kind.",
            )
        taken = getattr(
            known.get(spec.issuer), "header_name", ""
        )  # of a static key, where it has one
        own = spec.idempotency.header if spec.idempotency else ""
        if own and own.lower() == taken.lower():
            raise Unusable(
                f"{spec.action} would get its key and its idempotency key in one header, {own!r}.",
                code="header_taken",
                where=f"servers.{spec.server}.tools.{spec.tool}.idempotency",
                next_step=f"Name another header, or another one under guard.issuers.{spec.issuer}.",
            )
        server = catalog.servers[spec.server]
        headers = server.delivery in {"bearer", "dpop"} or server.protocol == "http"
        if spec.issuer and known[spec.issuer].kind == ACCESS_TOKEN and server.url and not headers:
            raise Unusable(
                f"The token for {spec.action} travels in a header, and the server {spec.server!r} "
                f"has delivery {server.delivery!r}.",
                code="delivery_unusable",
                where=f"servers.{spec.server}.delivery",
                next_step="Set it to `dpop`, or to `bearer` where the issuer has `dpop: false`.",
            )


def misplaced(catalog: Catalog, known: Mapping[str, Issuer]) -> None:
    """Refuse tokens between calls that nobody makes, or that no message could carry.

    Raises:
        Unusable: `between_unusable`.
    """
    for server in catalog.servers.values():
        if not server.between:
            continue
        if not server.url or server.protocol != "mcp":
            wrong = "it is no MCP server at a URL"
        elif not isinstance(known.get(server.issuer), IssuesBetween):
            wrong = f"its issuer {server.issuer!r} makes tokens for calls alone"
        elif server.delivery == "txn" and getattr(known[server.issuer], "binds_key", False):
            wrong = "two proofs (DPoP) cannot be in one request, and `txn` has one of its own"
        else:
            continue
        raise Unusable(
            f"The server {server.name!r} can get no token between calls: {wrong}.",
            code="between_unusable",
            where=f"servers.{server.name}.credential.between",
            next_step="See docs/issuers/oauth-exchange.md, or leave it away.",
        )


def _issuer(name: str, entry: Mapping[str, Any], maker: Maker) -> Issuer:
    where = f"guard.issuers.{name}"
    settings = dict(entry)
    word = settings.pop("kind", None)
    kind = KINDS.get(word) if isinstance(word, str) else None
    if kind is None or name == DEFAULT_ISSUER:
        known = ", ".join(sorted(KINDS))
        raise _unusable(where, f"got kind {word!r}, expected one of {known}", name)
    try:
        module = import_module(f"guard_adapters.issuer.{kind.module}")
    except ModuleNotFoundError as missing:
        raise Unusable(
            f"The issuer needs {missing.name}, which is not installed.",
            code="extra_missing",
            where=where,
            next_step=f"pip install 'guardcall[{kind.extra}]'.",
        ) from None
    model = cast("type[BaseModel]", getattr(module, kind.settings))
    make = cast("Callable[[BaseModel, Maker], Issuer]", getattr(module, kind.issuer))
    try:
        own = replace(maker, proven=OfIssuer(maker.proven, name, entry))
        return make(model.model_validate(settings), own)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        path = ".".join(map(str, first["loc"]))
        raise _unusable(where, f"{path}: {first['msg']}", name) from None


def _unusable(where: str, wrong: str, name: str) -> Unusable:
    taken = f" The name {name!r} is taken by the call token." if name == DEFAULT_ISSUER else ""
    return Unusable(
        f"The issuer cannot be used: {wrong}.{taken}",
        code="issuer_unusable",
        where=where,
        next_step="See docs/issuers/README.md for every kind and its settings.",
    )
