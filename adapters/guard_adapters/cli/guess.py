"""First guesses for a catalogue entry, from a tool's name, its schema and its annotations.

Every guess carries its reason and how sure it is, and none is believed: an entry is written
unconfirmed, and what a person has not confirmed is denied. `guess_effects` says what a tool does.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from guard.model.call import Json, ToolSpec
from guard.policy.shape import Shape, shape_at, shape_of, walk
from guard.provenance.schema.shown import parts_at
from guard.provenance.vocabulary.currencies import names_currency
from guard.provenance.vocabulary.lexicon import capability
from guard_adapters.cli.guess_beside import in_company, of_somebody
from guard_adapters.cli.guess_effects import effects_of, needed
from guard_adapters.cli.guess_names import (
    LADDER,
    SUMMARIES,
    is_id,
    role_by_format,
    role_by_name,
    summary_role,
)
from guard_adapters.cli.guess_role import (
    RoleGuess,
    Sure,
    looked_up,
    one_path,
    venues,
    word_of,
    words_in,
)
from guard_adapters.cli.guess_thing import Things

_MAIL = frozenset({"cc", "bcc", "email"})
_MAIL_IN_COMPANY = frozenset({"to", "reply_to", "forward_to"})
_OF_A_MAIL = _MAIL | {"subject"}
"""Names beside which those are of a mail: alone they may be a name, a number or a channel."""
_SAYS_MAIL = re.compile(r"(?<![a-z])(e-?|g)?mails?(?![a-z])", re.IGNORECASE)
_SAYS_HOST = re.compile(
    r"(?<![a-z])(web|sites?|websites?|urls?|hosts?|hostnames?|dns|whois|domains?|internet)(?![a-z])",
    re.IGNORECASE,
)
"""What is about hosts: elsewhere a domain is a field of work, or a sort of devices."""
_RUNS = re.compile(
    r"(?<![a-z])(run|runs|exec|execute|executes|eval|evaluate|interpret\w*|script|scripts|python|shell|bash"
    r"|javascript|js|program|source|snippet|compile)(?![a-z])",
    re.IGNORECASE,
)
"""What is about programs: elsewhere a code is one of a country, a discount or a lock."""
_SAYS_LANGUAGE = re.compile(
    r"(?<![a-z])(\w*sql|cypher|sparql|graphql|gql|statements?)(?![a-z])", re.IGNORECASE
)
"""Languages in which a query may also change what it is asked about."""
_BEGINS = frozenset({"from", "start", "since", "begin", "start_date", "from_date"})
"""Names beside which `to` is the end of something, where nothing is sent or paid."""
PLAIN = (
    _MAIL
    | _MAIL_IN_COMPANY
    | frozenset(
        {"recipient", "recipients", "url", "uri", "path", "file_path", "filename", "amount_minor"}
        | {"command", "sql", "query", "subject", "body", "password", "api_key", "attachments"}
    )
)
"""Names that mean one thing wherever they stand."""

_SHARING = frozenset({"share", "add_member"})
"""Classes of tools that give somebody else a right."""
_SENDING = frozenset({"send", "pay"})
_REACHING = _SENDING | _SHARING
_LOOKS_UP = frozenset({"list", "search", "find", "lookup", "query"})
"""Verbs of tools to which an address says what is looked for, and nothing is sent there."""
_LISTS = frozenset({"recipient", "url", "path", "attach", "permission", "id", "command"})
_KINDS: Mapping[str, frozenset[str]] = {
    "amount": frozenset({"long", "decimal"}),
    "id": frozenset({"string", "long", "decimal"}),
}
_SAID = frozenset({"recipient", "amount", "path", "source", "url", "id"})
"""Roles that the sentence for a reviewer has to name."""
_SAYINGS = frozenset({"answer", "reply", "question", "review", "suggestion", "complaint"})
"""What people say, where a tool is named after it."""
_WISHES = frozenset({"request", "wish", "preference"})
_ADDS = frozenset({"add", "leave"})
"""Verbs by which one of these is words; what is made or sent may be a request to another host."""
_RECURS = frozenset({"recurring", "recurrence", "repeat", "frequency"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What a tool seems to do, and why it seems so. `undecided`: its arguments without a role."""

    effect: tuple[str, ...]
    sure: Sure
    why: str
    roles: Mapping[str, RoleGuess]
    undecided: tuple[str, ...]
    says: str


