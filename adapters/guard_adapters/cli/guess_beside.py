"""What the name of an argument means beside those of the others: a city beside a street.

Alone it could mean anything, and then it is left undecided. It reads names and the roles that were
guessed by them, and guesses none from a name alone.
"""

from collections.abc import Iterable, Mapping

from guard_adapters.cli.guess_names import ADDRESS_LINES, OWN_NAMES, POSTCODES
from guard_adapters.cli.guess_role import RoleGuess, word_of

_PLACES = frozenset({"city"}) | POSTCODES | ADDRESS_LINES
"""Names that tell who somebody is only beside others that do."""
_STREETS = frozenset(
    {"street", "address1", "address_1", "address_line1", "address_line_1", "line1"}
)
"""Names with which an address begins."""
_EITHER = frozenset({"source", "destination", "src", "dst", "dest"})
"""Names of paths, if there are other paths; else of places to travel to, or of anything."""
_OF_PAYMENTS = frozenset({"ref", "reference"})
"""Names of what a payment says; elsewhere, of what it is about."""
_SUBJECTS = frozenset({"subject"})
"""Names of a title, and of whom a right is given to."""
_OF_SOMEBODY = frozenset({"company", "employer", "job_title", "jobtitle", "salutation", "nickname"})
"""Names of what is said of somebody beside their name; elsewhere a company is one to deal with."""


def in_company(path: str, roles: Mapping[str, RoleGuess]) -> RoleGuess | None:
    """Return what a name means beside the others; None: alone it could mean anything."""
    own, word = roles[path], word_of(path)
    same = [one for one, guess in roles.items() if guess.role == own.role and one != path]
    match own.role:
        case "profile" if {word, *map(word_of, same)} <= _PLACES - _STREETS:
            return None
        case "path" if word in _EITHER and not same:
            return None
        case "title" if word in _SUBJECTS and _gives(roles):
            return None
        case "id" if word in _OF_PAYMENTS and any(x.role == "amount" for x in roles.values()):
            return RoleGuess(role="body", sure="medium", why="its name, beside an amount")
        case _:
            return own


def of_somebody(roles: Mapping[str, RoleGuess], undecided: Iterable[str]) -> dict[str, RoleGuess]:
    """Return those without a role that say more of somebody whose name stands beside them."""
    named = {
        path.rpartition(".")[0]
        for path, one in roles.items()
        if one.role == "profile" and word_of(path) in OWN_NAMES
    }
    found = RoleGuess(role="profile", sure="medium", why="its name, beside somebody's own")
    return {
        one: found
        for one in undecided
        if word_of(one) in _OF_SOMEBODY and one.rpartition(".")[0] in named
    }


def _gives(roles: Mapping[str, RoleGuess]) -> bool:
    """Return whether a tool gives a right, and writes nobody a text of which that is the title."""
    given = {one.role for one in roles.values()}
    return "permission" in given and "body" not in given
