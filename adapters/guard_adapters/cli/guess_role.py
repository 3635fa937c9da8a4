"""What a guess of the role of one argument says, and which of several paths is written to.

It reads names only, and guesses no role itself.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

_ENDS = re.compile(r"(destination|dest|dst|target|to|new|output)(_path|_file)?")
"""Names of the path that is written to."""
_STARTS = re.compile(r"(source|src|from|old|input|original)(_path|_file)?")
"""Names of the path that is read."""
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
"""Where a word of a name begins: FHIR and Delete of `FHIRDelete`."""
_VENUES = frozenset({"location", "place", "venue"})
_GIVEN = frozenset({"to", "cc", "bcc", "recipient", "recipients", "reply_to", "forward_to"})
"""Names that say that something goes there, whatever the tool is called."""
Sure = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGuess:
    """The role of one argument, how sure that is and why. `order`: of a permission, least first.

    `kind`: of a recipient, where it can be nothing but a mail address.
    """

    role: str
    sure: Sure
    why: str
    order: tuple[str, ...] = ()
    kind: str = ""


def word_of(path: str) -> str:
    """Return the last name of an argument path as words."""
    name = path.rpartition(".")[2]
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace("-", "_")


def words_in(name: str) -> list[str]:
    """Return the words of a tool's name, in lower case."""
    return re.split(r"[^a-z0-9]+", _HUMP.sub("_", name).lower())


def looked_up(path: str, one: RoleGuess) -> RoleGuess:
    """Return the role of an argument of a tool that only looks for things."""
    if one.role != "recipient" or word_of(path) in _GIVEN:
        return one
    return RoleGuess(role="query", sure="medium", why="its name, in a tool that looks things up")


def venues(roles: Mapping[str, RoleGuess], undecided: Iterable[str]) -> dict[str, RoleGuess]:
    """Return those without a role that say where a thing takes place with a title and a time."""
    if not {"title", "when"} <= {one.role for one in roles.values()}:
        return {}
    why = "its name, beside a title and a time"
    found = RoleGuess(role="title", sure="medium", why=why)
    return {one: found for one in undecided if word_of(one) in _VENUES}


def one_path(roles: Mapping[str, RoleGuess]) -> dict[str, RoleGuess]:
    """Tell the path that is written to from the one that is read: a rule sees one of each."""
    paths = [path for path, one in roles.items() if one.role == "path"]
    if len(paths) < 2:  # noqa: PLR2004
        return dict(roles)
    ends = [one for one in paths if _ENDS.fullmatch(word_of(one))]
    kept = (ends or [one for one in paths if not _STARTS.fullmatch(word_of(one))] or paths)[0]
    first, *more = sorted((one for one in paths if one != kept), key=_no_start)
    sure: Sure = "medium" if ends or not _no_start(first) else "low"
    read = RoleGuess(role="source", sure=sure, why=f"its name, beside {kept!r}")
    why = f"its name; rules see {kept!r} and {first!r} as paths"
    others = dict.fromkeys(more, RoleGuess(role="id", sure="low", why=why))
    return {**roles, first: read, **others}


def _no_start(path: str) -> bool:
    return _STARTS.fullmatch(word_of(path)) is None