def guessed(
    name: str,
    schema: Mapping[str, Json],
    hints: Mapping[str, bool],
    called: str = "",
    said: str = "",
) -> Guess:
    """Return the guess for one tool.

    Args:
        name: the tool's.
        schema: of its arguments.
        hints: its annotations, by their names on the wire.
        called: its name without the words of its service; empty: there are none.
        said: how the server describes it.
    """
    roles, undecided = roles_of(schema, called or name)
    words = words_in(called or name)
    args = {word_of(path): "" for path in undecided} | {
        word_of(p): one.role for p, one in roles.items()
    }
    effect, verb, why = effects_of(words, args, hints, needed(schema, roles), said)
    if effect == ("read",) and (verb in _LOOKS_UP or "by" in words):
        roles = {path: looked_up(path, one) for path, one in roles.items()}
    shown = [p for p, one in roles.items() if one.role in _SAID]
    says = " ".join([name.replace("{", "").replace("}", ""), *(f"{{{path}}}" for path in shown)])
    return Guess(
        effect=effect,
        sure="medium" if verb else "low",
        why=why,
        roles=roles,
        undecided=undecided,
        says=says,
    )


class _Tool:
    """What the arguments of one tool are read by, beside their own names."""

    def __init__(self, name: str, schema: Mapping[str, Json], paths: Iterable[str]) -> None:
        self._tool = ToolSpec(server="", tool=name, effect=frozenset(), input_schema=schema)
        verbs, beside = capability(name).verbs, {word_of(path) for path in paths}
        self.shares = not _SHARING.isdisjoint(verbs)
        self.spans = verbs.isdisjoint(_SENDING) and not _BEGINS.isdisjoint(beside)
        self._words = words_in(name)
        self._things = Things(name, self._words, beside)
        called = self._called = " ".join(self._words)
        self._reaches = _SAYS_HOST.search(called) is not None
        self._speaks = _SAYS_LANGUAGE.search(called) is not None
        named = not _OF_A_MAIL.isdisjoint(beside)
        self._mails = named or _SAYS_MAIL.search(called) is not None
        self._summary = summary_role(beside)
        self._reaches_people = not _REACHING.isdisjoint(verbs)
        self.pays = any(role_by_name(word_of(path)) == "amount" for path in paths)

    def names(self, path: str, word: str) -> tuple[str, str]:
        """Return the role that an argument's own name gives away in this tool, and why."""
        known_only_here = {"domain": self.is_host, "code": self.is_program}.get(word)
        if known_only_here is not None and not known_only_here(path):
            return "", ""
        if word in SUMMARIES:
            return self._summary, "its name, beside the others"
        role = role_by_name(word)
        if not role and self._puts_into_words(word):
            return "body", "its name: the tool puts it into words"
        if not role and self._things.calls(word):
            return "title", "its name: what is made, or set, is called so"
        return role, "its name"

    def kind(self, path: str) -> str:
        """Return the kind of a receiver; empty: it may be a name, a number or a channel."""
        parts, word = parts_at(self._tool.held, path), word_of(path)
        if word in _MAIL or any(one.get("format") == "email" for one in parts):
            return "email"
        said = self._said(path)
        mails = self._mails or (_SAYS_MAIL.search(said) and " or " not in said)
        return "email" if mails and word in _MAIL_IN_COMPANY else ""

    def is_host(self, path: str) -> bool:
        """Return whether an argument called `domain` is one of hosts, as far as anything says."""
        return self._reaches or _SAYS_HOST.search(self._said(path)) is not None

    def is_program(self, path: str) -> bool:
        """Return whether an argument called `code` is one, as far as anything says."""
        return _RUNS.search(f"{self._called} {self._said(path)}") is not None

    def takes_statements(self, path: str) -> bool:
        """Return whether a query is one in a language that can change what it asks about."""
        return self._speaks or _SAYS_LANGUAGE.search(self._said(path)) is not None

    def _puts_into_words(self, word: str) -> bool:
        """Return whether an argument is what the tool puts into words: the `answer` of one."""
        added = word in _WISHES and not _ADDS.isdisjoint(self._words)
        return (word in _SAYINGS or added) and self._words[-1].removesuffix("s") == word

    def _said(self, path: str) -> str:
        """Return what the schema says of an argument in words."""
        return " ".join(str(one.get("description", "")) for one in parts_at(self._tool.held, path))

    def takes_id(self, path: str, word: str, shape: Shape) -> bool:
        """Return whether an argument names a thing that is there, and nobody to reach."""
        several, number = shape.kind == "set", shape.kind in {"long", "decimal"}
        people = "person" in capability(word).nouns and (several or self._reaches_people)
        if not people and is_id(word, self._said(path), number=number):
            return True
        return shape.kind == "string" and self._things.holds(word)

    def tells(self, path: str, word: str) -> tuple[str, str]:
        """Return the role that schema or tool give an argument whose name has none, and why."""
        if self.pays and names_currency(word):
            return "enum", "its name: it is weighed with the amount"
        return role_by_format(parts_at(self._tool.held, path)), "the format in its schema"


