"""What an argument of a call is there: its role, its level, what it is about."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from guard.model.call import Json, ToolSpec
from guard.model.secret_name import known_by_heart
from guard.provenance.typed.canonical import classify, typed
from guard.provenance.typed.statement import changes_data
from guard.provenance.vocabulary.currencies import currency_of, names_currency, words_in
from guard.provenance.vocabulary.lexicon import capability

CHANGING = frozenset({"write", "egress", "privileged", "irreversible"})
"""Classes of tools whose arguments have to be accounted for."""
LEVEL_OF: Mapping[str, str] = {
    "recipient": "dest",
    "id": "target",
    "path": "target",
    "source": "target",
    "query": "target",
    "amount": "amount",
    "secret": "secret",
    "profile": "profile",
    "url": "url",
    "attach": "attach",
}
"""Which level a role counts in; roles that are missing here are texts, or need nothing."""


Like = Literal["", "number", "digits", "flag", "address", "host", "currency", "moment"]
"""What a value is like, as far as that tells what it is there."""
_ADDRESS = re.compile(
    r"\s*(?:(?:[A-Za-z][A-Za-z0-9+.-]{1,15}:)?[/\\]{2}"
    r"|[\w.+-]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{1,63}:(?!\d+$)\S)"
)
"""With a scheme, without one, or as programs that copy files write it: `user@host:path`."""
_NAMES = re.compile(r"\s*(?:gid|urn|did|tag|doi|ark|uuid):", re.IGNORECASE)
"""Schemes that only name something, and under which nothing is fetched (RFC 8141, RFC 4151)."""
_OPTION = re.compile(r"^\s*-[A-Za-z][^:\s]*(?:\s|$|=)|(?:^|\s)--[A-Za-z]")
"""What programs take for an order, and not for what they are asked about: `--output=x`."""
_NUMERIC = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}")
"""An address of IP, version 4, that stands alone."""
_DIGITS = re.compile(r"\d{1,12}(?:\.\d{1,4})?")
_SUMS = frozenset({"amount", "price", "cost", "costs", "salary", "fee", "budget", "discount"})
"""Words of names for so much money, that are no part of an id's."""
_PLACED = frozenset({"path", "source", "attach", "id"})
"""Roles of what is here; with an address in it a call goes there instead."""
_SHORT = 80
"""Characters: longer values are seldom the same twice."""
_NAME = 24
"""The longest name of a currency (characters)."""


def like(raw: Json) -> Like:
    """Return what a value is like: a yes or no is no number, though Python counts it among them."""
    if isinstance(raw, bool):
        return "flag"
    if not isinstance(raw, str):
        return "number" if isinstance(raw, (int, float)) else ""
    return _like(raw) if len(raw) <= _SHORT else _like.__wrapped__(raw)


@lru_cache(maxsize=4096)  # the same few values come again and again
def _like(raw: str) -> Like:
    if (_ADDRESS.match(raw) and not _NAMES.match(raw)) or _OPTION.search(raw) or changes_data(raw):
        return "address"
    named = "." in raw or "localhost" in raw
    linked = named and any(kind == "url" for kind, _ in classify(raw.strip()))
    if linked or _NUMERIC.fullmatch(raw.strip()):
        return "host"
    if any(typed(raw).moment):
        return "moment"
    if _DIGITS.fullmatch(raw):
        return "digits"
    return "currency" if len(raw) <= _NAME and currency_of(raw) else ""


def is_settled(spec: ToolSpec, path: str) -> bool:
    """Return whether an argument has its role whatever a value of it is like."""
    role = entered(spec, path)
    return bool(role) and role not in _PLACED and not spec.effect.isdisjoint(CHANGING)


def role_of(spec: ToolSpec, path: str, like: Like) -> str:
    """Return the role of an argument; one that nobody decided on is held to the strictest.

    What is given as an address is one, whatever its argument is called: the call goes there. So is
    an option, which may name a place as well, and a statement that changes what is only looked up.
    """
    role, reads = entered(spec, path), spec.effect.isdisjoint(CHANGING)
    if like == "address" and (reads or role in _PLACED):
        return "url"
    if role:
        return role
    if reads:
        return "url" if like == "host" else "query"
    return _undecided(path.rpartition(".")[2], like)


def _undecided(name: str, like: Like) -> str:
    """Return the strictest role of an argument that its name and its value allow."""
    match like:
        case "flag":
            return "flag"
        case "number":
            return "secret" if known_by_heart(name) else "amount"
        case "digits" if not _SUMS.isdisjoint(words_in(name)[-1:]):
            return "amount"  # a price is one in quotes as well; a bare number may be an account
        case "moment" if not known_by_heart(name):
            return "when"  # nobody is called so, and it may contradict no day that was named
        case "currency" if names_currency(name):
            return "enum"  # nobody is called so, and the amount beside it is weighed in it
        case _:
            return "secret" if known_by_heart(name) else "recipient"


def entered(spec: ToolSpec, path: str) -> str:
    """Return the role that a person confirmed; what a schema leaves open has its holder's."""
    at = path
    while at:
        entry = spec.args.get(at)
        if entry is not None and entry.role:
            return entry.role
        at = at.rpartition(".")[0]
    return ""


def nouns_of(tool: frozenset[str], path: str) -> frozenset[str]:
    """Return what an argument is about: what its tool acts on, and what its own name says."""
    return tool | capability(path.rpartition(".")[2]).nouns if tool else tool
