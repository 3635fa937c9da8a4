"""First guess of what a tool does, from its name, its arguments' names and its annotations.

Doubt writes: a name reads only where every word of it that could act is one that reads. Annotations
are the server's own word, as the name is: they add caution, and take it away only from a name of
which no word acts.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from guard.model.call import Json
from guard.policy.shape import shape_at, shape_of
from guard.provenance.speech.sentences import is_base
from guard.provenance.vocabulary.lexicon import (
    is_other,
    is_stop,
    noun_classes,
    stem,
    verb_classes,
    verbal_classes,
)
from guard.provenance.vocabulary.words import set_of
from guard_adapters.cli.guess_role import RoleGuess

READ_VERBS = set_of(
    "get list read search find fetch show describe query view count check calculate compute "
    "compare lookup retrieve browse inspect preview summarize summarise explain estimate "
    "lesen suchen anzeigen abfragen rechercher consulter lire afficher lister"
)
FINAL_VERBS = set_of(
    "delete remove purge drop destroy send pay transfer publish post refund reimburse erase wipe"
)
WRITE_VERBS = set_of(
    "write create edit update move rename copy add append insert set put save upload make assign "
    "invite share schedule book buy run execute start stop cancel close merge push approve reply "
    "forward"
)
_ACTS = set_of(
    "replace accept reject decline confirm enable disable modify install uninstall unlock unblock "
    "revoke redeem subscribe unsubscribe"
)
"""Verbs that are no nouns as well, wherever they stand in a name."""
_NEVER_NOUNS = _ACTS | set_of(
    "delete remove purge destroy send publish erase wipe write create rename append insert execute "
    "approve"
)
_ANY_VERB = READ_VERBS | FINAL_VERBS | WRITE_VERBS
_JOINED = frozenset({"and", "or", "then"})
"""With one of these a name says two things, and the stronger one counts."""
_AWAY = frozenset({"in", "out", "off"})
"""After "check" these make it another verb."""
_OBTAINS = frozenset({"get", "list", "read", "view", "show", "fetch"})
"""Verbs that need no text to do what they say."""
_TELLS = set_of("status log logs diff history info details stats statistics version overview")
"""Nouns for what is shown, where no word of the name acts: `disk_status`, `build_log`."""
_ENTERS = frozenset({"log"})
"""Of those, what is entered where it stands first, before the noun of what is entered."""
_EITHER = frozenset({"list", "count", "check", "view", "show", ""})
"""Verbs of a look that are those of an act as well: a car is listed, a box is checked."""
_PUTS_UP = re.compile(
    r"\W*(puts?|enters?|records?|logs?|notes?|marks?|offers?|registers?|posts?|publish(es)?|adds?"
    r"|creates?|sets?|makes?)\s+(?!of\b)|[^.]*\bfor (sale|rent|hire)\b",
    re.IGNORECASE,
)
"""How the description of a tool begins that enters something, or puts it up."""
_FREE = frozenset({"title", "body", "amount", "number"})
"""Roles of what is told and never looked for: one record's own words and its figures."""
_NUMBERS = frozenset({"long", "decimal"})
_GIVEN_TO_ACT = frozenset({"recipient", "amount", "body", "permission", "secret", "command"})
"""Roles of arguments that a tool which only reads would not take."""
_WHOSE = frozenset({"my", "our", "all"})
_REACHED = frozenset({"url", "recipient"})
_LOOKED_UP = frozenset({"url"})
"""Roles of addresses that a call goes to; who looks for somebody by their mail writes to nobody."""
_OWN = frozenset({"id", "uuid", "number", "ref", "reference", "key"})
_REPLACES = re.compile(r"new_\w+|replacement\w*|replace_with")


def effects_of(
    words: Sequence[str],
    args: Mapping[str, str],
    hints: Mapping[str, bool],
    needs: Mapping[str, str] = MappingProxyType({}),
    said: str = "",
) -> tuple[tuple[str, ...], str, str]:
    """Return what a tool seems to do: its classes, the verb of its name, and why.

    Args:
        words: of its name, in lower case.
        args: the last name of each argument, as words -> its role; empty: nobody knows.
        hints: the server's annotations, by their names on the wire.
        needs: of the arguments that have to be given, the same; no role: a free number.
        said: how the server describes it.
    """
    verb, given = verb_of(words, args), frozenset(args.values())
    why = [f"the name says {verb!r}" if verb else "the name says nothing"]
    # "my_orders" are orders, whatever is done by that word.
    things = bool(words) and words[0] in _WHOSE and words[-1].endswith("s")
    acts = not things and any(map(_could_act, words))
    silent = not verb and not acts and given.isdisjoint(_GIVEN_TO_ACT)
    hinted = silent and hints.get("readOnlyHint") is True
    tells = silent and not hinted and not _TELLS.isdisjoint({*words} - {*args})
    tells = tells and not (words[0] in _ENTERS and words[1:])  # "log_feeding" enters one
    reads = (verb in READ_VERBS or hinted or tells) and not hints.get("destructiveHint", False)
    if tells:
        why.append("and is of something that is shown")
    if hinted:
        why.append("the server calls it read-only, and nothing of it acts")
    if reads and _changes(words[-1]):  # "open_tickets" are tickets; "find_replace" replaces
        reads = False
        why.append(f"and ends in {words[-1]!r}")
    if hints.get("readOnlyHint") is True and not verb and not hinted:
        why.append("the server calls it read-only, and nothing else does")
    if hints.get("readOnlyHint") is False and reads:
        reads = False
        why.append("the server does not call it read-only")
    put = "" if hints.get("readOnlyHint") else _puts(words, verb, needs, said)
    if reads and (taken := _given_to_write(verb, args) or put):
        reads = False
        why.append(taken)
    effect = ["read" if reads else "write"]
    if (_LOOKED_UP if reads else _REACHED) & given:
        effect.append("egress")
        why.append("it takes an address")
    if "command" in given:
        effect.append("privileged")
        why.append("it takes a command")
    if not reads and (verb in FINAL_VERBS or hints.get("destructiveHint")):
        effect.append("irreversible")
        why.append("it seems hard to undo")
    return tuple(effect), verb, "; ".join(why)