def roles_of(
    schema: Mapping[str, Json], name: str = ""
) -> tuple[dict[str, RoleGuess], tuple[str, ...]]:
    """Return the role of every argument that gives it away, and the paths of all the others.

    Args:
        schema: of the arguments.
        name: of the tool.
    """
    roles: dict[str, RoleGuess] = {}
    undecided: list[str] = []
    whole = shape_of(schema)
    every = walk(whole)
    tool = _Tool(name, schema, [path for path, _, _ in every])
    for path, shape, _ in every:
        if shape_at(whole, path) is None:
            continue  # a dot in a name: a catalogue cannot speak of it
        if shape.kind == "record" or (shape.element and shape.element.kind == "record"):
            continue  # its members are decided one by one
        found = _role(path, shape, tool)
        if found is None:
            undecided.append(path)
        else:
            roles[path] = found
    shapes = {path: shape for path, shape, _ in every}
    beside = venues(roles, undecided) | of_somebody(roles, undecided)
    roles |= (at := {path: one for path, one in beside.items() if _fits(one.role, shapes[path])})
    undecided = [one for one in undecided if one not in at]
    told = {path: in_company(path, roles) for path in roles}
    undecided += [path for path, one in told.items() if one is None]
    kept = {path: one for path, one in told.items() if one is not None}
    return one_path(kept), tuple(sorted(undecided))


def _role(path: str, shape: Shape, tool: "_Tool") -> RoleGuess | None:
    word = word_of(path)
    if shape.kind == "bool":
        return RoleGuess(role="flag", sure="high", why="its schema: yes or no")
    (role, why), closed = tool.names(path, word), _closed(shape)
    known = [one.lower() in LADDER for one in closed]
    if role == "permission" or (closed and (all(known) or (tool.shares and any(known)))):
        return _permission(shape, closed, named=role == "permission")
    if closed and word not in _RECURS:
        return RoleGuess(role="enum", sure="high", why="its schema: a closed set")
    if not role and tool.takes_id(path, word, shape):
        role, why = "id", "its name, or what its schema says of it"
    if not role or (word == "to" and tool.spans):
        role, why = tool.tells(path, word)
    if not role or not _fits(role, shape):
        return None
    if role == "query" and tool.takes_statements(path):
        why = "its language can change what it asks about"
        return RoleGuess(role="command", sure="medium", why=why)
    kind = tool.kind(path) if role == "recipient" else ""
    return RoleGuess(role=role, sure="high" if word in PLAIN else "medium", why=why, kind=kind)


def _closed(shape: Shape) -> tuple[str, ...]:
    """Return the closed set of texts that an argument can be; empty: it is open."""
    one = shape.element if shape.kind == "set" and shape.element else shape
    return tuple(str(choice) for choice in one.choices or () if choice is not None)


def _permission(shape: Shape, closed: tuple[str, ...], *, named: bool) -> RoleGuess | None:
    """Return a permission with its order, where the names of its values tell one."""
    if not _fits("permission", shape):
        return None
    ranks = [LADDER.get(one.lower(), -1) for one in closed]
    if not closed or min(ranks) < 0 or len(set(ranks)) < len(ranks):
        return RoleGuess(role="permission", sure="low", why="its name; no order to be seen")
    order = tuple(sorted(closed, key=lambda one: LADDER[one.lower()]))
    sure: Sure = "medium" if named else "low"
    return RoleGuess(role="permission", sure=sure, why="the names of its values", order=order)


def _fits(role: str, shape: Shape) -> bool:
    """Return whether what reads a role can read an argument of this shape."""
    if shape.kind == "set" and role in _LISTS:
        kinds = _KINDS["id"] if role == "id" else {"string"}
        return shape.element is not None and shape.element.kind in kinds
    return shape.kind in _KINDS.get(role, {"string"})
