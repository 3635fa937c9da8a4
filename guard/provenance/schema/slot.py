"""What is known of one argument before any call holds it: made once for a tool and a path.

Read from the catalogue and the tool's published schema. It sees one value only to say whether that
is the schema's own.
"""

from functools import lru_cache
from typing import NamedTuple

from guard.model.call import Held, Json, Scalar
from guard.provenance.schema.kin import kin_of
from guard.provenance.schema.levels import level_of
from guard.provenance.schema.numbered_set import meanings
from guard.provenance.schema.roles import (
    LEVEL_OF,
    Like,
    entered,
    is_settled,
    like,
    nouns_of,
    role_of,
)
from guard.provenance.schema.shown import is_needed, own_at, unlisted
from guard.provenance.schema.standing import begins_at
from guard.provenance.schema.switches import Switch, switch_of
from guard.provenance.vocabulary.contrary import repeats
from guard.provenance.vocabulary.lexicon import capability

_SAYABLE = frozenset({"id", "path", "recipient", "source", "when"})
_ONE_OF_MANY = frozenset({"dest", "target"})
_SOMEBODY = frozenset({"person"})
_NOTHING: frozenset[str] = frozenset()
_YES = frozenset({"true", "yes", "on", "1", "y", "t"})
_EITHER = _YES | {"false", "no", "off", "0", "n", "f"}


class Slot(NamedTuple):
    """One argument of a tool.

    Args:
        role: what it is there.
        level: the level in which it counts; empty: none.
        target: whether it names an object to act on, for which an id is enough.
        nouns: what it is about, as far as its own name and the tool's tell.
        about: of what the call can be one of many because of it.
        kin: the stems of that, whether the lexicon knows them or not.
        open: whether nobody said what it is, and it may be somebody.
        loose: whether nobody said what it is, and it may be somebody, or so much of anything.
        named: whether it takes what people name a thing by: it is open, or for an id.
        sayable: whether the words of a request may say that this is what it is done to.
        again: whether it says, by its name, that something is done again and again.
        default: what the tool's schema says it is where it is left out; None: nothing.
        allowed: the closed set of its values; empty: it is open.
        needed: whether the schema wants it in every call.
        switch: what a yes or a no takes there.
        standing: words of the server's own for what is the caller's: "me", "primary".
        meanings: what each of its numbers means, as the schema's text tells; empty: it tells none.
        closed: whether a text or a number may be one of its own values, or say yes or no.
        keys: the names of its path that the schema does not list; empty: it lists them all.
    """

    role: str
    level: str
    target: bool
    nouns: frozenset[str]
    about: frozenset[str]
    kin: frozenset[str]
    open: bool
    loose: bool
    named: bool
    sayable: bool
    again: bool
    default: Json
    allowed: tuple[Json, ...]
    needed: bool
    switch: Switch
    standing: frozenset[str]
    meanings: tuple[tuple[str, str], ...]
    closed: bool
    keys: tuple[str, ...]

    def read(self, raw: Scalar) -> Scalar:
        """Return a value as what it says there: a switch may be written "true", or as "0"."""
        if not isinstance(raw, str):
            return raw
        said = raw.strip().casefold()
        return said in _YES if said in _EITHER else raw

    def exempts(self, raw: Json) -> bool:
        """Return whether a value is the schema's own: of its closed set, its default, yes or no."""
        if raw is None:
            return True
        if self.role == "permission":
            return False
        if isinstance(raw, bool) or (isinstance(raw, str) and raw in self.standing):
            return True
        if self.default == raw and type(self.default) is type(raw):
            return True
        # Python takes 1 for True: a yes that the schema allows allows no amount.
        return bool(self.allowed) and any(
            one == raw and not isinstance(one, bool) for one in self.allowed
        )


def slot_of(tool: Held, path: str, raw: Json) -> Slot:
    """Return what is known of an argument.

    Args:
        tool: the tool.
        path: of the argument; elements of arrays are under their array's path.
        raw: what stands there, which tells what it is where nobody said so.
    """
    return settled(tool, path) or _slot(tool, path, like(raw))


@lru_cache(maxsize=4096)  # the same few tools come again and again
def settled(tool: Held, path: str) -> Slot | None:
    """Return what is known of an argument where no value of it changes that."""
    return _slot(tool, path, "") if is_settled(tool.spec, path) else None


@lru_cache(maxsize=4096)
def _slot(tool: Held, path: str, like: Like) -> Slot:
    spec, name = tool.spec, path.rpartition(".")[2]
    role, able = role_of(spec, path, like), capability(spec.named, spec.intent)
    level = level_of(spec, role)
    schema, allowed = own_at(tool, path)
    free = not entered(spec, path)
    unsaid = free and role == "recipient"
    default = schema.get("default")
    standing = _NOTHING
    if unsaid or role == "id":
        standing = spec.standing.get(name, _NOTHING) | begins_at(name, schema)
    return Slot(
        role=role,
        level=level,
        target=LEVEL_OF.get(role) in {"target", "attach"},
        nouns=nouns_of(able.nouns, path),
        about=_about(level, name),
        kin=kin_of(spec.named, name),
        open=unsaid,
        loose=unsaid or (free and role == "amount"),
        named=unsaid or role == "id",
        sayable=unsaid or free or role in _SAYABLE,
        again=repeats(path),
        default=default,
        allowed=allowed,
        needed=is_needed(tool, path),
        switch=switch_of(path, able.stems),
        standing=standing,
        meanings=() if allowed else meanings(schema),
        closed=role == "flag" or default is not None or bool(allowed or standing),
        keys=unlisted(tool, path),
    )


def _about(level: str, name: str) -> frozenset[str]:
    """Return of what a call can be one of many by this: whom it goes to, or what it is done to."""
    if level not in _ONE_OF_MANY:
        return _NOTHING
    return capability(name).nouns or (_SOMEBODY if level == "dest" else _NOTHING)