def _puts(words: Sequence[str], verb: str, needs: Mapping[str, str], said: str) -> str:
    """Return why a tool that seems to look enters or puts up something; empty: nothing says so.

    Whoever lists things has a filter; whoever lists one has to say what it is and what it costs.
    """
    if verb not in _EITHER:
        return ""
    if _PUTS_UP.match(said) and not (verb and words[-1].endswith("s")):
        return "its description says that something is entered"
    one = verb == "list" and words[-1] != "list" and not words[-1].endswith("s")
    free = [name for name, role in needs.items() if role in _FREE]
    return f"it needs {free[0]!r}" if one and free else ""


def needed(schema: Mapping[str, Json], roles: Mapping[str, RoleGuess]) -> dict[str, str]:
    """Return the role of each argument that has to be given; of a free number, `number`."""
    whole, found = shape_of(schema), schema.get("required")
    paths = [str(one) for one in found] if isinstance(found, list) else []
    told = {path: roles[path].role for path in paths if path in roles}
    shapes = {path: shape_at(whole, path) for path in paths if path not in roles}
    return told | {path: "number" for path, one in shapes.items() if one and one.kind in _NUMBERS}


def verb_of(words: Sequence[str], args: Mapping[str, str]) -> str:
    """Return the word of a name that says what is done, of several that which does most."""
    said = [one for one in words if one in _ANY_VERB or one in _ACTS]
    if not _JOINED.isdisjoint(words):
        said.sort(key=lambda one: one in READ_VERBS)
    first = said[0] if said else ""
    if first not in READ_VERBS:
        return first
    return next(_against(words, words.index(first), args), first)


def _against(words: Sequence[str], at: int, args: Mapping[str, str]) -> Iterator[str]:
    """Yield the words of a name that act, although it has a verb that reads."""
    before, after = words[:at], words[at + 1 :]
    yield from (one for one in before if _leads(one))
    yield from (one for one in after if one in _NEVER_NOUNS and not _changes(words[-1]))
    if words[at] == "list":  # what is added to; "list_open_tickets" are tickets
        yield from (one for one in after if one in WRITE_VERBS and _changes(one))
    if after[1:] and after[0] in _JOINED and not noun_classes(stem(after[1])):
        yield after[1]
    if words[at] == "check" and after and after[0] in _AWAY:
        yield " ".join(words[at : at + 2])
    if after and words[at] == "get" and "pay" in verbal_classes(stem(after[-1])):
        # Who gets a refund by its own id reads it; by that of an order, they are paid.
        own = any(one in _OWN or one.startswith(after[-1]) for one in args)
        if args and not own and not after[-1].endswith("s"):
            yield after[-1]
    if words[at] == "list" and after[-2:] == ["for", "sale"] and not after[0].endswith("s"):
        yield "sale"


def _could_act(word: str) -> bool:
    """Return whether a word can stand for a change, as a verb or as the noun of one."""
    own = stem(word)
    return bool((verb_classes(own) | verbal_classes(own)) - {"read"}) or is_other(own)


def _changes(word: str) -> bool:
    """Return whether a word asks for a change, and is neither a thing nor a state of one."""
    classes = verb_classes(stem(word)) - {"read"}
    return bool(classes) and is_base(word) and not noun_classes(stem(word)) and not is_stop(word)


def _leads(word: str) -> bool:
    """Return whether a word in front is a verb that changes something, and no noun as well."""
    if noun_classes(stem(word)) or word in READ_VERBS or not is_base(word):
        return False  # "uploads_list" lists them
    return bool(verb_classes(stem(word)) - {"read"}) or is_other(stem(word))


def _given_to_write(verb: str, args: Mapping[str, str]) -> str:
    """Return that it takes what a tool which only reads would not; empty: it does not."""
    for name, role in args.items():
        new = role != "flag" and _REPLACES.fullmatch(name)
        if new or (role == "body" and verb in _OBTAINS):
            return f"it takes {name!r}"
    return ""
