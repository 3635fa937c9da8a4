"""What is known of one argument before any call holds it: made once for a tool and a path.

Read from the catalogue and the tool's published schema. It sees one value only to say whether that
is the schema's own.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from guard.model.call import Json
from guard.provenance.kin import kin_of
from guard.provenance.levels import level_of
from guard.provenance.lexicon import capability
from guard.provenance.roles import LEVEL_OF, Like, entered, nouns_of, role_of
from guard.provenance.shown import Held, own_at


class Slot(NamedTuple):
    """One argument of a tool.

    Args:
        role: what it is there.
        level: the level in which it counts; empty: none.
        target: whether it names an object to act on, for which an id is enough.
        nouns: what it is about, as far as its own name and the tool's tell.
        kin: the stems of that, whether the lexicon knows them or not.
        open: whether nobody said what it is.
        schema: what the tool's schema says of it.
        allowed: the closed set of its values; empty: it is open.
    """

    role: str
    level: str
    target: bool
    nouns: frozenset[str]
    kin: frozenset[str]
    open: bool
    schema: Mapping[str, Json]
    allowed: tuple[Json, ...]

    def exempts(self, raw: Json) -> bool:
        """Return whether a value is the schema's own: of its closed set, its default, yes or no."""
        if raw is None:
            return True
        if self.role == "permission":
            return False
        if isinstance(raw, bool):
            return True
        if "default" in self.schema:
            default = self.schema["default"]
            if default == raw and type(default) is type(raw):
                return True
        # Python takes 1 for True: a yes that the schema allows allows no amount.
        return any(one == raw and not isinstance(one, bool) for one in self.allowed)


@lru_cache(maxsize=4096)  # the same few tools come again and again
def slot_of(tool: Held, path: str, like: Like) -> Slot:
    """Return what is known of an argument.

    Args:
        tool: the tool.
        path: of the argument; elements of arrays are under their array's path.
        like: what the value is like, which tells where nobody said what it is.
    """
    spec = tool.spec
    role = role_of(spec, path, like)
    schema, allowed = own_at(tool, path)
    return Slot(
        role=role,
        level=level_of(spec, role),
        target=LEVEL_OF.get(role) in {"target", "attach"},
        nouns=nouns_of(capability(spec.tool, spec.intent).nouns, path),
        kin=kin_of(spec.tool, path.rpartition(".")[2]),
        open=role == "recipient" and not entered(spec, path),
        schema=schema,
        allowed=allowed,
    )
